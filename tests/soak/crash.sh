#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docrun ended, and failed, at each of its system calls and allocations.
. "$(dirname "$0")/../lib.sh"

INJECT_SO=$(dirname "$DOC_BIN")/unit/inject.so; export INJECT_SO DOC_BIN
crash() {
	python3 "$top/tests/faults/crash.py" "$1" >log || { cat log; return 1; }
}
for kind in kill error memory; do
	ok "docrun: $kind" crash $kind
	test ! -s log || cat log
done
done_testing
