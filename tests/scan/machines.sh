#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is the machine of a kernel the one that uname -m reports there? Debian's kernels of machines that kcompat has no
# snapshot of: mips' vmlinuz is a program that unpacks the kernel, and armel has two architectures.
# Needs kcompat in PATH, jq, and a Debian mirror.
# Exit status 1: a kernel is not read, or has another machine; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
# shellcheck disable=SC2034 # read by debian-packages.sh
program=${0##*/}
# shellcheck disable=SC1091 # part of this repository
. tools/debian-packages.sh
packages_ready 2>"$scratch/err" || {
  cat "$scratch/err"
  exit 77
}
read_one=""

# expect SUITE ARCHITECTURE PACKAGE-PATTERN MACHINE ARCH
expect() {
  local found package
  found=$(obtain "$1" "$2" "$3" 2>"$scratch/err") || {
    echo "left out: $3: $(tail -n 1 "$scratch/err")"
    return
  }
  read -r _ _ _ package <<<"${found#*$'\n'}"
  read_one=1
  # shellcheck disable=SC2154 # set by debian-packages.sh
  status 0 kcompat scan --no-modules --json -n vfs_read "$cache/packages/$package"
  [ "$(jq -r '"\(.kernel.machine) \(.kernel.arch) \(.functions[0].state)"' "$scratch/out")" = "$4 $5 present" ] ||
    complain "$package: $(jq -c '[.kernel, .functions[0].state]' "$scratch/out"), expected $4 $5 and vfs_read()"
}
expect bookworm mips64el 'linux-image-6\.1\.0-[0-9]+-loongson-3' mips64 mips
expect bookworm armel 'linux-image-6\.1\.0-[0-9]+-marvell' armv5tel arm
expect bookworm armel 'linux-image-6\.1\.0-[0-9]+-rpi' armv6l arm
expect bookworm armhf 'linux-image-6\.1\.0-[0-9]+-armmp' armv7l arm
[ -n "$read_one" ] || {
  echo "no package was available"
  exit 77
}
# shellcheck disable=SC2154 # set by status.sh
exit "$bad"
