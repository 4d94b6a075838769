// From a key pressed at the desk to the letter in the page beside it, in Chromium, with everything between: in the text,
// which one page shows, and in the headline, which lists, neighbours and the social card show too.
//
//     tests/browser/run rebinding.test.mjs   # once: fetches what browser tests need
//     NEWSPRINT=target/release/newsprint node benches/keystroke.mjs --sizes 1000,10000,100000 --work /some/big/disk [--keys 60]

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Preview, browser } from "../tests/browser/stage.mjs";

const { values } = parseArgs({ options: { sizes: { type: "string", default: "1000" }, work: { type: "string" }, keys: { type: "string", default: "60" } } });
if (!values.work) throw new Error("--work DIR says where the articles may lie");
const beside = (name) => new URL(name, import.meta.url).pathname;

/** A site of so many articles; made once, and not a word is saved in it. */
function site(size) {
  const folder = join(values.work, `keystroke-${size}`);
  if (!existsSync(join(folder, "corpus.json"))) {
    const made = spawnSync("python3", [beside("corpus.py"), size, folder], { stdio: ["ignore", "ignore", "inherit"] });
    if (made.status !== 0) throw new Error(`corpus.py ended with ${made.status}`);
    cpSync(beside("site"), folder, { recursive: true });
    const settings = join(folder, "site.toml");
    writeFileSync(settings, `social_cards = true\n${readFileSync(settings, "utf8")}`);
  }
  const newest = readdirSync(join(folder, "content"), { recursive: true }).filter((name) => name.endsWith(".md")).sort().at(-1);
  return { folder, newest: `content/${newest}` };
}

/** Milliseconds from each key to its letter in the page beside. */
async function typed(page, place) {
  const isHeadline = place === "headline";
  const input = isHeadline ? ".headline" : ".cm-content";
  await page.locator(input).click();
  await page.keyboard.press("Control+End");
  if (isHeadline) await page.keyboard.type(" ");
  else for (const key of ["Enter", "Enter"]) await page.keyboard.press(key);
  await page.keyboard.type("Typed:");
  await page.frameLocator("iframe").getByText("Typed:").first().waitFor();
  const times = [];
  for (let n = 0; n < Number(values.keys); n += 1) {
    const text = await page.evaluate((input) => {
      const typed = document.querySelector(input);
      return (typed.value ?? typed.innerText).match(/Typed:\S*/)[0];
    }, input);
    const shown = page.frames().at(-1).waitForFunction((wanted) => document.body?.innerText.includes(wanted), text + "x", { polling: 2 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const pressed = performance.now();
    await page.keyboard.press("x");
    await shown;
    times.push(performance.now() - pressed);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return times.sort((a, b) => a - b);
}

const chromium = await browser();
console.log("| articles | typed into | median ms | 95th percentile ms | worst ms | keys |\n|---|---|---|---|---|---|");
for (const size of values.sizes.split(",")) {
  const { folder, newest } = site(size);
  const preview = await Preview.start({ dir: folder });
  for (const place of ["text", "headline"]) {
    const page = await chromium.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(`${preview.desk}#edit=${encodeURIComponent(newest)}`);
    const times = await typed(page, place);
    const at = (percent) => times[Math.min(times.length - 1, Math.floor((times.length * percent) / 100))].toFixed(1);
    console.log(`| ${Number(size).toLocaleString("en")} | ${place} | ${at(50)} | ${at(95)} | ${at(100)} | ${times.length} |`);
    await page.close();
  }
  await preview.stop();
}
await chromium.close();
process.exit(0);
