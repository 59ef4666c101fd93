#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doclist: a container that is not what it was says so, whatever its kind, and
# gives what is before the damage, and behind it where that can be found.
. "$(dirname "$0")/lib.sh"

# Five members of incompressible digits, and what may hold them.
for i in 1 2 3 4 5; do
	python3 -c 'import random, sys
r = random.Random(int(sys.argv[1]))
open("m%s.txt" % sys.argv[1], "w").write("".join(
    "%d\n" % r.randrange(10**9) for _ in range(4000)))' $i
	touch -d 2026-01-02 m$i.txt
done
mkdir c
for kind in ustar newc odc argnu warc xar zip 7zip iso9660; do
	bsdtar --format $kind -cf c/$kind m?.txt
done
tar cf c/tar m?.txt
for z in gzip bzip2 xz zstd lz4 lzip; do
	$z -c <c/tar >c/tar.$z
	cat m?.txt | $z -c >c/lone.$z
done
gcab -cz c/cab m?.txt >/dev/null

# PATH: the members that are whole, as name, size and digest.
whole() {
	recs 'select(.path == "'"$1"'" and .member and .sha256 and
	    .list.status == "ok") | "\(.member[0]) \(.size) \(.sha256)"' out
}

# What each should give.
all_sums() {
	for f in m?.txt; do
		echo "$f $(stat -c %s "$f") $(sha256sum <"$f" | cut -d' ' -f1)"
	done
}
all_sums >sums

# Each member has its own bytes, neither what stands between two in a WARC nor
# as many zeros as the members before it were long.
intact() {
	status 0 doclist --no-duplicates c >out
	for f in c/ustar c/newc c/odc c/argnu c/warc c/xar c/zip c/7zip \
	    c/iso9660 c/tar.* c/cab; do
		whole "$f" >got
		diff -u sums got
	done
}
ok 'every kind of archive gives its members, byte by byte' intact

# FILE TO BYTES: the first BYTES of it.
cut_at() { head -c "$3" "$1" >"$2"; }

truncated() {
	mkdir -p cut
	for f in c/*; do
		cut_at "$f" "cut/${f#c/}" $(($(stat -c %s "$f") * 7 / 10))
	done
	# Most of this ISO image is padding.
	cut_at c/iso9660 cut/iso9660 150000
	status 1 doclist --no-duplicates cut >out
	is "" "$(recs 'select((.member | not) and .list.status == "ok").path' \
	    out)"
	# Nothing is called whole that is not.
	for f in cut/*; do
		whole "$f" >got
		is "" "$(grep -vxFf sums got)"
	done
	for f in ustar newc odc argnu warc xar cab tar.gzip; do
		test "$(whole "cut/$f" | wc -l)" -ge 2
	done
	clean
}
ok 'cut short: all kinds say so, with what is before it' truncated

# FILE TO: one bit is another one, two thirds into it.
flip() {
	python3 -c 'import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) * 2 // 3] ^= 4
open(sys.argv[2], "wb").write(b)' "$1" "$2"
}

# Where a kind has checksums they are held against what came out, and a gzip's
# too, which libarchive passes over.
flipped() {
	mkdir -p flip
	for f in xar zip 7zip tar.gzip tar.bzip2 tar.xz tar.zstd tar.lz4 \
	    tar.lzip lone.gzip lone.bzip2 lone.xz lone.zstd lone.lz4 \
	    lone.lzip cab; do
		flip c/$f flip/$f
	done
	status 1 doclist --no-duplicates flip >out
	is "" "$(recs 'select((.member | not) and .list.status == "ok").path' \
	    out)"
	is damaged "$(recs 'select(.member | not) | .list.error.code //
	    .list.reasons[0]' out | sort -u)"
}
ok 'one bit is another one: kinds with checksums say so' flipped

# Several gzip members in a file are one; what stands behind the last is left.
several_gzips() {
	{ gzip -c m1.txt; gzip -c m2.txt; } >two.gz
	cat m1.txt m2.txt >both
	{ gzip -c m1.txt; head -c 100 /dev/zero; } >padded.gz
	gzip -c m1.txt | gzip -c >twice.gz
	status 0 doclist --no-duplicates two.gz padded.gz twice.gz >out
	is "$(sha256sum <both | cut -d' ' -f1)" \
	    "$(recs 'select(.path == "two.gz" and .member).sha256' out)"
	is "$(sha256sum <m1.txt | cut -d' ' -f1)" "$(recs 'select(.path !=
	    "two.gz" and .member).sha256' out | sort -u)"
}
ok 'gzip: several members, zeros behind it, one in the other' several_gzips

# A header is gone: cpio and tar are searched for the next one.  However many
# blocks that takes, it is one loss.
lost_header() {
	head -c 2000000 /dev/zero | tr '\0' x >big.txt
	tar cf lost.tar m1.txt big.txt m2.txt
	python3 -c 'import re
for name in ("lost.tar", "lost.odc"):
    src = "c/odc" if name == "lost.odc" else name
    b = bytearray(open(src, "rb").read())
    at = b.index(b"big.txt" if name == "lost.tar" else b"m3.txt")
    if name == "lost.odc":
        at -= 76
    b[at:at + 6] = b"??????"
    open(name, "wb").write(b)'
	status 1 doclist --no-duplicates lost.tar lost.odc >out
	is "m1.txt m2.txt" "$(whole lost.tar | cut -d' ' -f1 | xargs)"
	is "3 2 1 damaged" "$(recs 'select(.path == "lost.tar" and
	    (.member | not)).list | "\(.members) \(.delivered) \(.refused) \(
	    .reasons[0])"' out)"
	is "m1.txt m2.txt m4.txt m5.txt" \
	    "$(whole lost.odc | cut -d' ' -f1 | xargs)"
	is damaged "$(recs 'select(.path == "lost.odc" and
	    (.member | not)).list.reasons[]' out)"
}
ok 'a header is gone: one loss, and what is behind it is there' lost_header

# A name that claims to be four gigabytes long is damage, and not only lack of
# memory.
claims() {
	python3 -c 'b = bytearray(open("c/newc", "rb").read())
at = b.index(b"m3.txt") - 110 + 94
b[at:at + 8] = b"FFFFFFF0"
open("claims.cpio", "wb").write(b)'
	status 1 doclist claims.cpio >out
	any '.list.reasons? | index("damaged")' out
	is "m1.txt m2.txt" "$(whole claims.cpio | cut -d' ' -f1 | xargs)"
}
ok 'a header that claims too much is damage' claims

# A mail that ends within the base64 of its last attachment.  One without its
# last boundary is whole all the same, and so is one without padding.
cut_mail() {
	python3 -c 'from base64 import b64encode as b
head = "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n"
part = ("\n--q\nContent-Type: application/octet-stream; name=%s\n"
        "Content-Transfer-Encoding: base64\n\n%s")
def mail(last):
    return (head + part % ("a.bin", b(b"first and whole").decode()) +
            part % ("b.bin", last))
whole = b(b"the last of them, much longer..").decode()
for name, last in (("cut", whole[:30]), ("open", whole + "\n"),
                   ("nopad", whole.rstrip("=") + "\n--q--\n"),
                   ("footer", whole.rstrip("=") + "\n_____\nA list\n")):
    open(name + ".eml", "w").write(mail(last))'
	status 1 doclist cut.eml open.eml nopad.eml footer.eml >out
	is "cut.eml partial open.eml ok nopad.eml ok footer.eml ok" "$(recs \
	    'select(.member | not) | "\(.path) \(.list.status)"' out | xargs)"
	is "a.bin" "$(whole cut.eml | cut -d' ' -f1)"
	is "2 1 1" "$(recs 'select(.path == "cut.eml" and (.member | not)).list |
	    "\(.members) \(.delivered) \(.refused)"' out)"
}
ok 'a mail that ends within an attachment' cut_mail

# Whose method nobody here knows is not damaged.
methods() {
	7z a -bd -m0=Deflate64 d64.7z m1.txt >/dev/null
	7z a -bd -tzip -mm=Deflate64 d64.zip m1.txt >/dev/null
	status 1 doclist d64.7z d64.zip >out
	is unsupported "$(recs 'select(.member).list.error.code' out | sort -u)"
}
ok 'an unknown method is unsupported' methods

done_testing
