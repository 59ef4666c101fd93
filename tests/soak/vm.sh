#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every stage in a virtual machine (examples/vm), with an emulated processor:
# the same records as without.  Debian's cloud kernel is fetched, not installed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kernel.sh
. "$top/tests/kernel.sh"

vm=$top/examples/vm

boxed() {
	BIN=$DOC_BIN KERNEL_DIR=$PWD/kernel sh "$vm/make-initrd.sh" "$1" \
	    "$PWD/initrd"
	got=0
	"$1" --cache=none <recs >out 2>err || got=$?
	jq -c 'del(.runner, .sandbox)' out >want
	start=$(date +%s)
	KERNEL=$(echo "$PWD"/kernel/boot/vmlinuz-*) NO_KVM=1 limit=1200 \
	    status "$got" docbox --runner="cmd:$vm/run.sh $PWD/initrd" \
	    --start-timeout=120s --starts=5 --root=. -- "$1" --cache=none \
	    <recs >out 2>err
	any ".type == \"end\" and .stage == \"$1\" and
	    .sandbox.level == \"memory\"" out
	jq -c 'del(.runner, .sandbox)' out >got
	cmp want got
	echo "# $1: $(($(date +%s) - start)) s" >&3
	is "" "$(pgrep -f "qemu.*$PWD/initrd")"
}

exec 3>&1
for need in qemu-system-x86_64 cpio busybox setpriv; do
	test -n "$(command -v $need)" || {
		skip 'a virtual machine' \
		    "no $need: apt-get install qemu-system-x86 cpio busybox-static"
		done_testing
		exit
	}
done
ok 'a kernel' kernel
fixtures letter.pdf letter.docx notice.png plain.txt mail.eml deep.zip
doclist f >recs 2>/dev/null
for stage in docscan doctext dococr docpreview; do
	ok "$stage in a virtual machine" boxed $stage
done
done_testing
