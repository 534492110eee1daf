#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs probe --discover on Linux 6.1, whose BTF tags no kfunc. Each hook with registered kfuncs has a context.
# usage: lab/suites/discover.sh DIRECTORY [OPTION-OF-KCOMPAT-LAB...]
# Writes DIRECTORY/amd64-6.1-cloud.json, and the scan of the booted package to DIRECTORY/scanned/.
# tests/lab/facts.sh compares them. Needs kcompat and kcompat-lab in PATH, jq.
set -uo pipefail
kernel=amd64-6.1-cloud
directory=$1
shift
# register_btf_kfunc_id_set() of 6.1 has hooks for XDP, TC, struct_ops, tracing and syscall.
mkdir -p "$directory/scanned" && kcompat-lab run --timeout 600 "$@" "$kernel" -- kcompat probe --json --discover -c xdp -c tc \
  -c struct_ops/tcp_congestion_ops -c fentry -c syscall >"$directory/$kernel.json" || exit

# Two revisions of a package may have the same release. The booted one has the same BTF.
read -r release btf < <(jq -r '"\(.kernel.release) \(.kernel.btf_sha256)"' "$directory/$kernel.json")
while IFS= read -r package; do
  kcompat scan --json -o "$directory/scanned/$kernel.json" "$package" &&
    [ "$(jq -r .kernel.btf_sha256 "$directory/scanned/$kernel.json")" = "$btf" ] && exit
  rm -f "$directory/scanned/$kernel.json"
done < <(find "${KCOMPAT_CACHE:-$HOME/.cache/kcompat}/packages" -name "linux-image-${release}_*.deb" | sort -rV)
echo "discover: the package of $release that was booted is not in the cache" >&2
exit 1
