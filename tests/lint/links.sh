#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# links.sh BUILD: what parses no document maps no parser.
bad=0
for f in "${1:-build}"/bin/*; do
	got=$(ldd "$f" |
		grep -oE 'lib(poppler|vips|clamav|tesseract|lept|archive|gmime|magic|xml2|cairo|icu)[^ ]*')
	test -z "$got" || { echo "$f links" "$got"; bad=1; }
done
exit "$bad"
