#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dococr: the words on pictures and on scanned pages, and only on those.
. "$(dirname "$0")/lib.sh"
fixtures notice.png notice.pgm scan.pdf scan1.pdf letter.pdf plain.txt \
    locked.pdf damaged.pdf cut.png tiny.png letter.docx
make_fixtures slow busy.pdf

doctext f >texts 2>/dev/null || :
dococr <texts >all.ndjson 2>all.err
all_status=$?
of() { recs "select(.path == \"f/$1\") | $2" all.ndjson; }

run() {
	is 1 "$all_status"
	is "" "$(cat all.err)"
	all '.ocr.status' all.ndjson
	clean
}
ok 'a result for every document, nothing left behind' run

# The words of examples/inbox/notice.png.
reads() {
	is ok "$(of "$1" .ocr.status)"
	cat "$(of "$1" .ocr.file)" >text
	for w in NOTICE harbour office 'Lighthouse Street' Monday 4711; do
		grep -q "$w" text || { echo "no $w in:"; cat text; return 1; }
	done
	is "$(wc -c <text)" "$(of "$1" .ocr.bytes)"
	test "$(of "$1" .ocr.words)" -ge 10
	test "$(of "$1" .ocr.confidence)" -ge 80
}
ok 'a PNG' reads notice.png
ok 'a PGM' reads notice.pgm
ok 'a scanned PDF of one page' reads scan1.pdf
ok 'the scanned pages of a mixed PDF' reads scan.pdf

mixed() {
	# Pages 1 and 2 are scans; page 3 has text and is not recognised again.
	is 2 "$(of scan.pdf .ocr.pages)"
	cat "$(of scan.pdf .ocr.file)" >text
	is 2 "$(grep -c NOTICE text)"
	is 1 "$(tr -dc '\f' <text | wc -c)"
	if grep -q 'ordinary text' text; then return 1; fi
}
ok 'a page that has text is left alone' mixed

skips() {
	is 'skipped ["has-text"]' \
	    "$(of letter.pdf '"\(.ocr.status) \(.ocr.reasons)"')"
	for f in plain.txt letter.docx; do
		is skipped "$(of $f .ocr.status)"
		is 1 "$(of $f '.ocr.reasons | length')"
	done
	for f in locked.pdf damaged.pdf; do
		of $f .ocr.status | grep -qx 'error\|skipped'
	done
	of cut.png .ocr.status | grep -qx 'error\|partial'
}
ok 'text, office files and broken ones' skips

alone() {
	# Without doctext before it, it looks itself.
	status 0 dococr f/scan.pdf f/letter.pdf >out
	is 2 "$(recs 'select(.path == "f/scan.pdf").ocr.pages' out)"
	is skipped "$(recs 'select(.path == "f/letter.pdf").ocr.status' out)"
	clean
}
ok 'it decides by itself where doctext was not asked' alone

always() {
	status 0 dococr -O always f/letter.pdf >out
	is 2 "$(recs .ocr.pages out)"
	grep -qi 'babbage' "$(recs .ocr.file out)"
}
ok '--ocr=always' always

never() {
	status 0 dococr --ocr=never f/notice.png f/scan.pdf >out
	is 2 "$(recs '.ocr | select(.status == "skipped" and
	    .reasons == ["off"]) | 1' out | wc -l)"
}
ok '--ocr=never reads nothing' never

redo() {
	# A scan with somebody's hidden text under it.
	python3 - "$top" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1] + '/tests/fixtures')
		sys.dont_write_bytecode = True
		import make
		(w, h, bits, *_), data = make.png_parts(make.notice())
		image = (b'/Type/XObject/Subtype/Image/Width %d/Height %d'
		    b'/ColorSpace/DeviceGray/BitsPerComponent %d'
		    b'/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 1'
		    b'/BitsPerComponent %d/Columns %d>>' % (w, h, bits, bits, w),
		    data)
		hidden = make.page_text(['words of an old engine ' * 3] * 9)
		page = (b''.join(b'q 595 0 0 232 0 %d cm /I Do Q\n' % y
		    for y in (0, 270, 540)) + hidden.replace(b'BT ', b'BT 3 Tr '))
		pdf = make.pdf_pages([(page, False)],
		    make.FONT[:-2] + b'/XObject<</I 7 0 R>>>>')
		open('layer.pdf', 'wb').write(make.add_object(pdf, 7, image))
	END
	status 0 dococr layer.pdf >out
	is skipped "$(recs .ocr.status out)"
	status 0 dococr --ocr=redo layer.pdf f/letter.pdf >out
	is 'ok skipped' "$(recs .ocr.status out | paste -sd ' ')"
	grep -q NOTICE "$(recs '.ocr.file // empty' out)"
}
ok '--ocr=redo reads again what an earlier OCR has read' redo

layouts() {
	for form in hocr tsv alto; do
		status 0 dococr --layout=$form f/scan.pdf >out
		is $form "$(recs .ocr.layout_form out)"
		is 2 "$(grep -c NOTICE "$(recs .ocr.layout out)")"
		is 2 "$(grep -c NOTICE "$(recs .ocr.file out)")"
		test $form = tsv || python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' "$(recs .ocr.layout out)"
	done
	# The places are those of the words: the first line is the title.
	status 0 dococr --layout=tsv f/notice.png >out
	awk -F'\t' '$12 == "NOTICE" { t = $8 } $12 == "4711" { b = $8 }
	    END { exit !(t > 0 && b > t + 100 && b < 460) }' \
	    "$(recs .ocr.layout out)"
	clean
}
ok 'hOCR, TSV and ALTO besides the text' layouts

# bbox PDF WORD: where pdftotext finds it, in points.
bbox() {
	pdftotext -bbox "$1" - |
	    sed -n "s,.*xMin=\"\([0-9]*\).*yMin=\"\([0-9]*\).*>$2</word>.*,\1 \2,p"
}

searchable() {
	status 0 dococr --searchable-pdf --layout=tsv f/scan.pdf f/notice.png \
	    f/letter.pdf >out
	is null "$(recs 'select(.path == "f/letter.pdf").ocr.searchable_pdf' out)"
	for f in scan.pdf notice.png; do
		pdf=$(recs "select(.path == \"f/$f\").ocr.searchable_pdf" out)
		is "$(wc -c <"$pdf")" \
		    "$(recs "select(.path == \"f/$f\").ocr.searchable_pdf_bytes" out)"
		qpdf --check "$pdf"
		pdftotext "$pdf" text
		grep -q 'NOTICE' text
		grep -q 'Lighthouse Street' text
	done
	# The page that has text is as it was, and so are the pictures.
	pdf=$(recs 'select(.path == "f/scan.pdf").ocr.searchable_pdf' out)
	pdftotext -f 3 -l 3 "$pdf" three
	pdftotext -f 3 -l 3 f/scan.pdf want
	cmp want three
	pdfimages -list f/scan.pdf | awk '{ print $4, $5, $9, $15 }' >want
	pdfimages -list "$pdf" | awk '{ print $4, $5, $9, $15 }' >got
	cmp want got
	# The words are seen by nobody: both pages look the same.
	pdftoppm -r 40 -gray -f 1 -l 1 f/scan.pdf want
	pdftoppm -r 40 -gray -f 1 -l 1 "$pdf" got
	cmp want-1.pgm got-1.pgm
	clean
}
ok '--searchable-pdf: words under the pages, pages as they were' searchable

# What is turned has its words where they are, too: those of the page as it is
# shown, which pdftotext counts from the corner of the medium.
places() {
	python3 - <<-'END'
		pdf = open('f/scan1.pdf', 'rb').read()
		for turn in (180, 270):
		    with open('turn%d.pdf' % turn, 'wb') as f:
		        f.write(pdf.replace(b'/MediaBox[0 0 595 842]',
		            b'/Rotate %d/CropBox[20 30 560 812]/MediaBox'
		            b'[0 0 595 842]' % turn))
	END
	status 0 dococr --searchable-pdf --layout=tsv turn*.pdf >out
	for turn in 180 270; do
		at="select(.path == \"turn$turn.pdf\").ocr"
		pdf=$(recs "$at.searchable_pdf" out)
		is $((360 - turn)) "$(recs "$at.page_results[0].turned" out)"
		qpdf --check "$pdf"
		for w in NOTICE 4711; do
			# shellcheck disable=SC2046 # numbers
			set -- $(awk -F'\t' -v w=$w '$12 == w {
			    print int($7 * 72 / 300), int($8 * 72 / 300) }' \
			    "$(recs "$at.layout" out)") $(bbox "$pdf" $w)
			is 4 $#
			x=$(($3 - $1)) y=$(($4 - $2))
			test $turn = 180 && x=$((x - 35)) y=$((y - 30))
			test $turn = 270 && x=$((x - 30)) y=$((y - 20))
			# 4 points: rounding, and heights of the whole line.
			test $x -le 4 && test $x -ge -4
			test $y -le 4 && test $y -ge -4
		done
	done
	clean
}
ok 'on turned and cropped pages, too' places

grafts() {
	status 2 dococr --searchable-pdf -e exec:cat f/notice.png
	# Kept, and made again where the file has gone.
	status 0 dococr --searchable-pdf f/notice.png >out
	pdf=$(recs .ocr.searchable_pdf out)
	cp "$pdf" first
	rm "$pdf"
	status 0 dococr --searchable-pdf f/notice.png >out
	cmp first "$pdf"
	clean
}
ok 'the same bytes every time' grafts

merged() {
	status 0 doctext f/scan.pdf >texts1
	status 0 dococr <texts1 >out
	is '1:no-text 2:no-text' "$(recs '[.ocr.page_results[] |
	    "\(.page):\(.reason)"] | join(" ")' out)"
	is 2 "$(recs '[.ocr.page_results[] | select(.confidence >= 80)] | length' out)"
	text=$(recs .ocr.merged out)
	is "$(wc -c <"$text")" "$(recs .ocr.merged_bytes out)"
	is 2 "$(tr -dc '\f' <"$text" | wc -c)"
	is 'NOTICE NOTICE ordinary' "$(grep -o 'NOTICE\|ordinary' "$text" |
	    paste -sd ' ')"
	# Without doctext there is nothing to merge with.
	status 0 dococr f/scan.pdf >out
	is null "$(recs .ocr.merged out)"
	is no-text "$(recs '.ocr.page_results[0].reason' out)"
	clean
}
ok 'text and what was read in one file, told page by page' merged

max_pages() {
	dococr -p 1 f/scan.pdf >out || :
	is 'partial ["pages"]' "$(recs '"\(.ocr.status) \(.ocr.reasons)"' out)"
}
ok '--max-pages is said' max_pages

lang() {
	got=0
	dococr -l nosuch f/notice.png >out 2>err || got=$?
	test "$got" -ge 2 && test "$got" -le 3
	grep -q nosuch err
	test ! -s out
	clean
}
ok 'a language that is not installed is refused by name' lang

slow() {
	start=$(date +%s)
	dococr -t 4s -O always slow/busy.pdf f/notice.png >out 2>err || :
	test $(($(date +%s) - start)) -lt 30
	is ok "$(recs 'select(.path == "f/notice.png").ocr.status' out)"
	recs 'select(.path == "slow/busy.pdf").ocr.status' out |
	    grep -qx 'partial\|error'
	clean
}
ok 'a page that renders for ever' slow

same() {
	dococr --cache none -j 1 f >one || :
	dococr --cache none -j 4 f >four || :
	cmp one four
	dococr --cache none --reuse=8 -j 2 f >reused || :
	cmp one reused
}
ok 'the same bytes with -j1, -j4, --reuse' same

done_testing
