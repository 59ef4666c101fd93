#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Folders of lib/ are layers: a file includes its own folder and those above it
# in lib/LAYERS.
cd "$(dirname "$0")/../.." || exit 2
find lib -name '*.[ch]' | sort | xargs awk '
	BEGIN {
		while ((getline line <"lib/LAYERS") > 0)
			if (line !~ /^#/ && line != "")
				at[line] = ++n
	}
	FNR == 1 {
		split(FILENAME, part, "/")
		me = part[2]
		if (!(me in at)) { print FILENAME ": not in lib/LAYERS"; bad = 1 }
	}
	/^#include "/ {
		split($2, part, "/")
		it = part[2]
		if (part[1] != "\"lib") {
			print FILENAME ":" FNR ": includes " $2 ", not of lib/"
			bad = 1
		} else if (!(it in at) || (it != me && at[it] > at[me])) {
			print FILENAME ":" FNR ": " me " includes " it
			bad = 1
		}
	}
	END { exit bad }'
