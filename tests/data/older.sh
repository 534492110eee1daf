#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/debian-packages.sh: it uses the newest available package and reports missing ones. Functions simulate the
# archive.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
# shellcheck disable=SC2034 # read by tools/debian-packages.sh
program=test KCOMPAT_CACHE=$scratch/cache
# shellcheck disable=SC1091 # part of this repository
. tools/debian-packages.sh

# shellcheck disable=SC2317 # called by tools/debian-packages.sh
# Version 9 sorts below 10. A part with another version does not belong to the kernel.
apt_state() { [ "$1" != missing ] && echo "$scratch/$1.conf"; }
# shellcheck disable=SC2317 # likewise
index() {
  printf '%s\n' "6.1.9-1 linux-image-6.1.9 sum9 nine.deb" "6.1.10-1 linux-binary-6.1.10 sum10 ten.deb" \
    "6.1.10-1 linux-modules-6.1.10 sum10m ten-modules.deb" "6.1.8-1 linux-image-6.1.8 sum8 eight.deb"
}
# shellcheck disable=SC2317 # likewise
# download CONF VERSION ...: succeeds for packages listed in "there".
download() {
  echo "$3" >>"$scratch/asked"
  grep -qxF -- "$3" "$scratch/there"
}
# The archive is reachable if the directory "archive" exists. It has every package.
# shellcheck disable=SC2317 # likewise
archive_of() { echo "file:$scratch/archive"; }
mkdir -p "$scratch/archive/dists/suite" && : >"$scratch/archive/dists/suite/InRelease"
: >"$scratch/suite.conf"
echo "deb [arch=arch ] file:$scratch/archive/ suite main" >"$scratch/sources.list"

# taken VERSION STATUS GONE-CNT THERE...: the result of obtain if these packages exist.
taken() {
  local want=$1 want_status=$2 gone_cnt=$3 status
  shift 3
  printf '%s\n' "$@" >"$scratch/there"
  obtain missing,suite arch 'linux-(image|binary)-6.*' >"$scratch/out" 2>"$scratch/err"
  status=$?
  [ "$status" -eq "$want_status" ] || complain "$*: exit status $status, expected $want_status"
  [ "$(sed -n '2s/ .*//p' "$scratch/out")" = "$want" ] || complain "$*: $(tr '\n' ';' <"$scratch/out"), expected $want"
  [ "$(grep -c 'is gone' "$scratch/err")" -eq "$gone_cnt" ] || complain "$*: says $(cat "$scratch/err")"
}
taken 6.1.10-1 0 0 linux-binary-6.1.10 linux-modules-6.1.10 linux-image-6.1.9 linux-image-6.1.8
[ "$(wc -l <"$scratch/out")" -eq 3 ] || complain "of a kernel of two packages: $(cat "$scratch/out")"
# If one part is gone, the whole version is not used.
taken 6.1.9-1 0 1 linux-binary-6.1.10 linux-image-6.1.9 linux-image-6.1.8
taken 6.1.8-1 0 2 linux-image-6.1.8
taken "" 3 3 none
grep -q 'no package .* can be had' "$scratch/err" || complain "nothing there: $(cat "$scratch/err")"
# An archive that is down is not an archive without packages: it is tried once, and no older version is tried.
rm -r "$scratch/archive" "$scratch/asked"
taken "" 3 0 none
grep -q 'linux-binary-6.1.10 6.1.10-1 cannot be reached' "$scratch/err" || complain "no archive: $(cat "$scratch/err")"
[ "$(wc -l <"$scratch/asked")" -eq 1 ] || complain "asked an archive that is not there for $(cat "$scratch/asked")"
grep -qx "file:$scratch/archive" "$scratch/unreachable" || complain "does not remember what cannot be reached"
exit $bad
