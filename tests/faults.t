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
	ok 'doclist: calls that fail' inject doclist write openat fork \
	    socketpair sendmsg recvmsg fstat mkdirat renameat epoll_ctl
	ok 'doclist: no memory' inject doclist malloc calloc realloc
	ok 'doctext: calls that fail' inject doctext write openat fork \
	    socketpair sendmsg recvmsg fstat mkdirat renameat mmap
	ok 'doctext: no memory' inject doctext malloc calloc realloc
fi

done_testing
