#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The result cache: nothing is worked out twice, nothing stale is used, and no
# tenant sees what another one keeps.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf scan1.pdf locked.pdf damaged.pdf letter.docx notice.png \
    utf8.txt
make_fixtures db marker.ndb
chmod -R a+rX f db

# run DIR [OPTION ...]: through all stages, with a spool of its own kind.
run() {
	dir=$1; shift
	docrun -o "$dir" --spool SP --db db --progress none "$@" f >out 2>err ||
	    test $? = 1
}

# How many of docSTAGE's results were known already.
cached() {
	jq -r "select(.type == \"end\" and .stage == \"$2\").cached" \
	    "$1/out.ndjson"
}

same() {
	jq -cS 'select(.type == "doc")' "$1/out.ndjson" >same1
	jq -cS 'select(.type == "doc")' "$2/out.ndjson" >same2
	cmp same1 same2
}

again() {
	run A
	for s in docscan doctext dococr docpreview; do
		is 0 "$(cached A $s)"
	done
	run B
	same A B
	# What needs a password is tried again; all else is known.
	is 6 "$(cached B docscan)"
	worked=$(recs 'select(.text.status != "skipped" and
	    .text.error.code != "encrypted").id' B/out.ndjson | wc -l)
	is "$worked" "$(cached B doctext)"
	test "$(cached B dococr)" -ge 2
	test "$(cached B docpreview)" -ge 3
}
ok 'a second run works on nothing' again

only_what_changed() {
	run C --lang osd+eng
	is 6 "$(cached C docscan)"
	is 0 "$(cached C dococr)"
	cp -r db db2
	echo "Another.Test:0:*:7a7a7a7a7a717171" >>db2/marker.ndb
	run D --db db2
	is 0 "$(cached D docscan)"
	is "$(cached B doctext)" "$(cached D doctext)"
	is "$(cached B dococr)" "$(cached D dococr)"
	run E --cache refresh
	is 0 "$(cached E doctext)"
	same A E
	run F --cache none
	is 0 "$(cached F doctext)"
	same A F
}
ok 'a new language is read anew, new signatures scanned anew' only_what_changed

# A spool that has another name now: all of it is known there, and what the
# records name is there.
moved() {
	mkdir -p 'new "place"'
	cp -r SP 'new "place"/SP2'
	mv SP away
	docrun -o H --spool 'new "place"/SP2' --db db --progress none f >out \
	    2>err || test $? = 1
	mv away SP
	for s in docscan doctext dococr docpreview; do
		is "$(cached B $s)" "$(cached H $s)"
	done
	recs '.text.file, .ocr.file, .ocr.merged, .preview.file |
	    select(.)' H/out.ndjson >named
	test "$(wc -l <named)" -ge 4
	while IFS= read -r file; do
		is "$scratch/new \"place\"/SP2" "${file%/default/*}"
		test -f "$file"
	done <named
	jq -cS 'select(.type == "doc")' H/out.ndjson |
	    sed 's|/new \\"place\\"/SP2/|/SP/|g' >same2
	jq -cS 'select(.type == "doc")' A/out.ndjson | cmp - same2
	rm -r 'new "place"' H
}
ok 'a spool that was moved is as good as before' moved

# What a kept result names is in its content's folder, or there is no hit.
strange() {
	name=$(recs 'select(.path == "f/utf8.txt").text.file' A/out.ndjson)
	other=$(recs 'select(.path == "f/letter.docx").text.file' A/out.ndjson)
	kept=$(grep -l '"file"' "$(dirname "$name")"/text-*.json)
	cp "$kept" kept
	for bad in "$scratch/f/utf8.txt" "$other" "${name%/*}/../x" \
	    "${name%/*}/nothing.txt" "${name%/*}/.x" "${name%/*}/" \
	    "${name##*/}" "${name%/*}" ''; do
		jq -c --arg f "$bad" '.file = $f' kept >"$kept"
		run I --stages=scan,text
		is $(($(cached B doctext) - 1)) "$(cached I doctext)"
		cmp kept "$kept"
		rm -r I
	done
	# A key in another spelling.
	sed 's|"file":"[^"]*"|"fi\\u006ce":"\\/etc\\/passwd"|' kept >"$kept"
	grep -q 'u006ce' "$kept"
	run I --stages=scan,text
	is $(($(cached B doctext) - 1)) "$(cached I doctext)"
	cmp kept "$kept"
	rm -r I
	# One that a link stands for.
	mv "$name" real
	ln -s "$scratch/real" "$name"
	run I --stages=scan,text
	is $(($(cached B doctext) - 1)) "$(cached I doctext)"
	test ! -L "$name"
	cmp real "$name"
	rm -r I
}
ok 'a kept result names files of its own folder only' strange

broken() {
	# A text that is gone, a result cut short, one that is no JSON.
	file=$(recs 'select(.path == "f/utf8.txt").text.file' A/out.ndjson)
	rm "$file"
	find SP -name 'preview-*.json' -exec truncate -s 20 {} +
	for kept in SP/*/*/*/ocr-*.json; do
		echo '{"status":"fine"}' >"$kept"
	done
	run G
	same A G
	test -f "$file"
	is $(($(cached B doctext) - 1)) "$(cached G doctext)"
	is 0 "$(cached G docpreview)"
	is 0 "$(cached G dococr)"
}
ok 'what is gone or damaged is worked out again' broken

others() {
	run H --tenant other
	is 0 "$(cached H doctext)"
	is 0 "$(cached H docscan)"
	test -d SP/other && test -d SP/default
	# A record that asks for another's folder gets none.
	doclist f/utf8.txt | jq -c '.tenant = "../other"' >odd
	doctext --spool SP <odd >out 2>err || :
	any '.text.error.code == "name"' out
}
ok 'tenants keep apart' others

twins() {
	mkdir t
	for i in $(seq 20); do cp f/letter.pdf "t/$i.pdf"; done
	doctext --spool SP2 -j 1 t >out
	is 20 "$(recs 'select(.text.status == "ok").id' out | wc -l)"
	is 19 "$(jq -r 'select(.stage == "doctext").cached' out)"
}
ok 'the same content twenty times is worked on once' twins

passing() {
	make_fixtures slow busy.pdf
	for _ in 1 2; do
		docpreview --spool SP3 -k -p 1-2 -t 1s slow/busy.pdf >out 2>err || :
		is 0 "$(jq -r 'select(.stage == "docpreview").cached' out)"
	done
}
ok 'a clock that ran out is not remembered' passing

done_testing
