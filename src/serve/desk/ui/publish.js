// Publishing from the desk.

import { el } from "./desk.js";
import { word } from "./words.js";

export async function publish(main) {
  main.replaceChildren(el("div", { className: "page" }, el("h1", {}, word("publish")), el("p", {}, word("noTargets"))));
}
