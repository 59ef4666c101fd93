#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every way to fail, in every stage, at every place.
. "$(dirname "$0")/../lib.sh"

export DOC_BIN
for stage in doclist docscan doctext dococr docpreview; do
	ok "$stage" python3 "$top/tests/faults/matrix.py" -e "$stage"
done
done_testing
