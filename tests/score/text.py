# SPDX-License-Identifier: GPL-2.0-or-later
"""doctext: word recall against published text, and the assertions of other
projects' own tests."""
import collections
import json
import os
import shutil
import subprocess
import sys

from common import (BIN, CORPUS, PEERS, VERBOSE, Stage, bare, ending, file_of,
    letters, mean, overlap, read, rows, table)

GOAL_RECALL, GOAL_CONTAINS = 0.97, 0.98

# LibreOffice: three seconds a file.
OFFICE = 'soffice --headless --cat {}'

# pdftotext joins what hyphens divide, we are asked to.
JOINED = os.path.join(BIN, 'doctext') + ' -HqI {}'

# Assertions of other projects about what must be no text here: deletions, and
# formulas where their values are.
CONTRARY = {
    ('poi/spreadsheet/InlineStrings.xlsx', 'A2'): 'a formula, not its value',
    ('poi/spreadsheet/InlineStrings.xlsx', 'A5-A$2'):
        'a formula, not its value',
    ('tika/testWORD_2006ml.docx', 'frog'): 'a tracked deletion',
}

# Truths that are written otherwise than their documents, and how.  Of these the
# words may be divided otherwise, and more than the truth's own scorer found
# (naive_recall) is not asked.
WRITTEN = {
    'docling/pone.0234687.nxml': 'indices and names are divided otherwise '
        '("CO 2", "HerreroM"), spanned cells repeated, headings added',
    'kreuzberg/math.fb2': 'one of 24 words is left-over markup',
}

# Other people's tools by ending; {} is the file.
TOOLS = {
    'pdf': ('pdftotext -q {} -', 'mutool draw -q -F txt {}', JOINED),
    'doc': ('antiword -m UTF-8.txt {}', 'catdoc -d utf-8 {}', OFFICE),
    'xls': ('xls2csv -d utf-8 {}',),
    'ppt': ('catppt -d utf-8 {}',),
    'docx': ('docx2txt {} -', 'pandoc -t plain --wrap=none {}', OFFICE),
    'odt': ('odt2txt --width=-1 --encoding=UTF-8 {}',
            'pandoc -t plain --wrap=none {}', OFFICE),
    'ods': ('odt2txt --width=-1 --encoding=UTF-8 {}',),
    'rtf': ('unrtf --text {}', 'catdoc -d utf-8 {}', OFFICE),
    'html': ('html2text -utf8 -width 9999 {}',),
    'epub': ('mutool draw -q -F txt {}', 'pandoc -t plain --wrap=none {}'),
    'fb2': ('mutool draw -q -F txt {}',),
}


class Row:
    """What one tool gave on one kind of file."""

    def __init__(self):
        self.recall, self.precision = [], []
        self.short = []  # by how much, of each row, the goal was missed
        self.found = collections.Counter()
        self.asked = collections.Counter()

    def cells(self):
        return [len(self.recall), mean(self.recall), mean(self.precision),
            *('%d/%d' % (self.found[v], self.asked[v])
                for v in ('yes', 'no', '-'))]


def truths():
    """(name, text, naive recall) where the truth is sound."""
    for row in rows('index.tsv'):
        if row['kind'] != 'text' or row['naive_recall'] in ('', '-'):
            continue
        if float(row['naive_recall']) >= 0.9 and file_of(row['path']):
            yield (row['path'], read('%s/truth/%s' % (CORPUS,
                row['truth_file'])), float(row['naive_recall']))


def assertions():
    for row in rows('expect.tsv'):
        if row['kind'] != 'contains' or file_of(row['path']) is None:
            continue
        value = json.loads(row['value_json'])
        if (row['path'], value) not in CONTRARY:
            yield row['path'], value, row['verified']


def judge(text_of, all_of=None):
    """Rows by ending; text_of(name) is the text or None: not this tool's.
    Assertions are about what other tools give as one: all_of(name), the text,
    properties and members."""
    all_of = all_of or text_of
    result = collections.defaultdict(Row)
    for name, truth, naive in truths():
        text = text_of(name)
        if text is None:
            continue
        recall, precision = overlap(truth, text)
        result[ending(name)].recall.append(recall)
        result[ending(name)].precision.append(precision)
        result[ending(name)].short.append(
            min(GOAL_RECALL, naive) - letters(truth, text)
            if name in WRITTEN else GOAL_RECALL - recall)
        if VERBOSE and recall < GOAL_RECALL:
            print('recall %.3f precision %.3f  %s' % (recall, precision, name))
    for name, value, verified in assertions():
        text = all_of(name)
        if text is None:
            continue
        row = result[ending(name)]
        row.asked[verified] += 1
        found = bare(value) in bare(text)
        row.found[verified] += found
        if VERBOSE and not found:
            print('missing [%s] %s: %s' % (verified, name, value[:120]))
    return result


def total(result):
    row = Row()
    for r in result.values():
        row.recall += r.recall
        row.precision += r.precision
        row.found += r.found
        row.asked += r.asked
    return row


def run(command, path):
    argv = [path if a == '{}' else a for a in command.split()]
    try:
        out = subprocess.run(argv, stdout=subprocess.PIPE, timeout=30,
            stderr=subprocess.DEVNULL, check=False).stdout.decode('utf-8',
            'replace')
        if command == JOINED:
            out = json.loads(out.split('\n')[0])['text'].get('content', '')
        return out
    except (OSError, subprocess.TimeoutExpired):
        return ''


def peers(ours):
    lines = []
    for kind, commands in sorted(TOOLS.items()):
        for command in commands:
            if shutil.which(command.split()[0]) is None:
                continue
            got = judge(lambda name, k=kind, c=command:
                run(c, file_of(name)) if ending(name) == k else None)
            if kind in got:
                lines.append([kind, 'doctext -H' if command == JOINED else
                    command.split()[0], *got[kind].cells()])
        if kind in ours:
            lines.append([kind, 'doctext', *ours[kind].cells()])
    table(['kind', 'tool', *HEADER], lines)


HEADER = ['rows', 'recall', 'precision', 'contains', 'unverified', 'binary']


# Tika's words for properties, and ours.
KEYS = {'TITLE': 'title', 'CREATOR': 'creator', 'MODIFIER': 'contributor',
    'SUBJECT': 'subject', 'DESCRIPTION': 'description', 'COMMENTS':
    'description', 'KEYWORDS': 'keywords', 'PUBLISHER': 'publisher',
    'LANGUAGE': 'language', 'APPLICATION': 'producer', 'CATEGORY': 'category',
    'CREATED': 'created', 'MODIFIED': 'modified', 'PAGE_COUNT': 'page_count',
    'SLIDE_COUNT': 'page_count', 'WORD_COUNT': 'word_count'}


def properties(stage):
    found, asked = collections.Counter(), collections.Counter()
    for row in rows('expect.tsv'):
        kind, _, key = row['kind'].partition(':')
        path = file_of(row['path'])
        if kind != 'meta' or path is None:
            continue
        value = str(json.loads(row['value_json']))
        result = stage.result(path)
        custom = key.removeprefix('custom:')
        if key in KEYS:
            ok = bare(value) in bare(str(result.get(KEYS[key], '')))
        elif custom != key:
            key = 'custom'
            ok = '%s=%s' % (custom, value) in result.get('metadata', [])
        else:
            continue
        asked[key] += 1
        found[key] += ok
        if VERBOSE and not ok:
            print('property %s %s: wanted %s, got %s' % (row['path'], custom,
                value, result.get(KEYS.get(key))))
    table(['property', 'found'], [[k, '%d/%d' % (found[k], asked[k])]
        for k in sorted(asked)])


def main():
    names = {n for n, _, _ in truths()} | {n for n, _, _ in assertions()}
    names |= {r['path'] for r in rows('expect.tsv')
        if r['kind'].startswith('meta:') and file_of(r['path'])}
    with Stage('doctext', sorted(file_of(n) for n in names),
            '--metadata') as stage:
        ours = judge(lambda name: stage.text(file_of(name)),
            lambda name: stage.all_text(file_of(name)))
        properties(stage)
    everything = total(ours)
    table(['kind', *HEADER], [[k, *ours[k].cells()] for k in sorted(ours)] +
        [['all', *everything.cells()]])
    if PEERS:
        peers(ours)
    low = [k for k, r in ours.items() if r.short and mean(r.short) > 0]
    for (name, value), why in CONTRARY.items():
        print('not asked for: %s: "%s": %s' % (name, value, why))
    for name, why in WRITTEN.items():
        print('written otherwise: %s: %s' % (name, why))
    share = everything.found['yes'] / everything.asked['yes']
    print('word recall %s a mean of %.2f, %.3f over all rows; verified '
        'assertions found: %.1f %%' % ('of %s is below' % ', '.join(low)
            if low else 'everywhere reaches', GOAL_RECALL,
            mean(everything.recall), 100 * share))
    return 1 if low or share < GOAL_CONTAINS else 0


sys.exit(main())
