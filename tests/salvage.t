#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Three clocks, and what they leave: a page that takes for ever costs that page,
# or what comes behind it, whichever clock ends it; and a document that is slow
# but lives is not ended by the clock that waits for a sign of life.  Any reader
# needs days for page three of stuck.pdf, so that no machine is too fast; what
# comes before takes a few milliseconds of each limit.
. "$(dirname "$0")/lib.sh"

fixtures stuck.pdf long.pdf

# clocked CLOCKS FILTER TOLD COMMAND...: by each of the clocks, the others far
# away; TOLD is what the filter says of the record, with the clock's word for @.
clocked() {
	clocks=$1 filter=$2 told=$3; shift 3
	for clock in $clocks; do
		set -- "$@" --cpu 1h --stall 1h --timeout 1h
		case $clock in
		cpu) status 1 "$@" --cpu 2s f/stuck.pdf >out ;;
		stall) status 1 "$@" --stall 3s f/stuck.pdf >out ;;
		timeout) status 1 "$@" --timeout 5s f/stuck.pdf >out ;;
		esac
		is "$(echo "$told" | sed "s/@/$clock/g")" "$(recs "$filter" out)"
		clean
	done
}

text() {
	clocked 'cpu stall timeout' '.text | "\(.status) \(.reasons) \(.error.class)/\(.error.code) \(.pages_done)"' \
	    'partial ["@"] limit/@ 2' doctext --cache none
	cat "$(recs .text.file out)" >words
	grep -q 'This is page one' words
	grep -q 'This is page two' words
	if grep -q 'page three' words; then return 1; fi
	is 1 "$(tr -dc '\f' <words | wc -c)"
	# Not kept: with more time there may be more.
	is '' "$(find "$DOCPIPE_SPOOL" -name 'text-*.json')"
}
ok 'doctext: the pages before it' text

# Pages are units of their own there, whose reading takes a loaded machine longer
# than a test may wait for a clock on the wall.
ocr() {
	clocked cpu '.ocr | "\(.status) \(.reasons) \([.page_results[] | .page,
	    .error.code // "read"] | join(" "))"' \
	    'partial ["@"] 1 read 2 read 3 @ 4 read' \
	    dococr --cache none -O always
	cat "$(recs .ocr.file out)" >words
	is 3 "$(grep -c 'This is page' words)"
}
ok 'dococr: all pages but this one' ocr

preview() {
	clocked 'cpu stall' '.preview | "\(.status) \(.reasons) \(.error.code) \(.source)"' \
	    'partial ["@"] @ page' docpreview --cache none -k -p 1-4
	test -s "$(recs .preview.file out)"
}
ok 'docpreview: the first page, without the sheet of all' preview

# As part of a run, with the stages' own clocks, and done again afterwards.
run() {
	status 1 docrun -o R -q --progress none --stages text,preview \
	    --pass text=--cpu=2s f/stuck.pdf
	is 'partial cpu 2 ok' "$(recs '"\(.text.status) \(.text.error.code) \(
	    .text.pages_done) \(.preview.status)"' R/out.ndjson)"
	status 0 docrun verify R >out
	clean
}
ok 'docrun: the other stages do not mind' run

# Some ten seconds, on the machines of today; no page takes two.
long() {
	limit=300
	status 0 doctext --stall 3s --timeout 10m --cpu 10m f/long.pdf >out
	is 'ok 2000' "$(recs '.text | "\(.status) \(.pages)"' out)"
	is 2000 "$(tr '\f' '\n' <"$(recs .text.file out)" |
	    grep -c '^This is page [0-9]*\.$')"
	clean
}
ok 'two thousand pages, each a sign of life' long

# However fast the machine: more than twice the time of the stall clock, in
# steps that are two hundred times shorter.
lives() {
	mkdir docs
	echo 'text lives' >docs/m.txt
	cat >rec <<END
{"v":1,"type":"doc","id":"1","path":"docs/m.txt","media":"text/plain","sha256":"$(printf '%064d' 1)","list":{"status":"ok"}}
{"v":1,"type":"end","stage":"doclist"}
END
	DOCPIPE_LIBEXEC=$(dirname "$DOC_BIN")/hostile
	export DOCPIPE_LIBEXEC
	status 0 doctext --cache none --stall 3s --timeout 10m \
	    --cpu 10m <rec >out
	is ok "$(recs .text.status out)"
	# It would have been ended without them.
	echo 'text asleep' >docs/m.txt
	status 1 doctext --cache none --stall 3s --timeout 10m \
	    --cpu 10m <rec >out
	is 'error stall' "$(recs '.text | "\(.status) \(.error.code)"' out)"
	clean
}
ok 'slow is not stalled' lives

done_testing
