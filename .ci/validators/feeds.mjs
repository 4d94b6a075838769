// Feeds by feedsmith and feedparser, sitemaps by their schema, structured data by schema-dts and tsc.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFeed } from "feedsmith";

const { SITE, TOOLS } = process.env;
const files = readdirSync(SITE, { recursive: true }).map((file) => join(SITE, file));
let failed = 0;
const fault = (file, why) => {
  failed += 1;
  console.error(`${file.slice(SITE.length + 1)}: ${why}`);
};
const run = (file, command, args) => {
  try {
    execFileSync(command, args, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    fault(file, (error.stdout || "") + (error.stderr || error.message));
  }
};

const feeds = files.filter((file) => /feed\.(xml|atom|json)$/.test(file));
for (const file of feeds) {
  try {
    const { format, feed } = parseFeed(readFileSync(file, "utf8"));
    const count = (feed.items ?? feed.entries ?? []).length;
    if (!count) fault(file, `${format}: no entries`);
  } catch (error) {
    fault(file, `feedsmith: ${error.message}`);
  }
}
const look = `import sys, feedparser
for path in sys.argv[1:]:
    feed = feedparser.parse(open(path, "rb").read())
    lacks = [e.get("title", "?") for e in feed.entries if not (e.get("id") and e.get("link") and e.get("title"))]
    if feed.bozo or not feed.entries or lacks:
        sys.exit(f"{path}: {feed.get('bozo_exception')} {lacks}")`;
run(SITE, process.env.PYTHON || "python3", ["-c", look, ...feeds.filter((file) => !file.endsWith(".json"))]);

const schemas = join(TOOLS, "schemas", "sitemaps.xsd");
for (const file of files.filter((file) => /sitemap[^/]*\.xml$|\/sitemaps\/[^/]*\.xml$/.test(file))) {
  run(file, "xmllint", ["--nonet", "--noout", "--schema", schemas, file]);
}

const folder = mkdtempSync(join(tmpdir(), "structured-"));
const blocks = [];
for (const file of files.filter((file) => file.endsWith(".html"))) {
  for (const [, json] of readFileSync(file, "utf8").matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)) {
    const type = JSON.parse(json)["@type"];
    blocks.push(`// ${file.slice(SITE.length + 1)}\nconst d${blocks.length}: WithContext<${type}> = ${json};`);
  }
}
const types = [...new Set(blocks.map((block) => /WithContext<(\w+)>/.exec(block)[1]))];
const source = join(folder, "structured.ts");
writeFileSync(source, `import type { WithContext, ${types.join(", ")} } from "schema-dts";\n${blocks.join("\n")}\nexport {};\n`);
const paths = join(folder, "tsconfig.json");
const options = { strict: true, noEmit: true, skipLibCheck: true, module: "esnext", moduleResolution: "bundler", types: [] };
writeFileSync(paths, JSON.stringify({ compilerOptions: { ...options, paths: { "schema-dts": [join(TOOLS, "node_modules/schema-dts")] } }, files: [source] }));
run(SITE, process.execPath, [join(TOOLS, "node_modules/typescript/bin/tsc"), "-p", paths]);
console.log(`${feeds.length} feeds, ${blocks.length} pieces of structured data`);
process.exit(failed ? 1 : 0);
