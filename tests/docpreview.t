#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docpreview: pictures of the right size that other programs can open.
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf scan1.pdf wide.png tall.png tiny.png huge.png cut.png \
    photo.jpg turned.jpg notice.png notice.pgm plain.txt locked.pdf \
    damaged.pdf empty
make_fixtures slow busy.pdf

docpreview f >all.ndjson 2>all.err
all_status=$?
of() { recs "select(.path == \"f/$1\") | $2" all.ndjson; }

# Format and pixels, read from the file itself (WebP: RIFF container, VP8,
# VP8L or VP8X; JPEG: SOFn; PNG: IHDR).
cat >pixels.py <<'E'
import struct, sys
d = open(sys.argv[1], "rb").read()
if d[:8] == b"\x89PNG\r\n\x1a\n":
    print("png %d %d" % struct.unpack(">II", d[16:24]))
elif d[:2] == b"\xff\xd8":
    at = 2
    while True:
        mark, n = struct.unpack(">HH", d[at:at + 4])
        if 0xffc0 <= mark <= 0xffcf and mark not in (0xffc4, 0xffc8, 0xffcc):
            h, w = struct.unpack(">HH", d[at + 5:at + 9])
            break
        at += 2 + n
    print("jpeg %d %d" % (w, h))
    assert d.rstrip(b"\0")[-2:] == b"\xff\xd9", "cut short"
elif d[:4] == b"RIFF" and d[8:12] == b"WEBP":
    assert struct.unpack("<I", d[4:8])[0] + 8 == len(d), "cut short"
    kind = d[12:16]
    if kind == b"VP8 ":
        w, h = struct.unpack("<HH", d[26:30])
        w, h = w & 0x3fff, h & 0x3fff
    elif kind == b"VP8L":
        b, = struct.unpack("<I", d[21:25])
        w, h = (b & 0x3fff) + 1, (b >> 14 & 0x3fff) + 1
    else:
        w = int.from_bytes(d[24:27], "little") + 1
        h = int.from_bytes(d[27:30], "little") + 1
    print("webp %d %d" % (w, h))
else:
    print("unknown")
E

run() {
	is 1 "$all_status"
	is "" "$(cat all.err)"
	all '.preview.status' all.ndjson
	clean
}
ok 'a result for every document, nothing left behind' run

# size FILE WIDTH HEIGHT: as the record says and as the file is.
size() {
	is ok "$(of "$1" .preview.status)"
	is "$2 $3" "$(of "$1" '"\(.preview.width) \(.preview.height)"')"
	is "webp $2 $3" "$(python3 pixels.py "$(of "$1" .preview.file)")"
	is "$(stat -c %s "$(of "$1" .preview.file)")" "$(of "$1" .preview.bytes)"
}
ok 'PDF, A4 upright' size letter.pdf 181 256
ok 'a wide PNG' size wide.png 256 64
ok 'a tall PNG' size tall.png 64 256
ok 'a 1-bit PNG' size notice.png 256 100
ok 'a picture smaller than the preview is not blown up' size tiny.png 3 2
ok 'a JPEG' size photo.jpg 96 48
ok 'a JPEG with an orientation is turned' size turned.jpg 48 96

# What is white in the page is white in the picture, and there is ink.
ink() {
	status 0 docpreview -f png f/letter.pdf f/scan1.pdf >out
	for f in $(recs .preview.file out); do
		python3 - "$f" <<'E'
import struct, sys, zlib
d = open(sys.argv[1], "rb").read()
w, h, bits, color = struct.unpack(">IIBB", d[16:26])
at, data = 8, b""
while at < len(d):
    n, kind = struct.unpack(">I4s", d[at:at + 8])
    if kind == b"IDAT": data += d[at + 8:at + 8 + n]
    at += n + 12
raw, n = zlib.decompress(data), {0: 1, 2: 3, 4: 2, 6: 4}[color]
assert bits == 8
above, seen = bytes(w * n), set()
for y in range(h):
    kind, row = raw[y * (w * n + 1)], bytearray(raw[y * (w * n + 1) + 1:
                                                (y + 1) * (w * n + 1)])
    for i in range(len(row)):
        a = row[i - n] if i >= n else 0
        b, c = above[i], above[i - n] if i >= n else 0
        p = a + b - c
        near = min((a, b, c), key=lambda v: (abs(p - v), (a, b, c).index(v)))
        row[i] = row[i] + (0, a, b, (a + b) // 2, near)[kind] & 255
    above = bytes(row)
    seen.update(row[::n])
assert max(seen) > 250, "no white"
assert min(seen) < 160, "no ink"
E
	done
}
ok 'white paper and dark ink' ink

formats() {
	for f in webp jpeg png; do
		status 0 docpreview -f $f -z 100 f/wide.png f/letter.pdf >out
		for file in $(recs .preview.file out); do
			python3 pixels.py "$file" >>got.$f
		done
		grep -qx "$f 100 25" got.$f
		grep -qx "$f 71 100" got.$f
	done
}
ok '--format and --size' formats

page() {
	status 0 docpreview -f png f/letter.pdf >one
	status 0 docpreview -f png -p 2 f/letter.pdf >two
	is 2 "$(recs '.preview.pages' two)"
	if cmp "$(recs .preview.file one)" "$(recs .preview.file two)"; then
		return 1
	fi
	status 1 docpreview -p 3 f/letter.pdf >out
	is error "$(recs .preview.status out)"
	status 2 docpreview -p 0 f/letter.pdf >out 2>err
	status 2 docpreview -z 0 f/letter.pdf >out 2>err
	status 2 docpreview -z 100000 f/letter.pdf >out 2>err
}
ok '--page' page

errors() {
	is 'error encrypted' \
	    "$(of locked.pdf '"\(.preview.status) \(.preview.error.code)"')"
	is 'error damaged' \
	    "$(of damaged.pdf '"\(.preview.status) \(.preview.error.code)"')"
	is 'error pixels' \
	    "$(of huge.png '"\(.preview.status) \(.preview.error.code)"')"
	of cut.png .preview.status | grep -qx 'error\|partial'
	is 'skipped ["unsupported"]' \
	    "$(of plain.txt '"\(.preview.status) \(.preview.reasons)"')"
}
ok 'locked, damaged, too many pixels, not a picture' errors

slow() {
	start=$(date +%s)
	status 1 docpreview -p 2 -t 3s slow/busy.pdf f/letter.pdf >out
	test $(($(date +%s) - start)) -lt 20
	is 'error timeout' "$(recs 'select(.path == "slow/busy.pdf").preview |
	    "\(.status) \(.error.code)"' out)"
	is ok "$(recs 'select(.path == "f/letter.pdf").preview.status' out)"
	clean
}
ok 'a page that renders for ever' slow

same() {
	docpreview -j 1 f >one || :
	docpreview -j 4 f >four || :
	cmp one four
	recs '.preview.file // empty' one | xargs sha256sum >sums
	rm -rf "$DOCPIPE_SPOOL"
	docpreview -j 3 --reuse=5 f >again || :
	cmp one again
	sha256sum -c --quiet sums
}
ok 'the same records and the same pictures, bit by bit' same

done_testing
