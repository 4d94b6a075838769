// What browser tests stand on: a site in a temporary folder, `newsprint serve` on a port of its own, and Chromium.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const PROGRAM = process.env.NEWSPRINT ?? new URL("../../target/debug/newsprint", import.meta.url).pathname;

/** No sandbox in containers; nothing that asks hosts of its own accord. */
export const CHROMIUM = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium; `args` come in addition. */
export function browser(args = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...CHROMIUM, ...args] });
}

/** A site's folder: path within it -> text or bytes. */
export class Site {
  constructor(files = {}) {
    this.dir = mkdtempSync(join(tmpdir(), "newsprint-browser-"));
    this.write("site.toml", 'title = "The Harbour Gazette"\nbase_url = "https://gazette.example/"\ntimezone = "Europe/London"\n');
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  path(path) {
    return join(this.dir, path);
  }

  write(path, content) {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  read(path) {
    return readFileSync(this.path(path), "utf8");
  }

  /** Runs a command of the program on this site; its exit code and what it printed. */
  run(...args) {
    const { status, stdout, stderr } = spawnSync(PROGRAM, args, { cwd: this.dir, encoding: "utf8" });
    return { status, stdout, stderr };
  }

  remove() {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A running `newsprint serve`. `address` is the preview's, `desk` the desk's, `lines` what it printed. */
export class Preview {
  /** Starts one for a site and waits until it answers. */
  static async start(site, ...args) {
    const port = args.includes("--port") ? [] : ["--port", "0"];
    const process = spawn(PROGRAM, ["serve", "--site", site.dir, ...port, ...args]);
    const preview = new Preview();
    preview.process = process;
    preview.lines = "";
    await new Promise((resolve, reject) => {
      const hear = (chunk) => {
        preview.lines += chunk;
        const [page, desk] = [preview.lines.match(/http:\/\/127\.0\.0\.1:\d+\//), preview.lines.match(/edit at (http:\S+)/)];
        if (page && desk) {
          preview.address = page[0];
          preview.desk = desk[1];
          resolve();
        }
      };
      process.stderr.on("data", hear);
      process.stdout.on("data", hear);
      process.on("exit", (code) => reject(new Error(`serve ended with ${code}: ${preview.lines}`)));
    });
    return preview;
  }

  /** Whether it is still there. */
  get runs() {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async stop() {
    if (!this.runs) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.removeAllListeners("exit");
    this.process.once("exit", () => {});
    this.process.kill("SIGINT");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000))]);
    this.process.kill("SIGKILL");
  }
}

/** A site of these files with its preview, and a page of Chromium that speaks English. */
export class Stage {
  static async set(files, ...args) {
    const stage = new Stage();
    stage.site = new Site(files);
    stage.preview = await Preview.start(stage.site, ...args);
    stage.chromium = await browser();
    stage.context = await stage.chromium.newContext({ locale: "en" });
    stage.page = await stage.context.newPage();
    return stage;
  }

  /** Opens a page of the desk anew. */
  async open(place, page = this.page) {
    await page.goto("about:blank");
    await page.goto(`${this.preview.desk}#${place}`);
  }

  /** Opens an article in the desk. */
  async edit(path) {
    await this.open(`edit=${encodeURIComponent(path)}`);
    await this.page.locator(".write").waitFor();
  }

  /** Saves the article that is open. */
  async save() {
    await this.page.getByRole("button", { name: "Save", exact: true }).click();
    await this.page.locator(".saved", { hasText: /^Saved$/ }).waitFor();
  }

  async strike() {
    await this.chromium?.close();
    await this.preview?.stop();
    this.site?.remove();
  }
}

const AXE = new URL("./node_modules/axe-core/axe.min.js", import.meta.url);

/** What a screen reader would trip over on a page; its picture goes to the folder SHOTS, where that is set. */
export async function violations(page, shot) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: readFileSync(AXE, "utf8") });
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false }).then(r => JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html).slice(0, 3)])))",
    awaitPromise: true, returnByValue: true,
  });
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${shot}.png` });
  return result.value;
}

/** An article of the town's paper. */
export function article(title, text, front = "") {
  return `+++\ntitle = "${title}"\ndate = 2026-03-14\nsummary = "In short."\n${front}+++\n${text}\n`;
}
