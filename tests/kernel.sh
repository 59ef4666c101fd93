# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Debian's kernel for virtual machines, into ./kernel: fetched, not installed.
kernel() {
	mkdir kernel
	package=$(apt-cache depends linux-image-cloud-amd64 |
	    sed -n 's/.*Depends: //p' | head -n 1)
	(cd kernel && apt-get download -qq "$package" && dpkg-deb -x ./*.deb .)
	test -s kernel/boot/vmlinuz-*
}
