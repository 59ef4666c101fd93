#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Quality against published truth: `make score`.
#
#	tests/score/run.sh [part ...]	default: all of them
#
# A part is tests/score/PART.py, which prints its tables and exits with 0 when
# the goals are met, 1 when not.  Add a file to add a part; common.py has what
# parts share.
#
#	CORPUS=DIR	default ../shared/corpus; without it nothing is done
#	DOC_BIN=DIR	tools to measure (default: build/bin)
#	PEERS=1		the same files through other people's tools, too
#	VERBOSE=1	what is missing, row by row
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
CORPUS=${CORPUS:-${top%/*}/shared/corpus}
DOC_BIN=${DOC_BIN:-$top/build/bin}
LC_ALL=C.UTF-8 TZ=UTC
export CORPUS DOC_BIN LC_ALL TZ
if ! test -d "$CORPUS/truth"; then
	echo "score: skipped: no truth in $CORPUS"
	exit 0
fi
if test $# -eq 0; then
	for f in "$here"/*.py; do
		part=$(basename "$f" .py)
		test "$part" = common || set -- "$@" "$part"
	done
fi
bad=0
for part; do
	echo "# $part"
	PYTHONDONTWRITEBYTECODE=1 python3 "$here/$part.py" || bad=1
done
exit $bad
