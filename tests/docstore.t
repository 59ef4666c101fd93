#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docstore: what came out is kept, whatever happens next.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
# Debian's own, which has sqlite3.
python=/usr/bin/python3

# gen.py N [WORD]: N documents, with as much text as fits a title.
cat >gen.py <<'E'
import hashlib, sys
n, word = int(sys.argv[1]), (sys.argv + ["first"])[2]
for i in range(n):
    h = hashlib.sha256(b"%d" % i).hexdigest()
    print('{"v":1,"type":"doc","id":"%s","tenant":"t%d","path":"in/%d.pdf",'
          '"size":%d,"sha256":"%s","media":"application/pdf",'
          '"list":{"status":"ok"},"text":{"status":"ok","title":"%s n%d",'
          '"words":2}}' % (h[:32], i % 3, i, i, h, word, i))
print('{"v":1,"type":"end","stage":"doclist","in":%d,"out":%d}' % (n, n))
E
python3 gen.py 1000 >in

# The records of a store, sorted.
kept() {
	docfind -f "$1" -P json >found.ndjson || test $? -eq 1
	jq -c 'select(.type == "doc") | del(.found)' found.ndjson | sort
}

# What came out of docstore, as it went in.
told() {
	grep '"type":"doc".*}$' "$1" | sed 's/,"store":{[^}]*}}$/}/' |
	    jq -c . | sort
}

fixtures letter.pdf plain.txt mail.eml scan.pdf

keeps() {
	status 0 docstore <in >out 2>err
	is "" "$(cat err)"
	jq -c 'del(.store)' out | head -n 1001 >bare
	jq -c . in | cmp - bare
	all '.store == {"status": "ok"}' out
	tail -n 1 out | jq -e '.stage == "docstore" and .in == 1000 and
	    .out == 1000 and .ok == 1000'
	kept "$DOCPIPE_STORE" >kept1
	jq -c 'select(.type == "doc")' in | sort | cmp - kept1
	status 0 docstore --check >out
	is "1000 documents, 1000 texts in the index" "$(cat out)"
	is "-rw-------" "$(stat -c %A "$DOCPIPE_STORE")"
}
ok 'records pass, and are in the store as they came' keeps

again() {
	sum=$(cksum <"$DOCPIPE_STORE")
	status 0 docstore <in >out
	kept "$DOCPIPE_STORE" | cmp - kept1
	is "$sum" "$(cksum <"$DOCPIPE_STORE")"
	# Changed ones replace what was there.
	python3 gen.py 10 second >changed
	status 0 docstore <changed >out
	docstore --check | grep -q '^1000 documents'
	is 10 "$(docfind --count second)"
	is 990 "$(docfind --count first)"
	# What the index held of them goes when it is made anew.
	docstore --check | grep -q ' 1010 texts'
	status 0 docstore --rebuild
	docstore --check | grep -q '^1000 documents, 1000 texts'
	is 10 "$(docfind --count second)"
}
ok 'the same records change nothing, changed ones replace' again

# --- texts -------------------------------------------------------------------

texts() {
	rm -f "$DOCPIPE_STORE"*
	doclist f | doctext | dococr >made
	status 0 docstore <made >out
	docfind -P json babbage >found
	any '.path == "f/letter.pdf"' found
	# Only in the picture: read by dococr.
	status 0 docfind --count 'ocr:the'
	# One text, two documents, one entry.
	before=$(docstore --check | cut -d ' ' -f 3)
	cp f/plain.txt f/copy.txt
	doclist f/copy.txt | doctext | docstore >out
	is "$before" "$(docstore --check | cut -d ' ' -f 3)"
}
ok 'texts of doctext and dococr are found' texts

no_text() {
	status 0 docstore -f bare.db --no-text <made >out
	status 1 docfind -f bare.db babbage >found
	status 0 docfind -f bare.db --type=pdf >found
	# Later, with: they are put into the index then.
	status 0 docstore -f bare.db <made >out
	status 0 docfind -f bare.db babbage >found
}
ok '--no-text keeps the records only; the index can come later' no_text

gone() {
	cp -r "$DOCPIPE_SPOOL" spool2
	export DOCPIPE_SPOOL="$scratch/spool2"
	sed "s|$scratch/spool/|$scratch/spool2/|g" made | docstore -f two.db >out
	status 0 docstore -f two.db --rebuild 2>err
	is "" "$(cat err)"
	word=$(tr -cs 'a-zA-Z' '\n' <f/plain.txt | grep -m 1 '.....')
	status 0 docfind -f two.db --count "text:$word" >found
	find spool2 -name 'text-*.txt' -exec rm {} +
	status 1 docstore -f two.db --rebuild 2>err
	grep -q '^docstore: [1-9][0-9]* documents of which a text could not' err
	lines 1 err
	status 1 docstore -f two.db --rebuild --quiet 2>err
	is "" "$(cat err)"
	status 1 docfind -f two.db --count "text:$word" >found
	status 0 docstore -f two.db --check >out
}
ok '--rebuild says of how many documents the text is gone' gone

# ask ID TENANT FILE: a record that names a text.
ask() {
	printf '{"v":1,"type":"doc","id":"%s","path":"p","tenant":"%s",' \
	    "$1" "$2"
	printf '"text":{"status":"ok","file":"%s","bytes":1}}\n' "$3"
}

# A record is a request: it can name any file, and gets none but its texts.
strangers() {
	ours=$DOCPIPE_SPOOL/default
	echo secretword >"$scratch/secret.txt"
	mkdir -p "$DOCPIPE_SPOOL/other" "$ours"
	echo secretword >"$DOCPIPE_SPOOL/other/theirs.txt"
	ln -sf "$scratch/secret.txt" "$ours/link.txt"
	mkfifo "$ours/fifo.txt"
	printf 'secretword \377' >"$ours/bad.txt"
	for file in "$scratch/secret.txt" /etc/passwd \
	    "$DOCPIPE_SPOOL/other/theirs.txt" "$ours/../other/theirs.txt" \
	    "$ours/link.txt" "$ours/fifo.txt" "$ours/bad.txt" "$ours" \
	    "$ours/nothing.txt"
	do
		number=$((${number:-0} + 1))
		ask "$number" default "$file"
	done >asked
	ask x ../../../../../../etc /etc/passwd >>asked
	status 1 docstore -q -f asked.db <asked >out
	is 10 "$(grep -c '"store":{"status":"partial"' out)"
	all '.store.reasons == ["errors"] and .store.error.class == "input"' out
	status 1 docfind -f asked.db secretword
	status 1 docfind -f asked.db root
	is 10 "$(docfind -f asked.db --count)"
	# It tries again when the text is there.
	echo present >"$ours/nothing.txt"
	status 1 docstore -q -f asked.db <asked >out
	is 1 "$(docfind -f asked.db --count present)"
}
ok 'no file but the texts of the tenant is read' strangers

long() {
	awk 'BEGIN { for (i = 0; i < 6000; i++) printf "word%d \303\251\n", i
	    }' >"$DOCPIPE_SPOOL/default/long.txt"
	for end in 1000 1001 1002; do
		ask $end default "$DOCPIPE_SPOOL/default/long.txt" >one
		status 1 docstore -q -f long.db --max-text=$end <one >out
		all '.store == {"status":"partial","reasons":["size"]}' out
		# The same again is the same answer.
		status 1 docstore -q -f long.db --max-text=$end <one >out
		all '.store.reasons == ["size"]' out
	done
	is 3 "$(docfind -f long.db --count word3)"
	status 1 docfind -f long.db word5999
}
ok 'a long text is cut, and that is said' long

no_id() {
	echo '{"v":1,"type":"doc","id":"","path":"p"}' >one
	echo '{"v":1,"type":"doc","id":"'"$(printf %065d 0)"'","path":"p"}' >>one
	status 1 docstore -q <one >out
	is 2 "$(recs .store.error.code out | grep -c name)"
}
ok 'a record without a usable id is an error record' no_id

replaced() {
	for line in '{"v":1,"type":"doc","store":{"x":1},"id":"0","path":"a"}' \
	    '{"store":1,"v":1,"type":"doc","id":"0","path":"a"}'; do
		echo "$line" >one
		status 0 docstore -q <one >out
		is 1 "$(head -n 1 out | grep -o '"store"' | wc -l)"
		all '.store.status == "ok"' out
	done
}
ok 'its own member is replaced' replaced

# --- what could go wrong -----------------------------------------------------

# Slowly, so that the end comes in the middle of a group.
cat >drip.py <<'E'
import sys, time
for n, line in enumerate(sys.stdin.buffer):
    sys.stdout.buffer.write(line)
    if n % 10 == 0:
        sys.stdout.flush()
        time.sleep(0.005)
E

# Killed at any time: each record that came out is in the store, whole.
killed() {
	for i in 0 1 2 3 4 5 6 7 8 9; do
		rm -f k.db* fifo out
		mkfifo fifo
		docstore -q -f k.db <fifo >out &
		pid=$!
		python3 drip.py <in >fifo 2>/dev/null &
		feeder=$!
		until test -s out; do sleep 0.01; done
		sleep "0.0$i"
		# On a machine that slept it may have come to its end.
		kill -9 "$pid" || :
		wait "$pid" || :
		wait "$feeder" || :
		told out >said
		test -s said
		kept k.db >have
		is "" "$(comm -23 said have)"
		docstore --check -f k.db
	done
	status 0 docstore -f k.db <in >out
	kept k.db | cmp - kept1
}
ok 'kill -9 loses no record that came out' killed

# A file may not grow beyond 200 KiB: as on a full disk.
full() {
	got=0
	(ulimit -f 200; trap '' XFSZ; docstore -f full.db <in >out 2>err) ||
	    got=$?
	is 3 "$got"
	if grep -q '"stage":"docstore"' out; then return 1; fi
	told out >said
	kept full.db >have
	is "" "$(comm -23 said have)"
	status 0 docstore --check -f full.db >out
}
ok 'a full disk is status 3, and what came out is kept' full

cat >damage.py <<'E'
import os
size = os.path.getsize("bad.db")
with open("bad.db", "r+b") as f:
    for at in range(4096 * 3, size, 4096 * 5):
        f.seek(at + 100)
        f.write(b"\xff" * 200)
E

damaged() {
	docstore -f bad.db <in >out
	"$python" damage.py
	got=0
	docstore --check -f bad.db >out 2>err || got=$?
	case $got in 1 | 3) ;; *) return 1 ;; esac
	cat out err >said
	test -s said
	echo 'not a database, but long enough to look like one' >no.db
	cp no.db was.db
	status 3 docstore -f no.db <in >out 2>err
	cmp was.db no.db
}
ok 'a damaged store is told' damaged

others() {
	"$python" -c 'import sqlite3
c = sqlite3.connect("theirs.db")
c.execute("CREATE TABLE t(x)")
c = sqlite3.connect("newer.db")
c.execute("PRAGMA user_version=99")'
	status 2 docstore -f theirs.db <in >out 2>err
	status 2 docfind -f theirs.db x 2>err
	status 2 docstore -f newer.db <in >out 2>err
	"$python" -c 'import sqlite3
c = sqlite3.connect("theirs.db")
assert [r[0] for r in c.execute("SELECT name FROM sqlite_master")] == ["t"]
c = sqlite3.connect("'"$DOCPIPE_STORE"'")
c.execute("PRAGMA user_version=99")'
	status 2 docstore <in >out 2>err
	grep -q newer err
	status 2 docfind x 2>err
	grep -q newer err
	rm -f "$DOCPIPE_STORE"*
}
ok 'what is another program'\''s, or a newer version'\''s, is left alone' others

# Two writers, and readers all the while: nobody fails, nothing is lost.
together() {
	python3 gen.py 3000 >a
	python3 gen.py 3000 other | sed 's/"id":"./"id":"z/' >b
	ids=$(cat a b | jq -r 'select(.id) | .id' | sort -u | wc -l)
	docstore -q -f t.db <a >outa & one=$!
	docstore -q -f t.db <b >outb & two=$!
	tries=0
	until test -s outa && test -s outb; do
		tries=$((tries + 1)); test "$tries" -lt 3000
		sleep 0.01
	done
	last=0
	for i in 1 2 3 4 5 6 7 8; do
		now=$(docfind -f t.db --count)
		test "$now" -ge "$last"
		last=$now
		docfind -f t.db "n$i" >found || test $? -eq 1
	done
	wait $one
	wait $two
	is "$ids" "$(docfind -f t.db --count)"
	status 0 docstore --check -f t.db >out
}
ok 'two writers and readers at a time' together

# What came is out within a moment, though the input goes on.
prompt() {
	rm -f fifo
	mkfifo fifo out.fifo
	docstore -q -f p.db <fifo >out.fifo &
	exec 5>fifo 6<out.fifo
	head -n 1 in >&5
	read -r line <&6
	echo "$line" | jq -e '.store.status == "ok"'
	is 1 "$(docfind -f p.db --count)"
	exec 5>&- 6<&-
	wait
}
ok 'one record at a time gets through' prompt

default_place() {
	mkdir home
	unset DOCPIPE_STORE XDG_DATA_HOME
	HOME=$scratch/home; export HOME
	status 0 docstore <in >out
	test -s home/.local/share/docpipe/store.db
	status 0 docfind --count n7
	XDG_DATA_HOME=$scratch/home/data; export XDG_DATA_HOME
	status 0 docstore <in >out
	test -s home/data/docpipe/store.db
}
ok 'the store has a place of its own' default_place

done_testing
