// What a search reads, compressed, on a built site: search.mjs SITE/public/search [WORD…]
// Reads files in the order of static/js/search.js until ten articles are found. Without words: 100 of the index, and 100
// that are nowhere; prints median and most, in bytes without the page and the script.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const { bucket, filterOf, mayHave, lookUp } = createRequire(import.meta.url)('../static/js/search.js');
const [folder, ...given] = process.argv.slice(2);
const page = readFileSync(join(folder, 'index.html'), 'utf8');
const periods = /data-periods="([^"]*)"/.exec(page)[1].split(' ').filter(Boolean).map((entry) => entry.split(':'));

function cost(word) {
    let [bytes, files, found, at] = [0, 0, 0, 0];
    const read = (name) => {
        const file = readFileSync(join(folder, name));
        bytes += Math.min(gzipSync(file).length, file.length);
        files += 1;
        return file;
    };
    for (let step = 2; at < periods.length && found < 10; step = Math.min(step * 2, 12)) {
        for (const [period, buckets] of periods.slice(at, at + step)) {
            if (at > 0 && !mayHave(read(`${period}/filter-${filterOf(word, Number(buckets)).toString(16)}.bin`), word)) continue;
            const number = bucket(word, Number(buckets)).toString(16).padStart(2, '0');
            found += lookUp(read(`${period}/${number}.txt`).toString(), word, true, 'en').size;
        }
        at += step;
    }
    return { bytes, files, found };
}

function row(name, words) {
    const costs = words.map(cost);
    const sorted = (key) => costs.map((one) => one[key]).sort((a, b) => a - b);
    const [bytes, files] = [sorted('bytes'), sorted('files')];
    const middle = (list) => list[list.length >> 1];
    const kb = (number) => `${(number / 1000).toFixed(1)} kB`;
    console.log(`| ${name} | ${kb(middle(bytes))} | ${kb(bytes.at(-1))} | ${middle(files)} | ${files.at(-1)} |`);
}

console.log('| query | median | at most | files | at most |\n|---|---|---|---|---|');
if (given.length) {
    given.forEach((word) => row(word, [word]));
} else {
    const terms = [];
    for (const [period] of periods) {
        for (const name of readdirSync(join(folder, period)).filter((name) => name.endsWith('.txt'))) {
            let term = '';
            for (const line of readFileSync(join(folder, period, name), 'utf8').split('\n').filter(Boolean)) {
                term = term.slice(0, line.charCodeAt(0) - 48) + line.slice(1, line.indexOf('\t'));
                if (term.length > 3) terms.push(term);
            }
        }
    }
    const known = [...new Set(terms)].sort();
    const some = Array.from({ length: 100 }, (_, at) => known[Math.floor((at * known.length) / 100)]);
    // Words that begin as others do, and then do not go on as any does.
    const nowhere = some.map((word) => `${word.slice(0, 4)}qx${word.slice(-2)}`).filter((word) => !known.includes(word));
    row('a word of the site', some);
    row('a word that is nowhere', nowhere);
    row('its beginning is nowhere either', some.map((word) => `${word.slice(0, 2)}qx${word.slice(2)}`));
}
