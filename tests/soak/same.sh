#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The same documents on one machine, on three hosts, with their stages in
# bwrap, in containers and in virtual machines: the same records, byte for byte,
# but for the name of the spool; and the same counts, but for `runner`,
# `sandbox` and `cached`.
#
#	tests/soak/same.sh
#
#	SOURCE=DIR	documents (default: fixtures of ours, a hundred or so)
#	STAGES=LIST	(default: scan,text,ocr,preview)
#	RUNNERS=LIST	boxes to try (default: bwrap runc podman nspawn)
#	VM_FILES=N	of them for the machines, whose processor is emulated (20),
#	VM_BYTES=N	none of them larger than so much (200000)
# shellcheck source=tests/hosts/world.sh
. "$(dirname "$0")/../hosts/world.sh"

# The part that is in a world of its own: a docrun that finds three hosts.
if test "${WORLD-}" = inside; then
	scratch=$PWD
	world_start
	for h in 1 2 3; do host_up $h || exit 3; done
	exec docrun "$@"
fi

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kernel.sh
. "$top/tests/kernel.sh"
exec 3>&1
limit=7200
stages=${STAGES:-scan,text,ocr,preview}
make_fixtures db marker.ndb
if test -z "${SOURCE-}"; then
	SOURCE=$scratch/in
	fixtures letter.pdf letter.docx mail.eml deep.zip box.tar.gz notice.png \
	    scan.pdf scan1.pdf locked.pdf damaged.pdf diary.html orders.xlsx \
	    note.odt utf8.txt plain.txt
	mv f in
fi

# Slow is slow: no clock may decide what is in a record.
run() {
	dir=$1; shift
	docrun -q -o "$dir" --db=db --progress=none --stages="$stages" \
	    --timeout=1h --stall=1h --cpu=1h --no-cache "$@" 2>err.now ||
	    test $? = 1 || { cat err.now; return 1; }
}

records() {
	grep '"type":"doc"' "$1/out.ndjson" |
	    sed "s|$scratch/$1/spool/|/RUN/spool/|g" | LC_ALL=C sort
}

ends() {
	jq -c 'select(.type == "end") |
	    del(.runner, .sandbox, .cached, .engine)' "$1/out.ndjson"
}

# same DIR LIKE: what differs is shown.
same() {
	records "$2" >want
	records "$1" >got
	ends "$2" >>want
	ends "$1" >>got
	echo "# $1: $(grep -c '"type":"doc"' "$1/out.ndjson") records," \
	    "$(diff want got | grep -c '^>') differ," \
	    "$(jq -sr '[.[] | select(.type == "end" and .stage != "doclist") |
		"\(.stage): \(.sandbox.level)"] | join(", ")' \
		"$1/out.ndjson")" >&3
	cmp want got || {
		diff want got | cut -c 1-2000 | head -n 12
		return 1
	}
}

one() {
	run one "$SOURCE"
	test "$(records one | wc -l)" -gt 10
}
ok 'one machine' one

boxed() {
	run "$1" --runner="$1" "$SOURCE"
	same "$1" one
}
for runner in ${RUNNERS:-bwrap runc podman nspawn}; do
	tool=$runner
	test "$runner" != nspawn || tool=systemd-nspawn
	if test -z "$(command -v "$tool")"; then
		skip "$runner" "no $tool"
	elif test "$runner" != bwrap && test "$(id -u)" -ne 0; then
		skip "$runner" 'not root'
	else
		ok "$runner" boxed "$runner"
	fi
done

hosts() {
	WORLD=inside unshare -nmupf --kill-child --mount-proc \
	    "$top/tests/soak/same.sh" -q -o hosts --db=db --progress=none --stages="$stages" \
	    --timeout=1h --stall=1h --cpu=1h --no-cache --hosts=list \
	    --shard-documents=64 "$SOURCE" 2>err.now || test $? = 1 ||
	    { cat err.now; return 1; }
	same hosts one
}
why=$(world_can)
if test -n "$why"; then
	skip 'three hosts' "$why"
else
	ok 'three hosts' hosts
fi

# Every n-th of the smaller ones.
choose() {
	find "$SOURCE" -type f -size "-${VM_BYTES:-200000}c" | LC_ALL=C sort \
	    >all
	awk -v n="$(wc -l <all)" -v want="${VM_FILES:-20}" \
	    'int(NR * want / n) > int((NR - 1) * want / n)' all >some
}

machine() {
	choose
	set --
	for stage in $(echo "$stages" | tr , ' '); do
		BIN=$DOC_BIN KERNEL_DIR=$PWD/kernel DB=$PWD/db \
		    sh "$top/examples/vm/make-initrd.sh" "doc$stage" \
		    "$PWD/$stage.initrd"
		set -- "$@" "--runner=$stage=cmd:$top/examples/vm/run.sh \
		    $PWD/$stage.initrd"
	done
	run some.one --files-from=some
	KERNEL=$(echo "$PWD"/kernel/boot/vmlinuz-*)
	NO_KVM=1	# what is there of it in a virtual machine may be broken
	export KERNEL NO_KVM
	run vm "$@" --files-from=some
	same vm some.one
	jq -se '[.[] | select(.type == "end" and .stage != "doclist")] |
	    all(.runner == "cmd")' vm/out.ndjson
}
why=
for need in qemu-system-x86_64 cpio busybox setpriv; do
	test -n "$(command -v $need)" || why="no $need"
done
if test -n "$why"; then
	skip 'a virtual machine' "$why"
else
	ok 'a kernel' kernel
	ok 'virtual machines' machine
fi
done_testing
