#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# policy.sh BUILD: the table of what workers may do (lib/cage/profile.c) has no
# line without a reason, none that is unknown, and none that nothing uses: each
# ALLOW is seen when the stages work on the fixtures; what they do not reach is
# SPARE, with who needs it.
cd "$(dirname "$0")/../.." || exit 2
build=$(cd "${1:-build}" && pwd) || exit 2
table=lib/cage/profile.c
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0

fault() { echo "$table: $*"; bad=1; }

# macro call line: the rows of the table, without their continuation lines.
sed -n '/doc_rules\[\]/,/^};/p' $table |
	grep -nE '^	(ALLOW|SPARE|REFUSE|ABSENT|PRETEND)\(' |
	sed -E 's/^([0-9]+):	([A-Z]+)\(([a-z0-9_]+).*/\2 \3/' >"$work/rows"
test -s "$work/rows" || fault 'no table'

# A reason behind each row, or above its group: on this line or, for a row of
# more than one line, on any of them.
sed -n '/doc_rules\[\]/,/^};/p' $table | awk '
	/^	(ALLOW|SPARE|REFUSE|ABSENT|PRETEND)\(/ {
		if (row != "" && !reason)
			print row
		row = $0; reason = above
		above = 0
	}
	/\/\*/ {
		reason = 1
		if ($0 ~ /^	\/\*/)
			above = 1
	}
	END { if (row != "" && !reason) print row }' >"$work/bare"
while read -r row; do fault "no reason: $row"; done <"$work/bare"

# Calls of another machine have no number here, but must be somebody's.
known=$(awk '{ print $2 }' "$work/rows" | sort -u)
if command -v scmp_sys_resolver >/dev/null; then
	for call in $known; do
		test "$(scmp_sys_resolver "$call")" != -1 ||
			fault "no such call: $call"
	done
fi

if ! command -v strace >/dev/null; then
	echo "policy.sh: what is used was not looked at: no strace"
	exit $bad
fi

# --- what is used ------------------------------------------------------------

export DOCPIPE_SPOOL=$work/spool TMPDIR=$work LC_ALL=C.UTF-8 TZ=UTC
unset MAKEFLAGS MFLAGS MAKELEVEL
python3 tests/fixtures/make.py "$work/f" || exit 2
cd "$work" || exit 2

# trace STAGE ...: each process has a file of its own; a worker loads a filter
# and was never executed, and counts from there.
trace() {
	local stage=$1
	shift
	mkdir -p "trace.$stage"
	timeout 200 strace -ff -qq -o "trace.$stage/t" "$build/bin/$stage" "$@"
}
limits=(--timeout 20s --max-output 4M)
trace doclist "${limits[@]}" f >list.out 2>/dev/null
trace docscan -d f "${limits[@]}" <list.out >scan.out 2>/dev/null
trace doctext "${limits[@]}" <list.out >text.out 2>/dev/null
trace dococr "${limits[@]}" <text.out >ocr.out 2>/dev/null
trace docpreview "${limits[@]}" <list.out >preview.out 2>/dev/null
awk 'FNR == 1 { worker = other = 0 }
	/^execve\(/ { other = 1; worker = 0 }
	/^seccomp\(SECCOMP_SET_MODE_FILTER/ && / = 0$/ { worker = !other; next }
	# A thread of a worker, which are the only ones here.
	FNR <= 2 && /^rseq\(/ { worker = 1 }
	worker && match($0, /^[a-z0-9_]+\(/) {
		print substr($0, 1, RLENGTH - 1)
	}' trace.*/t* | sort | uniq -c | sort -rn >seen
test "$(wc -l <seen)" -gt 20 || { fault 'no workers were seen'; cat seen; }
while read -r macro call; do
	case $macro in
	ALLOW) grep -q " $call\$" seen || fault "nothing uses $call" ;;
	SPARE) if grep -q " $call\$" seen; then
			fault "SPARE, but used: $call"
		fi ;;
	esac
done < <(sort -u rows)
test -z "${VERBOSE:-}" || cat seen
exit $bad
