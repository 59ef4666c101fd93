#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is handed out besides the programs: the archive, the packages' lists, the
# units of systemd.  The packages themselves: tests/soak/deb.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# make in the source tree, which may belong to another user.
make_top() {
	git config --file gitconfig --add safe.directory "$top"
	GIT_CONFIG_GLOBAL=$PWD/gitconfig make -s -C "$top" "$@"
}

same_bytes() {
	make_top dist >first
	sleep 1
	make_top dist >second
	cmp first second
	grep -q 'docpipe-[0-9.]*\.tar\.gz$' first
}
if test -d "$top/.git" || test -f "$top/.git"; then
	ok 'make dist: the same bytes' same_bytes
else
	skip 'make dist: the same bytes' 'not a checkout'
fi

# Every file that `make install` puts anywhere is in one package, and in one
# only.
packaged() {
	make -s -C "$top" B="$(dirname "$DOC_BIN")" PREFIX=/usr \
	    DESTDIR="$PWD/root" install >log 2>&1
	(cd root && find usr -type f) | sort >installed
	: >listed
	for list in "$top"/.debian/*.install; do
		while read -r pattern; do
			# shellcheck disable=SC2086 # a pattern
			(cd root && find $pattern -type f)
		done <"$list"
	done | sort >listed
	is "" "$(uniq -d listed)"
	diff installed listed
}
ok 'each installed file is in one package' packaged

# DOCSCAN without Tesseract: an engine is nowhere but with its command.
split() {
	grep -lx usr/libexec/docpipe/dococr "$top"/.debian/*.install >got
	is "$top/.debian/docpipe-ocr.install" "$(cat got)"
	is "" "$(grep 'ocr' "$top/.debian/docpipe-scan.install")"
}
ok 'who installs docscan gets no Tesseract' split

units() {
	mkdir units bin
	cp "$top"/examples/systemd/* units
	# Verified where it is to be installed.
	sed -i "s,/usr/bin/docrun,$DOC_BIN/docrun,; /^Documentation/d" units/*
	systemd-analyze verify units/docpipe@.service units/docpipe@.timer \
	    units/docpipe@.path 2>err || { cat err; return 1; }
	is "" "$(grep docpipe err)"
	# The scale goes to 100, and worse is more.
	systemd-analyze security --offline=yes --threshold=20 \
	    units/docpipe@.service >exposure || { tail -n 1 exposure; return 1; }
}
if test -n "$(command -v systemd-analyze)"; then
	ok 'units for systemd: valid, and exposed to 2.0 at most' units
else
	skip 'units for systemd' 'no systemd-analyze'
fi

done_testing
