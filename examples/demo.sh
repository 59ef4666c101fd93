#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh BUILD: docrun over a copy of examples/inbox, and what came out.
set -eu
build=${1:-build}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$build/demo
rm -rf "$work"
mkdir -p "$work"
cp -R "$top/examples/inbox" "$work/inbox"
base64 -d "$work/inbox/eicar.com.base64" >"$work/inbox/eicar.com"
rm "$work/inbox/eicar.com.base64"

echo "docrun -o $work/run --summary $work/inbox"
status=0
"$build/bin/docrun" -o "$work/run" --summary --progress none "$work/inbox" ||
	status=$?
echo
case $status in
0) echo "status 0: every document was handled, none with an error" ;;
1) echo "status 1: every document was handled; some are broken or locked" \
	"on purpose, and their records say so:" ;;
*) echo "status $status: the run is not complete"; exit "$status" ;;
esac
jq -r 'select(.type == "doc") | . as $d |
	(.list, .scan, .text, .ocr, .preview) | select(.error) |
	"  \($d.path): \(.error.class)/\(.error.code), \(.error.msg)"' \
	"$work/run/out.ndjson" | sort -u
echo "The records: $work/run/out.ndjson"
