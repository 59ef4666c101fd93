#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Word recall of our texts against pdftotext -cropbox: recall.py FOLDER, with
FOLDER/1.txt, 2.txt ... the reference and our files, in that order ("-": none),
on standard input.  Words are compared as multisets, NFKC."""
import collections
import os
import re
import sys
import unicodedata

ENOUGH = 5  # words; below it a page is a picture


def words(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = unicodedata.normalize("NFKC", f.read())
    except OSError:
        return collections.Counter()
    return collections.Counter(re.findall(r"\w+", text))


def main():
    total = found = empty = files = 0
    for n, line in enumerate(sys.stdin, 1):
        want = words(os.path.join(sys.argv[1], "%d.txt" % n))
        have = words(line.rstrip("\n"))
        count = sum(want.values())
        if count <= ENOUGH:
            continue
        files += 1
        hit = sum((want & have).values())
        total += count
        found += hit
        empty += hit == 0
    recall = found / max(total, 1)
    good = recall >= 0.985 and empty == 0
    print("word recall against pdftotext -cropbox: %.4f of %d words in %d "
          "files, %d files left empty | >= 0.985, 0 | %s" %
          (recall, total, files, empty, "met" if good else "missed"))


main()
