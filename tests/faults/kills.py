#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGKILL for workers and engine processes, at random.

	tests/faults/kills.py KILLS [SEED]

doclist and doctext work on the same documents again and again while their
children are killed, until so many have been.  Each time the law holds
(tests/faults/law.py); a document whose worker was killed says so, and one
whose engine process died is done again, once, and by another."""
import glob
import os
import random
import signal
import subprocess
import sys
import threading
import time

import law

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
COPIES = 12


class Killer(threading.Thread):
    def __init__(self, bench, rnd):
        super().__init__(daemon=True)
        self.bench, self.rnd = bench, rnd
        self.over, self.kills = False, 0

    def children(self, pid):
        for path in glob.glob("/proc/%d/task/*/children" % pid):
            with open(path) as f:
                yield from map(int, f.read().split())

    def strike(self, supervisor):
        """Engine processes are the children; workers theirs.  Not those that
        load: three generations that do not come up are no engine."""
        engines = list(self.children(supervisor))
        workers = [w for e in engines for w in self.children(e)]
        if not workers:
            return
        victim = self.rnd.choice(workers)
        if self.rnd.random() < 0.2:
            victim = self.rnd.choice(
                [e for e in engines if list(self.children(e))])
        os.kill(victim, signal.SIGKILL)
        self.kills += 1

    def run(self):
        while not self.over:
            time.sleep(self.rnd.uniform(0.005, 0.1))
            try:
                if self.supervisor:
                    self.strike(self.supervisor)
            except (OSError, IndexError):
                pass

    supervisor = 0


def tells(doc, tool, want):
    """What a killed worker, or two dead engines, may have made of it."""
    got = law.result_of(tool, doc)
    code = got.get("error", {}).get("code")
    return doc == want or law.same(tool, doc, want) or (
        got["status"] in ("error", "partial") and code == "killed")


def judge(r, good, tool):
    # Which of several that are the same comes first depends on who was killed.
    for d in good.docs + r.docs:
        d.pop("duplicate_of", None)
    want = {d["id"]: d for d in good.docs}
    bad = []
    # Three engines in a row did not come up, or what tried the cage was
    # killed, and so the cage is not trusted: it says so.
    if r.status in (3, 4):
        return law.judge(r, good)
    ids = [d["id"] for d in r.docs]
    if len(ids) != len(set(ids)):
        bad.append("doubled")
    shut = {d["id"] for d in r.docs if
            law.result_of(tool, d)["status"] in ("error", "partial")}
    for i in set(want) - set(ids):
        up = want[i].get("parent")
        while up and up not in shut:
            up = want.get(up, {}).get("parent")
        if not up:
            bad.append("lost %s %s" % (want[i]["path"], want[i].get("member")))
    for d in r.docs:
        if d["id"] not in want or not tells(d, tool, want[d["id"]]):
            was = want.get(d["id"], {})
            bad.append("not true: %s %s" % (d["path"], {
                k: (was.get(k), d.get(k)) for k in {*d, *was}
                if was.get(k) != d.get(k)}))
    law.count(bad, r)
    return bad


def rounds(bench, bin_, wanted, rnd):
    fixtures = [sys.executable, TOP + "/tests/fixtures/make.py"]
    names = ["deep.zip", "letter.pdf", "mail.eml", "box.tar.gz", "orders.xlsx"]
    for i in range(COPIES):
        subprocess.run(fixtures + [bench.path("in/%d" % i)] + names, check=True)
    lister = [bin_ + "/doclist", "-j3", bench.path("in")]
    kept = {"DOCPIPE_SPOOL": bench.path("kept")}
    listed = bench.run(lister, env=kept)
    texter = [bin_ + "/doctext", "-j3", "--root", bench.dir]
    jobs = [("doclist", lister, b""), ("doctext", texter, listed.out)]
    good = [bench.run(argv, stdin) for _, argv, stdin in jobs]
    killer = Killer(bench, rnd)
    killer.start()
    runs = broken = 0
    while killer.kills < wanted:
        which = runs % 2
        tool, argv, stdin = jobs[which]
        bench.clear()

        def during(p):
            killer.supervisor = p.pid

        r = bench.run(argv, stdin, timeout=120, during=during)
        killer.supervisor = 0
        bad = judge(r, good[which], tool) + bench.leftovers()
        runs += 1
        if bad:
            broken += 1
            print("# %s, status %s, %r: %s" % (tool, r.status, r.err[-300:],
                                             "; ".join(map(str, bad))[:800]))
            sys.stdout.flush()
    killer.over = True
    killer.join()
    print("# %d runs of %d documents, %d kills, the law broken %d times" % (
        runs, len(good[0].docs), killer.kills, broken))
    return broken


def main():
    wanted = int(sys.argv[1])
    rnd = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    bin_ = os.environ.get("DOC_BIN", TOP + "/build/bin")
    bench = law.Bench()
    try:
        broken = rounds(bench, os.path.abspath(bin_), wanted, rnd)
    finally:
        bench.close()
    sys.exit(broken > 0)


if __name__ == "__main__":
    main()
