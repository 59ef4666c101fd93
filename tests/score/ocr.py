# SPDX-License-Identifier: GPL-2.0-or-later
"""dococr: characters, words and recall against published truth, set by set.

The pages marked `chosen` were looked at when readings, sizes and layouts were
chosen; the others were not.  Halves by digest of the name show how much a score
of so few pages means.  ms/page is processor time; PEERS=1 puts tesseract at its
defaults, on one thread, beside it."""
import sys

from common import (CORPUS, PEERS, VERBOSE, Stage, file_of, overlap, read,
    rows, table, words)
import hashlib
import os
import subprocess
import tempfile
import unicodedata

GOAL_ALL, GOAL_RECEIPTS = 0.92, 0.87

CHOSEN = {'sroie/005.jpg', 'sroie/142.jpg', 'sroie/586.jpg', 'sroie/604.jpg',
    'scribeocr/receipt_03.png', 'scribeocr/deposition_02.png',
    'scribeocr/form_01.png', 'scribeocr/singlecol_01.png',
    'scribeocr/table_04.png', 'scribeocr/table_05.png'}


def distance(a, b):
    """Levenshtein's, bit-parallel after Myers and Hyyro."""
    if not a or not b:
        return len(a) + len(b)
    at = {}
    for i, c in enumerate(a):
        at[c] = at.get(c, 0) | 1 << i
    mask, top = (1 << len(a)) - 1, 1 << (len(a) - 1)
    plus, minus, score = mask, 0, len(a)
    for c in b:
        eq = at.get(c, 0)
        x = eq | minus
        h = ((((eq & plus) + plus) ^ plus) | eq) & mask
        hp, hm = minus | (~(h | plus) & mask), plus & h
        score += bool(hp & top) - bool(hm & top)
        hp, hm = ((hp << 1) | 1) & mask, (hm << 1) & mask
        plus, minus = hm | (~(x | hp) & mask), hp & x
    return score


def characters(text):
    return ' '.join(unicodedata.normalize('NFKC', text).casefold().split())


class Row:
    def __init__(self):
        self.pages = self.words = self.hits = self.out = 0
        self.wrong = self.chars = self.wrong_chars = self.ms = 0

    def add(self, truth, text, ms=0):
        self.ms += ms
        want, have = words(truth), words(text)
        recall, _ = overlap(truth, text)
        self.pages += 1
        self.words += len(want)
        self.out += len(have)
        self.hits += round(recall * len(want))
        self.wrong += distance(want, have)
        a, b = characters(truth), characters(text)
        self.chars += len(a)
        self.wrong_chars += distance(a, b)

    def recall(self):
        return self.hits / max(1, self.words)

    def cells(self):
        return [self.pages, self.words, self.recall(),
            self.hits / max(1, self.out), self.wrong / max(1, self.words),
            self.wrong_chars / max(1, self.chars),
            self.ms // max(1, self.pages)]


def is_receipt(name):
    return name.startswith('sroie/') or 'receipt' in name


def sets_of(name):
    yield name.split('/')[0]
    yield 'receipts' if is_receipt(name) else 'pages'
    yield 'all, chosen' if name in CHOSEN else 'all, not chosen'
    half = hashlib.sha256(name.encode()).digest()[0] % 2
    yield 'all, half %s' % 'AB'[half]
    yield 'all'


def table_of(title, names, text_of):
    sets = {}
    for name, truth in names.items():
        text, ms = text_of(name)
        for s in sets_of(name):
            sets.setdefault(s, Row()).add(truth, text, ms)
        if VERBOSE:
            print('%-40s recall %.3f precision %.3f' % (name,
                *overlap(truth, text)))
    table([title, 'pages', 'words', 'recall', 'precision', 'WER', 'CER',
        'ms/page'],
        [[s, *r.cells()] for s, r in sorted(sets.items())])
    return sets


def tesseract(path):
    """(text, milliseconds)"""
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen(['tesseract', path, '-'], stdout=out,
            stderr=subprocess.DEVNULL, env={**os.environ,
                'OMP_THREAD_LIMIT': '1'})
        _, _, use = os.wait4(p.pid, 0)
        p.returncode = 0
        out.seek(0)
        return (out.read().decode(),
            round((use.ru_utime + use.ru_stime) * 1000))


def main():
    names = {}
    for row in rows('index.tsv'):
        if row['kind'] == 'ocr-text' and file_of(row['path']):
            names[row['path']] = read(os.path.join(CORPUS, 'truth',
                row['truth_file']))
    files = {name: file_of(name) for name in names}
    with Stage('dococr', files.values(), '--ocr=always', '--stats') as stage:
        sets = table_of('dococr', names, lambda n: (stage.text(files[n]),
            stage.result(files[n]).get('stats', {}).get('cpu_ms', 0)))
        low = [n for n in names if stage.result(files[n]).get('status') not in
            ('ok', 'partial')]
    if low:
        print('no text:', *low)
    if PEERS:
        table_of('tesseract', {n: t for n, t in names.items()
            if not n.endswith('.pdf')}, lambda n: tesseract(file_of(n)))
    good = (sets['all'].recall() >= GOAL_ALL and
        sets['receipts'].recall() >= GOAL_RECEIPTS)
    print('goal: recall >= %.2f, receipts >= %.2f: %s' % (GOAL_ALL,
        GOAL_RECEIPTS, 'met' if good else 'MISSED'))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
