#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes examples/inbox anew, the same bytes each time: small documents of many
# kinds, some broken or locked on purpose.  They are in the repository, so that
# only who changes them needs this.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
python3 "$top/tests/fixtures/make.py" "$top/examples/inbox" \
	letter.pdf scan1.pdf letter.docx orders.xlsx note.odt \
	diary.html mail.eml box.tar.gz utf8.txt cp1252.txt damaged.pdf \
	locked.pdf
# The EICAR test file, encoded: scanners of mail and disks must not find it in
# the source.  examples/demo.sh decodes it into build/.
echo 'WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=' \
	>"$top/examples/inbox/eicar.com.base64"
