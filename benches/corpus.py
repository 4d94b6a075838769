#!/usr/bin/env python3
"""Makes N news-like articles for measuring: corpus.py N SITE [--seed 1]

Writes SITE/content/posts/YYYY/MM/slug.md: 350 to 600 words, three to five tags out of sqrt(10 N) drawn by
Zipf's law, eight sections, fifty authors, five years. The same N and seed give the same bytes.
"""
import argparse
import bisect
import itertools
import math
import pathlib
import random
from datetime import datetime, timedelta

SECTIONS = ["World", "Politics", "Business", "Technology", "Science", "Culture", "Sport", "Local"]
SYLLABLES = [a + b for a in "b d f g h k l m n p r s t v w br st tr".split() for b in "a e i o u ai en or".split()]


def words(rng, count):
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) for _ in range(count)]


def prose(rng, vocabulary, count):
    text = []
    while count > 0:
        sentence = rng.choices(vocabulary, k=min(count, rng.randint(8, 22)))
        count -= len(sentence)
        if rng.random() < 0.3:
            sentence[-1] = f"*{sentence[-1]}*"
        if rng.random() < 0.1:
            sentence[0] = f"[{sentence[0]}](https://example.org/{sentence[0]})"
        text.append(" ".join(sentence).capitalize() + ".")
    return " ".join(text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("n", type=int)
    arguments.add_argument("site", type=pathlib.Path)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    rng = random.Random(given.seed)
    vocabulary = words(rng, 4000)
    tags = sorted(set(words(rng, max(20, int(math.sqrt(10 * given.n))))))
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(tags))))
    authors = [f"{a.capitalize()} {b.capitalize()}" for a, b in zip(words(rng, 50), words(rng, 50))]
    start = datetime(2021, 1, 1)
    for number in range(given.n):
        when = start + timedelta(seconds=rng.randrange(5 * 365 * 86_400))
        headline = rng.choices(vocabulary, k=rng.randint(8, 12))
        mine = {tags[bisect.bisect_left(weights, rng.random() * weights[-1])] for _ in range(rng.randint(3, 5))}
        paragraphs = [prose(rng, vocabulary, rng.randint(30, 55)) for _ in range(rng.randint(9, 12))]
        paragraphs.insert(rng.randrange(1, len(paragraphs)), "## " + " ".join(rng.choices(vocabulary, k=4)).capitalize())
        quoted = rng.randrange(1, len(paragraphs))
        paragraphs[quoted] = "> " + paragraphs[quoted].lstrip("# ")
        listed = ", ".join(f'"{tag}"' for tag in sorted(mine))
        text = (
            f'+++\ntitle = "{" ".join(headline).capitalize()}"\ndate = {when:%Y-%m-%dT%H:%M:%SZ}\n'
            f'summary = "{" ".join(rng.choices(vocabulary, k=22)).capitalize()}."\ntags = [{listed}]\n'
            f'section = "{rng.choice(SECTIONS)}"\nauthors = ["{rng.choice(authors)}"]\n+++\n\n' + "\n\n".join(paragraphs) + "\n"
        )
        folder = given.site / "content/posts" / f"{when:%Y/%m}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{'-'.join(headline[:8])}-{number}.md").write_text(text)


main()
