#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Are file systems, disks and updates named, which may hold kernels and are not read: alone, packed, in a directory and in
# a package? Headers are made by hand. Where this system has the tool that makes such files, a real one is tried too.
# Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh

mkdir "$scratch/made" "$scratch/real" "$scratch/files"
# header NAME OFFSET BYTES...: a file with these bytes there, and zeros around them.
header() {
  local file=$scratch/made/$1 offset=$2
  shift 2
  truncate -s 70000 "$file"
  # shellcheck disable=SC2059 # escapes
  while [ $# -gt 0 ]; do
    printf "$1" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
    shift
    offset=${1:-} && [ $# -gt 0 ] && shift
  done
}
header squashfs 0 hsqs
header squashfs-big 0 sqsh
header EROFS 1024 '\xe2\xe1\xf5\xe0'
header cramfs 0 '\x45\x3d\xcd\x28'
header cramfs-boot 512 '\x45\x3d\xcd\x28'
header ext4 1080 '\x53\xef' 1048 '\x02' 1100 '\x01'
header F2FS 1024 '\x10\x20\xf5\xf2'
header XFS 0 XFSB
header Btrfs 65600 _BHRfS_M
header qcow2 0 'QFI\xfb'
header VMDK 0 KDMV
header VMDK-text 0 '# Disk DescriptorFile\n'
header VDI 64 '\x7f\x10\xda\xbe'
header VHDX 0 vhdxfile
header VHD 0 conectix
header partitions 512 'EFI PART'
header sparse 0 '\x3a\xff\x26\xed'
header update 0 CrAU

# With the tools of squashfs-tools, erofs-utils, util-linux, e2fsprogs and qemu-utils.
real() {
  command -v "$2" >/dev/null || return
  "${@:2}" >"$scratch/out" 2>&1 && return
  complain "$*: $(cat "$scratch/out")"
}
head -c 30000 /dev/urandom >"$scratch/files/file"
real squashfs mksquashfs "$scratch/files" "$scratch/real/squashfs"
real EROFS mkfs.erofs "$scratch/real/EROFS" "$scratch/files"
real cramfs mkfs.cramfs "$scratch/files" "$scratch/real/cramfs"
real ext4 mkfs.ext4 -q -d "$scratch/files" "$scratch/real/ext4" 2M
real ext4 mkfs.ext2 -q -b 1024 -r 0 -d "$scratch/files" "$scratch/real/ext4-old" 2M
for kind in qcow2 vmdk vdi vhdx vpc; do
  name=${kind/vpc/vhd} && name=${name^^}
  real "$kind" qemu-img create -q -f $kind "$scratch/real/${name/QCOW/qcow}" 8M
done
[ -e "$scratch/real/ext4" ] && real sparse img2simg "$scratch/real/ext4" "$scratch/real/sparse"

# word FILE: how it is named.
word() {
  local name=${1##*/}
  name=${name%%-*}
  case $name in
  ext4) echo "an ext2, ext3 or ext4 file system" ;;
  partitions) echo "a disk with partitions" ;;
  sparse) echo "an Android sparse image" ;;
  update) echo "an Android update" ;;
  *) echo "$name" ;;
  esac
}
for file in "$scratch"/made/* "$scratch"/real/*; do
  [ -e "$file" ] || continue
  status 2 kcompat scan "$file"
  grep -qE ": an? .*which is not read: " "$scratch/err" || complain "$file: no remedy: $(cat "$scratch/err")"
  warned "$(word "$file")" "$file"
  xz -k1 "$file"
  status 2 kcompat scan "$file.xz"
  warned "$(word "$file")" "$file, packed"
  warned "decompress it" "$file, packed"
done

# In a directory and in a package, with a kernel that is read.
config='# Linux/x86 6.12.0 Kernel Configuration\nCONFIG_BPF=y\n'
for name in made real; do
  [ -n "$(ls "$scratch/$name")" ] || continue
  # shellcheck disable=SC2059 # escapes
  printf "$config" >"$scratch/$name/config"
  printf 'ffffffff81%06x T func_%d\n' 64 1 128 2 >"$scratch/$name/System.map"
  tar -cf "$scratch/$name.tar" -C "$scratch" "$name"
  for input in "$scratch/$name" "$scratch/$name.tar"; do
    status 2 kcompat scan -n func_1 "$input"
    printed func_1 "$input"
    for file in "$scratch/$name"/*; do
      case $file in */config | */System.map) continue ;; esac
      grep -F "$name/${file##*/}: " "$scratch/err" | grep -qF "$(word "$file")" || complain "$input: ${file##*/} is not named"
    done
  done
done

# Two bytes are not enough to call something ext4, and a short file is none of them.
header no-ext4 1080 '\x53\xef' 1048 '\x07'
printf hsq >"$scratch/made/short"
for file in no-ext4 short; do
  status 2 kcompat scan "$scratch/made/$file"
  warned "unrecognised file type" "$file"
done
exit "${bad:-0}"
