// The preview in a browser: pages stay the newest, keep what the reader did to them, and say what is wrong.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { after, before, test } from "node:test";
import { Preview, Site, article, browser } from "./stage.mjs";

const PAGE = "town/2026/03/bridge.html";
let site, preview, chromium;

before(async () => {
  site = new Site({
    "content/town/bridge.md": article("Old bridge opens again", "First words.\n\n".repeat(60)),
    "content/town/ferry.md": article("Ferry stops at six", "Ferries."),
  });
  preview = await Preview.start(site, "--now", "2026-04-01T00:00:00Z");
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await preview?.stop();
  site?.remove();
});

test("a saved text appears in the open tab, which keeps its place and asks nobody else", async () => {
  const page = await chromium.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin + "/"));
  await page.goto(preview.address + PAGE);
  await page.evaluate(() => {
    window.sameDocument = true;
    scrollTo(0, 400);
  });
  const place = await page.evaluate(() => scrollY);
  assert.ok(place > 0, "the page is long enough to scroll");
  site.write("content/town/bridge.md", article("Old bridge opens again", "Other words.\n\n".repeat(60)));
  await page.getByText("Other words.").first().waitFor();
  assert.equal(await page.evaluate(() => window.sameDocument), true, "changed in place, not loaded anew");
  assert.equal(await page.evaluate(() => scrollY), place);
  assert.deepEqual([...new Set(asked)], [preview.address]);
  await page.close();
});

test("a broken article is shown as it was, with what is wrong, and all others work", async () => {
  const page = await chromium.newPage();
  await page.goto(preview.address + PAGE);
  site.write("content/town/bridge.md", '+++\ntitel = "Old bridge"\ndate = 2026-03-14\n+++\nBroken.\n');
  const problems = page.locator("newsprint-preview .problem.error").first();
  await problems.waitFor();
  assert.match(await problems.innerText(), /titel/);
  assert.match(await problems.innerText(), /content\/town\/bridge\.md:2/);
  const other = await page.request.get(preview.address + "town/2026/03/ferry.html");
  assert.equal(other.status(), 200);
  site.write("content/town/bridge.md", article("Old bridge opens again", "Mended words."));
  await page.getByText("Mended words.").waitFor();
  await page.locator("newsprint-preview .problem").first().waitFor({ state: "detached" });
  assert.ok(preview.runs);
  await page.close();
});

test("a style sheet is swapped in place, what has the focus keeps it, and tabs of other pages stay as they are", async () => {
  const [page, other] = [await chromium.newPage(), await chromium.newPage()];
  site.write("static/own.css", "h1 { color: rgb(1, 2, 3) }");
  await page.goto(preview.address + PAGE);
  await other.goto(preview.address + "town/2026/03/ferry.html");
  for (const tab of [page, other]) {
    await tab.evaluate(() => {
      window.sameDocument = true;
      window.changes = 0;
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", href: "/own.css" });
      document.head.append(sheet);
      new MutationObserver((all) => { window.changes += all.length; }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await tab.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)");
  }
  await page.evaluate(() => document.querySelector("a[href]").focus());
  const focused = await page.evaluate(() => document.activeElement.outerHTML);
  site.write("static/own.css", "h1 { color: rgb(4, 5, 6) }");
  for (const tab of [page, other]) await tab.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color === "rgb(4, 5, 6)");
  site.write("content/town/bridge.md", article("Old bridge opens again", "Words for one tab."));
  await page.getByText("Words for one tab.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.outerHTML), focused);
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  await other.waitForTimeout(300);
  assert.deepEqual(await other.evaluate(() => [window.sameDocument, window.changes]), [true, 0], "nothing of it changed");
  await page.close();
  await other.close();
});

test("a checkout of a thousand files, and content that goes away and comes back, are followed", async () => {
  const git = (...args) => {
    const { status, stderr } = spawnSync("git", ["-c", "user.name=n", "-c", "user.email=e@paper.example", ...args], { cwd: site.dir, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const stories = (words) => {
    for (let n = 0; n < 1000; n += 1) site.write(`content/many/story-${n}.md`, article(`Story ${n}`, `${words} ${n}.`));
  };
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "without");
  git("checkout", "-qb", "other");
  stories("Words of the other branch");
  git("add", "-A");
  git("commit", "-qm", "with a thousand");
  git("checkout", "-q", "main");
  const page = await chromium.newPage();
  const gone = async () => (await page.request.get(preview.address + "many/2026/03/story-999.html")).status() === 404;
  const until = async (what, holds) => {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`waited in vain for ${what}`);
  };
  await until("the first branch", gone);
  git("checkout", "-q", "other");
  await page.goto(preview.address);
  await page.getByText("Story 999", { exact: true }).first().waitFor();
  const story = (n) => page.request.get(`${preview.address}many/2026/03/story-${n}.html`).then((answer) => answer.text());
  await until("every story", async () => (await Promise.all([0, 1, 500, 998, 999].map(story))).every((text) => text.includes("Words of the other branch")));
  stories("Words of today");
  git("stash", "-q");
  git("checkout", "-q", "main");
  await until("the first branch again", gone);
  renameSync(site.path("content"), site.path("elsewhere"));
  await until("the content to be gone", async () => (await page.request.get(preview.address + PAGE)).status() !== 200 || !(await (await page.request.get(preview.address)).text()).includes("Ferry stops at six"));
  assert.ok(preview.runs);
  renameSync(site.path("elsewhere"), site.path("content"));
  await page.goto(preview.address);
  await page.getByText("Ferry stops at six").first().waitFor();
  await page.close();
});
