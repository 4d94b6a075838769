#!/usr/bin/env python3
"""What each feature adds to a clean build: features.py [--size 10000] [--count] [--newsprint BINARY] [--work FOLDER]

Builds one corpus (corpus.py) with the default theme: once with nothing but pages, then with one feature more, and at
last with all; each into a fresh folder, without a ledger and without anything cached. Prints CPU time (user and system, the
smallest of the runs), and what it adds an article. With --count it prints instructions instead, as valgrind counts them: fifty
times slower, and the same on a busy machine.
"""
import argparse
import os
import pathlib
import re
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


def build(program, site, runs, count):
    """CPU seconds, or millions of instructions, and the number of files."""
    best = None
    for _ in range(1 if count else runs):
        shutil.rmtree(site / ".newsprint", ignore_errors=True)
        output = pathlib.Path(tempfile.mkdtemp(dir=site.parent))
        command = [program, "build", "--site", site, "--output", output / "public", "--quiet", "--clean"]
        if count:
            valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
            said = subprocess.run(valgrind, check=True, stderr=subprocess.PIPE, text=True).stderr
            cost = int(re.search(r"Collected : (\d+)", said).group(1)) / 1e6
        else:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cost = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = cost if best is None else min(best, cost)
        files = sum(1 for path in output.rglob("*") if path.is_file())
        shutil.rmtree(output)
    return best, files


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = pathlib.Path(__file__).parent
    arguments.add_argument("--size", type=int, default=10_000)
    arguments.add_argument("--count", action="store_true", help="instructions, by valgrind")
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
        return build(program, site, runs, given.count)

    unit = "millions of instructions" if given.count else "CPU s"
    small = ("thousand instructions", 1e3) if given.count else ("us", 1e6)
    print(f"| build | files | {unit} | added | {small[0]} an article |\n|---|---|---|---|---|", flush=True)
    bare = None

    def row(name, on, runs=given.runs):
        nonlocal bare
        cost, files = measure(on, runs)
        bare = bare or cost
        added = f"{cost - bare:,.2f} | {(cost - bare) / given.size * small[1]:,.0f}" if on else "|"
        print(f"| {name} | {files:,} | {cost:,.2f} | {added} |", flush=True)

    row("pages alone", set())
    for feature in ("JSON-LD", "feeds", "sitemaps", "search"):
        row(feature, {feature})
    row("social cards", {"social cards"}, 1)
    pictures = add_pictures(site)
    row(f"{pictures:,} pictures", {"pictures"}, 1)
    row("all of these", {"JSON-LD", *SWITCHES}, 1)


if __name__ == "__main__":
    os.environ.pop("RAYON_NUM_THREADS", None)
    main()
