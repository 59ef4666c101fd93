#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A run on many hosts: three real ones with sshd, on this machine; their power
# fails, their network is cut, docrun is killed.  Nothing is lost or doubled,
# and the records are those of one machine, byte for byte.
# shellcheck source=tests/hosts/world.sh
. "$(dirname "$0")/hosts/world.sh"
world_begin "$@"
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

world_or_skip 'many hosts'
KILLS=${KILLS:-14}

# A stage that takes its time, and writes down which host did it: what was done
# twice shows.  h3 stops in it while there is a file "wait".
nap="while IFS= read -r line; do
	case \$line in *'\"type\":\"doc\"'*)
		sleep 0.05
		host=\$(hostname)
		echo \"\$host\" >>$scratch/effects
		while test \"\$host\" = h3 && test -e $scratch/wait; do
			touch $scratch/waits
			sleep 0.1
		done
	esac
	printf '%s,\"nap\":{\"status\":\"ok\"}}\\n' \"\${line%?}\"
done"

# run STATUS OPTION...: docrun over the inbox into RUN.
run() {
	want=$1; shift
	limit=250 status "$want" docrun "$@" -o RUN --stages=text \
	    --stage=nap="$nap" in nowhere "$scratch/in/letter3.txt" \
	    >out 2>err || { cat err; return 1; }
}

same() {
	alike RUN/out.ndjson ONE/out.ndjson
	is "" "$(recs .id RUN/out.ndjson | sort | uniq -d)"
}

one() {
	mkdir in
	make_fixtures in mail.eml box.tar.gz
	for i in $(seq 26); do
		echo "letter number $i of the pile" >"in/letter$i.txt"
	done
	ln -s letter1.txt in/link.txt
	run 1 -q
	mv RUN ONE
	is 31 "$(recs 'select(.parent == null).id' ONE/out.ndjson | wc -l)"
	rm effects
}
ok 'one machine' one

world_start
up() {
	for h in 1 2 3; do host_up $h; done
}
ok 'three hosts' up

begun() { test -e RUN/.hosts/todo || ! kill -0 "$driver" 2>/dev/null; }

# docrun is killed wherever it happens to be; hosts go down and come again.
chaos() {
	n=0
	while test "$n" -lt "$KILLS"; do
		n=$((n + 1))
		# What the killed one left may still write there.
		until_ rm -rf RUN/.hosts 2>/dev/null
		docrun -q -o RUN --hosts=list --shard-documents=2 \
		    --stages=text --stage=nap="$nap" in nowhere \
		    "$scratch/in/letter3.txt" >out 2>err &
		driver=$!
		# Anywhere, or when hosts are at work.
		test $((n % 3)) -ne 0 || until_ begun
		sleep "0.$((n * 37 % 9))"
		case $n in
		4) host_off 2 ;;
		7) host_kill 1; host_up 1 ;;
		9) host_up 2 ;;
		esac
		kill -9 "$driver" 2>/dev/null || cat err
		wait "$driver" 2>/dev/null || :
	done
	run 1 -q --hosts=list --shard-documents=2
	same
	echo "$(wc -l <effects) of $(recs .id RUN/out.ndjson | wc -l)" >executions
	is 0 "$(docrun todo --run=RUN | wc -l)"
}
ok "docrun killed $KILLS times, power and processes lost" chaos

# A host that everybody believes dead goes on, and commits when it is too late.
zombie() {
	rm -rf RUN effects
	touch wait
	run 1 --hosts=list --shard-documents=3 -v &
	driver=$!
	until_ test -e waits
	host_cut 3
	wait "$driver"
	same
	find RUN/out -type f -printf '%i %p\n' | sort >before
	rm wait
	idle() { ! host_does 3 pgrep -x docrun >/dev/null; }
	until_ idle
	host_join 3
	find RUN/out -type f -printf '%i %p\n' | sort >after
	cmp before after
	grep -q h3 effects
	# What it left in the private folder it has taken away itself.
	is "" "$(ls disk.h3)"
}
ok 'a partition; a zombie that commits late' zombie

# Other engines, by their build ids.
versions() {
	rm -rf RUN
	cp -r "$DOC_BIN/../libexec" other
	cat >other.py <<'END'
import struct, sys
note = struct.pack("<III", 4, 20, 3) + b"GNU\0"
for name in sys.argv[1:]:
    with open(name, "r+b") as f:
        f.seek(f.read().index(note) + len(note))
        f.write(b"another.")
END
	python3 other.py other/docpipe/*
	cat >remote <<END
#!/bin/sh
test "\$(hostname)" != h2 || export DOCPIPE_LIBEXEC=$scratch/other/docpipe
exec $DOC_BIN/docrun "\$@"
END
	chmod 755 remote
	run 1 --hosts=list --remote="$scratch/remote" --shard-documents=16 -v
	grep -q 'host h2 is left out: doclist has build' err
	same
}
ok 'a host with other engines is left out' versions

# Without a shared file system.
apart() {
	rm -rf RUN
	for h in 1 2 3; do
		host_off $h
		host_up $h "$scratch"
	done
	run 1 --hosts=list --shard-documents=4 -v &
	driver=$!
	at_work() { find disk.h2 -name 'letter*' | grep -q .; }
	until_ at_work
	host_off 2
	# Its disk still has what it was sent.
	at_work
	wait "$driver"
	same
	grep -q 'h2 is dropped\|h2 is left out\|, [1-9][0-9]* failed' err
	recs '.data, .text.file | select(.)' RUN/out.ndjson >files
	while IFS= read -r file; do test -f "$file"; done <files
	# With the next contact it is gone, as it is on the others.
	host_up 2 "$scratch"
	$DOCPIPE_SSH h2 "$DOC_BIN/docrun" shard --check </dev/null || :
	is "" "$(find disk.h1 disk.h2 disk.h3 -mindepth 1)"
}
ok 'without a shared file system; nothing stays on a host' apart

echo "# executions: $(cat executions)"

clear() {
	for h in 1 2 3; do host_off $h; done
	# Of docruns that were killed.
	rm -rf "${TMPDIR:?}"/*
	clean
}
ok 'nothing runs any more' clear
done_testing
