#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docscan against what is true: containers, depths, locks, damage, limits and a
# temp folder that fails.  Nothing infected is called clean, nothing clean
# infected, and the right member is named.
. "$(dirname "$0")/lib.sh"
python3 "$top/tests/fixtures/scan_matrix.py" f >table || exit 1
make_fixtures db marker.ndb
make_fixtures g marked.zip plain.txt

# judge TABLE RECORDS: compare the worst verdict of each tree.
cat >judge.py <<'P'
import json, sys
trees = {}
for line in open(sys.argv[2]):
    r = json.loads(line)
    if r["type"] == "doc":
        trees.setdefault(r["path"].split("/")[-1], []).append(r)
bad = 0
for line in open(sys.argv[1]):
    name, verdicts, reason, where = line.rstrip("\n").split("\t")
    said, reasons, places = set(), set(), set()
    for r in trees.get(name, []):
        s = r["scan"]
        why = s.get("reasons", [])
        said.add(s["verdict"] if why != ["container"] or
                 s["verdict"] != "skipped" else "clean")
        reasons.update(why, [s.get("error", {}).get("code")])
        places.update("/".join(r.get("member", []) + f.get("part", []))
                      for f in s.get("found", []))
    order = ("infected", "error", "incomplete", "skipped", "clean")
    worst = next((v for v in order if v in said), "nothing")
    # What is stored uncompressed is in the container's own bytes as well.
    if len(places) > 1:
        places.discard("")
    good = worst in verdicts.split("|")
    good &= reason == "-" or bool(reasons & set(reason.split("|")))
    good &= where == "-" or bool(places) and all(
        p == where or p.endswith("/" + where) or name == "depth00.txt"
        for p in places)
    print("%s %s - %s" % ("ok" if good else "not ok", name, worst))
    if not good:
        bad += 1
        print("wanted", verdicts, reason, where, "got", worst, reasons,
              places)
sys.exit(bad > 0)
P
judge() {
	python3 judge.py "$1" "$2" >judged || { grep -A1 '^not ok' judged
		return 1; }
	lines "$(wc -l <"$1")" judged
}

matrix() {
	status 1 docscan --db db f >out 2>err
	is "" "$(cat err)"
	judge table out
	test "$(wc -l <table)" -ge 60
	clean
}
ok "$(wc -l <table) files: nothing falsely clean or infected" matrix

whole() {
	# With --whole the container's own record must say it as well.
	status 1 docscan --whole --db db f >out 2>err
	# Debian's libclamav comes without unrar.
	sed '/^k-good.rar/s/clean/clean|incomplete/' table >table2
	judge table2 out
	awk -F '\t' '$2 == "infected" { print $1 }' table | sort >bad
	recs 'select((.member | not) and .scan.verdict == "infected" or
	    (.scan.verdict == "incomplete" or .scan.verdict == "error")) |
	    .path | split("/")[-1]' out | sort -u >told
	is "" "$(comm -23 bad told)"
}
ok 'the same with --whole, told by each container itself' whole

unopened() {
	# doclist opens nothing: the engine has to, or it is not clean.
	doclist -d 0 f >list || :
	status 1 docscan --db db <list >out
	cut -f 1 <table | grep -v -e '^p-' -e good >names
	recs 'select(.scan.verdict == "clean" or .scan.verdict == "skipped") |
	    .path | split("/")[-1]' out | sort >calm
	is "" "$(sort names | comm -12 - calm)"
}
ok 'with doclist --max-depth=0 nothing bad is clean' unopened

large() {
	truncate -s 101M large && printf 'x docpipe-test-marker-4711-harmless' \
	    >>large
	truncate -s 2049M huge
	status 1 docscan --memory=3G --max-output=4G --db db large huge >out
	is 'large infected
huge incomplete' "$(recs '"\(.path) \(.scan.verdict)"' out)"
	is '["size"]' "$(recs 'select(.path == "huge").scan.reasons' out)"
	# Nor does it have to fit into memory for that.
	status 1 docscan --cache=none --db db huge >out
	is 'incomplete ["size"]' "$(recs '.scan | "\(.verdict) \(.reasons)"' \
	    out)"
	rm -f large huge
}
ok 'a signature at the end of 101 MB; more than 2 GiB' large

many() {
	python3 -c 'import zipfile
z = zipfile.ZipFile("many.zip", "w", 8)
for i in range(10050):
    z.writestr("%d" % i, "some text that is long enough %d" % i)
z.close()'
	doclist -n 5 many.zip >list || :
	status 1 docscan --db db <list >out
	recs 'select(.member | not) | .scan | .verdict, .reasons[]' out >got
	grep -qx incomplete got && grep -qx files got
}
ok 'more files inside than the engine takes' many

# Temp folders: too small for what is unpacked, shared, not there.
full() {
	python3 -c 'import zipfile, io
i = io.BytesIO(); z = zipfile.ZipFile(i, "w", 8)
z.writestr("zeros", bytes(60 << 20))
z.writestr("bad.txt", "x docpipe-test-marker-4711-harmless" * 9); z.close()
z = zipfile.ZipFile("full.zip", "w", 8); z.writestr("in.zip", i.getvalue())
z.close()'
	for m in 8M 50M 256M; do
		docscan -j 1 --memory=$m --whole --db db full.zip >out || :
		all '.scan.verdict != "clean" or (.member | length == 2 and
		    .[1] == "zeros")' out
		clean
	done
	any '.scan.verdict == "infected"' out
}
ok 'too little memory and temp space is never clean' full

colliding() {
	mkdir many
	for i in $(seq 20); do cp g/marked.zip "many/$i.zip"; done
	for reuse in 1 8; do
		docscan -j 8 --reuse=$reuse --whole --db db many >out
		all '.scan.verdict == "infected"' out
		is 80 "$(recs .id out | wc -l)"
	done
	clean
}
ok 'workers do not collide in the temp folder' colliding

unwritable() {
	mkdir ro && chmod 555 ro
	for dir in "$scratch/ro" "$scratch/none" /proc; do
		got=0
		TMPDIR=$dir docscan --whole --db db g >out 2>err || got=$?
		test "$got" -ge 3 ||
		    is 5 "$(recs .scan.verdict out | grep -cv error)"
	done
}
ok 'a temp folder that cannot be written to' unwritable

# Whatever is killed when: nothing stays, and nothing is said twice.
killed() {
	for what in loading scanning; do
		docscan -j 2 --db db many >out 2>err &
		pid=$!
		if test $what = scanning; then
			tries=0
			until test -s out || test "$tries" -gt 100; do
				tries=$((tries + 1))
				sleep 0.05
			done
		fi
		kill -TERM "$pid"
		wait "$pid" || :
		clean
	done
}
ok 'killed while it loads and while it scans: nothing is left' killed

done_testing
