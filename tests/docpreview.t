#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docpreview: pictures of the right size that other programs can open.
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf scan1.pdf wide.png tall.png tiny.png huge.png cut.png \
    photo.jpg turned.jpg notice.png notice.pgm plain.txt locked.pdf \
    damaged.pdf empty deep.png glass.png flag.bmp huge.bmp pages.tif \
    cmyk.tif flag.svg cut.svg letter.docx thumb.docx blank.docx thumb.odt \
    book.epub cover.epub diary.html mail.eml letters.zip zeros.gz \
    orders.xlsx binary.bin many.pdf
make_fixtures slow busy.pdf slow.pdf

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

# look.py FILE X Y ...: of a PNG that holds pixels and nothing else its width
# and height, the sample values at each place in hexadecimal, and the least and
# the greatest sample of the first band.
cat >look.py <<'E'
import struct, sys, zlib
d = open(sys.argv[1], "rb").read()
w, h, bits, color = struct.unpack(">IIBB", d[16:26])
at, data = 8, b""
while at < len(d):
    n, kind = struct.unpack(">I4s", d[at:at + 8])
    assert kind in (b"IHDR", b"IDAT", b"IEND"), "metadata: %r" % kind
    if kind == b"IDAT": data += d[at + 8:at + 8 + n]
    at += n + 12
raw, n = zlib.decompress(data), {0: 1, 2: 3, 4: 2, 6: 4}[color]
assert bits == 8
above, rows = bytes(w * n), []
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
    rows.append(above)
seen = set(v for r in rows for v in r[::n])
places = iter(int(v) for v in sys.argv[2:])
print(w, h, *["".join("%02x" % v for v in rows[y][x * n:x * n + n])
              for x, y in zip(places, places)], min(seen), max(seen))
E
# drawn FILE: the PNG that was made of it.
drawn() {
	status 0 docpreview -f png "f/$1" >out
	recs .preview.file out
}

# What is white in the page is white in the picture, and there is ink.
ink() {
	for f in letter.pdf scan1.pdf; do
		file=$(drawn "$f")
		python3 look.py "$file" >got
		read -r _ _ dark light <got
		test "$light" -gt 250
		test "$dark" -lt 160
	done
}
ok 'white paper and dark ink' ink

# colours FILE WANT X Y ...
colours() {
	want=$2 file=$(drawn "$1")
	shift 2
	python3 look.py "$file" "$@" >got
	is "$want" "$(cut -d ' ' -f "1-$(($# / 2 + 2))" got)"
}
ok '16 bits a sample become 8' colours deep.png '64 32 00 ff' 0 0 63 31
ok 'transparency is kept' colours glass.png '64 32 ff0000ff 00000000' 5 5 60 5
ok 'BMP' colours flag.bmp '64 32 0000ff ffff00' 5 5 5 30
ok 'SVG, and nothing outside is read' \
    colours flag.svg '256 128 0000ffff 0000ffff' 5 5 250 120

flattened() {
	status 0 docpreview -f jpeg f/glass.png >out
	is "jpeg 64 32" "$(python3 pixels.py "$(recs .preview.file out)")"
}
ok 'and left out where the format has none' flattened

# Without a profile, as ink on paper: red, but not the reddest of a screen.
cmyk() {
	file=$(drawn cmyk.tif)
	python3 look.py "$file" 5 5 >got
	read -r _ _ rgb _ <got
	case $rgb in [c-f]?[0-4]?[0-4]?) ;; *) echo "$rgb"; return 1 ;; esac
}
ok 'CMYK becomes sRGB' cmyk

sources() {
	for pair in letter.pdf:page photo.jpg:picture flag.svg:picture \
	    plain.txt:text diary.html:text letter.docx:text \
	    thumb.docx:thumbnail blank.docx:text thumb.odt:thumbnail \
	    book.epub:text cover.epub:cover mail.eml:text letters.zip:listing \
	    zeros.gz:facts; do
		is "$pair ok ${pair#*:}" "$pair $(recs "select(.path ==
		    \"f/${pair%:*}\" and .member == null).preview |
		    \"\(.status) \(.source)\"" all.ndjson)"
	done
	is 'skipped unsupported' "$(of binary.bin \
	    '.preview | "\(.status) \(.reasons[0])"')"
}
ok 'page, picture, thumbnail, cover, text, listing or facts' sources

# Archives under compression are listed, a compressed text and a mailbox read,
# and what Apple's programs draw of their documents is shown.
inside() {
	make_fixtures g box.tar.gz box.mbox
	head -c 200000 /dev/zero | gzip -9 >g/zeros.gz
	seq 1 4000 | bzip2 >g/numbers.bz2
	python3 - <<-'END'
		import zipfile
		with zipfile.ZipFile('g/talk.key', 'w') as z:
		    z.writestr('index.apxl', 'data')
		    z.write('f/photo.jpg', 'QuickLook/Thumbnail.jpg')
		with zipfile.ZipFile('g/photos.zip', 'w') as z:
		    z.write('f/photo.jpg', 'preview.jpg')
		with zipfile.ZipFile('g/broken.zip', 'w') as z:
		    z.writestr('a.txt', 'data')
		    z.writestr('QuickLook/Thumbnail.jpg', 'no picture')
	END
	status 0 docpreview g >out
	for pair in box.tar.gz:listing zeros.gz:facts numbers.bz2:text \
	    box.mbox:text talk.key:thumbnail photos.zip:listing \
	    broken.zip:listing; do
		is "$pair ok ${pair#*:}" "$pair $(recs "select(.path ==
		    \"g/${pair%:*}\" and .member == null).preview |
		    \"\(.status) \(.source)\"" out)"
	done
	clean
}
ok 'compressed archives and texts, mailboxes, previews in a zip' inside

# A card has ink on white, and the kind of document at its foot.
card() {
	file=$(drawn plain.txt)
	python3 look.py "$file" 2 254 100 200 >got
	is '192 256 555555 ffffff' "$(cut -d ' ' -f 1-4 got)"
	read -r _ _ _ _ dark _ <got
	test "$dark" -lt 90
}
ok 'a card of text' card

# The text that doctext left, not the document, and from the spool only.
spooled() {
	doctext f/orders.xlsx >out
	docpreview -f png <out >one
	printf 'quite another text\n' >"$(recs .text.file out)"
	docpreview --cache none -f png <out >two
	is text "$(recs .preview.source two)"
	test "$(recs .preview.phash one)" != "$(recs .preview.phash two)"
	printf 'secret\n' >secret
	jq -c --arg f "$PWD/secret" 'if .text then .text.file = $f else . end' \
	    out >named
	docpreview -f png <named >three
	is "$(recs .preview.phash one)" "$(recs .preview.phash three)"
}
ok 'the text doctext left in the spool' spooled

# apart RECORDS A B: bits that differ between their fingerprints.
apart() {
	python3 -c 'import sys
print(bin(int(sys.argv[1], 16) ^ int(sys.argv[2], 16)).count("1"))' \
	    "$(recs "select(.path == \"f/$2\").preview.phash" "$1")" \
	    "$(recs "select(.path == \"f/$3\").preview.phash" "$1")"
}

fingerprint() {
	status 0 docpreview -f jpeg -z 100 f/notice.png f/notice.pgm \
	    f/photo.jpg f/wide.png >small
	test "$(apart small notice.png notice.pgm)" -le 3
	test "$(apart small notice.png wide.png)" -ge 16
	of notice.png .preview.phash | grep -qE '^[0-9a-f]{16}$'
	# Smaller and as JPEG, against the WebP of the first run.
	sed 's|"f/notice.png"|"f/small.png"|' small >both
	cat all.ndjson >>both
	test "$(apart both small.png notice.png)" -le 8
}
ok 'near-duplicates have near fingerprints' fingerprint

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

pages() {
	status 0 docpreview -f png f/letter.pdf >one
	status 0 docpreview -f png -p 2 f/letter.pdf >two
	is 2 "$(recs '.preview.pages' two)"
	if cmp "$(recs .preview.file one)" "$(recs .preview.file two)"; then
		return 1
	fi
	status 1 docpreview -p 3 f/letter.pdf >out
	is error "$(recs .preview.status out)"
	for bad in 0 -1 x 2-1 1-0 '1,' 1-x; do
		status 2 docpreview "-p$bad" f/letter.pdf >out 2>err
	done
	status 2 docpreview -z 0 f/letter.pdf >out 2>err
	status 2 docpreview -z 100000 f/letter.pdf >out 2>err
}
ok '--pages: one of them' pages

several() {
	status 0 docpreview -f png -p 1-7 f/letter.pdf f/pages.tif >out
	is '1 2' "$(recs 'select(.path == "f/letter.pdf").preview |
	    [.pictures[].page | tostring] | join(" ")' out)"
	is 'true' "$(recs 'select(.path == "f/letter.pdf").preview |
	    .file == .pictures[0].file' out)"
	recs 'select(.path == "f/pages.tif").preview.pictures[] |
	    "\(.width) \(.height)"' out >got
	is '64 32 32 64 40 40' "$(tr '\n' ' ' <got | sed 's/ $//')"
	for f in $(recs '.preview.pictures[].file' out); do
		python3 pixels.py "$f" | grep -q '^png '
	done
	is 5 "$(recs '.preview.pictures[].file' out | sort -u | wc -l)"
	status 0 docpreview -p 2- f/many.pdf >out
	is '39 2 40' "$(recs '.preview.pictures | "\(length) \(.[0].page) " +
	    "\(.[-1].page)"' out)"
}
ok '--pages: several' several

sheet() {
	status 0 docpreview -f png -k -z 600 f/many.pdf f/pages.tif >out
	is '595 510' "$(recs 'select(.path == "f/many.pdf").preview |
	    "\(.width) \(.height)"' out)"
	file=$(recs 'select(.path == "f/pages.tif").preview.file' out)
	python3 look.py "$file" 150 150 450 150 150 450 450 450 >got
	is '600 600 000000 ffffff 808080 d8d8d8' "$(cut -d ' ' -f 1-6 got)"
	status 0 docpreview -f png -k -p 2-3 f/many.pdf >out
	is null "$(recs .preview.pictures out)"
}
ok '--contact-sheet' sheet

errors() {
	is 'error encrypted' \
	    "$(of locked.pdf '"\(.preview.status) \(.preview.error.code)"')"
	is 'error damaged' \
	    "$(of damaged.pdf '"\(.preview.status) \(.preview.error.code)"')"
	is 'error pixels' \
	    "$(of huge.png '"\(.preview.status) \(.preview.error.code)"')"
	of cut.png .preview.status | grep -qx 'error\|partial'
	is 'error pixels' \
	    "$(of huge.bmp '"\(.preview.status) \(.preview.error.code)"')"
	is 'error damaged' \
	    "$(of cut.svg '"\(.preview.status) \(.preview.error.code)"')"
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

# Each shape drawn is a sign of life: slow is not stalled.
beats() {
	status 1 docpreview -s 3s -t 7s slow/slow.pdf >out
	is 'error timeout' "$(recs '.preview |
	    "\(.status) \(.error.code)"' out)"
}
ok 'slow is not stalled' beats

# One page takes the others with it: there is a picture all the same.
fallback() {
	status 1 docpreview -k -p 1-2 -t 3s slow/busy.pdf >out
	is 'partial ["timeout"] page' "$(recs '.preview |
	    "\(.status) \(.reasons) \(.source)"' out)"
	is true "$(recs '.preview.height == 256' out)"
}
ok 'a sheet with a page that renders for ever' fallback

same() {
	docpreview --cache none -j 1 f >one || :
	docpreview --cache none -j 4 f >four || :
	cmp one four
	recs '.preview.file // empty' one | xargs sha256sum >sums
	rm -rf "$DOCPIPE_SPOOL"
	docpreview --cache none -j 3 --reuse=5 f >again || :
	cmp one again
	sha256sum -c --quiet sums
}
ok 'the same records and the same pictures, bit by bit' same

# An engine of root may mend the machine's caches of fonts where it has no root
# folder of its own; whoever comes after it must be able to read them.
fonts_for_all() {
	status 0 docpreview -q --cage=none --allow-degraded f/letter.pdf >out
	is "" "$(find /var/cache/fontconfig -type f ! -perm -004)"
}
if test -d /var/cache/fontconfig; then
	ok 'the caches of fonts stay readable for all' fonts_for_all
else
	skip 'the caches of fonts stay readable for all' 'there are none'
fi

done_testing
