// What the program says is said in the language of whoever reads it: at the desk, and in what the preview draws.

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { Preview, Stage, article, violations } from "./stage.mjs";

const DUMP = "Harbour crane breaks down\n\nThe oldest crane of the harbour broke down on Monday and blocked the eastern quay for eleven hours, the board said.\n\nNobody was hurt when the cable gave way, and the crane is to be mended by Friday, the harbour master told reporters.\n";
let stage, site, preview, chromium;

before(async () => {
  stage = await Stage.set({
    "content/town/ferry.md": article("Ferry stops at six", "Ferries stop.", 'review = ["date: none in the text", "ask Ida"]\ndraft = true\nexpires = 2026-05-01T06:00:00+01:00\n'),
    "content/town/bridge.md": article("Bridge opens", "It opens."),
    "content/wire/crane.txt": DUMP,
    "content/wire/none.txt": "Home\nLogin\n",
  }, "--now", "2026-04-01T00:00:00Z", "--drafts");
  ({ site, preview, chromium } = stage);
});

after(() => stage?.strike());

// A language, what its sentences have in common, and a few of them.
const SPEAKERS = [
  ["tr", "ltr", {
    unknown: "bilinmeyen anahtar titel (ön bilgi)", near: "şunu mu demek istediniz: title? (kendi anahtarlarınız [extra] altına yazılır)",
    flag: "tarih: metinde yok", none: "akan bir haber metni bulunamadı", picture: "bu bir JPEG, PNG, WebP, GIF ya da AVIF görseli değil", name: "adresteki ad: a/b bir / içeriyor",
    asText: /metin olarak düzenleyin/, draft: "taslak", expires: "1 May 2026 06:00 (UTC+01:00) tarihinde kalkar", problem: "2 sorun", former: "Haber, şundan önceki haliyle gösteriliyor:", edit: "Düzenle",
    date: "date: 2026-02-30 bir tarih değil: Şubat 2026 ayında 28 gün var", page: "Bu sayfa henüz gösterilemiyor", target: /Yayımlanacak/, value: "iki kez verilmiş",
  }],
  ["ar", "rtl", {
    unknown: "مفتاح غير معروف titel (مقدمة المقال)", near: "هل تقصد title؟ (مفاتيحك الخاصة تُكتب تحت [extra])",
    flag: "التاريخ: لا تاريخ في النص", none: "لم يُعثر على نص متصل لمقال", picture: "ليست هذه صورة JPEG أو PNG أو WebP أو GIF أو AVIF", name: "الاسم في الرابط: a/b فيه /",
    asText: /كنص/, draft: "مسودة", expires: /^ينتهي في .*6:00.*\(UTC\+01:00\)$/, problem: "المشكلات: 2", former: "يُعرض المقال كما كان قبل هذا:", edit: "تحرير",
    date: "date: 2026-02-30 ليس تاريخًا: في فبراير 2026 من الأيام 28", page: "لا يمكن عرض هذه الصفحة بعد", target: /للنشر/, value: "مكتوب مرتين",
  }],
];

/** Complaints as the program prints them, from the expectations of its own tests: messages and hints. */
function sayings() {
  const found = new Set();
  for (const name of ["toml", "yaml", "dates"]) {
    const text = readFileSync(new URL(`../words/${name}.txt`, import.meta.url), "utf8");
    for (const [, message] of text.matchAll(/^(?:error|warning)\[[A-Z0-9-]+\]: (.*)$/gm)) found.add(message);
    for (const [, hint] of text.matchAll(/^ *= help: (.*)$/gm)) found.add(hint);
  }
  return [...found];
}

async function speaking(lang) {
  const context = await chromium.newContext({ locale: lang });
  const page = await context.newPage();
  const open = (place) => stage.open(place, page);
  return { context, page, open };
}

const same = (told, expected) => (expected instanceof RegExp ? assert.match(told, expected) : assert.equal(told, expected));
const toast = (page) => page.locator("#toast.on");

for (const [lang, dir, words] of SPEAKERS) {
  test(`every complaint about front matter is said in ${lang}`, async () => {
    const { context, page, open } = await speaking(lang);
    await open("articles");
    await page.locator("h1").waitFor();
    const all = sayings();
    assert.ok(all.length > 120, `complaints were found: ${all.length}`);
    const english = await page.evaluate(async (all) => {
      const { said } = await import("/ui/translate.js");
      const box = document.createElement("div");
      return all.filter((text) => {
        box.replaceChildren(...said(text));
        // In gaps are keys, values and names: what reads like a sentence there was not looked up.
        const prose = [...box.querySelectorAll("bdi")].some((gap) => !gap.querySelector("code") && /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(gap.textContent));
        const ticks = [...box.querySelectorAll("code")].some((gap) => gap.textContent.includes("`"));
        return prose || ticks || box.querySelector("[lang]") || box.textContent === text;
      });
    }, all);
    assert.deepEqual(english, []);
    const told = await page.evaluate(async () => (await import("/ui/translate.js")).said("`date`: `2026-02-30` is no date: February 2026 has 28 days").map((node) => node.textContent ?? node).join(""));
    assert.equal(told, words.date);
    await context.close();
  });

  test(`an editor's mistakes, flags and refusals are told in ${lang}`, async () => {
    const { context, page, open } = await speaking(lang);
    await open("edit=content%2Ftown%2Fbridge.md");
    await page.locator(".write").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), dir);
    await page.locator("select").filter({ has: page.locator("option[value=switch]") }).selectOption("switch");
    await page.locator("form.fields").waitFor({ state: "detached" });
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("titel = 1\n");
    const problem = page.locator(".problem.error").first();
    await problem.filter({ hasText: "extra" }).waitFor();
    same(await problem.locator("div").first().innerText(), words.unknown);
    same(await problem.locator(".hint").innerText(), words.near);
    assert.equal(await problem.locator("bdi code", { hasText: "titel" }).count(), 1, "what differs keeps its own direction");
    assert.equal(await problem.locator("[lang=en]").count(), 0);
    await page.locator(".head button.main").click();
    await toast(page).waitFor();
    same(await toast(page).innerText(), words.unknown);
    await page.locator("select").filter({ has: page.locator("option[value=discard]") }).selectOption("discard");
    await page.getByRole("dialog").locator("button.main").click();
    await page.locator("form.fields").waitFor();
    // A picture that is none, and a name that cannot be one.
    await page.locator("details.more", { has: page.locator(".drop") }).locator("summary").click();
    await page.locator(".drop input[type=file]").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await page.locator("#toast.on", { hasText: "AVIF" }).waitFor();
    same(await toast(page).innerText(), words.picture);
    await page.locator("select").filter({ has: page.locator("option[value=renameMove]") }).selectOption("renameMove");
    await page.getByRole("dialog").locator("input[name=slug]").fill("a/b");
    await page.getByRole("dialog").locator("button.main").click();
    await page.locator("#toast.on", { hasText: "a/b" }).waitFor();
    same(await toast(page).innerText(), words.name);
    // Flags: the program's own are said, a person's stay as they are.
    await open("inbox");
    await page.locator(".item", { hasText: "Ferry" }).waitFor();
    const about = page.locator(".item", { hasText: "Ferry" }).locator(".about");
    same(await about.innerText(), `${words.flag} · ask Ida`);
    await open("edit=content%2Ftown%2Fferry.md");
    await page.locator(".problem li").first().waitFor();
    assert.deepEqual(await page.locator(".problem li").allInnerTexts(), [words.flag, "ask Ida"]);
    await open("paste=content%2Fwire%2Fcrane.txt");
    await page.locator(".found .problem", { hasText: words.flag }).waitFor();
    await open("paste=content%2Fwire%2Fnone.txt");
    await page.locator(".problem", { hasText: words.none }).waitFor();
    // Where nothing is set up to publish to, that is said.
    await page.locator("#bar button.main").click();
    await page.getByRole("dialog").locator("p").first().waitFor();
    assert.match(await page.getByRole("dialog").innerText(), words.target);
    assert.equal(await page.locator("[lang=en]").count(), 0);
    await context.close();
  });

  test(`badges, problems and error pages of the preview are drawn in ${lang}`, async () => {
    const { context, page } = await speaking(lang);
    const drawn = page.locator("newsprint-preview .box");
    await page.goto(`${preview.address}town/2026/03/ferry.html`);
    await drawn.locator(".badge.draft").waitFor();
    assert.equal(await drawn.getAttribute("dir"), dir);
    same(await drawn.locator(".edit").innerText(), words.edit);
    same(await drawn.locator(".badge.draft").innerText(), words.draft);
    same(await drawn.locator(".badge.expires").innerText(), words.expires);
    assert.match(await drawn.locator(".badge.review").first().innerText(), new RegExp(words.flag));
    await page.goto(`${preview.address}town/2026/03/bridge.html`);
    const good = site.read("content/town/bridge.md");
    site.write("content/town/bridge.md", good.replace("title =", 'title = "x"\ntitle ='));
    await drawn.locator(".problem.error").waitFor();
    same(await drawn.locator("summary").innerText(), words.problem);
    same(await drawn.locator(".note").innerText(), words.former);
    assert.match(await drawn.locator(".problem.error .what").innerText(), new RegExp(words.value));
    assert.equal(await page.locator("newsprint-preview [lang=en]").count(), 0);
    site.write("content/town/bridge.md", good);
    await drawn.locator(".problem.error").waitFor({ state: "detached" });
    // A template that fails at this page: there is an error page, until there is none.
    site.write("templates/article.html", "{{ article.headline }}");
    await page.locator("h1", { hasText: words.page }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
    assert.equal(await violations(page, `failed-page-${lang}`), "[]");
    rmSync(site.path("templates/article.html"));
    await page.locator("h1", { hasText: "Bridge opens" }).waitFor();
    await context.close();
  });
}

test("a site that never was good says why, in the reader's language", async () => {
  const bad = await Stage.set({ "templates/404.html": "{{ </pre><script>alert(1)</script>" });
  for (const [lang, , words] of SPEAKERS) {
    const context = await bad.chromium.newContext({ locale: lang });
    const page = await context.newPage();
    await page.goto(bad.preview.address);
    await page.locator("h1", { hasText: words.page }).waitFor();
    assert.match(await page.locator("section .place").innerText(), /^templates\/404\.html:1:\d+$/);
    // What the library says of a template has no other words.
    assert.equal(await page.locator("section .what [lang=en]").getAttribute("dir"), "ltr");
    assert.equal(await violations(page, `failed-${lang}`), "[]");
    await context.close();
  }
  await bad.strike();
});

test("the desk's own words are the same ones in every language, with the same gaps", async () => {
  const { context, page, open } = await speaking("en");
  await open("articles");
  const table = await page.evaluate(async () => (await import("/ui/words.js")).table);
  const gaps = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [lang, words] of Object.entries(table)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(table.en).sort(), lang);
    for (const [key, text] of Object.entries(words)) assert.deepEqual(gaps(text), gaps(table.en[key]), `${lang}: ${key}`);
  }
  await context.close();
});

test("a language that is chosen at the desk is the preview's too, and stays", async () => {
  const { context, page, open } = await speaking("en");
  await open("articles");
  await page.getByLabel("Language").selectOption("tr");
  await page.getByRole("heading", { name: "Haberler" }).waitFor();
  await page.goto(`${preview.address}town/2026/03/ferry.html`);
  await page.locator("newsprint-preview .badge.draft", { hasText: "taslak" }).waitFor();
  // Another run has other ports.
  const again = await Preview.start(site);
  await page.goto(again.desk);
  await page.getByRole("heading", { name: "Haberler" }).waitFor();
  await again.stop();
  await context.close();
});
