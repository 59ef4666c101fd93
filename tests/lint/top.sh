#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What one sees first: these files and folders, and no scratch.
cd "$(dirname "$0")/../.." || exit 2
want='LICENSE Makefile README.md cmd completions examples lib man tests'
have=$(git ls-files 2>/dev/null | sed 's|/.*||' | grep -v '^\.' | LC_ALL=C sort -u |
    xargs)
# From a tar file there is nothing to ask.
test -z "$have" || test "$have" = "$want" || {
	echo "top level: $have"
	exit 1
}
