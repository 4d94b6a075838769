#!/usr/bin/env python3
"""held_out.py RECORDS.jsonl TRUTH.jsonl [--folds 6] [--html] > predictions.jsonl

The whole parser on sites that its models have not seen: for each fold of sites the line and headline models are trained on the
other folds, put in place of src/dump/tables, and the program that is built with them parses the fold's dumps. The tables are put
back at the end. RECORDS and TRUTH as in docs/dump-parser.md; the predictions are for any scorer. Needs numpy and scipy, and cargo."""
import argparse, hashlib, json, pathlib, re, shutil, subprocess, sys, tempfile
ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ROOT / 'src/dump/tables'
def site(doc):
    m = re.match(r'https?://([^/]+)', doc.get('url') or ''); host = m.group(1) if m else doc.get('site') or doc['id']
    return '.'.join(host.split('.')[-2:])
def parse(lines, *flags):
    command = ['cargo', 'run', '--quiet', '--locked', '--example', 'parse_dump', '--', *flags]
    return subprocess.run(command, cwd=ROOT, input=''.join(lines), stdout=subprocess.PIPE, text=True, check=True).stdout
def train(script, *arguments):
    subprocess.run([sys.executable, ROOT / 'scripts' / script, *map(str, arguments)], check=True)
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('records'); p.add_argument('truth'); p.add_argument('--folds', type=int, default=6); p.add_argument('--html', action='store_true'); p.add_argument('--l2', default='0.01'); p.add_argument('--leave', default='')
    a = p.parse_args()
    truth = {t['id']: t for t in map(json.loads, open(a.truth, encoding='utf8'))}
    records = [l for l in open(a.records, encoding='utf8') if json.loads(l)['id'] in truth]
    fold = lambda l: int(hashlib.sha256(site(truth[json.loads(l)['id']]).encode()).hexdigest(), 16) % a.folds
    work = pathlib.Path(tempfile.mkdtemp()); rows = work / 'rows.jsonl'
    rows.write_text(parse(records, '--rows'))
    trained = ['model_html.tsv'] if a.html else ['model.tsv', 'headline.tsv']
    for name in trained: shutil.copy2(TABLES / name, work / name)
    try:
        for k in range(a.folds):
            seen = work / 'seen.jsonl'
            seen.write_text(''.join(json.dumps(truth[json.loads(l)['id']]) + '\n' for l in records if fold(l) != k))
            train('train_lines.py', rows, seen, '--l2', a.l2, '--leave', a.leave, '--out', TABLES / trained[0])
            if not a.html: train('train_choice.py', 'title', rows, seen, '--out', TABLES / 'headline.tsv')
            parsed = parse([l for l in records if fold(l) == k])
            subprocess.run([sys.executable, ROOT / 'scripts/score_adapter.py'], input=parsed, text=True, check=True)
    finally:
        for name in trained: shutil.copy2(work / name, TABLES / name)
main()
