#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make every call of a supervisor fail, one after the other.

	tests/faults/inject.py [-q] TOOL [CALL ...]

The N-th call of each function fails (tests/faults/inject.c), N = 1, 2, 3 ...
until a run does not reach it; and the N-th with all after it.  After each run
the law holds (tests/faults/law.py).  -q: not every N, for `make check`.
Prints what broke, and a line of figures; DOC_BIN and INJECT_SO say what is
tested with what."""
import os
import subprocess
import sys

import law

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
CALLS = ("malloc calloc realloc write read open openat fsync fdatasync renameat "
         "rename fork pipe2 socketpair sendmsg recvmsg fstat mkdir mkdirat "
         "flock ftruncate mmap dup2 memfd_create signalfd epoll_create1 "
         "epoll_ctl epoll_wait waitpid unlinkat fcntl").split()
# What fails while things are cleared away is left behind for the next run,
# which must clear it: unlinkat, and openat and fcntl below opendir(3).
CLEARS = {"unlinkat", "openat", "open", "malloc", "calloc", "fcntl", "fstat"}
# EINTR for ever is no fault of this world.
ONCE = {"epoll_wait", "waitpid"}
QUICK = 3  # so many of the first, and then fewer and fewer


def inputs(bench):
    """A letter, a text, and archives in archives."""
    d = bench.path("in")
    subprocess.run([sys.executable, TOP + "/tests/fixtures/make.py", d,
                    "deep.zip", "letter.pdf", "plain.txt", "mail.eml"], check=True)
    return d


def steps(quick):
    n = 1
    while True:
        yield n
        n += 1 if not quick or n < QUICK else n


class Injector:
    def __init__(self, tool, quick):
        self.tool, self.quick = tool, quick
        self.bench = law.Bench()
        self.bin = os.environ.get("DOC_BIN", TOP + "/build/bin")
        self.hit = self.bench.path("hit")
        self.runs = self.hits = self.broken = 0
        docs = inputs(self.bench)
        lister = [self.bin + "/doclist", "-j2", docs]
        # Whatever a stage reads must be there in each run.
        self.kept = self.bench.path("kept")
        listed = self.bench.run(lister, env={"DOCPIPE_SPOOL": self.kept})
        if tool == "doclist":
            self.argv, self.stdin = lister, b""
        else:
            self.argv = [self.bin + "/" + tool, "-j2", "--root", self.bench.dir]
            self.stdin = listed.out
        self.good = self.bench.run(self.argv, self.stdin)
        if self.good.status not in (0, 1) or law.judge(self.good, self.good):
            sys.exit("%s fails without a fault: %r %r" % (
                tool, self.good.status, self.good.err))

    def once(self, call, n, sticky):
        """-> False when there is no n-th call."""
        env = {"LD_PRELOAD": os.environ["INJECT_SO"], "INJECT_TOOL": self.tool,
               "INJECT_CALL": call, "INJECT_AT": str(n),
               "INJECT_HIT": self.hit}
        if sticky:
            env["INJECT_STICKY"] = "1"
        self.bench.clear()
        if os.path.exists(self.hit):
            os.unlink(self.hit)
        r = self.bench.run(self.argv, self.stdin, env)
        hit = os.path.exists(self.hit)
        bad = law.judge(r, self.good)
        left = self.bench.leftovers()
        if left and hit and call in CLEARS:
            again = self.bench.run(self.argv, self.stdin)
            bad += law.judge(again, self.good)
            left = self.bench.leftovers()
        self.runs += 1
        self.hits += hit
        if bad or left:
            self.broken += 1
            print("# %s, %s %d%s: status %s: %s" % (
                self.tool, call, n, " and on" if sticky else "", r.status,
                "; ".join(bad + left)[:600]))
            sys.stdout.flush()
        return hit

    def all(self, calls):
        for call in calls:
            for sticky in (False, True)[:1 + (call not in ONCE)]:
                for n in steps(self.quick):
                    if not self.once(call, n, sticky):
                        break


def main():
    args = sys.argv[1:]
    quick = args[0] == "-q"
    tool, *calls = args[quick:]
    inj = Injector(tool, quick)
    try:
        inj.all(calls or CALLS)
    finally:
        inj.bench.close()
    print("# %s: %d runs, %d faults, the law broken %d times" % (
        tool, inj.runs, inj.hits, inj.broken))
    sys.exit(inj.broken > 0 or inj.hits == 0)


if __name__ == "__main__":
    main()
