#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# mail-sweep.sh MAILDIR RUN: look into all attachments of a maildir, in archives
# in them, too.  A mail with a virus in it, however deep, goes to the folder
# .Quarantine; each is told in a line: mail, attachment, signature.  Mails that
# were seen by an earlier sweep cost nothing.  Exits with 1 when there were any.
set -eu
maildir=$1 run=$2 status=0
quarantine=$maildir/.Quarantine
mkdir -p "$quarantine/cur" "$quarantine/new" "$quarantine/tmp"
set --
for folder in "$maildir/new" "$maildir/cur"; do
	test ! -d "$folder" || set -- "$@" "$folder"
done
docrun -q -o "$run" --stages=scan --fail-on=none \
	${DOCPIPE_DB:+--db="$DOCPIPE_DB"} "$@"
# Paths are bytes: path_b64 has them where path is not all of it.
jq -r 'select(.scan.verdict == "infected") |
    [.path_b64 // (.path | @base64), (.member // ["(the mail)"] | join(" > ")),
	.scan.matches[0]] | @tsv' "$run/out.ndjson" >"$run/infected.tsv"
while IFS='	' read -r path attachment signature; do
	mail=$(echo "$path" | base64 -d)
	status=1
	printf '%s\t%s\t%s\n' "$mail" "$attachment" "$signature"
	# One mail may have several.
	test ! -e "$mail" || mv -- "$mail" "$quarantine/cur/"
done <"$run/infected.tsv"
exit "$status"
