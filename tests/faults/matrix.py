#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to fail, in every stage, at every place.

	tests/faults/matrix.py STAGE ...

Documents that make the hostile engine (tests/hostile/engine.c) fail stand
first, in the middle, last, and inside an archive in an archive, among honest
ones.  Lost: 0, doubled: 0, and each failure is told by its code."""
import glob
import io
import json
import os
import signal
import sys
import threading
import time
import zipfile

import law

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
# What the document says, and what its record must.
KINDS = {
    "segv": ("crash", "segv"),
    "asleep": ("limit", "timeout"),
    "eats_aborts": ("limit", "memory"),
    "silent": ("crash", "no-answer"),
    "garbage": ("policy", "protocol"),
    "killed": ("crash", "killed"),  # from outside, while it sleeps
}
HONEST = 6
# A stage looks only at what it has an engine for; the hostile one reads all.
MEDIA = {"dococr": "image/png", "docpreview": "image/png"}


def zipped(**files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        for name, data in files.items():
            z.writestr(name, data)
    return b.getvalue()


def write(top, name, data):
    with open(os.path.join(top, name), "wb") as f:
        f.write(data)


def inputs(top, who, kind):
    """first, middle, last in the order of names; and two levels down."""
    bad = ("%s %s\n" % (who, kind)).encode()
    os.mkdir(top)
    for i in range(HONEST):
        write(top, "m%d" % i, b"honest %d\n" % i)
    for name in "a-first", "m2-middle", "z-last":
        write(top, name, bad + name.encode())
    inner = zipped(honest=b"in the box\n", nested=bad + b"nested")
    write(top, "n-box.zip", zipped(inner=inner))


def is_bad(doc):
    return (doc.get("member") or [os.path.basename(doc["path"])])[-1] in (
        "a-first", "m2-middle", "z-last", "nested")


class Killer(threading.Thread):
    """SIGKILL for workers that sleep: the children of the engine process."""

    def __init__(self, bench):
        super().__init__(daemon=True)
        self.bench, self.over = bench, False

    def workers(self):
        for pid in self.bench.processes():
            for path in glob.glob("/proc/%d/task/*/children" % pid):
                with open(path) as f:
                    yield from f.read().split()

    def run(self):
        while not self.over:
            try:
                for pid in self.workers():
                    with open("/proc/%s/wchan" % pid) as f:
                        asleep = "nanosleep" in f.read()
                    if asleep:
                        os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass
            time.sleep(0.02)


def engines(bench, stage, bin_):
    """All hostile; but archives are really opened for doclist, whose light
    engine is the one that fails."""
    hostile = os.path.dirname(bin_) + "/hostile"
    if stage != "doclist":
        return hostile
    d = bench.path("engines")
    os.mkdir(d)
    os.symlink(hostile + "/docsniff", d + "/docsniff")
    os.symlink(os.path.dirname(bin_) + "/libexec/docpipe/doclist",
               d + "/doclist")
    return d


def check(stage, docs, r, want):
    bad = []
    ids = [d["id"] for d in r.docs]
    lost = {d["id"] for d in docs} - set(ids)
    if lost:
        bad.append("lost %d" % len(lost))
    if len(ids) != len(set(ids)):
        bad.append("doubled %d" % (len(ids) - len(set(ids))))
    for d in r.docs:
        got = law.result_of(stage, d)
        if d.get("media") == "application/zip" and stage != "docscan":
            continue
        code = (got.get("error", {}).get("class"),
                got.get("error", {}).get("code"))
        if is_bad(d) and (got["status"], code) != ("error", want):
            bad.append("%s: %s" % (d["path"], json.dumps(got)))
        if not is_bad(d) and got["status"] not in ("ok", "partial"):
            bad.append("hurt: %s: %s" % (d["path"], json.dumps(got)))
    law.count(bad, r)
    return bad


def one(stage, kind):
    bench = law.Bench()
    bin_ = os.environ.get("DOC_BIN", TOP + "/build/bin")
    killer = None
    try:
        inputs(bench.path("in"), "sniff" if stage == "doclist" else "text",
               kind)
        listed = bench.run([bin_ + "/doclist", "-j2", bench.path("in")])
        for d in listed.docs:
            if d.get("media") != "application/zip":
                d["media"] = MEDIA.get(stage, d["media"])
        lines = [json.dumps(d) for d in listed.docs + listed.ends]
        argv = [bin_ + "/" + stage, "-j2", "-m", "64M", "-t",
                "2s" if kind == "asleep" else "60s"]
        if kind == "killed":
            killer = Killer(bench)
            killer.start()
        if stage == "doclist":
            argv.append(bench.path("in"))
        r = bench.run(argv, "".join(x + "\n" for x in lines).encode(), {
            "DOCPIPE_LIBEXEC": engines(bench, stage, bin_)}, 120)
        return check(stage, listed.docs, r, KINDS[kind]) + bench.leftovers()
    finally:
        if killer:
            killer.over = True
            killer.join()
        bench.close()


def main():
    failed = 0
    for stage in sys.argv[1:]:
        for kind in KINDS:
            bad = one(stage, kind)
            failed += bool(bad)
            print("# %s %s: %s" % (stage, kind, "; ".join(bad)[:900] or "ok"))
            sys.stdout.flush()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
