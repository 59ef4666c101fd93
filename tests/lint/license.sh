#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The licence stands first in each source: line 1, or 2 behind "#!".
cd "$(dirname "$0")/../.." || exit 2
bad=0
for f in $(find Makefile .*.mk cmd lib tests examples .ci .tools -type f \
	\( -name '*.[ch]' -o -name '*.sh' -o -name '*.t' -o -name '*.py' \
	-o -name '*.mk' -o -name Makefile -o -path '.ci/run' \) | sort); do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
		{ echo "$f: no SPDX line"; bad=1; }
done
exit "$bad"
