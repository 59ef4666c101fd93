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
	for when in auto plain none tty; do
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

done_testing
