#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Names that become something else between a look and the next: files turn into
# links, fifos, folders and other files, folders into links, while they are
# opened some thousand times.  What is read is what was checked: never what a
# link leads to, never a fifo (whose writer would go on, and whose reader wait).
. "$(dirname "$0")/lib.sh"

cat >swap.py <<'END'
"""swap.py NAME OTHER ...: NAME changes places with each of them, for ever."""
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
print("ready", flush=True)
name, others = os.fsencode(sys.argv[1]), [os.fsencode(x) for x in sys.argv[2:]]
parent = os.getppid()
while os.getppid() == parent:
    for other in others:
        # RENAME_EXCHANGE: there is always something of that name.
        if libc.renameat2(-100, name, -100, other, 2) < 0:
            sys.exit("renameat2: %s" % os.strerror(ctypes.get_errno()))
END

mkdir -p d/sub secret outside
echo 'for our eyes only' >secret/file
secret=$(sha256sum <secret/file | cut -c 1-64)
echo 'a file like others' >d/x
echo 'another file' >outside/regular
ln -s "$scratch/secret/file" outside/link
mkfifo outside/fifo
mkdir outside/folder
echo 'in a folder' >d/sub/file
ln -s "$scratch/secret" outside/way

# swapping COMMAND...: meanwhile.
swapping() {
	python3 swap.py d/x outside/link outside/fifo outside/folder \
	    outside/regular >ready1 & one=$!
	python3 swap.py d/sub outside/way >ready2 & two=$!
	until test -s ready1 && test -s ready2; do sleep 0.05; done
	got=0
	timeout -k 5 100 "$@" >out 2>err || got=$?
	kill "$one" "$two" || { cat ready1 ready2; return 1; }
	wait "$one" "$two" || :
	test "$got" -le 1 || { echo "status $got"; cat err; return 1; }
}

# honest KEY: what is there, is something that was there.
honest() {
	if grep -q "$secret" out; then echo "the secret's digest"; return 1; fi
	if grep -q 'our eyes' out; then echo 'the secret'; return 1; fi
	all ".$1 | .status == \"ok\" or .status == \"skipped\" or
	    (.error.code | IN(\"symlink\", \"special-file\", \"not-found\",
	        \"changed\", \"outside-root\"))" out
	recs ".$1.error.code // .$1.status" out | sort | uniq -c >seen
	cat seen
}

# The folders above a name that a user gives are the user's; with --root, only
# those above the root.
yes d/x | head -n 1500 >file
printf 'd/x\nd/sub/file\n' >names
for k in 1 2 3 4 5 6 7 8 9; do
	cat ./names ./names >more.$k && mv more.$k ./names
done

list() {
	swapping doclist -q -j 2 <file
	honest list
	is 1500 "$(recs .id out | wc -l)"
	swapping doclist -q -j 2 --root d <names
	honest list
	is 1024 "$(recs .id out | wc -l)"
}
ok 'doclist: names that change' list

# Records are requests, and their digest is what they say it is.
text() {
	sha=$(printf '%064d' 7)
	i=0
	while test "$i" -lt 600; do
		for path in d/x d/sub/file; do
			printf '{"v":1,"type":"doc","id":"%d","path":"%s",' \
			    "$i" "$path"
			printf '"media":"text/plain","sha256":"%s",' "$sha"
			printf '"list":{"status":"ok"}}\n'
		done
		i=$((i + 1))
	done >recs
	echo '{"v":1,"type":"end","stage":"doclist"}' >>recs
	swapping doctext -q -j 2 --cache none --inline <recs
	honest text
	swapping doctext -q -j 2 --cache none --inline --root d <recs
	honest text
}
ok 'doctext: names that change' text

# A tree that is walked while its folders come and go.
walked() {
	swapping sh -c 'for k in 1 2 3 4 5 6 7 8 9 10 11 12; do
		doclist -q -j 2 d || test $? -eq 1; done'
	honest list
}
ok 'doclist: a tree that changes' walked

done_testing
