// The editor: form and text at one side, the real page at the other. Every change is kept as unsaved text, in this
// browser and in the site's own records, until it is saved.

import { NONCE, PREVIEW, ask, button, complaints, dialog, el, end, fail, go, link, onLeave, refresh, say, site } from "./desk.js";
import { changes, form, now } from "./form.js";
import { day, phrase, word } from "./words.js";
import * as cm from "./codemirror.js";

const store = (path) => "newsprint-unsaved:" + path;

const theme = cm.EditorView.theme({
  "&": { fontSize: "15.5px" },
  ".cm-content": { fontFamily: "var(--serif)", lineHeight: "1.65", padding: ".7rem .9rem", caretColor: "var(--ink)" },
  ".cm-scroller": { fontFamily: "inherit" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 28%, transparent) !important" },
  ".cm-panels": { background: "var(--wash)", color: "var(--ink)" },
  ".cm-panels input": { width: "auto" },
});
const colours = cm.HighlightStyle.define([
  { tag: cm.tags.heading, fontWeight: "700" }, { tag: cm.tags.strong, fontWeight: "700" }, { tag: cm.tags.emphasis, fontStyle: "italic" },
  { tag: [cm.tags.link, cm.tags.url], color: "var(--accent)" }, { tag: cm.tags.quote, color: "var(--soft)" },
  { tag: [cm.tags.processingInstruction, cm.tags.meta, cm.tags.contentSeparator], color: "var(--soft)" },
]);

/** A CodeMirror for Markdown. */
function writing(doc, changed, picture, label) {
  const around = (mark) => (view) => {
    view.dispatch(view.state.changeByRange((range) => ({
      changes: [{ from: range.from, insert: mark }, { from: range.to, insert: mark }],
      range: cm.EditorSelection.range(range.from + mark.length, range.to + mark.length),
    })));
    return true;
  };
  const before = (mark) => (view) => {
    const line = view.state.doc.lineAt(view.state.selection.main.from);
    view.dispatch({ changes: line.text.startsWith(mark) ? { from: line.from, to: line.from + mark.length } : { from: line.from, insert: mark } });
    return true;
  };
  const linked = (view) => {
    const { from, to } = view.state.selection.main;
    const text = view.state.sliceDoc(from, to);
    view.dispatch({ changes: { from, to, insert: `[${text}](https://)` }, selection: { anchor: from + text.length + 11 } });
    return true;
  };
  const take = (event, files) => {
    const file = [...(files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return false;
    event.preventDefault();
    picture(file);
    return true;
  };
  const view = new cm.EditorView({
    doc,
    extensions: [
      cm.EditorView.cspNonce.of(NONCE), cm.history(), cm.drawSelection(), cm.highlightSpecialChars(), cm.EditorView.lineWrapping,
      cm.EditorView.perLineTextDirection.of(true), cm.markdown({ base: cm.markdownLanguage }), cm.syntaxHighlighting(colours), theme, cm.search({ top: true }),
      cm.keymap.of([{ key: "Mod-b", run: around("**") }, { key: "Mod-i", run: around("*") }, { key: "Mod-k", run: linked }, ...cm.searchKeymap, ...cm.historyKeymap, ...cm.defaultKeymap]),
      cm.EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "true", dir: "auto" }),
      cm.EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      cm.EditorView.domEventHandlers({ drop: (event) => take(event, event.dataTransfer?.files), paste: (event) => take(event, event.clipboardData?.files) }),
    ],
  });
  const act = (run) => () => { run(view); view.focus(); };
  const tool = (text, name, run) => el("button", { type: "button", title: word(name), "aria-label": word(name), onclick: act(run) }, text);
  const tools = el("div", { className: "tools", role: "toolbar", "aria-label": word("text") },
    tool("B", "bold", around("**")), tool("I", "italic", around("*")), tool("H", "heading", before("## ")), tool("“", "quote", before("> ")), tool("•", "listItem", before("- ")), tool("↗", "link", linked));
  return { view, element: el("div", { className: "code" }, tools, view.dom), text: () => view.state.doc.toString() };
}

export async function edit(main, path) {
  let article = await ask("article", { path });
  let unsaved = article.unsaved;
  const own = await kept(path);
  if (own && own.text !== article.text && (!unsaved || own.when > unsaved.when)) unsaved = own;
  open(main, path, article, unsaved);
}

// What this browser kept of an article: a text, or an edit that the desk did not hear of any more.
async function kept(path) {
  try {
    const own = JSON.parse(localStorage.getItem(store(path)) || "null");
    if (!own?.edit) return own;
    const made = await ask("draft", { path, base: own.base, ...own.edit });
    return { ...own, text: made.text };
  } catch {
    return null; // What is no JSON is none of ours.
  }
}

/** Keeps what is not saved in this browser, which has no more room at times: the desk keeps it too. */
function keep(path, what) {
  try { localStorage.setItem(store(path), JSON.stringify({ ...what, when: Date.now() })); } catch { /* full */ }
}

function open(main, path, article, unsaved, start) {
  let key = "";
  let address = null;
  let dirty = false;
  let asText = !(start ?? article).form;
  let busy = false;
  let again = false;
  let saving = false;
  let gone = false;
  const saved = el("span", { className: "saved", role: "status" });
  const wrong = el("div", {});
  const frame = el("iframe", { title: word("preview"), hidden: true });
  const where = el("div", { className: "address" });
  const empty = el("p", { className: "empty" }, word((start ?? article).fields ? "waiting" : "noPage"));
  const write = el("div", { className: "write" });
  let fields = null;
  let body = null;
  let whole = null;
  const shape = start ?? article;

  // What the text is to become, as the desk wants to hear it.
  const from = () => start ?? article;
  const origin = () => start ? { from: start.text } : {};
  const change = () => asText ? { text: whole.text(), ...origin() } : { ...origin(), fields: changes(from().fields, fields.values), ...(body.text() === from().body ? {} : { body: body.text() }) };

  async function touched() {
    dirty = true;
    saved.textContent = word("notSaved");
    if (busy) { again = true; return; }
    busy = true;
    try {
      do {
        again = false;
        const edit = change();
        keep(path, { base: article.text, edit });
        const made = await ask("draft", { path, base: article.text, key, ...edit });
        if (gone) return;
        keep(path, { text: made.text });
        dirty = made.text !== article.text;
        show(made);
      } while (again);
      // A save that ended meanwhile has said so, and what is as it was saved is saved.
      if (!saving) saved.textContent = word(dirty ? "kept" : "saved");
    } catch (error) {
      // What was typed while the desk was silent, too.
      if (!gone) keep(path, { base: article.text, edit: change() });
      fail(error);
    } finally { busy = false; }
  }

  function show(made) {
    key = made.key ?? key;
    wrong.replaceChildren(...complaints(made.problems));
    if (made.shown && made.shown !== address) {
      address = made.shown;
      frame.src = PREVIEW + address;
    }
    frame.hidden = !address;
    empty.hidden = Boolean(address);
    empty.textContent = word("noPage");
    where.textContent = made.address ?? "";
  }

  async function save(extra = {}) {
    if (saving) return;
    saving = true;
    saved.textContent = word("saving");
    try {
      const made = await ask("save", { path, base: article.text, ...change(), ...extra }, article.version);
      localStorage.removeItem(store(path));
      const fresh = await ask("article", { path });
      if (fresh.version !== made.version) throw { status: 409, body: { current: { version: fresh.version, text: fresh.text }, yours: made.text, error: word("conflict") } };
      article = fresh;
      start = undefined;
      dirty = false;
      saved.textContent = word("saved");
      say(word("saved"));
      stateMark.className = "state " + fresh.state;
      stateMark.textContent = word(fresh.state);
      refresh().catch(() => {});
    } catch (error) {
      saved.textContent = word("notSaved");
      if (error.status === 409) conflict(error.body);
      else if (error.status === 422) { wrong.replaceChildren(...complaints(error.body.problems)); fail(error); wrong.scrollIntoView({ block: "nearest" }); }
      else fail(error);
    } finally { saving = false; }
  }

  // Somebody else was faster: both texts, and both changes in one.
  function conflict(found) {
    const theirs = found.current?.text ?? "";
    const mine = found.yours ?? "";
    const take = async (text, close) => {
      try {
        await ask("save", { path, base: theirs, text }, found.current?.version);
        localStorage.removeItem(store(path));
        close();
        dirty = false;
        leaveNow();
        say(word("saved"));
        edit(main, path);
      } catch (error) { if (error.status === 409) { close(); conflict(error.body); } else fail(error); }
    };
    const giveUp = async (close) => {
      await ask("discard", { path }).catch(fail);
      localStorage.removeItem(store(path));
      close();
      leaveNow();
      edit(main, path);
    };
    dialog(word("conflict"), (close) => {
      const { element, text } = both(found.merged?.pieces ?? [{ mine, theirs }]);
      return [
        el("p", { className: "hint" }, word(found.merged?.clean ? "mergedClean" : "mergedChoose")),
        element,
        el("details", { className: "more" }, el("summary", {}, word("bothWhole")),
          el("div", { className: "two" }, el("div", {}, el("h3", {}, word("theirs")), el("pre", { className: "text" }, theirs)), el("div", {}, el("h3", {}, word("mine")), el("pre", { className: "text" }, mine)))),
        end(button(word("cancel"), close), button(word("takeTheirs"), () => giveUp(close)), button(word("saveMerged"), () => take(text(), close), "main")),
      ];
    });
  }

  function leaveNow() {
    gone = true;
    removeEventListener("keydown", keys);
    removeEventListener("beforeunload", warn);
  }
  const warn = (event) => { if (dirty && (busy || again)) event.preventDefault(); };
  const keys = (event) => { if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); save(); } };
  addEventListener("keydown", keys);
  addEventListener("beforeunload", warn);
  onLeave(leaveNow);

  const picture = async (file) => {
    const { send } = await import("./desk.js");
    try {
      const kept = await send(path, file);
      const view = (whole ?? body).view;
      view.dispatch(view.state.replaceSelection(`![](${kept.src})`));
    } catch (error) { fail(error); }
  };

  const stateMark = el("span", { className: "state " + article.state }, word(article.state));
  const menu = el("select", { "aria-label": word("more"), onchange: () => { const act = acts[menu.value]; menu.value = ""; act?.(); } });
  const acts = {
    impact: () => impact(path, article, change()),
    history: () => history(path, (text) => { leaveNow(); reopen(text); }),
    correction: () => { if (fields) { fields.element.querySelectorAll("details").forEach((one) => { if (one.querySelector("summary").textContent === word("corrections")) { one.open = true; one.querySelector(":scope > div > div > button").click(); } }); } },
    renameMove: () => rename(path, article),
    withdraw: () => withdraw(fields, touched),
    // Only what is out has readers to tell.
    deleteArticle: () => remove(path, article, fields && article.state === "live" && acts.withdraw),
    discard: () => dialog(word("discard"), (close) => [el("p", {}, word("discardAsk")), end(button(word("cancel"), close), button(word("discard"), async () => { await ask("discard", { path }).catch(fail); localStorage.removeItem(store(path)); dirty = false; leaveNow(); close(); edit(main, path); }, "main"))]),
    commit: () => commit(path),
    switch: async () => {
      const text = asText ? whole.text() : (await ask("draft", { path, base: article.text, key, ...change() }).catch((error) => (fail(error), null)))?.text;
      if (text === undefined || text === null) return;
      leaveNow();
      reopen(text, !asText);
    },
  };
  async function reopen(text, forced) {
    const made = await ask("draft", { path, base: article.text, key, text }).catch((error) => (fail(error), null));
    if (!made) return;
    open(main, path, article, null, { ...made, form: forced === true ? false : made.form, touched: true });
  }
  const offers = ["impact", "history", "correction", "renameMove", "withdraw", "deleteArticle", "discard", ...(site.git ? ["commit"] : []), "switch"]
    .filter((name) => !(asText && ["correction", "withdraw"].includes(name)));
  menu.append(el("option", { value: "" }, word("more") + " …"), ...offers.map((name) => el("option", { value: name }, name === "switch" ? word(asText ? "asForm" : "asText") : word(name))));
  menu.style.width = "auto";

  const box = el("div", { className: "editor" });
  const turn = button(word("preview"), () => { box.classList.toggle("preview"); turn.textContent = word(box.classList.contains("preview") ? "write" : "preview"); }, "narrow");
  const backTurn = button(word("write"), () => turn.click(), "narrow");
  write.append(el("div", { className: "head" }, button(word("save"), () => save(), "main"), turn, menu, stateMark, saved), wrong);
  if (unsaved) {
    const note = el("div", { className: "problem" }, el("span", {}, word("found"), " ", day(new Date(unsaved.when).toISOString())), " ",
      button(word("useIt"), () => { leaveNow(); reopen(unsaved.text); }),
      button(word("discard"), async () => { await ask("discard", { path }).catch(fail); localStorage.removeItem(store(path)); note.remove(); }, "quiet"));
    write.append(note);
  }
  if (asText) {
    if (article.yaml) write.append(el("p", { className: "hint" }, word("yaml")));
    else if (!article.form) write.append(el("p", { className: "hint" }, word("brokenText")));
    write.append(el("h1", { dir: "auto" }, article.fields?.title ?? path));
    whole = writing(shape.text, touched, picture, word("text"));
    whole.element.classList.add("raw");
    write.append(whole.element);
  } else {
    fields = form(path, shape.fields, touched);
    // What an unsaved text changed is told by comparing it with what is on the disk.
    body = writing(shape.body ?? "", touched, picture, word("text"));
    const first = fields.element.querySelector("details");
    const text = el("div", {}, el("span", { className: "label" }, word("text")), body.element);
    first.before(text);
    write.append(el("h1", { className: "unseen" }, article.fields?.title ?? path), fields.element);
  }
  box.append(write, el("div", { className: "show" }, el("div", { className: "row narrow" }, backTurn), where, frame, empty));
  main.replaceChildren(box);
  wrong.replaceChildren(...complaints(shape.problems));
  if (shape.touched) touched();
  else ask("draft", { path, base: article.text, text: article.text, key }).then((made) => gone || show(made), fail);
}

// Two changes in one text: where both changed the same, a choice; and the whole of it, for changes by hand.
function both(pieces) {
  const disputed = pieces.filter((piece) => piece.text === undefined);
  const kept = new Map(disputed.map((piece) => [piece, piece.mine]));
  const merged = el("textarea", { rows: 12, dir: "auto", name: "merged", "aria-label": word("merged"), oninput: () => choices.forEach((choice) => { choice.disabled = true; }) });
  const draw = () => { merged.value = pieces.map((piece) => piece.text ?? kept.get(piece)).join(""); };
  const choices = disputed.map((piece, at) => {
    const option = (name, text) => el("label", { className: "choice" }, el("input", { type: "radio", name: `place-${at}`, checked: name === "mine", onchange: () => { kept.set(piece, text); draw(); } }),
      el("span", {}, word(name)), name === "bothOfThem" ? null : el("pre", { className: "text", dir: "auto" }, text || word("nothing")));
    return el("fieldset", { className: "choices" }, el("legend", {}, phrase("placeOf", { n: String(at + 1), all: String(disputed.length) }).join("")),
      option("theirs", piece.theirs), option("mine", piece.mine), piece.mine && piece.theirs && option("bothOfThem", piece.theirs + piece.mine));
  });
  draw();
  const whole = el("details", { className: "more", open: !disputed.length }, el("summary", {}, word("merged")), el("div", {}, merged));
  return { element: el("div", { className: "stack" }, choices, whole), text: () => merged.value };
}

// Which pages a change touches.
async function impact(path, article, change) {
  try {
    const found = await ask("impact", { path, base: article.text, ...change });
    dialog(word("impact"), (close) => {
      const part = (key) => found[key].count > 0 && [el("h3", {}, `${word(key)}: ${found[key].count}`),
        el("pre", { className: "text", tabIndex: 0, dir: "ltr" }, found[key].pages.map((page) => page.address).join("\n") + (found[key].count > found[key].pages.length ? "\n…" : ""))];
      const parts = ["added", "changed", "removed"].map(part).filter(Boolean).flat();
      return [el("div", { className: "stack" }, parts.length ? parts : el("p", {}, word("noChange"))), end(button(word("close"), close, "main"))];
    });
  } catch (error) { fail(error); }
}

async function history(path, restore) {
  try {
    const { versions } = await ask("history", { path });
    dialog(word("history"), (close) => {
      const shown = el("div", {}, el("p", { className: "hint" }, word("chooseVersion")));
      const look = async (version) => {
        const found = await ask("version", { path, id: version.id });
        const patch = el("pre", { className: "text", tabIndex: 0 }, found.patch.split("\n").slice(2).map((line) =>
          el("div", { className: line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "" }, line)));
        shown.replaceChildren(patch, end(button(word("restore"), () => { close(); restore(found.text); }, "main")));
      };
      const list = el("ul", { className: "list" }, versions.map((version) => el("li", {}, el("button", { type: "button", className: "item", onclick: () => look(version).catch(fail) },
        el("span", {}, day(new Date(version.when).toISOString())), el("span", { className: "hint" }, version.current ? word("now") : ""), el("span", { className: "about" }, `${version.words} ${word("words")}`)))));
      return [versions.length ? el("div", { className: "versions" }, list, shown) : el("p", {}, word("noVersions")), end(button(word("close"), close))];
    });
  } catch (error) { fail(error); }
}

function rename(path, article) {
  dialog(word("renameMove"), (close) => {
    const slug = el("input", { value: article.fields?.slug ?? "", required: true, dir: "auto", name: "slug" });
    const section = el("input", { value: article.fields?.section ?? "", dir: "auto", name: "new-section" });
    const redirect = el("input", { type: "checkbox", checked: article.state === "live", name: "redirect" });
    const run = (event) => {
      event.preventDefault();
      ask("rename", { path, slug: slug.value, section: section.value, redirect: redirect.checked }, article.version)
        .then((made) => { close(); localStorage.removeItem(store(path)); go("edit", made.path); }, fail);
    };
    return el("form", { onsubmit: run }, el("label", {}, el("span", {}, word("slug")), slug), el("label", {}, el("span", {}, word("section")), section),
      el("label", { className: "check" }, redirect, el("span", {}, word("redirect"))), end(button(word("cancel"), close), el("button", { className: "main" }, word("renameMove"))));
  });
}

function withdraw(fields, touched) {
  dialog(word("withdraw"), (close) => {
    const notice = el("textarea", { rows: 3, required: true, dir: "auto", name: "notice" });
    const run = (event) => { event.preventDefault(); fields.values.withdrawn = { date: now(), notice: notice.value }; touched(); close(); };
    return el("form", { onsubmit: run }, el("label", {}, el("span", {}, word("notice")), notice), end(button(word("cancel"), close), el("button", { className: "main" }, word("withdraw"))));
  });
}

function remove(path, article, instead) {
  dialog(word("deleteArticle"), (close) => [el("p", {}, word("deleteAsk")),
    end(button(word("cancel"), close), button(word("deleteArticle"), () => ask("delete", { path }, article.version).then(() => { close(); localStorage.removeItem(store(path)); go("articles"); }, fail), "danger"),
      instead && button(word("withdraw"), () => { close(); instead(); }, "main"))]);
}

async function commit(path) {
  try {
    const git = await ask("git");
    dialog(word("commit"), (close) => {
      if (!git.files?.length) return [el("p", {}, word("nothingToCommit")), end(button(word("close"), close, "main"))];
      const boxes = git.files.map((file) => [file.path, el("input", { type: "checkbox", checked: file.path === path })]);
      const message = el("input", { required: true, dir: "auto", name: "message" });
      const name = el("input", { value: git.name, required: true, name: "name" });
      const email = el("input", { value: git.email, required: true, type: "email", name: "email" });
      const run = (event) => {
        event.preventDefault();
        const paths = boxes.filter(([, box]) => box.checked).map(([file]) => file);
        ask("commit", { paths, message: message.value, name: name.value, email: email.value }).then((made) => { close(); say(`${word("committed")}: ${made.commit}`); }, fail);
      };
      return el("form", { onsubmit: run }, el("fieldset", {}, el("legend", {}, word("files")), boxes.map(([file, box]) => el("label", { className: "check" }, box, el("span", { dir: "ltr" }, file)))),
        el("label", {}, el("span", {}, word("commitMessage")), message), el("div", { className: "two" }, el("label", {}, el("span", {}, word("yourName")), name), el("label", {}, el("span", {}, word("email")), email)),
        end(button(word("cancel"), close), el("button", { className: "main" }, word("commit"))));
    });
  } catch (error) { fail(error); }
}

export { link };
