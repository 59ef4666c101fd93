#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that fails under a supervisor: each call of libc in turn, here for
# some N of each (tests/soak/inject.sh: for all).  The law holds:
# tests/faults/law.py.
. "$(dirname "$0")/lib.sh"

INJECT_SO=$(dirname "$DOC_BIN")/unit/inject.so; export INJECT_SO DOC_BIN

inject() { python3 "$top/tests/faults/inject.py" -q "$@"; }

if test "${DOC_SANITIZED:-}"; then
	skip 'calls that fail' 'the sanitizer puts its own functions there'
else
	ok 'doclist: calls that fail' inject doclist write openat socketpair \
	    sendmsg recvmsg fstat renameat
	ok 'doclist: no memory' inject doclist calloc realloc
	ok 'doctext: calls that fail' inject doctext sendmsg recvmsg mkdirat \
	    mmap
	ok 'doctext: no memory' inject doctext malloc realloc
fi

# Every way to end, in the stages that differ; all of them, each by itself:
# tests/soak/matrix.sh.
for stage in doclist doctext; do
	if test "${DOC_SANITIZED:-}"; then
		skip "$stage: the matrix" 'a failed malloc ends a sanitized worker'
	else
		ok "$stage: every failure, first, middle, last and nested" \
		    python3 "$top/tests/faults/matrix.py" "$stage"
	fi
done

done_testing
