// Publishing: what it would do, in words; then, when that is agreed to, how far it is, and where it can be seen.

import { ask, button, complaints, dialog, el, end, fail, site } from "./desk.js";
import { moment } from "./translate.js";
import { phrase, word, zoned } from "./words.js";

// What a target needs; the words of site.toml are the same in every language.
const EXAMPLES = `[publish.live]
kind = "dir"
path = "/srv/www/paper"

[publish.server]
kind = "rsync"
dest = "paper@example.org:/srv/www/paper"

[publish.bucket]
kind = "s3"
bucket = "paper"
region = "eu-central-1"

[publish.pages]
kind = "git"
remote = "git@example.org:paper.git"
branch = "gh-pages"`;

const STAGES = { building: "checking", comparing: "comparing", sending: "sending", "going-back": "goingBack" };

// Each name keeps its own direction of writing.
const isolated = (text, more = {}) => el("bdi", more, String(text));
const nodes = (key, values) => phrase(key, values).flat();

// A page in a line of what would be done.
function page({ how, title, was, path }) {
  const address = path && isolated("/" + path, { dir: "ltr" });
  return how === "gone" && !title ? [address] : nodes("page_" + how, { title: title && isolated(title), was: was && isolated(was), path: address });
}

// What would be done, or was, in the language of the page.
function line({ what, n, pages = [], to, from }) {
  const named = pages.map(page);
  if (n > pages.length) named.push(["…"]);
  const all = named.flatMap((one, at) => (at ? [word("comma"), ...one] : one));
  return nodes("line_" + what, { n: String(n), pages: all, to: isolated(to), from: isolated(from) });
}

export async function publish() {
  const found = await ask("targets");
  let isOpen = true;
  const box = dialog(word("publish"), (close) => {
    if (!found.targets.length) {
      return [complaints(found.problems), el("p", {}, word("publishNone")), el("p", {}, word("publishHow")),
        el("pre", { className: "text", tabIndex: 0, dir: "ltr" }, EXAMPLES), end(button(word("close"), close, "main"))].flat();
    }
    return panel(found, close, () => isOpen);
  });
  box.addEventListener("close", () => { isOpen = false; });
}

function panel(found, close, isOpen) {
  const names = el("select", { name: "target", dir: "auto", onchange: () => look() }, found.targets.map((one) => el("option", { value: one.name }, `${one.name} (${one.place})`)));
  const target = () => found.targets[names.selectedIndex];
  const bar = el("progress", { "aria-label": word("publish"), hidden: true });
  const stage = el("p", { role: "status" });
  const text = el("div", { className: "stack" });
  const buttons = end();
  const leaveOut = new Set();
  let confirm = null;

  // Asks for a step and shows how far it is until it is over.
  async function run(name, body) {
    names.disabled = true;
    text.replaceChildren();
    buttons.replaceChildren(button(word("close"), close));
    let job = await ask(name, body);
    await follow(job);
  }
  async function follow(job) {
    while (job.running && isOpen()) {
      const line = word(STAGES[job.stage] ?? "checking");
      if (stage.textContent !== line) stage.textContent = line;
      bar.hidden = false;
      if (job.total) { bar.max = job.total; bar.value = job.done; } else bar.removeAttribute("value");
      await new Promise((resolve) => setTimeout(resolve, 120));
      job = await ask("progress");
    }
    bar.hidden = true;
    names.disabled = false;
    if (isOpen()) show(job);
  }
  const failed = (error) => { bar.hidden = true; names.disabled = false; fail(error); buttons.replaceChildren(button(word("close"), close), again()); };
  const look = () => run("plan", { target: target().name, leave_out: [...leaveOut], confirm }).catch(failed);
  const again = () => button(word("tryAgain"), look);
  // One more question: readers see the former pages at once.
  const back = () => target().keeps && button(word("rollback"), () => {
    stage.textContent = word("rollbackAsk");
    text.replaceChildren();
    buttons.replaceChildren(again(), button(word("rollback"), () => run("back", { target: target().name }).catch(failed), "danger"));
  });
  const external = (address, title) => el("a", { href: address, target: "_blank", rel: "noopener", dir: title ? "auto" : "ltr" }, title ?? address);
  const list = (items) => el("ul", { className: "plain" }, items.map((item) => el("li", {}, el("bdi", {}, item))));
  const due = (told) => told.due && el("p", { className: "hint" }, nodes("dueThen", { when: isolated(moment(zoned(told.due, site.zone))) }));
  const lines = (told) => el("ul", { className: "plain" }, told.map((one) => el("li", {}, line(one))));
  const addresses = (links) => links?.length > 0 && list(links.map((link) => el("span", {}, external(link.address, link.title), " ", el("bdi", { className: "hint", dir: "ltr" }, link.address))));

  function show(job) {
    const told = job.told ?? {};
    const close_ = button(word("close"), close);
    if (job.stage === "planned") {
      const isDone = !told.lines.length;
      stage.textContent = word(isDone ? "upToDate" : "toBeDone");
      text.replaceChildren(...[
        told.left_out.length > 0 && el("div", { className: "problem" }, word("leftOut"), list(told.left_out)),
        isDone ? el("p", {}, external(found.address)) : lines(told.lines),
        due(told),
      ].filter(Boolean));
      const go = button(word("publishNow"), () => run("send", { key: told.key }).catch(failed), "main");
      // Where nothing is out yet there is nothing to go back to.
      const isFirst = !told.unchanged && told.lines.every((one) => ["new", "others"].includes(one.what));
      buttons.replaceChildren(...[close_, !isFirst && back(), isDone ? null : go].filter(Boolean));
      if (!isDone) go.focus();
    } else if (job.stage === "published") {
      stage.replaceChildren(word("published"), " ", external(found.address));
      text.replaceChildren(...[addresses(told.links), due(told), el("p", { className: "hint" }, `${word("filesSent")} ${told.sent}`)].filter(Boolean));
      buttons.replaceChildren(...[back(), close_].filter(Boolean));
    } else if (job.stage === "went-back") {
      stage.replaceChildren(word("wentBack"), " ", external(found.address));
      text.replaceChildren(lines(told.lines ?? []));
      buttons.replaceChildren(again(), close_);
    } else {
      stage.textContent = word(told.broken ? "brokenThere" : "stopped");
      const agree = told.broken ? button(word("leaveOut"), () => { told.broken.forEach((path) => leaveOut.add(path)); look(); }, "danger")
        : told.vanishing && button(`${told.vanishing} ${word("manyGo")}`, () => { confirm = told.vanishing; look(); }, "danger");
      text.replaceChildren(...complaints(told.problems));
      buttons.replaceChildren(...[close_, again(), agree].filter(Boolean));
    }
  }

  // Somebody may have begun already, here or in another window.
  if (found.job.running) follow(found.job).catch(failed); else look();
  return [
    el("div", { className: "stack" }, el("label", {}, el("span", {}, word("publishTo")), names),
      found.unsaved.length > 0 && el("div", { className: "problem" }, word("unsavedThere"), list(found.unsaved)), stage, bar, text),
    buttons,
  ];
}
