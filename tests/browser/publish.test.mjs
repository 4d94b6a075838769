// Publishing from the desk to a real folder: in words first, then done, then gone back; with a colleague's mistake in the way.

import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { Stage, article, violations } from "./stage.mjs";

const CONFIG = 'title = "The Harbour Gazette"\nbase_url = "https://gazette.example/"\ntimezone = "Europe/London"\n';
const TARGET = '[publish.live]\nkind = "dir"\npath = "../LIVE"\n';
let stage, site, page, live;

before(async () => {
  const files = { "site.toml": CONFIG };
  // Enough pages that one of them is no tenth.
  for (let n = 0; n < 20; n += 1) files[`content/town/story-${n}.md`] = article(`Story ${n}`, `Text of story ${n}.`);
  files["content/town/later.md"] = article("A story for later", "Later.", "embargo = 2099-07-01T06:00:00+01:00\n");
  stage = await Stage.set(files);
  ({ site, page } = stage);
  live = site.dir + "-live";
});

after(async () => {
  await stage?.strike();
  if (live) rmSync(live, { recursive: true, force: true });
});

const out = (path) => `${live}/current/${path}`;
const dialog = () => page.getByRole("dialog");
const status = (text) => dialog().getByRole("status").filter({ hasText: text }).waitFor();
async function open() {
  await stage.open("articles");
  await page.getByRole("heading", { name: "Articles" }).waitFor();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await dialog().waitFor();
}
async function noViolations() {
  assert.equal(await violations(page, `publish-${(shots += 1)}`), "[]");
}
let shots = 0;

test("a site without a target says how to set one up", async () => {
  await open();
  assert.match(await dialog().innerText(), /site\.toml/);
  assert.match(await dialog().innerText(), /\[publish\.live\]/);
  await noViolations();
  site.write("site.toml", CONFIG + TARGET.replace("../LIVE", live));
});

test("a dry run in words, then it is live", async () => {
  await open();
  await status("What would be done");
  assert.match(await dialog().innerText(), /20 new: /);
  assert.match(await dialog().innerText(), /Jul 1, 2099, 6:00\sAM \(UTC\+01:00\): something appears or goes by time alone\. Publish again then\./);
  assert.doesNotMatch(await dialog().innerText(), /for later/, "nor what it is");
  assert.equal(await dialog().getByRole("button", { name: "Go back" }).count(), 0, "where nothing is out there is nothing to go back to");
  assert.ok(!existsSync(out("index.html")), "nothing is sent before it is agreed to");
  await noViolations();
  await page.keyboard.press("Enter");
  await status("Live at https://gazette.example/");
  assert.match(readFileSync(out("town/2026/03/story-3.html"), "utf8"), /Text of story 3\./);
  const link = dialog().getByRole("link", { name: "Story 0", exact: true });
  assert.equal(await link.getAttribute("href"), "https://gazette.example/town/2026/03/story-0.html");
  await noViolations();
});

test("a colleague's broken article stops nothing when it is left out by name", async () => {
  site.write("content/town/story-4.md", "+++\ntitel = 'Story 4'\n+++\nMended later.\n");
  site.write("content/town/story-3.md", article("Story 3", "A second telling of story 3."));
  await open();
  await status("cannot be read");
  assert.match(await dialog().innerText(), /content\/town\/story-4\.md:2/);
  assert.match(await dialog().innerText(), /titel/);
  assert.match(readFileSync(out("town/2026/03/story-3.html"), "utf8"), /Text of story 3\./);
  await noViolations();
  await dialog().getByRole("button", { name: "Leave these out" }).click();
  await status("What would be done");
  assert.match(await dialog().innerText(), /Left out[\s\S]*content\/town\/story-4\.md/);
  assert.match(await dialog().innerText(), /1 withdrawn: “Story 4”/);
  // What breaks after the choice was made is not covered by it.
  site.write("content/town/story-5.md", "+++\ntitel = 'Story 5'\n+++\n");
  await open();
  await status("cannot be read");
  await dialog().getByRole("button", { name: "Leave these out" }).waitFor();
  assert.match(await dialog().innerText(), /story-4[\s\S]*story-5/);
  site.write("content/town/story-5.md", article("Story 5", "Text of story 5."));
  await dialog().getByRole("button", { name: "Look again" }).click();
  await status("cannot be read");
  await dialog().getByRole("button", { name: "Leave these out" }).click();
  await dialog().getByRole("button", { name: "Publish now" }).click();
  await status("Live at");
  assert.match(readFileSync(out("town/2026/03/story-3.html"), "utf8"), /A second telling of story 3\./);
  assert.ok(!existsSync(out("town/2026/03/story-4.html")));
});

test("what would be done is told in the language of the page, from the right too, and at a phone's width", async () => {
  site.write("content/town/story-2.md", article("A better headline", "Text of story 2."));
  for (const [lang, dir, lines] of [
    ["tr", "ltr", [/1 yeni: “Story 4”/, /\d değişen: .*“A better headline” başlığı \(eskisi: “Story 2”\)/, /başka dosyalar: \d+/]],
    ["ar", "rtl", [/جديد \(1\): «Story 4»/, /متغيّر \(\d\): .*عنوان «A better headline» \(كان «Story 2»\)/, /وملفات أخرى معها: \d+/]],
    ["en", "ltr", [/1 new: “Story 4”/, /\d changed: .*headline of “A better headline” \(was “Story 2”\)/, /other files with them: \d+/]],
  ]) {
    site.write("content/town/story-4.md", article("Story 4", "Text of story 4."));
    await page.setViewportSize(lang === "en" ? { width: 1280, height: 800 } : { width: 390, height: 844 });
    await stage.open("articles");
    await page.locator("#bar select").selectOption(lang);
    await page.locator(`html[lang=${lang}][dir=${dir}]`).waitFor();
    await page.locator("#bar button.main").click();
    await dialog().locator("li", { hasText: "Story 4" }).waitFor();
    const told = (await dialog().innerText()).replace(/[\u2066-\u2069]/g, "");
    for (const line of lines) assert.match(told, line, lang);
    await noViolations();
  }
  site.write("content/town/story-4.md", "+++\ntitel = 'Story 4'\n+++\nMended later.\n");
  site.write("content/town/story-2.md", article("Story 2", "Text of story 2."));
});

test("and back to what was out before", async () => {
  await open();
  await status("cannot be read");
  await dialog().getByRole("button", { name: "Leave these out" }).click();
  await dialog().getByRole("button", { name: "Go back" }).click();
  await status("Readers see again what was published before");
  assert.doesNotMatch(readFileSync(out("town/2026/03/story-3.html"), "utf8"), /Text of story 3\./, "a question is no answer");
  await dialog().getByRole("button", { name: "Go back" }).click();
  await status("What was out before is out again");
  assert.match(readFileSync(out("town/2026/03/story-3.html"), "utf8"), /Text of story 3\./);
  assert.ok(existsSync(out("town/2026/03/story-4.html")));
  await noViolations();
});

test("many pages that would vanish, and a build that came between, are met with a question", async () => {
  for (let n = 6; n < 18; n += 1) rmSync(site.path(`content/town/story-${n}.md`));
  site.write("content/town/story-4.md", article("Story 4", "Text of story 4."));
  // Published addresses may vanish only when the list of them is cut.
  site.write("urls.txt", "");
  await open();
  await dialog().getByRole("button", { name: /\d+ pages would disappear/ }).click();
  await status("What would be done");
  site.write("content/town/story-1.md", article("Story 1", "Changed after the look."));
  assert.equal(site.run("build").status, 0);
  await dialog().getByRole("button", { name: "Publish now" }).click();
  await status("Nothing more was done");
  assert.match(await dialog().innerText(), /built anew since you looked/);
  assert.ok(existsSync(out("town/2026/03/story-7.html")));
});
