# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What tests/vm/kernel and tests/vm/kernel-debug both put into their folders,
# out of tree/usr/lib/modules/RELEASE. Sourced by bash, in that folder.

# What the initramfs needs to mount the root and to speak to the host.
boot_modules='virtio_pci virtio_blk erofs overlay virtio_console 9pnet_virtio 9p'

# pack_modules RELEASE SYSTEM.MAP
pack_modules() {
	depmod -b tree -F "$2" "$1" 2>/dev/null || depmod -b tree "$1"
	mkfs.erofs --quiet -x-1 modules.erofs tree
}

pack_initrd() {
	local release=$1 mod path

	mkdir -p initrd/modules
	: >initrd/modules.list
	for mod in $boot_modules; do
		modprobe -d tree -S "$release" --show-depends "$mod"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >paths
	while read -r path; do
		cp "$path" initrd/modules/
		echo "${path##*/}" >>initrd/modules.list
	done <paths
	(cd initrd && find . | cpio -o -H newc --quiet) >initrd.cpio
	rm -rf initrd paths
}
