#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Make the initial ramdisk of a virtual machine that holds one stage of docpipe
# and nothing else: docbox, the stage, its engines, the libraries and data they
# use, and busybox for init.
#
#	make-initrd.sh STAGE OUT	STAGE: docscan, doctext, dococr or docpreview
#
#	BIN=DIR		docpipe's commands (default: where docbox is)
#	KERNEL_DIR=DIR	a tree with boot/vmlinuz-* and lib/modules, as Debian's
#			linux-image-cloud-amd64 unpacks (default: /)
#	DB=DIR		signatures for docscan (default: /var/lib/clamav)
#
# Needs the packages busybox-static and cpio.
set -eu
stage=$1 out=$2
bin=${BIN:-$(dirname "$(readlink -f "$(command -v docbox)")")}
top=$(dirname "$bin")
kernel=${KERNEL_DIR:-/}
modules=$(find "$kernel"/lib/modules -maxdepth 1 -name '*-cloud-amd64' |
    sort -V | tail -n 1)
test -n "$modules" || {
	echo "no cloud kernel in $kernel: apt-get install linux-image-cloud-amd64" >&2
	exit 1
}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
umask 022
chmod 755 "$root"	# inside, an engine may be nobody

# take FILE...: to the same place inside, what a link points to with it.
take() {
	for it; do
		test -e "$it" || continue
		(cd / && find "${it#/}" -depth -print0 |
		    cpio -0 -pdm --quiet "$root" 2>/dev/null)
		test ! -L "$it" || take "$(readlink -f "$it")"
	done
}

# A program and the libraries it is linked with.
take_program() {
	take "$1"
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		real=$(readlink -f "$lib")
		mkdir -p "$root/usr/lib/x86_64-linux-gnu"
		cp -n "$real" "$root/usr/lib/x86_64-linux-gnu/$(basename "$lib")"
	done
}

case $stage in
docscan) engines=docscan data=${DB:-/var/lib/clamav} ;;
doctext) engines='doctext docoffice'
	data='/usr/share/poppler /usr/share/fonts /etc/fonts
	    /usr/share/fontconfig /var/cache/fontconfig' ;;
dococr) engines='dococr docgraft'
	data='/usr/share/tesseract-ocr /usr/share/poppler /usr/share/fonts
	    /etc/fonts /usr/share/fontconfig /var/cache/fontconfig' ;;
docpreview) engines='docpreview docpicture'
	data='/usr/share/poppler /usr/share/fonts /etc/fonts
	    /usr/share/fontconfig /var/cache/fontconfig /usr/share/mime
	    /usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0
	    /usr/lib/x86_64-linux-gnu/vips-modules-8.14/vips-heif.so
	    /usr/lib/x86_64-linux-gnu/vips-modules-8.14/vips-jxl.so' ;;
*) echo "no stage for a box: $stage" >&2; exit 2 ;;
esac

# Debian's merged /usr, and places to mount at.
for dir in bin sbin lib lib64; do
	mkdir -p "$root/usr/$dir"
	ln -s "usr/$dir" "$root/$dir"
done
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/modules" \
    "$root/etc" "$root/new"
take_program "$bin/docbox"
take_program "$bin/$stage"
for engine in $engines; do
	take_program "$top/libexec/docpipe/$engine"
done
mkdir -p "$root/usr/lib64"
cp -L /lib64/ld-linux-x86-64.so.2 "$root/usr/lib64/"
for it in $data; do
	take "$it"
	# What is loaded at run time needs its libraries, too.
	find "$it" -name '*.so' | while read -r module; do
		take_program "$module"
	done
done
take /usr/lib/x86_64-linux-gnu/gconv /usr/lib/locale/C.utf8

# In the order they are loaded.
n=0
for module in virtio_ring virtio virtio_mmio virtio_console; do
	n=$((n + 1))
	find "$modules" -name "$module.ko" -exec cp {} \
	    "$root/modules/$n-$module.ko" ';'
done
cp /bin/busybox "$root/usr/bin/busybox"
cat >"$root/init" <<END
#!/usr/bin/busybox sh
bb=/usr/bin/busybox
# The ramdisk itself can be no process's old root (pivot_root(2)), and engines
# want a root of their own: a second mount of it, on top of the first.
if test "\$1" != again; then
	\$bb mount --bind / /new
	cd /new
	\$bb mount --move . /
	exec \$bb chroot . /init again
fi
\$bb mount -t proc proc /proc
\$bb mount -t sysfs sysfs /sys
\$bb mount -t devtmpfs dev /dev
# Not over programs or signatures that come from there.
set -- /tmp/*
test -e "\$1" || \$bb mount -t tmpfs tmp /tmp
\$bb chmod 1777 /tmp
# The cage of the stage may divide the machine's memory.
\$bb mount -t cgroup2 cgroup2 /sys/fs/cgroup
for module in /modules/*; do
	\$bb insmod \$module
done
# The device file is there before the port is.
until test -e /sys/class/virtio-ports/vport0p1/name; do
	\$bb usleep 10000
done
\$bb usleep 50000
export PATH=/usr/bin:$bin HOME=/tmp
$bin/docbox --inside <>/dev/vport0p1 >&0
\$bb poweroff -f
END
chmod 755 "$root/init"
(cd "$root" && find . -print0 | cpio -0 -o -H newc --quiet -R 0:0) >"$out.tmp"
mv "$out.tmp" "$out"
