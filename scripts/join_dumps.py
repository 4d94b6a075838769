#!/usr/bin/env python3
"""join_dumps.py RECORDS.jsonl ROWS.jsonl TRUTH.jsonl OUT [--files 1200] [--folds 6] [--silver PREDICTIONS.jsonl]

Makes dumps of two or three articles, which the cut model learns from, out of dumps of one: whole ones one after the other, and cut as
endless scroll is (from the headline to a few lines after the story). Writes OUT.jsonl and OUT.truth.jsonl, whose truths have
"starts" (the line at which each further article begins) and "fold": all dumps of a file are from sites of one fold.
RECORDS, ROWS, TRUTH and --silver as for train_lines.py."""
import argparse, collections, json, random
from train_choice import norm
from train_lines import label, site, take_silver
from held_out import fold
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('records'); p.add_argument('rows'); p.add_argument('truth'); p.add_argument('out'); p.add_argument('--files', type=int, default=1200); p.add_argument('--folds', type=int, default=6); p.add_argument('--silver')
    a = p.parse_args(); read = lambda f: map(json.loads, open(f, encoding='utf8'))
    truth = {t['id']: t for t in read(a.truth) if len(t['articles']) == 1}
    if a.silver: take_silver(truth, read(a.silver))
    text = {r['id']: r['text'] for r in read(a.records) if r['id'] in truth}
    rows = collections.defaultdict(list)
    for r in read(a.rows):
        if r['model'] == 'line' and r['id'] in text: rows[r['id']].append(r)
    pages = collections.defaultdict(list)       # by fold and extractor
    for id, rs in rows.items():
        t = truth[id]['articles'][0]
        if t.get('body') is None or not t.get('title'): continue
        body = [i for i, y in enumerate(label([r['text'] for r in rs], t)) if y == 1]
        if sum(len(rs[i]['text'].split()) for i in body) < 80: continue
        at = [i for i, r in enumerate(rs) if norm(r['text']) == norm(t['title']) and i < body[0]]
        extractor = id.rsplit('.', 1)[1] if '.' in id else 'innertext'
        if at: pages[fold(truth[id], a.folds), extractor].append((truth[id], text[id].split('\n'), rs[at[-1]]['from'], rs[body[-1]]['to']))
    dice = random.Random(7); keys = sorted(pages)
    with open(a.out + '.jsonl', 'w', encoding='utf8') as out, open(a.out + '.truth.jsonl', 'w', encoding='utf8') as told:
        for n in range(a.files):
            key = dice.choice(keys); kind = ('concat', 'scroll')[n % 2]; count = 2 if dice.random() < .72 else 3
            sites = collections.defaultdict(list)
            for page in pages[key]: sites[site(page[0])].append(page)
            pool = dice.choice([v for v in sites.values() if len(v) > 1] or [pages[key]]) if dice.random() < .5 else pages[key]
            chosen = dice.sample(pool, min(count, len(pool)))
            if len(chosen) < 2 or len({norm(t['articles'][0]['title']) for t, *_ in chosen}) < len(chosen): continue
            lines, starts = [], []
            for i, (_, raw, headline, end) in enumerate(chosen):
                if kind == 'scroll':
                    raw = raw[max(0, headline - 1 - dice.choice([0, 0, 0, 1])) if i else 0:end + dice.choice([1, 2, 4, 8, 15]) if i + 1 < len(chosen) else None]
                if i: lines += [''] * dice.choice([1, 1, 2, 3]); starts.append(len(lines) + 1)
                lines += '\n'.join(raw).rstrip().split('\n')
            id = f'joined-{n}-{kind}'
            out.write(json.dumps({'id': id, 'text': '\n'.join(lines)}) + '\n')
            told.write(json.dumps({'id': id, 'set': 'joined-' + kind, 'fold': key[0], 'starts': starts, 'articles': [t['articles'][0] for t, *_ in chosen]}) + '\n')
if __name__ == '__main__': main()
