#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to fail, in every stage, at every place.

	tests/faults/matrix.py [-e] STAGE ...

Documents that make the hostile engine (tests/hostile/engine.c) fail stand
first, in the middle, last, and inside an archive in an archive, among honest
ones.  Lost: 0, doubled: 0, and each failure is told by its code.  What needs no
clock to be told from others is in one run; -e: each by itself."""
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
# What the document says, its record's class and code, and the run it is in.  A
# clock that matters has a run of its own, in which no other can come before.
TABLE = """
	segv			crash	segv		plain
	aborts			crash	abort		plain
	traps			crash	abort		plain
	overflows		crash	stack		plain
	silent			crash	no-answer	plain
	forbidden		policy	syscall		plain
	garbage			policy	protocol	plain
	lying_length		policy	protocol	plain
	oversized		policy	protocol	plain
	other_job		policy	protocol	plain
	done_in_member		policy	protocol	plain
	eats_aborts		limit	memory		plain
	eats_traps		limit	memory		plain
	eats_uses_null		limit	memory		plain
	eats_blames_the_file	limit	memory		plain
	eats_goes_on		-	memory		plain
	fills			limit	output		plain
	spin			limit	cpu		cpu
	asleep			limit	stall		stall
	beats_forever		limit	timeout		total
	late			limit	timeout		total
	killed			crash	killed		killed
	reads_on		input	changed		cut
"""
KINDS = {name: ((kind, code), run) for name, kind, code, run in
         (row.split() for row in TABLE.strip().split("\n"))}
RUNS = {"plain": [], "cpu": ["--cpu", "1s"], "stall": ["--stall", "2s"],
        "total": ["--timeout", "3s"], "killed": [], "cut": []}
CLOCKS = ["--timeout", "10m", "--stall", "10m", "--cpu", "10m"]
# Whose workers have no heart that beats: the stall clock is not for them.
BEATLESS = "doclist", "docscan"
# Below what any of them could need.
OTHERS = ["-m", "64M", "-M", "1M"]
HONEST = 6
PLACES = "a-first", "m2-middle", "z-last"
LARGE = 1 << 20  # of what is cut while it is read
# A stage looks only at what it has an engine for; the hostile one reads all.
MEDIA = {"doctext": "text/plain", "dococr": "image/png",
         "docpreview": "image/png"}


def zipped(**files):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        for name, data in files.items():
            z.writestr(name, data)
    return b.getvalue()


def write(top, name, data):
    with open(os.path.join(top, name), "wb") as f:
        f.write(data)


def inputs(top, who, kinds):
    """first, middle, last in the order of names; and two levels down."""
    os.mkdir(top)
    for i in range(HONEST):
        write(top, "m%d" % i, b"honest %d\n" % i)
    for kind in kinds:
        bad = ("%s %s\n" % (who, kind)).encode()
        for place in PLACES:
            write(top, place + "." + kind, bad + place.encode())
            if kind == "reads_on":
                os.truncate(os.path.join(top, place + "." + kind), LARGE)
        # A member is nobody's to cut.
        inner = {"honest": b"in the box\n"}
        if kind != "reads_on":
            inner["nested." + kind] = bad + b"nested"
        write(top, "n-%s.zip" % kind, zipped(inner=zipped(**inner)))


def kind_of(doc):
    """What makes it fail; None: it is honest."""
    name = (doc.get("member") or [os.path.basename(doc["path"])])[-1]
    place, _, kind = name.partition(".")
    return kind if place in PLACES + ("nested",) else None


class Cutter(threading.Thread):
    """Cuts the files that a worker has open: it reads them on and on."""

    def __init__(self, bench):
        super().__init__(daemon=True)
        self.bench, self.over = bench, False

    def run(self):
        while not self.over:
            for path in glob.glob(self.bench.path("in") + "/*.reads_on"):
                for pid in self.bench.processes():
                    try:
                        with open("/proc/%d/maps" % pid) as f:
                            if path in f.read():
                                os.truncate(path, 10)
                    except OSError:
                        pass
            time.sleep(0.05)


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


def failed_as(stage, got, want):
    kind, code = want
    if code == "stall" and stage in BEATLESS:
        want = kind, "timeout"
    if kind == "-":  # what it had is taken, and why it is not all is told
        return got["status"] == "partial" and code in got["reasons"]
    e = got.get("error", {})
    return got["status"] == "error" and (e["class"], e["code"]) == want


def check(stage, docs, r):
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
        kind = kind_of(d)
        if kind is not None and not failed_as(stage, got, KINDS[kind][0]):
            bad.append("%s: %s" % (d["path"], json.dumps(got)))
        if kind is None and got["status"] not in ("ok", "partial"):
            bad.append("hurt: %s: %s" % (d["path"], json.dumps(got)))
    law.count(bad, r)
    return bad


def one(stage, run, kinds):
    bench = law.Bench()
    bin_ = os.environ.get("DOC_BIN", TOP + "/build/bin")
    helper = {"killed": Killer, "cut": Cutter}.get(run)
    try:
        inputs(bench.path("in"), "sniff" if stage == "doclist" else "text",
               kinds)
        listed = bench.run([bin_ + "/doclist", "-j2", bench.path("in")])
        for d in listed.docs:
            if d.get("media") != "application/zip":
                d["media"] = MEDIA.get(stage, d["media"])
        lines = [json.dumps(d) for d in listed.docs + listed.ends]
        clock = "total" if run == "stall" and stage in BEATLESS else run
        argv = [bin_ + "/" + stage, "-j2"] + OTHERS + CLOCKS + RUNS[clock]
        if helper:
            helper = helper(bench)
            helper.start()
        if stage == "doclist":
            argv.append(bench.path("in"))
        r = bench.run(argv, "".join(x + "\n" for x in lines).encode(), {
            "DOCPIPE_LIBEXEC": engines(bench, stage, bin_)}, 240)
        if r.status is None:
            return ["it hangs"]
        return check(stage, listed.docs, r) + bench.leftovers()
    finally:
        if helper:
            helper.over = True
            helper.join()
        bench.close()


def main():
    each = sys.argv[1] == "-e"
    failed = 0
    for stage in sys.argv[1 + each:]:
        for run in RUNS:
            kinds = [k for k in KINDS if KINDS[k][1] == run]
            for some in [[k] for k in kinds] if each else [kinds]:
                bad = one(stage, run, some)
                failed += bool(bad)
                print("# %s %s: %s" % (stage, "+".join(some),
                                       "; ".join(bad)[:900] or "ok"))
                sys.stdout.flush()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
