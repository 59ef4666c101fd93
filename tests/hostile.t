#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Workers that were taken over (tests/hostile/engine.c): whatever they send, the
# supervisor writes one true record for each document, does its neighbours no
# harm, does not hang and does not grow.
. "$(dirname "$0")/lib.sh"

DOCPIPE_LIBEXEC=$(dirname "$DOC_BIN")/hostile; export DOCPIPE_LIBEXEC
mkdir in
echo neighbour >in/a-before
echo neighbour >in/z-after

# attack WHO NAME WANT [OPTION ...]: who is docsniff ("sniff") or doclist
# ("open"); status and error code of the record.
attack() {
	echo "$1 $2" >in/m
	want=$3; shift 3
	got=0
	timeout -k 2 90 doclist -j 2 --timeout 4s "$@" in >out 2>err || got=$?
	test "$got" -le 1 || {
		cat err
		echo "exit $got"
		rm -rf "${TMPDIR:?}"/* "$DOCPIPE_SPOOL"/.incoming*
		return 1
	}
	is "ok" "$(recs 'select(.path == "in/a-before").list.status' out)"
	is "ok" "$(recs 'select(.path == "in/z-after").list.status' out)"
	is "$want" "$(recs 'select(.path == "in/m" and (.member | not)) |
	    "\(.list.status) \(.list.error.code // "-")"' out)"
	if grep -q '[[:cntrl:]]' out; then echo "control bytes"; return 1; fi
	any '.type == "end" and .in == .out and
	    .ok + .partial + .skipped + .error == .out' out
	clean
}

while read -r who name want; do
	if test "${DOC_SANITIZED:-}" && test "$name" = traps; then
		skip "$name" 'the sanitizer does not survive abort(3) in a cage'
		continue
	fi
	case $who in sniff | both) ok "docsniff: $name" \
		attack sniff "$name" "$want" ;; esac
	case $who in open | both) ok "doclist: $name" \
		attack open "$name" "$want" ;; esac
done <<'E'
both open_twice error protocol
both bad_member_reason error protocol
both long_member_name error protocol
both garbage error protocol
both short_frame error protocol
both lying_length error protocol
both oversized error protocol
both other_job error protocol
both supervisors_frame error protocol
both unknown_frame error protocol
both cut_field error protocol
both half_field error protocol
both unknown_field error protocol
both field_none error protocol
both foreign_field error protocol
both job_field error protocol
both not_utf8 error protocol
both nul_in_string error protocol
both long_string error protocol
both big_number error protocol
both short_number error protocol
sniff digest_that_is_none error protocol
both bad_reason error protocol
both progress_back error protocol
both fail_with_nothing error protocol
both fail_unknown error protocol
both fail_unended error protocol
both fail_with_escapes error damaged
both false_trace error no-answer
both frame_with_fds error syscall
both empty_with_fds error syscall
open die_in_member error no-answer
sniff die_in_member error protocol
both done_twice ok -
both done_in_member error protocol
both segv error segv
both aborts error abort
both traps error abort
both overflows error stack
both late error timeout
both forbidden error syscall
sniff asleep error timeout
sniff beats_forever error timeout
both silent error no-answer
both close_alone error protocol
both flood_open error protocol
both put_lies error protocol
both put_too_much error protocol
both put_in_member_ error protocol
open keep_member error protocol
sniff put_for_ever error protocol
E

# Told that there is no room, it puts on: the clock ends it, and the spool has
# no more than the room there was.
ok 'doclist: put_for_ever' attack open put_for_ever 'partial timeout' -b 1M

# A death in a batch is one document's, not its neighbours'.
batch_death() {
	mkdir batch
	for i in 1 2 3 5 6; do echo "nothing $i" >batch/$i; done
	echo 'sniff segv' >batch/4
	status 1 doclist --batch 32 -j 1 batch >out
	is "1 2 3 5 6" "$(recs 'select(.list.status == "ok").path[6:]' out |
	    xargs)"
	is "batch/4 segv" "$(recs 'select(.list.error) |
	    "\(.path) \(.list.error.code)"' out)"
	clean
}
ok 'a death in a batch' batch_death

ok 'spin: processor time is its own limit' attack sniff spin 'error cpu' --cpu 1s -t 60s
ok 'asleep: the stall clock' attack open asleep 'error stall' --stall 1s

# However a library takes it that malloc says no, the record names the limit.
while read -r name want; do
	if test "${DOC_SANITIZED:-}"; then
		skip "$name" 'the sanitizer ends a process whose malloc fails'
	else
		ok "$name" attack open "$name" "$want" --memory 64M
	fi
done <<'E'
eats_aborts error memory
eats_traps error memory
eats_uses_null error memory
eats_blames_the_file error memory
eats_goes_on partial -
E

# A file that somebody cuts while a worker reads it is SIGBUS for the worker.
cut() {
	printf 'sniff reads_on\n' >in/m
	truncate -s 1M in/m
	doclist -j 2 -t 20s in >out 2>err &
	pid=$!
	tries=0
	until test "$(ours | wc -l)" -ge 5 || test "$tries" -gt 50; do
		tries=$((tries + 1)); sleep 0.1
	done
	sleep 0.5
	truncate -s 10 in/m
	wait "$pid" || test $? -eq 1
	is 'error changed' "$(recs 'select(.path == "in/m") |
	    "\(.list.status) \(.list.error.code)"' out)"
	is 3 "$(recs .id out | wc -l)"
	clean
}
ok 'a file that is cut while it is read' cut

# The heap of the supervisor after a worker said 20,000 times "a link".
many_refused() {
	attack open refuse_many 'partial -' -n 100
	test "$(recs .id out | wc -l)" -le 150
}
ok 'members that are only refused count, too' many_refused

# Descriptors that come with an empty message are closed: 100 such documents
# with 64 descriptors, and then one that needs some.  The cage lets none send
# any, so there is none here.
descriptors() {
	for name in empty_with_fds frame_with_fds; do
		rm -rf many && mkdir many
		for i in $(seq 100); do echo "sniff $name" >"many/$i"; done
		echo fine >many/zz
		(ulimit -n 64 && timeout 60 doclist -q -j 2 --cage=none \
		    --require=none many) >out 2>err || :
		is ok "$(recs 'select(.path == "many/zz").list.status' out)"
		is 101 "$(recs .id out | wc -l)"
	done
	clean
}
ok 'descriptors a worker sends do not add up' descriptors

# 300 crashes in a row: the engine is replaced, all records are there.
crashes() {
	rm -rf many && mkdir many
	for i in $(seq 300); do echo "sniff segv" >"many/$i"; done
	echo fine >many/zz
	got=0
	timeout 100 doclist -j 2 many >out 2>err || got=$?
	is 1 "$got"
	is 300 "$(recs 'select(.list.error.code == "segv").id' out | wc -l)"
	is ok "$(recs 'select(.path == "many/zz").list.status' out)"
	clean
}
ok '300 crashes in a row' crashes

# --- text: what a worker wrote before it died --------------------------------

mkdir docs
text() {
	echo "$1" >docs/m.txt
	cat >rec <<E
{"v":1,"type":"doc","id":"1","path":"docs/m.txt","media":"text/plain","sha256":"$(printf '%064d' 1)","list":{"status":"ok"}}
{"v":1,"type":"end","stage":"doclist"}
E
	got=0
	timeout 40 doctext <rec >out 2>err || got=$?
	is "$2" "$got"
	is "$3" "$(recs '.text | "\(.status) \(.error.code // "-")"' out)"
	clean
}
not_utf8() { text text_not_utf8 1 'error protocol'; }
ok 'text that is not UTF-8 is refused' not_utf8

# What a worker wrote is looked at once, and must stay so.  By mapping it could
# be kept only where the filter is not what keeps writable memory private.
kept() {
	text text_kept 1 'error protocol'
	text text_mapped 1 'error syscall'
}
ok 'text that a worker keeps is refused' kept

claims() {
	text text_claims_more 1 'partial abort'
	is 'one page' "$(cat "$(recs .text.file out)")"
	is 8 "$(recs .text.bytes out)"
	is '["crash"]' "$(recs .text.reasons out)"
}
ok 'no more is taken than was written' claims

half() {
	text text_half 1 'partial abort'
	is "$(printf 'page one\f')" "$(cat "$(recs .text.file out)")"
	is 1 "$(recs .text.pages_done out)"
}
ok 'a crash in page two leaves page one' half

entries() {
	text 'text many_entries' 0 'ok -'
	is 256 "$(recs '.text.recipients | length' out)"
}
ok 'lists have an end' entries

# --stats waits for the end of a worker, to tell what it cost.
stays() {
	for how in '' -x; do
		got=0
		timeout 40 doctext -t 3s $how <rec >out 2>err || got=$?
		is 0 "$got"
		is ok "$(recs .text.status out)"
		clean
	done
}
stays_text() {
	text 'text stays' 0 'ok -'
	stays
}
ok 'a worker that answers and stays' stays_text

# records N ATTACK: documents for doctext, and an end behind them.
records() {
	rm -rf many && mkdir many
	for i in $(seq "$1"); do
		echo "text $2" >"many/$i.txt"
		printf '{"v":1,"type":"doc","id":"%d","path":"many/%d.txt",' \
		    "$i" "$i"
		printf '"media":"text/plain","sha256":"%064d",' "$i"
		printf '"list":{"status":"ok"}}\n'
	done
	echo '{"v":1,"type":"end","stage":"doclist"}'
}

# Not more and more of them, and none for long.
stay() {
	records 200 stays >recs
	rm -f fifo && mkfifo fifo
	timeout 60 doctext -j 2 --cache none <fifo >out 2>err &
	pid=$!
	exec 8>fifo
	cat recs >&8
	tries=0
	until test "$(grep -c '"type":"doc"' out)" -eq 200; do
		tries=$((tries + 1))
		test "$tries" -lt 300
		sleep 0.1
	done
	# 16, two for each of two slots, and the supervisor's own household.
	test "$(ours | wc -l)" -lt 60
	tries=0
	until test "$(ours | wc -l)" -lt 10; do
		tries=$((tries + 1))
		test "$tries" -lt 100
		sleep 0.1
	done
	exec 8>&-
	wait "$pid"
	clean
}
ok 'workers that answer and stay are ended' stay

# Where one was reused, that its end looks like no start does not count.
die_between() {
	records 100 answers_and_dies >recs
	got=0
	timeout 60 doctext -j 1 -U 4 --cache none <recs >out 2>err || got=$?
	test "$got" -le 1
	is 100 "$(recs .id out | wc -l)"
	any '.type == "end" and .in == 100' out
	clean
}
ok 'workers that die between two documents stop nobody' die_between

# --- engines that do not come up ---------------------------------------------

mkdir engines
fake() { printf '#!/bin/sh\n%s\n' "$1" >engines/docsniff
	chmod 755 engines/docsniff; }

no_engine() {
	DOCPIPE_LIBEXEC=$scratch/nowhere
	status 3 doclist in >out 2>err
	grep -q '^doclist: cannot start' err
	test ! -s out
	DOCPIPE_LIBEXEC=$scratch/engines
	for body in 'exit 0' 'exit 3' 'kill -SEGV $$' 'echo hello >&3' \
	    'printf "\4\0\0\0\0\0\0\0\0\0\0\0" >&3'; do
		fake "$body"
		status 3 doclist in >out 2>err
		test ! -s out
		grep -q '^doclist: ' err
		clean
	done
}
ok 'an engine that dies at once is status 3' no_engine

hanging() {
	DOCPIPE_LIBEXEC=$scratch/engines
	fake 'exec sleep 300'
	doclist in >out 2>err &
	pid=$!
	sleep 0.5
	kill -TERM "$pid"
	for i in $(seq 30); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	if kill -9 "$pid" 2>/dev/null; then
		rm -rf "${TMPDIR:?}"/*
		echo "SIGTERM is ignored while the engine loads"
		return 1
	fi
	clean
}
ok 'SIGTERM ends it while the engine still loads' hanging

done_testing
