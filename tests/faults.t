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

# One place for all kinds of failure, in the stages that differ; all of them:
# tests/soak/matrix.sh.
for stage in doclist doctext; do
	if test "${DOC_SANITIZED:-}"; then
		skip "$stage: the matrix" 'a failed malloc ends a sanitized worker'
	else
		ok "$stage: every failure, first, middle, last and nested" \
		    python3 "$top/tests/faults/matrix.py" "$stage"
	fi
done

# A spool on a disk that is full from the start, and one that fills up: what
# could be written is right, what could not says that the machine failed.
full() {
	python3 "$top/tests/fixtures/make.py" in deep.zip letter.pdf plain.txt \
	    mail.eml
	doclist in >recs
	mkdir -p disk
	mount -t tmpfs -o "size=$1" none disk
	dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null || :
	test "$1" = 64k || truncate -s -8k disk/fill
	codes=
	for cmd in "doclist -j 2 -S disk/sp in" "doctext -j 2 -S disk/sp"; do
		got=0
		# shellcheck disable=SC2086 # words
		timeout 60 $cmd <recs >out 2>err || got=$?
		codes="$codes $got"
		jq -es 'map(select(.type == "doc") | .list, .text | select(.)) |
		    all(.status != "error" or .error.class == "system")' out
		jq -rs '.[] | .text.file, .data | select(. and
		    contains("/disk/"))' out | while read -r file; do
			test -f "$file"
		done
		test "$got" -eq 3 || any '.type == "end" and
		    .in == .out and .ok + .partial + .skipped + .error == .in' \
		    out
		test "$got" -ne 3 || grep -q "^doc[a-z]*: .*No space" err
		left=$(find disk -name '.incoming*')
		test -z "$left" || break
	done
	umount disk
	is "" "$left"
	case $codes in *[13]*) ;; *) echo "status$codes"; return 1 ;; esac
}
if mkdir -p try && mount -t tmpfs none try 2>/dev/null; then
	umount try
	ok 'a full disk' full 64k
	ok 'a disk that fills up' full 128k
else
	skip 'a full disk' 'needs the right to mount a tmpfs'
	skip 'a disk that fills up' 'needs the right to mount a tmpfs'
fi

# 32 descriptors are few: it works or says why, and nothing in between.
descriptors() {
	python3 "$top/tests/fixtures/make.py" in deep.zip letter.pdf mail.eml
	for n in 12 14 16 18 24 32 48; do
		got=0
		(ulimit -n "$n" && timeout 60 doclist -j 2 in >out 2>err) ||
			got=$?
		case $got in
		0 | 1) any '.type == "end" and .in == .out' out
			all '.list.status == "ok" or
			    .list.error.class == "system"' out ;;
		3) grep -q '^doclist: .' err ;;
		*) echo "with $n: status $got"; cat err; return 1 ;;
		esac
		clean
	done
	is 0 "$got"
}
ok 'few descriptors' descriptors

done_testing
