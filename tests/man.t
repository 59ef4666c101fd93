#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every .Dl line under EXAMPLES in the manual pages runs as it is printed, in a
# fresh folder with an inbox, and exits with 0, or with N where the comment
# `.\" exit N` stands before it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# Status and command of each example of a page, a tab between.
examples() {
	awk '
		BEGIN { want = 0 }
		/^\.Sh/ { on = /EXAMPLES/ }
		on && sub(/^\.\\" exit /, "") { want = $0 }
		on && sub(/^\.Dl /, "") { print want "\t" $0; want = 0 }
	' "$1" | sed 's/\\-/-/g; s/\\(aq/'\''/g; s/\\(dq/"/g; s/\\e/\\/g'
}

# What the examples work on.
samples() {
	fixtures letter.pdf notice.png simple.eml letter.docx plain.txt \
	    locked.pdf
	mkdir samples samples/inbox samples/signatures
	cp f/letter.pdf f/locked.pdf samples
	cp f/notice.png samples/scan.png
	rm f/locked.pdf
	cp f/* samples/inbox
	tar -czf samples/inbox/more.tar.gz -C f plain.txt letter.docx
	echo 'An invoice.' >samples/inbox/invoice.txt
	# The EICAR test file, coded so that scanners let this one be.
	echo 'WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNU' \
	    'QU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=' |
	    base64 -di >samples/inbox/eicar.com
	echo 'Nothing-Has-This:0:*:6e6f7468696e672068617320746869732121' \
	    >samples/signatures/own.ndb
}

# runs STATUS COMMAND: in a pipe only the last status shows, hence stderr.
runs() {
	rm -rf here "$DOCPIPE_STORE"*
	cp -R samples here
	cd here
	status "$1" sh -e -c "$2" 2>../said
	cat ../said
	if grep -E 'option|usage|cannot|error:|not found' ../said; then
		return 1
	fi
	cd ..
	clean
}

samples
for page in "$top"/man/*.[157]; do
	examples "$page" >list
	ok "${page##*/} has examples" test -s list
	number=0
	while IFS='	' read -r want line; do
		number=$((number + 1))
		ok "${page##*/}: example $number" runs "$want" "$line"
	done <list
done
done_testing
