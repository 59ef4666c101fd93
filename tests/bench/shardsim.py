#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a planned run takes, without running it: docpipe-scale(7).

	shardsim.py [--seed N] [--figures FILE]

Documents have a size and a cost; the cost is spread (lognormal, sigma), and the
size is a noisy word about it, so that "largest first" is a guess as it is in
life.  Shards are cut as docrun plan does it, handed out as docrun --hosts does
it: the largest first, the next one to whoever is free; a host that dies takes
its shard with it, and it is given out again when that is noticed.

First table: makespan over the ideal (work over slots), by spread, slots and
shards for each slot.  Second: hosts that die.  Third: 10^9 documents, from
figures measured on one machine (FILE: NAME=VALUE lines; the defaults are those
of the manual page).
"""
import argparse
import heapq
import random


def documents(n, sigma, rng):
    """-> [(bytes, seconds)], one second each on average."""
    out = []
    for _ in range(n):
        cost = rng.lognormvariate(-sigma * sigma / 2, sigma)
        size = cost * rng.lognormvariate(-0.18, 0.6) * 250e3
        out.append((size, cost))
    return out


def cut(docs, most, most_bytes):
    """Contiguous; full at `most` documents or `most_bytes`. -> [(bytes, s, n)]"""
    shards, b, s, n = [], 0.0, 0.0, 0
    for size, cost in docs:
        if n and (n >= most or b + size > most_bytes):
            shards.append((b, s, n))
            b, s, n = 0.0, 0.0, 0
        b, s, n = b + size, s + cost, n + 1
    shards.append((b, s, n))
    return shards


def run(shards, slots, overhead, deaths=(), notice=30.0, first="largest"):
    """-> (makespan, executions).  deaths: [(time, slot)]."""
    order = list(shards)
    if first == "largest":
        order.sort(key=lambda x: -(x[0] + 65536 * x[2]))
    todo = order[::-1]
    dead = dict((slot, t) for t, slot in deaths)
    free = [(0.0, i) for i in range(slots)]
    heapq.heapify(free)
    back = []       # (time, shard): given up, to be done again
    end, runs, left = 0.0, 0, len(order)
    while left:
        t, slot = heapq.heappop(free)
        while back and back[0][0] <= t:
            todo.append(heapq.heappop(back)[1])
        if not todo:
            if not back:
                continue    # others finish what is left
            heapq.heappush(free, (back[0][0], slot))
            continue
        if slot in dead and t >= dead[slot]:
            continue
        shard = todo.pop()
        done = t + shard[1] + overhead
        runs += 1
        if slot in dead and done > dead[slot]:
            heapq.heappush(back, (dead[slot] + notice, shard))
            continue
        left -= 1
        end = max(end, done)
        heapq.heappush(free, (done, slot))
    return end, runs


def spread_table(args):
    n = 20000
    print("makespan over the ideal, %d documents of 1 s, 0.5 s for each shard"
          % n)
    print("%6s %6s" % ("spread", "slots") + "".join(
        "%9s" % ("%d/slot" % k) for k in (1, 4, 16, 64)) + "   in order, 16/slot")
    for sigma in (0.5, 1.0, 2.0):
        for slots in (6, 48, 192):
            rng = random.Random(args.seed)
            docs = documents(n, sigma, rng)
            ideal = sum(c for _, c in docs) / slots
            row = []
            for k in (1, 4, 16, 64):
                most = max(1, -(-n // (k * slots)))
                row.append(run(cut(docs, most, 1e18), slots, 0.5)[0] / ideal)
            most = max(1, -(-n // (16 * slots)))
            plain = run(cut(docs, most, 1e18), slots, 0.5, first="order")[0]
            print("%6.1f %6d" % (sigma, slots) +
                  "".join("%9.2f" % x for x in row) + "%11.2f" % (plain / ideal))


def death_table(args):
    n, slots = 20000, 48
    print("\n48 hosts, spread 1, 16 shards for each: hosts die at random times, "
          "30 s until that is noticed")
    print("%6s %22s %22s" % ("die", "makespan over ideal", "shards done twice"))
    for k in (0, 1, 4, 12, 24):
        over = again = 0.0
        for i in range(5):
            rng = random.Random(args.seed + i)
            docs = documents(n, 1.0, rng)
            ideal = sum(c for _, c in docs) / slots
            shards = cut(docs, -(-n // (16 * slots)), 1e18)
            deaths = [(rng.uniform(0, ideal), s)
                      for s in rng.sample(range(slots), k)]
            t, runs = run(shards, slots, 0.5, deaths)
            over += t / ideal / 5
            again += (runs - len(shards)) / 5
        print("%6d %22.2f %22.1f" % (k, over, again))


# Measured on two cores of a shared cloud machine: docpipe-scale(7) says how.
FIGURES = {
    "cpu_s": 0.16,           # processor time of a document, all stages
    "document_bytes": 250e3,  # its size: not measured, say your own
    "record_bytes": 1260,    # in out.ndjson
    "journal_bytes": 210,    # in the journal of its shard
    "manifest_bytes": 150,   # in the manifest
    "object_bytes": 22e3,    # texts, previews, kept results
    "objects": 6,            # files of them
    "members": 0.2,          # documents out of containers, for each input
    "shard_s": 0.53,         # processor time of a shard besides
    "documents_per_shard": 256,
    "price": 0.02,           # of an hour of a processor, in some currency
}


def scale_table(figures):
    f = figures
    n = 1e9
    shards = n / f["documents_per_shard"]
    cpu = n * f["cpu_s"] + shards * f["shard_s"]
    print("\n10^9 documents")
    rows = [
        ("shards", "%.1f million, %.0f folders of out/" %
         (shards / 1e6, shards / 1000)),
        ("seconds of work in a shard, on 1 processor",
         "%.0f" % (f["cpu_s"] * f["documents_per_shard"])),
        ("processor time", "%.0f processor-years" % (cpu / 3.15576e7)),
        ("of it for shards", "%.1f %%" % (100 * shards * f["shard_s"] / cpu)),
        ("days on 100 / 1,000 / 10,000 processors", "%.0f / %.1f / %.2f" % tuple(
            cpu / p / 86400 for p in (100, 1000, 10000))),
        ("cost at %.2f for a processor-hour" % f["price"],
         "%.0f" % (cpu / 3600 * f["price"])),
        ("documents", "%.0f TB" % (n * f["document_bytes"] / 1e12)),
        ("network, without a shared file system", "%.0f TB out, %.0f TB back" % (
            n * f["document_bytes"] / 1e12,
            n * (f["record_bytes"] + f["object_bytes"]) / 1e12)),
        ("Gbit/s of the hub, for 1,000 processors", "%.1f" % (
            8 * (f["document_bytes"] + f["record_bytes"] + f["object_bytes"]) *
            1000 / (cpu / n) / 1e9)),
        ("manifest", "%.0f GB" % (n * f["manifest_bytes"] / 1e9)),
        ("table of shards", "%.0f MB" % (shards * 96 / 1e6)),
        ("out.ndjson", "%.1f TB" % (
            n * (1 + f["members"]) * f["record_bytes"] / 1e12)),
        ("journal, of one shard at a time", "%.0f KB" % (
            f["documents_per_shard"] * (1 + f["members"]) *
            f["journal_bytes"] / 1e3)),
        ("spool", "%.0f TB in %.1f billion files" % (
            n * f["object_bytes"] / 1e12, n * f["objects"] / 1e9)),
        ("folders of contents in each of the spool's 256", "%.1f million" % (
            n * (1 + f["members"]) / 256 / 1e6)),
        ("commits a second, for 1,000 processors", "%.0f" % (
            1000 / (cpu / shards))),
    ]
    for name, value in rows:
        print("  %-50s %s" % (name, value))


def main():
    a = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--figures")
    args = a.parse_args()
    figures = dict(FIGURES)
    if args.figures:
        with open(args.figures) as f:
            for line in f:
                name, _, value = line.strip().partition("=")
                if name in figures:
                    figures[name] = float(value)
    spread_table(args)
    death_table(args)
    scale_table(figures)


main()
