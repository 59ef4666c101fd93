#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Members of one name: each is a document of its own, wherever it comes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
fixtures twins.zip twins.tar twins.eml twins.pdf
files='f/twins.zip f/twins.tar f/twins.eml f/twins.pdf'

# own_ids FILE: no id comes twice, and every parent is there.
own_ids() {
	recs .id "$1" | sort >ids
	is "" "$(uniq -d ids)"
	recs '.parent // empty' "$1" | sort -u >parents
	is "" "$(comm -13 ids parents)"
}

told() {
	cat >want <<'E'
["a.zip"] null
["a.zip","b.txt"] null one
["a.zip","b.txt"] [1,2] two
["c.txt"] null first
["c.txt"] [2] second
["a.zip"] [2]
["a.zip","b.txt"] [2,1] three
["a.zip","b.txt"] [2,2] four
["c.txt"] [3] first
E
	# shellcheck disable=SC2086 # words
	status 0 doclist $files >out
	own_ids out
	for file in $files; do
		recs "select(.path == \"$file\" and .parent) |
		    \"\(.member) \(.member_nth) \(.data)\"" out |
		    while read -r member nth data; do
			case $member in
			*.txt*) echo "$member $nth $(cat "$data")" ;;
			*) echo "$member $nth" ;;
			esac
		done >got
		diff -u want got
	done
	clean
}
ok 'each has a number, and an id of its own; nested, too' told

# What was there before there were numbers.
old_ids() {
	cat >id.py <<'E'
import hashlib, struct, sys
h = hashlib.sha256()
for word in sys.argv[1:]:
    h.update(struct.pack(">Q", len(word)) + word.encode())
print(h.hexdigest()[:32])
E
	{
		python3 id.py default f/twins.zip
		python3 id.py default f/twins.zip a.zip
		python3 id.py default f/twins.zip a.zip b.txt
		python3 id.py default f/twins.zip c.txt
	} >want
	recs 'select(.path == "f/twins.zip" and .member_nth == null) | .id' \
	    out >got
	diff -u want got
}
ok 'the first of a name keeps the id it always had' old_ids

unopened() {
	status 0 doclist --exclude='*/a.zip' f/twins.zip >less
	is '["c.txt"] null,["c.txt"] [2],["c.txt"] [3]' "$(recs \
	    'select(.parent) | "\(.member) \(.member_nth)"' less | paste -sd,)"
	status 0 doclist --include='*.txt' f/twins.zip >less
	recs 'select(.path == "f/twins.zip" and .parent and
	    .member[-1] != "a.zip") | .id' out >want
	recs 'select(.parent and .member[-1] != "a.zip") | .id' less |
	    diff -u want -
}
ok 'what is left out does not change the others' unopened

# A name for people tells them apart.
store() {
	status 0 docstore <out >stored
	status 0 docstore --check >sum
	grep -q '^40 documents' sum
	status 0 docfind -n 99 -P json >found
	own_ids found
	recs .id found | sort >got
	recs .id out | sort | cmp got -
	status 0 docfind -n 99 -P table >found
	grep -q 'f/twins.zip > a.zip #2 > b.txt #2' found
}
ok 'the store keeps each' store

runs() {
	# shellcheck disable=SC2086 # words
	status 0 docrun -q -o ONE -g text $files 2>err
	is 40 "$(recs .id ONE/out.ndjson | wc -l)"
	own_ids ONE/out.ndjson
	recs 'select(.member_nth == [2,2]) | .text.file' ONE/out.ndjson |
	    while IFS= read -r text; do is four "$(cat "$text")"; done
	status 0 docrun verify ONE
	# The same again comes out of the cache.
	# shellcheck disable=SC2086 # words
	status 0 docrun -q -o TWO --spool=ONE/spool -g text $files 2>err
	alike ONE/out.ndjson TWO/out.ndjson
	any '.stage == "doctext" and .cached > 0' TWO/out.ndjson
	status 0 docrun diff ONE TWO >changes
	is "" "$(jq -r 'select(.type == "change")' changes)"
}
ok 'a run, and one out of its cache' runs

# Killed before more was in the journal, it goes on with the next.
goes_on() {
	for cut in 3 14 33; do
		rm -rf CUT
		cp -a ONE CUT
		head -n "$cut" ONE/journal >CUT/journal
		status 0 docrun -q --resume CUT 2>err
		own_ids CUT/out.ndjson
		recs .id CUT/out.ndjson | sort >got
		recs .id ONE/out.ndjson | sort | cmp - got
	done
}
ok 'a run that was cut goes on' goes_on

shards() {
	# shellcheck disable=SC2086 # words
	status 0 docrun plan -q -o PIECES -g text --shard-documents=1 $files
	is 4 "$(docrun todo -r PIECES --count)"
	for k in 3 1 0 2; do status 0 docrun shard -q -r PIECES $k; done
	status 0 docrun merge -q -r PIECES
	own_ids PIECES/out.ndjson
	for run in PIECES ONE; do
		recs '[.id, .parent, .member_nth, .text]' $run/out.ndjson |
		    sed "s|/$run/|/|" | sort >$run.ids
	done
	cmp PIECES.ids ONE.ids
}
ok 'in pieces, and merged' shards

echo "1..$n"
