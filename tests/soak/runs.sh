#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 500 kills of docrun, its stages and their engines.
. "$(dirname "$0")/../lib.sh"

export DOC_BIN
runs() {
	python3 "$top/tests/faults/runs.py" 500 >log || { cat log; return 1; }
}
ok '500 kills' runs
test ! -s log || cat log
done_testing
