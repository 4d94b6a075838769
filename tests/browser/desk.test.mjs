// The desk in a browser: each thing an editor does there, with the file that comes of it.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { Preview, Site, Stage, article, violations } from "./stage.mjs";

const BRIDGE = '\ufeff+++\r\n# Lead story\r\ntitle   = "Old bridge opens" # keep\r\ndate = 2026-03-14T09:30:00+01:00\r\ntags=[ "Bridges", ]\r\n+++\r\nFirst words.\r\n\r\nSecond words.\r\n';
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
let stage, site, preview, chromium, page;

before(async () => {
  stage = await Stage.set({
    "content/town/bridge.md": BRIDGE,
    "content/town/ferry.md": article("Ferry stops at six", "Ferries stop.", 'review = ["date: taken from the caption"]\n'),
    "content/town/tower.md": article("Water tower is painted", "It is green now."),
    "content/town/old.md": "---\ntitle: An old one\ndate: 2026-01-02\n---\nYAML text.\n",
    "content/wire/dump.txt": "Harbour crane breaks down\n\nBy Ada Quay\n\nThe oldest crane of the harbour broke down on Monday and blocked the eastern quay for eleven hours, the board said.\n\nNobody was hurt when the cable gave way, and the crane is to be mended by Friday, the harbour master told reporters.\n\nShare this article\n",
  }, "--now", "2026-04-01T00:00:00Z");
  ({ site, preview, chromium, page } = stage);
  page.asked = [];
  page.on("request", (request) => page.asked.push(new URL(request.url()).origin));
  page.faults = [];
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
});

after(() => stage?.strike());

const open = (path) => stage.edit(path);
const save = () => stage.save();
const inPage = (text) => page.frameLocator("iframe").getByText(text).first().waitFor();
const more = (name) => page.getByLabel("More", { exact: true }).selectOption(name);

test("the Edit button of a page leads to its article", async () => {
  await page.goto(preview.address + "town/2026/03/bridge.html");
  const edit = page.locator("newsprint-preview .edit");
  await edit.waitFor();
  const [popup] = await Promise.all([chromium.contexts()[0].waitForEvent("page"), edit.click()]);
  await popup.locator(".headline").waitFor();
  assert.equal(await popup.locator(".headline").inputValue(), "Old bridge opens");
  await popup.close();
});

test("what is typed is shown by the real page at once, and saved byte for byte", async () => {
  await open("content/town/bridge.md");
  await inPage("Second words.");
  await page.locator(".headline").fill("Old bridge opens again");
  await inPage("Old bridge opens again");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("Third words.");
  await inPage("Third words.");
  assert.equal(site.read("content/town/bridge.md"), BRIDGE, "nothing is written before it is saved");
  const shown = await page.request.get(preview.address + "town/2026/03/bridge.html");
  assert.ok(!(await shown.text()).includes("Third words."), "unsaved text is at its private address only");
  await save();
  const expected = BRIDGE.replace('"Old bridge opens"', '"Old bridge opens again"').replace("Second words.\r\n", "Second words.\r\nThird words.");
  assert.equal(site.read("content/town/bridge.md"), expected);
});

test("fields: tags with completion, dates with their zone, a picture with its words", async () => {
  await open("content/town/bridge.md");
  await page.getByText("Details").first().click();
  const known = await page.getByLabel("Tags: Add").evaluate((input) => [...input.list.options].map((option) => option.value));
  assert.deepEqual(known, ["Bridges"], "tags that are in use complete what is typed");
  await page.getByLabel("Tags: Add").fill("Trams");
  await page.getByLabel("Tags: Add").press("Enter");
  await page.getByText("Times and visibility").click();
  await page.locator("input[name=embargo]").fill("2026-03-15");
  await page.locator("input[name=embargo-time]").fill("06:00");
  await page.locator("input[name=embargo-zone]").fill("+01:00");
  await page.locator("input[name=embargo-zone]").press("Tab");
  await page.locator("details.more", { hasText: "Picture" }).locator("summary").click();
  const png = Buffer.from(PNG, "base64");
  await page.locator(".drop input[type=file]").setInputFiles({ name: "Bridge at Night.png", mimeType: "image/png", buffer: png });
  await page.waitForFunction(() => document.querySelector("input[name='image.src']").value !== "");
  await page.locator("input[name='image.caption']").fill("The bridge at night");
  await save();
  const text = site.read("content/town/bridge.md");
  assert.match(text, /tags=\["Bridges", "Trams"\]\r\n/);
  assert.match(text, /embargo = 2026-03-15T06:00:00\+01:00\r\n/);
  assert.match(text, /image = \{ caption = "The bridge at night", src = "bridge-at-night.png" \}\r\n/);
  assert.match(text, /date = 2026-03-14T09:30:00\+01:00\r\n/);
  assert.ok(existsSync(site.path("content/town/bridge-at-night.png")));
});

test("the form has a field for each key of the parser's schema", async () => {
  await open("content/town/bridge.md");
  const { keys } = await page.evaluate(async () => (await import("/ui/desk.js")).site);
  const names = await page.evaluate(() => [...document.querySelectorAll("form.fields [name]")].map((field) => field.name));
  const elsewhere = ["review", "withdrawn", "slug", "source", "roles", "extra"];
  const has = (key) => names.some((name) => name === key || name.startsWith(key + "."));
  const own = keys.filter((key) => !/[.[]/.test(key));
  assert.ok(own.length > 25);
  assert.deepEqual(own.filter((key) => !has(key) && !elsewhere.includes(key)), ["corrections"], "whose fields are there once one is made");
  await page.locator("summary", { hasText: "Addresses" }).click();
  await page.getByLabel("Former addresses: Add").fill("/old/bridge.html");
  await page.getByLabel("Former addresses: Add").press("Enter");
  await page.locator("input[name=id]").fill("bridge-1");
  await save();
  assert.match(site.read("content/town/bridge.md"), /aliases = \["\/old\/bridge\.html"\]\r\n/);
  assert.match(site.read("content/town/bridge.md"), /id = "bridge-1"\r\n/);
  await page.locator("input[name=id]").fill("");
  await page.getByRole("button", { name: "Remove: /old/bridge.html" }).click();
  await save();
  assert.doesNotMatch(site.read("content/town/bridge.md"), /aliases|id =/);
});

test("a correction is added with a button, in the form, and dates the article anew", async () => {
  await open("content/town/tower.md");
  await page.locator("summary", { hasText: "Corrections" }).click();
  await page.getByRole("button", { name: "Add a correction" }).click();
  await page.keyboard.type("The tower is green, not blue.");
  await inPage("The tower is green, not blue.");
  await page.getByRole("button", { name: "Add a correction" }).click();
  await page.keyboard.type("A second one.");
  await page.getByRole("button", { name: "Remove", exact: true }).last().click();
  await save();
  const text = site.read("content/town/tower.md");
  assert.match(text, /corrections = \[\{ date = \d{4}-\d\d-\d\dT\d\d:\d\d:00[^,]*, text = "The tower is green, not blue\." \}\]\n/);
  assert.match(text, /updated = \d{4}-\d\d-\d\dT/);
});

test("pictures come by drop and by paste, to the article and into its text", async () => {
  const give = (place, kind, name) => page.locator(place).evaluate((element, [kind, name, png]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
    const more = { bubbles: true, cancelable: true };
    if (kind === "drop") for (const step of ["dragover", "drop"]) element.dispatchEvent(new DragEvent(step, { ...more, dataTransfer: data }));
    else element.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: data }));
  }, [kind, name, PNG]);
  const src = (value) => page.waitForFunction((value) => document.querySelector("input[name='image.src']").value === value, value);
  await open("content/town/tower.md");
  await page.locator("summary", { hasText: "Picture" }).click();
  await give(".drop", "drop", "Tower One.png");
  await src("tower-one.png");
  await give(".drop", "paste", "Tower Two.png");
  await src("tower-two.png");
  for (const [kind, name] of [["drop", "Tower Three.png"], ["paste", "Tower Four.png"]]) {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await give(".cm-content", kind, name);
    await page.locator(".cm-content", { hasText: name.toLowerCase().replace(" ", "-") }).waitFor();
  }
  await save();
  const text = site.read("content/town/tower.md");
  assert.match(text, /image = \{ src = "tower-two\.png" \}\n/);
  for (const name of ["three", "four"]) assert.match(text, new RegExp(`!\\[[^\\]]*\\]\\(tower-${name}\\.png\\)`));
  for (const name of ["one", "two", "three", "four"]) assert.ok(existsSync(site.path(`content/town/tower-${name}.png`)), name);
});

test("a change by somebody else is met with both versions and both changes in one", async () => {
  await open("content/town/bridge.md");
  await page.locator(".headline").fill("Old bridge opens for good");
  site.write("content/town/bridge.md", site.read("content/town/bridge.md").replace("First words.", "Other first words."));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /somebody else/i);
  await dialog.getByRole("button", { name: "Save this" }).click();
  await dialog.waitFor({ state: "detached" });
  const text = site.read("content/town/bridge.md");
  assert.match(text, /Other first words\./);
  assert.match(text, /Old bridge opens for good/);
});

test("where both changed the same place, the editor chooses, and no mark of a merge gets into the article", async () => {
  const path = "content/town/tower.md";
  const before = site.read(path);
  await open(path);
  const type = async (line) => {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(line);
    await page.locator(".saved", { hasText: "Kept" }).waitFor();
  };
  await page.locator(".headline").fill("Water tower is painted twice");
  await type("\nMy last line.");
  site.write(path, before.replace(/title = .*/, 'title = "Water tower is painted red"').trimEnd() + "\nTheir last line.\n");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const places = dialog.locator("fieldset.choices");
  assert.deepEqual(await places.locator("legend").allInnerTexts(), ["Place 1 of 2", "Place 2 of 2"]);
  assert.equal(await violations(page, "conflict"), "[]");
  await places.nth(0).getByLabel("Their version").check();
  await places.nth(1).getByLabel("Both, theirs first").focus();
  await page.keyboard.press("Space");
  await dialog.getByRole("button", { name: "Save this" }).click();
  await dialog.waitFor({ state: "detached" });
  const text = site.read(path);
  assert.match(text, /title = "Water tower is painted red"\n/);
  assert.match(text, /Their last line\.\n+(.*\n)*My last line\./);
  assert.doesNotMatch(text, /<<<<|====|>>>>|\|\|\|\|/);
  // Their version as it is: mine stays among the versions.
  await page.locator(".headline").waitFor();
  await page.waitForFunction(() => document.querySelector(".headline").value === "Water tower is painted red");
  await type("\nOnly mine.");
  const theirs = text.replace("painted red", "painted blue").trimEnd() + "\nOnly theirs.\n";
  site.write(path, theirs);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelector(".headline")?.value === "Water tower is painted blue");
  assert.equal(site.read(path), theirs);
  await more("history");
  const kept = await Promise.all(readdirSync(site.path(".newsprint/history"), { recursive: true }).map((name) => {
    try { return site.read(`.newsprint/history/${name}`); } catch { return ""; }
  }));
  assert.ok(kept.some((one) => one.includes("Only mine.")));
  await dialog.getByRole("button", { name: "Close" }).click();
});

test("unsaved text survives a closed browser, and versions come back", async () => {
  await open("content/town/bridge.md");
  await page.locator(".headline").fill("A headline that nobody saved");
  await page.locator(".saved", { hasText: "Kept" }).waitFor();
  const other = await chromium.newContext({ locale: "en" });
  const second = await other.newPage();
  await second.goto(`${preview.desk}#edit=${encodeURIComponent("content/town/bridge.md")}`);
  await second.getByRole("button", { name: "Go on with it" }).click();
  await second.waitForFunction(() => document.querySelector(".headline")?.value === "A headline that nobody saved");
  await other.close();
  await open("content/town/bridge.md");
  await more("history");
  const dialog = page.getByRole("dialog");
  await dialog.locator(".item").last().click();
  await dialog.getByRole("button", { name: "Restore this version" }).click();
  await page.waitForFunction(() => document.querySelector(".headline")?.value === "Old bridge opens");
  await save();
  assert.equal(site.read("content/town/bridge.md"), BRIDGE);
});

test("what is typed while the desk is gone stays in the browser, and is offered by the next run", async () => {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => { const { port } = probe.address(); probe.close(() => resolve(String(port))); });
  });
  const paper = new Site({ "content/town/mill.md": article("Old mill is sold", "First words.") });
  const context = await chromium.newContext({ locale: "en" });
  const view = await context.newPage();
  let run = await Preview.start(paper, "--port", port);
  const address = `${run.desk}#edit=${encodeURIComponent("content/town/mill.md")}`;
  await view.goto(address);
  await view.locator(".headline").fill("Old mill is sold again");
  await view.locator(".saved", { hasText: "Kept" }).waitFor();
  run.process.removeAllListeners("exit");
  run.process.kill("SIGKILL");
  await view.locator(".cm-content").click();
  await view.keyboard.press("Control+End");
  await view.keyboard.type("Typed into silence.");
  await view.locator("#toast.on", { hasText: "does not answer" }).waitFor();
  run = await Preview.start(paper, "--port", port);
  await view.goto("about:blank");
  await view.goto(address);
  await view.getByRole("button", { name: "Go on with it" }).click();
  await view.locator(".cm-content", { hasText: "Typed into silence." }).waitFor();
  assert.equal(await view.locator(".headline").inputValue(), "Old mill is sold again");
  await view.getByRole("button", { name: "Save", exact: true }).click();
  await view.locator(".saved", { hasText: /^Saved$/ }).waitFor();
  assert.match(paper.read("content/town/mill.md"), /title = "Old mill is sold again"[^]*Typed into silence\./);
  await context.close();
  await run.stop();
  paper.remove();
});

test("an article is made, moved with a redirect, withdrawn and deleted", async () => {
  await page.goto(`${preview.desk}#articles`);
  await page.getByRole("button", { name: "New article" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Headline").fill("Night trams begin");
  await dialog.getByLabel("Section").fill("town");
  await dialog.getByRole("button", { name: "New article" }).click();
  await page.locator(".headline").waitFor();
  assert.match(site.read("content/town/night-trams-begin.md"), /draft = true/);
  await page.locator("input[name=draft]").uncheck();
  await page.locator(".cm-content").click();
  await page.keyboard.type("Trams run all night.");
  await inPage("Trams run all night.");
  await save();
  await more("renameMove");
  await dialog.getByLabel("Name in the address").fill("trams-by-night");
  await dialog.locator("input[name=redirect]").check();
  // The editor that is there now is not the one that comes.
  await page.evaluate(() => document.querySelector(".write").setAttribute("data-former", ""));
  await dialog.getByRole("button", { name: "Rename or move" }).click();
  await page.waitForFunction(() => location.hash.includes("trams-by-night"));
  await page.locator(".write:not([data-former]) .headline").waitFor();
  assert.match(site.read("content/town/trams-by-night.md"), /aliases = \["\/town\/\d{4}\/\d\d\/night-trams-begin\.html"\]/);
  assert.ok(!existsSync(site.path("content/town/night-trams-begin.md")));
  // Who deletes what is out is offered to withdraw it instead.
  await more("deleteArticle");
  await dialog.getByRole("button", { name: "Withdraw with a notice" }).click();
  await dialog.locator("textarea").fill("The trams do not run.");
  await dialog.getByRole("button", { name: "Withdraw" }).click();
  await page.locator(".saved", { hasText: "Kept" }).waitFor();
  await save();
  assert.match(site.read("content/town/trams-by-night.md"), /withdrawn = \{ date = .*, notice = "The trams do not run\." \}/);
  await more("deleteArticle");
  assert.equal(await dialog.getByRole("button", { name: "Withdraw" }).count(), 0, "readers were told already");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.waitForFunction(() => location.hash === "#articles");
  assert.ok(!existsSync(site.path("content/town/trams-by-night.md")));
});

test("what a change touches is told before it is saved", async () => {
  await open("content/town/bridge.md");
  await page.locator(".headline").fill("A headline that lists show");
  await page.locator(".saved", { hasText: "Kept" }).waitFor();
  await more("impact");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /\/town\/2026\/03\/bridge\.html/);
  await dialog.getByRole("button", { name: "Close" }).click();
  await more("discard");
  await dialog.getByRole("button", { name: "Discard changes" }).click();
  await page.waitForFunction(() => document.querySelector(".headline")?.value === "Old bridge opens");
});

test("YAML front matter is edited as text only, and a mistake is told with its place", async () => {
  await open("content/town/old.md");
  assert.equal(await page.locator("form.fields").count(), 0);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("More.");
  await save();
  assert.equal(site.read("content/town/old.md"), "---\ntitle: An old one\ndate: 2026-01-02\n---\nYAML text.\nMore.");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("titel: x\n");
  await page.locator(".problem.error", { hasText: "titel" }).waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.locator("#toast.on").waitFor();
  assert.ok(!site.read("content/town/old.md").includes("titel"), "a save that would break the article is refused");
});

test("a paste becomes an article with the keyboard alone", async () => {
  await stage.open("paste");
  await page.getByLabel("Paste the text").fill("Library stays open on Sundays\n\nBy Ida Reed\n\nThe town library will open its doors on Sundays from next month, the council decided after a vote that took most of the night.\n\nReaders had asked for it for years, and the staff agreed on condition that two more librarians are hired by summer.\n\nThis line is a standfirst that the machine cannot know\n");
  await page.getByRole("button", { name: "Find the articles" }).click();
  const list = page.getByRole("listbox");
  await list.waitFor();
  await list.press("End");
  await list.press("s");
  await page.locator(".lines li.changed.subtitle").waitFor();
  await list.press("Enter");
  await page.locator(".lines li.first").first().waitFor();
  await list.press("Enter");
  await page.locator(".found").first().waitFor();
  await page.locator(".lines").press("a");
  await page.locator(".headline").waitFor();
  const text = site.read("content/library-stays-open-on-sundays.md");
  assert.match(text, /subtitle = "This line is a standfirst that the machine cannot know"/);
  assert.match(text, /authors = \["Ida Reed"\]/);
  assert.match(text, /date = \d{4}-\d\d-\d\dT/, "a story without a date is dated when it is accepted");
  assert.match(text, /source = \{ file = "paste\/[^"]+", item = 1, sha256 = "[0-9a-f]{64}" \}/);
});

test("the same story again offers to update the article, which keeps its address", async () => {
  await stage.open("paste");
  await page.getByLabel("Paste the text").fill("Library opens on Sundays\n\nBy Ida Reed\n\nThe town library will open its doors on Sundays from next month, the council decided after a vote that took most of the night.\n\nReaders had asked for it for years, and the staff agreed on condition that two more librarians are hired by summer.\n\nThe first Sunday is the third of May, the head librarian said.\n");
  await page.getByRole("button", { name: "Find the articles" }).click();
  await page.getByRole("button", { name: "Update that article" }).click();
  await page.getByRole("button", { name: "Go on with it" }).click();
  await page.waitForFunction(() => document.querySelector(".headline")?.value === "Library opens on Sundays");
  await save();
  const text = site.read("content/library-stays-open-on-sundays.md");
  assert.match(text, /third of May/);
  assert.match(text, /updated = /);
});

test("dumps and flagged articles wait in the inbox", async () => {
  await stage.open("inbox");
  await page.getByText("Ferry stops at six").waitFor();
  await page.getByText("Harbour crane breaks down").click();
  await page.getByRole("button", { name: "Accept" }).first().click();
  await page.locator(".headline").waitFor();
  const text = site.read("content/wire/harbour-crane-breaks-down.md");
  assert.match(text, /source = \{ file = "wire\/dump\.txt", item = 1/);
  await open("content/town/ferry.md");
  await page.getByRole("button", { name: "All flags are settled" }).click();
  await save();
  assert.ok(!site.read("content/town/ferry.md").includes("review"));
});

test("everything is reachable for screen readers, in three languages, light and dark, wide and narrow", async () => {
  for (const [lang, dir] of [["en", "ltr"], ["tr", "ltr"], ["ar", "rtl"]]) {
    for (const [width, scheme] of [[1280, "light"], [390, "dark"]]) {
      const context = await chromium.newContext({ locale: lang, colorScheme: scheme, viewport: { width, height: 860 } });
      const view = await context.newPage();
      for (const place of ["articles", "inbox", "edit=content%2Ftown%2Fbridge.md", "paste=content%2Fwire%2Fdump.txt"]) {
        await stage.open(place, view);
        await view.locator("h1, .headline").first().waitFor();
        await view.waitForTimeout(250);
        assert.equal(await view.evaluate(() => document.documentElement.dir), dir);
        const wide = await view.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${place} is ${wide} px too wide at ${width}`);
        assert.equal(await violations(view, `${place.split("=")[0]}-${lang}-${scheme}-${width}`), "[]", `${place} in ${lang}, ${scheme}`);
      }
      await context.close();
    }
  }
});

test("nobody else was asked for anything, and nothing failed on the way", () => {
  const ours = new Set([new URL(preview.address).origin, new URL(preview.desk).origin, "null"]);
  assert.deepEqual([...new Set(page.asked)].filter((origin) => !ours.has(origin)), []);
  const expected = /409|422|404/;
  assert.deepEqual(page.faults.filter((fault) => !expected.test(fault)), []);
  assert.ok(readdirSync(site.path(".newsprint/history")).length > 0);
});
