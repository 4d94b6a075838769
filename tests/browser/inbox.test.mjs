// What comes from elsewhere: markup from the clipboard, several stories in one paste, and dumps that are dealt with.

import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Stage, violations } from "./stage.mjs";

const STORY = (title, who, thing) =>
  `${title}\n\nBy ${who}\n\nThe ${thing} was closed on Monday after inspectors found cracks in three of its pillars, the board of the town said in the evening.\n\nWork on the ${thing} is to begin next week and will take until the summer, according to the engineer in charge of it.\n`;
let stage, site, page;

before(async () => {
  stage = await Stage.set({ "content/wire/crane.txt": STORY("Harbour crane breaks down", "Ada Quay", "crane") }, "--now", "2026-04-01T00:00:00Z");
  await stage.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(stage.preview.desk).origin });
  ({ site, page } = stage);
});

after(() => stage?.strike());

const go = (place) => stage.open(place);
const accept = () => page.getByRole("button", { name: "Accept", exact: true });

test("a story that is copied from a page keeps its links and headings", async () => {
  await go("paste");
  const box = page.getByLabel("Paste the text");
  await box.waitFor();
  await page.evaluate(async () => {
    const html = '<h1>Old mill becomes a library</h1><p>By Ida Reed</p><p>The old mill on the river will become a library next year, the <a href="https://town.example/council">town council</a> decided on Monday after a long debate.</p><h2>What it costs</h2><p>The work is to cost two million and to begin in the summer, the mayor told reporters after the vote.</p>';
    const text = "Old mill becomes a library\nBy Ida Reed\nThe old mill on the river will become a library next year, the town council decided on Monday after a long debate.\nWhat it costs\nThe work is to cost two million and to begin in the summer, the mayor told reporters after the vote.";
    await navigator.clipboard.write([new ClipboardItem({ "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob([text], { type: "text/plain" }) })]);
  });
  await box.focus();
  await page.keyboard.press("Control+v");
  await page.getByLabel("With its markup").waitFor();
  await page.getByRole("button", { name: "Find the articles" }).click();
  await accept().click();
  await page.locator(".headline").waitFor();
  const text = site.read("content/old-mill-becomes-a-library.md");
  assert.match(text, /\[town council\]\(https:\/\/town\.example\/council\)/);
  assert.match(text, /## What it costs/);
  assert.match(text, /authors = \["Ida Reed"\]/);
});

test("words that are changed after the paste are what counts", async () => {
  await go("paste");
  const box = page.getByLabel("Paste the text");
  await box.focus();
  await page.keyboard.press("Control+v");
  await page.getByLabel("With its markup").waitFor();
  await page.keyboard.type(" And more.");
  await page.getByLabel("With its markup").waitFor({ state: "hidden" });
});

test("a paste of two stories waits until both are accepted", async () => {
  await go("paste");
  await page.getByLabel("Paste the text").fill(`${STORY("Stone bridge closed for repairs", "Ned Ashe", "stone bridge")}\n\n${STORY("Town pool shut until summer", "Uma Lake", "town pool")}`);
  await page.getByRole("button", { name: "Find the articles" }).click();
  const list = page.getByRole("listbox");
  await list.waitFor();
  if ((await page.locator(".found").count()) < 2) {
    const rows = await page.locator(".lines li .words").allInnerTexts();
    await list.press("Home");
    for (let at = rows.indexOf("Town pool shut until summer"); at > 0; at -= 1) await list.press("ArrowDown");
    await list.press("Enter");
  }
  await page.locator(".found").nth(1).waitFor();
  await accept().first().click();
  await page.locator(".found", { hasText: "Accepted:" }).waitFor();
  await go("inbox");
  const waiting = page.locator(".item", { hasText: "Stone bridge" });
  await waiting.click();
  await page.locator(".found").first().waitFor();
  // Split by hand or not, what is left is accepted by the keyboard.
  await page.getByRole("listbox").press("a");
  await page.locator(".headline").waitFor();
  await go("inbox");
  await page.getByText("Harbour crane breaks down").waitFor();
  assert.ok(existsSync(site.path("content/stone-bridge-closed-for-repairs.md")));
});

test("a dump that was accepted is not offered again, nor brought again by an import", async () => {
  await go("inbox");
  await page.getByText("Harbour crane breaks down").click();
  await accept().click();
  await page.locator(".headline").waitFor();
  const path = "content/wire/harbour-crane-breaks-down.md";
  assert.match(site.read(path), /source = \{ file = "wire\/crane\.txt", item = 1, sha256 = "[0-9a-f]{64}" \}/);
  await go("inbox");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(await page.getByText("Harbour crane breaks down").count(), 0);
  // An editor's changes stay; what an editor deleted stays away.
  writeFileSync(site.path(path), site.read(path).replace("Work on the crane", "All work on the crane"));
  const dump = `${site.dir}-crane.txt`;
  writeFileSync(dump, STORY("Harbour crane breaks down", "Ada Quay", "crane"));
  assert.equal(site.run("import", dump).status, 0);
  assert.match(site.read(path), /All work on the crane/);
});

test("a dropped file is split and merged, a role and a field are put right, with the keyboard alone", async () => {
  await go("paste");
  const text = `${STORY("Swing bridge jams again", "Ned Ashe", "swing bridge")}\nA line that is no part of it\n\n${STORY("Lido opens in May", "Uma Lake", "lido")}`;
  await page.locator(".drop").evaluate((element, text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "two stories.txt", { type: "text/plain" }));
    for (const step of ["dragover", "drop"]) element.dispatchEvent(new DragEvent(step, { bubbles: true, cancelable: true, dataTransfer: data }));
  }, text);
  await page.waitForFunction(() => document.querySelector("textarea").value.includes("Lido"));
  await page.getByRole("button", { name: "Find the articles" }).press("Enter");
  const list = page.getByRole("listbox");
  await list.waitFor();
  await page.getByRole("heading", { name: "two stories.txt" }).waitFor();
  const count = (wanted) => page.waitForFunction((wanted) => document.querySelectorAll(".found").length === wanted, wanted);
  const line = async (words) => {
    const rows = await page.locator(".lines li .words").allInnerTexts();
    await list.press("Home");
    for (let at = rows.findIndex((row) => row === words); at > 0; at -= 1) await page.keyboard.press("ArrowDown");
    assert.equal(await page.locator(".lines [aria-selected=true] .words").innerText(), words);
  };
  const before = await page.locator(".found").count();
  await line("Lido opens in May");
  // Merged or split, whichever comes first, and back.
  await page.keyboard.press("Enter");
  await count(3 - before);
  await page.keyboard.press("Enter");
  await count(before);
  if (before === 1) await page.keyboard.press("Enter");
  await count(2);
  await line("A line that is no part of it");
  await page.keyboard.press("x");
  await page.locator(".lines li.changed.chrome", { hasText: "A line that is no part of it" }).waitFor();
  // From the lines with Tab to the first field of the first article.
  const title = page.locator("input[name=title-1]");
  for (let tabs = 0; tabs < 10 && !(await title.evaluate((input) => input === document.activeElement)); tabs += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Swing bridge jams for a third time");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("town");
  await list.press("a");
  await page.locator(".found", { hasText: "Accepted:" }).waitFor();
  const first = site.read("content/town/swing-bridge-jams-for-a-third-time.md");
  assert.match(first, /^\+\+\+\ntitle = "Swing bridge jams for a third time"\n/);
  assert.doesNotMatch(first, /no part of it|lido/i);
  await list.press("a");
  await page.locator(".headline").waitFor();
  assert.equal(await page.locator(".headline").inputValue(), "Lido opens in May");
});

test("at a phone's width, without keys, a line's role is changed and an article begins, and what is dealt with goes", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  site.write("content/wire/mill.txt", STORY("Old mill is sold", "Ida Reed", "mill") + "\n" + STORY("Ferry has a new captain", "Tom Quay", "ferry"));
  await page.waitForTimeout(400);
  await go("inbox");
  await page.getByText("Old mill is sold").waitFor();
  assert.equal(await violations(page, "inbox-phone"), "[]");
  await page.getByText("Old mill is sold").click();
  const row = (text) => page.locator(".lines li", { hasText: text });
  const tool = (name) => page.getByRole("toolbar").getByRole("button", { name, exact: true });
  const found = (count) => page.waitForFunction((count) => document.querySelectorAll(".found").length === count, count);
  await found(1);
  await row("Ferry has a new captain").click();
  await tool("an article begins here, or no longer").click();
  await found(2);
  await row("Work on the mill").click();
  await tool("subtitle").click();
  await page.locator(".lines li.changed.subtitle", { hasText: "Work on the mill" }).waitFor();
  assert.equal(await violations(page, "inbox-phone-lines"), "[]");
  await accept().first().click();
  await page.getByText("Accepted:").waitFor();
  await accept().last().click();
  await page.locator(".headline").waitFor();
  assert.match(site.read("content/wire/ferry-has-a-new-captain.md"), /source = \{ file = "wire\/mill\.txt", item = 2, sha256 = "[0-9a-f]{64}", dump = "[0-9a-f]{32}" \}/);
  await page.waitForTimeout(400);
  await go("inbox");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(await page.getByText("mill.txt").count(), 0, "a dump that was cut by hand is dealt with");
});
