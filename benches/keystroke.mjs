// From a key pressed in the desk's editor to the letter in the page beside it, in Chromium, with everything between.
//
//     tests/browser/run rebinding.test.mjs   # once: fetches what browser tests need
//     NEWSPRINT=target/release/newsprint node benches/keystroke.mjs SITE content/path/of/article.md [KEYS [headline]]
//
// With `headline` the keys are pressed there: lists, neighbours and, where the site has them, social cards show it too.

import { Preview, browser } from "../tests/browser/stage.mjs";

const [folder, path, keys = "60", place = "text"] = process.argv.slice(2);
const isHeadline = place === "headline";
const preview = await Preview.start({ dir: folder });
await new Promise((resolve) => setTimeout(resolve, 500));
const desk = preview.lines.match(/edit at (http:\S+)/)[1];
const chromium = await browser();
const page = await chromium.newPage();
page.setDefaultTimeout(300_000);
await page.goto(`${desk}#edit=${encodeURIComponent(path)}`);
await page.locator(isHeadline ? ".headline" : ".cm-content").click();
await page.keyboard.press("Control+End");
if (isHeadline) await page.keyboard.type(" ");
else for (const key of ["Enter", "Enter"]) await page.keyboard.press(key);
await page.keyboard.type("Typed:");
const frame = page.frameLocator("iframe");
await frame.getByText("Typed:").first().waitFor();
const times = [];
for (let n = 0; n < Number(keys); n += 1) {
  const text = await page.evaluate((place) => {
    const typed = document.querySelector(place);
    return (typed.value ?? typed.innerText).match(/Typed:\S*/)[0];
  }, isHeadline ? ".headline" : ".cm-content");
  const shown = page.frames().at(-1).waitForFunction((wanted) => document.body?.innerText.includes(wanted), text + "x", { polling: 2 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const pressed = performance.now();
  await page.keyboard.press("x");
  await shown;
  times.push(performance.now() - pressed);
  await new Promise((resolve) => setTimeout(resolve, 60));
}
times.sort((a, b) => a - b);
const at = (percent) => times[Math.min(times.length - 1, Math.floor((times.length * percent) / 100))].toFixed(1);
console.log(`${times.length} keys: median ${at(50)} ms, 95th percentile ${at(95)} ms, worst ${at(100)} ms`);
await chromium.close();
await preview.stop();
process.exit(0);
