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

/** A running `newsprint serve`. `address` is the preview's, `lines` what it printed. */
export class Preview {
  /** Starts one for a site and waits until it answers. */
  static async start(site, ...args) {
    const process = spawn(PROGRAM, ["serve", "--site", site.dir, "--port", "0", ...args]);
    const preview = new Preview();
    preview.process = process;
    preview.lines = "";
    await new Promise((resolve, reject) => {
      const hear = (chunk) => {
        preview.lines += chunk;
        const found = preview.lines.match(/http:\/\/127\.0\.0\.1:\d+\//);
        if (found && !preview.address) {
          preview.address = found[0];
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

/** An article of the town's paper. */
export function article(title, text, front = "") {
  return `+++\ntitle = "${title}"\ndate = 2026-03-14\nsummary = "In short."\n${front}+++\n${text}\n`;
}
