// The preview in a browser: pages stay the newest, keep what the reader did to them, and say what is wrong.

import assert from "node:assert/strict";
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
