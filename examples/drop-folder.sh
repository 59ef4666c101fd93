#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# drop-folder.sh IN OUT: a folder that people put files into.  For each one, and
# for each file in an archive or mail, OUT gets a line in log.tsv (verdict, type,
# words, name), and clean text a copy NAME.txt.  Runs until it is stopped
# (SIGTERM); started again it finds what came meanwhile.
#
#	systemd-run --user drop-folder.sh ~/in ~/out
set -eu
in=$1 out=$2
mkdir -p "$in" "$out"
docrun -q -o "$out/run" --stages=scan,text --watch --settle=1s --fail-on=none \
	${DOCPIPE_DB:+--db="$DOCPIPE_DB"} "$in" &
docrun=$!
trap 'kill "$docrun"' TERM INT
until test -e "$out/run/out.ndjson"; do
	kill -0 "$docrun" && sleep 0.1
done

# Each record, as it comes, until docrun is gone.
touch "$out/log.tsv"
tail -q -n +1 -F --pid="$docrun" "$out/run/out.ndjson" 2>"$out/tail.err" |
	jq -r --unbuffered 'select(.type == "doc") |
	    [.id, .scan.verdict // "-", .media // "-", .text.words // 0,
		if .scan.verdict != "infected" then .text.file // "-"
		else "-" end, ([.path] + (.member // []) | join(" > "))] | @tsv' |
	while IFS='	' read -r id verdict media words text name; do
		# Told already, before docrun was stopped?
		! grep -q "^$id	" "$out/log.tsv" || continue
		printf '%s\t%s\t%s\t%s\t%s\n' "$id" "$verdict" "$media" \
			"$words" "$name" >>"$out/log.tsv"
		test "$text" = - || cp -- "$text" "$out/$id.txt"
	done &
# The trap cuts the first wait short; the second is for what is at work.
wait "$docrun" || wait "$docrun" || :
wait
