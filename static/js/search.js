/* Search without a server: reads the small files of words that are beside the search page, newest articles first.
   `words` and `bucket` say the same as `each_word` and `bucket` in Newsprint's src/search.rs; a test compares them. */
(() => {
"use strict";

const LETTERS = 3, LONGEST = 40, HITS = 16, SHOWN = 10;
/** Characters read in one go when something was found already. */
const ENOUGH = 200_000;

const LEFT_OUT = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u3099\u309a\u00ad\u200c\u200d]/gu;
const LETTER = /[\p{Alphabetic}\p{N}\p{M}]/u;
const RUNS_ON = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const FOLDED = new Map(Object.entries({
  "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ς": "σ", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك",
}));
for (let digit = 0; digit < 10; digit++) {
  for (const zero of [0x660, 0x6f0]) FOLDED.set(String.fromCodePoint(zero + digit), String(digit));
}
const ARTICLES = ["وال", "بال", "كال", "فال", "ال", "لل"];

/** The words of a text as the index has them. */
function words(text, lang) {
  const found = [];
  const umlauts = /^de(-|$)/i.test(lang);
  let word = "", run = "", alone = false;
  const finish = () => {
    if (umlauts) word = word.replaceAll("ae", "a").replaceAll("oe", "o").replaceAll("ue", "u");
    if (/^[\u0620-\u06ff]/.test(word)) {
      const article = ARTICLES.find((article) => word.startsWith(article));
      if (article && [...word.slice(article.length)].length >= LETTERS) word = word.slice(article.length);
    }
    const letters = [...word].length;
    if (letters >= 2 && letters <= LONGEST) found.push(word);
    word = "";
  };
  for (const c of text.normalize("NFKD").toLowerCase().replace(LEFT_OUT, "") + " ") {
    const isLetter = LETTER.test(c), isRun = RUNS_ON.test(c);
    if (word && (isRun || !isLetter)) finish();
    if (isRun && isLetter) {
      alone = !run;
      if (run) found.push(run + c);
      run = c;
      continue;
    }
    if (run && alone) found.push(run);
    run = "";
    if (isLetter && !isRun) word += FOLDED.get(c) ?? c;
  }
  return found;
}

function hashed(letters) {
  return letters.reduce((hash, c) => Math.imul(hash ^ c.codePointAt(0), 0x01000193) >>> 0, 0x811c9dc5);
}

/** The file of a shard in which a word is. */
function bucket(word, buckets) {
  const hash = hashed([...word].slice(0, RUNS_ON.test([...word][0]) ? 1 : LETTERS));
  return ((hash ^ (hash >>> 16)) & (buckets - 1)) >>> 0;
}

/** The filter of a shard that knows of a word. */
function filterOf(word, buckets) {
  return bucket(word, buckets) & (Math.max(buckets >> 3, Math.min(buckets, 4)) - 1);
}

/** Whether a filter may know words that answer this one: they share all its letters but the last three, or more. */
function mayHave(filter, word) {
  const letters = [...word];
  if (letters.length < LETTERS || RUNS_ON.test(letters[0])) return true;
  const hash = hashed(letters.slice(0, Math.min(6, Math.max(LETTERS, letters.length - 3))));
  const step = Math.imul((hash << 16) | (hash >>> 16), 0x9e3779b1);
  return [0, 1, 2].every((times) => {
    const bit = ((hash + Math.imul(step, times)) >>> 0) % (filter.length * 8);
    return (filter[bit >> 3] >> (bit % 8)) & 1;
  });
}

/** Endings that make no other word; three letters always stay. */
const ENDINGS = {
  en: /(?<=..[^aiouys])s$|(?<=...(x|ch|sh|ss))es$/,
  de: /(?<=....)(ern|em|en|er|es|e|s|n)$/,
  fr: /(?<=...)(es|s|x|e)$/,
  es: /(?<=...)(es|s)$/,
  ar: /(?<=...)(ها|ان|ات|ون|ين|يه|ه|ي)$/,
};
/** Languages that join words, or add much to a word's end: a word finds all that begin with it. */
const JOINED = ["de", "nl", "sv", "da", "nb", "no", "fi", "hu", "tr", "az", "kk", "uz", "ko"];
const LONG_ENDINGS = ["tr", "az", "kk", "uz", "fi", "hu"];

/** How well a word of the index answers one of a query: 0 to 1. */
function fit(term, word, isLast, primary) {
  if (term === word) return 1;
  const letters = [...word].length;
  if (RUNS_ON.test(word)) return letters === 1 && term.startsWith(word) ? 0.6 : 0;
  if (letters < LETTERS) return 0;
  const ending = ENDINGS[primary];
  if (ending) {
    const stem = (word) => (primary === "en" ? word.replace(/(?<=..)ies$/, "y") : word).replace(ending, "");
    if (stem(term) === stem(word)) return 0.9;
  }
  if (term.startsWith(word) && (isLast || (letters > LETTERS && JOINED.includes(primary)))) return 0.7;
  if (letters > 5 && LONG_ENDINGS.includes(primary) && term.startsWith(word.slice(0, Math.max(5, letters - 3)))) return 0.4;
  return 0;
}

const WEIGHTS = [1, 1.6, 3, 6];

/** The articles in a file whose words answer one: number -> score. */
function lookUp(file, word, isLast, primary) {
  const scores = new Map();
  let term = [];
  for (const line of file.split("\n")) {
    if (!line) continue;
    const tab = line.indexOf("\t");
    term = [...term.slice(0, line.charCodeAt(0) - 48), ...line.slice(1, tab)];
    const fits = fit(term.join(""), word, isLast, primary);
    if (!fits) continue;
    let next = 0;
    for (let at = tab + 1; at < line.length; at++) {
      let number = 0, shift = 0, digit;
      while ((digit = line.charCodeAt(at) - 48) >= 32) {
        number |= (digit - 32) << shift;
        shift += 5;
        at++;
      }
      number |= digit << shift;
      const article = next + (number >>> 2);
      scores.set(article, Math.max(scores.get(article) ?? 0, WEIGHTS[number & 3] * fits));
      next = article + 1;
    }
  }
  return scores;
}

/** A period's beginning and length in years; what has no date counts as old. */
function span(period, newest) {
  const [, year, quarter, month] = period.match(/^(\d{4})(?:-q(\d)|-(\d\d))?$/) ?? [];
  if (!year) return [newest - 3, 0];
  if (quarter) return [Number(year) + (quarter - 1) / 4, 1 / 4];
  return month ? [Number(year) + (month - 1) / 12, 1 / 12] : [Number(year), 1];
}

/** Articles of a period that answer all words. */
function rank(period, newest, found) {
  const [first, ...rest] = found.toSorted((a, b) => a.size - b.size);
  const hits = [];
  const last = Math.max(1, ...found.flatMap((scores) => [...scores.keys()]));
  const [begin, length] = span(period, newest);
  for (const [article, score] of first) {
    if (!rest.every((scores) => scores.has(article))) continue;
    const sum = rest.reduce((sum, scores) => sum + scores.get(article), score);
    const age = Math.max(0, newest - begin - (length * article) / last);
    hits.push({ period, article, score: sum / (1 + 0.35 * age) });
  }
  return hits;
}

if (typeof module === "object") module.exports = { words, bucket, filterOf, mayHave, fit, lookUp };
if (typeof document === "undefined") return;

const form = document.querySelector("form.search");
if (!form) return;
const input = form.elements.q;
const [status, list, on] = ["status", "hits", "on"].map((name) => document.querySelector(`.search-${name}`));
const button = on.firstElementChild;
const told = form.dataset;
const lang = document.documentElement.lang;
const primary = lang.split("-")[0].toLowerCase();
const periods = told.periods.split(" ").filter(Boolean).map((entry) => entry.split(":"));
const newest = periods.length ? span(periods[0][0], 3).reduce((begin, length) => begin + length) : 0;

const kept = new Map();
/** A file as text, asked for once. Hosts are asked whether it is still the same, so files of two builds do not mix. */
function read(path, isText = true) {
  if (!kept.has(path)) {
    const text = fetch(told.folder + path, { cache: "no-cache" }).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status} ${path}`);
      return isText ? answer.text() : answer.arrayBuffer().then((bytes) => new Uint8Array(bytes));
    });
    text.catch(() => kept.delete(path));
    kept.set(path, text);
  }
  return kept.get(path);
}

/** A search: what was found and is not shown yet, and how far back it went. */
class Search {
  constructor(query) {
    this.words = [...new Set(words(query, lang))];
    this.last = this.words.at(-1);
    this.at = 0;
    this.found = 0;
    this.waiting = [];
  }

  /** Goes back in time until there is enough to show. */
  async back() {
    const hits = [];
    let chars = 0;
    for (let step = 2; this.at < periods.length && hits.length < SHOWN && !(hits.length && chars > ENOUGH); step = Math.min(step * 2, 12)) {
      const all = periods.slice(this.at, this.at + step);
      // The newest are read at once; before more is, filters say where it would be in vain.
      const known = await Promise.all(all.map((period) => this.at === 0 || this.mayBeIn(...period)));
      const part = all.filter((_, at) => known[at]);
      const files = await Promise.all(part.map(([period, buckets]) => Promise.all(this.words.map((word) => {
        const number = bucket(word, Number(buckets)).toString(16).padStart(2, "0");
        return read(`${period}/${number}.txt`);
      }))));
      files.forEach((texts, at) => {
        const found = texts.map((text, number) => {
          chars += text.length;
          const word = this.words[number];
          return lookUp(text, word, word === this.last, primary);
        });
        hits.push(...rank(part[at][0], newest, found));
      });
      this.at += all.length;
    }
    hits.sort((a, b) => b.score - a.score || (a.period < b.period ? 1 : a.period > b.period ? -1 : b.article - a.article));
    this.found += hits.length;
    this.waiting.push(...hits);
  }

  /** Whether a period may have all words. */
  async mayBeIn(period, buckets) {
    const known = await Promise.all(this.words.map(async (word) => {
      const filter = await read(`${period}/filter-${filterOf(word, Number(buckets)).toString(16)}.bin`, false);
      return mayHave(filter, word);
    }));
    return known.every(Boolean);
  }

  /** The next that are shown, as rows. */
  next() {
    const hits = this.waiting.splice(0, SHOWN);
    return Promise.all(hits.map(async ({ period, article }) => {
      const file = await read(`${period}/hits-${Math.floor(article / HITS)}.json`);
      return JSON.parse(file)[article % HITS];
    }));
  }
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
  made.append(...children.filter(Boolean));
  return made;
}

function hit([url, title, day, date, section, summary, itsLang, dir]) {
  const own = itsLang === lang ? "" : itsLang;
  return element("li", {}, element("article", { class: "teaser" }, element("div", { class: "words", dir },
    section && element("p", { class: "kicker" }, element("span", { dir: "auto" }, section)),
    element("h2", { class: "hl", lang: own }, element("a", { href: told.root + url }, title)),
    summary && element("p", { class: "sub", lang: own }, summary),
    date && element("p", { class: "meta" }, element("time", { datetime: day, dir: "auto" }, date)))));
}

/** A number in the digits of the page's language. */
function number(value) {
  return String(value).replace(/\d/g, (digit) => [...told.digits][digit]);
}

/** A word that the page brings along in the plural forms of its language. */
function counted(word, count) {
  const form = new Intl.PluralRules(lang).select(count);
  const text = told[`${word}${form[0].toUpperCase()}${form.slice(1)}`] ?? told[`${word}Other`];
  return text.replace("{n}", number(count));
}

/** When a period began, in words. */
function since(period) {
  const [begin, length] = span(period, newest);
  if (length === 1) return number(begin);
  const date = new Date(Date.UTC(Math.floor(begin), Math.round((begin % 1) * 12), 1));
  const words = new Intl.DateTimeFormat(lang, { year: "numeric", month: "long", timeZone: "UTC", numberingSystem: "latn" });
  return number(words.format(date));
}

let current;
async function show(search, isMore) {
  try {
    if (!search.waiting.length) await search.back();
    const rows = (await search.next()).filter(Boolean);
    if (search !== current) return;
    const items = rows.map(hit);
    if (isMore) list.append(...items);
    else list.replaceChildren(...items);
    const ended = search.at >= periods.length;
    const [last] = periods[search.at - 1] ?? [];
    const words = ended || !/^\d/.test(last)
      ? counted("found", search.found)
      : counted("since", search.found).replace("{date}", since(last));
    status.textContent = search.found || !ended ? words : told.nothing;
    const more = search.waiting.length ? button.dataset.more : ended ? "" : button.dataset.older;
    on.hidden = !more;
    button.textContent = more;
    if (isMore) items[0]?.querySelector("a").focus();
  } catch (error) {
    if (search !== current) return;
    status.textContent = told.failed;
    console.error(error);
  }
}

function start() {
  const query = input.value.trim();
  const url = new URL(location.href);
  if (query) url.searchParams.set("q", query);
  else url.searchParams.delete("q");
  try { history.replaceState(history.state, "", url); } catch { /* Some places have no history. */ }
  const search = (current = new Search(query));
  if (search.words.length) {
    if (!list.firstChild) status.textContent = told.working;
    return show(search, false);
  }
  list.replaceChildren();
  on.hidden = true;
  status.textContent = query ? told.short : "";
}

let timer;
input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(start, 250);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  start();
});
button.addEventListener("click", () => show(current, true));

form.hidden = false;
input.value = new URLSearchParams(location.search).get("q") ?? "";
if (input.value) start();
else input.focus();
})();
