#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole line over ../shared/corpus: some 1,200 real documents, many broken.
# Needs files that are not ours to ship, so only .ci/run calls it.
. "$(dirname "$0")/lib.sh"

shared=$(cd "$top/../shared" && pwd) || exit 1
corpus=$shared/corpus
run=$scratch/run
got=0
docrun -q -o "$run" --db "$shared/sigs" "$corpus" 2>err || got=$?
out=$run/out.ndjson

ended() { is 1 "$got"; test ! -s err; }
ok 'it ends by itself, with every document handled' ended

every_file() {
	find "$corpus" -type f -printf '%p\n' | LC_ALL=C sort >want
	jq -r 'select(.type == "doc" and .parent == null) |
	    .path_b64 // (.path | @base64)' "$out" |
	    while read -r b; do printf '%s' "$b" | base64 -d; echo; done |
	    LC_ALL=C sort >have
	diff want have
}
ok 'one record for each file that find sees' every_file

balance() {
	# One end record a stage, all with the same number in and out.
	is 5 "$(jq -c 'select(.type == "end")' "$out" | wc -l)"
	is 1 "$(jq -r 'select(.type == "end") | "\(.in) \(.out)"' "$out" |
	    sort -u | wc -l)"
	is "$(jq -r 'select(.type == "doc").id' "$out" | sort -u | wc -l)" \
	    "$(jq -r 'select(.type == "end" and .stage == "docscan").out' "$out")"
}
ok 'counts agree, ids are unique' balance

# What clamscan finds, we find, in the same files, and nothing else.
verdicts() {
	# A container that is nothing but its members leaves the verdict to them.
	jq -r --arg c "$corpus/" 'select(.type == "doc" and
	    .scan.verdict == "infected") | .path | ltrimstr($c)' "$out" |
	    LC_ALL=C sort -u >have
	cut -f1 "$corpus/truth/clamscan.tsv" | grep '^[a-z].*/' |
	    LC_ALL=C sort -u >want
	diff want have
}
ok 'docscan finds what clamscan finds, and no more' verdicts

# A library that never returns is a limit of that document alone.
hang() {
	is "limit stall" "$(jq -r 'select(.path // "" |
	    endswith("test_read_format_xar_doublelink.xar")).list.error |
	    "\(.class) \(.code)"' "$out")"
}
ok 'an archive on which libarchive never returns is a limit record' hang

# At the defaults no document trips a limit but these:
#	entries_oom	says that it has a thousand million members
#	doublelink	libarchive 3.6.2 never returns from it
#	17000x17000	289 million pixels, which libheif refuses by its own limit
# A new one is a limit that is too low, or a bomb, and then stands here.
limits() {
	jq -r --arg c "$corpus/" '
	    ["timeout", "stall", "cpu", "memory", "output", "depth", "members",
	     "bytes", "pages", "pixels", "size", "record", "temp"] as $limits |
	    select(.type == "doc") | . as $d |
	    ("list", "scan", "text", "ocr", "preview") as $k | $d[$k] |
	    select(.) | (.reasons // []) + [.error.code // empty] | unique |
	    .[] | select(IN($limits[])) |
	    "\($k) \(.) \($d.path | ltrimstr($c))"' "$out" |
	    LC_ALL=C sort -u >have
	LC_ALL=C sort >want <<'L'
list memory libarchive/test_read_format_7zip_entries_oom.7z
list stall libarchive/test_read_format_xar_doublelink.xar
preview pixels libvips/17000x17000.avif
scan memory libarchive/test_read_format_7zip_entries_oom.7z
scan stall libarchive/test_read_format_xar_doublelink.xar
L
	diff want have
}
ok 'no document trips a limit that should not' limits

# Mean word recall where the truth is sound (naive_recall >= 0.9).
score() {
	awk -F'\t' 'NR == 1 || $6 >= 0.9' "$corpus/truth/index.tsv" >rows
	mkdir truth
	for d in "$corpus"/truth/*; do ln -s "$d" truth/; done
	rm truth/index.tsv
	cp rows truth/index.tsv
	jq -r --arg c "$corpus/" 'select(.type == "doc" and .parent == null and
	    .text.file) | [(.path | ltrimstr($c)), .text.file] | @tsv' \
	    "$out" >map
	python3 "$shared/tools/score.py" batch text truth/index.tsv \
	    text,text-sorted map | grep '^==' | tee scores
	# FORMAT FLOOR, the mean over all sources of the format.
	while read -r format floor; do
		awk -F'\t' -v f="$format" -v floor="$floor" '
			$2 ~ "/" f "$" {
				split($3, n, "="); split($4, r, "=")
				rows += n[2]; sum += n[2] * r[2]
			}
			END {
				if (rows == 0 || sum / rows < floor) {
					print f ": " (rows ? sum / rows : "none")
					exit 1
				}
			}' scores
	done <<'F'
pdf 0.985
docx 0.99
xlsx 0.97
pptx 0.99
odt 0.98
html 0.98
eml 0.96
epub 0.97
F
}
ok 'word recall by format' score

left() { clean; }
ok 'no process and no temp file is left' left

done_testing
