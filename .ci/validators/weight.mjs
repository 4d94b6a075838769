// What a reader's phone loads, and whether the security policy holds: no complaint in the console, nothing from another
// host, an article without pictures below 60 kB, a front page with pictures below 300 kB.
import { browser, phone, samples, serve, verdict } from './site.mjs';

const limit = { front: 300_000 };
const { base, close } = await serve();
const chromium = await browser();
const faults = [];
const lines = [];
for (const { path, kind, lang } of samples()) {
    const context = await chromium.newContext(phone);
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
    page.on('pageerror', (error) => said.push(error.message));
    let [bytes, pictures, html, fonts] = [0, 0, 0, new Map()];
    const asked = [];
    page.on('requestfinished', (request) => asked.push(weigh(request)));
    const weigh = async (request) => {
        const url = request.url();
        if (url.startsWith('data:')) return;
        if (!url.startsWith(base)) faults.push(`${path}: asks another host: ${url}`);
        const { responseBodySize } = await request.sizes();
        bytes += responseBodySize;
        if (request.resourceType() === 'image') pictures += responseBodySize;
        if (request.resourceType() === 'font') fonts.set(url, responseBodySize);
        else if (request.resourceType() !== 'image') html += responseBodySize;
    };
    await page.goto(base + path, { waitUntil: 'networkidle' });
    const preloaded = await page.$$eval('link[rel=preload][as=font]', (links) => links.map((link) => link.href));
    await Promise.all(asked);
    const first = html + preloaded.reduce((sum, url) => sum + (fonts.get(url) ?? 0), 0);
    lines.push(`${lang} ${kind}: ${(bytes / 1000).toFixed(1)} kB in all, ${(pictures / 1000).toFixed(1)} kB of pictures, ${(first / 1000).toFixed(1)} kB of HTML, CSS and preloaded font`);
    if (first > 60_000) faults.push(`${path}: ${first} bytes of HTML, CSS and preloaded font`);
    if (limit[kind] && bytes > limit[kind]) faults.push(`${path}: ${bytes} bytes`);
    // The page of a missing address answers 404, and browsers say so.
    faults.push(...said.filter((text) => !(kind === '404' && text.includes('404'))).map((text) => `${path}: the console says: ${text}`));
    await context.close();
}
await chromium.close();
close();
console.log(lines.map((line) => `  ${line}`).join('\n'));
verdict('weight and policy', `${lines.length} pages`, faults);
