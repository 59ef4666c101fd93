#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kill a docrun and its stages at random, go on, and compare.

	tests/faults/runs.py KILLS [SEED [SOURCE]]

docrun works through SOURCE (or through documents made here, archives in
archives among them); every few hundred milliseconds SIGKILL hits it, one of
its stages, or one of their engines.  A docrun that was hit is resumed.  When
it ends, its records are those of a run nobody disturbed, and each is there
once.  Poison is only what docrun(1) says: a document that was alone at work,
by the journal as each kill of docrun left it, five times.  Nobody can tell such
a one from one that did it."""
import collections
import glob
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BIN = os.environ.get("DOC_BIN", TOP + "/build/bin")
NAMES = ("letter.pdf letter.docx mail.eml deep.zip box.tar.gz plain.txt "
         "utf8.txt diary.html orders.xlsx note.odt damaged.pdf").split()
COPIES = 25
LONE_TRIES = 5  # of lib/run/hub.c


def make(top):
    subprocess.run([sys.executable, TOP + "/tests/fixtures/make.py", top + "/one",
                    *NAMES], check=True)
    os.mkdir(top + "/in")
    for i in range(COPIES):
        shutil.copytree(top + "/one", "%s/in/%02d" % (top, i))
        # Not the same content twice: that would be done once only.
        for name in glob.glob("%s/in/%02d/*.txt" % (top, i)):
            with open(name, "a") as f:
                f.write("copy %d\n" % i)
    return top + "/in"


def command(out, source):
    return [BIN + "/docrun", "-o", out, "-q", "--progress", "none", "--cache",
            "none", "--stages", "scan,text", source]


def records(out, top):
    """The documents, by id, without where they were run."""
    docs = []
    with open(top + "/" + out + "/out.ndjson") as f:
        for line in f:
            d = json.loads(line)
            if d["type"] == "doc":
                docs.append(line.replace("/%s/spool/" % out, "/RUN/spool/"))
    return sorted(docs)


def alone(run):
    """The ids that were alone at work when the journal ended."""
    lone = {}
    with open(run + "/journal", "rb") as f:
        for line in f:
            kind, *words = line.split(b"\t")[0].decode().split()
            if kind == "lone":
                lone[words[1]] = True
            elif kind in ("done", "try"):
                lone.pop(words[1], None)
            elif kind == "open":
                lone = {}
    return set(lone)


def without_convicted(want, got, suspects):
    """-> both without the documents that got calls poison, and how many.  Each
    was alone often enough."""
    guilty = set()
    for line in set(got) - set(want):
        d = json.loads(line)
        if "with nothing but this at work" in d["scan"].get("error", {}).get(
                "msg", ""):
            guilty.add(d["id"])
            assert suspects[d["id"]] >= LONE_TRIES, (d["id"], suspects)

    def rest(lines):
        return [x for x in lines if json.loads(x)["id"] not in guilty]
    ids = [json.loads(x)["id"] for x in got]
    assert len(ids) == len(set(ids)), "doubled"
    return rest(want), rest(got), len(guilty)


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(x) for x in f.read().split()]
    except OSError:
        return []


def victim(rng, pid):
    """docrun now and then, else a stage or the engine of one."""
    stages = children(pid)
    if not stages or rng.random() < 0.15:
        return pid
    stage = rng.choice(stages)
    engines = children(stage)
    return rng.choice(engines) if engines and rng.random() < 0.3 else stage


def wait(p, seconds):
    try:
        return p.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def disturbed(rng, top, source, name, kills):
    """-> kills that hit in one run, from start to end; of those of docrun, how
    often each document was alone."""
    hits, suspects = 0, collections.Counter()
    argv = command(name, source)
    p = subprocess.Popen(argv, cwd=top)
    while True:
        rc = wait(p, rng.uniform(0.05, 0.9))
        if rc == -9:
            if os.path.exists(top + "/" + name + "/journal"):
                suspects.update(alone(top + "/" + name))
            p = subprocess.Popen(argv, cwd=top)
        elif rc is not None and rc not in (0, 1):
            sys.exit("docrun ended with %d after %d kills" % (rc, hits))
        elif rc is not None:
            return hits, suspects
        elif hits < kills:
            try:
                pid = victim(rng, p.pid)
                os.kill(pid, 9)
                hits += 1
            except ProcessLookupError:
                pass


def main():
    kills = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    top = tempfile.mkdtemp(prefix="docruns.")
    hits = runs = broken = convicted = 0
    try:
        source = (os.path.abspath(sys.argv[3]) if len(sys.argv) > 3
                  else make(top))
        subprocess.run(command("want", source), cwd=top, check=False)
        want = records("want", top)
        start = time.monotonic()
        while hits < kills:
            name = "run%d" % runs
            some, suspects = disturbed(rng, top, source, name, kills - hits)
            hits += some
            runs += 1
            whole, got, guilty = without_convicted(
                want, records(name, top), suspects)
            convicted += guilty
            if got != whole:
                broken += 1
                print("# run %d: %d records, wanted %d, %d convicted" %
                      (runs, len(got), len(whole), guilty))
                for line in sorted(set(whole) ^ set(got))[:6]:
                    print("#   " + line[:600].rstrip())
            shutil.rmtree(top + "/" + name)
        print("# %d runs of %d documents, %d kills, %d runs differ, %d called "
              "poison, %d s" % (runs, len(want), hits, broken, convicted,
                                time.monotonic() - start))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    sys.exit(broken > 0 or hits == 0)


if __name__ == "__main__":
    main()
