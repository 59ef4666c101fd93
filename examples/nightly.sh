#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# nightly.sh IN WORK: everything below IN, once a night, from cron:
#
#	17 2 * * *  /usr/local/share/docpipe/examples/nightly.sh /srv/in /srv/work
#
# cron gives it an empty environment and mails what it prints; it prints nothing
# when all is well.  A run directory serves a week: each night only what is new
# or changed is worked on, and a night that was cut short is gone on with.
# WORK/store.db can be searched: docfind --store=WORK/store.db invoice
set -eu
PATH=${DOCPIPE_BIN:-/usr/local/bin}:/usr/bin:/bin; export PATH
in=$1 work=$2
mkdir -p "$work"
# Last night's may still be at work; a second one would only be in its way.
exec 9>"$work/lock"
flock -n 9 || { echo "still at work since last night: $work"; exit 75; }

run=$work/$(date +%G-W%V) status=0
docrun -q -o "$run" --spool="$work/spool" --stages=scan,text,preview \
	--fail-on=infected,error ${DOCPIPE_DB:+--db="$DOCPIPE_DB"} "$in" \
	2>"$work/said" || status=$?
case $status in
0) ;;
1)
	echo "These need somebody to look at them ($run):"
	jq -r 'select(.type == "doc") | . as $d |
	    (if .scan.verdict == "infected" then .scan.matches[0] else
		(.list, .scan, .text, .preview | .error? // empty |
		    "\(.class)/\(.code)") end) |
	    [., $d.path, ($d.member // [])[]] | join("\t")' \
		"$run/out.ndjson" | sort -u
	;;
*)
	echo "The run is not complete (status $status); it goes on next time:"
	cat "$work/said"
	exit "$status"
	;;
esac
docstore -q --store="$work/store.db" --spool="$work/spool" \
	<"$run/out.ndjson" >"$work/kept.ndjson" || test $? -eq 1
# What no record of this week names, and nobody used for a month.
docrun gc -q --spool="$work/spool" --keep=30d --run="$run"
exit "$status"
