/* Newsprint's preview: keeps this page the newest, and says what is wrong. Not part of the published site. */
(function () {
  "use strict";
  const own = document.currentScript;
  const had = { recipe: own.dataset.recipe, styles: own.dataset.styles, files: own.dataset.files };
  const failed = document.body.classList.contains("failed");
  // Where the site is served: unsaved text has an address of its own.
  const base = own.dataset.base || "";
  const page = encodeURIComponent(location.pathname.slice(base.length));
  let source = null;
  let working = false;
  let state = null;
  // Sentences in the reader's language; drawing waits for it.
  let speech = null;

  // A hidden tab lets go of its connection, of which browsers allow six to a host; it asks again when it
  // is looked at.
  function connect() {
    if (document.hidden) {
      if (source) source.close();
      source = null;
    } else if (!source || source.readyState === EventSource.CLOSED) {
      source = new EventSource(base + "/__newsprint/events?page=" + page);
      source.addEventListener("state", (event) => hear(JSON.parse(event.data)));
      // Browsers come back by themselves from a lost connection, but not from a refused one.
      source.onerror = () => { if (source && source.readyState === EventSource.CLOSED) setTimeout(connect, 1000); };
    }
  }
  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", connect);

  async function hear(news) {
    state = news;
    speak().then(draw);
    if (working) return;
    working = true;
    try {
      while (state.recipe !== had.recipe || state.files !== had.files) {
        const wanted = state;
        if (wanted.files !== had.files || !(await morph(wanted))) {
          location.reload();
          return;
        }
      }
      if (state.styles !== had.styles) {
        had.styles = state.styles;
        restyle();
      }
    } catch (error) {
      location.reload();
    } finally {
      working = false;
    }
  }

  const scripts = (root) =>
    Array.from(root.querySelectorAll("script:not([src^='/__newsprint/'])"))
      .filter((script) => !script.type || /javascript|module/.test(script.type))
      .map((script) => script.src + "\n" + script.textContent)
      .join("\n\n");

  // Changes this page into its new version, keeping place and focus. False: only a reload can do it.
  async function morph(wanted) {
    if (failed) return false;
    const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
    if (!(answer.headers.get("content-type") || "").startsWith("text/html")) return false;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const tag = next.querySelector("script[src='/__newsprint/live.js']");
    if (!tag || next.body.classList.contains("failed") || scripts(next) !== scripts(document)) return false;
    had.recipe = tag.dataset.recipe;
    // What was answered may be older than the news: the next round asks again, unless it would for ever.
    if (had.recipe !== wanted.recipe && state === wanted) had.recipe = wanted.recipe;
    // Style sheets that were loaded anew stay: theirs are the newest bytes.
    const sheets = new Map(Array.from(document.querySelectorAll("link[rel~='stylesheet']"), (link) => [link.href.split("?")[0], link]));
    for (const link of next.querySelectorAll("link[rel~='stylesheet']")) {
      const loaded = sheets.get(new URL(link.getAttribute("href"), location.href).href.split("?")[0]);
      if (loaded) link.setAttribute("href", loaded.getAttribute("href"));
    }
    const keep = (node) => node !== host;
    Idiomorph.morph(document.documentElement, next.documentElement, {
      head: { style: "morph" },
      callbacks: { beforeNodeRemoved: keep, beforeNodeMorphed: keep },
    });
    if (!host.isConnected) document.documentElement.append(host);
    return true;
  }

  // Loads the style sheets anew; the old ones stay until the new are there.
  function restyle() {
    for (const link of document.querySelectorAll("link[rel~='stylesheet']")) {
      const url = new URL(link.href, location.href);
      if (url.origin !== location.origin) continue;
      url.searchParams.set("newsprint", state.styles.slice(0, 8));
      const fresh = link.cloneNode();
      fresh.href = url.href;
      fresh.onload = fresh.onerror = () => link.remove();
      link.after(fresh);
    }
  }

  // Badges and problems, in a shadow tree that the page's own styles do not reach. Text is only ever
  // set as text.
  const host = document.createElement("newsprint-preview");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    .box { position: fixed; z-index: 2147483647; inset-inline: 0; bottom: 0; display: flex; flex-direction: column;
      align-items: flex-start; gap: .5rem; padding: .75rem; pointer-events: none; font: 14px/1.45 system-ui, sans-serif;
      color: #1d1b16; max-height: 100vh; box-sizing: border-box; }
    .box > * { pointer-events: auto; }
    .row { display: flex; flex-wrap: wrap; gap: .4rem; }
    .badge, summary { padding: .15rem .6rem; border-radius: 1rem; background: #fff4cf; border: 1px solid #b58900;
      color: #3b2f00; box-shadow: 0 1px 4px #0003; }
    summary { cursor: pointer; display: inline-block; list-style: none; }
    summary::-webkit-details-marker { display: none; }
    summary:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
    .edit { padding: .3rem .9rem; border-radius: 1rem; background: #1d1b16; color: #fff; text-decoration: none; box-shadow: 0 1px 4px #0005; }
    .edit:focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px; }
    .bad > summary { background: #b3261e; border-color: #7c1812; color: #fff; }
    .list { margin-top: .5rem; max-height: 60vh; overflow: auto; background: #fffdf8; border: 1px solid #8a8578;
      border-radius: .4rem; box-shadow: 0 4px 24px #0004; max-width: min(52rem, calc(100vw - 1.5rem)); box-sizing: border-box; }
    .problem { padding: .7rem 1rem; border-inline-start: 4px solid #b58900; overflow-wrap: anywhere; }
    .problem + .problem { border-top: 1px solid #ddd8cb; }
    .error { border-inline-start-color: #b3261e; }
    .place { font: 12px/1.5 ui-monospace, monospace; color: #5b564a; direction: ltr; unicode-bidi: isolate; }
    .badge code, .problem code { font: .92em ui-monospace, monospace; background: #0000000d; border-radius: .2rem; padding: 0 .2em; }
    .what { font-weight: 600; } p { margin: .1rem 0; } .note { padding: .6rem 1rem; margin: 0; background: #f3eee0; }
    pre { margin: .4rem 0; padding: .4rem .6rem; overflow-x: auto; background: #f3eee0; font: 12px/1.5 ui-monospace, monospace;
      white-space: pre-wrap; unicode-bidi: plaintext; } mark { background: #ffd7d2; color: inherit; text-decoration: underline wavy #b3261e; }
    @media print { .box { display: none; } }`);
  root.adoptedStyleSheets = [sheet];

  function element(name, kind, text) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  // What the program says, in the reader's language. The page's own language is another matter.
  async function speak() {
    if (!speech) {
      const words = await import("/__newsprint/translate.js");
      const lang = words.preferred(state.language);
      await words.learn(lang, "/__newsprint/said/" + lang + ".json").catch(() => {});
      speech = { ...words, lang };
      if (failed) {
        document.documentElement.lang = lang;
        document.documentElement.dir = words.direction(lang);
        for (const one of document.querySelectorAll("[data-said]")) one.replaceChildren(...words.said(one.textContent));
        document.title = document.querySelector("h1").textContent;
      }
    }
  }

  const SENTENCES = { draft: "draft", embargo: "embargoed until {when}", expires: "expires {when}", review: "review {flag}" };
  function badge({ kind, what }) {
    const { phrase, moment, noted } = speech;
    const flag = document.createElement("span");
    flag.append(...noted(what));
    const made = element("span", "badge " + kind);
    made.append(...phrase(SENTENCES[kind], { when: moment(what), flag }));
    return made;
  }

  let drawn = "";
  let opened = null;
  function draw() {
    const what = JSON.stringify([state.badges, state.problems, state.stale, state.found, state.more, state.source]);
    if (what === drawn) return;
    drawn = what;
    const box = element("div", "box");
    box.lang = speech.lang;
    box.dir = speech.direction(speech.lang);
    if (state.desk && state.source && !base) {
      const edit = element("a", "edit");
      edit.append(...speech.said("Edit"));
      edit.href = location.protocol + "//" + location.hostname + ":" + state.desk + "/#edit=" + encodeURIComponent(state.source);
      edit.target = "newsprint-desk";
      edit.rel = "noopener";
      box.append(edit);
    }
    if (state.badges.length) {
      const row = element("div", "row");
      for (const one of state.badges) row.append(badge(one));
      box.append(row);
    }
    if (state.problems.length && !failed) box.append(problems());
    root.replaceChildren(box);
    if (!host.isConnected) document.documentElement.append(host);
  }

  function problems() {
    const { said, phrase } = speech;
    const words = (name, kind, nodes) => {
      const made = element(name, kind);
      made.append(...nodes);
      return made;
    };
    const errors = state.problems.filter((problem) => problem.error).length;
    const concerns = state.problems.filter((problem) => problem.error && (problem.here || state.stale || !state.found));
    const count = state.problems.length + state.more;
    const details = element("details", errors ? "bad" : "");
    // Open by itself where it concerns this page, unless it was closed by hand.
    details.open = opened === null ? concerns.length > 0 : opened && errors > 0;
    const summary = words("summary", "", count === 1 ? said("1 problem") : phrase("{n} problems", { n: count }));
    summary.addEventListener("click", () => { opened = !details.open; });
    const list = element("div", "list");
    list.setAttribute("role", "status");
    if (state.stale) list.append(words("p", "note", said("The site is shown as it was before this:")));
    else if (state.problems.some((problem) => problem.error && problem.here))
      list.append(words("p", "note", said("This article is shown as it was before this:")));
    for (const problem of [...state.problems].sort((a, b) => b.here - a.here || b.error - a.error)) {
      const item = element("div", problem.error ? "problem error" : "problem");
      const place = problem.path ? problem.path + (problem.line ? ":" + problem.line + ":" + problem.col : "") : "";
      item.append(words("p", "what", said(problem.message)), element("p", "place", place));
      if (problem.excerpt) {
        const [before, marked, after] = problem.excerpt;
        const line = element("pre");
        line.append(before, element("mark", "", marked), after);
        item.append(line);
      }
      if (problem.hint) item.append(words("p", "hint", said(problem.hint)));
      list.append(item);
    }
    if (state.more) list.append(words("p", "note", phrase("and {n} more", { n: state.more })));
    details.append(summary, list);
    return details;
  }

  connect();
})();
