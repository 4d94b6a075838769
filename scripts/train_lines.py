#!/usr/bin/env python3
"""train_lines.py ROWS.jsonl TRUTH.jsonl... [--folds N] [--out model.tsv]

Trains the line model (src/dump/model.rs): a linear-chain CRF with the states before, body, gap, after. ROWS are the
lines of dumps with their features (`cargo run --release --example parse_dump -- --rows < dumps.ndjson`), TRUTH the
articles by id ({"id", "url"?, "articles": [{"title", "body", "with", "without"}]}). Where nobody marked a page's body, --silver
takes what the parser reads from the page's HTML (predictions as scripts/score_adapter.py writes them), unless it lacks a segment that
must be there or has one that must not; an id may have the text extractor's name behind a full stop. With --folds, dumps of one site
stay in one fold and only the held-out scores are printed; with --out, the weights of all data are written.
Needs numpy and scipy."""
import argparse, collections, hashlib, json, re, sys
import numpy as np
from scipy.optimize import minimize
TOKEN = re.compile(r'\w+')
STATES = ('before', 'body', 'gap', 'after')
def tokens(s): return TOKEN.findall(s or '')
def site(doc):
    m = re.match(r'https?://([^/]+)', doc.get('url') or ''); host = m.group(1) if m else doc.get('site') or doc['id']
    return '.'.join(host.split('.')[-2:])
def label(lines, truth):
    """1 body, 0 not, -1 unknown, a line."""
    body = truth.get('body')
    if body is None:
        y = []
        has = lambda segments, line: any(s in re.sub(r'\s+', ' ', line) for s in segments)
        for line in lines:
            y.append(1 if has(truth.get('with') or [], line) else 0 if has(truth.get('without') or [], line) else -1)
        if 1 in y:      # far from the known lines, menus are safe negatives
            first, last = y.index(1), len(y) - 1 - y[::-1].index(1)
            for i in range(len(y)):
                if y[i] == -1 and (i < first - 60 or i > last + 60): y[i] = 0
        return y
    flat = ' ' + ' '.join(tokens(body)) + ' '
    shingle = collections.Counter(zip(*[tokens(body)[i:] for i in range(4)]))
    whole = {' '.join(tokens(p)) for p in body.split('\n')}
    y = []
    for line in lines:
        t = tokens(line); s = ' '.join(t)
        if not t: y.append(-1); continue
        if len(t) >= 4:
            grams = list(zip(*[t[i:] for i in range(4)]))
            y.append(1 if sum(g in shingle for g in grams) >= 0.5 * len(grams) else 0)
        else: y.append(2 if s in whole else 3 if f' {s} ' in flat else 0)
    sure = [i for i, v in enumerate(y) if v == 1 and len(tokens(lines[i])) >= 8]
    first, last = (sure[0], sure[-1]) if sure else (0, -1)
    for i, v in enumerate(y):           # short lines count only inside the story; repeats of the body outside it do not
        if v == 2: y[i] = 1 if first - 3 <= i <= last + 3 else 0
        elif v == 3: y[i] = 1 if first < i < last and any(y[j] == 1 for j in (i - 1, i + 1) if 0 <= j < len(y)) else 0
    return y
def states(y):
    """Allowed states a line."""
    on = [i for i, v in enumerate(y) if v == 1]
    out = np.ones((len(y), 4), bool)
    for i, v in enumerate(y):
        if v == 1: out[i] = [0, 1, 0, 0]
        elif v == 0: out[i] = [1, 0, 1, 1]
    if on:
        first, last = on[0], on[-1]
        for i in range(len(y)):
            if i < first: out[i, [2, 3]] = False
            elif i > last: out[i, [0, 2]] = False
            else: out[i, [0, 3]] = False
    else: out[:, 1] &= np.array(y) != 0
    for i in range(len(y)):
        if not out[i].any(): out[i] = True
    return out
class Batch:
    def __init__(self, docs, names):
        self.docs = docs; n = max(len(d['y']) for d in docs); self.n = n; k = len(docs)
        ix = {f: i for i, f in enumerate(names)}
        rows, cols, vals = [], [], []
        from scipy.sparse import csr_matrix
        base = 0; self.at = []
        for d in docs:
            for i, f in enumerate(d['f']):
                for name, v in f.items():
                    if name in ix: rows.append(base + i); cols.append(ix[name]); vals.append(v)
            self.at.append(base); base += len(d['f'])
        self.X = csr_matrix((vals, (rows, cols)), shape=(base, len(names)))
        self.length = np.array([len(d['y']) for d in docs])
        self.index = np.full((n, k), base)
        for j, d in enumerate(docs): self.index[:len(d['y']), j] = self.at[j] + np.arange(len(d['y']))
        self.allowed = np.ones((n, k, 4), bool)
        for j, d in enumerate(docs): self.allowed[:len(d['y']), j] = d['s']
        self.weight = np.array([d['w'] for d in docs])
def lse(a, axis): m = a.max(axis); return m + np.log(np.exp(a - np.expand_dims(m, axis)).sum(axis))
MOVES = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [0, 1, 1, 0], [0, 0, 0, 1]], bool)
def run(b, E, T, A, Z, allowed):
    """log partition, marginals (n,k,4), pair marginals (4,4) summed with doc weights."""
    n, k = b.n, len(b.docs); NEG = -1e4
    Em = np.where(allowed, E, NEG)
    f = np.zeros((n, k, 4)); f[0] = A + Em[0]
    for t in range(1, n):
        g = lse(f[t-1][:, :, None] + T[None], 1) + Em[t]
        f[t] = np.where((t < b.length)[:, None], g, f[t-1])
    logz = lse(f[-1] + Z, 1)
    back = np.zeros((n, k, 4)); back[-1] = Z
    pair = np.zeros((4, 4))
    for t in range(n - 2, -1, -1):
        live = (t + 1 < b.length)
        x = Em[t+1] + back[t+1]
        g = lse(T[None] + x[:, None, :], 2)
        p = np.exp(f[t][:, :, None] + T[None] + x[:, None, :] - logz[:, None, None]) * (live * b.weight)[:, None, None]
        pair += p.sum(0)
        back[t] = np.where(live[:, None], g, Z)
    m = np.exp(f + back - logz[None, :, None])
    return logz, m, pair
def unpack(w, F): return w[:F*4].reshape(F, 4), np.where(MOVES, w[F*4:F*4+16].reshape(4, 4), -30.), w[F*4+16:F*4+20], w[F*4+20:F*4+24]
def emissions(b, W):
    e = np.vstack([b.X @ W, np.zeros((1, 4))]); return e[b.index]
def objective(w, b, F, l2):
    W, T, A, Z = unpack(w, F); E = emissions(b, W)
    z, m, p = run(b, E, T, A, Z, np.ones_like(b.allowed)); zc, mc, pc = run(b, E, T, A, Z, b.allowed)
    loss = ((z - zc) * b.weight).sum() + l2 * (w * w).sum()
    live = (np.arange(b.n)[:, None] < b.length[None])[:, :, None] * b.weight[None, :, None]
    d = (m - mc) * live; flat = np.zeros((b.X.shape[0] + 1, 4)); flat[b.index.ravel()] += d.reshape(-1, 4)
    gW = b.X.T @ flat[:-1]
    last = b.length - 1; j = np.arange(len(b.docs))
    gA = d[0].sum(0); gZ = d[last, j].sum(0)
    g = np.concatenate([gW.ravel(), np.where(MOVES, p - pc, 0).ravel(), gA, gZ]) + 2 * l2 * w
    return loss, g
def train(docs, names, l2, iterations):
    docs = sorted(docs, key=lambda d: len(d['y'])); batches = [Batch(docs[i:i+60], names) for i in range(0, len(docs), 60)]
    F = len(names); total = sum(b.weight.sum() for b in batches)
    def f(w):
        loss, g = 0., np.zeros_like(w)
        for b in batches:
            l, h = objective(w, b, F, 0); loss += l; g += h
        return loss / total + l2 * (w * w).sum(), g / total + 2 * l2 * w
    r = minimize(f, np.zeros(F*4+24), jac=True, method='L-BFGS-B', options={'maxiter': iterations})
    return r.x
def predict(docs, names, w):
    b = Batch(docs, names); W, T, A, Z = unpack(w, len(names))
    _, m, _ = run(b, emissions(b, W), T, A, Z, np.ones_like(b.allowed))
    return [m[:len(d['y']), j, 1] for j, d in enumerate(docs)]
def score(text, truth):
    def sh(s):
        t = tokens(s); return collections.Counter(tuple(t[i:i+4]) for i in range(max(1, len(t)-3)) if t[i:i+4])
    a, b = sh(truth), sh(text); tp = sum((a & b).values()); fp = sum(b.values()) - tp; fn = sum(a.values()) - tp
    return (tp / (tp + fp) if tp + fp else 0., tp / (tp + fn) if tp + fn else 0., float(tokens(text) == tokens(truth)))
def take_silver(truth, predictions):
    """Bodies from HTML for truths that have none, where they agree with the segments that are known."""
    bodies = {p['id']: p['articles'][0]['body'] for p in predictions if len(p['articles']) == 1}
    for id, t in truth.items():
        a = t['articles'][0]; body = bodies.get(id) or bodies.get(id.rsplit('.', 1)[0])
        if a.get('body') is not None or body is None: continue
        flat = re.sub(r'\s+', ' ', body)
        if all(s in flat for s in a.get('with') or []) and not any(s in flat for s in a.get('without') or []): a.update(body=body, silver=True)
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('rows'); p.add_argument('truth', nargs='+'); p.add_argument('--folds', type=int); p.add_argument('--out'); p.add_argument('--l2', type=float, default=1e-3); p.add_argument('--iterations', type=int, default=120); p.add_argument('--threshold', type=float, default=.5); p.add_argument('--dump', help='write held-out probabilities here'); p.add_argument('--silver', help='bodies for pages without one'); p.add_argument('--leave', default='', help='features to leave out: a regular expression for whole names')
    a = p.parse_args()
    truth = {}
    for f in a.truth:
        for l in open(f, encoding='utf8'):
            t = json.loads(l)
            if len(t['articles']) == 1: truth[t['id']] = t
    if a.silver: take_silver(truth, map(json.loads, open(a.silver, encoding='utf8')))
    lines = collections.defaultdict(list)
    for l in open(a.rows, encoding='utf8'):
        r = json.loads(l)
        if r['id'] in truth and r.get('model', 'line') == 'line': lines[r['id']].append(r)
    docs = []
    for id, rs in lines.items():
        t = truth[id]; y = label([r['text'] for r in rs], t['articles'][0])
        if 1 not in y: continue
        docs.append({'id': id, 'site': t.get('site') or site(t), 'y': y, 's': states(y), 'f': [r['f'] for r in rs], 'text': [r['text'] for r in rs], 't': t['articles'][0], 'set': t.get('set', ''), 'w': t.get('weight', 1.0)})
    names = sorted({n for d in docs for f in d['f'] for n in f if not re.fullmatch(a.leave, n)})
    print(len(docs), 'dumps', len(names), 'features', file=sys.stderr)
    if a.folds:
        fold = lambda d: int(hashlib.sha256(d['site'].encode()).hexdigest(), 16) % a.folds
        out = collections.defaultdict(list); dump = open(a.dump, 'w') if a.dump else None
        for k in range(a.folds):
            test = [d for d in docs if fold(d) == k and d['t'].get('body') is not None and 'silver' not in d['t']]
            w = train([d for d in docs if fold(d) != k], names, a.l2, a.iterations)
            for d, m in zip(test, predict(test, names, w)):
                if dump: dump.write(json.dumps({'id': d['id'], 'p': [round(float(x), 4) for x in m]}) + '\n')
                out[d['set']].append(score('\n'.join(x for x, q in zip(d['text'], m) if q >= a.threshold), d['t']['body']))
        if dump: dump.close()
        for s, v in sorted(out.items()):
            P, R, A = np.mean(v, 0); print(f'{s}: F1 {2*P*R/(P+R):.4f} P {P:.4f} R {R:.4f} accuracy {A:.4f} n {len(v)}')
    if a.out:
        w = train(docs, names, a.l2, a.iterations); W, T, A, Z = unpack(w, len(names))
        row = lambda n, v: n + '\t' + '\t'.join(f'{x:.3f}' for x in v) + '\n'
        with open(a.out, 'w', encoding='utf8') as f:
            f.write('# Made by scripts/train_lines.py. Columns: feature, then its weight for ' + ', '.join(STATES) + '.\n')
            for n, v in zip(names, W):
                if abs(v).max() >= .0005: f.write(row(n, v))
            for n, v in zip(STATES, T): f.write(row('>' + n, v))
            f.write(row('>first', A)); f.write(row('>last', Z))
if __name__ == '__main__': main()
