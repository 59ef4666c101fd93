#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A signature database as large as ClamAV's, that matches nothing.

        sigs.py DIR N

The mix of main and daily, about: 75 % digests of SHA-256, 15 % of MD5, 8 %
byte patterns, 2 % logical ones.  The same bytes each time.
"""
import os
import random
import sys


def main():
    folder, n = sys.argv[1], int(sys.argv[2])
    r = random.Random(1)
    os.makedirs(folder, exist_ok=True)

    def write(name, share, line):
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            for i in range(int(n * share)):
                f.write(line(i))

    write("big.hsb", .75, lambda i: "%064x:%d:Bench.Sha.%d:73\n" % (
        r.getrandbits(256), r.randrange(1000, 5000000), i))
    write("big.hdb", .15, lambda i: "%032x:%d:Bench.Md5.%d\n" % (
        r.getrandbits(128), r.randrange(1000, 5000000), i))
    write("big.ndb", .08, lambda i: "Bench.Body.%d:%d:*:%048x\n" % (
        i, 1 if i % 5 else 0, r.getrandbits(192) | 1 << 191))
    write("big.ldb", .02, lambda i: "Bench.Logic.%d;Engine:51-255,Target:1;"
          "0&1;%040x;%040x\n" % (i, r.getrandbits(160) | 1 << 159,
                                 r.getrandbits(160) | 1 << 159))


if __name__ == "__main__":
    main()
