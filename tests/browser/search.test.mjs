// Search without a server: what the program puts into the index is what the script looks for, readers find it in their
// languages under a strict policy, and what is hidden is not in it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { Site, browser } from "./stage.mjs";

const { words, bucket, filterOf, mayHave, fit, lookUp } = createRequire(import.meta.url)("../../static/js/search.js");
const NOW = "2026-06-01T12:00:00Z";
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

const story = (title, date, text, front = "") =>
  `+++\ntitle = ${JSON.stringify(title)}\ndate = ${date}\nsummary = "."\n${front}+++\n\n${text}\n`;

/** The words of an index file, as the program wrote them. */
function termsOf(file) {
  let term = [];
  return file.split("\n").filter(Boolean).map((line) => {
    term = [...term.slice(0, line.charCodeAt(0) - 48), ...line.slice(1, line.indexOf("\t"))];
    return term.join("");
  });
}

const TEXTS = [
  "The Harbour’s café naïve coöperate, a 24-hour stop: don't re-enter; U.S. G7 ½ x² №5 ﬁne ＡＢＣ",
  "İSTANBUL ISTANBUL ıstanbul Saltmere'de IŞIK ışık ÇAĞRI öğle Ünlü",
  "Müller Mueller MUELLER Straße STRASSE Äpfel Poet neue queen Goethe GRÖẞE",
  "المدينة والمدينة مَدِينَةٌ بالمدينة للمدينة أحمد إحمد آحمد على علي الله اللّٰه ١٢٣ ۱۲۳ ـــعـــربي والد",
  "فارسی می‌خواهم کتاب های ایران",
  "東京タワーへ行く。カタカナ がぎぐ 港 port 港口abc北京 １２",
  "서울 시청에서 한국어",
  "ΟΔΟΣ οδός ὈΔΌΣ Ελλάδα",
  "Ёлка ЙОД їжак Ґанок",
  "שָׁלוֹם עולם",
  "हिन्दी में समाचार கட்டுரை ภาษาไทย ง่าย မြန်မာ",
  "Łódź Ærø Œuvre Đà Nẵng smørrebrød ǅ ŉ ǰ",
];

/** Letters, marks and digits from many blocks, in an order that is always the same. */
function mixed(seed) {
  const blocks = [[0x41, 0x17f], [0x300, 0x36f], [0x370, 0x3ff], [0x400, 0x4ff], [0x5d0, 0x5ea], [0x620, 0x6d3], [0x900, 0x94d],
    [0xe01, 0xe3a], [0x3041, 0x3096], [0x30a1, 0x30fa], [0x4e00, 0x4fff], [0xac00, 0xacff], [0x1e00, 0x1eff], [0xff21, 0xff5a]];
  let state = seed * 2654435761 + 1;
  const next = (n) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % n;
  let text = "";
  for (let at = 0; at < 60; at++) {
    const [from, to] = blocks[next(blocks.length)];
    for (let n = 1 + next(6); n > 0; n--) {
      const c = String.fromCodePoint(from + next(to - from + 1));
      if (/[\p{L}\p{N}\p{M}]/u.test(c)) text += c;
    }
    text += next(3) ? " " : "";
  }
  return text.trim();
}

test("the program and the script cut texts into the same words, and look for them in the same files", () => {
  for (const lang of ["en", "de"]) {
    const texts = [...TEXTS, ...Array.from({ length: 120 }, (_, seed) => mixed(seed))];
    const site = new Site({
      "site.toml": `title = "T"\nbase_url = "https://t.example/"\ntimezone = "UTC"\nlanguage = "${lang}"\n`,
      "content/new.md": story("New", "2026-05-01", "New."),
    });
    texts.forEach((text, at) => {
      const front = `slug = "t${at}"\n`;
      // Half of them as headlines, half as texts.
      const file = at % 2 ? story(text, "2025-03-01", "", front) : story("T", "2025-03-01", text, front);
      site.write(`content/t${at}.md`, file);
    });
    const built = site.run("build", "--now", NOW);
    assert.equal(built.status, 0, built.stderr);
    const folder = join(site.dir, "public/search/2025");
    const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
    assert.equal(files.length, 16);
    const have = new Set();
    for (const name of files) {
      for (const term of termsOf(readFileSync(join(folder, name), "utf8"))) {
        assert.equal(bucket(term, files.length), parseInt(name, 16), `the file of ${term}`);
        have.add(term);
      }
    }
    const filters = readdirSync(folder).filter((name) => name.startsWith("filter-"));
    assert.equal(filters.length, 4);
    const filter = (word) => readFileSync(join(folder, `filter-${filterOf(word, files.length)}.bin`));
    assert.deepEqual([...have].filter((word) => !mayHave(filter(word), word)), [], "filters know every word");
    const nowhere = Array.from({ length: 400 }, (_, at) => `qx${(at * 7919).toString(26)}vzk`);
    assert.ok(nowhere.filter((word) => mayHave(filter(word), word)).length < 120, "and few that are not there");
    const want = new Set(texts.flatMap((text) => words(text, lang)));
    assert.ok(want.size > 1000);
    assert.deepEqual([...have].filter((word) => !want.has(word)), [], `only the program has these (${lang})`);
    assert.deepEqual([...want].filter((word) => !have.has(word)), [], `only the script has these (${lang})`);
    site.remove();
  }
});

test("a word of a query finds its other forms", () => {
  const cases = [
    ["en", "strike", "strikes", false, true],
    ["en", "cities", "city", false, true],
    ["en", "port", "portrait", false, false],
    ["en", "port", "portrait", true, true],
    ["de", "hafen", "hafenstreik", false, true],
    ["de", "hauses", "haus", false, true],
    ["tr", "belediye", "belediyesi", false, true],
    ["tr", "limanda", "liman", false, true],
    ["ar", "مدينه", "مدين", false, true],
    ["zh", "港", "港口", false, true],
  ];
  for (const [lang, word, term, isLast, expected] of cases) {
    assert.equal(fit(term, word, isLast, lang) > 0, expected, `${word} finds ${term} in ${lang}`);
  }
  // Headlines weigh more; 81 is twenty articles on, and often in the text.
  assert.deepEqual([...lookUp("0ferry\t3a2\n", "ferry", false, "en")], [[0, 6], [21, 1.6]]);
});

const site = new Site({
  "site.toml": `title = "The Tide"\nbase_url = "https://tide.example/"\ntimezone = "UTC"\n\n[[edition]]\nlanguage = "tr"\n\n[[edition]]\nlanguage = "ar"\n`,
  "content/town/bridge.md": story("Bridge opens again", "2026-05-20", "The harbour pilots cheered the swing bridge."),
  "content/town/old.md": story("Harbour dredged", "2024-02-20", "Mud and pilots."),
  "content/town/draft.md": story("Secretdraft", "2026-05-20", "Secretdraft text.", "draft = true\n"),
  "content/town/later.md": story("Secretlater", "2026-07-20", "Secretlater text."),
  "content/town/gone.md": story("Secretgone", "2026-05-20", "Secretgone text.", 'withdrawn = { date = 2026-05-21, notice = "Gone." }\n'),
  "content/tr/kasaba/istanbul.md": story("İstanbul’dan ışık geldi", "2026-05-02", "Limanda şenlik vardı."),
  "content/ar/town/mina.md": story("الجسر يدور من جديد", "2026-05-03", "عادت السفن إلى الميناء بعد أحمد."),
});
for (let number = 0; number < 30; number++) {
  site.write(`content/town/many${number}.md`, story(`Regatta ${number}`, `2025-01-${String(number + 1).padStart(2, "0")}`, "Sails."));
}

let server, address, chromium;
before(async () => {
  const built = site.run("build", "--now", NOW);
  assert.equal(built.status, 0, built.stderr);
  const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".txt": "text/plain", ".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const bytes = readFileSync(join(site.dir, "public", pathname.endsWith("/") ? `${pathname}index.html` : pathname));
      response.writeHead(200, { "content-type": `${types[extname(pathname)] ?? "text/html"}; charset=utf-8`, "content-security-policy": POLICY });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${server.address().port}/`;
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  server?.close();
  server?.closeAllConnections();
  site.remove();
});

/** A search page on which nothing goes wrong. */
async function open(path) {
  const page = await chromium.newPage();
  page.faults = [];
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  await page.goto(address + path);
  return page;
}

test("readers find articles in their languages, however they write", async () => {
  const cases = [
    // A headline outweighs two years, a text does not.
    ["search/", "harbour", ["Harbour dredged", "Bridge opens again"]],
    ["search/", "PILOT", ["Bridge opens again", "Harbour dredged"]],
    ["search/", "HARBOUR pilot", ["Harbour dredged", "Bridge opens again"]],
    ["search/", "swing bri", ["Bridge opens again"]],
    ["search/", "bridge mud", []],
    ["tr/search/", "istanbul ışık", ["İstanbul’dan ışık geldi"]],
    ["tr/search/", "İSTANBUL", ["İstanbul’dan ışık geldi"]],
    ["tr/search/", "ISIK liman", ["İstanbul’dan ışık geldi"]],
    ["ar/search/", "ميناء", ["الجسر يدور من جديد"]],
    ["ar/search/", "والميناء احمد", ["الجسر يدور من جديد"]],
    ["ar/search/", "جسر", ["الجسر يدور من جديد"]],
  ];
  for (const [path, query, expected] of cases) {
    const page = await open(`${path}?q=${encodeURIComponent(query)}`);
    // While it works it says so, with an ellipsis.
    await page.waitForFunction(() => /[^…]$/.test(document.querySelector("[aria-live]").textContent));
    assert.deepEqual(await page.locator(".search-hits h2").allInnerTexts(), expected, `${path} ${query}`);
    const told = await page.getByRole("status").innerText();
    const counted = { search: /^(1 result|2 results|Nothing was found\..*)$/, tr: /^1 sonuç$/, ar: /^نتيجة واحدة$/ };
    assert.match(told, counted[path.split("/")[0]], `${path} ${query}`);
    assert.deepEqual(page.faults, []);
    if (path.startsWith("ar")) {
      assert.equal(await page.locator(".search-hits .words").first().getAttribute("dir"), "rtl");
    }
    await page.close();
  }
});

test("the keyboard is enough, the count is told, and the address keeps the query", async () => {
  const page = await open("search/");
  await page.keyboard.type("regatta");
  await page.keyboard.press("Enter");
  const status = page.getByRole("status");
  await page.waitForFunction(() => document.querySelectorAll(".search-hits li").length === 10);
  assert.match(await status.innerText(), /30/);
  assert.equal(new URL(page.url()).searchParams.get("q"), "regatta");
  assert.equal(await page.locator(".search-hits h2").first().innerText(), "Regatta 29");
  await page.getByRole("button", { name: "More results" }).press("Enter");
  await page.waitForFunction(() => document.querySelectorAll(".search-hits li").length === 20);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Regatta 19");
  await page.keyboard.press("Enter");
  await page.waitForURL(/many/);
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll(".search-hits li").length === 10);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a page of results is accessible, light and dark, in both directions", async () => {
  const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    // axe itself has to run where the policy lets no script in.
    const context = await chromium.newContext({ colorScheme, bypassCSP: true, viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    for (const path of ["search/?q=regatta", "ar/search/?q=جسر"]) {
      await page.goto(address + path);
      await page.locator(".search-hits h2").first().waitFor();
      await page.addScriptTag({ content: axe });
      const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${path} ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, "no wider than the screen");
    }
    await context.close();
  }
});

test("without a script there is a notice with the way to the archive", async () => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${address}search/`);
  assert.equal(await page.locator("form.search").isVisible(), false);
  assert.match(await page.locator("main").innerText(), /needs JavaScript/);
  assert.equal(await page.locator("main noscript a").getAttribute("href"), "../archive/index.html");
  await context.close();
});

test("what readers may not see is in no file of the index", () => {
  const folder = join(site.dir, "public/search");
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(txt|json)$/.test(name));
  const all = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const terms = files.filter((name) => name.endsWith(".txt")).flatMap((name) => termsOf(readFileSync(join(folder, name), "utf8")));
  assert.ok(terms.includes("harbour"));
  assert.deepEqual(terms.filter((term) => term.startsWith("secret")), []);
  assert.doesNotMatch(all, /secret/i);
});
