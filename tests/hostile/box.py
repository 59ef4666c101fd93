#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The inside of a box that was taken over: speaks docbox's frames, and lies.

	box.py TRICK SPOOL

Waits for the first record, then does what the trick says; `honest` answers as a
stage would, so that the others are known to fail for what they do.
"""
import fcntl
import json
import os
import struct
import sys
import time

trick, spool = sys.argv[1:3]
source, sink = sys.stdin.buffer, sys.stdout.buffer


def send(kind, data=b""):
    sink.write(struct.pack("<B3xI", ord(kind), len(data)) + data)
    sink.flush()


def frames():
    while True:
        head = source.read(8)
        if len(head) < 8:
            return
        kind, size = struct.unpack("<B3xI", head)
        yield chr(kind), source.read(size)


def end(n):
    send("L", json.dumps({"v": 1, "type": "end", "stage": "doctext", "in": n,
                          "out": n}).encode())
    send("X", struct.pack("<I", 0))
    sys.exit(0)


def answer(rec, **member):
    rec["text"] = dict({"status": "ok"}, **member)
    send("R", json.dumps(rec).encode())


def file(name, data=b"text"):
    send("F", name)
    send("D", data)
    send("C")


if trick == "roomy":
    # All that waits for it fits in at once; only root may have so much.
    try:
        fcntl.fcntl(0, 1031, 8 << 20)  # F_SETPIPE_SZ
    except OSError:
        pass
    trick = "honest"
if trick == "silent":
    time.sleep(600)
if trick == "noise":
    sink.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 99)
    sink.flush()
    time.sleep(600)
send("S")
send("S", b"\x1b]0;owned\x07\x1b[2J")
n = 0
for kind, data in frames():
    if kind == "E":
        end(n)
    if kind == "L":
        send("L", data)
    if kind != "R":
        continue
    line = data.split(b"\0", 2)[2]
    rec = json.loads(line)
    place = "%s/%s/%s/%s" % (spool, rec["tenant"], rec["sha256"][:2],
                             rec["sha256"])
    n += 1
    if trick == "honest":
        file(b"text-0.txt")
        answer(rec, file=place + "/text-0.txt", bytes=4)
    elif trick == "other-members":
        rec["scan"] = {"status": "ok", "verdict": "clean"}
        rec["path"] = "/etc/passwd"
        rec["sha256"] = "0" * 64
        answer(rec, words=3)
    elif trick == "twice":
        answer(rec)
        answer(rec)
    elif trick == "another-number":
        rec["box"] += 7
        answer(rec)
    elif trick == "no-json":
        send("R", b'{"v":1,"type":"doc","path":"a","box":%d,' % rec["box"])
    elif trick == "no-result":
        send("R", line)
    elif trick == "path-outside":
        answer(rec, file="/etc/passwd")
    elif trick == "path-of-another":
        answer(rec, file=spool + "/other/aa/" + "a" * 64 + "/text-0.txt")
    elif trick == "path-escaped":
        file(b"text-0.txt")
        send("R", json.dumps(dict(rec, text={"status": "ok", "file": 0}))
             .replace('"file": 0', '"fi\\u006ce":"\\/etc\\/passwd"').encode())
    elif trick == "path-up":
        answer(rec, file=place + "/../../../../secret")
    elif trick == "path-missing":
        answer(rec, file=place + "/text-1.txt")
    elif trick == "path-hidden":
        answer(rec, pictures=[{"file": "/etc/passwd"}])
    elif trick == "path-merged":
        answer(rec, merged="/etc/passwd")
    elif trick == "name-up":
        file(b"text-/../../x")
    elif trick == "name-data":
        file(b"data")
    elif trick == "name-other-stage":
        file(b"scan-0123.json")
    elif trick == "name-long":
        file(b"text-" + b"a" * 300)
    elif trick == "name-nul":
        file(b"text-\0.txt")
    elif trick == "many-files":
        for i in range(1000):
            file(b"text-%d.txt" % i)
    elif trick == "much":
        send("F", b"text-0.txt")
        for i in range(64):
            send("D", b"x" * 100000)
    elif trick == "end-inside-file":
        send("F", b"text-0.txt")
        answer(rec)
    elif trick == "orders":
        send("A", b"/bin/sh\0")
    elif trick == "foreign-end":
        send("L", b'{"v":1,"type":"end","stage":"docscan","in":1,"out":1}')
    elif trick == "huge-frame":
        sink.write(struct.pack("<B3xI", ord("R"), 0xfffffff0))
        sink.flush()
    elif trick == "torn":
        sink.write(struct.pack("<B3xI", ord("R"), 100) + b"{")
        sink.flush()
        os._exit(0)
    elif trick == "early-end":
        end(0)
    elif trick == "die":
        os._exit(1)
