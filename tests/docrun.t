#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docrun: the whole line over a mixed inbox; counts that balance, exit status,
# the same result whoever runs it and however many workers there are.
. "$(dirname "$0")/lib.sh"
fixtures letter.pdf scan1.pdf locked.pdf damaged.pdf letter.docx orders.xlsx \
    note.odt diary.html mail.eml box.tar.gz links.tar utf8.txt cp1252.txt \
    notice.png wide.png empty binary.bin
make_fixtures good letter.pdf letter.docx plain.txt
make_fixtures db marker.ndb
make_fixtures bad marked.txt
chmod -R a+rX f good db bad

# What does not depend on where it was run, or how fast.
portable() {
	# How many were known already depends on what was at work together.
	sed -e "s|/$1/|/RUN/|g" -e 's/"cached":[0-9]*/"cached":N/' "$1/out.ndjson"
}

whole() {
	status 1 docrun -o R --db db --progress none f >out 2>err
	test ! -s out
	is 5 "$(jq -r 'select(.type == "end").stage' R/out.ndjson | wc -l)"
	is 'doclist docscan doctext dococr docpreview' \
	    "$(jq -r 'select(.type == "end").stage' R/out.ndjson | xargs)"
	# Every stage saw as many as the one before it wrote.
	is 1 "$(jq -r 'select(.type == "end") | .in, .out' R/out.ndjson |
	    sort -u | wc -l)"
	any '.type == "end" and .ok + .partial + .skipped + .error == .out' \
	    R/out.ndjson
	is "$(recs .id R/out.ndjson | wc -l)" \
	    "$(jq -r 'select(.stage == "docpreview").out' R/out.ndjson)"
	# Every file is there, once.
	find f -type f | LC_ALL=C sort >want
	recs 'select(.member | not).path' R/out.ndjson >got
	diff -u want got
	all '.list.status and .scan.status and .text.status and .ocr.status and
	    .preview.status' R/out.ndjson
	# What a record names is there.
	recs '.data, .text.file, .ocr.file, .preview.file | select(.)' \
	    R/out.ndjson >files
	test "$(wc -l <files)" -gt 15
	while IFS= read -r file; do test -f "$file"; done <files
	jq -e .version R/run.json >/dev/null
	clean
}
ok 'a mixed inbox, whole' whole

results() {
	r() { recs "select(.path == \"f/$1\" and (.member | not)) | $2" \
	    R/out.ndjson; }
	is clean "$(r letter.pdf .scan.verdict)"
	grep -q harbour "$(r notice.png .ocr.file)"
	grep -q harbour "$(r scan1.pdf .ocr.file)"
	is 'encrypted' "$(r locked.pdf .text.error.code)"
	is 'has-text' "$(r letter.pdf '.ocr.reasons[0]')"
	grep -q 'looms' "$(recs 'select(.member[-1]? ==
	    "letter.docx").text.file' R/out.ndjson)"
	grep -q 'third letter' "$(recs 'select(.member[-1]? ==
	    "box/three.txt").text.file' R/out.ndjson)"
}
ok 'verdict, text, OCR, members' results

good() {
	status 0 docrun -o G --db db --progress none good >out 2>err
	is "" "$(cat out err)"
	all '.scan.verdict == "clean" and .text.status == "ok"' G/out.ndjson
	status 1 docrun -o G2 --progress none good nowhere >out 2>err
	any '.list.error.code == "not-found"' G2/out.ndjson
}
ok 'nothing wrong is status 0, a missing file is 1' good

infected() {
	status 0 docrun -o I1 --db db --progress none bad >out 2>err
	status 1 docrun -o I2 --db db -F infected --progress none bad >out 2>err
	is infected "$(recs .scan.verdict I2/out.ndjson)"
	is infected "$(recs '.text.reasons[0]' I2/out.ndjson)"
}
ok 'a finding is no error, unless it is to be one' infected

determinism() {
	for j in 1 4; do
		docrun -o J$j -j $j --db db --progress none f 2>err || :
		portable J$j >j$j
	done
	portable R >r
	cmp r j1
	cmp r j4
	# The files, too; but kept results name other folders.
	for d in R J1 J4; do
		(cd $d/spool && find . -type f ! -name "*.json" -print0 | LC_ALL=C sort -z |
		    xargs -0 sha256sum) >sums.$d
	done
	cmp sums.R sums.J1
	cmp sums.R sums.J4
}
ok 'two runs, -j1 and -j4: the same bytes' determinism

if test "$(id -u)" -eq 0; then
	ordinary() {
		mkdir user user/tmp
		chown 65534:65534 user user/tmp
		chmod 755 "$scratch"
		TMPDIR=$scratch/user/tmp
		got=0
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		    env HOME=/nonexistent timeout 100 docrun -o user/U \
		    --db db --progress none f 2>err || got=$?
		is 1 "$got"
		portable user/U >u
		portable R >r
		diff -u r u
		clean
	}
	ok 'an ordinary user gets the same records as root' ordinary
else
	skip 'an ordinary user gets the same records as root' \
	    'not root: cannot be both'
fi

stages() {
	status 1 docrun -o S --stages text --progress none f 2>err
	is 'doclist doctext' \
	    "$(jq -r 'select(.type == "end").stage' S/out.ndjson | xargs)"
	if grep -q '"scan"' S/out.ndjson; then return 1; fi
	for bad in nosuch text,nosuch '' ',' text,,scan; do
		status 2 docrun -o S2 --stages "$bad" good >out 2>err
		lines 1 err
		test ! -e S2
	done
}
ok '--stages' stages

again() {
	before=$(sha256sum <R/out.ndjson)
	status 2 docrun -o R --db db good >out 2>err ||
	    status 3 docrun -o R --db db good >out 2>err
	is "$before" "$(sha256sum <R/out.ndjson)"
	status 2 docrun good >out 2>err
	lines 1 err
	status 2 docrun -o N >out 2>err
	lines 1 err
	test ! -e N
}
ok 'a run is not overwritten; no -o and no file are usage errors' again

dry() {
	status 0 docrun -o D -N good >out 2>err
	test ! -e D
	grep -q doctext out
}
ok '--dry-run does nothing' dry

doctor() {
	status 0 docrun --doctor >out 2>err
	grep -q '^level' out
	status 0 docrun --doctor --json >out
	jq -e '.level and (.missing | type == "array")' out >/dev/null
	# It tells the truth about what the stages report.
	is "$(jq -r .level out)" "$(jq -r 'select(.stage == "doclist") |
	    .sandbox.level' R/out.ndjson)"
}
ok '--doctor tells what the stages then report' doctor

refused() {
	level=$(docrun --doctor --json | jq -r .level)
	test "$level" != memory || return 0
	status 4 docrun -o M -r memory --progress none good >out 2>err
	if any '.type == "doc"' M/out.ndjson 2>/dev/null; then return 1; fi
	clean
	status 0 docrun -o M2 -r memory -A --db db --progress none good >out \
	    2>err
	clean
}
ok 'a cage that is not to be had is status 4' refused

summary() {
	docrun -o T --db db --summary --progress none f >out 2>err || :
	grep -q 'VERDICT' out
	for f in letter.pdf notice.png box.tar.gz damaged.pdf; do
		grep -q "$f" out
	done
	is "$(recs .id T/out.ndjson | wc -l)" "$(grep -c ' f/' out)"
}
ok '--summary has a line for each document' summary

# What does not depend on the order things went.
sorted() {
	jq -cS 'select(.type == "doc")' "$1/out.ndjson" | sort
}

make_many() {
	mkdir -p many
	for i in $(seq 120); do echo "file $i" >"many/$i.txt"; done
}

# The first child of $1 that is called $2, once it is there.
child() {
	for i in $(seq 200); do
		pgrep -P "$1" -x "$2" && return
		sleep 0.02
	done
	return 1
}

# A stage that is killed is started again, and what it had is done again.
stage_killed() {
	make_many
	status 0 docrun -o WHOLE --db db --progress none many
	sorted WHOLE | sed 's|WHOLE|K|g' >want
	find many -type f | sort >names
	for victim in doclist docscan doctext docpreview; do
		rm -rf K go
		# However fast they are, no stage is over before the names are.
		{
			head -n 60 names
			until test -e go; do sleep 0.02; done
			tail -n 60 names
		} | docrun -o K --db db -j 1 --progress none -f - >out 2>err &
		pid=$!
		stage=$(child $pid $victim)
		sleep 0.2
		kill -9 "$stage" || { echo "$victim was over"; return 1; }
		: >go
		got=0
		wait $pid || got=$?
		is 0 "$got"
		grep -q "$victim.*starting it again" err
		sorted K >got
		diff want got
		is 120 "$(jq -r 'select(.type == "end") | .in, .out' \
		    K/out.ndjson | sort -u)"
		clean
	done
}
ok 'a stage killed in the middle is started again' stage_killed

# Killed at any time, a run goes on with what is missing.
resumed() {
	for after in 0.2 0.6 1.0; do
		rm -rf K
		docrun -o K --db db -j 1 --progress none many >out 2>err &
		pid=$!
		sleep $after
		kill -9 $pid 2>/dev/null || :
		wait $pid 2>/dev/null || :
		test -s K/run.json || continue
		status 0 docrun --resume K -j 2
		sorted K >got
		diff want got
		status 0 docrun -o K --db db --progress none many
		sorted K >got
		diff want got
	done
	tries=0
	while test -n "$(ours)" && test "$tries" -lt 100; do
		tries=$((tries + 1)); sleep 0.1
	done
	status 0 docrun -o K --db db --progress none many
	clean
}
ok 'a killed run goes on, and comes to the same' resumed

# Added, changed, removed: what is there now is what the records say.
changed() {
	cp -r many some
	status 0 docrun -o C --db db --stages scan,text --progress none some
	cp C/out.ndjson before
	status 0 docrun -o C --db db --stages scan,text --progress none some
	cmp before C/out.ndjson
	echo another >some/7.txt
	rm some/8.txt
	echo new >some/new.txt
	status 0 docrun -o C --db db --stages scan,text --progress none -v some 2>err
	grep -q '^docrun: 2 inputs done, 118 were done already; 120' err
	rm -rf C2
	status 0 docrun -o C2 --db db --stages scan,text --progress none some
	sorted C2 | sed 's|C2/|C/|g' >want2
	sorted C >got
	diff want2 got
	is 3 "$(grep -c '"type":"end"' C/out.ndjson)"
	# Other settings are not mixed in.
	status 2 docrun -o C --stages scan,text --progress none --lang deu some 2>err
	grep -q 'other settings' err
	status 0 docrun -o C --stages scan,text --progress none --lang eng --db db --restart some
	sorted C >got
	diff want2 got
}
ok 'files added, changed and removed' changed

# A journal that is cut anywhere still leads to the same records.
torn() {
	status 0 docrun -o J --progress none --stages text good
	sorted J >want3
	size=$(stat -c %s J/journal)
	# Each byte: tests/unit/ledger_test.c.
	for cut in $(seq 0 701 "$size"); do
		cp -r J J.kept
		truncate -s "$cut" J/journal
		status 0 docrun -o J --progress none --stages text good 2>err
		sorted J >got
		diff want3 got
		is 2 "$(grep -c '"type":"end"' J/out.ndjson)"
		rm -rf J; mv J.kept J
	done
}
ok 'a journal cut anywhere' torn

# A record that was tampered with is noticed, and worked out anew.
garbled() {
	cp -r J J2
	sed -i '2s/"size":/"mass":/' J2/out.ndjson
	status 0 docrun -o J2 --progress none --stages text good 2>err
	grep -q 'do not agree' err
	sed 's|J2/|J/|g' J2/out.ndjson | jq -cS 'select(.type == "doc")' |
	    sort >got
	diff want3 got
	# Somebody's own file of that name is left alone.
	mkdir own && echo mine >own/out.ndjson
	status 2 docrun -o own --progress none good 2>err
	grep -q 'no run directory' err
	is mine "$(cat own/out.ndjson)"
}
ok 'records that were changed; a folder of somebody else' garbled

locked() {
	mkdir -p L
	(
		flock 9
		status 2 docrun -o L --progress none good 2>err
	) 9>L/lock
	grep -q 'another docrun' err
	echo 'elsewhere 12 boot' >L/lock
	status 2 docrun -o L --progress none good 2>err
	grep -q 'elsewhere' err
}
ok 'one docrun to a folder' locked

# Where nothing can be written nothing begins.
barred() {
	mkdir -p barred && chmod 755 barred
	status 3 setpriv --reuid=65534 --regid=65534 --clear-groups \
	    env HOME=/nonexistent docrun -o barred --progress none good 2>err
	grep -q "cannot open 'barred/lock'" err
	is "" "$(ls barred)"
}
if test "$(id -u)" -eq 0; then
	ok 'a folder that takes no writing' barred
else
	skip 'a folder that takes no writing' 'not root'
fi

# One's own stage: five lines of shell, or less.
own_stage() {
	status 0 docrun -o W --db db --progress none --stages text,size2 \
	    --stage size2='jq -c --unbuffered "if .type == \"doc\" then
		.size2 = {status: \"ok\", twice: (.size * 2)} else . end"' good
	all '.size2.twice == .size * 2 and .text.status' W/out.ndjson
	any '.type == "end" and .stage == "size2" and .in == 3' W/out.ndjson
	# It loses one: that is said, and the others are there.
	status 1 docrun -o W2 --db db --progress none --stages text \
	    --stage drop='grep --line-buffered -v plain.txt' good 2>err
	is 3 "$(recs .id W2/out.ndjson | wc -l)"
	is lost "$(recs 'select(.path | endswith("plain.txt")).drop.error.code' \
	    W2/out.ndjson)"
	# It dies of one: again, then never more.
	cat >deadly <<'E'
#!/bin/sh
while IFS= read -r line; do
	case $line in *letter.docx*) exit 7 ;; esac
	printf '%s\n' "$line"
done
E
	chmod +x deadly
	status 1 docrun -o W3 --db db --progress none --stages deadly,text \
	    --stage deadly=./deadly good 2>err
	is poison "$(recs 'select(.path | endswith("docx")).deadly.error.code' \
	    W3/out.ndjson)"
	is 3 "$(recs 'select(.text.status == "ok").id' W3/out.ndjson | wc -l)"
}
ok "one's own stage" own_stage

# A document that ends docrun itself is not tried for ever.
fatal() {
	cat >fatal <<'E'
#!/bin/sh
while IFS= read -r line; do
	case $line in *letter.docx*) kill -9 "$PPID" ;; esac
	printf '%s\n' "$line"
done
E
	chmod +x fatal
	got=137 runs=0
	while test "$got" -eq 137 && test "$runs" -lt 12; do
		runs=$((runs + 1)) got=0
		docrun -o W4 --progress none --stages fatal \
		    --stage fatal='exec ./fatal' good 2>err || got=$?
	done
	is 1 "$got"
	test "$runs" -ge 7 && test "$runs" -le 10
	is 3 "$(recs .id W4/out.ndjson | wc -l)"
	is poison "$(recs 'select(.path | endswith("docx")).fatal.error.code' \
	    W4/out.ndjson)"
	clean
}
ok 'a document that ends docrun every time' fatal

tenants() {
	mkdir -p ta tb
	for i in $(seq 40); do echo "a $i" >"ta/$i.txt"; done
	echo b >tb/b.txt
	status 0 docrun -o X --db db --progress none --stages scan,text \
	    --tenant a=ta --tenant b=tb
	is 40 "$(recs 'select(.tenant == "a").id' X/out.ndjson | wc -l)"
	is 1 "$(recs 'select(.tenant == "b").id' X/out.ndjson | wc -l)"
	test -d X/spool/a && test -d X/spool/b
	is 'a 40 b 1' "$(jq -r '.tenant, .documents' X/bill.ndjson | xargs)"
	cat >list <<'E'
{"tenant":"a","source":"ta","documents":10}
{"tenant":"b","source":["tb"],"weight":3}
E
	status 0 docrun -o X2 --db db --progress none --stages scan,text \
	    --tenants list -j 1
	is 41 "$(recs .id X2/out.ndjson | wc -l)"
	is ok "$(recs 'select(.tenant == "b").text.status' X2/out.ndjson)"
	n=$(recs 'select(.tenant == "a" and .scan.reasons == ["quota"]).id' \
	    X2/out.ndjson | wc -l)
	is "$n" "$(jq -r 'select(.tenant == "a").refused' X2/bill.ndjson)"
}
ok 'tenants, and what they may have' tenants

listed() {
	printf '%s\0' good/letter.pdf good/plain.txt |
	    docrun -o Y --db db --progress none --files-from - -0
	is 2 "$(recs .id Y/out.ndjson | wc -l)"
	find good -type f >names
	status 0 docrun -o Y2 --db db --progress none -f names
	is 3 "$(recs .id Y2/out.ndjson | wc -l)"
}
ok '--files-from' listed

interrupted() {
	for sig in TERM INT; do
		rm -rf K
		# Not in the background: there a shell ignores SIGINT.
		python3 - "$sig" <<'E'
import signal, subprocess, sys, time
sig = getattr(signal, "SIG" + sys.argv[1])
p = subprocess.Popen(["docrun", "-o", "K", "--db", "db", "-j", "1",
                      "--progress", "none", "many"])
time.sleep(1)
p.send_signal(sig)
rc = p.wait(30)
assert rc == -sig or rc == 128 + sig, rc
E
		clean
	done
}
ok 'SIGTERM and SIGINT end all of it' interrupted

killed() {
	docrun -o K9 --db db -j 1 --progress none many >out 2>err &
	pid=$!
	sleep 1
	kill -9 $pid
	wait $pid 2>/dev/null || :
	tries=0
	while test -n "$(ours)" && test "$tries" -lt 100; do
		tries=$((tries + 1)); sleep 0.1
	done
	is "" "$(ours)"
	status 0 docrun -o K9 --db db --progress none many >out 2>err
	clean
}
ok 'kill -9 of docrun leaves nothing that the next does not clear' killed

# Under make it is one of make's jobs: never more workers than make allows.
under_make() {
	cat >Makefile <<'E'
all: a b
a b:
	+docrun -o make.$@ --db db --progress none good 2>err.$@
E
	status 0 make -s -j2 all
	is 3 "$(recs .id make.a/out.ndjson | wc -l)"
	cmp make.a/run.json make.a/run.json
	portable make.a >a; portable make.b >b
	cmp a b
}
ok 'several under make -j share its tokens' under_make

names() {
	mkdir odd
	echo x >"odd/$(printf 'caf\351 \n"quoted"\\.txt')"
	mkdir -- -dash && echo y >./-dash/-v
	status 0 docrun -o O --db db --progress none -- odd -dash 2>err
	is 2 "$(recs .id O/out.ndjson | wc -l)"
	all '.text.status == "ok"' O/out.ndjson
}
ok 'names that are bytes, and such that look like options' names

# A run that ended when the archive's record was kept, and none of its members;
# going on, doclist has the same to say of it, or something else: a worker that
# is killed this time finds no members, and those would be lost.
cat >cut.py <<'END'
"""cut.py RUN ID [change]: the journal up to the record ID, whose sum as it was
listed is another one now."""
import sys

def crc(data):
    c = 0xffffffff
    for b in data:
        c ^= b
        for _ in range(8):
            c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)
    return c ^ 0xffffffff

out = []
with open(sys.argv[1] + "/journal") as f:
    for line in f:
        words = line.split("\t")[0]
        if sys.argv[2] in words and words.split()[0] in ("try", "lone") and \
                len(sys.argv) > 3:
            words = " ".join(words.split()[:3] + ["12345678"])
        if words.split()[0] != "whole":
            out.append("%s\t%08x\n" % (words, crc(words.encode())))
        if words.startswith("done") and sys.argv[2] in words:
            break
with open(sys.argv[1] + "/journal", "w") as f:
    f.writelines(out)
END
otherwise() {
	mkdir -p arch
	make_fixtures arch letters.zip
	for how in '' change; do
		rm -rf A
		status 0 docrun -o A --db db --progress none arch
		recs . A/out.ndjson | sort >want
		id=$(recs 'select(.parent == null).id' A/out.ndjson)
		# shellcheck disable=SC2086 # nothing is no argument
		python3 cut.py A "$id" $how
		status 0 docrun -o A --db db --progress none arch 2>err
		recs . A/out.ndjson | sort >have
		diff want have
		is "$how" "$(grep -q 'in two ways' err && echo change)"
	done
}
ok 'what is listed otherwise the second time is done again' otherwise

# Two members of one name have one id; that one of them is done is not both.
twins() {
	mkdir -p twin
	python3 -W ignore -c 'import zipfile
with zipfile.ZipFile("twin/t.zip", "w") as z:
    z.writestr("a.txt", "the first\n")
    z.writestr("a.txt", "the second\n")'
	rm -rf A
	status 0 docrun -o A --db db --progress none twin
	recs . A/out.ndjson | sort >want
	lines 3 want
	python3 cut.py A "$(recs 'select(.parent).id' A/out.ndjson | head -n 1)"
	status 0 docrun -o A --db db --progress none twin 2>err
	recs . A/out.ndjson | sort >have
	diff want have
}
ok 'two members of one name' twins

full_disk() {
	# The run directory's file system is full: status 3, no hang.
	command -v unshare >/dev/null
	status 3 unshare -rm sh -c 'mkdir small &&
	    mount -t tmpfs -o size=64k none small &&
	    exec docrun -o small/R --db db --progress none many good f' \
	    >out 2>err
	grep -qi 'space' err
}
if unshare -rm true 2>/dev/null; then
	ok 'a full disk is status 3' full_disk
else
	skip 'a full disk is status 3' 'no mount namespace to be had here'
fi

done_testing
