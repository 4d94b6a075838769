// The desk: what all its pages share, the bar, and the list of articles. Text is only ever set as text.

import { choose, moment, preferred, said } from "./translate.js";
import { LANGUAGES, language, offset, speak, word, zoned } from "./words.js";

const meta = (name) => document.querySelector(`meta[name="newsprint-${name}"]`).content;
const TOKEN = meta("token");

/** Where the preview is: another origin, whose pages cannot reach the desk. */
export const PREVIEW = `${location.protocol}//${location.hostname.startsWith("[") ? "localhost" : location.hostname}:${meta("preview")}`;
export const NONCE = meta("nonce");

/** An element with attributes, listeners (`onclick`) and children. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && !["list", "form", "lang"].includes(key)) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Asks the desk; throws `{status, body}`. `over` is the version that is to be replaced. */
export async function ask(name, body = {}, over) {
  const headers = { "Content-Type": "application/json", "X-Newsprint-Token": TOKEN };
  if (over) headers["If-Match"] = `"${over}"`;
  return heard(fetch(`/api/${name}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Sends a picture. */
export function send(path, file) {
  const query = `path=${encodeURIComponent(path)}&name=${encodeURIComponent(file.name || "picture")}`;
  const headers = { "Content-Type": "application/octet-stream", "X-Newsprint-Token": TOKEN };
  return heard(fetch(`/api/picture?${query}`, { method: "POST", headers, body: file }));
}

async function heard(asked) {
  let answer;
  try {
    answer = await asked;
  } catch {
    throw { status: 0, body: { error: word("lost") } };
  }
  const body = await answer.json().catch(() => ({ error: String(answer.status) }));
  if (answer.status === 403) body.error = word("gone");
  if (!answer.ok) throw { status: answer.status, body };
  return body;
}

let fading;
/** Says something shortly, to screen readers too: a text, or nodes. */
export function say(what) {
  const toast = document.getElementById("toast");
  toast.replaceChildren(...[what].flat());
  toast.classList.add("on");
  clearTimeout(fading);
  fading = setTimeout(() => toast.classList.remove("on"), 4000);
}

/** Says what went wrong. */
export const fail = (error) => say(said(error?.body?.error ?? String(error)));

// Where a complaint is; an article's place leads to the article.
function place({ path, line }) {
  const text = el("code", { dir: "ltr" }, path + (line ? ":" + line : ""));
  return /^content\/.*\.md$/.test(path) && !location.hash.endsWith(encodeURIComponent(path)) ? el("a", { className: "where", href: link("edit", path) }, text) : el("div", { className: "where" }, text);
}

/** Complaints with place and excerpt. */
export function complaints(problems) {
  return (problems ?? []).map((problem) =>
    el("div", { className: "problem" + (problem.error ? " error" : "") },
      el("div", {}, said(problem.message)),
      problem.path && place(problem),
      problem.excerpt && el("pre", {}, problem.excerpt[0], el("mark", {}, problem.excerpt[1]), problem.excerpt[2]),
      problem.hint && el("div", { className: "hint" }, said(problem.hint))));
}

/** Small facts in a row; each keeps its own direction of writing. */
export const parts = (facts) => facts.filter(Boolean).flatMap((fact, at) => [at ? " · " : "", el("bdi", {}, fact)]);

/** A dialog that is gone when it is closed; `fill` gets a function that closes it. */
export function dialog(title, fill) {
  const box = el("dialog", { "aria-label": title });
  const close = () => box.close();
  box.addEventListener("close", () => box.remove());
  box.append(el("h2", {}, title), ...[fill(close)].flat().filter(Boolean));
  document.body.append(box);
  box.showModal();
  return box;
}

/** The end of a dialog: buttons, of which the last one is the main one. */
export const end = (...buttons) => el("div", { className: "end" }, buttons);
export const button = (text, onclick, kind = "") => el("button", { type: "button", className: kind, onclick }, text);

/** Where a page of the desk is. */
export const link = (page, value) => "#" + page + (value === undefined ? "" : "=" + encodeURIComponent(value));
export const go = (page, value) => { location.hash = link(page, value); };

/** What is known of the site. */
export let site = {};
export async function refresh() {
  site = await ask("site");
  return site;
}

function bar(page) {
  const tab = (name, text, extra) =>
    el("a", { href: link(name), "aria-current": page === name ? "page" : undefined }, text, extra);
  const languages = el("select", { "aria-label": word("language"), onchange: (event) => {
    choose(event.target.value);
    speak(event.target.value).then(route);
  } }, Object.entries(LANGUAGES).map(([code, name]) => el("option", { value: code, selected: code === language() }, name)));
  languages.style.width = "auto";
  document.getElementById("skip").textContent = word("skip");
  const aside = document.getElementById("elsewhen");
  aside.hidden = !site.fixed;
  aside.setAttribute("aria-label", word("time"));
  aside.replaceChildren(...elsewhen());
  document.getElementById("bar").replaceChildren(
    el("a", { className: "name", href: "#articles", dir: "auto" }, site.title || "Newsprint"),
    el("nav", { "aria-label": site.title || "Newsprint" },
      tab("articles", word("articles")),
      tab("inbox", word("inbox"), site.waiting ? [" ", el("span", { className: "count" }, String(site.waiting))] : null)),
    el("div", { className: "right" },
      el("a", { className: "button", href: PREVIEW + "/", target: "newsprint-preview" }, word("preview")),
      button(word("time"), travel),
      button(word("publish"), () => import("./publish.js").then(({ publish }) => publish()).catch(fail), "main"),
      languages));
}

// The site as of another time, in the site's own zone.
function travel() {
  dialog(word("asOf"), (close) => {
    const when = el("input", { type: "datetime-local", value: zoned(site.now ?? new Date(), site.zone).slice(0, 16), name: "as-of" });
    const check = (text, checked) => {
      const box = el("input", { type: "checkbox", checked });
      return [box, el("label", { className: "check" }, box, el("span", {}, text))];
    };
    const [drafts, draftsLabel] = check(word("showDrafts"), site.drafts);
    const [future, futureLabel] = check(word("showFuture"), site.future);
    const show = (now) => goTo(now, drafts.checked, future.checked).then(close, fail);
    return [
      el("p", { className: "hint" }, word("asOfHint")),
      el("div", { className: "stack" }, el("label", {}, el("span", {}, word("time"), " (", el("bdi", {}, site.zone), ")"), when), draftsLabel, futureLabel),
      end(button(word("cancel"), close), button(word("today"), () => show("")),
        button(word("apply"), () => show(when.value ? `${when.value}:00${offset(when.value, site.zone)}` : ""), "main")),
    ];
  });
}

// Shows the site as of an instant, or of now again, and waits until it does.
async function goTo(now, drafts, future) {
  const { serial } = await ask("travel", { now, drafts, future });
  for (let tries = 0; tries < 100 && site.serial <= serial; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await refresh();
  }
  await route();
}

// That the preview shows another time than now is easily forgotten.
function elsewhen() {
  const extra = [site.drafts && word("showDrafts"), site.future && word("showFuture")].filter(Boolean);
  if (!site.fixed || !site.now) return [];
  const told = el("span", {}, word("asOf"), " ", el("strong", {}, moment(zoned(site.now, site.zone))), extra.length > 0 && ` · ${extra.join(" · ")}`);
  return [told, button(word("today"), () => goTo("", false, false).catch(fail))];
}

const STATES = ["", "live", "draft", "scheduled", "flagged", "unsaved", "withdrawn", "expired", "broken"];

async function articles(main) {
  const find = el("input", { type: "search", placeholder: word("find"), "aria-label": word("find") });
  const state = el("select", { "aria-label": word("state") }, STATES.map((name) => el("option", { value: name }, word(name || "all"))));
  const list = el("ul", { className: "list" });
  const more = button(word("more"), () => show(true));
  let shown = 0;
  let serial = 0;
  // Asked once a visit, and awaited by nothing: Git takes its time in large repositories.
  const committed = site.git ? ask("git").then((git) => new Map((git.files ?? []).map((file) => [file.path, file.what])), () => new Map()) : null;
  const standing = (path) => {
    const mark = el("span", { className: "state git", hidden: true });
    committed?.then((files) => { if (files.has(path)) { mark.textContent = word("git_" + files.get(path)); mark.hidden = false; } });
    return mark;
  };
  async function show(further) {
    const mine = ++serial;
    const from = further ? shown : 0;
    const { articles, total } = await ask("articles", { find: find.value, state: state.value, from });
    if (mine !== serial) return;
    if (!further) list.replaceChildren();
    for (const article of articles) {
      const about = parts([moment(article.date), article.section, article.path.replace(/^content\//, "")]);
      const marks = [standing(article.path), " ", article.unsaved && el("span", { className: "state unsaved" }, word("unsaved")), " ",
        el("span", { className: "state " + article.state, title: article.state === "live" ? word("liveHint") : undefined }, word(article.state))];
      list.append(el("li", {}, el("a", { className: "item", href: link("edit", article.path) },
        el("span", { className: "title", dir: "auto" }, article.title), el("span", {}, marks), el("span", { className: "about" }, about))));
    }
    shown = from + articles.length;
    more.hidden = shown >= total;
    if (!total) list.append(el("li", { className: "hint" }, word("none")));
  }
  let typing;
  find.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => show().catch(fail), 120); });
  state.addEventListener("change", () => show().catch(fail));
  main.replaceChildren(el("div", { className: "page" },
    el("div", { className: "row" }, el("h1", {}, word("articles")),
      el("div", { className: "row", style: "" }, button(word("newArticle"), create, "main"), button(word("paste"), () => go("paste")))),
    wrong(site.problems?.filter((problem) => problem.error) ?? []),
    el("div", { className: "row" }, el("label", {}, el("span", {}, word("find")), find), el("label", {}, el("span", {}, word("state")), state)),
    list, more));
  await show();
}

// More than a few complaints are not to push the list away.
function wrong(problems) {
  if (problems.length <= 2) return complaints(problems);
  return el("details", { className: "more wrong" }, el("summary", {}, `${word("problems")}: ${problems.length}`), el("div", {}, complaints(problems)));
}

function create() {
  dialog(word("newArticle"), (close) => {
    const title = el("input", { required: true, dir: "auto" });
    const section = el("input", { list: "sections", dir: "auto" });
    const known = el("datalist", { id: "sections" }, (site.sections ?? []).map((one) => el("option", { value: one.slug }, one.name)));
    const make = (event) => {
      event.preventDefault();
      ask("new", { title: title.value, section: section.value }).then(({ path }) => { close(); go("edit", path); }, fail);
    };
    return el("form", { onsubmit: make },
      el("label", {}, el("span", {}, word("title")), title), el("label", {}, el("span", {}, word("section")), section), known,
      end(button(word("cancel"), close), el("button", { className: "main" }, word("newArticle"))));
  });
}

/** Pages that want to be asked before they are left. */
let leave = null;
export const onLeave = (handler) => { leave = handler; };

let routed = 0;
async function route() {
  const mine = ++routed;
  const main = document.getElementById("main");
  leave?.();
  leave = null;
  const [page, value] = location.hash.slice(1).split(/=(.*)/s);
  bar(page || "articles");
  try {
    await refresh();
    if (mine !== routed) return;
    bar(page || "articles");
    const argument = value === undefined ? undefined : decodeURIComponent(value);
    if (page === "edit") await (await import("./edit.js")).edit(main, argument);
    else if (page === "inbox") await (await import("./inbox.js")).inbox(main);
    else if (page === "paste") await (await import("./inbox.js")).paste(main, argument);
    else await articles(main);
    document.title = `${main.querySelector("h1")?.textContent || ""} – ${site.title || "Newsprint"}`;
  } catch (error) {
    console.error(error);
    main.replaceChildren(el("div", { className: "page" }, el("div", { className: "problem error", role: "alert" }, said(error?.body?.error ?? String(error))), complaints(error?.body?.problems)));
  }
}

addEventListener("hashchange", () => route().then(() => document.getElementById("main").focus({ preventScroll: true })));
// What is answered without a site, an error of site.toml, is said in the reader's language too.
refresh().catch(() => {}).then(() => speak(preferred(site.language))).then(route);
