# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Sourced by every tests/*.t: TAP on stdout, one scratch directory, no network.
#
#	DOC_BIN	folder of the executables under test (build/bin)
#	scratch	a directory of this test file, and its working directory
#	TMPDIR	a folder that must be empty again after each command
set -u
LC_ALL=C.UTF-8 TZ=UTC; export LC_ALL TZ
umask 022
# tests/ itself, or a folder in it.
top=$(cd "$(dirname "$0")/.." && pwd)
case $top in */tests) top=${top%/tests} ;; esac
DOC_BIN=${DOC_BIN:-$top/build/bin}
PATH=$DOC_BIN:$PATH
export PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/doctest.XXXXXX") || exit 1
chmod 755 "$scratch"
TMPDIR=$scratch/tmp DOCPIPE_SPOOL=$scratch/spool
DOCPIPE_STORE=$scratch/store.db
export TMPDIR DOCPIPE_SPOOL DOCPIPE_STORE
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir "$TMPDIR"
n=0

# A command that hung must not outlive its test, and is a failure.
# shellcheck disable=SC2046 # pids are words
finish() {
	rc=$?
	kill -9 $(ours clamd) 2>/dev/null
	cd / && rm -rf "$scratch"
	exit "$rc"
}
trap finish EXIT
trap 'exit 129' HUP INT TERM
cd "$scratch" || exit 1

# ours [NAME]: pids of the toolkit's processes, and of those called NAME, that
# belong to this test: their command line names our scratch folder (--temp-dir,
# --spool), or they work in it.
ours() {
	for p in /proc/[0-9]*; do
		read -r comm <"$p/comm" || continue
		# Not the test itself, which may be called so: docscan.t.
		case $comm in
		*.t) continue ;;
		doc* | "${1:-doc}") ;;
		*) continue ;;
		esac
		if grep -aqF "$scratch" "$p/cmdline" ||
		    case $(readlink "$p/cwd") in "$scratch"*) ;; *) false; esac
		then
			# A zombie is its parent's business, and is no process.
			grep -q '^State:.Z' "$p/status" || echo "${p#/proc/}"
		fi
	done 2>/dev/null
}

# ok NAME COMMAND...: every step of COMMAND must succeed.  The subshell is not
# tested by `if`, because the shell ignores set -e inside a condition.
ok() {
	ok_name=$1; shift; n=$((n + 1))
	( set -e; "$@" ) >ok.log 2>&1
	# shellcheck disable=SC2181 # see above
	if test $? -eq 0; then
		echo "ok $n - $ok_name"
	else
		echo "not ok $n - $ok_name"
		cut -c1-400 ok.log | head -n 60 | sed 's/^/# /'
	fi
}

# skip NAME REASON: the runner prints and counts it.
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# status N COMMAND...: exit with exactly N; "it failed somehow" proves nothing.
# 60 seconds are for a loaded machine; what takes longer hangs.
status() {
	want=$1; shift; got=0
	timeout -k 5 "${limit:-60}" "$@" || got=$?
	test "$got" -eq "$want" || {
		echo "$1: exit $got, wanted $want"
		return 1
	}
}

# is WANT GOT: as strings.
is() {
	test "$1" = "$2" || { echo "wanted: $1"; echo "got:    $2"; return 1; }
}

# lines N FILE
lines() {
	is "$1" "$(wc -l <"$2")"
}

# recs FILTER FILE: jq -r over the documents (not the end records) of FILE, one
# line each.
recs() {
	jq -rc "select(.type == \"doc\") | $1" "$2"
}

# all FILTER FILE: true for every document, and there is one.
all() {
	jq -es "map(select(.type == \"doc\")) |
	    length > 0 and all($1)" "$2" >/dev/null || {
		echo "not for all: $1"
		jq -c "select(.type == \"doc\" and (($1) | not))" "$2"
		return 1
	}
}

# any FILTER FILE: true for at least one line.
any() {
	jq -es "any($1)" "$2" >/dev/null || {
		echo "for none: $1"
		cat "$2"
		return 1
	}
}

# Nothing left behind: no process, no temporary file, no unfinished one in the
# spool.  Processes get a moment: a killed supervisor's zygote dies after it.
clean() {
	tries=0
	while left=$(ours); test -n "$left"; do
		tries=$((tries + 1))
		if test "$tries" -gt 40; then
			echo "still running: $left"
			for p in $left; do
				tr '\0' ' ' <"/proc/$p/cmdline"; echo
			done
			return 1
		fi
		sleep 0.1
	done
	is "" "$(ls -A "$TMPDIR")"
	is "" "$(find "$DOCPIPE_SPOOL" -name '.incoming*' 2>/dev/null)"
}

# make_fixtures DIR NAME...: small documents (tests/fixtures/make.py).
make_fixtures() {
	python3 "$top/tests/fixtures/make.py" "$@" || exit 1
}

# alike A B: the same records; how many results were known already apart.
alike() {
	for it in "$1" "$2"; do
		sed 's/"cached":[0-9]*/"cached":N/' "$it" >"$it.alike"
	done
	cmp "$1.alike" "$2.alike"
}

# problems RUN STATUS PATTERN...: what docrun verify says of it, and no more.
problems() {
	status "$2" docrun verify -J "$1" >out
	shift 2
	jq -r 'select(.type == "problem") | "\(.where) \(.what)"' out >got
	lines $# got
	for pattern in "$@"; do
		grep -q -- "$pattern" got || { cat got; return 1; }
	done
}

# false_ssh: from here on every other host is this one, with a spool of its own.
false_ssh() {
	cat >ssh <<'END'
#!/bin/sh
while test "$1" != --; do shift; done
shift 2
exec env -u DOCPIPE_SPOOL sh -c "$*"
END
	chmod 755 ssh
	DOCPIPE_SSH=$scratch/ssh
	export DOCPIPE_SSH
}

# fixtures NAME...: into ./f.
fixtures() {
	make_fixtures f "$@"
}

done_testing() { echo "1..$n"; }
