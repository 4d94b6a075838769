// Hostile words in a real browser: every vector of tests/hostile/scripts.txt in every place of an article, a dump of HTML
// and a dump of text; every page opened, every element poked. Nothing may run. A control page holds the same vectors as
// they are: if they do not run there, the test is blind.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Site, browser } from "./stage.mjs";

const LINES = readFileSync(new URL("../hostile/scripts.txt", import.meta.url), "utf8").split("\n").filter(Boolean);
const VECTORS = LINES.map((line) => {
  try {
    return JSON.parse(`"${line.replace(/\\"/g, '\\\\"').replaceAll('"', '\\"')}"`);
  } catch {
    return line;
  }
});
// The short tier opens a part of the articles' pages, the long one all.
const PAGES = process.env.NEWSPRINT_LONG ? VECTORS.length : 60;
let site, chromium, context;

/** Counts what runs. */
const HOOKS = () => {
  window.ran = [];
  const note = (what) => (...args) => { window.ran.push(`${what}: ${args[0]}`); return true; };
  window.alert = window.confirm = window.prompt = window.print = note("dialog");
  window.open = note("open");
};

/** Wakes everything that waits for an event. */
const POKE = () => {
  const events = ["click", "mouseover", "pointerenter", "focus", "blur", "input", "toggle", "error", "load", "begin", "beforetoggle"];
  addEventListener("click", (event) => event.target.closest?.("a, button") && event.preventDefault(), true);
  for (const element of document.querySelectorAll("*")) {
    for (const event of events) element.dispatchEvent(new Event(event, { bubbles: event === "click", cancelable: true }));
    for (const attribute of ["href", "xlink:href", "src", "action", "formaction", "data"]) {
      const value = element.getAttribute(attribute)?.replace(/[\u0000-\u0020]/g, "").toLowerCase() ?? "";
      if (/^(javascript|vbscript|data:text\/html)/.test(value)) window.ran.push(`${attribute}=${value.slice(0, 60)}`);
    }
  }
};

async function ran(page, url) {
  await page.goto(url, { waitUntil: "load" });
  await page.evaluate(POKE);
  return page.evaluate(() => window.ran);
}

before(async () => {
  const files = {};
  VECTORS.forEach((vector, at) => {
    const plain = vector.replace(/[\0\n\r]/g, "").trim();
    const q = JSON.stringify(plain);
    files[`content/a/v${at}.md`] =
      `+++\ntitle = ${q}\nsubtitle = ${q}\nsummary = ${q}\ndate = 2026-05-01\ntags = [${q}]\nauthors = [${q}]\nagency = ${q}\ndateline = ${q}\n+++\n\n` +
      `${vector}\n\n[x](${vector}) [x](<${vector}> "${vector}") ![${vector}](p.png "${vector}")\n\n# ${plain} {onclick=alert(1)}\n\n\`\`\`${plain}\n${vector}\n\`\`\`\n\n| ${plain} |\n|---|\n| ${plain} |\n\n<${plain}>\n\n[r]\n\n[r]: ${plain} "${plain}"\n`;
    files[`content/h${at}/v.html`] =
      `<!doctype html><title>${vector}</title><article><h1>Quay story ${at} ${vector}</h1><p>The harbour council of the town met on Tuesday and agreed to mend the old quay. ${vector}</p><p><a href="${vector}" title="${vector}">Number ${at}</a> of the stories about the quay and its winter storms.</p></article>`;
  });
  site = new Site(files);
  const built = site.run("build", "--now", "2026-06-01T00:00:00Z", "--keep-going", "--quiet");
  assert.ok([0, 4].includes(built.status), built.stderr.slice(0, 2000));
  chromium = await browser(["--allow-file-access-from-files"]);
  context = await chromium.newContext();
  await context.addInitScript(HOOKS);
  // Nothing is asked of other hosts.
  await context.route(/^https?:/, (route) => route.abort());
});

after(async () => {
  await chromium?.close();
  site?.remove();
});

test("nothing of any vector runs on any page", { timeout: 1_200_000 }, async () => {
  const page = await context.newPage();
  page.on("dialog", (dialog) => dialog.dismiss());
  const found = [];
  const open = async (path) => {
    const what = await ran(page, pathToFileURL(site.path(`public/${path}`)).href);
    if (what.length > 0) found.push(`${path}: ${what.slice(0, 3).join(", ")}`);
  };
  const step = Math.max(1, Math.floor(VECTORS.length / PAGES));
  for (let at = 0; at < VECTORS.length; at += step) await open(`a/2026/05/v${at}.html`);
  for (const path of ["index.html", "a/index.html", "tags/index.html", "authors/index.html", "404.html"]) await open(path);
  assert.deepEqual(found, []);
  await page.close();
});

test("feeds and the sitemap are well-formed to a browser", async () => {
  const page = await context.newPage();
  await page.goto("about:blank");
  for (const path of ["feed.xml", "sitemap.xml"]) {
    const error = await page.evaluate((xml) => {
      const document = new DOMParser().parseFromString(xml, "application/xml");
      return document.querySelector("parsererror")?.textContent ?? null;
    }, site.read(`public/${path}`));
    assert.equal(error, null, path);
  }
  await page.close();
});

test("the same vectors run where nothing makes them harmless", { timeout: 600_000 }, async () => {
  const page = await context.newPage();
  page.on("dialog", (dialog) => dialog.dismiss());
  let count = 0;
  for (const vector of VECTORS) {
    const html = `<!doctype html><html><body><div>${vector}</div><a href="${vector.replaceAll('"', "")}">x</a><p title="${vector}">y</p></body></html>`;
    site.write("control.html", html);
    try {
      if ((await ran(page, pathToFileURL(site.path("control.html")).href)).length > 0) count += 1;
    } catch {
      // It left the page or never ended to load; that is not counted.
      await page.goto("about:blank").catch(() => {});
    }
  }
  console.log(`control: ${count} of ${VECTORS.length} vectors run where nothing makes them harmless`);
  assert.ok(count >= 80, `${count} of ${VECTORS.length} run`);
  await page.close();
});
