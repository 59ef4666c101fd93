# SPDX-License-Identifier: GPL-2.0-or-later
"""What the parts of `make score` share: the corpus, words, running a stage,
tables."""
import collections
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unicodedata
import urllib.parse

CORPUS = os.environ['CORPUS']
BIN = os.environ['DOC_BIN']
VERBOSE = bool(os.environ.get('VERBOSE'))
PEERS = bool(os.environ.get('PEERS'))

SAME = str.maketrans({'\u2018': "'", '\u2019': "'", '\u201c': '"',
    '\u201d': '"', '\u2010': '-', '\u2011': '-', '\u2012': '-', '\u2013': '-',
    '\u2014': '-', '\u2212': '-', '\u00ad': None, '\ufeff': None})


def words(text):
    """Words as the truth's own scorer counts them."""
    text = unicodedata.normalize('NFKC', text).translate(SAME)
    return re.findall(r'\w+', text.casefold())


def overlap(truth, output):
    """(recall, precision) of two bags of words."""
    want = collections.Counter(words(truth))
    have = collections.Counter(words(output))
    hit = sum((want & have).values())
    return (hit / max(1, sum(want.values())),
            hit / max(1, sum(have.values())))


def letters(truth, output):
    """Recall of words where those that are missing may be divided otherwise:
    they count if, joined with one or two of the truth's neighbours, they are a
    word of the output, or if two neighbours of that joined are the word."""
    want, have = words(truth), words(output)
    whole = set(have)
    pairs = {''.join(have[i:i + 2]) for i in range(len(have))}
    left = collections.Counter(want) - collections.Counter(have)
    missing = 0
    for i, word in enumerate(want):
        if left[word] == 0:
            continue
        left[word] -= 1
        if word not in whole and word in pairs:
            continue
        missing += not any(''.join(want[max(0, i + a):i + b]) in whole
            for a, b in ((-1, 1), (0, 2), (-2, 1), (0, 3), (-1, 2)))
    return 1 - missing / max(1, len(want))


def bare(text):
    return re.sub(r'\s+', '', text)


def read(path):
    with open(path, 'rb') as f:
        data = f.read()
    wide = data[:2] in (b'\xff\xfe', b'\xfe\xff')
    return data.decode('utf-16' if wide else 'utf-8-sig', 'replace')


def rows(name):
    """Rows of a TSV in truth/ as dicts by its header."""
    with open(os.path.join(CORPUS, 'truth', name), encoding='utf-8') as f:
        lines = f.read().split('\n')
    header = lines[0].split('\t')
    for line in lines[1:]:
        if line:
            yield dict(zip(header, line.split('\t')))


def file_of(name):
    """The file behind a name as the manifest writes it, or None."""
    path = os.path.join(os.fsencode(CORPUS),
        urllib.parse.unquote_to_bytes(name))
    return os.fsdecode(path) if os.path.exists(path) else None


def ending(name):
    """pdf, docx ...; - where the name has no ending."""
    base = name.rsplit('/', 1)[-1]
    return base.rsplit('.', 1)[-1].lower() if '.' in base else '-'


def feed(pipe, data):
    pipe.write(data)
    pipe.close()


class Stage:
    """One run of a stage over files; `with` removes what it made."""

    def __init__(self, tool, files, *options):
        self.spool = tempfile.mkdtemp(prefix='docpipe-score.')
        self.record = {}   # by path
        self.members = {}  # of it, at any depth
        self.tool = tool
        names = '\0'.join(files).encode('utf-8', 'surrogateescape')
        lister = subprocess.Popen([os.path.join(BIN, 'doclist'), '-q', '-0',
            '--spool', self.spool], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        stage = subprocess.Popen([os.path.join(BIN, tool), '-q', '--spool',
            self.spool, *options], stdin=lister.stdout,
            stdout=subprocess.PIPE)
        lister.stdout.close()
        threading.Thread(target=feed, args=(lister.stdin, names)).start()
        for line in stage.stdout:
            record = json.loads(line)
            if record.get('type') != 'doc':
                continue
            if record.get('parent'):
                self.members.setdefault(record['path'], []).append(record)
            else:
                self.record[record['path']] = record
        self.status = (lister.wait(), stage.wait())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.spool, ignore_errors=True)

    def result(self, path):
        """The stage's member of a file's record."""
        key = self.tool.removeprefix('doc')
        return self.record.get(path, {}).get(key, {})

    def text(self, path):
        name = self.result(path).get('file')
        return read(name) if name else ''

    def all_text(self, path):
        """With the strings of the record, and all of its members."""
        key = self.tool.removeprefix('doc')
        parts = []
        for record in [self.record.get(path, {}), *self.members.get(path, [])]:
            result = record.get(key, {})
            if result.get('file'):
                parts.append(read(result['file']))
            for value in result.values():
                if isinstance(value, str):
                    parts.append(value)
                elif isinstance(value, list):
                    parts += [v for v in value if isinstance(v, str)]
        return '\n'.join(parts)


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else None


def show(value):
    if value is None:
        return '-'
    return '%.3f' % value if isinstance(value, float) else str(value)


def table(header, lines):
    cells = [[show(c) for c in line] for line in [header, *lines]]
    width = [max(len(r[i]) for r in cells) for i in range(len(header))]
    for row in cells:
        print('  '.join(c.ljust(w) if i == 0 else c.rjust(w)
            for i, (c, w) in enumerate(zip(row, width))))
    print()
