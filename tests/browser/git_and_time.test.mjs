// The desk in a Git repository, and the site as of another time.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Stage, article } from "./stage.mjs";

let stage, site, preview, page;

const git = (...args) => spawnSync("git", ["-C", site.dir, ...args], { encoding: "utf8" }).stdout.trim();

before(async () => {
  stage = await Stage.set({
    ".gitignore": ".newsprint/\npublic/\n",
    "content/town/bridge.md": article("Old bridge opens", "First words."),
    "content/town/ferry.md": article("Ferry stops at six", "Ferries stop."),
    "content/town/later.md": article("Budget is out", "Figures.", "embargo = 2026-05-01T09:00:00Z\n"),
    "content/town/draft.md": article("Not ready", "Half.", "draft = true\n"),
    "content/town/soon-gone.md": article("Gone in June", "Bye.", "expires = 2026-06-01T00:00:00Z\n"),
  }, "--now", "2026-04-01T00:00:00Z");
  ({ site, preview, page } = stage);
  git("init", "--quiet", "--initial-branch", "main");
  git("add", ".");
  git("-c", "user.name=First", "-c", "user.email=first@paper.example", "commit", "--quiet", "-m", "All of it");
});

after(() => stage?.strike());

const open = (place) => stage.open(place);
const edit = (path) => stage.edit(path);
const dialog = () => page.getByRole("dialog");

test("the chosen files are committed, under a name and with words, and only when asked", async () => {
  const before = git("rev-parse", "HEAD");
  site.write("content/town/ferry.md", article("Ferry stops at seven", "Ferries stop."));
  await edit("content/town/bridge.md");
  await page.locator(".headline").fill("Old bridge opens at last");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator(".saved", { hasText: /^Saved$/ }).waitFor();
  assert.equal(git("rev-parse", "HEAD"), before, "a save commits nothing");
  await open("articles");
  await page.locator(".item", { hasText: "Old bridge" }).locator(".state.git", { hasText: "Changed" }).waitFor();
  assert.equal(await page.locator(".item", { hasText: "Gone in June" }).locator(".state.git:visible").count(), 0);
  await edit("content/town/bridge.md");
  await page.getByLabel("More", { exact: true }).selectOption("commit");
  await dialog().waitFor();
  assert.match(await dialog().innerText(), /content\/town\/ferry\.md/);
  await dialog().locator("input[name=message]").fill("Bridge: a better headline; `rm -rf` & \"quotes\"");
  await dialog().locator("input[name=name]").fill("Ada Quay");
  await dialog().locator("input[name=email]").fill("ada@paper.example");
  await dialog().getByRole("button", { name: "Commit to Git" }).click();
  await page.locator("#toast.on", { hasText: "Committed" }).waitFor();
  assert.equal(git("log", "-1", "--format=%an|%ae|%s"), 'Ada Quay|ada@paper.example|Bridge: a better headline; `rm -rf` & "quotes"');
  assert.equal(git("show", "--name-only", "--format=", "HEAD"), "content/town/bridge.md");
  assert.match(git("status", "--porcelain"), /M content\/town\/ferry\.md/, "what was not chosen is not committed");
});

test("the site as of another time, with what is hidden, and back", async () => {
  const has = async (text) => (await (await page.request.get(preview.address)).text()).includes(text);
  const holds = async (what) => {
    for (let n = 0; n < 100; n += 1) {
      const all = await Promise.all(Object.entries(what).map(async ([text, wanted]) => (await has(text)) === wanted));
      if (all.every(Boolean)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`the front page never was ${JSON.stringify(what)}`);
  };
  const show = async (fill) => {
    await open("articles");
    await page.getByRole("button", { name: "Time", exact: true }).click();
    await fill();
    await dialog().waitFor({ state: "detached" });
  };
  const apply = () => dialog().getByRole("button", { name: "Show", exact: true }).click();
  await holds({ "Budget is out": false, "Gone in June": true, "Not ready": false });
  await show(async () => { await dialog().locator("input[type=datetime-local]").fill("2026-05-01T10:00"); await apply(); });
  await holds({ "Budget is out": true, "Gone in June": true, "Not ready": false });
  await show(async () => { await dialog().locator("input[type=datetime-local]").fill("2026-06-01T01:00"); await dialog().getByLabel("With drafts").check(); await apply(); });
  await holds({ "Budget is out": true, "Gone in June": false, "Not ready": true });
  // The desk says so on every page, in the site's zone.
  const elsewhen = page.getByRole("complementary", { name: "Time" });
  assert.match(await elsewhen.innerText(), /The site as of Jun 1, 2026, 1:00\sAM \(UTC\+01:00\) · With drafts/);
  await show(async () => {
    await dialog().locator("input[type=datetime-local]").fill("2026-05-01T00:00");
    await dialog().getByLabel("With drafts").uncheck();
    await dialog().getByLabel("not due yet").check();
    await apply();
  });
  await holds({ "Budget is out": true, "Gone in June": true, "Not ready": false });
  await elsewhen.getByRole("button", { name: "As of now" }).click();
  await elsewhen.waitFor({ state: "hidden" });
  await holds({ "Budget is out": true, "Gone in June": false, "Not ready": false });
});
