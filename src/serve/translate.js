// What the program says, in the language of whoever reads it: on the desk, and in what the preview draws. The program's
// sentences are English; a table for each other language (translations/*.toml) says what stands for each. What differs
// from case to case – a key, a headline, a path – keeps its own direction of writing. What no table has stays English.

/** The languages there are, each by its own name. */
export const LANGUAGES = { en: "English", tr: "Türkçe", ar: "العربية" };
const RIGHT_TO_LEFT = ["ar"];
const COOKIE = "newsprint-language";

const short = (lang) => String(lang || "").toLowerCase().split("-")[0];
const known = (lang) => (Object.hasOwn(LANGUAGES, short(lang)) ? short(lang) : null);

/** The language that was chosen at the desk; a cookie, since that is what two ports and the next run share. */
export const chosen = () => known(document.cookie.match(new RegExp(`(?:^|; )${COOKIE}=([a-z]+)`))?.[1]);

/** Remembers a choice. */
export function choose(lang) {
  document.cookie = `${COOKIE}=${lang}; path=/; max-age=31536000; SameSite=Strict`;
}

/** The language to speak: the one that was chosen, else the reader's first that there is, else the site's. */
export const preferred = (site) => chosen() ?? navigator.languages.map(known).find(Boolean) ?? known(site) ?? "en";

/** The direction in which a language is written. */
export const direction = (lang) => (RIGHT_TO_LEFT.includes(lang) ? "rtl" : "ltr");

// English sentence -> sentence, for sentences without and with something in braces.
let whole = new Map();
let patterns = [];
let spoken = "en";

const HOLE = /\{(\w+)\}/;
// Gaps that hold a number.
const NUMBERS = ["year", "days", "n", "number", "bytes", "limit", "line", "col", "offset", "least", "most", "width", "height"];
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function compiled(table) {
  return Object.entries(table)
    .filter(([key]) => HOLE.test(key))
    .map(([key, text]) => {
      const pieces = key.split(HOLE);
      // What stands between backticks has none itself, and a number is one.
      const isQuoted = (at) => pieces[at - 1].endsWith("`") && pieces[at + 1].startsWith("`");
      const gap = (at) => (isQuoted(at) ? "([^`]*?)" : NUMBERS.includes(pieces[at]) ? "([\\d.,]*)" : "(.*?)");
      const sense = pieces.map((piece, at) => (at % 2 === 0 ? escaped(piece) : gap(at))).join("");
      const weight = pieces.filter((_, at) => at % 2 === 0).join("").length;
      return { sense: new RegExp(`^${sense}$`, "s"), names: pieces.filter((_, at) => at % 2), text, weight, isOpen: !pieces[0] };
    })
    .sort((a, b) => a.isOpen - b.isOpen || b.weight - a.weight);
}

/** Speaks a language from now on, with its table, which is at `address`. Without it, English. */
export async function learn(lang, address) {
  if (lang === spoken) return;
  let table = {};
  if (lang !== "en") {
    const answer = await fetch(address);
    if (!answer.ok) return;
    table = await answer.json();
  }
  whole = new Map(Object.entries(table));
  patterns = compiled(table);
  spoken = lang;
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const isolated = (...children) => element("bdi", {}, ...children);
const code = (text) => isolated(element("code", { class: "said" }, text));

// A text with what stands in backticks set as code; `values` are put where their names are.
function pieces(text, values, inner) {
  return text.split(/(`[^`]+`|\{\w+\})/).filter(Boolean).flatMap((piece) => {
    const name = piece.match(/^\{(\w+)\}$/)?.[1];
    if (name && values && name in values) return inner(values[name], name);
    if (piece.length < 3 || !piece.startsWith("`")) return [piece];
    const filled = piece.slice(1, -1).replace(/\{(\w+)\}/g, (hole, name) => values?.[name] ?? hole);
    return [code(filled)];
  });
}

// What stands for a text, and how many letters of it are known; null if none is. Where several sentences fit, it is the one
// with which most is known, also of what is in its gaps; of equals the one that begins with
// words of its own, then the one that has more of them.
function found(text) {
  if (whole.has(text) && !HOLE.test(text)) return { nodes: pieces(whole.get(text)), weight: text.length };
  let best = null;
  for (const { sense, names, text: words, weight } of patterns) {
    const match = text.match(sense);
    if (!match) continue;
    const inside = names.map((_, at) => (match[at + 1] ? found(match[at + 1]) : null));
    const all = inside.reduce((sum, part) => sum + (part?.weight ?? 0), weight);
    if (best && all <= best.weight) continue;
    const values = Object.fromEntries(names.map((name, at) => [name, match[at + 1]]));
    const said = Object.fromEntries(names.map((name, at) => [name, inside[at]?.nodes]));
    best = { weight: all, nodes: pieces(words, values, (value, name) => said[name] ?? (value ? [isolated(...pieces(value))] : [])) };
  }
  return best;
}

/** A sentence of ours with `{name}`s in it; `values` are texts or nodes. */
export function phrase(key, values = {}) {
  const filled = (text) => pieces(text, values, (value) => [value instanceof Node ? value : isolated(String(value))]);
  if (spoken === "en") return filled(key);
  return whole.has(key) ? filled(whole.get(key)) : [element("span", { lang: "en", dir: "ltr" }, ...filled(key))];
}

/** A date or an instant as people read it, in the zone that it was written in. */
export function moment(text) {
  const [, day, zone] = text?.match(/^(\d{4}-\d\d-\d\d)(?:T.*?(Z|[+-]\d\d:\d\d))?$/) ?? [];
  if (!day) return text ?? "";
  const style = zone ? { dateStyle: "medium", timeStyle: "short", timeZone: zone === "Z" ? "UTC" : zone } : { dateStyle: "medium", timeZone: "UTC" };
  const locale = spoken === "ar" ? "ar-u-nu-latn" : spoken;
  try {
    const words = new Intl.DateTimeFormat(locale, style).format(new Date(zone ? text : `${text}T00:00:00Z`));
    return zone ? `${words} (UTC${zone === "Z" ? "" : zone})` : words;
  } catch {
    return text; // An offset that this browser does not know.
  }
}

/** What the program says, as nodes in the language that is spoken. */
export function said(text) {
  if (spoken === "en") return pieces(text);
  return found(text)?.nodes ?? [element("span", { lang: "en", dir: "ltr" }, ...pieces(text))];
}

/** What the program or a person noted at an article: a person's words are in whatever language they are. */
export const noted = (text) => (spoken === "en" ? null : found(text)?.nodes) ?? [element("bdi", { dir: "auto" }, text)];
