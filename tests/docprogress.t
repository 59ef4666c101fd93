#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docprogress: passes everything through as it is, and says how far it is.
. "$(dirname "$0")/lib.sh"

cat >make.py <<'E'
import sys
n = int(sys.argv[1])
for i in range(n):
    s = ("ok", "partial", "skipped", "error")[i % 4]
    print('{"v":1,"type":"doc","id":"%032x","path":"p%d","size":1000,'
          '"list":{"status":"ok"}, "text":{"status":"%s"}}' % (i, i, s))
print('{"v":1,"type":"end","stage":"doclist","in":%d,"out":%d}' % (n, n))
E
python3 make.py 2000 >in

passes() {
	for when in auto plain none tty json; do
		status 0 docprogress -P $when <in >out 2>err
		cmp in out
	done
}
ok 'what comes out is what came in, byte for byte' passes

none() {
	status 0 docprogress -P none <in >out 2>err
	is "" "$(cat err)"
}
ok '--progress=none is quiet' none

plain() {
	status 0 docprogress -P plain -n 2000 <in >out 2>err
	test -s err
	if grep -q "$(printf '[\033\r]')" err; then return 1; fi
	tail -n 1 err | grep -q '^docprogress: .*2000'
	# stderr is no terminal here: auto is plain.
	status 0 docprogress <in >out 2>err
	if grep -q "$(printf '[\033\r]')" err; then return 1; fi
}
ok 'plain lines where stderr is no terminal' plain

# On a terminal, in the foreground: a bar; and NO_COLOR is honoured.
terminal() {
	cat >on_tty.py <<'E'
import os, pty, select, subprocess, sys
master, slave = pty.openpty()
env = dict(os.environ, TERM="xterm", **dict(
    a.split("=", 1) for a in sys.argv[2:]))
def lead():
    os.setsid()
    import fcntl, termios
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)
    # We are its session's leader, and so in the foreground.
p = subprocess.Popen(["docprogress", "-n", "2000"], stdin=open(sys.argv[1]),
                     stdout=subprocess.DEVNULL, stderr=slave, env=env,
                     preexec_fn=lead)
os.close(slave)
out = b""
while True:
    try:
        more = os.read(master, 65536)
    except OSError:
        break
    if not more:
        break
    out += more
sys.stdout.buffer.write(out)
sys.exit(p.wait())
E
	status 0 python3 on_tty.py in >screen
	test -s screen
	grep -q "$(printf '\r')" screen
	status 0 python3 on_tty.py in NO_COLOR=1 >screen
	if grep -q "$(printf '\033')\[[0-9;]*m" screen; then return 1; fi
}
ok 'a bar on a terminal' terminal

redraws() {
	# 300 records in 3 seconds: at most 5 redraws a second.
	python3 make.py 300 >some
	mkfifo slow
	(while IFS= read -r line; do echo "$line"; sleep 0.01; done <some) >slow &
	status 0 python3 on_tty.py slow >screen
	wait
	test "$(tr '\r' '\n' <screen | wc -l)" -le 40
	test "$(tr '\r' '\n' <screen | wc -l)" -ge 3
}
ok 'few redraws' redraws

flushes() {
	# A record is passed on when it comes, not when a block is full.
	mkfifo a b
	docprogress -P none <a >b &
	exec 5>a 6<b
	head -n 1 in >&5
	read -r line <&6
	is "$(head -n 1 in)" "$line"
	exec 5>&- 6<&-
	wait
}
ok 'one record at a time gets through' flushes

fast() {
	python3 make.py 200000 >big
	status 0 docprogress -P none <big >out
	cmp big out
}
ok '200,000 records' fast

slow_reader() {
	# A reader that takes its time does not make it grow.
	mkfifo p
	docprogress -P none <big >p &
	pid=$!
	exec 6<p
	sleep 1
	rss=$(awk '/^VmRSS/ { print $2 }' /proc/$pid/status)
	cat <&6 >out
	exec 6<&-
	wait $pid
	cmp big out
	# The sanitizer's shadow takes its own.
	test "${DOC_SANITIZED:-}" || test "$rss" -lt 20000
}
ok 'a slow reader does not make it grow' slow_reader

# --- reports -----------------------------------------------------------------

json() {
	status 0 docprogress -P json -n 4000 <in >out 2>err
	lines 1 err
	jq -e '.v == 1 and .type == "progress" and .documents == 2000 and
	    .errors == 500 and .partial == 500 and .bytes == 2000000 and
	    .total == 4000 and .percent == 50' err
}
ok '--progress=json is a report' json

files() {
	status 0 docprogress -P none -s status.json -m run.prom <in >out
	jq -e '.state == "done" and .status == 0 and .documents == 2000' \
	    status.json
	is 500 "$(sed -n 's/^docpipe_documents_total{.*"error"} //p' run.prom)"
	# Each sample has its type before it, and no time behind it.
	awk '/^# TYPE/ { type[$3] = 1; next } /^#/ { next }
	    /^$/ { next }
	    { name = $1; sub(/{.*/, "", name)
	      if (!(name in type) || NF != 2) { print; bad = 1 } }
	    END { exit bad }' run.prom
	is "run.prom status.json" "$(echo run.prom* status.json*)"
}
ok 'a status file and metrics, nothing left beside them' files

full() {
	# A status file that cannot be written is said once, and no more.
	status 0 docprogress -P none -s nowhere/x <in >out 2>err
	cmp in out
	lines 1 err
}
ok 'a file that cannot be written does not end the batch' full

asked() {
	mkfifo ask
	docprogress -P none <ask >out 2>err &
	pid=$!
	exec 5>ask
	head -n 10 in >&5
	until test "$(wc -l <out)" = 10; do sleep 0.05; done
	kill -USR1 "$pid"
	until test -s err; do sleep 0.05; done
	grep -qx 'docprogress: 10 documents, .*' err
	exec 5>&-
	wait "$pid"
}
ok 'SIGUSR1 asks for a line' asked

# --- the stages' counters ----------------------------------------------------

fixtures letter.pdf plain.txt letters.zip
DOCPIPE_PROGRESS=$scratch/counters; export DOCPIPE_PROGRESS

counters() {
	doclist f >listed
	# Of this pipeline alone, not of the one before.
	sleep 1.1
	doclist f | doctext | docprogress -q -s status.json >out
	n=$(recs .id out | wc -l)
	jq -e --argjson n "$n" '.stages | length == 2 and
	    .[0].stage == "doclist" and .[1].stage == "doctext" and
	    all(.state == "ended" and .processes == 1 and .in == $n and
		.out == $n and .ok + .skipped == $n and
		.out_bytes == .in_bytes)' status.json
	jq -e '.total_state == "known" and .percent == 100 and
	    .stages[0].members > 0 and .work == []' status.json
}
ok 'what the stages counted is what came out' counters

# While it runs; what it works on is tested in tests/unit/gauge_test.c.
held() {
	rm -rf "$DOCPIPE_PROGRESS" a b
	mkfifo a b
	doctext -q <a >out &
	exec 5>a
	echo '{"v":1,"type":"doc","id":"0","path":"x/y.txt","size":7,' \
	    '"sha256":"'"$(printf %064d 0)"'","media":"text/plain",' \
	    '"member":["in.zip","\u001b[2J.txt"],"parent":"0"}' >&5
	# It is an error, and so soon over; its counts stay.
	docprogress -P none -s status.json <b &
	pid=$!
	exec 6>b
	until jq -e '.stages[0].out == 1 and .stages[0].error == 1 and
	    .stages[0].in_bytes == 7' status.json; do
		sleep 0.1
	done 2>/dev/null
	exec 5>&-
	exec 6>&-
	wait $pid
	wait
}
ok 'a running stage is seen' held

no_folder() {
	: >plain
	DOCPIPE_PROGRESS=$scratch/plain/x status 0 doclist f >out 2>err
	is 1 "$(grep -c 'no progress is shown' err)"
	any '.type == "end"' out
}
ok 'where no counters can be kept, the work goes on' no_folder
unset DOCPIPE_PROGRESS

# --- a run -------------------------------------------------------------------

viewer() {
	status 1 docrun -q -o RUN f
	status 0 docprogress --run=RUN >table 2>err
	is "" "$(cat err)"
	grep -q '^done, ' table
	is "doclist docscan doctext dococr docpreview" \
	    "$(awk '$2 == "ended" { print $1 }' table | xargs)"
	status 0 docprogress --run=RUN -P json >one
	jq -e '.state == "done" and .status == 1 and .run == "RUN"' one
	jq -e '.state == "done"' RUN/status.json
	status 1 docprogress -q --run=RUN --wait >out
	status 3 docprogress --run=nowhere >out 2>err
	status 2 docprogress --wait <in >out 2>err
	status 2 docprogress --run=RUN -n 3 >out 2>err
}
ok 'docprogress --run looks at a run, any time' viewer

# docrun is killed while others look: they all say so.
lost() {
	for i in 1 2 3 4 5 6 7 8; do cp f/letter.pdf "f/copy$i.pdf"; done
	docrun -q -o LOST f &
	pid=$!
	until test -s LOST/.progress/docrun.*; do sleep 0.05; done
	docprogress -q --run=LOST --wait >out1 & one=$!
	docprogress -P json --run=LOST --wait >out2 2>err & two=$!
	sleep 0.3
	kill -9 $pid
	for p in $one $two; do
		got=0
		wait "$p" || got=$?
		is 3 "$got"
	done
	tail -n 1 err | grep -q killed
	tail -n 2 err | head -n 1 | jq -e '.state == "lost"'
	status 0 docprogress --run=LOST >table
	grep -q ^lost table
	# What a killed stage cannot clear up.
	rm -rf "${TMPDIR:?}"/*
	clean
}
ok 'a killed run is told from one that ended' lost

# --- clients -----------------------------------------------------------------

cat >client.py <<'END'
"""client.py MODE WHERE: a client of docprogress --listen."""
import json, socket, sys

def connect(where):
    if where.startswith("unix:"):
        s = socket.socket(socket.AF_UNIX)
        s.connect(where[5:])
        return s, "x"
    host, port = where[7:].rstrip("/").rsplit(":", 1)
    s = socket.create_connection((host.strip("[]"), int(port)), timeout=20)
    return s, "%s:%s" % (host, port)

def ask(where, path, *headers, method="GET", host=None):
    s, name = connect(where)
    s.settimeout(20)
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + (host or name)]
    s.sendall("\r\n".join(lines + list(headers) + ["", ""]).encode())
    return s

def get(*args, **kw):
    s = ask(*args, **kw)
    data = b""
    while True:
        more = s.recv(65536)
        if not more:
            break
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    for line in head.decode().split("\r\n"):
        if line.lower().startswith("content-length:") and method(kw) == "GET":
            assert int(line.split(":")[1]) == len(body), "length"
    return status, head.decode().lower(), body.decode()

def method(kw):
    return kw.get("method", "GET")

def events(s, n):
    data, got = b"", []
    while len(got) < n:
        more = s.recv(65536)
        if not more:
            break
        data += more
        *whole, data = data.split(b"\n\n")
        got += [json.loads(e.split(b"data: ")[1])
                for e in whole if b"data: " in e]
    return got

def over(where):
    got = json.loads(get(where, "/status")[2])
    assert got["state"] == "done" and got["documents"] == 1, got

def answers(where):
    status, head, body = get(where, "/")
    assert status == 200 and "text/html" in head, head
    assert "default-src 'none'" in head and "no-store" in head, head
    assert "<script src=" in body and "http" not in body.split("SPDX")[0]
    for path, kind in ("/page.js", "javascript"), ("/page.css", "css"), \
            ("/metrics", "version=0.0.4"):
        status, head, body = get(where, path)
        assert status == 200 and kind in head and body, path
    status, head, body = get(where, "/status")
    assert json.loads(body)["state"] == "running", body
    status, head, body = get(where, "/status", method="HEAD")
    assert status == 200 and not body and "content-length" in head
    got = events(ask(where, "/events"), 3)
    assert len(got) == 3, got
    assert get(where, "/x")[0] == 404
    assert get(where, "/", method="POST")[0] == 405
    assert get(where, "/status", "Origin: http://evil.example")[0] == 403
    s, _ = connect(where)
    s.sendall(b"y" * 5000)
    assert b"400" in s.recv(100)
    if not where.startswith("unix:"):
        assert get(where, "/", host="evil.example")[0] == 403
        assert get(where, "/", host="localhost:1")[0] == 200

def crowd(where):
    # Half of them never read; the others must get their events, and the
    # records must go through meanwhile.
    clients = [ask(where, "/events") for _ in range(200)]
    dead = clients[::2]
    for s in dead:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for s in clients[1::2]:
        got = events(s, 4)
        assert len(got) == 4, len(got)
    for s in clients[:50]:
        s.close()

def last(where):
    s = ask(where, "/events")
    print("ready", flush=True)
    got = events(s, 1000)
    assert got[-1]["state"] == "done", got[-1]["state"]

globals()[sys.argv[1]](sys.argv[2])
END

# serve OPTION...: a docprogress that listens; fd 5 is its input.
serve() {
	rm -f fifo err
	mkfifo fifo
	docprogress -P none "$@" <fifo >out 2>err &
	server=$!
	exec 5>fifo
	rm fifo
	until where=$(sed -n 's/.*listening at //p' err) && test "$where"; do
		sleep 0.05
	done
}

serves() {
	serve --listen=127.0.0.1:0
	head -n 100 in >&5
	status 0 python3 client.py answers "$where"
	# A copy of fd 5 would keep the input from ending.
	(exec 5>&-; status 0 python3 client.py last "$where") >ready & client=$!
	until test -s ready; do sleep 0.05; done
	sed 1,100d in >&5
	exec 5>&-
	wait $client
	wait $server
	cmp in out
}
ok 'page, events, JSON and metrics over TCP, to the last event' serves

socket() {
	serve --listen="unix:$scratch/s"
	is srwx------ "$(stat -c %A s)"
	status 0 python3 client.py answers "unix:s"
	# Another one must not take its place.
	status 3 docprogress --listen="unix:$scratch/s" <in >out2 2>err2
	kill -9 $server
	wait $server || :
	exec 5>&-
	# One that was killed leaves the socket behind; it is taken over.
	status 0 docprogress -q --listen="unix:$scratch/s" <in >out
	cmp in out
	test ! -e s
	: >s
	status 3 docprogress --listen="unix:$scratch/s" <in >out 2>err2
	test -f s
	rm s
}
ok 'the same over a Unix socket, for this user alone' socket

# Of a run that is over: to be looked at until somebody says it is enough.
finished() {
	mkdir -p over
	echo letter >over/a.txt
	status 0 docrun -q -o over.run --stages=text over
	docprogress -P none --run=over.run --listen=127.0.0.1:0 >said 2>err &
	server=$!
	until where=$(sed -n 's/.*listening at //p' err) && test "$where"; do
		sleep 0.05
	done
	for _ in 1 2 3; do
		status 0 python3 client.py over "$where"
		sleep 0.2
	done
	kill $server
	got=0
	wait $server || got=$?
	is 143 $got
	# With --wait it ends at once, as the run did.
	status 0 docprogress -P none --wait --run=over.run \
	    --listen=127.0.0.1:0 >said 2>err
	grep -q 'listening at' err
}
ok '--run --listen: a finished run is served until told to end' finished

addresses() {
	for bad in 0.0.0.0:0 '[::]:0' 192.0.2.1:80; do
		status 2 docprogress --listen="$bad" <in >out 2>err
		grep -q -e --allow-net err
	done
	for bad in 80 localhost:80 127.0.0.1 127.0.0.1:x 127.0.0.1:70000 \
	    '[::1]' unix: 1.2.3:4; do
		status 2 docprogress --listen="$bad" <in >out 2>err
	done
}
ok 'other machines only when told so; nothing is looked up' addresses

crowd() {
	serve --listen=127.0.0.1:0
	cat big >&5
	status 0 python3 client.py crowd "$where"
	rss=$(awk '/^VmRSS/ { print $2 }' /proc/$server/status)
	exec 5>&-
	wait $server
	cmp big out
	test "${DOC_SANITIZED:-}" || test "$rss" -lt 30000
}
ok '200 clients, half of which never read' crowd

done_testing
