#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doclist: every name and every member of a container ends in exactly one
# record, in order, whatever it is called and however broken it is.
. "$(dirname "$0")/lib.sh"
fixtures plain.txt empty letter.pdf letter.docx diary.html mail.eml simple.eml \
    box.mbox odd.zip links.tar letters.zip box.tar.gz deep.zip zeros.gz \
    many.zip binary.bin note.odt orders.xlsx book.epub notice.png
make_fixtures bombs bomb.gz bomb.bz2

sha() { sha256sum "$1" | cut -d' ' -f1; }

one_file() {
	status 0 doclist f/plain.txt >out 2>err
	is "" "$(cat err)"
	is "$(sha f/plain.txt)" "$(recs .sha256 out)"
	is "f/plain.txt 12 text/plain ok" \
	    "$(recs '"\(.path) \(.size) \(.media) \(.list.status)"' out)"
	is 2026-01-15T08:30:00Z "$(recs .mtime out)"
	is "" "$(recs '.path_b64 // .member // .parent // .data // ""' out)"
	clean
}
ok 'size, time, digest and type of a file' one_file

media() {
	status 0 doclist f/empty f/letter.pdf f/letter.docx f/diary.html \
	    f/note.odt f/orders.xlsx f/book.epub f/notice.png >out
	cat >want <<E
f/empty application/x-empty
f/letter.pdf application/pdf
f/letter.docx application/vnd.openxmlformats-officedocument.wordprocessingml.document
f/diary.html text/html
f/note.odt application/vnd.oasis.opendocument.text
f/orders.xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
f/book.epub application/epub+zip
f/notice.png image/png
E
	recs '"\(.path) \(.media)"' out >got
	diff -u want got
	all '.list.status == "ok"' out
}
ok 'media types, and packages that are documents are not opened' media

# --- names -------------------------------------------------------------------

mkdir names
nl='two
lines'
bad=$(printf 'caf\351.txt')
for name in "$nl" "$bad" '-dash' ' blank ' "q'uote\"" 'back\slash' "$(printf \
    '\001ctl')" 'Grüße.txt' "$(printf '%0250d' 1)"; do
	echo "$name" >"names/$name"
done
ln -s ../f/plain.txt names/zlink
ln -s nowhere names/zz-dangling
mkfifo names/zfifo
mkdir names/zfolder names/zempty
echo inner >names/zfolder/inner.txt

folder() {
	status 1 doclist names >out
	# What find sees but folders, in byte order, each once.
	find names ! -type d -print0 | LC_ALL=C sort -z |
	    python3 -c 'import base64, sys
for n in sys.stdin.buffer.read().split(b"\0")[:-1]:
    print(base64.b64encode(n).decode())' >want
	recs '.path_b64 // (.path | @base64)' out >got
	diff -u want got
	is 1 "$(recs 'select(.path_b64).path_b64' out | wc -l)"
	is "$(printf 'names/caf\351.txt' | base64)" \
	    "$(recs 'select(.path_b64).path_b64' out)"
	is 'names/caf�.txt' "$(recs 'select(.path_b64).path' out)"
	is "symlink symlink special-file" \
	    "$(recs '.list.error.code // empty' out | sort -r | xargs)"
	clean
}
ok 'a folder: sorted, every name survives, links and fifos refused' folder

null_names() {
	find names -type f -print0 | LC_ALL=C sort -z >in
	status 0 doclist -0 <in >out
	is "$(tr -dc '\0' <in | wc -c)" "$(recs .id out | wc -l)"
	all '.list.status == "ok"' out
	# The same documents as by walking.
	recs .id out | sort >a
	doclist names | recs 'select(.list.status == "ok").id' /dev/stdin |
	    sort >b
	diff -u b a
}
ok '-0: names of find -print0, with the same ids' null_names

line_names() {
	printf 'f/plain.txt\n\nmissing\nf/empty' >in
	status 1 doclist <in >out
	is "f/plain.txt missing f/empty" "$(recs .path out | xargs)"
	status 1 doclist - <in >again
	cmp out again
	is "not-found" "$(recs '.list.error.code // empty' out)"
	printf 'f/plain.txt\0\0f/empty\0' >in
	status 1 doclist -0 <in >out
	is "ok name ok" \
	    "$(recs '.list.error.code // .list.status' out | xargs)"
}
ok 'names by line; an empty one is a record with -0' line_names

long_name() {
	for length in 300 4095 4096 5000 300000; do
		printf "%0${length}d\nf/plain.txt\n" 1 >in
		status 1 doclist <in >out
		is "error ok" "$(recs .list.status out | xargs)"
		recs .list.error.code out | head -n 1 |
		    grep -qx 'name\|not-found'
	done
}
ok 'a name that is too long is one bad record, not the end' long_name

order() {
	for i in 9 1 8 2 7 3; do echo "$i" >"o$i"; done
	status 0 doclist -j 4 o9 o1 f/box.tar.gz o8 o2 o7 o3 >out
	is "o9 o1 f/box.tar.gz f/box.tar.gz f/box.tar.gz f/box.tar.gz \
f/box.tar.gz o8 o2 o7 o3" "$(recs .path out | xargs)"
}
ok 'order of the operands, members behind their container' order

ids() {
	status 0 doclist f/letters.zip f/plain.txt >out
	cp -r f g
	status 0 doclist f/letters.zip f/plain.txt >again
	cmp out again
	is 4 "$(recs .id out | sort -u | wc -l)"
	# The place makes the id, the content the digest.
	status 0 doclist g/plain.txt >moved
	is "$(recs .sha256 out | tail -n 1)" "$(recs .sha256 moved)"
	test "$(recs .id out | tail -n 1)" != "$(recs .id moved)"
	status 0 doclist -T other f/plain.txt >tenant
	is other "$(recs .tenant tenant)"
	test "$(recs .id out | tail -n 1)" != "$(recs .id tenant)"
	# A member's id is of its chain: parent points to a record before it.
	status 0 doclist f/box.tar.gz >box
	recs '.parent // empty' box | sort -u >parents
	recs .id box | sort >all
	is "" "$(comm -23 parents all)"
	is 2 "$(recs '.member | select(length == 2)' box | wc -l)"
}
ok 'ids: same place, same id; another place or tenant, another' ids

deterministic() {
	for j in 1 2 4; do
		status 1 doclist -j "$j" f names >out.$j
	done
	cmp out.1 out.2
	cmp out.1 out.4
	# Which of two is the duplicate is a matter of who came first.
	status 1 doclist -u -j 4 f names >out.u
	for f in 1 u; do recs 'del(.duplicate_of)' out.$f | sort >set.$f; done
	cmp set.1 set.u
}
ok 'the same bytes whatever -j; --unordered the same set' deterministic

batches() {
	for n in 0 1 7 64 1000; do
		status 1 doclist --batch "$n" f names >out.b
		cmp out.1 out.b
	done
}
ok '--batch: the same bytes however many share a worker' batches

# --- containers --------------------------------------------------------------

nested() {
	status 0 doclist f/box.tar.gz >out
	cat >want <<'E'
[]
["box/letters.zip"]
["box/letters.zip","one.txt"]
["box/letters.zip","sub/two.html"]
["box/three.txt"]
E
	recs '.member // []' out >got
	diff -u want got
	one=$(recs 'select(.member[-1]? == "one.txt").data' out)
	is 'first letter' "$(cat "$one")"
	is "$(sha "$one")" \
	    "$(recs 'select(.member[-1]? == "one.txt").sha256' out)"
	case $one in "$DOCPIPE_SPOOL"/default/??/*/data) ;; *) false ;; esac
	is 600 "$(stat -c %a "$one")"
	is 700 "$(stat -c %a "$DOCPIPE_SPOOL/default")"
	clean
}
ok 'a zip in a tar.gz: all levels, content in the spool' nested

odd() {
	status 1 doclist f/odd.zip >out
	names=$(recs '.member[0]? // empty' out | tr '\n' ' ')
	is 'good.txt café#.txt ../escape.txt /etc/absolute.txt empty.txt bad-crc.txt last.txt ' \
	    "$names"
	is "$(printf 'caf\351#.txt' | base64)" \
	    "$(recs '.member_b64[0]? // empty' out)"
	# A bad member is its own record's trouble; those behind it are there.
	is "bad-crc.txt damaged" "$(recs 'select(.member and .list.status !=
	    "ok") | "\(.member[0]) \(.list.error.code)"' out)"
	is "partial" "$(recs 'select(.member | not).list.status' out)"
	is "behind the bad one" "$(cat "$(recs 'select(.member ==
	    ["last.txt"]).data' out)")"
	is 0 "$(recs 'select(.member == ["empty.txt"]).size' out)"
	test ! -e escape.txt && test ! -e /etc/absolute.txt
	# The balance.
	is "7 6 1" "$(recs 'select(.list.members).list |
	    "\(.members) \(.delivered) \(.refused)"' out)"
	clean
}
ok 'odd members: evil names, wrong checksum, not UTF-8' odd

links() {
	doclist f/links.tar >out || :
	cat >want <<'E'
real.txt ok 
sym skipped link
hard skipped link
fifo skipped special-file
end.txt ok 
E
	recs 'select(.member) | "\(.member[0]) \(.list.status) \(.list.reasons[0]
	    // "")"' out >got
	diff -u want got
	clean
}
ok 'links and devices inside an archive are named and skipped' links

# A tar may begin with any number of zero blocks, so zeros could be an empty
# one; the megabyte inside is a document all the same.
zeros() {
	status 0 doclist f/zeros.gz >out
	is 1048576 "$(recs 'select(.member).size' out)"
}
ok 'a compressed file of zeros is not an empty archive' zeros

depth() {
	status 0 doclist f/deep.zip >out
	is "1 2 3 4 5 6 7" "$(recs '.member // [] | length + 1' out | xargs)"
	status 1 doclist -d 3 f/deep.zip >out
	is "1 2 3 4" "$(recs '.member // [] | length + 1' out | xargs)"
	is "ok ok ok partial" "$(recs .list.status out | xargs)"
	is depth "$(recs '.list.reasons[0]? // empty' out)"
	status 1 doclist -d 0 f/deep.zip >out
	is partial "$(recs .list.status out)"
}
ok 'the depth limit is said, and the rest is there' depth

members() {
	status 1 doclist -n 10 f/many.zip f/plain.txt >out
	is 12 "$(recs 'select(.list.status == "ok" or (.member | not)).id' \
	    out | wc -l)"
	is partial "$(recs 'select(.list.members).list.status' out)"
	any '.list.reasons? | index("members")' out
	# One budget for the tree, not one for each level.
	status 1 doclist -n 2 f/box.tar.gz >out
	test "$(recs 'select(.member and .list.status == "ok").id' out |
	    wc -l)" -le 2
	clean
}
ok 'a budget of members for the whole tree' members

# What is not delivered counts too: a million links are no way around it.
refused_members() {
	python3 -c 'import tarfile
t = tarfile.open("manylinks.tar", "w")
for i in range(500):
    x = tarfile.TarInfo("l%d" % i)
    x.type, x.linkname = tarfile.SYMTYPE, "x"
    t.addfile(x)'
	doclist -n 20 manylinks.tar >out || :
	test "$(recs .id out | wc -l)" -le 30
	any '.list.reasons? | index("members")' out
}
ok 'the budget holds for members that are refused' refused_members

bytes() {
	DOCPIPE_SPOOL=$scratch/bytes
	status 1 doclist -b 1M bombs/bomb.gz f/plain.txt >out
	is "ok" "$(recs 'select(.path == "f/plain.txt").list.status' out)"
	any '[.list.reasons[]?, .list.error.code?] | index("bytes")' out
	test "$(du -s --block-size=1K "$DOCPIPE_SPOOL" | cut -f1)" -lt 4000
	clean
}
ok 'a budget of bytes really produced' bytes

output() {
	DOCPIPE_SPOOL=$scratch/output
	status 1 doclist -M 100K bombs/bomb.gz f/plain.txt >out
	is "ok" "$(recs 'select(.path == "f/plain.txt").list.status' out)"
	any '[.list.reasons[]?, .list.error.code?] | index("output")' out
	test "$(du -s --block-size=1K "$DOCPIPE_SPOOL" | cut -f1)" -lt 9000
}
ok 'a member larger than --max-output' output

slow() {
	start=$(date +%s)
	status 1 doclist -t 1s bombs/bomb.bz2 f/plain.txt >out
	test $(($(date +%s) - start)) -lt 15
	is "ok" "$(recs 'select(.path == "f/plain.txt").list.status' out)"
	any '[.list.reasons[]?, .list.error.code?] | index("timeout")' out
	clean
}
ok 'a bomb runs into the clock, its neighbour is untouched' slow

# It is read in pieces; the type is told by its head.
huge() {
	truncate -s 300M huge.bin
	status 0 doclist -m 64M huge.bin >out
	is "$(sha huge.bin) 314572800 application/octet-stream" \
	    "$(recs '"\(.sha256) \(.size) \(.media)"' out)"
}
if test "${DOC_SANITIZED:-}"; then
	skip 'a file larger than memory' 'the sanitizer has its own idea of it'
else
	ok 'a file larger than the memory of a worker' huge
fi

# Once looked at, recorded as often as it occurs; the first in the stream is the
# one the others point to, whatever the number of workers.
duplicates() {
	mkdir twice
	cp f/letters.zip twice/a.zip
	cp f/letters.zip twice/b.zip
	cp f/plain.txt twice/c.txt
	printf 'first letter\n' >twice/d.txt
	: >twice/e; : >twice/f
	for j in 1 4; do
		status 0 doclist -j "$j" twice >out.$j
	done
	cmp out.1 out.4
	cat >want <<'E'
a.zip:
a.zip one.txt:
a.zip sub/two.html:
b.zip: a.zip
b.zip one.txt: a.zip one.txt
b.zip sub/two.html: a.zip sub/two.html
c.txt:
d.txt: a.zip one.txt
e:
f:
E
	jq -rs 'map(select(.type == "doc") |
	    .name = ([.path[6:], .member[]?] | join(" "))) |
	    (map({key: .id, value: .name}) | from_entries) as $of | .[] |
	    .name + ":" + (if .duplicate_of then " " + $of[.duplicate_of]
	    else "" end)' out.1 >got
	diff -u want got
	all '.media and .sha256' out.1
	is "$(recs 'select(.path == "twice/a.zip" and .member).data' out.1)" \
	    "$(recs 'select(.path == "twice/b.zip" and .member).data' out.1)"
}
ok 'the same content again: duplicate_of' duplicates

# More members than are items at a time, and enough for the queue to go to a
# file: order, depth and ids survive.
many_members() {
	python3 -c 'import io, tarfile
t = tarfile.open("big.tar", "w")
for i in range(3000):
    b = b"%d\n" % (i % 500)
    x = tarfile.TarInfo("%05d-" % i + "n" * 80)
    x.size = len(b)
    t.addfile(x, io.BytesIO(b))
t.close()'
	status 0 doclist big.tar f/plain.txt >out
	is 3002 "$(recs .id out | sort -u | wc -l)"
	recs 'select(.member) | .member[0][:5]' out >got
	seq -f %05g 0 2999 >want
	cmp want got
	is 2500 "$(recs 'select(.duplicate_of).id' out | wc -l)"
	all '.depth == if .member then (.member | length) else null end' out
	is f/plain.txt "$(recs .path out | tail -n 1)"
	clean
}
ok 'three thousand members: all there, in order' many_members

mails() {
	status 0 doclist f/mail.eml f/simple.eml >out
	is "message/rfc822" "$(recs 'select(.member | not).media' out |
	    sort -u)"
	any '.member[-1]? == "letter.docx" and (.media | test("word"))' out
	status 0 doclist f/box.mbox >out
	is 1 "$(recs 'select(.member[-1]? == "letter.docx").id' out | wc -l)"
	is 2 "$(recs 'select(.media == "message/rfc822").id' out | wc -l)"
	clean
}
ok 'attachments of a mail, messages of a mailbox' mails

# --- what is wanted ----------------------------------------------------------

mkdir -p sel/acme/deep 'sel/bad name' sel/beta
cp f/letters.zip sel/acme/a.zip
cp f/plain.txt sel/acme/deep/b.txt
cp f/letter.pdf sel/beta/c.pdf
cp f/plain.txt 'sel/bad name/d.txt'
cp f/plain.txt sel/e.txt

include() {
	status 0 doclist -g '*.txt' sel >out
	is "sel/acme/a.zip sel/acme/a.zip sel/acme/deep/b.txt sel/bad name/d.txt sel/e.txt" \
	    "$(recs .path out | xargs)"
	is one.txt "$(recs '.member[0]? // empty' out)"
	status 0 doclist -g 'sel/beta/*' -g '*/two.html' sel >out
	is "a.zip two.html c.pdf" "$(recs '.member[0]? // .path |
	    split("/")[-1]' out | xargs)"
	# The balance of the container counts what is in it, not what is wanted.
	is "2 2 0" "$(recs 'select(.list.members).list |
	    "\(.members) \(.delivered) \(.refused)"' out)"
	any '.type == "end" and .in == 3 and .out == 3' out
}
ok '--include: by whole name or last part, members too' include

exclude() {
	status 0 doclist -X sel/acme/deep -X '*.html' -X '*.pdf' sel >out
	is "a.zip one.txt d.txt e.txt" "$(recs '.member[0]? // .path |
	    split("/")[-1]' out | xargs)"
	is "2 1 1" "$(recs 'select(.list.members).list |
	    "\(.members) \(.delivered) \(.excluded)"' out)"
	printf 'sel/e.txt\nsel/beta/c.pdf\n' >names.in
	status 0 doclist -X '*.pdf' <names.in >out
	is sel/e.txt "$(recs .path out)"
	status 0 doclist -f names.in >out
	is "sel/e.txt sel/beta/c.pdf" "$(recs .path out | xargs)"
	status 2 doclist -f names.in sel
	status 2 doclist -f missing
}
ok '--exclude, --files-from' exclude

old_or_large() {
	touch -d 2020-01-01T00:00:00Z sel/e.txt
	touch -d 2020-06-01T00:00:00Z sel/beta/c.pdf mark
	status 0 doclist -N 2020-02-01 sel/e.txt sel/beta >out
	is sel/beta/c.pdf "$(recs .path out)"
	status 0 doclist -N 2020-06-01T00:00:00Z sel/e.txt sel/beta >out
	is "" "$(recs .path out)"
	status 0 doclist -N mark sel/e.txt sel/beta sel/acme/deep >out
	is sel/acme/deep/b.txt "$(recs .path out)"
	# In the same second, as find -newer has it; and what is missing is told
	# behind what is old.
	touch -d 2020-06-01T00:00:00.5Z mark
	touch -d 2020-06-01T00:00:00.7Z sel/e.txt
	status 1 doclist -N mark sel/beta sel/e.txt sel/beta/c.pdf missing >out
	is "sel/e.txt missing" "$(recs .path out | xargs)"
	status 2 doclist -N yesterday sel
	status 0 doclist -L 100 sel/beta sel/e.txt >out
	is "skipped size ok" "$(recs '.list | .status + " " + (.reasons[0]?
	    // "")' out | xargs)"
	is "" "$(recs 'select(.list.status == "skipped") | .sha256 // empty' \
	    out)"
}
ok '--newer, --max-size' old_or_large

# Links and devices are no documents of another name.
selected_links() {
	mkdir -p sel/links && echo x >sel/links/a.txt
	ln -s a.txt sel/links/b.txt && ln -s a.txt sel/links/c.pdf
	mkfifo sel/links/d.pdf
	touch -h -d 2020-01-01 sel/links/*
	status 0 doclist -g a.txt sel/links >out
	is sel/links/a.txt "$(recs .path out)"
	status 1 doclist -g '*.txt' sel/links >out
	is "sel/links/a.txt sel/links/b.txt" "$(recs .path out | xargs)"
	status 0 doclist -N 2021-01-01 sel/links >out
	is "" "$(recs .path out)"
	rm -r sel/links
}
ok '--include and --newer: links and fifos, too' selected_links

tenants() {
	status 1 doclist -T house -D dir sel >out
	is "acme acme acme acme house beta house" "$(recs .tenant out | xargs)"
	is "sel/bad name/d.txt name" "$(recs 'select(.list.error) |
	    "\(.path) \(.list.error.code)"' out)"
	# Tenants share nothing: no duplicates across, a spool each.
	is "" "$(recs .duplicate_of out | grep -v null || :)"
	ls "$DOCPIPE_SPOOL/acme" >/dev/null
	(cd sel && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) >in
	(cd sel && status 1 doclist -D dir <../in) >out
	is "acme acme acme acme default beta default" "$(recs .tenant out |
	    xargs)"
}
ok '--tenant-from dir' tenants

promises() {
	mkdir prom
	cp f/letter.pdf prom/a.txt; cp f/plain.txt prom/b.pdf
	cp f/plain.txt prom/c.csv; cp f/empty prom/d.pdf; cp f/notice.png prom/e
	cp f/binary.bin prom/f.docx
	status 0 doclist prom >out
	cat >want <<'E'
prom/a.txt application/pdf text/plain
prom/b.pdf text/plain application/pdf
prom/f.docx application/octet-stream application/vnd.openxmlformats-officedocument.wordprocessingml.document
E
	recs 'select(.media_by_name) | "\(.path) \(.media) \(.media_by_name)"' \
	    out >got
	diff -u want got
}
ok 'media_by_name, where the name promises something else' promises

unsafe() {
	status 1 doclist f/odd.zip >out
	is "../escape.txt traversal /etc/absolute.txt absolute" \
	    "$(recs 'select(.list.unsafe_name) |
	    "\(.member[0]) \(.list.unsafe_name)"' out | xargs)"
}
ok 'names that would lead elsewhere are said to' unsafe

# Zip's old cipher and AES, each member with the password of its own.
locked() {
	fixtures locked.zip
	status 1 doclist f/locked.zip >out
	is "error encrypted" "$(recs 'select(.member) | .list |
	    "\(.status) \(.error.code)"' out | sort -u)"
	printf 'wrong\nopen sesame\nother\n' >words
	status 0 doclist -w words f/locked.zip >out
	is "the secret" "$(cat "$(recs 'select(.member).data' out)")"
	is 2 "$(recs 'select(.list.members).list.password' out)"
	if grep -q sesame out; then false; fi
	printf 'wrong\n' >words
	status 1 doclist -w words f/locked.zip >out
	is encrypted "$(recs 'select(.member).list.error.code' out)"
	status 2 doclist -w missing f/locked.zip
}
ok '--password-file: the one that fits, by its number' locked

# Zip's old cipher compares one byte: of 256 wrong passwords one seems to fit.
# It is not taken for the right one, nor the archive for damaged.
locked_falsely() {
	python3 -c 'import zipfile
z = zipfile.ZipFile("f/locked.zip")
def fits(word):
    try:
        z.open("secret.txt", pwd=word)
        return True
    except RuntimeError:
        return False
words = [b"%d" % i for i in range(4000)]
false = [w for w in words if fits(w)][:3]
assert len(false) == 3
open("false", "wb").write(b"\n".join(false) + b"\n")'
	# Behind a BOM, and a line that is too long for a password.
	{ printf '\357\273\277'; cat false; printf '%0300d\n' 7
		echo 'open sesame'; } >words
	status 0 doclist -w words f/locked.zip >out
	is "the secret" "$(cat "$(recs 'select(.member).data' out)")"
	is 5 "$(recs 'select(.list.members).list.password' out)"
	status 1 doclist -w false f/locked.zip >out
	is encrypted "$(recs 'select(.member).list.error.code' out)"
	is '["encrypted"]' "$(recs 'select(.list.members).list.reasons' out)"
	clean
}
ok '--password-file: one that only seems to fit' locked_falsely

# What no password can open here is listed all the same, to the last.
locked_7z() {
	echo one >7a && echo two >7b
	7z a -bd -popen 7.7z 7a 7b >/dev/null
	echo open >words
	for option in '' '-w words'; do
		# shellcheck disable=SC2086 # words
		status 1 doclist $option 7.7z >out
		is "7a encrypted 7b encrypted" "$(recs 'select(.member) |
		    "\(.member[0]) \(.list.error.code)"' out | xargs)"
	done
}
if command -v 7z >/dev/null; then
	ok 'a locked 7z, with and without passwords' locked_7z
else
	skip 'a locked 7z' 'no 7z (p7zip-full)'
fi

embedded() {
	status 0 doclist f/letter.docx f/book.epub >out
	is "" "$(recs '.member // empty' out)"
	python3 -c 'import zipfile
z = zipfile.ZipFile("pics.docx", "w")
z.writestr("[Content_Types].xml", "<Types><Override ContentType=\"application/"
    "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
    "</Types>")
z.writestr("word/document.xml", "<w/>")
z.write("f/notice.png", "word/media/image1.png")
z.write("f/plain.txt", "word/embeddings/note.txt")
z.writestr("word/printerSettings/p.bin", "x")'
	status 0 doclist -E pics.docx >out
	is "word/media/image1.png image/png word/embeddings/note.txt text/plain" \
	    "$(recs 'select(.member) | "\(.member[0]) \(.media)"' out | xargs)"
	is "2 2 0" "$(recs 'select(.list.members).list |
	    "\(.members) \(.delivered) \(.refused)"' out)"
	status 0 doclist pics.docx >out
	is 1 "$(recs .id out | wc -l)"
}
ok '--embedded: pictures and documents in packages' embedded

tnef() {
	fixtures winmail.dat
	status 0 doclist f/winmail.dat >out
	is "application/vnd.ms-tnef" "$(recs 'select(.member | not).media' out)"
	is "note.txt text/plain" "$(recs 'select(.member) |
	    "\(.member[0]) \(.media)"' out)"
	is "from outlook" "$(cat "$(recs 'select(.member).data' out)")"
	head -c 60 f/winmail.dat >cut.dat
	status 1 doclist cut.dat >out
}
ok 'winmail.dat' tnef

tnef_within() {
	fixtures forwarded.dat
	status 0 doclist f/forwarded.dat >out
	is "Größe deep.txt" "$(recs '.member[-1]? // empty' out | xargs)"
	is "deep inside" "$(cat "$(recs 'select(.depth == 2).data' out)")"
}
ok 'a message in a winmail.dat' tnef_within

outlook() {
	fixtures attached.msg
	status 0 doclist f/attached.msg >out
	is "application/vnd.ms-outlook" "$(recs 'select(.member | not).media' \
	    out)"
	is "Größe.txt text/plain" "$(recs 'select(.member) |
	    "\(.member[0]) \(.media)"' out)"
	is "in a message" "$(head -n 1 "$(recs 'select(.member).data' out)")"
}
ok 'attachments of a message of Outlook' outlook

outlook_within() {
	fixtures forwarded.msg
	status 0 doclist f/forwarded.msg >out
	cat >want <<'E'
[] application/vnd.ms-outlook
["The inner one.msg"] application/vnd.ms-outlook
["The inner one.msg","deep.txt"] text/plain
E
	recs '"\(.member // []) \(.media)"' out >got
	diff -u want got
	is 5100 "$(recs 'select(.depth == 2).size' out)"
	# And it is a message like any other.
	doctext -q --inline <out >text || :
	any '.depth == 1 and (.text.content | test("Words within"))' text
}
ok 'a message in a message' outlook_within

# Names of old programs, for people; and their bytes.
called() {
	for charset in cp850 cp852 cp866 cp932 gbk cp949; do
		fixtures "called-$charset.zip"
		status 0 doclist "f/called-$charset.zip" >out
		recs '.member[0] // empty' out >got
		recs '.member_b64[0] // empty' out |
		    while read -r b; do printf '%s' "$b" | base64 -d; echo; done |
		    iconv -f "$charset" -t UTF-8 >want
		test -s want
		diff -u want got
	done
	fixtures called.tar
	status 0 doclist f/called.tar >out
	is 'Договор.doc,Новая папка/Отчёт за март.xls' \
	    "$(recs '.member[0] // empty' out | paste -sd,)"
}
ok 'names in old charsets can be read' called

# Lines that end in both ways: nothing is taken off the attachments.
ends_mixed() {
	fixtures mixed.eml
	status 0 doclist f/mixed.eml >out
	is "a.txt 19,b.zip 117,c.txt 7,d.txt 8,e.txt 0,f.txt 3" "$(recs '
	    select(.member) | "\(.member[-1]) \(.size)"' out | paste -sd,)"
	is "to the last letter" "$(cat "$(recs 'select(.member ==
	    ["a.txt"]).data' out)")"
}
ok 'attachments of mails with two kinds of lines are whole' ends_mixed

store() {
	fixtures store.pst cut.pst
	status 0 doclist f/store.pst >out
	cat >want <<'E'
[] application/vnd.ms-outlook-pst 3
["Inbox/Grüße.eml"] message/rfc822 1
["Inbox/Grüße.eml","nöte.txt"] text/plain null
["Inbox/Grüße.eml"] message/rfc822 0
["Sent_Items/Fwd: Inner.eml"] message/rfc822 1
["Sent_Items/Fwd: Inner.eml","inner"] message/rfc822 1
["Sent_Items/Fwd: Inner.eml","inner","deep.zip"] application/zip 1
["Sent_Items/Fwd: Inner.eml","inner","deep.zip","core.txt"] text/plain null
E
	recs '"\(.member // []) \(.media) \(.list.members)"' out >got
	diff -u want got
	is "from outlook" "$(cat "$(recs 'select(.member[1] == "nöte.txt").data' \
	    out)")"
	is "the core" "$(cat "$(recs 'select(.member[3] == "core.txt").data' \
	    out)")"
	is 2026-01-15T08:30:00Z "$(recs 'select(.member | length == 1).mtime' \
	    out | sort -u)"
	doctext -I <out >text
	any '.member[0] == "Inbox/Grüße.eml" and .text.title == "Grüße" and
	    .text.creator == "Ada <Ada@example.org>" and
	    (.text.content | test("The mill turns"))' text
	any '.member[0] == "Sent_Items/Fwd: Inner.eml" and
	    (.text.content | test("see below"))' text
	# What has lost its end is not empty.
	status 1 doclist f/cut.pst >out
	is "error damaged" "$(recs '"\(.list.status) \(.list.error.code)"' out)"
	clean
}
ok 'the messages in a store of Outlook' store

# --- what is behind something else -------------------------------------------

pdf_files() {
	fixtures attached.pdf packed.pdf
	status 0 doclist f/attached.pdf f/packed.pdf f/letter.pdf >out
	cat >want <<'E'
f/attached.pdf [] 2
f/attached.pdf ["letters.zip"] 1
f/attached.pdf ["letters.zip","one.txt"] null
f/attached.pdf ["note.txt"] null
f/packed.pdf [] 1
f/packed.pdf ["hidden.txt"] null
f/letter.pdf [] null
E
	recs '"\(.path) \(.member // []) \(.list.members)"' out >got
	diff -u want got
	is "pinned to the page" "$(cat "$(recs 'select(.member ==
	    ["note.txt"]).data' out)")"
	# However it is spelled, coded or locked.
	hidden='untyped respelled coded predicted feigned sealed'
	fixtures locked.pdf spelled.pdf
	status 0 doclist f/spelled.pdf >out
	is '["letters.zip"],["letters.zip","one.txt"],["note.txt"]' \
	    "$(recs '.member // empty' out | paste -sd,)"
	for name in $hidden; do
		fixtures "$name.pdf"
		status 0 doclist "f/$name.pdf" >out
		is "$name: [\"hidden.txt\"]" "$name: $(recs '.member // empty' out)"
	done
	# Nobody can see if it has any.
	status 0 doclist f/locked.pdf >out
	clean
}
ok 'files attached to a PDF or a page' pdf_files

behind() {
	fixtures unpacks.exe also.gif
	status 0 doclist f/unpacks.exe f/also.gif >out
	is "image/gif application/zip" "$(recs 'select(.also and .path ==
	    "f/also.gif") | "\(.media) \(.also)"' out)"
	is "one.txt one.txt" "$(recs '.member[0]? // empty' out | xargs)"
	is 2 "$(recs 'select(.also == "application/zip" and
	    .list.members == 1).id' out | wc -l)"
	# A zip that is a part of something is no second content.
	{ cat f/notice.png f/letters.zip; head -c 4000 /dev/zero; } >part.bin
	status 0 doclist part.bin >out
	is null "$(recs .also out)"
}
ok 'a zip behind a program or a picture: also' behind

uuencoded() {
	fixtures old.eml coded.txt
	status 1 doclist f/old.eml f/coded.txt >out
	cat >want <<'E'
f/old.eml [] partial 2
f/old.eml ["one.txt"] ok null
f/old.eml ["cut.bin"] error null
f/coded.txt [] ok 1
f/coded.txt ["letters.zip"] ok 1
f/coded.txt ["letters.zip","one.txt"] ok null
E
	recs '"\(.path) \(.member // []) \(.list.status) \(.list.members)"' \
	    out >got
	diff -u want got
	is "text/plain text/x-uuencode" "$(recs 'select(.also) |
	    "\(.media) \(.also)"' out)"
	is 117 "$(recs 'select(.member == ["one.txt"] and .path ==
	    "f/old.eml").size' out)"
}
ok 'uuencoded files in a mail and in a text' uuencoded

volumes() {
	fixtures last.zip
	mkdir vol && cp f/last.zip vol/a.zip && cp f/binary.bin vol/a.z02
	cp f/binary.bin vol/b.7z.002 && cp f/binary.bin vol/c.part3.rar
	cp f/letters.zip vol/d.zip.001 && cp f/plain.txt vol/e.z01
	status 1 doclist vol >out
	cat >want <<'E'
vol/a.z02 partial ["volumes"]
vol/a.zip error ["volumes"]
vol/b.7z.002 partial ["volumes"]
vol/c.part3.rar partial ["volumes"]
vol/d.zip.001 ok null
vol/e.z01 ok null
E
	recs 'select(.member | not) | "\(.path) \(.list.status)
	    \(.list.reasons)"' out | tr -s '\n\t ' ' ' | sed 's/ vol/\nvol/g;
	    s/ $/\n/' >got
	diff -u want got
}
ok 'one of several parts says so' volumes

# A RAR that goes on elsewhere is not whole, whatever can be read of it.
rar_volumes() {
	fixtures vol.part1.rar vol.part2.rar vol.only.rar
	status 1 doclist --no-join f/vol.part1.rar f/vol.part2.rar \
	    f/vol.only.rar >out
	cat >want <<'E'
f/vol.part1.rar [] partial ["damaged","volumes"]
f/vol.part1.rar ["one.txt"] ok null
f/vol.part1.rar ["letter.txt"] error null
f/vol.part2.rar [] partial ["volumes"]
f/vol.only.rar [] ok null
f/vol.only.rar ["one.txt"] ok null
E
	recs '"\(.path) \(.member // []) \(.list.status) \(.list.reasons)"' \
	    out >got
	diff -u want got
}
ok 'a volume of a RAR is partial, a set of one is not' rar_volumes

# Neither more nor less than there is: libarchive 3.6.2 ends a record of a WARC
# four bytes late, and a compressed disc before the hole at a file's end.
lengths() {
	fixtures two.warc zisofs.iso empty.gz
	status 0 doclist f/two.warc f/zisofs.iso f/empty.gz >out
	{ printf 'the first block\n'; head -c 999984 /dev/zero; } >hole
	printf 'one\n' >one; printf 'two\n' >two
	sha256sum one two hole /dev/null | cut -d ' ' -f 1 >want
	recs 'select(.member).sha256' out >got
	diff -u want got
}
ok 'members are as long as they are, with holes and empty' lengths

# libarchive 3.6.2 makes all names of an LHA Unicode, and stops at one that is
# in Shift JIS, as most are.
lha_names() {
	fixtures names.lzh
	status 0 doclist f/names.lzh >out
	is 'one.txt 4 こんにちは世界.txt 4' "$(recs 'select(.member) |
	    .member[0], .size' out | xargs)"
	recs '.member_b64[0]? // empty' out | base64 -d >got
	printf 'こんにちは世界.txt' | iconv -t CP932 | cmp - got
}
ok 'an LHA with names in Shift JIS' lha_names

# What unzip and 7z get out of a damaged zip comes out of it here, too.
damaged_zips() {
	fixtures broken.zip extra.zip lost.zip streamed.zip
	status 1 doclist f/broken.zip f/extra.zip f/lost.zip f/streamed.zip \
	    >out
	cat >want <<'E'
f/broken.zip [] partial ["damaged"]
f/broken.zip ["one.txt"] ok null 760
f/broken.zip ["two.txt"] error null
f/broken.zip ["three.txt"] ok null 840
f/extra.zip [] partial ["damaged"]
f/extra.zip ["one.txt"] ok null 760
f/extra.zip ["two.txt"] ok null 760
f/lost.zip [] partial ["damaged"]
f/lost.zip ["one.txt"] ok null 760
f/lost.zip ["two.txt"] ok null 760
f/streamed.zip [] ok null
f/streamed.zip ["one.txt"] ok null 760
E
	recs '"\(.path) \(.member // []) \(.list.status) \(.list.reasons)" +
	    if .member and .list.status == "ok" then " \(.size)" else "" end' \
	    out >got
	diff -u want got
	is 2026-01-15T08:30:00Z "$(recs 'select(.member).mtime' out | sort -u)"
}
ok 'members of a damaged zip' damaged_zips

# As gunzip and its kin call it, when it was not told.
lone_names() {
	echo text >report.csv
	gzip -n report.csv && cp report.csv.gz b.tgz && cp report.csv.gz c
	status 0 doclist report.csv.gz b.tgz c >out
	is '["report.csv"] ["b.tar"] ["data"]' "$(recs 'select(.member).member |
	    tojson' out | xargs -d '\n')"
	is '["report.csv"]' "$(recs 'select(.media_by_name | not) |
	    select(.member and (.path | startswith("report"))).member | tojson' \
	    out)"
	status 0 doclist -X '*.csv' report.csv.gz >out
	is 1 "$(recs .id out | wc -l)"
}
ok 'what was compressed is called as its file' lone_names

hard_to_tell() {
	fixtures behind64.run small.lzma
	status 0 doclist f/behind64.run f/small.lzma >out
	cat >want <<'E'
f/behind64.run [] text/x-shellscript application/zip
f/behind64.run ["one.txt"] text/plain null
f/small.lzma [] application/x-lzma null
f/small.lzma ["small"] text/plain null
E
	recs '"\(.path) \(.member // []) \(.media) \(.also)"' out >got
	diff -u want got
}
ok 'a zip of 64 bits behind a script; LZMA without a signature' hard_to_tell

# Their bodies are empty: what they say is in fields.
cards() {
	fixtures cards.pst card.msg
	status 0 doclist f/cards.pst f/card.msg >out
	doctext -I <out >text
	any '.path == "f/card.msg" and (.text.content | test(
	    "Name: Grace Hopper\nEmail: grace@example.org\nMobile: \\+1 5"))' \
	    text
	any '.member[0] == "Contacts/Grace Hopper.eml" and (.text.content | test(
	    "Name: Grace Hopper\nCompany: Navy\nEmail: grace@example.org\nM"))' \
	    text
	any '.member[0] == "Calendar/Launch.eml" and (.text.content | test(
	    "Start: 2026-01-15T08:30:00Z\nEnd: 2026-01-15T09:30:00Z\nLocation: Großer Saal\n"))' \
	    text
}
ok 'contacts and appointments of a store say what they are' cards

unsupported() {
	printf '!BDN%0600d' 0 >mail.pst
	printf '\211LZO\000\r\n\032\n%0600d' 0 >x.lzo
	printf 'ITSF\003\000\000\000%0600d' 0 >help.chm
	{ head -c 32768 /dev/zero; printf '\000BEA01%02042d' 0
	printf '\000NSR03%02042d' 0; } >disc.udf
	status 1 doclist mail.pst x.lzo help.chm disc.udf >out
	is 4 "$(recs 'select(.list.error).id' out | wc -l)"
	is 'damaged unsupported' "$(recs .list.error.code out | sort -u | xargs)"
}
ok 'containers that nobody here opens are errors, not leaves' unsupported

# --- who may open what -------------------------------------------------------

roots() {
	mkdir -p inside/deep outside
	echo in >inside/deep/in.txt
	echo out >outside/out.txt
	ln -s ../outside inside/way-out
	printf '%s\n' inside/deep/in.txt outside/out.txt \
	    inside/../outside/out.txt inside/way-out/out.txt \
	    inside/deep/../deep/in.txt /etc/passwd insidex/x >in
	status 1 doclist -R inside <in >out
	is "ok outside-root outside-root symlink ok outside-root outside-root" \
	    "$(recs '.list.error.code // .list.status' out | xargs)"
	is "" "$(recs 'select(.list.status != "ok") | .sha256 // .size // empty' \
	    out)"
	status 0 doclist -R "$PWD/inside/" -R outside outside/out.txt >out
	status 1 doclist -R / -R outside ../../../../../etc/passwd >out
	is outside-root "$(recs .list.error.code out)"
}
ok '--root: nothing outside, by dots, links or an absolute name' roots

named_links() {
	status 1 doclist names/zlink f/plain.txt >out
	is "symlink ok" "$(recs '.list.error.code // .list.status' out | xargs)"
	# A slash asks for what it points to, as everywhere in Unix.
	ln -s f way
	status 0 doclist way/plain.txt >out || status 1 doclist way/plain.txt >out
	status 0 doclist way/ >/dev/null || :
}
ok 'a link as operand is refused' named_links

unreadable() {
	mkdir locked && echo x >locked/x && echo y >secret
	chmod 0 locked secret
	set -- doclist locked secret f/plain.txt
	if test "$(id -u)" -eq 0; then
		chmod 777 . "$TMPDIR"
		DOCPIPE_SPOOL=$scratch/nobody; export DOCPIPE_SPOOL
		mkdir -p "$DOCPIPE_SPOOL" && chmod 777 "$DOCPIPE_SPOOL"
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
	got=0
	"$@" >out || got=$?
	chmod 755 locked . && chmod 644 secret
	is 1 "$got"
	is "permission permission ok" \
	    "$(recs '.list.error.code // .list.status' out | xargs)"
}
ok 'what may not be read is a record' unreadable

specials() {
	python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("sock")'
	status 1 doclist sock names/zfifo /dev/null /dev/zero f/plain.txt >out
	is "special-file special-file special-file special-file ok" \
	    "$(recs '.list.error.code // .list.status' out | xargs)"
	printf 'sock\nnames/zfifo\n/dev/zero\nf\n' >in
	status 1 doclist <in >out
	is "special-file special-file special-file special-file" \
	    "$(recs .list.error.code out | xargs)"
}
ok 'sockets, fifos, devices; none is waited for' specials

deep_folders() {
	python3 -c 'import os
os.mkdir("deepdir"); os.chdir("deepdir")
for i in range(1200):
    os.mkdir("d" * 20); os.chdir("d" * 20)
open("bottom.txt", "w").write("x")'
	doclist deepdir f/plain.txt >out || :
	# Too deep to open by name: one record, and the walk goes on.
	is "ok" "$(recs 'select(.path == "f/plain.txt").list.status' out)"
	is 2 "$(recs .id out | wc -l)"
	python3 -c 'import os
def rm(d):
    fd = os.open(d, os.O_RDONLY)
    depth = 0
    os.chdir(d)
    while os.path.isdir("d" * 20):
        os.chdir("d" * 20); depth += 1
    if os.path.exists("bottom.txt"): os.unlink("bottom.txt")
    for i in range(depth):
        os.chdir(".."); os.rmdir("d" * 20)
    os.chdir("..")
rm("deepdir"); os.rmdir("deepdir")'
}
ok 'folders 1200 deep' deep_folders

# What is mapped to be read is no memory of the worker.
larger() {
	truncate -s 48M zeros
	tar -cf larger.tar zeros
	status 0 doclist -m 16M larger.tar >out
	is '["zeros"] 50331648' "$(recs 'select(.member) |
	    "\(.member) \(.size)"' out)"
	rm zeros larger.tar
}
ok 'an archive larger than the memory of a worker' larger

changing() {
	# A file that grows while it is read is described as it was, or as
	# changed, but not as two things at once.
	: >growing
	python3 -c 'import time
with open("growing", "wb", 0) as f:
    for i in range(400):
        f.write(b"x" * 10000); time.sleep(0.002)' &
	doclist growing growing growing >out || :
	wait
	all '.sha256 or .list.error' out
	python3 -c 'import hashlib, json
data = open("growing", "rb").read()
for line in open("out"):
    r = json.loads(line)
    if r.get("sha256") and r["list"]["status"] == "ok":
        assert hashlib.sha256(data[:r["size"]]).hexdigest() == r["sha256"], r'
}
ok 'a file that grows meanwhile: size and digest belong together' changing

done_testing
