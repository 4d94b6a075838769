// The built site as a host serves it, with the security policy of the documentation, and one page of every kind and
// language in it.
import { readFileSync, readdirSync, statSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

export const folder = process.env.SITE;
const root = new URL('../..', import.meta.url).pathname;
const types = {
    '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2', '.jpg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp', '.avif': 'image/avif',
    '.xml': 'application/xml', '.json': 'application/json', '.wasm': 'application/wasm', '.txt': 'text/plain; charset=utf-8',
};

/** The policy as docs/security-policy.md gives it. */
export const policy = readFileSync(join(root, 'docs/security-policy.md'), 'utf8')
    .match(/```text\n([\s\S]*?)```/)[1].replace('Content-Security-Policy:', '').trim().replace(/\s+/g, ' ');

/** Serves the site on a free port; resolves to its address. */
export function serve() {
    const server = createServer((request, response) => {
        const path = decodeURIComponent(new URL(request.url, 'http://site').pathname);
        let file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
        const found = existsSync(file) && statSync(file).isFile();
        if (!found) file = join(folder, '404.html');
        const type = types[extname(file)] ?? 'application/octet-stream';
        const headers = { 'content-type': type, 'content-security-policy': policy, 'cache-control': 'max-age=31536000' };
        let body = readFileSync(file);
        if (/^(text|application\/(xml|json))|svg/.test(type)) {
            body = gzipSync(body);
            headers['content-encoding'] = 'gzip';
        }
        response.writeHead(found ? 200 : 404, headers);
        response.end(body);
    });
    return new Promise((done) => server.listen(0, '127.0.0.1', () => {
        done({ base: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() });
    }));
}

/** Every HTML file of the site, as `{path, kind, lang}`. */
export function all() {
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.html')).sort();
    return files.map((path) => {
        const text = readFileSync(join(folder, path), 'utf8');
        const kind = text.match(/<body class="is-([\w-]+)/)?.[1] ?? 'none';
        return { path, kind, lang: text.match(/<html lang="([\w-]+)/)?.[1] ?? '', size: text.length };
    });
}

/** One page of every kind in every language: the longest, which has most in it. */
export function samples() {
    const best = new Map();
    for (const page of all().filter((page) => page.kind !== 'none')) {
        const key = `${page.lang} ${page.kind}`;
        if (!best.has(key) || best.get(key).size < page.size) best.set(key, page);
    }
    return [...best.values()];
}

export function browser() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync'],
    });
}

export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const desk = { viewport: { width: 1366, height: 900 } };

/** Prints the faults and says with the exit code whether there were any. */
export function verdict(name, looked, faults) {
    faults.forEach((fault) => console.log(`  ${fault}`));
    console.log(`${name}: ${looked}, ${faults.length} faults`);
    process.exitCode = faults.length ? 1 : 0;
}
