#!/usr/bin/env python3
"""held_out.py RECORDS.jsonl TRUTH.jsonl [--folds 6] [--silver PREDICTIONS.jsonl] [--html] > predictions.jsonl

The whole parser on sites that its models have not seen: for each fold of sites the models are trained on the other folds and put in
place of src/dump/tables, and the program that is built with them parses the fold's dumps. The tables are put back at the end.
RECORDS, TRUTH and --silver as in docs/dump-parser.md; the predictions are for any scorer. With --joined OUT, dumps of several
articles are made too (scripts/join_dumps.py), and their truths stay in OUT.truth.jsonl. Needs numpy, scipy, lightgbm and cargo."""
import argparse, hashlib, json, pathlib, shutil, subprocess, sys, tempfile
from train_lines import site
ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ROOT / 'src/dump/tables'
def fold(doc, folds): return doc['fold'] if 'fold' in doc else int(hashlib.sha256(site(doc).encode()).hexdigest(), 16) % folds
def parse(lines, *flags):
    command = ['cargo', 'run', '--quiet', '--locked', '--example', 'parse_dump', '--', *flags]
    return subprocess.run(command, cwd=ROOT, input=''.join(lines), stdout=subprocess.PIPE, text=True, check=True).stdout
def script(name, *arguments): subprocess.run([sys.executable, ROOT / 'scripts' / name, *map(str, arguments)], check=True)
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('records'); p.add_argument('truth'); p.add_argument('--folds', type=int, default=6); p.add_argument('--silver'); p.add_argument('--joined'); p.add_argument('--html', action='store_true'); p.add_argument('--l2', default='0.01'); p.add_argument('--leave', default='')
    a = p.parse_args()
    truth = {t['id']: t for t in map(json.loads, open(a.truth, encoding='utf8'))}
    records = [l for l in open(a.records, encoding='utf8') if json.loads(l)['id'] in truth]
    where = lambda l: fold(truth[json.loads(l)['id']], a.folds)
    work = pathlib.Path(tempfile.mkdtemp()); rows, seen = work / 'rows.jsonl', work / 'seen.jsonl'
    rows.write_text(parse(records, '--rows'))
    silver = ['--silver', a.silver] if a.silver else []
    if not a.html:
        joined = a.joined or work / 'joined'
        script('join_dumps.py', a.records, rows, a.truth, joined, '--folds', a.folds, *silver)
        truth |= {t['id']: t for t in map(json.loads, open(f'{joined}.truth.jsonl', encoding='utf8'))}
        records += open(f'{joined}.jsonl', encoding='utf8').readlines()
    trained = ['model_html.tsv'] if a.html else ['anchors.tsv', 'model.tsv', 'headline.tsv', 'cuts.tsv']
    for name in trained: shutil.copy2(TABLES / name, work / name)
    try:
        for k in range(a.folds):
            known = [l for l in records if where(l) != k]
            seen.write_text(''.join(json.dumps(truth[json.loads(l)['id']]) + '\n' for l in known))
            again = lambda: rows.write_text(parse(known, '--rows'))
            if not a.html: again(); script('train_choice.py', 'anchor', rows, seen, '--l2', '0.003', '--out', TABLES / 'anchors.tsv'); again()
            script('train_lines.py', rows, seen, '--l2', a.l2, '--leave', a.leave, *silver, '--out', TABLES / ('model_html.tsv' if a.html else 'model.tsv'))
            if not a.html:
                again(); script('train_choice.py', 'title', rows, seen, '--l2', '0.003', '--out', TABLES / 'headline.tsv')
                script('train_cuts.py', rows, seen, '--out', TABLES / 'cuts.tsv')
            parsed = parse([l for l in records if where(l) == k])
            subprocess.run([sys.executable, ROOT / 'scripts/score_adapter.py'], input=parsed, text=True, check=True)
    finally:
        for name in trained: shutil.copy2(work / name, TABLES / name)
if __name__ == '__main__': main()
