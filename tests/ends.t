#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docrun in a world that fails around it: descriptors that are closed or full,
# signals that are ignored or come.  What is written is whole, what is left is
# nothing, and the run goes on.  The same of single commands: contract.t; too few
# descriptors and full disks: disk.t; kills: docrun.t.
. "$(dirname "$0")/lib.sh"

fixtures letter.pdf letter.docx mail.eml plain.txt deep.zip utf8.txt

# The documents of run R, one after the other.
sorted() {
	jq -Sc 'select(.type == "doc")' R/out.ndjson | sort
}

# R is as when nothing befell it.
whole() {
	sorted >have
	diff want have
	is "doclist doctext docpreview" \
	    "$(jq -r 'select(.type == "end").stage' R/out.ndjson | xargs)"
	status 0 docrun verify R >verified
}

cmd='docrun -j 2 --stages text,preview --progress none -o R'

# ends STATUS SCRIPT: a new run R; nothing is left of it but what it wrote.
ends() {
	rm -rf R
	status "$1" sh -c "$2" 2>err >out || { cat err; return 1; }
	clean
}

good() {
	ends 0 "exec $cmd f"
	sorted >want
	lines 13 want
}
ok 'with nothing in its way' good

closed() {
	for how in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
		ends 0 "exec $cmd f $how"
		whole
	done
	# Nothing to read is not an end of the list.
	ends 3 "exec $cmd -f - <&-"
	grep -q '^docrun: .*standard input: Bad file' err
	ends 3 "exec $cmd - <&-"
	grep -q '^docrun: .' err
	# Where there is something to say, it must be said.
	ends 3 "exec $cmd --summary f >&-"
	grep -q '^docrun: cannot write the table: ' err
	whole
	for what in --doctor '-o x --dry-run f' '-o x --explain f' --help \
	    --version; do
		ends 3 "exec docrun $what >&-"
		grep -q '^docrun: cannot write .*: Bad file descriptor$' err
	done
}
ok 'closed fds 0, 1, 2' closed

full() {
	for how in '>/dev/full' '2>/dev/full' '--progress plain 2>/dev/full' \
	    '--progress json 2>/dev/full'; do
		ends 0 "exec $cmd f $how"
		whole
	done
	ends 3 "exec $cmd --summary f >/dev/full"
	grep -q '^docrun: cannot write the table: No space' err
	whole
	for what in --doctor '-o x --dry-run f' '-o x --explain f'; do
		ends 3 "exec docrun $what >/dev/full"
		grep -q '^docrun: cannot write .*: No space left on device$' err
	done
}
ok 'a full disk where it is told about' full

# As nohup, cron or a careless parent leaves them.
inherited() {
	cat >ignored.py <<'END'
import os, signal, sys
all = {getattr(signal, "SIG" + x) for x in "CHLD PIPE HUP ALRM USR1 XFSZ".split()}
for s in all:
    signal.signal(s, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, all | {signal.SIGTERM, signal.SIGINT})
os.execvp(sys.argv[1], sys.argv[1:])
END
	ends 0 "exec python3 ignored.py $cmd f"
	whole
	# Who reads the table goes: that takes nothing from the run.
	ends 0 "$cmd --summary f | true"
	grep -q '^docrun: cannot write the table: Broken pipe' err
	whole
	ends 0 "(trap '' PIPE CHLD; find f -type f | $cmd -f -)"
	is 6 "$(recs 'select(.parent == null).path' R/out.ndjson | wc -l)"
}
ok 'signals that are ignored or blocked' inherited

# Stopped while a document is at work, which waits for that: whole records, none
# twice, nothing and nobody left; and it goes on.
stopped() {
	printf '#!/bin/sh\nwhile IFS= read -r line; do
	case $line in *plain.txt*) : >at-work; while test ! -e go; do
		sleep 0.05; done ;; esac
	printf "%%s\\n" "$line"; done\n' >waits
	chmod +x waits
	for sig in TERM INT HUP; do
		rm -rf R at-work go
		# Not in the background: there a shell ignores SIGINT.
		status 0 python3 - "$sig" <<'END'
import os, signal, subprocess, sys, time
sig = getattr(signal, "SIG" + sys.argv[1])
p = subprocess.Popen(["docrun", "-o", "R", "-q", "--progress", "none",
                      "--stages", "text,waits", "--stage",
                      "waits=exec ./waits", "f"])
while not os.path.exists("at-work") and p.poll() is None:
    time.sleep(0.01)
p.send_signal(sig)
rc = p.wait(50)
assert rc == -sig, rc
END
		clean
		test "$(tail -c 1 R/out.ndjson | od -An -c | tr -d ' ')" = '\n' ||
		    test ! -s R/out.ndjson
		jq -e . R/out.ndjson >/dev/null || test ! -s R/out.ndjson
		# Without the end records nobody takes it for all of it.
		is '' "$(jq -r 'select(.type == "end").stage' R/out.ndjson)"
		: >go
		status 0 docrun --resume R -q --progress none
		is 13 "$(recs .id R/out.ndjson | sort -u | wc -l)"
		is 13 "$(recs .id R/out.ndjson | wc -l)"
		status 0 docrun verify R >verified
		clean
	done
}
ok 'SIGTERM, SIGINT and SIGHUP in the middle' stopped

done_testing
