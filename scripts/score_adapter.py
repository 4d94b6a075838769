#!/usr/bin/env python3
"""score_adapter.py < parsed.jsonl > predictions.jsonl

Turns the output of `newsprint parse --input ndjson` (one JSON object an article) into one line a record,
{"id", "articles": [{"title", "body", "date", "byline", "caption", "credit", "lang", "dateline", "agency"}]}, as
benchmark scorers read it. The Markdown body becomes plain text; a date with a review flag is not predicted."""
import json, re, sys
def plain(markdown):
    text = re.sub(r'!\[[^\]\n]*\]\([^)\n]*\)', '', markdown)
    text = re.sub(r'(?<!\\)\[((?:[^\[\]\n\\]|\\.)*)\]\((?:[^()\n]|\([^()\n]*\))*\)', r'\1', text)
    text = re.sub(r'(?m)^(?:#{1,6} |> |[-*+] |\d+\. )+', '', text)
    text = re.sub(r'(?<!\\)(\*\*|\*|~~|`)', '', text)
    return re.sub(r'\\([!-/:-@\[-`{-~])', r'\1', text)
def article(a):
    image = a.get('image') or {}; flagged = {f.split(':')[0] for f in a.get('review') or []}
    return {'title': a['title'], 'body': plain(a['body']), 'date': None if 'date' in flagged else a['date'], 'byline': a['authors'] or ([a['agency']] if a['agency'] else []),
            'caption': image.get('caption'), 'credit': image.get('credit'), 'lang': a['lang'], 'dateline': a['dateline'], 'agency': a['agency']}
records = {}
for line in sys.stdin:
    a = json.loads(line); r = records.setdefault(a['source'], [])
    if a['item']: r.append(article(a))
for id, articles in records.items(): print(json.dumps({'id': id, 'articles': articles}, ensure_ascii=False))
