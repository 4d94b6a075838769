#!/usr/bin/env python3
"""train_cuts.py ROWS.jsonl TRUTH.jsonl... --out cuts.tsv

Trains the cut model (src/dump/segment.rs): boosted trees that say whether another article begins at a line. ROWS are of dumps of one
article (none of whose lines is a cut) and of several (scripts/join_dumps.py; their truths have "starts"). A dump of one
article weighs four times as much: most dumps are. Needs numpy and lightgbm."""
import argparse, collections, json
import lightgbm as lgb, numpy as np
from train_choice import norm
SETTINGS = dict(objective='binary', num_leaves=8, learning_rate=.08, min_data_in_leaf=40, lambda_l2=5, feature_fraction=.5, bagging_fraction=.7, bagging_freq=1, verbose=-1, num_threads=1, seed=1, deterministic=True)
def preorder(names, node):
    if 'leaf_value' in node: return [f"{node['leaf_value']:.4f}"]
    return [f"{names[node['split_feature']]}<={node['threshold']:.5g}"] + preorder(names, node['left_child']) + preorder(names, node['right_child'])
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('rows'); p.add_argument('truth', nargs='+'); p.add_argument('--out', required=True); p.add_argument('--trees', type=int, default=200)
    a = p.parse_args(); truth = {}
    for f in a.truth:
        for l in open(f, encoding='utf8'): t = json.loads(l); truth[t['id']] = t
    rows, cuts, weights = [], [], []
    for l in open(a.rows, encoding='utf8'):
        r = json.loads(l); t = truth.get(r['id'])
        if r['model'] != 'cut' or not t or len(t['articles']) > 1 and 'starts' not in t: continue
        later = zip(t.get('starts', []), t['articles'][1:])
        cuts.append(any(start - 3 <= r['from'] <= start + 400 and norm(r['text']) == norm(x['title']) for start, x in later))
        rows.append(r['f']); weights.append(1. if 'starts' in t else 4.)
    names = sorted({n for f in rows for n in f}); X = np.zeros((len(rows), len(names)), np.float32)
    for i, f in enumerate(rows): X[i] = [f.get(n, 0.) for n in names]
    model = lgb.train(SETTINGS, lgb.Dataset(X, np.array(cuts), weight=np.array(weights), feature_name=names), a.trees).dump_model()
    with open(a.out, 'w', encoding='utf8') as f:
        f.write('# Made by scripts/train_cuts.py. A tree a line, its nodes in preorder: feature<=threshold, or a leaf.\n')
        for tree in model['tree_info']: f.write('\t'.join(preorder(model['feature_names'], tree['tree_structure'])) + '\n')
main()
