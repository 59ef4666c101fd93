# SPDX-License-Identifier: GPL-2.0-or-later
"""docpreview over the whole corpus: what succeeded, what was refused with a
reason, and what is wrong.

Wrong is a picture that looks like that of none of the other programs that can
draw the document, compared as 16 x 16 grey cells: pages with pdftoppm and
mutool, pictures with ImageMagick, drawings with rsvg-convert.  For cards and
thumbnails there is nobody to ask; those must have something on them.  Programs
that are not installed are not asked."""
import collections
import os
import shutil
import subprocess
import sys
import zlib

from common import CORPUS, VERBOSE, Stage, table

SIDE, GRID = 64, 16
# Mean difference of the cells, of 255 levels, that is another picture.
DIFFERS = 48
FAINT = 24  # levels: fainter is no ink
LIMIT = 20  # seconds for a peer

# Where the others are wrong.
BETTER = {
    'pillow/16_bit_binary_pgm.tiff':
        '32 bits a pixel, of which 16 are used: black to ImageMagick',
}

PEERS_OF = {
    'page': (['pdftoppm', '-q', '-gray', '-cropbox', '-singlefile', '-f', '1',
              '-scale-to', str(SIDE), '{}'],
             ['mutool', 'draw', '-q', '-c', 'gray', '-F', 'pgm', '-w',
              str(SIDE), '-h', str(SIDE), '-o', '-', '{}', '1']),
    # Of BMP with 32 bits the last 8 are unused, which ImageMagick disputes.
    'picture': (['convert', '{}[0]', '-auto-orient', '-background', 'white',
                 '-flatten', '-colorspace', 'Gray', '-depth', '8', '-resize',
                 '%dx%d' % (SIDE, SIDE), 'pgm:-'],),
}


def unfilter(kind, row, above, step):
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        p = a + b - c
        near = min((a, b, c), key=lambda v: (abs(p - v), (a, b, c).index(v)))
        row[i] = (value + (0, a, b, (a + b) // 2, near)[kind]) & 255


def read_png(path):
    """(width, height, grey rows) of a PNG of ours, on white."""
    with open(path, 'rb') as f:
        data = f.read()
    width, height = (int.from_bytes(data[i:i + 4], 'big') for i in (16, 20))
    step = {0: 1, 2: 3, 6: 4}[data[25]]
    at, packed = 8, b''
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], 'big')
        if data[at + 4:at + 8] == b'IDAT':
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    raw, line = zlib.decompress(packed), width * step + 1
    above, rows = bytearray(width * step), []
    for y in range(height):
        row = bytearray(raw[y * line + 1:(y + 1) * line])
        unfilter(raw[y * line], row, above, step)
        above = row
        rows.append([grey(row[x:x + step]) for x in
            range(0, len(row), step)])
    return width, height, rows


def grey(p):
    if len(p) == 1:
        return p[0]
    y = (p[0] * 77 + p[1] * 150 + p[2] * 29) >> 8
    return y if len(p) == 3 else (y * p[3] + 255 * (255 - p[3])) // 255


def read_pgm(data):
    words = data.split(None, 4)
    if len(words) < 5 or words[0] != b'P5' or words[3] != b'255':
        return None
    width, height = int(words[1]), int(words[2])
    pixels = data[-width * height:]
    return width, height, [pixels[y * width:(y + 1) * width]
        for y in range(height)]


def cells(picture):
    """Mean grey of GRID x GRID cells; those of a tiny picture overlap."""
    width, height, rows = picture
    out = []
    for cy in range(GRID):
        y0 = height * cy // GRID
        y1 = max(height * (cy + 1) // GRID, y0 + 1)
        for cx in range(GRID):
            x0 = width * cx // GRID
            x1 = max(width * (cx + 1) // GRID, x0 + 1)
            part = [v for row in rows[y0:y1] for v in row[x0:x1]]
            out.append(sum(part) / len(part))
    return out


def ask(peer, path):
    if not shutil.which(peer[0]):
        return None
    try:
        if path.endswith('.bmp') and peer[0] == 'convert':
            peer = [*peer[:2], '-alpha', 'off', *peer[2:]]
        done = subprocess.run([a.replace('{}', path) for a in peer],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT,
            check=False)
    except subprocess.TimeoutExpired:
        return None
    return read_pgm(done.stdout) if done.returncode == 0 else None


def is_blank(picture, faint=0):
    seen = [v for row in picture[2] for v in row]
    return max(seen) - min(seen) <= faint


def difference(ours, path, source):
    """Least mean difference from a peer, or None when none answers.  Nothing
    on ours and something on theirs is no small difference."""
    mine, least = cells(ours), None
    for peer in PEERS_OF[source]:
        theirs = ask(peer, path)
        if theirs is None:
            continue
        there = cells(theirs)
        d = sum(abs(a - b) for a, b in zip(mine, there)) / len(mine)
        if is_blank(ours) and not is_blank(theirs, FAINT):
            d = 255
        least = d if least is None else min(d, least)
        if least < DIFFERS:
            break
    return least


def is_wrong(record, path):
    preview = record['preview']
    ours = read_png(preview['file'])
    if preview['source'] in PEERS_OF and record['media'] != 'image/svg+xml':
        d = difference(ours, path, preview['source'])
        return d is not None and d > DIFFERS, d
    if preview['source'] == 'picture':
        return False, None
    return is_blank(ours), None


def outcome(record, path):
    """(column, what to say about it)."""
    preview = record['preview']
    if preview['status'] == 'error':
        e = preview['error']
        column = 'died' if e['class'] in ('crash', 'policy') else 'refused'
        return column, '%s: %s' % (e['code'], e['msg'])
    if preview['status'] == 'skipped':
        return 'skipped', ' '.join(preview['reasons'])
    wrong, d = is_wrong(record, path)
    if wrong and 'damaged' in preview.get('reasons', []):
        return 'partial', 'part of it is missing, as the record says'
    if wrong and os.path.relpath(path, CORPUS) in BETTER:
        return preview['status'], BETTER[os.path.relpath(path, CORPUS)]
    if wrong:
        return 'wrong', 'differs by %.0f' % d if d else 'nothing on it'
    return preview['status'], ''


def files():
    for folder, _, names in os.walk(CORPUS):
        if '/truth' not in folder:
            yield from (os.path.join(folder, n) for n in names)


COLUMNS = ('ok', 'partial', 'wrong', 'refused', 'skipped', 'died')


def main():
    found = collections.defaultdict(collections.Counter)
    notes = []
    with Stage('docpreview', sorted(files()), '--format=png',
            '--size=%d' % SIDE) as stage:
        for path, record in stage.record.items():
            if 'preview' not in record:
                continue
            column, note = outcome(record, path)
            media = record.get('media', '-')
            kind = record['preview'].get('source', '')
            found[media, kind or '-'][column] += 1
            if note and column != 'skipped':
                notes.append((column, os.path.relpath(path, CORPUS), note))
    total = collections.Counter()
    rows = []
    for (media, kind), n in sorted(found.items()):
        if set(n) != {'skipped'}:
            rows.append([media[:44], kind, *(n[c] for c in COLUMNS)])
        total.update(n)
    rows.append(['total', '', *(total[c] for c in COLUMNS)])
    table(['media type', 'source', *COLUMNS], rows)
    for column, path, note in sorted(notes):
        if VERBOSE or column in ('wrong', 'died'):
            print('  %-8s %s: %s' % (column, path, note))
    return 1 if total['wrong'] or total['died'] else 0


if __name__ == '__main__':
    sys.exit(main())
