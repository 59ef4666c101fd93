#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docfind: by words, by fields, by likeness; for people and for programs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

# --- a small library ---------------------------------------------------------

cat >library.py <<'E'
import json, sys

spool, out = sys.argv[1] + "/default/", []

def text(name, content, **more):
    with open(spool + name, "wb") as f:
        f.write(content.encode())
    return dict(status="ok", file=spool + name, words=9, **more)

def doc(number, path, media, **more):
    out.append(dict(v=1, type="doc", id=str(number), tenant="default",
                    path=path, media=media) | more)

def scan(verdict, status="ok", **more):
    return dict(status=status, **more, verdict=verdict)

def phash(print):
    return dict(status="ok", phash=print)

doc(1, "in/a.pdf", "application/pdf", size=1000, mtime="2026-01-01T00:00:00Z",
    sha256="01" * 32, scan=scan("clean"), preview=phash("00000000000000ff"),
    text=text("invoice.txt", "Rechnung Nr. 2024-17\nThe INVOICE for the "
              "Müller company is due in thirty days.\n"
              "A late fee applies (see page 2).\n", title="Final report"))
doc(2, "in/b.pdf", "application/pdf", size=5000, mtime="2026-02-01T00:00:00Z",
    sha256="ab" * 32, scan=scan("infected"), preview=phash("00000000000001ff"),
    text=text("old.txt", "An old invoice, from 1999. Nothing else.\n"))
doc(3, "in/box.zip", "text/plain", member=["sub/menu.txt"], parent="9",
    size=50, data="/spool/menu/data", preview=phash("ffffffffffffff00"),
    scan=scan("incomplete", "partial", reasons=["test-signatures"]),
    text=text("menu.txt", "Café menu\nSoup [hot], bread \33[31mred\33[0m\n"))
doc(4, "in/x\n\33[2J\u202eevil.png", "image/png",
    preview=dict(status="error",
                 error={"class": "input", "code": "damaged", "msg": "m"}))
doc(5, "jp", "text/plain",
    text=text("japan.txt", "発注書の件について、見積もりをお送りします。"))
doc(6, "th", "text/plain", text=text("thai.txt", "ใบแจ้งหนี้เลขที่ 17"))
doc(7, "in/\ufffd", "application/pdf", tenant="acme", path_b64="aW4v/w==",
    ocr=dict(status="ok", content="scanned invoice of acme"))
for d in out:
    print(json.dumps(d, separators=(",", ":")))
E
mkdir -p "$DOCPIPE_SPOOL/default"
python3 library.py "$DOCPIPE_SPOOL" >in

kept() {
	lines 7 in
	status 0 docstore -q <in >stored
}
ok 'seven documents are in the store' kept

# ids WANT ARG...: what docfind finds, in its order.
ids() {
	want=$1; shift
	docfind -P json "$@" >found || test $? -eq 1
	is "$want" "$(recs .id found | xargs)"
}

words() {
	ids '1 2 7' invoice -o path
	ids 1 INVOICE AND fee
	ids 1 'invoice AND muller'
	ids 1 'Müller'
	ids 3 cafe
	ids '1 7' 'invoice NOT old' -o path
	ids 1 '"late fee"'
	ids '' '"fee late"'
	ids 1 'invoi* AND thirt*'
	ids 1 'NEAR(invoice due, 5)'
	ids 1 title:report
	ids '' text:report
	ids 7 ocr:invoice
	ids '' nothinglikethis
}
ok 'words, phrases, operators, columns' words

# A word in the title is worth more, and so is a rare one.
ranked() {
	ids 1 -n 1 'final OR old OR soup'
	docfind -P json 'final OR old OR soup' >found
	is '1 2 3' "$(recs .found.rank found | xargs)"
}
ok 'the best comes first' ranked

no_spaces() {
	ids 5 見積
	ids 5 発注書
	ids '' 注発
	ids 6 แจ้งหนี้
	docfind 発注書 >table
	grep -q '\[発注書\]の件' table
}
ok 'scripts without spaces between words' no_spaces

fixed() {
	ids '' -F 'invoice AND fee'
	ids '1 2 7' -F invoice -o path
	ids 1 -F 'fee invoice'
	for odd in '"' 'a"b' '(' 'NOT' '*' 'x:y' '^' "'; DROP TABLE doc; --" \
	    '%' '{' 'NEAR('; do
		status 1 docfind -F -- "$odd" >found 2>err
		is "" "$(cat err)"
	done
	for bad in '"' '(' 'AND' 'nocolumn:x' 'NEAR('; do
		status 2 docfind "$bad" >found 2>err
		lines 1 err
		test ! -s found
	done
	status 2 docfind "$(printf '\377')" 2>err
}
ok '--fixed takes any words; a bad query is status 2' fixed

fields() {
	ids '1 2 7' -t pdf
	ids '1 2 7' -t 'application/*'
	ids '1 2 7' -t 'application/pdf'
	ids 4 -t image
	ids 1 -V clean
	ids 2 --verdict=infected
	ids 3 --verdict=incomplete
	ids 4 -s error
	ids 3 -s partial
	ids 4 -e damaged
	ids 7 -T acme
	ids '1 2' --after=2026
	ids 2 --after=2026-01-02
	ids 1 --before=2026-02
	ids 2 -x ab
	ids '2 1' --min-size=1000 -o size
	ids '1 3' --max-size=1000
	ids 3 -p '*menu*'
	ids 3 -p 'in/box.zip > *'
	ids 2 invoice -V infected
	ids '' invoice -V incomplete
	ids '1 2 3 4 5 6 7'
	ids '1 2' -n 2
	ids '2 1' -o time --after=2000
}
ok 'fields, alone and with words' fields

similar() {
	ids 1 --similar=00000000000000ff -d 0
	ids '1 2' --similar=00000000000000ff
	ids '2 1' --similar=00000000000003ff -d 2
	ids 3 --similar=ffffffffffffffff -d 8
	ids '1 2 3' --similar=00000000000000ff -d 64
	status 3 docfind --similar=nowhere.png 2>err
}
ok '--similar by fingerprint' similar

pictures() {
	fixtures photo.jpg notice.png letter.pdf
	docpreview -q f >made
	docstore -q -f pic.db <made >out
	status 0 docfind -f pic.db -P json --similar=f/photo.jpg >found
	is f/photo.jpg "$(recs .path found | head -n 1)"
	is 1 "$(recs .path found | wc -l)"
	clean
}
ok '--similar FILE, by what docpreview makes of it' pictures

# --- for people --------------------------------------------------------------

people() {
	docfind invoice >table
	grep -q '^VERDICT ' table
	grep -q '^clean  *pdf .*in/a.pdf$' table
	grep -q '^    .*\[INVOICE\] for the Müller' table
	docfind soup >table
	grep -q 'in/box.zip > sub/menu.txt' table
	# What strangers wrote does not reach the terminal as it is.
	docfind >table
	docfind bread >>table
	docfind -t image >>table
	if grep -q "$(printf '[\033\b\r]')" table; then return 1; fi
	if grep -q "$(printf '\342\200\256')" table; then return 1; fi
	grep -q 'in/x??\[2J?evil.png' table
	docfind -t image >table
	lines 2 table
}
ok 'a table with pieces of text, and no tricks in it' people

gone() {
	mv "$DOCPIPE_SPOOL/default/old.txt" old.txt
	docfind old >table
	lines 2 table
	mv old.txt "$DOCPIPE_SPOOL/default/old.txt"
	docfind old >table
	lines 3 table
}
ok 'a text that is gone is still found, without a piece of it' gone

# --- for programs ------------------------------------------------------------

programs() {
	docfind -P json invoice >found
	tail -n 1 found | jq -e '.stage == "docfind" and .in == 3 and
	    .out == 3 and .ok == 3'
	# The record as it was stored, and one member more.
	recs 'select(.id == "7") | del(.found)' found >one
	recs 'select(.id == "7")' in | cmp - one
	recs 'select(.id == "7") | .found.snippet' found |
	    grep -q 'scanned \[invoice\] of acme'
	# Any stage goes on with it (and these files there are not).
	status 1 doctext -q <found >out
	is doctext "$(tail -n 1 out | jq -r .stage)"
	is 3 "$(docfind --count invoice)"
	is 1 "$(docfind --count invoice -n 1 -T acme)"
	status 1 docfind --count zebra >out
	is 0 "$(cat out)"
	status 1 docfind zebra >out
	test ! -s out
}
ok 'records, counts and exit statuses' programs

paths() {
	docfind -0 >out
	is 7 "$(tr -cd '\0' <out | wc -c)"
	# The exact bytes; of a member, its file.
	printf 'in/\377\0' >want
	docfind -0 -T acme | cmp - want
	is /spool/menu/data "$(docfind -P paths soup)"
	is 'in/a.pdf in/b.pdf' "$(docfind -0 -p 'in/?.pdf' | xargs -0 echo)"
}
ok 'paths for xargs -0' paths

usage() {
	status 2 docfind -x xyz 2>err
	status 2 docfind -x "$(printf %065d 0)" 2>err
	status 2 docfind -T ../x 2>err
	status 3 docfind -f nowhere.db x 2>err
	: >empty.db
	status 2 docfind -f empty.db x 2>err
	status 3 docfind -P paths >/dev/full 2>err
	grep -q 'No space left' err
}
ok 'wrong options, no store, a full disk' usage

done_testing
