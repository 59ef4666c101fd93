#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docscan: finds what is there, and never says clean of what it did not see.
. "$(dirname "$0")/lib.sh"
fixtures plain.txt empty letter.pdf letter.docx diary.html mail.eml marked.txt \
    marked.zip marker.ndb letters.zip deep.zip bomb.gz notice.png binary.bin
mkdir db && cp f/marker.ndb db
# The EICAR test file, coded so that scanners let this one be.
eicar=WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNU
eicar=${eicar}LUZJTEUhJEgrSCo=
echo "$eicar" | base64 -d >eicar.com

verdict='"\(.path) \(.scan.status) \(.scan.verdict)"'

# Without --db: only what is built in, if the machine has no database.
if ls /var/lib/clamav/main.c[vl]d >/dev/null 2>&1; then
	skip 'the built-in test signatures' 'this machine has a database'
else
	test_set() {
		status 1 docscan f/plain.txt eicar.com >out 2>err
		is 1 "$(grep -c 'no signature database' err)"
		grep -q freshclam err
		is 'f/plain.txt partial incomplete
eicar.com ok infected' "$(recs "$verdict" out)"
		is '["test-signatures"]' "$(recs 'select(.path ==
		    "f/plain.txt").scan.reasons' out)"
		recs 'select(.path == "eicar.com").scan.matches[0]' out |
		    grep -qi eicar
		if grep -q '"clean"' out; then return 1; fi
		status 1 docscan -q f/plain.txt >out 2>err
		is "" "$(cat err)"
		clean
	}
	ok 'without signatures nothing is called clean' test_set

	require_db() {
		got=0
		docscan -D f/plain.txt >out 2>err || got=$?
		case $got in 3 | 4) ;; *) echo "exit $got"; return 1 ;; esac
		grep -q 'freshclam' err
		test ! -s out
		clean
	}
	ok '--require-db refuses' require_db

	nested_eicar() {
		mkdir n && cp eicar.com n/x.com
		tar -C n -cf n.tar x.com && gzip -n n.tar
		python3 -c 'import zipfile
z = zipfile.ZipFile("n.zip", "w"); z.write("n.tar.gz"); z.close()'
		status 0 docscan n.zip >out 2>err
		is 'infected infected infected' "$(recs .scan.verdict out |
		    xargs)"
		clean
	}
	ok 'EICAR in a tar.gz in a zip, at every level' nested_eicar
fi

found() {
	status 0 docscan --db db f/marked.txt f/plain.txt f/marked.zip \
	    f/letters.zip f/empty f/binary.bin >out 2>err
	is "" "$(cat err)"
	recs "select(.member | not) | $verdict" out >got
	cat >want <<'E'
f/marked.txt ok infected
f/plain.txt ok clean
f/marked.zip ok infected
f/letters.zip ok clean
f/empty ok clean
f/binary.bin ok clean
E
	diff -u want got
	all '(.scan.verdict == "infected") == (.scan.matches[0]? != null)' out
	recs '.scan.matches[0]? // empty' out | sort -u |
	    grep -qx 'Test.Marker.*'
	is "$(stat -c %s f/plain.txt)" "$(recs 'select(.path ==
	    "f/plain.txt").scan.scanned' out)"
	clean
}
ok 'finds a signature of its own database, in nested zips too' found

# Of the tree of a zip in a zip in a zip, every level is infected.
levels() {
	docscan --db db f/marked.zip >out
	is 4 "$(recs 'select(.scan.verdict == "infected").id' out | wc -l)"
}
ok 'every level of a nest is told' levels

fail_on() {
	status 1 docscan -F --db db f/marked.txt f/plain.txt >out
	status 0 docscan -F --db db f/plain.txt >out
	status 0 docscan --db db f/marked.txt >out
}
ok '--fail-on-infected' fail_on

same_file() {
	# Not one result for several: the same content under many names.
	mkdir copies
	for i in $(seq 30); do
		cp f/marked.txt "copies/m$i"
		cp f/plain.txt "copies/p$i"
	done
	status 0 docscan -j 4 --db db copies >out
	is 30 "$(recs 'select(.scan.verdict == "infected").path' out |
	    grep -c '/m')"
	is 30 "$(recs 'select(.scan.verdict == "clean").path' out |
	    grep -c '/p')"
	clean
}
ok 'many workers at once find what one does' same_file

single_file_db() {
	status 0 docscan --db db/marker.ndb f/marked.txt >out
	is infected "$(recs .scan.verdict out)"
}
ok '--db with one file' single_file_db

bad_db() {
	status 2 docscan --db nowhere f/plain.txt >out 2>err
	grep -q -e '--db' err
	mkdir none
	status 3 docscan --db none f/plain.txt >out 2>err
	grep -q '^docscan: ' err
	test ! -s out
	mkdir bad && printf 'not:a\nsignature' >bad/x.ndb
	status 3 docscan --db bad f/plain.txt >out 2>err
	grep -q '^docscan: ' err
	test ! -s out
	clean
}
ok 'no database where one was named: refused' bad_db

# Limits of the engine are never taken for clean.
deep() {
	fixtures_deep='import sys
sys.path.insert(0, sys.argv[1])
import make
open("deep.zip", "wb").write(make.nest(40, "m.txt", b"x " + make.MARKER))
open("enc.zip", "wb").write(bytes(make.pack([("a.txt", b"x" * 99)])))'
	python3 -c "$fixtures_deep" "$top/tests/fixtures"
	doclist -d 0 deep.zip | docscan --db db >out 2>err || :
	is 1 "$(recs .id out | wc -l)"
	v=$(recs .scan.verdict out)
	case $v in
	infected) ;;
	incomplete) recs .scan.reasons out | grep -q 'recursion\|depth' ;;
	*) echo "verdict $v"; return 1 ;;
	esac
}
ok 'too deep for the engine is incomplete, not clean' deep

# Half a gigabyte takes the engine longer than a tenth of a second on any
# machine; the self-test takes far less.
clock() {
	truncate -s 512M big
	status 0 doclist -M 1G big >list
	rm -f out
	status 1 docscan -m 2G -t 100ms --db db <list >out 2>err || {
		# The self-test may not get through: then it refuses to run.
		is 3 "$got"; test ! -s out; return 0; }
	is "error timeout" "$(recs '"\(.scan.verdict) \(.scan.error.code)"' out)"
}
ok 'out of time is not clean' clock

memory() {
	got=0
	docscan -m 1M --db db f/bomb.gz f/plain.txt >out 2>err || got=$?
	if grep -q '"clean"' out; then
		# What was clean was seen: its bytes are counted.
		all '.scan.verdict != "clean" or .scan.scanned >= .size' out
	fi
	test "$got" -ne 0 || all '.scan.verdict == "clean"' out
}
ok 'out of memory is not clean' memory

# No temp folder, or a full one: libclamav says clean then.
temp() {
	ro=$scratch/ro
	mkdir "$ro" && chmod 555 "$ro"
	for dir in "$scratch/none" /proc /dev/null; do
		got=0
		TMPDIR=$dir docscan --db db f/marked.zip >out 2>err || got=$?
		test "$got" -ge 3 ||
		    all '.scan.verdict == "infected"' out
	done
	chmod 755 "$ro"
}
ok 'without a temp folder it refuses, or finds' temp

end() {
	status 0 docscan --db db f/plain.txt >out
	any '.type == "end" and .stage == "docscan" and
	    .engine.name == "libclamav" and .engine.set == "full" and
	    (.engine.signatures | tonumber) == 1' out
	# Another database, another name of it.
	mkdir db2 && cp db/marker.ndb db2
	echo 'Test.Other:0:*:6e65766572207365656e' >>db2/marker.ndb
	status 0 docscan --db db2 f/plain.txt >out2
	a=$(recs .scan.db out) b=$(recs .scan.db out2)
	test -n "$a" && test "$a" != "$b"
}
ok 'the end record names engine and database' end

same() {
	docscan -j 1 --db db f >a
	docscan -j 4 --db db f >b
	cmp a b
	docscan --reuse=8 --db db f >c
	cmp a c
}
ok 'the same bytes with -j1, -j4, --reuse' same

done_testing
