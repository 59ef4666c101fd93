#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A virtual machine as a box, for docbox --runner='cmd:run.sh INITRD': frames
# come on standard input, go through a virtio port, and come back on standard
# output.  With /dev/kvm it starts in a moment; without, the processor is
# emulated, which is slow; should it hang while it starts, docbox starts it anew
# (--start-timeout).
#
#	MEMORY=MIB	of the machine (default 1024); all documents inside are
#			in it
#	KERNEL=FILE	vmlinuz of Debian's linux-image-cloud-amd64
#	NO_KVM=1	emulate the processor also where there is /dev/kvm, as in
#			a virtual machine whose host does not let it do that well
#	CONSOLE=FILE	where its kernel's messages go (default /dev/null)
set -eu
kernel=${KERNEL:-$(find /boot -name 'vmlinuz-*-cloud-amd64' | sort -V |
    tail -n 1)}
# An emulated processor has no steady clock to be measured by another: on a busy
# machine the kernel tries for ever, so it is told.
# And of its AVX (QEMU 7.2) a picture decoder makes other pixels.
accel=tcg cpu=max,avx=off,avx2=off clock='tsc_early_khz=1000000 lpj=4000000'
if test -w /dev/kvm && test -z "${NO_KVM:-}"; then
	accel=kvm cpu=host clock=
fi
# It must not outlive docbox, whatever that dies of.
exec setpriv --pdeathsig KILL qemu-system-x86_64 \
    -no-user-config -nodefaults -display none -no-reboot \
    -M microvm,x-option-roms=off,isa-serial=on,rtc=on,acpi=on \
    -accel "$accel" -cpu "$cpu" -m "${MEMORY:-1024}" \
    -kernel "$kernel" -initrd "$1" \
    -append "console=ttyS0 quiet reboot=t panic=-1 $clock" \
    -serial "file:${CONSOLE:-/dev/null}" \
    -device virtio-serial-device \
    -chardev stdio,id=frames,signal=off \
    -device virtserialport,chardev=frames,name=frames
