#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""doclist against bsdtar, 7z and file: members of archives, media types.

A member that bsdtar lists and we do not needs a reason in a record: the
container is partial, in error, or a document that is not opened unless asked.
Types differ only where we looked further than libmagic 5.44 does.
"""
import base64
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile
from urllib.parse import unquote_to_bytes

from common import BIN, CORPUS

# Where we look further than file does, by how its answer begins, and at what.
BETTER = [
    ("application/vnd.openxmlformats-", "template, macros, binary parts"),
    ("application/vnd.ms-visio.", "template, stencil, macros"),
    ("application/vnd.oasis.opendocument.", "the package's own word"),
    ("application/java-archive", "which kind of package"),
    ("application/zip", "which kind of package"),
    ("application/octet-stream", "a broken package, or text"),
    ("application/vnd.ms-office", "which kind of compound file"),
    ("application/x-ole-storage", "which kind of compound file"),
    ("application/CDFV2", "which kind of compound file"),
    ("application/x-pie-executable", "file looks at the mode bits"),
    ("inode/x-empty", "our name for it"),
    ("text/", "mail, mailbox, XHTML, XML by its root"),
]
DOCUMENTS = ("openxmlformats", "opendocument", "epub", "java-archive",
             "android", "sun.xml", "ms-word", "ms-excel", "ms-powerpoint")


def listed(paths, depth="1"):
    """Records of the files, and how many members each has."""
    names = b"\0".join(os.fsencode(CORPUS) + b"/" + p for p in paths)
    with tempfile.TemporaryDirectory() as spool:
        out = subprocess.run(
            [os.path.join(BIN, "doclist"), "-0", "-q", "-d", depth, "-t", "30s", "-s", "15s",
             "-S", spool], input=names, stdout=subprocess.PIPE,
            check=False).stdout
    top = {}
    for line in out.splitlines():
        r = json.loads(line)
        if r["type"] == "doc" and "member" not in r:
            path = (base64.b64decode(r["path_b64"]) if "path_b64" in r
                    else r["path"].encode())
            top[path[len(os.fsencode(CORPUS)) + 1:]] = r
    return top


def explained(record, count):
    """Why we have fewer than `count`, or "" when there is no reason."""
    result = record.get("list", {})
    if result.get("members", 0) >= count:
        return "same or more"
    if result.get("status") != "ok":
        return (result.get("reasons") or [result["error"]["code"]])[0]
    if any(d in record.get("media", "") for d in DOCUMENTS):
        return "a document, not opened"
    if record.get("media", "").startswith("text/"):
        return "a text (mtree), nothing is in it"
    return ""


def better(theirs):
    """What we look at further, or "" where we should agree."""
    for begin, what in BETTER:
        if theirs.startswith(begin):
            return what
    return ""


def archives():
    with open(CORPUS + "/truth/listings.jsonl", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    paths = [unquote_to_bytes(r["path"]) for r in rows]
    top = listed(paths)
    why, bad = collections.Counter(), 0
    for row, path in zip(rows, paths):
        # 7z counts the tar in a .tgz as one, bsdtar opens both layers.
        count = row["bsdtar"]["n"]
        reason = explained(top.get(path, {}), count)
        why[reason or "NO REASON"] += 1
        if not reason:
            bad += 1
            print("no reason: %s: bsdtar %d, we %s" % (
                row["path"], count, top.get(path, {}).get("list")))
    for reason, n in why.most_common():
        print("%5d  %s" % (n, reason))
    return bad


def types():
    with open(CORPUS + "/MANIFEST.tsv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t",
                                   quoting=csv.QUOTE_NONE))
    paths = [unquote_to_bytes(r["path"]) for r in rows]
    top = listed(paths, depth="0")
    same, known, bad = 0, collections.Counter(), 0
    for row, path in zip(rows, paths):
        theirs = row["mime_file544"]
        ours = top.get(path, {}).get("media", "none")
        if ours == theirs:
            same += 1
        elif better(theirs):
            known["%s -> %s: %s" % (theirs, ours, better(theirs))] += 1
        else:
            bad += 1
            print("differs: %s: file says %s, we %s" % (row["path"], theirs,
                                                        ours))
    print("%5d  types as file says" % same)
    for what, n in known.most_common():
        print("%5d  %s" % (n, what))
    return bad


def main():
    print("members, against bsdtar")
    bad = archives()
    print("media types, against file 5.44")
    bad += types()
    print("unexplained: %d" % bad)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
