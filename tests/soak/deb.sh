#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages: built, lintian has nothing to say, each brings its engine only,
# and docscan out of them works where nothing else of docpipe is installed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

build() {
	make -C "$top" deb >log 2>&1 || { tail -n 30 log; return 1; }
	ls "$top"/build/deb/docpipe-scan_*.deb
}

depends() {
	dpkg-deb -f "$top"/build/deb/docpipe-"$1"_*.deb Depends
}

lean() {
	depends scan | grep -q libclamav
	is "" "$(depends scan | grep -o 'tesseract\|libvips')"
	is "" "$(depends store | grep -o 'clamav\|tesseract\|poppler')"
	depends ocr | grep -q libtesseract
}

unpacked() {
	for package in core scan; do
		dpkg-deb -x "$top"/build/deb/docpipe-"$package"_*.deb root
	done
	mkdir in
	echo 'nothing of interest' >in/a.txt
	status 1 env -i PATH=/usr/bin:/bin HOME="$PWD" \
	    "$PWD/root/usr/bin/docscan" -q in >out
	all '.scan.verdict == "incomplete"' out
}

ok 'make deb' build
ok 'packages bring what they need and no more' lean
ok 'docscan out of its packages' unpacked
done_testing
