#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares a scan's predictions about attaching with real attachments in a guest. The test samples about 300 functions
# of all kinds. Without arguments: one kernel, from its package. With names of kernels (`make lab-truth`): these
# kernels, with the debug information below KCOMPAT_IMAGES. Then it also compares callers of partly inlined functions
# with a simple walk of the DWARF, and addresses with nm.
# Skipped, with the reason, without a package, qemu or a guest.
# KCOMPAT_LAB_GUESTS as in tests/lab/boot.sh. Needs kcompat and kcompat-lab in PATH, gcc with libdw, jq, nm.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0 truth=$#
options=(--fetch-qemu)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
# shellcheck source=/dev/null
. tests/lib/kernel.sh
cache=${KCOMPAT_CACHE:-$HOME/.cache/kcompat}/packages
[ $truth -gt 0 ] || {
  [ "$(uname -m)" = x86_64 ] || {
    echo "the guest's program is built for this machine, which is no x86-64"
    exit 77
  }
  set -- amd64-6.12-cloud
}
complain() {
  echo "$*"
  bad=1
}

# The callers of partly inlined functions, from both readers: "inline CALLEE CALLER", "direct ...".
callers() {
  local vmlinux=$1 out=$2 names
  mapfile -t names < <(awk -F '\t' '$1 == "selective" { print $2 }' "$out/sample")
  [ ${#names[@]} -gt 0 ] || complain "no function of $vmlinux is inlined here and called there"
  gcc -O2 -Wall -Wextra -Werror -o "$scratch/walk" lab/suites/dwarf-callers.c -ldw || exit 1
  "$scratch/walk" "$vmlinux" "${names[@]}" | LC_ALL=C sort -u >"$out/walked"
  jq -r '.functions[] | select(.name | IN($ARGS.positional[])) | .name as $name | .instances[]
    | ((.direct_callers // [])[] | "direct \($name) \(split(":") | last)"),
      ((.inline_callers // [])[] | "inline \($name) \(split(":") | last)")' --args "${names[@]}" \
    <"$out/predicted.json" | LC_ALL=C sort -u >"$out/told"
  LC_ALL=C diff "$out/walked" "$out/told" || complain "callers by the DWARF (<) and by the scan (>) differ: $vmlinux"
  echo "  $(wc -l <"$out/walked") callers of ${#names[@]} functions that are inlined here and called there"
}

# Every function with one definition and code has its address in the symbol table.
addresses() {
  local vmlinux=$1 out=$2
  kcompat scan --json --addresses --no-modules -n '*' "$vmlinux" 2>/dev/null | jq -r '.functions[]
    | select(.kind == "function" and (.instances | length) == 1) | .name as $name
    | .instances[0].address // empty | "\(.[2:] | ltrimstr("0")) \($name)"' | LC_ALL=C sort -u >"$out/addresses"
  nm "$vmlinux" | awk '{ sub(/^0+/, "", $1); sub(/\..*/, "", $3); print $1, $3 }' | LC_ALL=C sort -u >"$out/nm"
  LC_ALL=C comm -23 "$out/addresses" "$out/nm" >"$out/astray"
  [ ! -s "$out/astray" ] || complain "$(wc -l <"$out/astray") functions are elsewhere, as $(head -n 3 "$out/astray")"
  [ -s "$out/addresses" ] || complain "no address of any function of $vmlinux"
  echo "  $(wc -l <"$out/addresses") functions of one definition lie where nm has them, but $(wc -l <"$out/astray")"
}

for name in "$@"; do
  if [ $truth -eq 0 ]; then
    kernel=$(kernel_files "$name" 2>"$scratch/err") || {
      echo "no package: $(tail -n 1 "$scratch/err")"
      exit 77
    }
  else
    kernel=$name
  fi
  # Shows that it boots, and gets the package where it is not there yet.
  release=$(kcompat-lab run --modules "" "${options[@]}" "$kernel" -- kcompat probe --json --only features \
    2>"$scratch/err" | jq -r .kernel.release)
  if [ -z "$release" ]; then
    [ $truth -gt 0 ] || {
      echo "no guest: $(tail -n 1 "$scratch/err")"
      exit 77
    }
    complain "$name: $(tail -n 1 "$scratch/err")"
    continue
  fi
  inputs=("$kernel")
  [ $truth -eq 0 ] || inputs=("$(find "$cache" -name "linux-*-${release}_*.deb" ! -name 'linux-base-*' ! -name 'linux-modules-*' |
    sort -V | tail -n 1)")
  vmlinux=""
  if [ $truth -gt 0 ] && [ -n "${KCOMPAT_IMAGES:-}" ]; then
    # The debug package may be from another update: then the kernel next to it is booted.
    pattern="${release%%.*}.$(cut -d . -f 2 <<<"$release")[.-]*-${release##*-}"
    case $name in *-cloud) pattern="${release%%.*}.$(cut -d . -f 2 <<<"$release")[.-]*-cloud-${release##*-}" ;; esac
    vmlinux=$(find "$KCOMPAT_IMAGES" -path "*usr/lib/debug/boot/vmlinux-$pattern" | sort | tail -n 1)
    image=$(find "$KCOMPAT_IMAGES" -path "*${vmlinux##*/vmlinux-}*/vmlinuz*" 2>/dev/null | head -n 1)
    if [ -n "$vmlinux" ] && [ -n "$image" ]; then
      kernel=$image
      inputs=("$vmlinux")
    else
      vmlinux=""
    fi
  fi
  echo "$name: $kernel by $(basename "${inputs[0]}")"
  bash lab/suites/functions.sh "$scratch/$name" "$kernel" "${inputs[@]}" -- "${options[@]}" || complain "$name: not as predicted"
  [ "$(cut -f 2 "$scratch/$name/sample" | sort -u | wc -l)" -ge 250 ] || complain "$name: hardly any functions to ask about"
  [ -z "$vmlinux" ] || {
    callers "$vmlinux" "$scratch/$name"
    addresses "$vmlinux" "$scratch/$name"
  }
done
exit $bad
