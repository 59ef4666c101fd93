# SPDX-License-Identifier: GPL-2.0-or-later
"""The law: for any input and any fault, records out are documents in, counts in
end records agree with the lines, the exit status tells, nothing stays behind.

A Bench is a scratch folder with what a command needs; run() runs a command in
it; judge() compares what came out with a run in which nothing went wrong."""
import glob
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

STATUSES = ("ok", "partial", "skipped", "error")
STAGES = {"doclist": "list", "docscan": "scan", "doctext": "text",
          "dococr": "ocr", "docpreview": "preview"}


class Bench:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="doctest.")
        self.tmp = os.path.join(self.dir, "tmp")
        self.spool = os.path.join(self.dir, "spool")
        os.mkdir(self.tmp)
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        self.env.update(TMPDIR=self.tmp, DOCPIPE_SPOOL=self.spool, TZ="UTC",
                        LC_ALL="C.UTF-8")

    def path(self, name):
        return os.path.join(self.dir, name)

    def close(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.dir)

    def processes(self):
        """Our processes that still run: their command line names our scratch
        folder, or they work in it."""
        found = []
        for p in glob.glob("/proc/[0-9]*"):
            try:
                with open(p + "/comm") as f:
                    if not f.read().startswith("doc"):
                        continue
                with open(p + "/cmdline", "rb") as f:
                    ours = os.fsencode(self.dir) in f.read()
                ours = ours or os.readlink(p + "/cwd").startswith(self.dir)
                with open(p + "/status") as f:
                    zombie = "\nState:\tZ" in f.read()
            except OSError:
                continue
            if ours and not zombie:
                found.append(int(p[6:]))
        return found

    def leftovers(self, patience=4.0):
        """What should not be there after a command; [] when all is well.
        Processes get a moment: a dead supervisor's engine ends after it."""
        end = time.monotonic() + patience
        while (alive := self.processes()) and time.monotonic() < end:
            time.sleep(0.02)
        left = ["process %d" % p for p in alive]
        left += ["temp " + n for n in os.listdir(self.tmp)]
        left += ["spool " + n for n in
                 glob.glob(self.spool + "/**/.incoming*", recursive=True)]
        return left

    def clear(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        for d in self.tmp, self.spool:
            shutil.rmtree(d, ignore_errors=True)
        os.mkdir(self.tmp)

    def run(self, argv, stdin=b"", env=None, timeout=120, during=None):
        """-> Result.  `during` is called with the process while it runs."""
        e = dict(self.env, **(env or {}))
        with tempfile.TemporaryFile() as i:
            i.write(stdin)
            i.seek(0)
            p = subprocess.Popen(argv, stdin=i, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=e, cwd=self.dir)
            try:
                if during:
                    during(p)
                out, err = p.communicate(timeout=timeout)
                return Result(argv, p.returncode, out, err)
            except subprocess.TimeoutExpired:
                p.kill()
                out, err = p.communicate()
                return Result(argv, None, out, err)


class Result:
    def __init__(self, argv, status, out, err):
        self.tool = os.path.basename(argv[0])
        self.status, self.out, self.err = status, out, err
        self.torn = bool(out) and not out.endswith(b"\n")
        self.docs, self.ends, self.bad = [], [], []
        for line in out.split(b"\n")[:-1]:
            try:
                r = json.loads(line)
                (self.docs if r["type"] == "doc" else self.ends).append(r)
            except (ValueError, KeyError):
                self.bad.append(line)


def result_of(tool, doc):
    return doc.get(STAGES[tool], {})


def same(tool, doc, want):
    """Is this the record of a run in which nothing went wrong, or one that
    says that the machine failed?"""
    got = result_of(tool, doc)
    if doc == want:
        return True
    if got.get("error", {}).get("class") != "system":
        return False
    # Then the status says so, and nothing is made up.
    return got["status"] in ("error", "partial")


def count(complaints, r):
    """Counts of the own end record against the lines."""
    end = r.ends[-1] if r.ends else {}
    if end.get("stage") != r.tool:
        complaints.append("no end record, and status %d" % r.status)
        return
    by = {s: 0 for s in STATUSES}
    for d in r.docs:
        by[result_of(r.tool, d)["status"]] += 1
    for s in STATUSES:
        if end[s] != by[s]:
            complaints.append("end says %d %s, lines %d" % (end[s], s, by[s]))
    if not end["in"] == end["out"] == len(r.docs):
        complaints.append("in %d, out %d, lines %d" %
                          (end["in"], end["out"], len(r.docs)))
    bad = by["error"] + by["partial"] > 0
    if r.status != int(bad):
        complaints.append("status %d with %d errors" % (r.status, bad))


def judge(r, good):
    """What of the law run r broke; good is the Result without a fault."""
    want = {d["id"]: d for d in good.docs}
    complaints = []
    if r.status is None:
        return ["it hangs"]
    if r.torn:
        complaints.append("a torn last line: %r" % r.out[-80:])
    complaints += ["no record: %r" % b[:80] for b in r.bad]
    ids = [d["id"] for d in r.docs]
    if len(ids) != len(set(ids)):
        complaints.append("a document twice")
    # A folder that cannot be opened is a record, too.
    folders = [d["path"] + "/" for d in r.docs if d["id"] not in want and
               same(r.tool, d, None)]
    for d in r.docs:
        if d["id"] not in want and d["path"] + "/" in folders:
            continue
        if d["id"] not in want:
            complaints.append("a document that is none: %s" % d["path"])
        elif not same(r.tool, d, want[d["id"]]):
            complaints.append("not true: %s %s" % (
                d["path"], json.dumps(result_of(r.tool, d))))
    if r.status in (0, 1):
        # A container the machine could not open keeps its members to itself.
        shut = {d["id"] for d in r.docs if result_of(r.tool, d)["status"] ==
                "error" and r.tool == "doclist"}
        lost = {i for i, d in want.items() if i not in ids and
                not any(d["path"].startswith(f) for f in folders)}
        while grown := {i for i in lost if want[i].get("parent") in shut} - shut:
            shut |= grown
        if lost - shut:
            complaints.append("lost: %s" % [
                (want[i]["path"], want[i].get("member")) for i in lost - shut])
        count(complaints, r)
    elif r.status in (3, 4):
        if not any(line.startswith(r.tool.encode() + b": ")
                   for line in r.err.split(b"\n")):
            complaints.append("status %d without a word" % r.status)
        if r.ends and r.ends[-1].get("stage") == r.tool:
            complaints.append("an end record, and status %d" % r.status)
    else:
        complaints.append("status %d: %r" % (r.status, r.err[-200:]))
    return complaints
