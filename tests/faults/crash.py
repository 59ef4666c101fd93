#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""End or fail docrun at each of its system calls, then go on, and compare.

	tests/faults/crash.py [-q] [KIND ...]

KIND is `kill` (SIGKILL at the N-th call, by strace), `error` (the N-th call
fails, by strace) or `memory` (the N-th allocation fails, by inject.so); N = 1,
2, 3 ... until a run does not reach it.  docrun then says so by its status, or
ends well; a run that goes on without the fault comes to the records of one
that met none.  -q: not every N."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BIN = os.environ.get("DOC_BIN", TOP + "/build/bin")
CALLS = {"write": "ENOSPC", "pwrite64": "EIO", "openat": "EMFILE",
         "fdatasync": "EIO", "syncfs": "EIO", "ftruncate": "EIO",
         "rename": "EIO", "mkdir": "ENOSPC", "flock": "EIO", "pipe2": "EMFILE",
         "epoll_ctl": "ENOMEM", "read": "EIO",
         "unlink": "EIO", "mknodat": "ENOSPC", "clone": "EAGAIN"}
ALLOCATE = ("malloc", "calloc", "realloc")

class Bench:
    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="doccrash.")
        subprocess.run([sys.executable, TOP + "/tests/fixtures/make.py",
                        self.top + "/in", "deep.zip", "mail.eml", "plain.txt"],
                       check=True)
        self.run([])
        self.want = self.records()

    def run(self, before, env=None):
        p = subprocess.run(
            before + [BIN + "/docrun", "-o", "run", "-q", "--progress", "none",
                      "--cache", "none", "--stages", "text", "in"],
            cwd=self.top, env={**os.environ, **(env or {})}, timeout=120,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        return p.returncode, p.stderr

    def records(self):
        """Of the documents; and whether the stages ended theirs."""
        docs, ends = [], 0
        try:
            with open(self.top + "/run/out.ndjson") as f:
                for line in f:
                    if json.loads(line)["type"] == "doc":
                        docs.append(line)
                    else:
                        ends += 1
        except FileNotFoundError:
            pass
        return sorted(docs), ends

    def clear(self):
        shutil.rmtree(self.top + "/run", ignore_errors=True)


def steps(quick):
    n = 1
    while True:
        yield n
        n += 1 if not quick or n < 4 else n // 2 + 1


def one(bench, before, env, hit):
    """-> (was there such a call, what broke)."""
    bench.clear()
    rc, err = bench.run(before, env)
    if not hit(rc):
        return False, None
    if rc in (0, 1) and bench.records() != bench.want:
        return True, "status %d, and other records" % rc
    if rc in (-11, -6, 139, 134):
        return True, "ended by a signal: %r" % err[-300:]
    again, err = bench.run([])
    if again not in (0, 1):
        return True, "did not go on: %d %r" % (again, err[-300:])
    if bench.records() != bench.want:
        return True, "went on to other records"
    return True, None


def traced(bench, kind, call, n):
    mark = bench.top + "/trace"
    action = "signal=KILL" if kind == "kill" else "error=" + CALLS[call]

    def hit(rc):
        with open(mark, errors="replace") as f:
            return "INJECTED" in f.read() or rc in (-9, 137)
    return one(bench, ["strace", "-o", mark, "-e", "trace=" + call, "-e",
                       "inject=%s:%s:when=%d" % (call, action, n)], None, hit)


def preloaded(bench, _, call, n):
    mark = bench.top + "/hit"
    if os.path.exists(mark):
        os.unlink(mark)
    return one(bench, [], {
        "LD_PRELOAD": os.environ["INJECT_SO"], "INJECT_TOOL": "docrun",
        "INJECT_CALL": call, "INJECT_AT": str(n), "INJECT_HIT": mark},
               lambda rc: os.path.exists(mark))


def main():
    args = sys.argv[1:]
    quick = args[:1] == ["-q"]
    bench = Bench()
    runs = faults = broken = 0
    try:
        for kind in args[quick:] or ["kill", "error", "memory"]:
            fault = preloaded if kind == "memory" else traced
            for call in ALLOCATE if kind == "memory" else CALLS:
                for n in steps(quick):
                    there, bad = fault(bench, kind, call, n)
                    runs += 1
                    faults += there
                    if bad:
                        broken += 1
                        print("# %s %s %d: %s" % (kind, call, n, bad))
                        sys.stdout.flush()
                    if not there:
                        break
    finally:
        shutil.rmtree(bench.top, ignore_errors=True)
    print("# %d runs, %d faults, %d broken" % (runs, faults, broken))
    sys.exit(broken > 0 or faults == 0)


if __name__ == "__main__":
    main()
