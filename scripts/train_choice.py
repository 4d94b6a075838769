#!/usr/bin/env python3
"""train_choice.py anchor|title ROWS.jsonl TRUTH.jsonl... [--folds N] [--out TABLE.tsv] [--l2 X]

Trains the two small linear models of the headline, a softmax over the lines of a dump each: `anchor` (where it probably is, before
anything is known of the story) and `title` (which of the candidates above the story it is).
ROWS and TRUTH as for train_lines.py; the rows of other models are skipped. Needs numpy and scipy."""
import argparse, collections, hashlib, json, re, unicodedata
import numpy as np
from scipy.optimize import minimize
from train_lines import site
def norm(s):
    s = unicodedata.normalize('NFKC', s or '').casefold()
    s = re.sub('[\u2018\u2019\u201a\u201b`\u00b4\u2032]', "'", s); s = re.sub("[\u201c\u201d\u201e\u00ab\u00bb\u2033]|''", '"', s)
    s = re.sub('[\u2010-\u2015\u2212]', '-', s); return re.sub(r'\.+$', '', re.sub(r'\s+', ' ', s).strip()).strip()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('model', choices=['anchor', 'title']); p.add_argument('rows'); p.add_argument('truth', nargs='+'); p.add_argument('--folds', type=int, default=0); p.add_argument('--out'); p.add_argument('--l2', type=float, default=1e-3)
    a = p.parse_args(); truth = {}
    for f in a.truth:
        for l in open(f, encoding='utf8'): t = json.loads(l); truth[t['id']] = t
    groups = collections.defaultdict(list)
    for l in open(a.rows, encoding='utf8'):
        r = json.loads(l)
        if r['model'] == a.model and r['id'] in truth: groups[r['id']].append(r)
    docs = []
    for id, rows in groups.items():
        t = truth[id]; titles = [norm(x.get('title')) for x in t['articles']]
        if len(titles) != 1 or not titles[0]: continue
        y = [norm(r['text']) == titles[0] for r in rows]
        if not any(y): continue
        docs.append((site(t), rows, np.array(y), t.get('set', '')))
    names = sorted({n for _, rows, _, _ in docs for r in rows for n in r['f']}); ix = {n: i for i, n in enumerate(names)}
    def matrix(rows):
        X = np.zeros((len(rows), len(names)))
        for i, r in enumerate(rows):
            for n, v in r['f'].items(): X[i, ix[n]] = v
        return X
    docs = [(s, rows, y, matrix(rows), k) for s, rows, y, k in docs]
    def train(docs):
        def f(w):
            loss, g = 0., np.zeros_like(w)
            for _, _, y, X, _ in docs:
                z = X @ w
                m = z.max(); e = np.exp(z - m); p = e / e.sum(); q = np.where(y, e, 0); q = q / q.sum()
                loss += -np.log(max(p[y].sum(), 1e-12)); g += X.T @ (p - q)
            n = len(docs); return loss / n + a.l2 * (w * w).sum(), g / n + 2 * a.l2 * w
        return minimize(f, np.zeros(len(names)), jac=True, method='L-BFGS-B', options={'maxiter': 300}).x
    def report(w, docs, out):
        for _, rows, y, X, k in docs:
            z = X @ w
            out[k].append((float(y[z.argmax()]), z.max()))
    if a.folds:
        out = collections.defaultdict(list)
        fold = lambda s: int(hashlib.sha256(s.encode()).hexdigest(), 16) % a.folds
        for k in range(a.folds): report(train([d for d in docs if fold(d[0]) != k]), [d for d in docs if fold(d[0]) == k], out)
        for k, v in sorted(out.items()):
            print(k, 'right', np.round(np.mean(v, 0), 4), len(v))
    if a.out:
        w = train(docs)
        with open(a.out, 'w', encoding='utf8') as f:
            f.write(f'# Made by scripts/train_choice.py {a.model}. Columns: feature, weight.\n')
            for n, v in zip(names, w): f.write(f'{n}\t{v:.3f}\n')
if __name__ == '__main__': main()
