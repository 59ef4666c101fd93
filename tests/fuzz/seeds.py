#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds for fuzzers that want whole documents, made of the fixtures.

	tests/fuzz/seeds.py DIR		writes DIR/NAME_fuzz.corpus/*

Seeds that are small and of text stand in tests/fuzz/NAME_fuzz.seeds."""
import os
import subprocess
import sys
import tempfile
import zipfile

# By the order of `ways` in text_fuzz.c; several share an extension.
TEXT = {"txt": [0], "html": [1], "eml": [2], "rtf": [3], "doc": [4],
        "xls": [5], "ppt": [6], "msg": [7], "docx": [8], "xlsx": [9],
        "pptx": [10], "odt": [11], "ods": [12], "epub": [13]}
# Kinds of `data[0]` in markup_fuzz.c.
MARKUP = {"content.xml": 0, "word/document.xml": 2, "word/comments.xml": 6,
          "ppt/slides/slide1.xml": 2, "ppt/notesSlides/notesSlide1.xml": 14}
# By the order of the cases in member_fuzz.c, and of `media` in picture_fuzz.c.
MEMBERS = {"mbox": 0, "eml": 1, "dat": 2, "msg": 3}
PICTURES = {"jpg": 0, "png": 1, "tif": 2, "bmp": 6, "svg": 9}
LARGEST = 60000
# Words under the first and the last page of graft_fuzz.c's documents.
ROWS = (b"page 1 1240 1754\n100.0 200.0 300.0 200.0 30 word\n"
        b"310 200 380 201.5 30 \xd7\xa9\xd7\x9c\nend\n"
        b"page 2 1754 1240\n90 80 90 20 17 up\nend\n")


def seed(top, fuzzer, name, data):
    d = os.path.join(top, fuzzer + "_fuzz.corpus")
    os.makedirs(d, exist_ok=True)
    with open(os.path.join(d, "seed-" + name), "wb") as f:
        f.write(data)


def package(top, path):
    try:
        z = zipfile.ZipFile(path)
    except zipfile.BadZipFile:  # broken on purpose
        return
    with z:
        for part, kind in MARKUP.items():
            if part in z.namelist():
                name = os.path.basename(path) + "-" + os.path.basename(part)
                seed(top, "markup", name, bytes([kind]) + z.read(part))


def volumes(top, here):
    """The files of each kind joined, and their names."""
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([sys.executable, here + "/../fixtures/volumes.py", d],
                       check=True)
        for kind in sorted(os.listdir(d)):
            files = sorted(os.listdir(os.path.join(d, kind)),
                           key=lambda n: (n == "x.zip", n != "x.rar", n))
            data = b""
            for n, name in enumerate(files, 1):
                with open(os.path.join(d, kind, name), "rb") as f:
                    data += f.read()
                seed(top, "volume", name, b"\0" + name.encode())
                seed(top, "volume", "%s-%d" % (kind, n), bytes([n]) + data)


def main(top):
    here = os.path.dirname(os.path.abspath(__file__))
    volumes(top, here)
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([sys.executable, here + "/../fixtures/make.py", d],
                       check=True)
        for name in sorted(os.listdir(d)):
            path = os.path.join(d, name)
            if not os.path.isfile(path) or os.path.getsize(path) > LARGEST:
                continue
            with open(path, "rb") as f:
                data = f.read()
            for way in TEXT.get(name.rsplit(".")[-1], []):
                seed(top, "text", name, bytes([way]) + data)
            for fuzzer, ways in ("member", MEMBERS), ("picture", PICTURES):
                way = ways.get(name.rsplit(".")[-1])
                if way is not None:
                    seed(top, fuzzer, name, bytes([way]) + data)
            seed(top, "sniff", name, data[:16384])
            if name.endswith(".pdf"):
                seed(top, "graft", name, len(ROWS).to_bytes(2, "big") + data +
                     ROWS)
            if data[:2] == b"PK":
                seed(top, "zip", name, data)
                package(top, path)
            if name.endswith(".html"):
                seed(top, "markup", name, b"\1" + data)


main(sys.argv[1])
