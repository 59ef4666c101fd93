#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doctext: the words of each format, metadata, what is missing and why.
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf many.pdf locked.pdf open.pdf damaged.pdf scan.pdf \
    engine.doc parts.xls locked.xls talk.ppt mill.msg mill.rtf \
    letter.docx orders.xlsx slides.pptx note.odt stock.ods book.epub \
    diary.html utf8.txt cp1252.txt utf16.txt plain.txt empty mail.eml \
    simple.eml binary.bin photo.jpg letters.zip marked.txt marker.ndb \
    worded.jpg worded.png
make_fixtures slow busy.pdf

# Each file once, all at once; the tests look at their lines.
doctext f/*.* f/empty >all.ndjson 2>all.err
all_status=$?

of() { recs "select(.path == \"f/$1\" and (.member | not)) | $2" all.ndjson; }
text_of() { cat "$(of "$1" .text.file)"; }

run() {
	is 1 "$all_status"
	is "" "$(cat all.err)"
	clean
	is "$(recs 'select(.text)' all.ndjson | wc -l)" \
	    "$(recs . all.ndjson | wc -l)"
}
ok 'a record for every document, nothing left behind' run

# words FILE WORD...: all of them are in the text, and it is ok.
words() {
	name=$1; shift
	is ok "$(of "$name" .text.status)"
	text_of "$name" >text
	for w; do
		grep -qF -e "$w" text || {
			echo "no '$w' in:"; cat text; return 1; }
	done
	# What is said about it is true.
	is "$(wc -c <text)" "$(of "$name" .text.bytes)"
	is 600 "$(stat -c %a "$(of "$name" .text.file)")"
	python3 - "$(of "$name" .text.words)" "$(of "$name" .text.chars)" <<'E'
import sys
text = open("text", encoding="utf-8").read()
assert len(text.split()) == int(sys.argv[1]), len(text.split())
assert len("".join(text.split())) == int(sys.argv[2])
assert "\0" not in text
E
}
ok 'PDF' words letter.pdf 'analytical engine' 'brass cogwheels'
ok 'encrypted PDF with an empty password' words open.pdf 'analytical engine'
ok 'docx' words letter.docx 'Babbage' 'A waistcoat & a hat.'
ok 'xlsx' words orders.xlsx turbine flywheel 17 4.5 "item	amount"
ok 'pptx' words slides.pptx 'Opening words' 'Closing words'
ok 'doc' words engine.doc 'The engine hums softly.' 'See the drawing.' \
    "cog	brass" 'Жёлтый кит.' 'A note at the foot.'
ok 'xls' words parts.xls "turbine	1,234.50 rpm		2021-03-15" \
    "flywheel	spins" 'In a box.' 'behind the curtain'
ok 'ppt' words talk.ppt Opening 'First box' 'Speak up.' Closing 'Last box' \
    'On every slide'
ok 'msg' words mill.msg 'From: Ada Lovelace <ada@example.org>' \
    'To: Charles Babbage <charles@example.org>' 'Subject: Grüße' \
    'Date: Thu, 15 Jan 2026 08:30:00 +0000' 'The mill turns.'
ok 'rtf' words mill.rtf 'A café by the mill, € 5.' 'Its owner is away.' \
    'Мельница ミル' "cog	brass" 'the drawing' 'In a box.'

unwanted() {
	for f in engine.doc talk.ppt mill.rtf; do
		text_of $f >text
		if grep -e gone -e hidden -e 'Click to' -e 'not for' text; then
			return 1
		fi
	done
	is '["Secret"]' "$(of parts.xls .text.hidden)"
	is '["slide 2"]' "$(of talk.ppt .text.hidden)"
}
ok 'tracked deletions and field codes are no text, hidden sheets are said' \
    unwanted
ok 'odt' words note.odt 'Remember the umbrella.' 'Second thought.'
ok 'ods' words stock.ods "turbine	17" flywheel
ok 'epub' words book.epub 'A lamp was lit.' 'The keeper slept.'
ok 'html' words diary.html 'nightingale sang — café.' "rake	12"
ok 'mail' words simple.eml 'algebraic patterns' 'Schöne Grüße'
ok 'mail with an attachment' words mail.eml 'algebraic patterns'
for f in utf8 cp1252 utf16; do
	ok "text in $f" words $f.txt 'Der schöne Müller geht über die Brücke. €'
done
ok 'text in ASCII' words plain.txt 'hello world'

pages() {
	is 2 "$(of letter.pdf .text.pages)"
	is 40 "$(of many.pdf .text.pages)"
	# One form feed between pages, none behind the last.
	is 39 "$(text_of many.pdf | tr -dc '\f' | wc -c)"
	text_of many.pdf | tr '\f' '\n' | grep -o 'Page number [0-9]*' |
	    awk '$3 != NR { exit 1 }'
}
ok 'pages in order, form feeds between them' pages

metadata() {
	is 'Letter to Babbage|Ada Lovelace' \
	    "$(of letter.pdf '"\(.text.title)|\(.text.creator)"')"
	of letter.pdf .text.created | grep -q '^2026-01-15T08:30:00'
	is 'Letter of introduction|Ada Lovelace' \
	    "$(of letter.docx '"\(.text.title)|\(.text.creator)"')"
	is 'Мельница|Ада' "$(of engine.doc '"\(.text.title)|\(.text.creator)"')"
	is 'Mill über alles|Ada Lovelace|2026-01-15T08:30:00Z' \
	    "$(of mill.rtf '.text | "\(.title)|\(.creator)|\(.created)"')"
	is '["plan of the mill.pdf"]' "$(of mill.msg .text.attachments)"
	is 'Weather note|Ada Lovelace' \
	    "$(of note.odt '"\(.text.title)|\(.text.creator)"')"
	is 'The Lighthouse' "$(of book.epub .text.title)"
	is 'Garden diary' "$(of diary.html .text.title)"
	is 'Grüße vom Mühlrad' "$(of mail.eml '.text.title // .text.subject')"
	of mail.eml .text.creator | grep -q 'ada@example.org'
	of mail.eml .text.recipients | grep -q 'charles@example.org'
	is '["letter.docx"]' "$(of mail.eml .text.attachments)"
}
ok 'title, author, dates, recipients, attachments' metadata

# Of both byte orders, in the information and in a form.
utf16_strings() {
	printf '%s\n' '%PDF-1.4' \
	    '1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>endobj' \
	    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj' \
	    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 20]/Annots[5 0 R]>>endobj' \
	    '4 0 obj<</Title<FEFF041C04380440>/Author<FFFE10042000>>>endobj' \
	    '5 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V<FEFF041204350441>/Rect[0 0 9 9]>>endobj' \
	    'trailer<</Root 1 0 R/Info 4 0 R>>' >utf16.pdf
	doctext utf16.pdf >utf16.out || test $? -eq 1
	is 'Мир|А' "$(jq -r 'select(.type == "doc") |
	    .text | "\(.title)|\(.creator)"' utf16.out)"
	grep -q Вес "$(jq -r 'select(.type == "doc") | .text.file' utf16.out)"
}
ok 'strings of UTF-16 are converted inside the cage' utf16_strings

raw() {
	status 0 doctext --metadata f/letter.docx f/mill.rtf f/worded.jpg \
	    f/worded.png >out
	recs 'select(.path == "f/letter.docx").text.metadata[]' out |
	    grep -qx 'creator=Ada Lovelace'
	is "" "$(of letter.docx '.text.metadata // empty')"
}
ok 'raw properties only with --metadata' raw

pictures() {
	status 0 doctext --metadata f/worded.jpg f/worded.png >out
	of_pic() { recs "select(.path == \"f/$1\").text | $2" out; }
	is 'Die Mühle|Ada Lovelace|mill; water|A wheel|2026-01-15T08:30:00Z' \
	    "$(of_pic worded.jpg '"\(.title)|\(.creator)|\(.keywords)|\(
	    .description)|\(.modified)"')"
	is 'In a chunk|Packed words' \
	    "$(of_pic worded.png '"\(.title)|\(.description)"')"
	of_pic worded.jpg '.metadata[]' | grep -qx 'City=Leeds'
}
ok 'EXIF, XMP, IPTC and text chunks of pictures' pictures

passwords() {
	printf 'wrong\n%s\n' "$1" >words
	status 0 doctext -w words f/locked.pdf >out
	grep -q 'analytical engine' "$(recs .text.file out)"
	printf 'wrong\n' >words
	status 1 doctext -w words f/locked.pdf >out
	is encrypted "$(recs .text.error.code out)"
	status 2 doctext -w nowhere f/locked.pdf >out 2>err
}
ok '--password-file' passwords secret

attachment() {
	# As a document of its own, found by doclist.
	recs 'select(.member[-1]? == "letter.docx").text.file' all.ndjson >file
	grep -q 'attached letter about looms' "$(cat file)"
}
ok 'an attachment has its own text' attachment

no_script() {
	text_of diary.html >text
	if grep scriptword text; then return 1; fi
}
ok 'scripts are not text' no_script

scan() {
	is ok "$(of scan.pdf .text.status)"
	grep -q 'A page of ordinary text' "$(of scan.pdf .text.file)"
	is '["no-text:1-2"]' "$(of scan.pdf .text.ocr_pages |
	    sed 's/image-dominant/no-text/')"
}
ok 'pages without text are named for OCR' scan

errors() {
	is 'error input encrypted' "$(of locked.pdf '"\(.text.status) \(
	    .text.error.class) \(.text.error.code)"')"
	is encrypted "$(of locked.xls .text.error.code)"
	is 'error input damaged' "$(of damaged.pdf '"\(.text.status) \(
	    .text.error.class) \(.text.error.code)"')"
	for f in binary.bin letters.zip; do
		is 'skipped ["unsupported"]' \
		    "$(of $f '"\(.text.status) \(.text.reasons)"')"
	done
	of empty .text.status | grep -qx 'ok\|skipped'
}
ok 'locked, damaged, unsupported: said as such' errors

busy() {
	start=$(date +%s)
	status 1 doctext -t 3s slow/busy.pdf f/plain.txt >out 2>err
	test $(($(date +%s) - start)) -lt 20
	is 'ok' "$(recs 'select(.path == "f/plain.txt").text.status' out)"
	is 'partial timeout 1' "$(recs 'select(.path == "slow/busy.pdf").text |
	    "\(.status) \(.error.code) \(.pages_done)"' out)"
	grep -q 'analytical engine' "$(recs 'select(.path ==
	    "slow/busy.pdf").text.file' out)"
	clean
	status 1 doctext --cpu 2s slow/busy.pdf >out 2>err
	is 'partial cpu' "$(recs '.text | "\(.status) \(.error.code)"' out)"
	status 1 doctext --stall 2s slow/busy.pdf >out 2>err
	is 'partial stall' "$(recs '.text | "\(.status) \(.error.code)"' out)"
	is '["stall"]' "$(recs .text.reasons out)"
	clean
}
ok 'a page that takes for ever: the pages before it are delivered' busy

output() {
	python3 -c 'for i in range(20000): print("line number", i)' >long.txt
	status 1 doctext -M 64K long.txt f/plain.txt >out 2>err
	is 'partial ["output"]' "$(recs 'select(.path == "long.txt").text |
	    "\(.status) \(.reasons)"' out)"
	recs 'select(.path == "long.txt").text.file' out >file
	test "$(wc -c <"$(cat file)")" -le 65536
	grep -q 'line number 0' "$(cat file)"
	is ok "$(recs 'select(.path == "f/plain.txt").text.status' out)"
	clean
}
ok '--max-output cuts and says so' output

large() {
	python3 -c 'for i in range(900000): print("line number %07d of a long log"
	    % i)' >large.txt
	status 1 doctext -m 8M -M 1M --cache none large.txt >out 2>err
	is 'partial ["output"]' "$(recs '.text | "\(.status) \(.reasons)"' out)"
	status 0 doctext -m 8M --cache none large.txt >out 2>err
	cmp large.txt "$(recs .text.file out)"
	# Where it is mapped it does not count.
	{ printf '<html><p>'; cat large.txt; } >large.html
	status 0 doctext -m 8M --cache none large.html >out 2>err
	is 24300000 "$(recs .text.chars out)"
	rm large.txt large.html
}
ok 'a text larger than the memory of a worker' large

# The self-test of an engine is not a document of the user's: a limit that is
# too small for it must still give records, or a refusal, but no crash.
tiny_limits() {
	for limit in --timeout=1ms --timeout=0 --cpu=0 --memory=0 \
	    --max-output=0 --stall=1ms; do
		got=0
		timeout 60 doctext "$limit" f/plain.txt >out 2>err || got=$?
		case $got in
		0 | 1) is 1 "$(recs .text.status out | wc -l)" ;;
		2 | 3) grep -q '^doctext: ' err; test ! -s out ||
			is "" "$(recs .text out)" ;;
		*) echo "$limit: exit $got"; cat err; return 1 ;;
		esac
		clean
	done
}
ok 'absurd limits' tiny_limits

inline() {
	status 0 doctext -I f/plain.txt f/letter.pdf >out 2>err
	is 'hello world' "$(recs 'select(.path ==
	    "f/plain.txt").text.content' out)"
	recs 'select(.path == "f/letter.pdf").text.content' out |
	    grep -q 'brass'
	# What is too much for one line is left out, and the line stays whole.
	python3 -c 'print("\x01\x02" * 3000000)' >ctl.txt
	python3 -c 'print("word " * 1700000)' >big.txt
	doctext -I ctl.txt big.txt >out 2>err || :
	test "$(awk '{ print length }' out | sort -n | tail -n 1)" -lt 8388608
	status 0 docpreview <out >out2 2>err
	is 2 "$(recs .id out2 | wc -l)"
}
ok '--inline, within the limit of a line' inline

stats() {
	status 0 doctext -x f/letter.pdf >out
	any '.text.stats | .units == 1' out
	if grep -q '"stats"' all.ndjson; then return 1; fi
}
ok 'times only with --stats' stats

same() {
	status 1 doctext --cache none -j 1 f/*.* f/empty >one
	status 1 doctext --cache none -j 4 f/*.* f/empty >four
	cmp one four
	alike one all.ndjson
	status 1 doctext --cache none --reuse=8 f/*.* f/empty >reused
	cmp one reused
	status 1 doctext --cache none -u -j 4 f/*.* f/empty >un
	# Which of two alike comes first is a matter of chance then.
	for f in one un; do
		sed 's/"duplicate_of":"[0-9a-f]*",//' $f | sort >$f.sorted
	done
	cmp one.sorted un.sorted
}
ok 'the same bytes with -j1, -j4, --reuse, again' same

pipeline() {
	doclist f >list || :
	status 1 doctext <list >out 2>err
	status 1 doctext f >direct
	alike out direct
}
ok 'doclist | doctext is doctext FILE' pipeline

infected() {
	mkdir db && cp f/marker.ndb db
	doclist f/marked.txt f/plain.txt | docscan --db db >scanned 2>err || :
	status 0 doctext <scanned >out
	is 'skipped ["infected"]' "$(recs 'select(.path == "f/marked.txt").text |
	    "\(.status) \(.reasons)"' out)"
	is ok "$(recs 'select(.path == "f/plain.txt").text.status' out)"
	status 0 doctext -i <scanned >out
	is 'ok ok' "$(recs .text.status out | xargs)"
}
ok 'infected documents are left alone, unless told' infected

# A record is a request, not an authority.
roots() {
	mkdir in && echo fine >in/a.txt
	doclist in/a.txt >list
	sed 's|"path":"in/a.txt"|"path":"/etc/passwd"|; s|"media":"[^"]*"|"media":"text/plain"|' \
	    list >forged
	status 1 doctext -R in <forged >out 2>err
	is 'outside-root' "$(recs .text.error.code out)"
	sed 's|"list":|"data":"/etc/passwd","list":|' list >forged
	status 1 doctext -R in <forged >out 2>err
	is 'outside-root' "$(recs .text.error.code out)"
	sed "s|\"list\":|\"data\":\"$DOCPIPE_SPOOL/../in/a.txt\",\"list\":|" \
	    list >forged
	status 1 doctext -R in <forged >out 2>err
	status 0 doctext -R in <list >out 2>err
	# Nor does a digest or a tenant lead anywhere.
	sed 's|"sha256":"[^"]*"|"sha256":"../../../../tmp/x"|' list >forged
	status 0 doctext <forged >out 2>err
	is '["no-data"]' "$(recs .text.reasons out)"
	for t in ../../evil /tmp/x .. a/b; do
		sed "s|\"tenant\":\"default\"|\"tenant\":\"$t\"|" list >forged
		DOCPIPE_SPOOL=$scratch/a/b/spool
		doctext <forged >out 2>err || :
		is "" "$(recs '.text.file // empty' out)"
		test ! -e "$scratch/a/evil" && test ! -e "$scratch/a/b/evil"
	done
}
ok 'forged records open nothing outside' roots

gone() {
	echo x >going.txt
	doclist going.txt >list
	rm going.txt
	status 1 doctext <list >out 2>err
	is 'error not-found' "$(recs '.text | "\(.status) \(.error.code)"' out)"
}
ok 'a file that is gone is an error record' gone

spool_trouble() {
	DOCPIPE_SPOOL=$scratch/f/plain.txt
	status 3 doctext f/plain.txt >out 2>err
	grep -q '^doctext: ' err
	DOCPIPE_SPOOL=/proc/nowhere
	status 3 doctext f/plain.txt >out 2>err
	DOCPIPE_SPOOL=$scratch/spool
	# Left by one of this boot that was killed.
	cat >left.py <<'E'
import os, subprocess
d = os.environ["DOCPIPE_SPOOL"]
p = subprocess.Popen(["doctext", "slow/busy.pdf"], stdout=subprocess.DEVNULL)
while not any(n.startswith(".incoming.") for n in os.listdir(d)):
    pass
p.kill()
p.wait()
E
	status 0 python3 left.py
	find "$DOCPIPE_SPOOL" -name '.incoming.*' | grep -q .
	status 0 doctext f/plain.txt >out 2>err
	is ok "$(recs .text.status out)"
	clean
}
ok 'a spool that cannot be, and one with leftovers' spool_trouble

done_testing
