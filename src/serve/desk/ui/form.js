// The form of an article's front matter. It knows what was there, and gives back only what was changed.

import { button, complaints, dialog, el, end, fail, say, send, site, PREVIEW } from "./desk.js";
import { noted } from "./translate.js";
import { offset, word, zoned } from "./words.js";

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const blank = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length) || value === false;

/** Keys whose values differ: key -> new value, null to take it away. */
export function changes(before, after) {
  const found = {};
  for (const key of Object.keys(after)) {
    if (key === "image") {
      for (const part of ["src", "alt", "caption", "credit"]) {
        const [old, now] = [before.image?.[part], after.image?.[part]];
        if (!same(old, now) && !(blank(old) && blank(now))) found["image." + part] = blank(now) ? null : now;
      }
    } else if (!same(before[key], after[key]) && !(blank(before[key]) && blank(after[key]))) {
      found[key] = blank(after[key]) ? null : after[key];
    }
  }
  return found;
}

/** Now, as the site's zone writes it. */
export const now = () => zoned(new Date(), site.zone);

// What is changed in other places than the form: flags by a button, a withdrawal and the name in the address by their
// dialogs, and what no form suits, as text.
const ELSEWHERE = ["review", "withdrawn", "slug", "source", "roles", "extra"];

/** The form. `changed` is called with the fields after each change. */
export function form(path, fields, changed) {
  const values = structuredClone(fields);
  const tell = () => changed(values);
  const set = (key, value) => { values[key] = value; tell(); };
  const label = (key, input, hint) => el("label", {}, el("span", {}, word(key)), input, hint && el("div", { className: "hint" }, hint));
  const text = (key, more = {}) => label(key, el("input", { value: values[key] ?? "", dir: "auto", name: key, oninput: (event) => set(key, event.target.value), ...more }));
  const area = (key, rows = 2) => label(key, el("textarea", { value: values[key] ?? "", rows, dir: "auto", name: key, oninput: (event) => set(key, event.target.value) }));

  const title = el("textarea", { value: values.title ?? "", rows: 1, className: "headline", dir: "auto", name: "title", "aria-label": word("title"), required: true, oninput: (event) => set("title", event.target.value.replace(/\n/g, " ")) });

  // A date keeps the zone that it was written with; a day alone stays one.
  function moment(key) {
    const date = el("input", { type: "date", value: (values[key] ?? "").slice(0, 10), name: key });
    const time = el("input", { type: "time", value: (values[key] ?? "").slice(11, 16), name: key + "-time", "aria-label": word(key) + " " + word("zone") });
    const zone = el("input", { value: (values[key] ?? "").slice(16).replace(/^:\d\d(\.\d+)?/, ""), name: key + "-zone", placeholder: site.zone, "aria-label": word(key) + ": " + word("zone"), dir: "ltr" });
    const take = () => {
      if (!date.value) return set(key, null);
      if (!time.value) return set(key, date.value);
      if (!zone.value) zone.value = offset(`${date.value}T${time.value}:00`, site.zone);
      const seconds = (fields[key] ?? "").slice(0, 16) === `${date.value}T${time.value}` ? (fields[key].match(/^.{16}(:\d\d(\.\d+)?)/)?.[1] ?? ":00") : ":00";
      set(key, `${date.value}T${time.value}${seconds}${zone.value}`);
    };
    [date, time, zone].forEach((input) => input.addEventListener("change", take));
    zone.style.maxWidth = "9.5rem";
    const fill = () => {
      const text = now();
      [date.value, time.value, zone.value] = [text.slice(0, 10), text.slice(11, 16), text.slice(19)];
      take();
    };
    return el("fieldset", { style: "" }, el("legend", {}, word(key)), el("div", { className: "row moment" }, date, time, zone, button(word("now"), fill, "quiet")));
  }

  function chips(key, known) {
    const list = el("span", { role: "list" });
    const id = `known-${key}`;
    const input = el("input", { list: id, dir: "auto", "aria-label": word(key) + ": " + word("add"), name: key });
    const draw = () => list.replaceChildren(...(values[key] ?? []).map((name, at) =>
      el("span", { className: "chip", role: "listitem" }, el("bdi", {}, name),
        el("button", { type: "button", "aria-label": `${word("remove")}: ${name}`, onclick: () => { values[key] = values[key].filter((_, other) => other !== at); draw(); tell(); input.focus(); } }, "×"))));
    const add = () => {
      const name = input.value.trim().replace(/,$/, "").trim();
      if (name && !(values[key] ?? []).includes(name)) values[key] = [...(values[key] ?? []), name];
      input.value = "";
      draw();
      tell();
    };
    input.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === ",") && !event.isComposing) { event.preventDefault(); if (input.value.trim()) add(); }
      else if (event.key === "Backspace" && !input.value && values[key]?.length) { values[key] = values[key].slice(0, -1); draw(); tell(); }
    });
    input.addEventListener("change", () => input.value.trim() && add());
    draw();
    return el("div", {}, el("span", { className: "label" }, word(key)), el("div", { className: "chips" }, list, input), el("datalist", { id }, (known ?? []).map((name) => el("option", { value: name }))));
  }

  function picture() {
    const image = () => (values.image ??= { src: null, alt: null, caption: null, credit: null });
    const part = (key) => el("label", {}, el("span", {}, word(key)), el("input", { value: values.image?.[key] ?? "", dir: "auto", name: "image." + key, oninput: (event) => { image()[key] = event.target.value; tell(); } }));
    const src = part("src");
    const shown = el("img", { alt: "" });
    const look = () => { shown.hidden = true; };
    const take = async (file) => {
      if (!file) return;
      try {
        const kept = await send(path, file);
        image().src = kept.src;
        src.querySelector("input").value = kept.src;
        shown.src = URL.createObjectURL(file);
        shown.hidden = false;
        say(kept.src);
        tell();
      } catch (error) { fail(error); }
    };
    look();
    const file = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/gif,image/avif", "aria-label": word("choose"), onchange: (event) => take(event.target.files[0]) });
    const area = el("div", { className: "drop" }, el("div", { className: "hint" }, word("dropPicture")), file, shown, src, part("alt"), part("caption"), part("credit"));
    area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
    area.addEventListener("dragleave", () => area.classList.remove("over"));
    area.addEventListener("drop", (event) => { event.preventDefault(); area.classList.remove("over"); take(event.dataTransfer.files[0]); });
    area.addEventListener("paste", (event) => { const found = [...event.clipboardData.files][0]; if (found) { event.preventDefault(); take(found); } });
    return area;
  }

  function corrections() {
    const list = el("div", { className: "stack" });
    const draw = () => list.replaceChildren(...(values.corrections ?? []).map((one, at) => el("div", { className: "row" },
      el("span", { className: "hint", dir: "ltr" }, one.date.slice(0, 10)),
      el("label", {}, el("span", {}, word("correctionText")), el("input", { value: one.text, dir: "auto", oninput: (event) => { values.corrections[at] = { ...one, text: event.target.value }; tell(); } })),
      button(word("remove"), () => { values.corrections.splice(at, 1); draw(); tell(); }, "quiet"))));
    const add = () => { values.corrections = [...(values.corrections ?? []), { date: now(), text: "…" }]; values.updated = now(); draw(); tell(); list.querySelector(".row:last-child input").select(); };
    draw();
    return el("div", {}, list, button(word("correction"), add));
  }

  const check = (key, words = word(key)) => el("label", { className: "check" }, el("input", { type: "checkbox", name: key, checked: values[key] === true, onchange: (event) => set(key, event.target.checked) }), el("span", {}, words));
  const section = el("div", {}, text("section", { list: "known-sections" }), el("datalist", { id: "known-sections" }, (site.sections ?? []).map((one) => el("option", { value: one.slug }, one.name))));
  const kind = label("kind", el("select", { name: "kind", onchange: (event) => set("kind", event.target.value) }, (site.kinds ?? []).map((name) => el("option", { value: name, selected: values.kind === name }, word("kind_" + name)))));
  const more = (key, open, ...inside) => el("details", { className: "more", open }, el("summary", {}, word(key)), el("div", {}, inside));

  const flags = el("div", {});
  const drawFlags = () => flags.replaceChildren(...((values.review ?? []).length ? [
    el("div", { className: "problem" }, el("strong", {}, word("review")), el("ul", {}, values.review.map((flag) => el("li", {}, noted(flag)))),
      button(word("acceptAll"), () => { values.review = []; drawFlags(); tell(); }))] : []));
  drawFlags();
  // How the fields of front matter are filled in. Which there are, the parser's schema says: one that has no form of its own
  // here is a line of text among the details.
  const forms = {
    title: () => title, summary: () => area("summary"), draft: () => check("draft", word("isDraft")), subtitle: () => area("subtitle", 1), section: () => section,
    tags: () => chips("tags", site.tags), authors: () => chips("authors", site.authors), kind: () => kind, lang: () => text("lang", { placeholder: site.language }), lead: () => check("lead"),
    date: () => moment("date"), updated: () => moment("updated"), embargo: () => moment("embargo"), expires: () => moment("expires"), pin_until: () => moment("pin_until"),
    image: picture, corrections, aliases: () => chips("aliases"),
  };
  const groups = {
    top: ["title", "summary", "draft"], details: ["subtitle", "section", "tags", "authors", "kind", "lang", "dateline", "agency", "thread", "lead"],
    times: ["date", "updated", "embargo", "expires", "pin_until"], image: ["image"], corrections: ["corrections"], addresses: ["aliases", "canonical", "translation_of", "id"],
  };
  const keys = (site.keys ?? []).filter((key) => !/[.[]/.test(key) && !ELSEWHERE.includes(key));
  const placed = Object.values(groups).flat();
  const inputs = (group) => [...groups[group].filter((key) => keys.includes(key)), ...(group === "details" ? keys.filter((key) => !placed.includes(key)) : [])].map((key) => (forms[key] ?? (() => text(key)))());
  const made = el("form", { className: "fields", onsubmit: (event) => event.preventDefault() },
    flags, inputs("top"),
    more("details", false, ...inputs("details")), more("times", false, ...inputs("times")),
    more("image", Boolean(values.image), ...inputs("image")), more("corrections", Boolean(values.corrections?.length), ...inputs("corrections")),
    more("addresses", false, ...inputs("addresses")));
  return { element: made, values };
}

export { dialog, complaints, end, PREVIEW };
