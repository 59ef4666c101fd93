#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives in several files: opened as one, and each file keeps its record.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
make=$top/tests/fixtures/volumes.py
python3 "$make" v || exit 1
fixtures marker.ndb
mkdir db && mv f/marker.ndb db
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$top/tests/fixtures
export PYTHONDONTWRITEBYTECODE PYTHONPATH

kinds='zip 7z rar4 old rar5 number letters'
leader() {
	case $1 in
	zip) echo x.zip ;; 7z) echo x.7z.001 ;; rar4) echo x.part1.rar ;;
	old) echo x.rar ;; rar5) echo x.part01.rar ;;
	number) echo x.tar.gz.000 ;; letters) echo x.tar.gz.aa ;;
	esac
}

# with KIND [NAME...]: that set as c/, without the files named.
with() {
	rm -rf c
	cp -rp "v/$1" c
	shift
	for name; do rm "c/$name"; done
}

# Members by size and content; files by what is said of them.
members() {
	recs 'select(.parent) | "\(.member[0]) \(.size) \(.sha256)"' "$1"
}
files() {
	recs 'select(.parent | not) | "\(.path) " + (.list | "\(.status) \(
	    .reasons) \(.volumes) \(.volume_missing) \(.volume_of != null)")' \
	    "$1" | tr -s '\n\t ' ' ' | sed 's/ c\//\nc\//g; s/ $/\n/'
}

# change FILE: another letter in a member, and the same size.
change() {
	cp "$1" changed
	sed 's/third letter/THIRD letter/' changed >"$1"
	rm changed
}

# --- joined ------------------------------------------------------------------

each_kind() {
	python3 - >want <<'E'
import hashlib
import volumes
for name, data in volumes.MEMBERS:
    print(name, len(data), hashlib.sha256(data).hexdigest())
E
	for kind in $kinds; do
		echo "$kind"
		status 0 doclist "v/$kind" >out
		members out | diff -u want -
		name=$(leader "$kind")
		count=$(find "v/$kind" -type f | wc -l)
		is "v/$kind/$name ok $count 3 3" "$(recs 'select(.list.volumes) |
		    "\(.path) " + (.list | "\(.status) \(.volumes) \(
		    .members) \(.delivered)")' out)"
		# Each file has its own record, of its own bytes.
		is "$count" "$(recs 'select(.parent | not) | .id' out |
		    sort -u | wc -l)"
		recs 'select(.parent | not) | "\(.sha256)  \(.path)"' out >sums
		sha256sum --quiet -c sums
		lead=$(recs 'select(.list.volumes).id' out)
		is "$((count - 1))" "$(recs "select(.list.status == \"skipped\" and
		    .list.reasons == [\"volumes\"] and
		    .list.volume_of == \"$lead\").id" out | wc -l)"
		is "$lead $lead $lead" "$(recs '.parent // empty' out | xargs)"
	done
	clean
}
ok 'each kind: one container, and a record for each file' each_kind

peers() {
	for kind in zip 7z rar4 old rar5; do
		7z l -ba -slt "v/$kind/$(leader $kind)" >listed
		is "one.txt big.bin three.txt" \
		    "$(sed -n 's/^Path = //p' listed | xargs)"
	done
	head -c 300000 /dev/urandom >r.bin
	seq 1 50000 >r.txt
	7z a -bd -v100k r.7z r.txt r.bin >/dev/null
	bsdtar -cf r.tar r.txt r.bin
	split -b 100k -d -a 3 r.tar r.tar.
	bsdtar -cJf r.txz r.txt r.bin
	split -b 100k r.txz r.txz.
	rm r.tar r.txz
	status 0 doclist r.* >out
	is "r.7z.001 r.tar.000 r.txz.aa" \
	    "$(recs 'select(.list.volumes).path' out | sort | xargs)"
	is 6 "$(recs 'select(.parent).sha256' out | wc -l)"
	is "$(sha256sum r.bin r.txt | cut -c1-64 | sort)" \
	    "$(recs 'select(.parent).sha256' out | sort -u)"
}
if command -v 7z >/dev/null && command -v bsdtar >/dev/null; then
	ok '7z reads what we made, and we what 7z, bsdtar and split make' peers
else
	skip '7z reads what we made' 'no 7z or bsdtar'
fi

# As they come from Windows, in any order, or only the one that leads.
any_order() {
	with zip
	for f in c/*; do mv "$f" "c/$(basename "$f" | tr '[:lower:]' '[:upper:]')"; done
	mv c/X.Z02 c/X.z02
	status 0 doclist c/X.z02 c/X.ZIP c/X.Z03 c/X.Z01 >out
	is "4 3" "$(recs 'select(.list.volumes).list |
	    "\(.volumes) \(.delivered)"' out)"
	is "c/X.Z01 c/X.Z03 c/X.z02" "$(recs 'select(.list.volume_of).path' \
	    out | sort | xargs)"
	status 0 doclist c/X.ZIP >out
	is 3 "$(members out | wc -l)"
	status 0 doclist -u v/old v/rar5 >out
	is 6 "$(members out | wc -l)"
	(cd c && status 0 doclist X.ZIP) >out
	is 3 "$(members out | wc -l)"
	find c -name 'X.*' >names
	status 0 doclist <names >out
	is 3 "$(members out | wc -l)"
	status 0 doclist --root c <names >out
	is 3 "$(members out | wc -l)"
	status 0 doclist c/X.Z01 >out
	is "c/X.Z01 skipped" "$(recs '"\(.path) \(.list.status)"' out)"
	status 1 doclist --no-join c >out
	is "" "$(recs 'select(.list | .volumes or .volume_of or
	    .volume_missing).path' out)"
}
ok 'any case, any order, any way of naming them' any_order

# --- not all there -----------------------------------------------------------

missing_zip() {
	with zip x.z02
	status 1 doclist c >out
	cat >want <<'E'
c/x.z01 skipped ["volumes"] null null true
c/x.z03 partial ["volumes"] null null true
c/x.zip partial ["damaged","volumes"] 1 2 false
E
	files out | diff -u want -
	is "one.txt ok,big.bin error" "$(recs 'select(.parent) |
	    "\(.member[0]) \(.list.status)"' out | paste -sd,)"
	is "input volumes part 2 is missing" "$(recs 'select(.parent | not) |
	    .list.error // empty | "\(.class) \(.code) \(.msg)"' out)"
}
ok 'a part of a zip is missing' missing_zip

missing_rar() {
	for kind in rar4 rar5; do
		one=$(leader $kind)
		stem=${one%1.rar}
		for gone in "2 null 2" "4 3 4"; do
			with $kind "$stem${gone%% *}.rar"
			status 1 doclist c >out
			is "$one partial ${gone#* }" "$(recs 'select(
			    .list.volume_missing) | "\(.path[2:]) " +
			    (.list | "\(.status) \(.volumes) \(
			    .volume_missing)")' out)"
			is "one.txt" "$(recs 'select(.parent and
			    .list.status == "ok").member[0]' out)"
		done
		with $kind "$one"
		status 1 doclist c >out
		is 1 "$(recs '.list.volume_missing // empty' out | sort -u)"
		is "" "$(recs 'select((.parent | not) and
		    .list.status == "ok").path' out)"
	done
}
ok 'a part of a RAR is missing: what is whole before it' missing_rar

missing_end() {
	for last in "7z x.7z.004 error 4" "number x.tar.gz.005 partial 6" \
	    "letters x.tar.gz.af partial 6"; do
		# shellcheck disable=SC2086 # words
		set -- $last
		with "$1" "$2"
		status 1 doclist c >out
		is "$3 $4" "$(recs 'select(.list.volume_missing).list |
		    "\(.status) \(.volume_missing)"' out)"
	done
}
ok 'the last part is missing' missing_end

# Cut between two members, where libarchive sees no end missing; and where there
# are zeros before the cut.
cut_tar() {
	rm -rf c && mkdir c
	for i in 1 2 3; do head -c 512 /dev/zero | tr '\0' $i >$i.txt; done
	head -c 4096 /dev/zero >4.txt
	bsdtar --format ustar -cf all.tar 1.txt 2.txt 3.txt 1.txt 4.txt \
	    2.txt 3.txt
	split -b 2048 -d -a 3 all.tar c/x.tar.
	status 0 doclist c >out
	is "7 7" "$(recs 'select(.list.volumes).list |
	    "\(.members) \(.delivered)"' out)"
	find c -name '*.00[2-9]' -delete
	status 1 doclist c >out
	is 'partial ["volumes"] 3' "$(recs 'select(.list.volumes).list |
	    "\(.status) \(.reasons) \(.volume_missing)"' out)"
	# One that begins with what is a file in there.
	gzip -c 4.txt >4.gz
	rm c/* && bsdtar --format ustar -cf all.tar 1.txt 4.gz 2.txt
	split -b 1536 -d -a 3 all.tar c/x.tar.
	is "$(head -c 10 4.gz | od -c)" "$(head -c 10 c/x.tar.001 | od -c)"
	status 0 doclist c >out
	is "4" "$(recs 'select(.parent).id' out | wc -l)"
}
if command -v bsdtar >/dev/null; then
	ok 'a tar that was cut between two members' cut_tar
else
	skip 'a tar that was cut between two members' 'no bsdtar'
fi

odd_files() {
	for how in link fifo folder; do
		with rar4 x.part2.rar
		case $how in
		link) ln -s ../v/rar4/x.part2.rar c/x.part2.rar ;;
		fifo) mkfifo c/x.part2.rar ;;
		folder) mkdir c/x.part2.rar ;;
		esac
		status 1 doclist c/x.part1.rar >out
		is 2 "$(recs '.list.volume_missing // empty' out)"
		is one.txt "$(recs 'select(.parent and .list.status ==
		    "ok").member[0]' out)"
		recs '.list.error.msg // empty' out | grep '^part 2: '
	done
	status 1 doclist --exclude='*part2*' v/rar4 >out
	is 2 "$(recs '.list.volume_missing // empty' out)"
	# The one that leads is a link: it is none, and leads nobody.
	with rar4 x.part1.rar
	ln -s ../v/rar4/x.part1.rar c/x.part1.rar
	status 1 doclist c >out
	is "" "$(recs 'select(.list | .volumes or .volume_of).path' out)"
	is symlink "$(recs 'select(.path == "c/x.part1.rar").list.error.code' out)"
}
ok 'links, fifos, folders and what is left out are not joined' odd_files

elsewhere() {
	rm -rf a b && mkdir -p a/t b/t
	cp v/7z/x.7z.00[12] a/t && cp v/7z/x.7z.00[34] b/t
	status 1 doclist a b >out
	is "" "$(members out)"
	cp v/7z/* a/t && ln -s ../a/t b/way
	echo b/way/x.7z.001 >names
	status 1 doclist --root b <names >out
	is symlink "$(recs .list.error.code out)"
	status 0 doclist --tenant-from dir a >out
	is "t" "$(recs .tenant out | sort -u)"
	is 3 "$(members out | wc -l)"
	rm -rf a b
}
ok 'not from other folders, nor through links' elsewhere

# --- whose they are not ------------------------------------------------------

chance() {
	rm -rf c && mkdir c
	for i in 1 2 3; do
		echo "letter $i" >c/$i.txt
		bsdtar -cf c/log.tar.0$i -C c $i.txt
		bsdtar -czf c/log.tgz.0$i -C c $i.txt
		cp v/zip/x.z03 c/noise.00$i
		bsdtar -cf c/zeros.tar.00$i -C c $i.txt
		bsdtar -cjf c/log.tbz.0$i -C c $i.txt
		bsdtar -cf c/disc.0$i --format iso9660 -C c $i.txt
		echo "just a text $i" >c/text.00$i
	done
	cp c/1.txt c/a.aa && cp c/2.txt c/a.ab
	status 0 doclist c >out
	is 15 "$(recs 'select(.parent).id' out | wc -l)"
	is "" "$(recs 'select(.list | .volumes or .volume_of).path' out)"
	# A whole zip beside the parts of another; parts of another behind.
	with zip
	python3 - <<'E'
import zipfile
zipfile.ZipFile("c/x.zip", "w").writestr("own.txt", b"its own\n")
E
	status 0 doclist c/x.zip >out
	is "own.txt" "$(recs '.member[0] // empty' out)"
	is null "$(recs 'select(.parent | not).list.volumes' out)"
	with zip
	cp v/rar4/x.part1.rar c/x.z04
	status 1 doclist c/x.zip >out
	is "error" "$(recs .list.status out)"
	# A later part under the name of the first.
	with rar5
	cp c/x.part02.rar c/x.part01.rar
	status 1 doclist c/x.part01.rar >out
	is 'partial ["volumes"] null' "$(recs '.list | "\(.status) \(.reasons) \(
	    .volume_missing)"' out)"
	# One of another archive in the midst of a RAR.
	with rar4
	cp v/rar5/x.part02.rar c/x.part2.rar
	status 1 doclist c/x.part1.rar >out
	is "partial one.txt" "$(recs 'select(.parent | not).list.status' \
	    out) $(recs 'select(.parent and .list.status ==
	    "ok").member[0]' out)"
}
if command -v bsdtar >/dev/null; then
	ok 'names by chance' chance
else
	skip 'names by chance' 'no bsdtar'
fi

same_leader() {
	rm -rf a b && cp -rp v/7z a && cp -rp v/7z b
	change b/x.7z.004
	status 1 doclist a b >out
	is "ok partial" "$(recs 'select(.list.volumes).list.status' out | xargs)"
	is "" "$(recs 'select(.parent | not) | .duplicate_of // empty' out)"
	is "a/x.7z.001 ok,b/x.7z.001 error" "$(recs '
	    select(.member == ["three.txt"]) | "\(.path) \(.list.status)"' out |
	    paste -sd,)"
	rm -rf a b
}
ok 'the same first file with other ones behind it' same_leader

members_of() {
	(cd v/7z && bsdtar -cf ../../parts.tar x.*)
	status 1 doclist parts.tar >out
	is 4 "$(recs 'select(.parent and .list.reasons == ["volumes"]).id' out |
	    wc -l)"
	is 1 "$(recs '.depth // 0' out | sort -u | tail -n 1)"
}
if command -v bsdtar >/dev/null; then
	ok 'parts in a container stay apart, and say so' members_of
else
	skip 'parts in a container' 'no bsdtar'
fi

# --- limits ------------------------------------------------------------------

limits() {
	status 0 doclist --max-size=10K v/7z/x.7z.001 >out
	is 'skipped ["size"]' "$(recs '"\(.list.status) \(.list.reasons)"' out)"
	status 1 doclist --max-bytes=10K v/7z/x.7z.001 >out
	is 'error bytes 0' "$(recs '.list | "\(.status) \(.error.code) \(
	    .volumes)"' out)"
	# What could not be joined was not looked at, whatever its last part is
	# by itself.
	status 1 doclist --max-bytes=10K v/zip/x.zip >list
	sed 's,"application/zip","application/octet-stream",' list >other
	for list in list other; do
		status 1 docscan -q -d db <$list >out
		is incomplete "$(recs .scan.verdict out)"
	done
	status 1 doclist --max-depth=0 v/7z >out
	is 'partial ["depth"]' "$(recs 'select(.list.volume_of | not) |
	    "\(.list.status) \(.list.reasons)"' out)"
	clean
}
ok 'limits count for all files together' limits

# No room for all of them is an error of theirs, and not of the run.
no_room() {
	mount -t tmpfs -o size=1m none small
	rm -rf c && mkdir c
	{ printf '7z\274\257\047\034'; head -c 600000 /dev/urandom; } >c/x.7z.001
	head -c 600000 /dev/urandom >c/x.7z.002
	got=0; doclist -j 1 -S small/spool c v/rar4 >out || got=$?
	umount small
	is 1 $got
	is 'error no-space' "$(recs 'select(.path == "c/x.7z.001") |
	    "\(.list.status) \(.list.error.code)"' out)"
	is 3 "$(members out | wc -l)"
}
mkdir small
if mount -t tmpfs none small 2>/dev/null; then
	umount small
	ok 'a full disk' no_room
else
	skip 'a full disk' 'cannot mount'
fi

# --- verdicts ----------------------------------------------------------------

scan() {
	with rar4
	status 0 doclist c >list
	status 0 docscan -q -d db <list >out
	is "skipped container,$(for i in 2 3 4; do echo "skipped volumes"; done |
	    paste -sd,)" "$(recs 'select(.parent | not).scan |
	    "\(.verdict) \(.reasons[0])"' out | paste -sd,)"
	is "clean clean clean" "$(recs 'select(.parent).scan.verdict' out |
	    xargs)"
	# Where parts are missing nobody says clean.
	for gone in x.part1.rar x.part2.rar x.part4.rar; do
		with rar4 $gone
		status 1 doclist c >list
		status 1 docscan -q -d db <list >out
		is "" "$(recs 'select((.parent | not) and
		    .scan.verdict == "clean").path' out)"
	done
	with 7z x.7z.003
	status 1 doclist c >list
	status 1 docscan -q -d db <list >out
	is "incomplete incomplete skipped" "$(recs .scan.verdict out | sort |
	    xargs)"
}
ok 'verdicts: no part is clean that does not lead' scan

found() {
	rm -rf c && mkdir c
	python3 - <<'E'
import volumes
from make import MARKER
data = [("in.txt", b"." * 5990 + MARKER + b"." * 9000)]
sets = {"x.part%d.rar": volumes.rar4(data, 6000),
        "y.7z.%03d": volumes.cut(volumes.seven_zip(data), 6032)}
for form, parts in sets.items():
    for i, part in enumerate(parts, 1):
        assert MARKER not in part
        open("c/" + form % i, "wb").write(part)
E
	status 0 doclist c >list
	status 0 docscan -q -d db <list >out
	is "c/x.part1.rar c/y.7z.001" "$(recs 'select(.scan.verdict ==
	    "infected" and .member == ["in.txt"]).path' out | xargs)"
	is "" "$(recs 'select(.list.volume_of and
	    .scan.verdict != "skipped").path' out)"
}
ok 'a signature across two files is found in the member' found

# --- runs --------------------------------------------------------------------

ids() { recs '"\(.id) \(.sha256) \(.list)"' "$1" | sort; }
again() {
	got=0; docrun -q -o R -g text c 2>err || got=$?
	is "$1" $got
}

runs() {
	rm -rf R c && cp -rp v c
	again 0
	status 0 docrun verify R
	ids R/out.ndjson >want
	again 0
	ids R/out.ndjson | cmp want -
	# Another file than the one that leads changes,
	change c/7z/x.7z.004
	again 1
	is error "$(recs 'select(.path == "c/7z/x.7z.001" and
	    .member == ["three.txt"]).list.status' R/out.ndjson)"
	# or goes,
	rm c/rar4/x.part4.rar c/7z/x.7z.003
	again 1
	is "3 4" "$(recs 'select(.path == "c/rar4/x.part1.rar" and
	    .list.volumes).list | "\(.volumes) \(.volume_missing)"' \
	    R/out.ndjson)"
	is partial "$(recs 'select(.path == "c/7z/x.7z.004").list.status' \
	    R/out.ndjson)"
	# and comes back.
	cp -p v/rar4/x.part4.rar c/rar4 && cp -p v/7z/x.7z.00[34] c/7z
	again 0
	ids R/out.ndjson | diff -u want -
	status 0 docrun verify R
}
ok 'a run goes on when another part changed, went or came' runs

cut_short() {
	for cut in 2 9 20 33; do
		rm -rf CUT && cp -a R CUT
		head -n "$cut" R/journal >CUT/journal
		status 0 docrun -q --resume CUT 2>err
		ids CUT/out.ndjson | diff -u want -
	done
}
ok 'a run that was cut goes on' cut_short

# told DIR WANT...: the last that is said of each file.
told() {
	dir=$1; shift
	is "$*" "$(jq -rs 'map(select(.type == "doc" and (.parent | not))) |
	    group_by(.path) | map(last | "\(.path[-1:])\(.list.status)")[]' \
	    "$dir/out.ndjson" 2>/dev/null | xargs)"
}
wait_for() {
	tries=0
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		test "$tries" -lt 300 || { "$@"; return 1; }
		sleep 0.1
	done
}

# Whatever comes first.
dropped() {
	rm -rf in W && mkdir in
	docrun -q -o W -g text --watch --settle 1s in 2>err &
	pid=$!
	for f in 3 1; do
		cp v/7z/x.7z.00$f in/.x && mv in/.x in/x.7z.00$f
	done
	wait_for told W 1error 3partial
	cp v/7z/x.7z.002 in/.x && mv in/.x in/x.7z.002
	wait_for told W 1error 2skipped 3skipped
	cp v/7z/x.7z.004 in
	wait_for told W 1ok 2skipped 3skipped 4skipped
	rm in/x.7z.003
	wait_for told W 1error 2skipped 3skipped 4partial
	cp v/7z/x.7z.003 in
	wait_for told W 1ok 2skipped 3skipped 4skipped
	kill -TERM $pid
	got=0; wait $pid || got=$?
	is 0 $got
	told W 1ok 2skipped 3skipped 4skipped
	is 3 "$(members W/out.ndjson | wc -l)"
	clean
}
ok 'dropped into a folder one after the other' dropped

# In pieces: the files of an archive stay together, on other hosts, too.
pieces() {
	rm -rf ONE RUN
	status 0 docrun -q -o RUN -g text c 2>err
	mv RUN ONE
	status 0 docrun plan -q -o RUN -g text --shard-documents=1 c
	is 7 "$(docrun todo -r RUN --count)"
	for k in 3 1 0 2 6 5 4; do
		status 0 docrun shard -q -r RUN "$@" $k
	done
	status 0 docrun merge -q -r RUN
	alike RUN/out.ndjson ONE/out.ndjson
}
ok 'a run in pieces' pieces

false_ssh
ok 'pieces on another host' pieces --on=other --remote="$DOC_BIN/docrun"
done_testing
