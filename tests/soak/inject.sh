#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every N of every call, of every supervisor: an hour or so.
. "$(dirname "$0")/../lib.sh"

INJECT_SO=$(dirname "$DOC_BIN")/unit/inject.so; export INJECT_SO DOC_BIN

for tool in doclist docscan doctext dococr docpreview; do
	python3 "$top/tests/faults/inject.py" "$tool" >"log.$tool" && rc=0 ||
		rc=1
	sed 's/^/# /' "log.$tool"
	ok "$tool: each call of each function fails" test "$rc" -eq 0
done
done_testing
