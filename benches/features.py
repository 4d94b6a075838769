#!/usr/bin/env python3
"""What each feature adds to a clean build: features.py [--size 10000] [--newsprint BINARY] [--work FOLDER]

Builds one corpus (corpus.py) with the default theme: once with nothing but pages, then with one feature more, and at
last with all; each into a fresh folder, without a ledger and without anything cached. Prints a table of CPU time
(user and system, the smallest of the runs), and what it adds an article. Counted instructions are steadier on a busy
machine and are printed too where `perf` may count them.
"""
import argparse
import os
import pathlib
import resource
import shutil
import struct
import subprocess
import tempfile
import zlib

import corpus

BARE = """title = "The Daily Sheet"
description = "News from nowhere"
base_url = "https://news.example/"
timezone = "UTC"
"""
# What switches a feature on, and off.
SWITCHES = {
    "feeds": ('feeds.formats = ["rss", "atom", "json"]', 'feeds = { site = "", section = "", corrections = "" }'),
    "search": ('search.path = "/search/"', 'search.path = ""'),
    "sitemaps": ('sitemaps.news = "/news-sitemap.xml"', 'sitemaps.news = ""'),
    "social cards": ("social_cards = true", "social_cards = false"),
    "pictures": ("images.enabled = true", "images.enabled = true"),
}
# One article in so many has a picture: a tenth of them.
PICTURED = 10
# Templates without which a feature writes nothing.
EMPTY = {"JSON-LD": ["structured.html"], "sitemaps": ["sitemap.xml", "sitemap-index.xml"]}


def site_toml(on):
    return BARE + "".join(f"{yes if name in on else no}\n" for name, (yes, no) in SWITCHES.items())


def png(width, height, seed):
    """A picture with something in it: a slope of colour with a pattern."""
    slope = bytes(at % 251 for at in range(3 * width + 512))
    rows = b"".join(b"\0" + slope[(y + seed) % 509 :][: 3 * width] for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def add_pictures(site):
    """Gives every tenth article a picture with bytes of its own."""
    count = 0
    for at, path in enumerate(sorted((site / "content").rglob("*.md"))):
        if at % PICTURED:
            continue
        name = f"{path.stem}.png"
        count += 1
        (path.parent / name).write_bytes(png(900, 600, count))
        path.write_text(path.read_text().replace("+++\n", f'+++\nimage = {{ src = "{name}", alt = "A slope" }}\n', 1))
    return count


def build(program, site, runs):
    """CPU seconds, and instructions if they can be counted."""
    best, counted = None, None
    for _ in range(runs):
        shutil.rmtree(site / ".newsprint", ignore_errors=True)
        output = pathlib.Path(tempfile.mkdtemp(dir=site.parent))
        command = [program, "build", "--site", site, "--output", output / "public", "--quiet", "--clean"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = seconds if best is None else min(best, seconds)
        files = sum(1 for path in output.rglob("*") if path.is_file())
        shutil.rmtree(output)
    if shutil.which("perf"):
        shutil.rmtree(site / ".newsprint", ignore_errors=True)
        output = pathlib.Path(tempfile.mkdtemp(dir=site.parent))
        command = ["perf", "stat", "-x,", "-e", "instructions:u", program, "build", "--site", site, "--output", output / "public", "--quiet", "--clean"]
        said = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
        number = said.strip().splitlines()[-1].split(",")[0]
        counted = int(number) if number.isdigit() else None
        shutil.rmtree(output)
    return best, counted, files


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = pathlib.Path(__file__).parent
    arguments.add_argument("--size", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--newsprint", type=pathlib.Path, default=here.parent / "target/release/newsprint")
    arguments.add_argument("--work", type=pathlib.Path, default=pathlib.Path("bench-work"))
    given = arguments.parse_args()
    program = given.newsprint.resolve()
    site = (given.work / f"features-{given.size}").resolve()
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    corpus.make(given.size, site)
    templates = site / "templates"

    def measure(on, runs=given.runs):
        (site / "site.toml").write_text(site_toml(on))
        shutil.rmtree(templates, ignore_errors=True)
        templates.mkdir()
        for feature, names in EMPTY.items():
            for name in names if feature not in on else []:
                (templates / name).write_text("{# left out #}\n")
        return build(program, site, runs)

    rows = []
    bare = measure(set())
    rows.append(("pages alone", bare, None))
    for feature in ("JSON-LD", "feeds", "sitemaps", "search"):
        rows.append((feature, measure({feature}), bare))
    rows.append(("social cards", measure({"social cards"}, 1), bare))
    pictures = add_pictures(site)
    rows.append((f"{pictures:,} pictures", measure({"pictures"}, 1), bare))
    rows.append(("all of these", measure({"JSON-LD", *SWITCHES}, 1), bare))
    print("| build | files | CPU s | added CPU s | added, an article | instructions, millions | added |")
    print("|---|---|---|---|---|---|---|")
    for name, (seconds, counted, files), base in rows:
        added = f"{seconds - base[0]:.2f} | {(seconds - base[0]) / given.size * 1e6:,.0f} us" if base else " | "
        millions = f"{counted / 1e6:,.0f}" if counted else ""
        more = f"{(counted - base[1]) / 1e6:,.0f}" if base and counted and base[1] else ""
        print(f"| {name} | {files:,} | {seconds:.2f} | {added} | {millions} | {more} |")


if __name__ == "__main__":
    os.environ.pop("RAYON_NUM_THREADS", None)
    main()
