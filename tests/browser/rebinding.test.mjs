// A page of another site that tries everything a browser can to read the preview or to write at the desk: by the
// addresses of this machine, and by a name of its own that is made to lead here.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Preview, Site, article, browser } from "./stage.mjs";

let site, preview, chromium, evil, port;

before(async () => {
  site = new Site({ "content/town/bridge.md": article("Canary headline", "Canary text.") });
  preview = await Preview.start(site, "--now", "2026-04-01T00:00:00Z");
  await new Promise((resolve) => setTimeout(resolve, 300));
  preview.desk = preview.lines.match(/edit at (http:\S+)/)[1];
  evil = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end("<!doctype html><title>evil</title><body>");
  });
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  port = evil.address().port;
  chromium = await browser(["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
});

after(async () => {
  await chromium?.close();
  evil?.close();
  await preview?.stop();
  site?.remove();
});

// Runs in the evil page: what of a target's answers it can see, by any means.
async function attack(base) {
  const seen = [];
  const look = (how, text) => { if (/canary|newsprint-token/i.test(String(text))) seen.push(how); };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (const path of ["", "town/2026/03/bridge.html", "__newsprint/state?page=/town/2026/03/bridge.html", "search.json", "ui/desk.js"]) {
    await fetch(base + path).then((answer) => answer.text()).then((text) => look("fetch " + path, text)).catch(() => {});
    await fetch(base + path, { mode: "no-cors" }).then((answer) => answer.text()).then((text) => look("no-cors " + path, text)).catch(() => {});
  }
  const body = JSON.stringify({ title: "Planted", section: "" });
  for (const name of ["new", "save", "delete", "commit", "travel", "plan", "send", "back"]) {
    await fetch(base + "api/" + name, { method: "POST", mode: "no-cors", body, headers: { "content-type": "text/plain" } }).catch(() => {});
    await fetch(base + "api/" + name, { method: "POST", body, headers: { "content-type": "application/json", "x-newsprint-token": "0".repeat(40) } }).catch(() => {});
    navigator.sendBeacon(base + "api/" + name, body);
  }
  const frame = document.createElement("iframe");
  frame.name = "target";
  document.body.append(frame);
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: base + "api/new", enctype: "text/plain", target: "target" });
  const field = document.createElement("input");
  Object.assign(field, { name: '{"title":"Planted","x":"', value: '"}' });
  form.append(field);
  document.body.append(form);
  form.submit();
  await wait(300);
  frame.src = base + "town/2026/03/bridge.html";
  await wait(400);
  try { look("iframe", frame.contentDocument.documentElement.outerHTML); } catch { /* not readable */ }
  for (const [name, path] of [["script", "ui/desk.js"], ["script", "__newsprint/live.js"], ["img", "favicon.ico"]]) {
    const element = document.createElement(name);
    await new Promise((resolve) => { element.onload = () => { seen.push(name + " " + path); resolve(); }; element.onerror = resolve; element.src = base + path; document.body.append(element); setTimeout(resolve, 600); });
  }
  await new Promise((resolve) => {
    const socket = new WebSocket(base.replace("http", "ws"));
    socket.onopen = () => { seen.push("websocket"); resolve(); };
    socket.onerror = socket.onclose = resolve;
  });
  await new Promise((resolve) => {
    const events = new EventSource(base + "__newsprint/events?page=/");
    events.onopen = () => { seen.push("events"); resolve(); };
    events.onerror = () => { events.close(); resolve(); };
  });
  return seen;
}

test("no other site reads or writes anything", async () => {
  const before = site.read("content/town/bridge.md");
  const page = await chromium.newPage();
  for (const host of [`http://evil.test:${port}/`, `http://127.0.0.1:${port}/`, `http://localhost:${port}/`]) {
    for (const target of [preview.address, preview.desk]) {
      const at = new URL(target).port;
      // By number, and by the name that was made to lead here.
      for (const base of [target, `http://evil.test:${at}/`]) {
        await page.goto(host);
        assert.deepEqual(await page.evaluate(attack, base), [], `${host} attacks ${base}`);
      }
    }
  }
  await page.close();
  assert.equal(site.read("content/town/bridge.md"), before);
  const { status, stdout } = site.run("check", "--format", "json");
  assert.ok(!String(stdout).includes("Planted"), String(status));
  assert.ok(preview.runs);
});

test("a name that was made to lead here opens neither preview nor desk", async () => {
  const page = await chromium.newPage();
  for (const target of [preview.address, preview.desk]) {
    const answer = await page.goto(`http://evil.test:${new URL(target).port}/`);
    assert.equal(answer.status(), 403);
    assert.ok(!/canary|newsprint-token/i.test(await answer.text()));
  }
  await page.close();
});

test("a script in the preview cannot reach the desk, which is another origin", async () => {
  const page = await chromium.newPage();
  await page.goto(preview.address + "town/2026/03/bridge.html");
  const own = await page.evaluate(() => fetch(location.href).then((answer) => answer.text()));
  assert.match(own, /Canary text/, "a page may read its own site");
  assert.deepEqual(await page.evaluate(attack, preview.desk), []);
  const framed = await page.evaluate(async (desk) => {
    const frame = document.createElement("iframe");
    frame.src = desk;
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 600));
    try { return frame.contentDocument.documentElement.outerHTML.length > 100; } catch { return false; }
  }, preview.desk);
  assert.equal(framed, false, "the desk is in no frame");
  await page.close();
});
