#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gate.sh DIR REPORTS [BASELINE]: a gate for CI.  Fails (1) when a file below
# DIR, or in an archive there, is infected or broken, or when something is worse
# than in BASELINE, the records of an earlier run.  Leaves in REPORTS:
#
#	junit.xml      for GitLab, Jenkins ... (artifacts:reports:junit)
#	docpipe.sarif  for GitHub (github/codeql-action/upload-sarif)
#	out.ndjson     the records: the next BASELINE
set -eu
dir=$1 reports=$2 baseline=${3-} status=0
mkdir -p "$reports"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
docrun -o "$work/run" --progress=plain --stages=scan,text \
	--fail-on=infected,error ${DOCPIPE_DB:+--db="$DOCPIPE_DB"} \
	--junit="$reports/junit.xml" --sarif="$reports/docpipe.sarif" \
	"$dir" || status=$?
# 2, 3, 4: nothing can be said about the files; that is no pass either.
test "$status" -le 1 || exit "$status"
docrun report "$work/run" || :
if test -n "$baseline" &&
    ! docrun diff --worse "$baseline" "$work/run"; then
	status=1
fi
cp "$work/run/out.ndjson" "$reports/out.ndjson"
exit "$status"
