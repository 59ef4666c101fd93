#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks that are full, fill up or have an end, and few descriptors, under every
# tool.  What fails is the machine, not a document: status 3 and why; what was
# written till then is true and whole, and who goes on later gets the rest.
# EIO and the like, call by call: tests/faults.t, tests/soak.
. "$(dirname "$0")/lib.sh"

# Mounting is for root, be it of a namespace of its own.
if ! { mkdir try && mount -t tmpfs none try 2>/dev/null && umount try; }; then
	if test -z "${DOC_DISK:-}" && unshare -rm true 2>/dev/null; then
		cd / && rm -rf "$scratch"
		DOC_DISK=1 exec unshare -rm "$0"
	fi
	echo '1..0 # SKIP needs the right to mount a tmpfs'
	exit 0
fi

fixtures deep.zip letter.pdf plain.txt mail.eml orders.xlsx marker.ndb \
    photo.jpg scan1.pdf
# What does not fit a pipe, nor the smallest disk: text, and members that go by
# a file.
mkdir big
seq 20000 | sed 's/$/ words in a line/' >big/long.txt
python3 - <<'END'
import random, zipfile
r = random.Random(1)
with zipfile.ZipFile("big/members.zip", "w") as z:
    for i in range(3):
        z.writestr("m%d.txt" % i, "".join("%d\n" % r.getrandbits(60)
                                         for _ in range(12000)))
END
DOCPIPE_SPOOL=$scratch/good
doclist f big >list.good
doctext -j 2 <list.good >text.good || test $? -eq 1
DOCPIPE_SPOOL=$scratch/spool

# as STAGE: how it is called here.
as() {
	stage=$1; shift
	case $stage in
	doclist) doclist -j 2 "$@" f big ;;
	docscan) docscan -j 2 -d f "$@" <list.good ;;
	dococr) dococr -j 2 "$@" <text.good ;;
	*) "$stage" -j 2 "$@" <list.good ;;
	esac
}

# disk KB: with that much room left, at ./disk.
disk() {
	mkdir -p disk
	mount -t tmpfs -o size=4m none disk
	dd if=/dev/zero of=disk/fill bs=1k count=$((4096 - $1)) 2>/dev/null
}

# true_and_whole STAGE: each document of ./out is what it is when nothing goes
# wrong, and the files it names are there with all their bytes.
true_and_whole() {
	key=${1#doc}
	sed "s|$scratch/disk/sp/|$scratch/ref/|g" out >out.ref
	grep '"type":"doc"' out.ref >docs || :
	if grep -vxFf "ref.$1" docs; then echo 'not true'; return 1; fi
	jq -r --arg k "$key" 'select(.type == "doc") | .[$k] as $r |
	    select($r.file) | "\($r.bytes) \($r.file)"' out >files
	while read -r bytes file; do
		is "$bytes" "$(stat -c %s "$file")"
	done <files
}

# Status 3 and a word, or all of it; and with more room, all of it.
fills() {
	got=0
	as "$1" -S disk/sp >out 2>err || got=$?
	echo "$got" >first
	case $got in
	"$want_status") tail -n 1 out | jq -e '.in == .out' >/dev/null ;;
	3) grep -q "^$1: .*No space left" err
		if tail -n 1 out | grep -q "\"stage\":\"$1\""; then
			echo 'an end record'
			return 1
		fi ;;
	*) echo "status $got"; cat err; return 1 ;;
	esac
	true_and_whole "$1"
	is '' "$(find disk -name '.incoming*')"
	rm disk/fill
	got=0
	as "$1" -S disk/sp >out 2>err || got=$?
	is "$want_status" "$got"
	true_and_whole "$1"
	is "$(wc -l <"ref.$1")" "$(recs .id out | wc -l)"
}

# every_size STAGE: and at least one was too small.
every_size() {
	want_status=0 small=0
	as "$1" -S ref >out 2>err || want_status=$?
	grep '"type":"doc"' out >"ref.$1"
	for kb in 0 16 256; do
		disk "$kb"
		( set -e; fills "$1" ) >log 2>&1 && rc=0 || rc=$?
		umount disk
		test "$rc" -eq 0 || { echo "$kb KB of room"; cat log; return 1; }
		! grep -q '^3$' first || small=$((small + 1))
	done
	test "$small" -gt 0
}
for stage in doclist doctext dococr docpreview; do
	ok "$stage: a disk that fills up" every_size "$stage"
done

# It keeps results, and nothing else; without room it does not.
scans() {
	want_status=0
	as docscan -S ref >out 2>err || want_status=$?
	grep '"type":"doc"' out >ref.docscan
	disk 64
	dd if=/dev/zero of=disk/more bs=1k 2>/dev/null || :
	( set -e
	  rm -f disk/more; mkdir -p disk/sp
	  dd if=/dev/zero of=disk/more bs=1k 2>/dev/null || :
	  got=0
	  as docscan -S disk/sp >out 2>err || got=$?
	  is "$want_status" "$got"
	  true_and_whole docscan ) && rc=0 || rc=$?
	umount disk
	return "$rc"
}
ok 'docscan: a full disk is none of its business' scans

# ulimit -f: a signal, if nobody minds; 8 blocks of 512 bytes.
limited() {
	for stage in doclist doctext dococr docpreview; do
		rm -rf spool
		got=0
		(ulimit -f 8 && as "$stage" >out 2>err) || got=$?
		is "$stage 3" "$stage $got"
		grep -q "^$stage: .*File too large" err
		clean
	done
	got=0
	(ulimit -f 8 && docstore -f small.db <text.good >out 2>err) || got=$?
	is "docstore 3" "docstore $got"
	got=0
	(ulimit -f 8 && docrun -q -o limited --stages text big 2>err) || got=$?
	is "docrun 3" "docrun $got"
	grep -q 'File too large' err
	got=0
	(ulimit -f 8 && docprogress <text.good >out 2>err) || got=$?
	is "docprogress 3" "docprogress $got"
}
ok 'a limit of the size of files is status 3' limited

# --- docrun ------------------------------------------------------------------

docs() { grep '"type":"doc"' "$1/out.ndjson" | sed "s|$scratch/$1/|RUN/|g" | sort; }

run() {
	got=0
	docrun -q -j 2 -o "$1" --progress none --stages text,preview f big \
	    >out 2>err || got=$?
}

# The run's disk fills up, at one place or another; with more room it goes on.
run_fills() {
	run whole
	test "$got" -le 1
	as_whole=$got
	docs whole >want
	for kb in 0 40 300 700; do
		disk "$kb"
		( set -e
		  run disk/R
		  test "$kb" -gt 600 || is "3" "$got"
		  test "$got" -le 1 || grep -q 'No space left' err
		  rm disk/fill
		  run disk/R
		  is "$as_whole" "$got"
		  docs disk/R >have
		  diff want have ) >log 2>&1 && rc=0 || rc=$?
		umount disk
		test "$rc" -eq 0 || { echo "$kb KB of room"; cat log; return 1; }
	done
	clean
}
ok "docrun: a disk that fills up, and what was not done is done later" run_fills

# --- descriptors -------------------------------------------------------------

# told TOOL: it worked, or said that the machine failed, and nothing in between.
told() {
	case $got in
	0 | 1) case $1 in
		docstore) ;;
		docrun) ! test -s few/out.ndjson || cp few/out.ndjson out ;;
		esac
		! grep -o '"error":{"class":"[a-z]*"' out | grep -v system ;;
	3) grep -q "^$1: ." err ;;
	*) echo "$1 with $few: status $got"; cat err; return 1 ;;
	esac
	clean
}

descriptors() {
	few=$1
	for stage in doclist docscan doctext dococr docpreview; do
		rm -rf spool
		got=0
		(ulimit -n "$few" && as "$stage" >out 2>err) || got=$?
		told "$stage"
	done
	for tool in docstore docprogress; do
		got=0
		(ulimit -n "$few" && $tool <text.good >out 2>err) || got=$?
		told "$tool"
	done
	rm -rf few
	got=0
	(ulimit -n "$few" && docrun -q -j 2 -o few --progress none --stages \
	    text,preview f >out 2>err) || got=$?
	told docrun
}
enough() {
	descriptors 32
	is 0 "$got"
	docs whole | grep '"path":"f/' >want
	docs few | grep '"path":"f/' >have
	diff want have
}
ok '14 descriptors are too few, and that is said' descriptors 14
ok '18 are too few for some' descriptors 18
ok '32 are enough for all' enough

done_testing
