#!/usr/bin/env python3
"""Makes N news-like articles for measuring: corpus.py N SITE [--for newsprint|hugo|dumps|records] [--seed 1]

Writes SITE/content/posts/YYYY/MM/slug.md (dumps: .txt; records: all dumps as lines of SITE/records.ndjson): 350 to 600 words in 8 to 14 paragraphs, three to five tags
out of sqrt(10 N) drawn by Zipf's law, eight sections, fifty authors, five years; about 4 kB an article. The same N
and seed give the same articles, whatever they are for. SITE/corpus.json says what a build of them must hold.
"""
import argparse
import bisect
import itertools
import json
import math
import os
import pathlib
import random
from datetime import datetime, timedelta

SECTIONS = ["World", "Politics", "Business", "Technology", "Science", "Culture", "Sport", "Local"]
SYLLABLES = [a + b for a in "b d f g h k l m n p r s t v w br st tr".split() for b in "a e i o u ai en or".split()]
LITTLE = "the of and to in a is that for it was on with as by at from this be are have not but they which their".split()
PER_PAGE = 20
SHARD = 20_000


def words(rng, count, longest=4):
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(2, longest))) for _ in range(count)]


class Corpus:
    """What all articles draw on."""

    def __init__(self, count, seed):
        rng = random.Random(seed)
        vocabulary = words(rng, 3000)
        # Every other word is a little one, as in prose; a longer list makes drawing one cheap.
        self.vocabulary = vocabulary + LITTLE * (len(vocabulary) * 45 // 55 // len(LITTLE))
        self.plain = vocabulary
        self.tags = sorted(set(words(rng, max(20, int(math.sqrt(10 * count))), 3)))
        rng.shuffle(self.tags)
        self.weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(self.tags))))
        self.authors = [f"{a.capitalize()} {b.capitalize()}" for a, b in zip(words(rng, 50, 3), words(rng, 50, 3))]
        self.seed = seed

    def article(self, number):
        rng = random.Random(self.seed * 1_000_003 + number)
        when = datetime(2021, 1, 1) + timedelta(seconds=rng.randrange(5 * 365 * 86_400))
        mine, wanted = set(), rng.randint(3, 5)
        while len(mine) < wanted:
            mine.add(self.tags[bisect.bisect_left(self.weights, rng.random() * self.weights[-1])])
        head = rng.choices(self.plain, k=rng.randint(7, 10))
        return {
            "when": when,
            "title": " ".join(head).capitalize(),
            "slug": f"{'-'.join(head[:8])}-{number}",
            "summary": " ".join(rng.choices(self.vocabulary, k=rng.randint(18, 28))).capitalize() + ".",
            "tags": sorted(mine),
            "section": rng.choice(SECTIONS),
            "author": rng.choice(self.authors),
            "paragraphs": self.paragraphs(rng),
        }

    def paragraphs(self, rng):
        count = rng.randint(8, 14)
        length = rng.randint(350, 600) // count
        texts = []
        for at in range(count):
            prose = rng.choices(self.vocabulary, k=length)
            start = 0
            while start < length:
                end = min(length, start + rng.randint(9, 22))
                prose[start] = prose[start].capitalize()
                prose[end - 1] += "."
                start = end
            if at % 2 == 0:
                spot = rng.randrange(1, length - 1)
                prose[spot] = f"*{prose[spot].strip('.')}*"
            if at % 3 == 1:
                spot = rng.randrange(1, length - 1)
                word = prose[spot].strip(".*")
                prose[spot] = f"[{word}](https://example.org/{word}/{spot})"
            texts.append(" ".join(prose))
        heading, quote = rng.randrange(1, count), rng.randrange(1, count)
        texts[quote] = "> " + texts[quote]
        texts.insert(heading, "## " + " ".join(rng.choices(self.plain, k=5)).capitalize())
        picture = " ".join(rng.choices(self.plain, k=6)).capitalize()
        texts.insert(rng.randrange(2, count), f"![{picture}](/img/{rng.randrange(500)}.jpg)\n*{picture}. Photo: {rng.choice(self.authors)}*")
        return texts


def front_matter(article, flavour):
    common = f'title = "{article["title"]}"\ndate = {article["when"]:%Y-%m-%dT%H:%M:%SZ}\n'
    tags = ", ".join(f'"{tag}"' for tag in article["tags"])
    section, author, summary = article["section"], article["author"], article["summary"]
    if flavour == "hugo":
        rest = f'summary = "{summary}"\ntags = [{tags}]\n[params]\nsection = "{section}"\nauthor = "{author}"\n'
    else:
        rest = f'summary = "{summary}"\ntags = [{tags}]\nsection = "{section}"\nauthors = ["{author}"]\n'
    return f"+++\n{common}{rest}+++\n\n"


def dump(article, number):
    """The article as one copies it from a page: headline and caption twice, a credit, a dateline, chrome."""
    plain = [text for text in article["paragraphs"] if not text.startswith(("#", "!"))]
    plain = [" ".join(word if "](" not in word else word[1:].split("]")[0] for word in text.lstrip("> ").replace("*", "").split(" ")) for text in plain]
    title = article["title"].title()
    caption = f"{article['summary'].rstrip('.')} seen on a cold morning near the harbour. (Reuters)"
    lead = f"{article['tags'][0].upper()}, {article['when']:%B %d, %Y} (Reuters) - {plain[0]}"
    body = "\n\n".join([lead, *plain[1:]])
    return f"{title}\n\n{caption}\n{caption}\nShare\nTweet\n\nBy {article['author']}\n\n{body}\n\nRead more: {number} things to know\n"


def records(count, site, seed, times):
    """All dumps in one file, for imports of any size; each as long as so many."""
    corpus = Corpus(count, seed)
    with open(site / "records.ndjson", "w") as file:
        for number in range(count):
            article = corpus.article(number)
            for more in range(1, times):
                article["paragraphs"] += corpus.article(count * more + number)["paragraphs"]
            file.write(json.dumps({"id": str(number), "text": dump(article, number)}) + "\n")
    return {"articles": count}


def shard(job):
    count, seed, flavour, site, first, last = job
    corpus = Corpus(count, seed)
    made, tags, dates = set(), {}, []
    for number in range(first, last):
        article = corpus.article(number)
        folder = f"{site}/content/posts/{article['when']:%Y/%m}"
        if folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        text = dump(article, number) if flavour == "dumps" else front_matter(article, flavour) + "\n\n".join(article["paragraphs"]) + "\n"
        with open(f"{folder}/{article['slug']}.{'txt' if flavour == 'dumps' else 'md'}", "w") as file:
            file.write(text)
        for tag in article["tags"]:
            tags[tag] = tags.get(tag, 0) + 1
        dates.append((article["when"], f"{article['when']:%Y/%m}/{article['slug']}"))
    return tags, sorted(dates)


def make(count, site, flavour="newsprint", seed=1, processes=None):
    """Writes the corpus and returns what a build of it must hold."""
    import multiprocessing

    site = pathlib.Path(site)
    jobs = [(count, seed, flavour, str(site), first, min(first + SHARD, count)) for first in range(0, count, SHARD)]
    if len(jobs) > 1:
        with multiprocessing.Pool(processes) as pool:
            parts = pool.map(shard, jobs, chunksize=1)
    else:
        parts = [shard(job) for job in jobs]
    tags = {}
    for part, _ in parts:
        for tag, uses in part.items():
            tags[tag] = tags.get(tag, 0) + uses
    dates = sorted(date for _, part in parts for date in part)
    pages = lambda articles: -(-articles // PER_PAGE)
    expected = {
        "articles": count,
        "tags": len(tags),
        "top_tag": max(tags.values()),
        "index_pages": pages(count),
        "tag_pages": sum(pages(uses) for uses in tags.values()),
        "middle": dates[count // 2][1],
        "newest": dates[-1][1],
    }
    if flavour == "hugo":
        (site / "content/posts/_index.md").write_text('+++\ntitle = "All articles"\n+++\n')
    (site / "corpus.json").write_text(json.dumps(expected, indent=1))
    return expected


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("n", type=int)
    arguments.add_argument("site", type=pathlib.Path)
    arguments.add_argument("--for", dest="flavour", choices=["newsprint", "hugo", "dumps", "records"], default="newsprint")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--times", type=int, default=1, help="records: how many times as long as other articles")
    given = arguments.parse_args()
    given.site.mkdir(parents=True, exist_ok=True)
    if given.flavour == "records":
        print(json.dumps(records(given.n, given.site, given.seed, given.times)))
    else:
        print(json.dumps(make(given.n, given.site, given.flavour, given.seed)))


if __name__ == "__main__":
    main()
