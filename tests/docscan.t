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
		status 0 docscan --whole n.zip >out 2>err
		is 'infected infected infected' "$(recs .scan.verdict out |
		    xargs)"
		status 0 docscan n.zip >out 2>err
		is 'skipped skipped infected' "$(recs .scan.verdict out |
		    xargs)"
		clean
	}
	ok 'EICAR in a tar.gz in a zip' nested_eicar
fi

found() {
	status 0 docscan --db db f/marked.txt f/plain.txt f/marked.zip \
	    f/letters.zip f/empty f/binary.bin >out 2>err
	is "" "$(cat err)"
	recs "select(.member | not) | $verdict" out >got
	cat >want <<'E'
f/marked.txt ok infected
f/plain.txt ok clean
f/marked.zip skipped skipped
f/letters.zip skipped skipped
f/empty ok clean
f/binary.bin ok clean
E
	diff -u want got
	is 1 "$(recs 'select(.path == "f/marked.zip" and .member and
	    .scan.verdict == "infected").id' out | wc -l)"
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
	docscan --whole --db db f/marked.zip >out
	is 4 "$(recs 'select(.scan.verdict == "infected").id' out | wc -l)"
	# Each names the parts below it, as doclist names them.
	recs '(.member // []) + (.scan.found[0].part // []) |
	    join("/")' out | sort -u >got
	lines 1 got
	recs '.scan.found[].db' out | sort -u >got
	is marker.ndb "$(cat got)"
}
ok 'every level of a nest is told with --whole, and where it is' levels

# A container is not unpacked again, but its own bytes are looked at.
apart() {
	python3 - <<'P'
import gzip, io, tarfile, zipfile
m = "x docpipe-test-marker-4711-harmless"
z = zipfile.ZipFile("stored.zip", "w"); z.writestr("a", m); z.close()
z = zipfile.ZipFile("packed.zip", "w", 8); z.writestr("a", m * 9); z.close()
a = open("packed.zip", "rb").read()
open("before.zip", "wb").write(b"#!/bin/sh\n" + a)
def tar(name, mode, tail):
    t = io.BytesIO()
    w = tarfile.open(fileobj=t, mode="w"); i = tarfile.TarInfo("a")
    i.size = 8; w.addfile(i, io.BytesIO(b"harmless")); w.close()
    d = t.getvalue() + tail
    open(name, "wb").write(gzip.compress(d, mtime=0) if mode else d)
tar("plain.tar", 0, b""); tar("tail.tar", 0, a)
tar("plain.tgz", 1, b""); tar("tail.tgz", 1, a)
P
	status 1 docscan --db db stored.zip packed.zip before.zip plain.tar \
	    tail.tar plain.tgz tail.tgz >out
	recs 'select(.member | not) | "\(.path) \(.scan.verdict)"' out >got
	cat >want <<'E'
stored.zip infected
packed.zip skipped
before.zip infected
plain.tar skipped
tail.tar incomplete
plain.tgz skipped
tail.tgz incomplete
E
	diff -u want got
	all '.scan.verdict != "skipped" or .scan.reasons == ["container"]' out
	# A container whose members could not all be listed is unpacked.
	doclist -d 0 packed.zip >list || :
	status 1 docscan --db db <list >out
	is 'infected ["a"]' "$(recs \
	    '"\(.scan.verdict) \(.scan.found[0].part)"' out)"
}
ok 'containers: members apart, unless more may be hidden' apart

fail_on() {
	status 1 docscan -F --db db f/marked.txt f/plain.txt >out
	status 0 docscan -F --db db f/plain.txt >out
	status 0 docscan --db db f/marked.txt >out
	status 1 docscan --fail-on=infected --db db f/marked.txt >out
	status 1 docscan --fail-on=error,infected --db db f/marked.txt >out
	status 0 docscan --fail-on=heuristic --db db f/marked.txt >out
	status 2 docscan --fail-on=dirty --db db f/marked.txt >out 2>err
	grep -q -e --fail-on err
}
ok '--fail-on and --fail-on-infected' fail_on

allow() {
	{ echo '# known'; sha256sum f/marked.txt; } >good
	status 0 docscan -F --allow=good --db db f/marked.txt f/plain.txt >out
	is 'f/marked.txt skipped skipped
f/plain.txt ok clean' "$(recs "$verdict" out)"
	is '["allowed"]' "$(recs '.scan.reasons // empty' out)"
	# As others write them: --tag, openssl, Windows, a scanner's own list.
	d=$(sha256sum f/marked.txt | cut -d' ' -f1)
	for line in "SHA256 (a=b.txt) = $d" "SHA2-256(marked.txt)= $d" \
	    "$d *marked.txt" "$d:12:Marked" \
	    "$(printf '\357\273\277\r\n%s  x\r' "$d" | tr a-f A-F)"; do
		printf '%s\n' "$line" >good
		status 0 docscan --allow=good --db db f/marked.txt >out
		is '["allowed"]' "$(recs .scan.reasons out)"
	done
	echo nonsense >good
	status 2 docscan --allow=good --db db f/plain.txt >out 2>err
	grep -q 'line 1' err
}
ok '--allow' allow

quarantine() {
	mkdir q && cp f/marked.txt q/a && cp f/marked.zip q/b.zip &&
	    cp f/plain.txt q/c && chmod 640 q/a
	status 0 docscan --db db --quarantine=jail q >out 2>err
	is c "$(ls q)"
	is 2 "$(find jail -type f ! -name journal -perm 0 | wc -l)"
	all '(.scan.verdict == "infected") == (.scan.quarantined == true)' out
	is 2 "$(grep -c '"op":"move"' jail/journal)"
	clean
	# One back, not over another, then all.
	echo mine >q/b.zip
	status 0 docscan --quarantine=jail --restore q/a
	cmp f/marked.txt q/a && is 640 "$(stat -c %a q/a)"
	status 1 docscan --quarantine=jail --restore 2>err
	is mine "$(cat q/b.zip)"
	rm q/b.zip
	status 0 docscan --quarantine=jail --restore
	cmp f/marked.zip q/b.zip
	is journal "$(ls jail)"
	# Cut short between journal and rename: the file is opened again.
	chmod 0 q/a
	printf '{"v":1,"type":"quaran' >>jail/journal
	status 0 docscan --quarantine=jail --restore
	is 640 "$(stat -c %a q/a)"
	status 2 docscan --restore 2>err
	# A name the journal does not know is not put back.
	status 1 docscan --quarantine=jail --restore q/nobody 2>err
	grep -q nobody err
}
ok '--quarantine and --restore' quarantine

# To another file system and back: owner, times, permissions; odd names.
quarantine_far() {
	far=$(mktemp -d /dev/shm/doctest.XXXXXX)
	mkdir far && cp f/marked.txt far/a && cp f/marked.txt "$(
	    printf 'far/line\nfeed\351')"
	test "$(id -u)" -ne 0 || chown 4711:4712 far/a
	touch -d 2020-02-03T04:05:06 far/a
	chmod 604 far/a
	stat -c '%a %u %g %Y %s' far/* >before
	got=0
	docscan --db db --quarantine="$far/jail" far >out 2>err || got=$?
	is "" "$(ls far)"
	docscan --quarantine="$far/jail" --restore || got=$?
	is journal "$(ls "$far/jail")"
	rm -r "$far"
	stat -c '%a %u %g %Y %s' far/* >after
	diff -u before after
	is 0 "$got"
}
ok 'to another file system and back, as it was' quarantine_far

# A quarantine in the folder that is scanned is not put into itself, and what
# was in one folder does not come back into another.
quarantine_within() {
	mkdir -p nest/sub && cp f/marked.txt nest/a && cp f/marked.txt nest/sub/b
	status 0 docscan --db db --quarantine=nest/jail nest >out
	find nest/jail | sort >before
	docscan --db db --quarantine=nest/jail nest >out || :
	find nest/jail | sort | diff before -
	# Somebody puts a link where the folder was.
	mkdir elsewhere && rmdir nest/sub && ln -s ../elsewhere nest/sub
	status 1 docscan --quarantine=nest/jail --restore 2>err
	is "" "$(ls elsewhere)"
	test -e nest/a
	rm nest/sub && mkdir nest/sub
	status 0 docscan --quarantine=nest/jail --restore
	is b "$(ls nest/sub)"
}
ok 'a quarantine in itself; a link where a folder was' quarantine_within

# What cannot be moved stays as it was.
quarantine_stuck() {
	mkdir stuck stuck/in && cp f/marked.txt stuck/in/a
	mkdir stuck/jail stuck/tmp
	chmod 644 stuck/in/a
	set --
	if test "$(id -u)" -eq 0; then
		set -- setpriv --reuid=65534 --regid=65534 --clear-groups
		chown 65534:65534 stuck/in/a stuck/jail stuck/tmp
	fi
	chmod 555 stuck/in
	status 1 "$@" env TMPDIR="$PWD/stuck/tmp" docscan --db db \
	    --spool=stuck/tmp/spool --quarantine=stuck/jail stuck/in \
	    >out 2>err
	chmod 755 stuck/in
	any '.scan.quarantined? == false' out
	is 644 "$(stat -c %a stuck/in/a)"
}
ok 'what cannot be moved stays as it was' quarantine_stuck

quarantine_far() {
	shm=$(mktemp -d /dev/shm/docscan.XXXXXX) || return 1
	mkdir -p q2 && cp f/marked.txt q2/a
	docscan --db db --quarantine="$shm/jail" q2 >out
	test ! -e q2/a
	is 0 "$(stat -c %a "$shm"/jail/*-0)"
	docscan --quarantine="$shm/jail" --restore
	cmp f/marked.txt q2/a
	rm -rf "$shm"
}
if test -w /dev/shm; then
	ok '--quarantine on another file system' quarantine_far
else
	skip '--quarantine on another file system' 'no /dev/shm'
fi

age() {
	mkdir old && cp f/marker.ndb old && touch -d '10 days ago' old/*
	status 3 docscan --max-db-age=3d --db old f/plain.txt >out 2>err
	grep -q 'older than --max-db-age' err
	test ! -s out
	status 0 docscan --max-db-age=30d --db old f/plain.txt >out
	any '.stage == "docscan" and (.engine.databases[0] |
	    .name == "marker.ndb" and .age_days == 10 and
	    .signatures == 1)' out
}
ok '--max-db-age' age

# wait_for TEXT FILE: up to 40 seconds.
wait_for() {
	tries=0
	until grep -q "$1" "$2"; do
		tries=$((tries + 1))
		test "$tries" -le 200 || { echo "no $1"; cat "$2"; return 1; }
		sleep 0.2
	done
}

# New signatures while it runs: no document is lost, and each tells its own.
reload() {
	mkdir live && cp f/marker.ndb live
	cp f/plain.txt early.txt && cp f/plain.txt late.txt
	doclist early.txt | head -n 1 >list1
	doclist late.txt >list2
	mkfifo in
	docscan -v --db live <in >out 2>err &
	scan=$!
	exec 3>in
	cat list1 >&3
	wait_for early out
	printf 'Test.Late:0:*:%s\n' "$(head -c 12 f/plain.txt |
	    od -An -tx1 | tr -d ' \n')" >live/late.ndb
	wait_for 'engine takes over' err
	cat list1 >&3
	# One that cannot be loaded leaves the old one in charge.
	printf 'broken' >live/worse.ndb
	wait_for 'going on with' err
	cat list2 >&3
	exec 3>&-
	got=0
	wait "$scan" || got=$?
	is 0 "$got"
	is 'clean infected infected' "$(recs .scan.verdict out | xargs)"
	is 2 "$(recs .scan.db out | sort -u | wc -l)"
	clean
}
ok 'a database that changes during a run' reload

# A real clamd.  configure DIR [CONFIG LINE...], then start_clamd DIR.
configure() {
	mkdir -p "$1/tmp"
	{ echo "LocalSocket $scratch/$1/ctl"
	echo "DatabaseDirectory $scratch/db"
	echo "TemporaryDirectory $scratch/$1/tmp"
	echo 'Foreground yes'; } >"$1/conf"
	conf=$1/conf
	shift
	printf '%s\n' "$@" >>"$conf"
}
start_clamd() {
	rm -f "$1/ctl"
	clamd -c "$1/conf" >"$1/log" 2>&1 3>&- &
	clamd=$!
	tries=0
	until test -S "$1/ctl"; do
		tries=$((tries + 1))
		test "$tries" -le 300 || { cat "$1/log"; return 1; }
		sleep 0.1
	done
}
stop_clamd() {
	kill "$clamd" || return 0
	wait "$clamd" || :
}

# What ClamAV does not open, and doclist did, is no gap for either.
known_to_both() {
	zstd -q -c f/plain.txt >packed.zst
	python3 -c 'import email.message as e
m = e.EmailMessage()
m["Subject"] = "packed"
m.set_content("see the attachment")
m.add_attachment(open("packed.zst", "rb").read(), maintype="application",
    subtype="zstd", filename="packed.zst")
open("packed.eml", "wb").write(bytes(m))'
	doclist packed.eml >packed.rec
	both='"\(.member) \(.scan.verdict) \(.scan.reasons)"'
	docscan --db db <packed.rec >out1
	docscan -e clamd -k cd/ctl <packed.rec >out2
	recs "$both" out1 >a
	grep -q '^null clean null' a
	recs "$both" out2 | diff -u a -
	docscan --whole --db db <packed.rec >out1 || :
	docscan --whole -e clamd -k cd/ctl <packed.rec >out2 || :
	recs "$both" out1 >a
	grep -q '^null incomplete \["unsupported"\]' a
	recs "$both" out2 | diff -u a -
}

by_clamd() {
	configure cd 'AlertExceedsMax yes' 'AlertEncrypted yes'
	start_clamd cd
	files='f/marked.txt f/plain.txt f/letter.docx f/mail.eml f/deep.zip
	    f/letter.pdf f/diary.html f/empty f/binary.bin f/notice.png'
	# shellcheck disable=SC2086 # words
	{
	docscan --whole --db db $files f/marked.zip >out1 || :
	docscan --engine=clamd --clamd=cd/ctl --whole $files f/marked.zip \
	    >out2 2>err || :
	}
	is "" "$(cat err)"
	recs '"\(.path) \(.member) \(.scan.status) \(.scan.verdict)
	    \(.scan.matches)"' out1 >a
	recs '"\(.path) \(.member) \(.scan.status) \(.scan.verdict)
	    \(.scan.matches)"' out2 >b
	diff -u a b
	any '.stage == "docscan" and .engine.name == "clamd"' out2
	known_to_both
	status 2 docscan -e clamd -k cd/ctl --db db f/plain.txt >out 2>err
	status 3 docscan -e clamd -k cd/ctl --max-db-age=1d f/plain.txt \
	    >out 2>err
	grep -q 'does not tell how old' err
	docscan --engine=auto --clamd=cd/ctl f/plain.txt >out
	any '.engine.name? == "clamd"' out
	docscan --engine=auto --clamd=cd/ctl --db db f/plain.txt >out
	any '.engine.name? == "libclamav"' out
	stop_clamd
	is "" "$(ls cd/tmp)"
	clean
}

# One that does not tell what it leaves out is not believed.
silent_clamd() {
	for option in AlertExceedsMax AlertEncrypted; do
		configure "cd$option" 'AlertExceedsMax yes' 'AlertEncrypted yes'
		sed -i "/^$option/d" "cd$option/conf"
		start_clamd "cd$option"
		status 3 docscan -e clamd -k "cd$option/ctl" f/plain.txt \
		    >out 2>err
		grep -q "$option yes" err
		docscan -e auto -k "cd$option/ctl" --db db f/plain.txt >out
		any '.engine.name? == "libclamav"' out
		stop_clamd
	done
	status 3 docscan -e clamd -k none/ctl f/plain.txt >out 2>err
	grep -q 'no clamd at' err
}

# Its limits are reasons; its death is an error of what it had, and of no more.
limited_clamd() {
	configure cdl 'AlertExceedsMax yes' 'AlertEncrypted yes' \
	    'MaxFileSize 1M' 'MaxRecursion 3'
	start_clamd cdl
	head -c 3000000 /dev/zero | tr '\0' x >large.txt
	docscan -e clamd -k cdl/ctl f/plain.txt large.txt >out || :
	is 'clean incomplete' "$(recs .scan.verdict out | xargs)"
	is '["size"]' "$(recs '.scan.reasons // empty' out)"
	doclist f/plain.txt | head -n 1 >list1
	rm -f in && mkfifo in
	docscan -e clamd -k cdl/ctl <in >out 2>err &
	scan=$!
	exec 3>in
	cat list1 >&3
	wait_for clean out
	kill -9 "$clamd"
	wait "$clamd" || :
	cat list1 list1 >&3
	wait_for 'nobody answers' out
	start_clamd cdl
	cat list1 >&3
	exec 3>&-
	got=0
	wait "$scan" || got=$?
	is 1 "$got"
	is 'clean error error clean' "$(recs .scan.verdict out | xargs)"
	is engine "$(recs '.scan.error.code // empty' out | sort -u)"
	stop_clamd
	clean
}
if command -v clamd >/dev/null; then
	ok '--engine=clamd says what libclamav says' by_clamd
	ok 'a clamd that keeps quiet about its limits is refused' silent_clamd
	ok 'limits and death of clamd' limited_clamd
else
	skip '--engine=clamd' 'no clamd (clamav-daemon)'
fi

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
	grep -q '^docscan: .*x.ndb' err
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
	docscan --whole -m 1M --db db f/bomb.gz f/plain.txt >out 2>err || got=$?
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
		TMPDIR=$dir docscan --whole --db db f/marked.zip >out 2>err ||
		    got=$?
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
	docscan --cache none -j 1 --db db f >a
	docscan --cache none -j 4 --db db f >b
	cmp a b
	docscan --cache none --reuse=8 --db db f >c
	cmp a c
}
ok 'the same bytes with -j1, -j4, --reuse' same

done_testing
