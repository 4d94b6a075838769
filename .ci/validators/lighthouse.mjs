// Lighthouse with its phone profile: 100 in four categories on a front page and an article of each direction.
import { spawn } from 'node:child_process';
import { samples, serve, verdict } from './site.mjs';

const { base, close } = await serve();
const faults = [];
const categories = ['performance', 'accessibility', 'best-practices', 'seo'];
const pages = samples().filter(({ kind, lang }) => ['front', 'article'].includes(kind) && ['en', 'ar'].includes(lang));
const program = new URL('node_modules/lighthouse/cli/index.js', import.meta.url).pathname;
const run = (url) => new Promise((done, fail) => {
    const child = spawn('node', [program, url, '--output=json', '--quiet', `--only-categories=${categories}`,
        '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking'],
    { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? '/usr/bin/chromium' } });
    let text = '';
    child.stdout.on('data', (bytes) => { text += bytes; });
    child.on('close', () => { try { done(JSON.parse(text)); } catch (error) { fail(error); } });
});
for (const { path } of pages) {
    const report = await run(base + path);
    const scores = categories.map((name) => Math.round(report.categories[name].score * 100));
    console.log(`  ${path}: ${categories.map((name, at) => `${name} ${scores[at]}`).join(', ')}`);
    categories.forEach((name, at) => {
        if (scores[at] === 100) return;
        const refs = report.categories[name].auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => report.audits[id]);
        const low = refs.filter(({ score }) => score !== null && score < 0.9);
        faults.push(`${path}: ${name} ${scores[at]}: ${low.map(({ id, displayValue }) => `${id} ${displayValue ?? ''}`).join('; ')}`);
    });
}
close();
verdict('lighthouse', `${pages.length} pages`, faults);
