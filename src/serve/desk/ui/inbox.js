// The inbox: pastes, dumps among the content, articles with review flags; and the page where a dump becomes articles.

import { ask, button, complaints, el, fail, go, link, onLeave, parts, say, site } from "./desk.js";
import { noted, said } from "./translate.js";
import { day, word } from "./words.js";

export async function inbox(main) {
  const found = await ask("inbox");
  const item = (title, facts, href, more) => el("li", {}, el("a", { className: "item", href }, el("span", { className: "title", dir: "auto" }, title), more ?? "", el("span", { className: "about" }, parts(facts))));
  const group = (key, items) => items.length > 0 && [el("h2", {}, word(key)), el("ul", { className: "list" }, items)];
  const groups = [
    group("pastes", found.pastes.map((paste) => item(paste.head, [!paste.name.startsWith("paste/") && paste.name, day(new Date(paste.when).toISOString())], link("paste", "id:" + paste.id)))),
    group("dumps", found.dumps.map((dump) => item(dump.titles[0] ?? dump.path, [dump.path, dump.titles.length > 1 && `+${dump.titles.length - 1}`], link("paste", dump.path)))),
    group("flagged", found.flagged.map((flagged) => item(flagged.title, flagged.review.map(noted), link("edit", flagged.path), el("span", { className: "count" }, String(flagged.review.length))))),
  ].filter(Boolean).flat();
  main.replaceChildren(el("div", { className: "page" }, el("div", { className: "row" }, el("h1", {}, word("inbox")), button(word("paste"), () => go("paste"), "main")), el("p", { className: "hint" }, word(groups.length ? "inboxHint" : "inboxEmpty")), groups));
}

const KEYS = { t: "title", s: "subtitle", y: "byline", d: "dateline", c: "caption", r: "credit", b: "body", x: "chrome" };

export async function paste(main, what) {
  if (what?.startsWith("id:")) return lines(main, { id: what.slice(3) });
  if (what) return lines(main, { path: what });
  const text = el("textarea", { rows: 16, dir: "auto", "aria-label": word("pasteHere"), placeholder: word("pasteHere"), name: "dump" });
  let html = "";
  let name = null;
  // What is copied from a page brings its markup along: headings, links, captions. It counts as long as its words stay.
  let pasted = null;
  const markup = el("input", { type: "checkbox", checked: true, name: "markup" });
  const choice = el("label", { className: "check", hidden: true }, markup, el("span", {}, word("markup")));
  const squeezed = (words) => words.replace(/\s+/g, "");
  text.addEventListener("paste", (event) => {
    const [rich, plain] = ["text/html", "text/plain"].map((kind) => event.clipboardData.getData(kind));
    html = "";
    pasted = null;
    setTimeout(() => {
      if (rich && squeezed(text.value) === squeezed(plain)) { html = rich; pasted = text.value; name = null; }
      choice.hidden = !html;
    });
  });
  text.addEventListener("input", () => { if (pasted !== null && text.value !== pasted) { choice.hidden = true; html = ""; pasted = null; } });
  const take = async (file) => {
    if (!file) return;
    name = file.name;
    text.value = await file.text();
    html = /\.html?$/i.test(file.name) ? text.value : "";
    choice.hidden = true;
  };
  const drop = el("div", { className: "drop" }, text, el("input", { type: "file", accept: ".txt,.html,.htm,text/plain,text/html", "aria-label": word("choose"), onchange: (event) => take(event.target.files[0]) }), choice);
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files[0]); } });
  const run = () => {
    const asHtml = html && (name || markup.checked);
    return lines(main, asHtml ? { dump: html, form: "html", name } : { dump: text.value, form: "text", name }).catch(fail);
  };
  main.replaceChildren(el("div", { className: "page" }, el("h1", {}, word("paste")), drop, el("p", {}, button(word("parse"), run, "main"))));
  text.focus();
}

async function lines(main, matter) {
  const roles = {};
  let starts = null;
  let chosen = 0;
  let found = await ask("parse", matter);
  if (found.id && !matter.id) { matter.id = found.id; delete matter.dump; history.replaceState(null, "", link("paste", "id:" + found.id)); }
  const list = el("ol", { className: "lines", tabIndex: 0, role: "listbox", "aria-label": word("lines") });
  const cards = el("div", {});
  const request = () => ({ ...matter, roles, ...(starts ? { starts } : {}) });
  const base = (as) => as.split(":")[0];

  async function again() {
    try { found = await ask("parse", request()); draw(); } catch (error) { fail(error); }
  }

  function draw() {
    const first = new Set(found.starts);
    list.replaceChildren(...found.lines.map((line, at) => {
      const as = base(line.as);
      const row = el("li", { id: `line-${at + 1}`, role: "option", "aria-selected": at === chosen ? "true" : "false", "aria-label": line.text ? undefined : "–",
        className: [as, ["chrome", "repeat", "note"].includes(as) ? "off" : "", roles[at + 1] ? "changed" : "", first.has(at + 1) ? "first" : ""].join(" "),
        onclick: () => choose(at) }, el("span", { className: "as" }, word("role_" + as)), el("span", { className: "words", dir: "auto" }, line.text || "\u00a0"));
      return row;
    }));
    list.setAttribute("aria-activedescendant", `line-${chosen + 1}`);
    cards.replaceChildren(...(found.articles.length ? found.articles.map(card) : [el("div", { className: "problem" }, found.refused ? said(found.refused) : word("none"))]));
  }

  function choose(at) {
    chosen = Math.max(0, Math.min(found.lines.length - 1, at));
    list.querySelectorAll("[aria-selected='true']").forEach((row) => row.setAttribute("aria-selected", "false"));
    const row = list.children[chosen];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    list.setAttribute("aria-activedescendant", `line-${chosen + 1}`);
  }

  function card(article, at) {
    const values = article.fields;
    const sent = {};
    const field = (key, more = {}) => el("label", {}, el("span", {}, word(key)), el("input", { ...more, value: Array.isArray(values[key]) ? values[key].join(", ") : values[key] ?? "", dir: "auto", name: `${key}-${at + 1}`,
      oninput: (event) => { const text = event.target.value.trim(); sent[key] = Array.isArray(values[key]) ? text.split(",").map((one) => one.trim()).filter(Boolean) : text || null; } }));
    const accept = (update) => ask("accept", { ...request(), item: at + 1, fields: sent, ...(update ? { update } : {}) })
      .then((made) => {
        say(`${word("saved")}: ${made.path}`);
        if (made.left && !update) { cards.children[at].replaceChildren(el("p", {}, word("accepted"), " ", el("a", { href: link("edit", made.path) }, made.path))); list.focus(); } else go("edit", made.path);
      }, fail);
    const box = el("section", { className: "found", "aria-label": values.title },
      article.accepted && el("p", {}, word("accepted"), " ", el("a", { href: link("edit", article.accepted) }, article.accepted)),
      (values.review ?? []).map((flag) => el("div", { className: "problem" }, noted(flag))),
      article.near && !article.accepted && el("div", { className: "problem" }, word("nearDuplicate"), " ", el("bdi", {}, article.near.title), el("div", {}, button(word("updateThat"), () => accept(article.near.path)))),
      el("div", { className: "stack" }, field("title"), field("summary"), el("div", { className: "two" }, field("section", { list: "known-sections" }), field("date", { placeholder: "2026-03-14" })), el("div", { className: "two" }, field("authors"), field("tags")), el("div", { className: "two" }, field("dateline"), field("agency"))),
      !values.date && el("p", { className: "hint" }, word("noDate")),
      el("div", { className: "body", dir: "auto", tabIndex: 0, role: "region", "aria-label": `${word("text")}: ${values.title}` }, article.body),
      !article.accepted && el("div", { className: "end row" }, button(word("accept"), () => accept(), "main accept")));
    return box;
  }

  // What is said of the chosen line, with a key or, where there are none, with a button.
  const mark = (role) => { roles[chosen + 1] = role; again(); };
  const begin = () => {
    starts = (starts ?? found.starts).slice();
    const at = starts.indexOf(chosen + 1);
    if (at >= 0) starts.splice(at, 1); else starts.push(chosen + 1);
    again();
  };
  const tools = el("div", { className: "tools marks", role: "toolbar", "aria-label": word("lineIs") },
    Object.values(KEYS).map((role) => button(word("role_" + role), () => mark(role))), button(word("begins"), begin));

  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "arrowdown") choose(chosen + 1);
    else if (key === "arrowup") choose(chosen - 1);
    else if (key === "home") choose(0);
    else if (key === "end") choose(found.lines.length - 1);
    else if (key === "enter") begin();
    else if (key === "a") cards.querySelector("button.accept")?.click();
    else if (KEYS[key]) mark(KEYS[key]); else return;
    event.preventDefault();
  };
  list.addEventListener("keydown", keys);
  onLeave(() => {});
  draw();
  const dismiss = matter.id && button(word("dismiss"), () => ask("dismiss", { id: matter.id }).then(() => go("inbox"), fail), "quiet");
  // A paste has a name of its own, which says nothing to a person.
  const isNamed = !found.name.startsWith("paste/");
  main.replaceChildren(el("div", { className: "page", style: "" }, el("div", { className: "row" }, isNamed ? el("h1", { dir: "auto" }, found.name) : el("h1", {}, word("paste")), dismiss), el("p", { className: "hint wide" }, word("keys")),
    el("div", { className: "paste" }, el("div", {}, el("h2", {}, word("lines")), tools, list), el("div", {}, el("h2", {}, word("foundArticles")), cards)),
    el("datalist", { id: "known-sections" }, (site.sections ?? []).map((one) => el("option", { value: one.slug }, one.name)))));
  main.firstChild.style.maxWidth = "90rem";
  list.focus({ preventScroll: true });
}

export { complaints, site };
