# SPDX-License-Identifier: GPL-2.0-or-later
"""doctext's word on which pages need OCR: precision and recall on pages made
for it, kind by kind, and on the corpus.

What a page needs is known by construction.  In the corpus it is known of PDFs
that have published text of their own (no page needs OCR) and of scans."""
import os
import random
import sys
import tempfile

from common import Stage, VERBOSE, file_of, rows, table

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../fixtures'))
import make  # noqa: E402

GOAL_PRECISION, GOAL_RECALL = 0.95, 0.98

PROSE = ('the committee met in the morning and agreed that the report of last '
    'year should be printed again because many members had not received their '
    'copy and others wanted to see what had been changed since the first draft '
    'was sent to them in the spring').split()
GERMAN = ('die Abteilung hat gestern beschlossen dass alle Unterlagen bis zum '
    'Ende des Monats vorliegen sollen damit der Bericht rechtzeitig gedruckt '
    'und an die Mitglieder verschickt werden kann').split()
CODES = 'AB-4711 Q3 17.50 2026-01-15 SKU X9 EUR 12,00 Nr. 88 TX ZZ9'.split()

# Reasons a page may be given; "" is none.
SCAN, GARBLED = {'no-text', 'image-dominant'}, {'garbled'}


def lines(rng, words, n):
    return [' '.join(rng.choice(words) for _ in range(9)) for _ in range(n)]


def picture(x, y, w, h):
    return b'q %d 0 0 %d %d %d cm /I Do Q\n' % (w, h, x, y)


FULL = picture(0, 0, 595, 842)


def shifted(rng, n):
    """Letters whose codes were moved: what a missing ToUnicode leaves."""
    return [''.join(chr((ord(c) - 97 + 11) % 26 + 97) if c.isalpha() else c
        for c in l.lower()) for l in lines(rng, PROSE, n)]


def private(content):
    """Two bytes for each letter, for the font /P below."""
    out = b'BT /P 12 Tf 72 770 Td 16 TL\n'
    for line in content:
        out += b'<%s> Tj T*\n' % b''.join(b'%04X' % (ord(c) - 29)
            for c in line)
    return out + b'ET\n'


def hidden(content):
    return make.page_text(content).replace(b'BT ', b'BT 3 Tr ', 1)


# kind: (what a page is drawn with, which reasons are right; empty: none is)
KINDS = {
    'born digital': (lambda r: make.page_text(lines(r, PROSE, 30)), set()),
    'born digital, German': (lambda r: make.page_text(lines(r, GERMAN, 30)),
        set()),
    'a few lines only': (lambda r: make.page_text(lines(r, PROSE, 2)), set()),
    'codes and numbers': (lambda r: make.page_text(lines(r, CODES, 30)),
        set()),
    'text with a small picture': (lambda r: make.page_text(lines(r, PROSE, 20))
        + picture(200, 100, 200, 150), set()),
    'text with a picture of half the page': (lambda r:
        make.page_text(lines(r, PROSE, 18)) + picture(40, 40, 515, 400),
        set()),
    'text over a background picture': (lambda r: FULL +
        make.page_text(lines(r, PROSE, 30)), set()),
    'blank': (lambda r: b'', set()),
    'scan': (lambda r: FULL, SCAN),
    'scan in margins': (lambda r: picture(60, 60, 475, 720), SCAN),
    'scan in two strips': (lambda r: picture(0, 421, 595, 421) +
        picture(0, 0, 595, 421), SCAN),
    'scan with a stamped number': (lambda r: FULL +
        make.page_text(['page %d' % r.randrange(99)]), SCAN),
    'scan with a header line': (lambda r: FULL +
        make.page_text(lines(r, PROSE, 1)), SCAN),
    'scan with a hidden OCR layer': (lambda r: FULL +
        hidden(lines(r, PROSE, 30)), set()),
    'broken ToUnicode': (lambda r: make.page_text(shifted(r, 30)), GARBLED),
    'no ToUnicode': (lambda r: private(lines(r, PROSE, 30)), GARBLED),
}
PAGES = 12


def build(kinds, seed):
    """A PDF with a page of each of the kinds."""
    rng = random.Random(seed)
    (w, h, bits, *_), data = make.png_parts(make.notice())
    image = (b'/Type/XObject/Subtype/Image/Width %d/Height %d'
        b'/ColorSpace/DeviceGray/BitsPerComponent %d/Filter/FlateDecode'
        b'/DecodeParms<</Predictor 15/Colors 1/BitsPerComponent %d'
        b'/Columns %d>>' % (w, h, bits, bits, w), data)
    contents = [(KINDS[k][0](rng), True) for k in kinds]
    n = 5 + 2 * len(contents)
    private_font = (b'/P<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Odd'
        b'/Encoding/Identity-H/DescendantFonts[<</Type/Font'
        b'/Subtype/CIDFontType2/BaseFont/ABCDEF+Odd/CIDSystemInfo'
        b'<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>]>>')
    resources = make.FONT[:-4] + private_font + (
        b'>>/XObject<</I %d 0 R>>>>' % n)
    return make.add_object(make.pdf_pages(contents, resources), n, image)


def pages_of(result):
    """Page -> reason, by the record."""
    got = {}
    for entry in result.get('ocr_pages', ()):
        reason, _, span = entry.partition(':')
        first, _, last = span.partition('-')
        for page in range(int(first), int(last or first) + 1):
            got[page] = reason
    return got


class Tally:
    def __init__(self):
        self.pages = self.hit = self.missed = self.wrong = self.named = 0

    def add(self, reason, right):
        self.pages += 1
        self.hit += bool(reason and right)
        self.missed += bool(right and not reason)
        self.wrong += bool(reason and not right)
        self.named += bool(reason and reason in right)

    def cells(self):
        said = self.hit + self.wrong
        need = self.hit + self.missed
        return [self.pages, need, said, self.hit / said if said else None,
            self.hit / need if need else None,
            self.named / self.hit if self.hit else None]


HEAD = ['pages', 'need OCR', 'said so', 'precision', 'recall', 'right reason']


def made():
    tallies, every = {}, Tally()
    with tempfile.TemporaryDirectory(prefix='docpipe-score.') as where:
        plan = {}
        for kind in KINDS:
            plan[kind] = [kind] * PAGES
        rng = random.Random(4711)
        for i in range(8):
            plan['mixed %d' % i] = rng.choices(list(KINDS), k=10)
        files = {}
        for i, (name, kinds) in enumerate(plan.items()):
            files[name] = os.path.join(where, '%d.pdf' % i)
            with open(files[name], 'wb') as f:
                f.write(build(kinds, i))
        with Stage('doctext', files.values()) as stage:
            for name, kinds in plan.items():
                got = pages_of(stage.result(files[name]))
                set_name = 'mixed' if name.startswith('mixed') else name
                for page, kind in enumerate(kinds, 1):
                    for t in (tallies.setdefault(set_name, Tally()), every):
                        t.add(got.get(page), KINDS[kind][1])
    table(['made for it', *HEAD], [[k, *t.cells()] for k, t in
        tallies.items()] + [['all', *every.cells()]])
    return every


def corpus():
    """PDFs with published text need none; those in ocr-text need it."""
    right = {}
    for row in rows('index.tsv'):
        name = row['path']
        if not name.endswith('.pdf') or not file_of(name):
            continue
        if row['kind'] == 'ocr-text':
            right[name] = True
        elif (row['kind'] == 'text' and row['naive_recall'] not in ('', '-')
                and float(row['naive_recall']) >= 0.9):
            right.setdefault(name, False)
    files = {n: file_of(n) for n in right}
    t = Tally()
    with Stage('doctext', files.values()) as stage:
        for name, needs in right.items():
            result = stage.result(files[name])
            got = pages_of(result)
            for page in range(1, result.get('pages', 0) + 1):
                t.add(got.get(page), SCAN if needs else set())
                if VERBOSE and bool(got.get(page)) != needs:
                    print(name, page, got.get(page))
    table(['corpus', *HEAD], [['PDFs with truth', *t.cells()]])


def main():
    every = made()
    corpus()
    cells = every.cells()
    good = cells[3] >= GOAL_PRECISION and cells[4] >= GOAL_RECALL
    print('goal: precision >= %.2f, recall >= %.2f: %s' % (GOAL_PRECISION,
        GOAL_RECALL, 'met' if good else 'MISSED'))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
