#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A thousand workers and engine processes killed.
. "$(dirname "$0")/../lib.sh"

export DOC_BIN
kills() {
	python3 "$top/tests/faults/kills.py" 1000 >log || { cat log; return 1; }
}
ok '1,000 kills' kills
test ! -s log || cat log
done_testing
