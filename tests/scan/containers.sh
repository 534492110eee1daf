#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is a real kernel read in the containers of boot loaders, installers and registries? Each one is made here around the
# kernel of a package, with some of its modules, and must give the same answers as the kernel itself.
# Needs kcompat in PATH, jq, python3, and the packages of tests/lib/kernel.sh.
# Exit status 1: a container is not read, or read differently; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
# shellcheck source=/dev/null
. tests/lib/kernel.sh
image=""
kernel_unpack amd64-6.12-cloud || {
  tail -n 1 "$scratch/reason"
  exit 77
}
module=$(find "$scratch/tree" -name 'tcp_bbr.ko*')
make() { tests/lib/containers.py "$@"; }

# The kernel's own functions, and one of the module.
questions=(kfunc:bpf_task_from_pid kfunc:bpf_dynptr_slice@xdp kfunc:bpf_rbtree_first@kprobe helper:bpf_get_stackid@xdp
  helper:bpf_sk_lookup_tcp@xdp struct:task_struct.pid kfunc:bbr_main)
# A gate has one kernel. Files of it are in a directory or in a container.
answers() {
  kcompat require --json -k "$1" "${questions[@]}" 2>"$scratch/err" |
    jq -c '[.kernel.release] + [.requirements[] | [.requirement, .result, .reason]]'
}
mkdir "$scratch/both"
ln "$image" "$module" "$scratch/both"
wanted=$(answers "$image") wanted_with=$(answers "$scratch/both")
[[ $wanted == *'"kfunc:bpf_dynptr_slice@xdp","yes"'*'"helper:bpf_get_stackid@xdp","no"'* ]] ||
  complain "the image does not answer: $wanted"
[[ $wanted_with == *'"kfunc:bbr_main","yes"'* && $wanted != "$wanted_with" ]] ||
  complain "$module does not answer: $wanted_with"

# same NAME FILE: answers as the image does; same_with: as the image with the module does.
compare() {
  local found
  found=$(answers "$2")
  [ "$found" = "$3" ] || complain "$1: not read as the image is: $(head -n 3 "$scratch/err")"$'\n'"$found"
}
same() { compare "$1" "$2" "$wanted"; }
same_with() { compare "$1" "$2" "$wanted_with"; }
# beside NAME FILE: the file has the module, and the image is given too.
beside() {
  status 0 kcompat scan --json -n bbr_main --stats "$image" "$2" -o /dev/null
  grep -qx 'module_count 1' "$scratch/err" || complain "$1: its module is not read: $(head -n 3 "$scratch/err")"
}

# An initramfs with a module: early files in a plain archive, then a packed one.
release=$(jq -r '.[0]' <<<"$wanted")
echo microcode >"$scratch/microcode"
make newc "kernel/x86/microcode/GenuineIntel.bin=$scratch/microcode" "$scratch/early"
make newc "etc/hostname=/etc/hostname" "lib/modules/$release/${module##*/}=$module" "$scratch/main"
zstd -q "$scratch/main"
cat "$scratch/early" "$scratch/main.zst" >"$scratch/initrd"
gzip -k "$scratch/main"
beside "an initramfs" "$scratch/initrd"
beside "a plain initramfs" "$scratch/main"
cat "$scratch/early" "$scratch/main" >"$scratch/initrd.plain"
beside "an initramfs of two archives" "$scratch/initrd.plain"
beside "a packed initramfs" "$scratch/main.gz"
head -c 200 "$scratch/early" >"$scratch/cut"
status 2 kcompat scan --json "$scratch/cut"
warned "$scratch/cut: initramfs: a damaged archive: truncated?" "a cut initramfs"

# Android
for version in 0 1 2 3 4 1000; do
  make android $version "$image" "$scratch/main.gz" "$scratch/boot.img"
  same_with "boot.img $version" "$scratch/boot.img"
done
make vendor_boot 3 "$scratch/main.gz" "$scratch/vendor_boot.img"
beside "vendor_boot.img 3" "$scratch/vendor_boot.img"
gzip -k "$scratch/early"
make vendor_boot 4 "$scratch/early.gz" "$scratch/main.gz" "$scratch/vendor_boot.img"
beside "vendor_boot.img 4" "$scratch/vendor_boot.img"
head -c 1000000 "$scratch/boot.img" >"$scratch/cut"
status 2 kcompat scan --json "$scratch/cut"
warned "$scratch/cut: Android boot image: kernel lies outside the file: truncated?" "a cut boot.img"
status 2 kcompat require -k "$scratch/cut" map:hash
warned "not a snapshot: $scratch/cut: Android boot image: kernel lies outside the file: truncated?" "a gate on a cut boot.img"
# A package has it too, and a damaged ramdisk does not hide the kernel.
tar -cf "$scratch/factory.tar" -C "$scratch" boot.img
same_with "boot.img in a tar" "$scratch/factory.tar"
head -c 3000 "$scratch/main.gz" >"$scratch/cut.gz"
make android 4 "$image" "$scratch/cut.gz" "$scratch/boot.img"
same "a damaged ramdisk" "$scratch/boot.img"
status 2 kcompat scan --json "$scratch/boot.img" -o /dev/null
warned "$scratch/boot.img: ramdisk: " "a damaged ramdisk"

# In a directory: a kernel and its modules, which may have modules of their own beside it.
mkdir "$scratch/phone" "$scratch/host" "$scratch/host-modules"
make android 2 "$image" "$scratch/main.gz" "$scratch/phone/boot.img"
same_with "a directory with boot.img" "$scratch/phone"
ln "$image" "$scratch/host"
cp "$scratch/initrd" "$scratch/host/initrd.img"
same_with "a directory with an initramfs" "$scratch/host"
ln "$image" "$module" "$scratch/host/initrd.img" "$scratch/host-modules"
same_with "a directory with modules and an initramfs" "$scratch/host-modules"
status 0 kcompat scan --json -n bbr_main --stats "$scratch/host-modules" -o /dev/null
grep -qx 'module_count 1' "$scratch/err" || complain "a module and its copy are two: $(cat "$scratch/err")"
head -c 3000 "$scratch/initrd" >"$scratch/host/initrd.cut"
status 2 kcompat scan --json -n bbr_main --stats "$scratch/host" -o /dev/null
warned "$scratch/host/initrd.cut: " "a cut initramfs in a directory"
grep -qx 'module_count 1' "$scratch/err" || complain "a cut initramfs hides a whole one: $(cat "$scratch/err")"
# Each of two kernels reads its own modules.
mkdir "$scratch/two"
make newc "lib/modules/6.66.6/${module##*/}=$module" "$scratch/two/a-initrd"
ln "$image" "$scratch/initrd.plain" "$scratch/two"
same_with "a directory with an initramfs of another kernel" "$scratch/two"

# U-Boot
make uimage 2 "$image" "$scratch/uImage"
same "uImage" "$scratch/uImage"
make uimage 4 "$image" "$scratch/main.gz" "$scratch/uImage"
same_with "uImage of several files" "$scratch/uImage"
make uimage 3 "$scratch/main.gz" "$scratch/uRamdisk"
beside "uImage of a ramdisk" "$scratch/uRamdisk"
for style in inline external position; do
  make fit $style "$image" "$scratch/main.gz" "$scratch/fit"
  same_with "FIT $style" "$scratch/fit"
done
head -c 1000000 "$scratch/fit" >"$scratch/cut"
status 2 kcompat scan --json "$scratch/cut"
warned "$scratch/cut: FIT image: kernel-1 lies outside the file: truncated?" "a cut FIT image"

# zip, as for a phone that is flashed with it
python3 -m zipfile -c "$scratch/flash.zip" "$image" "$module"
same_with "zip" "$scratch/flash.zip"

# Images of containers: what a higher layer replaces or removes is not read.
stale=tests/fuzz/corpus/image/arm64
for style in docker docker-old oci; do
  make image $style "$image" "$module" $stale "$scratch/image.tar"
  same_with "$style image" "$scratch/image.tar"
done
mkdir "$scratch/layout"
tar -xf "$scratch/image.tar" -C "$scratch/layout"
same_with "OCI image layout" "$scratch/layout"
gzip -1 "$scratch/image.tar"
same_with "packed OCI image" "$scratch/image.tar.gz"
exit "${bad:-2}"
