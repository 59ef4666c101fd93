#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docrun --watch: folders that files are dropped into.
. "$(dirname "$0")/lib.sh"
make_fixtures f letter.pdf deep.zip

# start DIR OPTION... FOLDER: in the background; $pid.
start() {
	dir=$1; shift
	docrun -o "$dir" --progress none --stages text --watch "$@" 2>"$dir.err" &
	pid=$!
}

# paths DIR: of the records that are there, sorted.
paths() {
	jq -r 'select(.type == "doc" and (.member | not)).path' \
	    "$1/out.ndjson" 2>/dev/null | LC_ALL=C sort
}

# wait_for COMMAND...: a loaded machine takes its time.
wait_for() {
	tries=0
	wanted=$1; shift
	while ! $wanted "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		test "$tries" -lt 300 || { $wanted "$@"; return 1; }
		sleep 0.1
	done
}

are() { # DIR PATH...
	dir=$1; shift
	is "$*" "$(paths "$dir" | xargs)"
}

# stop STATUS: as a service manager does.
stop() {
	kill -TERM "$pid"
	got=0
	wait "$pid" || got=$?
	is "$1" "$got"
}

handed() {
	mkdir in out
	cp f/letter.pdf in/there.pdf
	touch -d '1 hour ago' in/there.pdf
	# Whoever settles for an hour does not get into the records here.
	start R --settle 1h in
	wait_for are R
	# Renamed into place: whole at once.
	cp f/letter.pdf out/a.pdf; mv out/a.pdf in/
	wait_for are R in/a.pdf
	# Linked, as some mail programs do.
	cp f/letter.pdf out/b.pdf
	# Half of it, and another one that never comes to be.
	echo half >in/c.txt
	echo gone >in/d.txt; rm in/d.txt
	echo hidden >out/e; mv out/e in/.e
	# A folder, with one of each.
	mkdir -p out/new/deep
	cp f/deep.zip out/new/deep/
	mv out/new in/
	cp f/letter.pdf out/z.pdf; mv out/z.pdf in/
	wait_for are R in/a.pdf in/z.pdf
	stop 0
	is 2 "$(grep -c '"type":"end"' R/out.ndjson)"
	clean
}
ok 'a file that is renamed into place is taken at once' handed

settled() {
	start R --settle 0s in
	wait_for are R in/a.pdf in/c.txt in/new/deep/deep.zip in/there.pdf in/z.pdf
	echo more >>in/c.txt
	# Its record is a new one, and the only one once the run has ended.
	wait_for changed
	rm in/a.pdf
	# One that waits for its content is seen when that is there.
	mkdir in/later in/later/deep
	cp f/letter.pdf in/later/deep/x.pdf
	wait_for are R in/a.pdf in/c.txt in/c.txt in/later/deep/x.pdf \
	    in/new/deep/deep.zip in/there.pdf in/z.pdf
	stop 0
	# What is gone from the folder was done all the same.
	are R in/a.pdf in/c.txt in/later/deep/x.pdf in/new/deep/deep.zip \
	    in/there.pdf in/z.pdf
	is 10 "$(recs 'select(.path == "in/c.txt").text.bytes' R/out.ndjson)"
	is 7 "$(recs 'select(.path == "in/new/deep/deep.zip").id' \
	    R/out.ndjson | wc -l)"
	clean
}
changed() {
	test "$(paths R | grep -c in/c.txt)" = 2
}
ok 'one that is written there, when it has settled' settled

# Killed, and files that came and went meanwhile.
restarted() {
	start R --settle 0s in
	cp f/letter.pdf out/k.pdf; mv out/k.pdf in/
	wait_for grep -q in/k.pdf R/out.ndjson
	kill -9 "$pid"; wait "$pid" || :
	echo new >in/while-down.txt
	rm in/there.pdf
	until_gone
	start R --settle 0s in
	wait_for grep -q while-down R/out.ndjson
	stop 0
	are R in/a.pdf in/c.txt in/k.pdf in/later/deep/x.pdf \
	    in/new/deep/deep.zip in/there.pdf in/while-down.txt in/z.pdf
	# It was all but one file that was known.
	grep -q '"whole"\|whole' R/journal
	is "$(recs .id R/out.ndjson | sort | uniq -d)" ""
	rm -rf "${TMPDIR:?}"/*
}
until_gone() {
	tries=0
	while test -n "$(ours)" && test "$tries" -lt 100; do
		tries=$((tries + 1)); sleep 0.1
	done
}
ok 'a docrun that was killed finds what came meanwhile' restarted

maildir() {
	mkdir -p md/new md/cur md/tmp
	start M --settle 0s md
	echo one >md/tmp/1.host; mv md/tmp/1.host md/new/
	echo two >md/tmp/2.host; ln md/tmp/2.host md/new/2.host
	wait_for are M md/new/1.host md/new/2.host
	mv md/new/1.host md/cur/1.host:2,S
	echo three >md/tmp/3.host; mv md/tmp/3.host md/new/
	wait_for are M md/new/1.host md/new/2.host md/new/3.host
	# A folder that goes ends it.
	mv md md2
	got=0; wait "$pid" || got=$?
	is 3 "$got"
	grep -q "folder 'md' is gone" M.err
	clean
}
ok 'of a maildir what is new' maildir

# More happens than the kernel can tell.
overflow() {
	start O --settle 0s many
	wait_for test -s O/run.json
	sleep 1
	kill -STOP "$pid"
	python3 - "$max" <<'E'
import os, sys
for i in range(int(sys.argv[1]) // 2 + 10):
    for name in "xy":
        os.close(os.open("many/.." + name, os.O_CREAT | os.O_WRONLY))
for i in range(20):
    with open("many/%02d.txt" % i, "w") as f:
        f.write("file %d\n" % i)
E
	kill -CONT "$pid"
	wait_for all_there
	stop 0
	grep -q 'looking through all' O.err
	is 20 "$(paths O | uniq | wc -l)"
}
all_there() {
	test "$(paths O | wc -l)" = 20
}
mkdir many
max=$(cat /proc/sys/fs/inotify/max_queued_events)
if test "$max" -le 20000; then
	ok 'when the queue of events runs over, it looks itself' overflow
else
	skip 'when the queue of events runs over, it looks itself' \
	    "the queue holds $max events"
fi

wrong() {
	status 2 docrun -o W --watch -f - <ok.log 2>err
	status 2 docrun -o W --watch - <ok.log 2>err
	status 3 docrun -o W --watch nowhere 2>err || status 2 docrun -o W \
	    --watch nowhere 2>err
	grep -q 'no folder' err
}
ok 'what cannot be watched' wrong

done_testing
