#!/usr/bin/env python3
"""import.py [--newsprint BIN] [--html DIR] [--trafilatura] TEXT_DIR

Imports a folder of plain-text articles (first line = title, folder = section) into a site made for the purpose, builds
it, and checks that nothing is lost: every record accounted for, no article without text, every title the file's first
line, a second import that changes nothing, a build without errors. Then measures one core's work on the same files: as
text, as pages (each file's lines as h1 and p, since other programs read only HTML), and on pages of your own (--html DIR, .html or
.html.gz). With --trafilatura, trafilatura (PyPI) reads the same pages in the same run. Needs Python 3.9 and nothing else.

Times are processor seconds, so that other work on the machine hardly counts; Those of newsprint are
the whole process (start, reading NDJSON, parsing, printing JSON), the best of five runs; those of trafilatura are its work on pages
that are in memory, in one run."""
import argparse, csv, gzip, html, json, os, pathlib, resource, shutil, subprocess, sys, tempfile, time


def run(*command):
    return subprocess.run([str(part) for part in command], text=True, capture_output=True)


def one_core():
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def texts(folder):
    return sorted(path for path in pathlib.Path(folder).rglob('*.txt') if path.is_file())


def read(path):
    return path.read_bytes().decode('utf-8', 'replace')


def check(newsprint, folder, work):
    """Import and build; returns the number of failures."""
    site, report = work / 'site', work / 'report.csv'
    site.mkdir()
    (site / 'site.toml').write_text('title = "Archive"\nbase_url = "https://archive.example/"\ntimezone = "UTC"\n')
    files, failures = texts(folder), []
    begun = time.perf_counter()
    done = run(newsprint, 'import', '--site', site, '--keep-duplicates', '--report', report, '--format', 'json', folder)
    seconds = time.perf_counter() - begun
    account = json.loads(done.stdout)
    print(f"import: {len(files)} files -> {account['records']} records = {account['written']} written + "
          f"{account['unchanged']} unchanged + {account['kept']} kept + {account['duplicates']} duplicates + "
          f"{account['quarantined']} quarantined; {seconds:.1f} s, {len(files) / seconds:.0f} files/s (written durably)")
    rows = {}
    for row in csv.DictReader(open(report, newline='', encoding='utf-8')):
        rows.setdefault(row['source'], []).append(row)
    lost = split = wrong = empty = 0
    for path in files:
        name = f'{pathlib.Path(folder).resolve().name}/{path.relative_to(folder).as_posix()}'
        found = [row for row in rows.get(name, []) if row['outcome'] == 'written']
        lost += not found
        split += len(found) > 1
        title = ' '.join(read(path).strip().split('\n')[0].split())
        if found and ' '.join(found[0]['title'].split()).lstrip("'") != title.lstrip("'"):
            wrong += 1
            failures.append(f'title: {name}: {title!r} became {found[0]["title"]!r}')
        for row in found:
            body = (site / row['path']).read_text(encoding='utf-8').split('\n+++\n', 1)[-1].strip()
            empty += not body
    print(f'check: {lost} lost, {empty} empty, {wrong} titles wrong, {split} files cut into several articles')
    again = json.loads(run(newsprint, 'import', '--site', site, '--keep-duplicates', '--format', 'json', folder).stdout)
    print(f"again: {again['written']} written, {again['unchanged']} unchanged, {again['kept']} kept")
    begun = time.perf_counter()
    built = json.loads(run(newsprint, 'build', '--site', site, '--format', 'json').stdout)
    print(f"build: exit {built['exit']}, {built['articles']} articles, {built['pages']} pages in {time.perf_counter() - begun:.1f} s")
    fresh = work / 'fresh'
    fresh.mkdir()
    shutil.copy(site / 'site.toml', fresh)
    plain = json.loads(run(newsprint, 'import', '--site', fresh, '--dry-run', '--format', 'json', folder).stdout)
    print(f"without --keep-duplicates: {plain['written']} written, {plain['duplicates']} duplicates, {plain['kept']} offered beside another")
    for failure in failures[:10]:
        print('  ' + failure)
    return lost + empty + wrong + again['written'] + (built['exit'] != 0)


def records(paths, key):
    for path in paths:
        data = gzip.decompress(path.read_bytes()) if path.suffix == '.gz' else path.read_bytes()
        yield {'id': path.name, key: data.decode('utf-8', 'replace')}


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(what, program, count, size, seconds):
    print(f'{what}: {program}: {count} dumps, {size / 1e6:.1f} MB in {seconds:.2f} CPU s = {size / 1e6 / seconds:.1f} MB/s, {count / seconds:.0f} dumps/s')
    return count / seconds


def speed(newsprint, what, found, key, work, trafilatura, repeats=5):
    file = work / f'{key}.ndjson'
    size = count = 0
    with open(file, 'w', encoding='utf-8') as out:
        for record in found:
            out.write(json.dumps(record, ensure_ascii=False) + '\n')
            size += len(record[key].encode())
            count += 1
    best = float('inf')
    for _ in range(repeats):
        begun = children_seconds()
        subprocess.run([str(newsprint), 'parse', '--input', 'ndjson', str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=dict(os.environ, RAYON_NUM_THREADS='1'), preexec_fn=one_core)
        best = min(best, children_seconds() - begun)
    ours = line(what, 'newsprint', count, size, best)
    if trafilatura and key == 'html':
        done = subprocess.run([sys.executable, '-c', TRAFILATURA, str(file)], text=True, capture_output=True, preexec_fn=one_core)
        if done.returncode:
            sys.exit('trafilatura: ' + done.stderr.strip().split('\n')[-1])
        version, seconds = done.stdout.split()
        theirs = line(what, f'trafilatura {version}', count, size, float(seconds))
        print(f'{what}: newsprint reads {ours / theirs:.1f} times as many')


def pages(files):
    for path in files:
        title, *rest = [text for text in (raw.strip() for raw in read(path).split('\n')) if text]
        body = ''.join(f'<p>{html.escape(text)}</p>\n' for text in rest)
        title = html.escape(title)
        yield {'id': path.name, 'html': f'<!doctype html><title>{title}</title><body><article><h1>{title}</h1>\n{body}</article></body>'}


def start_time(newsprint, path):
    begun, runs = children_seconds(), 20
    for _ in range(runs):
        subprocess.run([str(newsprint), 'parse', str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f'one file: newsprint parse takes {(children_seconds() - begun) / runs * 1e3:.1f} CPU ms, start included (mean of {runs})')


TRAFILATURA = '''
import json, sys, time, trafilatura
pages = [json.loads(line)['html'] for line in open(sys.argv[1], encoding='utf-8')]
begun = time.process_time()
for page in pages:
    trafilatura.bare_extraction(page, with_metadata=True)
print(trafilatura.__version__, time.process_time() - begun)
'''


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    arguments.add_argument('text_dir')
    arguments.add_argument('--newsprint', default='newsprint')
    arguments.add_argument('--html')
    arguments.add_argument('--trafilatura', action='store_true')
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        failures = check(options.newsprint, options.text_dir, work)
        files = texts(options.text_dir)
        start_time(options.newsprint, files[0])
        speed(options.newsprint, 'text', records(files, 'text'), 'text', work, options.trafilatura)
        speed(options.newsprint, 'the same as pages', pages(files), 'html', work, options.trafilatura)
        if options.html:
            own = sorted(path for path in pathlib.Path(options.html).rglob('*') if path.name.endswith(('.html', '.html.gz')))
            speed(options.newsprint, 'HTML', records(own, 'html'), 'html', work, options.trafilatura)
    sys.exit(1 if failures else 0)


main()
