// axe-core on every kind of page in every language, light and dark, phone and desk.
import { readFileSync } from 'node:fs';
import { browser, desk, phone, samples, serve, verdict } from './site.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const { base, close } = await serve();
const chromium = await browser();
const faults = [];
let looked = 0;
for (const [form, size] of [['phone', phone], ['desk', desk]]) {
    for (const colorScheme of ['light', 'dark']) {
        // axe itself has to run where the policy lets no script in.
        const context = await chromium.newContext({ ...size, colorScheme, bypassCSP: true });
        const page = await context.newPage();
        for (const { path } of samples()) {
            await page.goto(base + path);
            await page.addScriptTag({ content: axe });
            const { violations } = await page.evaluate((tags) => axe.run({ runOnly: tags }), tags);
            looked += 1;
            for (const { id, nodes } of violations) {
                faults.push(`${path} ${form} ${colorScheme}: ${id}: ${nodes.map((node) => node.html.slice(0, 160)).slice(0, 2).join(' | ')} ${nodes[0]?.failureSummary?.split('\n').slice(1, 3).join(' ').trim()}`);
            }
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (wider > 0) faults.push(`${path} ${form} ${colorScheme}: ${wider} px wider than the screen`);
        }
        await context.close();
    }
}
await chromium.close();
close();
verdict('axe', `${looked} pages`, faults);
