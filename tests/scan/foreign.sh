#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels that are not Debian's, each with the right counts. KCOMPAT_FOREIGN names a directory with these files of public
# repositories, under any name; those that are not there are left out. Nothing of them is part of this repository.
# The BTF of one describes no function, so it can be a part of a kernel's: nothing is concluded from it.
# Needs kcompat in PATH, and jq. Exit status 1: a file is read differently; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
[ -d "${KCOMPAT_FOREIGN:-}" ] || {
  echo "KCOMPAT_FOREIGN names no directory"
  exit 77
}
# SHA-256, exit status, helpers, names of kfuncs, answer about a call of any kfunc, source
files="
b03f4ca60806df22bf208b8a5ca4c8650e2151cbc1c1e0e448397e84a493ace7 0 211 230 unknown github.com/cilium/ebpf btf/testdata/vmlinux.btf.gz
8f05b2b690427e79c19a370a1dd9337c2344cf0ca291281c1a1bc6a5c614fbdd 2 - - - github.com/cilium/ebpf btf/testdata/btf_testmod.btf
924f55e7b1f7722e12c5d4bcb2900324d2945c4ba8725b749b054268b2701ddc 0 0 0 unknown github.com/cilium/ebpf btf/testdata/btf_testmod.btf.base
e58bb74ad087195417003b3a31f91655845aab543a24016778258a8e24e0bd94 2 - - - github.com/cilium/ebpf internal/kconfig/testdata/config-6.2.15-300.fc38.x86_64.gz
23e4afbf70f0f9c1e74736ad9bac59a6a413c41ef54fa4fd4db549150b3e3c17 0 155 7 no github.com/SeeFlowerX/BTFHubForAndroid common-android12-5.10/a12-5.10-2021-09-arm64.btf.tar.xz
1e7fdd92e9855d903ca5d285f5d19d77c3cce26a8903483e99a4120463fb3999 0 155 7 no github.com/SeeFlowerX/BTFHubForAndroid common-android13-5.10/a13-5.10-lts-arm64.btf.tar.xz
619981afad8893825624170297109b546f2af59faaef91c4a3ccc68a7d33f9d6 0 155 7 no github.com/SeeFlowerX/BTFHubForAndroid rock5b/rock5b-5.10-f9d1b1529-arm64.btf.tar.xz
53e0d980cce18e7a50f73c7b9a6cdb15bffb7a3131f29dbcd326a616dd637e19 0 92 8 no github.com/beepfd/btfhub-archive centos/8/aarch64/4.18.0-147.5.1.el8_1.aarch64.btf.tar.xz
87b7cd4656859cc48a80c967e074435f0441690ae591d7916be3946867b9ded6 0 83 8 no github.com/beepfd/btfhub-archive kylin/V10/aarch64/4.19.90-24.4.v2101.ky10.aarch64.btf.tar.xz
b2b50f7c80e522aa914338f9138015e7438cf2c756402757f1c9aa350c474d79 0 115 8 no github.com/beepfd/btfhub-archive kylin/V10/aarch64/4.19.90-25.41.v2101.ky10.aarch64.btf.tar.xz
f7212bae3e7968d146b3f05cb17825f9f0658553b0ea0c1eb028bab978ba64c5 0 0 0 unknown github.com/beepfd/btfhub-archive kylin/V10/aarch64/4.19.90-52.22.v2207.ky10.aarch64.btf.tar.xz
dfadda9065bb9267b6e4d0c0b68c8845d0c52b4d9e61c1ca2126e011977c72a3 0 115 8 no github.com/beepfd/btfhub-archive bclinux/21.10U3/x86_64/4.19.90-2107.6.0.0248.35.oe1.bclinux.x86_64.btf.tar.xz
"
cnt=0
while read -r file; do
  read -r hash _ <<<"$(sha256sum "$file")"
  read -r _ exit_status helpers kfuncs call source <<<"$(grep "^$hash " <<<"$files")"
  [ -n "$source" ] || continue
  cnt=$((cnt + 1))
  status "$exit_status" kcompat scan --json -n vfs_read "$file"
  [ "$exit_status" -eq 0 ] || continue
  found=$(jq -r '"\(.helpers | length) \(.kfuncs | length)"' "$scratch/out")
  [ "$found" = "$helpers $kfuncs" ] || complain "$source: $found helpers and kfuncs, expected $helpers $kfuncs"
  found=$(kcompat require --json -k "$file" kfunc:bpf_dynptr_slice@xdp 2>/dev/null | jq -r '.requirements[0].result')
  [ "$found" = "$call" ] || complain "$source: a kfunc call is $found, expected $call"
done < <(find "$KCOMPAT_FOREIGN" -type f)
[ "$cnt" -gt 0 ] || {
  echo "none of the files is in $KCOMPAT_FOREIGN"
  exit 77
}
# shellcheck disable=SC2154 # set by status.sh
exit "$bad"
