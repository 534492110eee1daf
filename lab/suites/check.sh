#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Loads each program of a corpus by a current libbpf on real kernels, and compares with what kcompat check predicts: asked
# on the kernel itself, and from what is shipped about it. `make lab-check` runs it.
# usage: lab/suites/check.sh [OBJECT|PROGRAM]...
#   Without files, the objects inside the packages of PACKAGES, of Debian's SUITES (sid). Kernels are the running one and
#   LAB (names of data/kernels.txt). BUILD has the built tree. OUTPUT (build/lab-check) gets NAME.json of each kernel,
#   the profile, the list of objects, and check.md; what it has already is not loaded again.
#   A kernel of another architecture loads the objects in OUTPUT/objects-ARCH, which come from the packages of that
#   architecture, if nothing is there.
#   Delete live.json to ask the running kernel again.
# Exit status: 0 no program loaded that was predicted to fail; 1 one did; 2 error; 3 a package cannot be had
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
program=lab-check
build=${BUILD:-build/release}
output=${OUTPUT:-build/lab-check}
read -ra kernels <<<"${LAB-amd64-5.10-cloud amd64-6.1-cloud amd64-6.12-cloud amd64-7.2-cloud amd64-7.3-cloud arm64-6.12}"
packages=${PACKAGES:-libbpf-tools xdp-tools libxdp1 systemd libsystemd-shared libbpftune0 udev-hid-bpf opensnitch-ebpf-modules bpfilter bpftop}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null # part of this repository
. tools/debian-packages.sh
packages_ready || exit 3
mkdir -p "$output/objects" || exit 2

# unpack ARCH SUITES NAME...: packages of these names, below $scratch/root-ARCH. One that a suite lacks is left out.
unpack() {
  local found file
  found=$(named_packages "$2" "$1" "${@:3}") || return
  download_all <<<"$found" || return
  while read -r _ _ _ file; do
    # shellcheck disable=SC2154 # set by debian-packages.sh
    dpkg-deb -x "$cache/packages/$file" "$scratch/root-$1" || return
  done < <(tail -n +2 <<<"$found")
}

# ready_static ARCH: a kcompat with sid's libbpf, for guests and for the running kernel. A new one follows a new build.
static=$output/guest/static-amd64
ready_static() {
  local arch=$1 library compiler=(gcc) here=$output/guest/static-$1
  [ ! -s "$here/kcompat" ] || [ "$build/kcompat" -nt "$here/kcompat" ] || return 0
  unpack "$arch" sid libbpf-dev || return
  library=$(find "$scratch/root-$arch" -name libbpf.a)
  if [ "$arch" != amd64 ]; then
    tools/sysroot "$arch" || return
    # shellcheck disable=SC2154 # set by debian-packages.sh
    compiler=("$cache/static/$arch/cc" "--sysroot=$cache/static/$arch/root")
  fi
  "${compiler[@]}" -O1 -w -fPIC -c -o "$scratch/glibc-$arch.o" tests/oracle/glibc.c || return
  mkdir -p "$here"
  make -s BUILD="$build" ARCH="$arch" STATIC="$(realpath "$here")" STATIC_EXTRA="$scratch/glibc-$arch.o $library" lab-guest ||
    make -s BUILD="$build" ARCH="$arch" STATIC="$(realpath "$here")" STATIC_EXTRA="$library" lab-guest
}

# objects_of ARCH: the directory of its objects.
objects_of() { if [ "$1" = amd64 ]; then echo "$output/objects"; else echo "$output/objects-$1"; fi; }

# extract_objects ARCH FILE...: each object once, whatever holds it.
extract_objects() {
  local file sum name to list
  to=$(objects_of "$1")
  list=$to.txt
  mkdir -p "$to" "$scratch/objects"
  for file in "${@:2}"; do
    "$build/oracle/relocations" extract "$file" "$scratch/objects" 2>/dev/null
  done
  for file in "$scratch"/objects/*.o; do
    sum=$(sha256sum <"$file") && sum=${sum%% *}
    grep -qs "^$sum" "$list" && continue
    name=$(basename "$file" | tr -c 'A-Za-z0-9._\n-' _)
    mv "$file" "$to/$name" && echo "$sum $name" >>"$list"
  done
  rm -rf "$scratch/objects"
}

# ready_objects ARCH [FILE]...
ready_objects() {
  local files=("${@:2}")
  [ ! -s "$(objects_of "$1").txt" ] || return 0
  if [ $# -eq 1 ]; then
    # shellcheck disable=SC2086 # a word each
    unpack "$1" "${SUITES:-sid}" $packages || return
    mapfile -t files < <(find "$scratch/root-$1" -type f ! -name '*.a' -size +1k)
  fi
  extract_objects "$1" "${files[@]}"
  [ -s "$(objects_of "$1").txt" ]
}

# What loaders do in any case: sizes that an object leaves open. Nothing else is stated.
write_profile() {
  { "$static/kcompat" check --json "$output"/objects/*.o || [ $? -ne 2 ]; } | jq -r '.objects[].programs[].kernels[0].needs[] |
    select(.kind == "map" and .state == "conditional").guard | scan("'\''(map [^'\'']*)'\''")[0]' | sort -u |
    sed -n 's/max_entries = NUMBER/max_entries = 4096/p; s/value_size = NUMBER/value_size = 1016/p' |
    sed '/cpu_map/s/= .*/= 1/' >"$output/profile"
}

load_here() {
  "$static/kcompat" check --load --format=jsonl --profile "$output/profile" "$output"/objects/*.o >"$output/live.json"
  [ $? -ne 2 ]
}

# load_in KERNEL: in a guest.
load_in() {
  local adds=(--add "$output/profile:/profile") names=() file
  ready_objects "${1%%-*}" && ready_static "${1%%-*}" || return
  for file in "$(objects_of "${1%%-*}")"/*.o; do
    adds+=(--add "$file:/objects/$(basename "$file")")
    names+=("/objects/$(basename "$file")")
  done
  "$build/kcompat-lab" run --fetch-qemu --guest-dir="$output/guest" --memory=2560 --timeout=5400 "${adds[@]}" "$1" -- \
    kcompat check --load --format=jsonl --profile /profile "${names[@]}" >"$output/$1.json.new" 2>"$output/$1.err"
  jq -e .schema "$output/$1.json.new" >/dev/null 2>&1 && mv "$output/$1.json.new" "$output/$1.json"
}

# The prediction from what is shipped, in the order of the objects.
predict() {
  "$build/kcompat" check --format=jsonl --profile "$output/profile" -k "$1" "$(objects_of "${1%%-*}")"/*.o >"$output/$1.shipped.json"
  [ $? -ne 2 ]
}

# Rows "PREDICTED LOADED OBJECT PROGRAM WORDS" of proofs in $1 and predictions in $2.
rows() {
  jq -r --slurpfile told "$2" '
    [$told[0].objects[].programs[].kernels[0].load] as $predicted |
    [.objects[] | .name as $object | .programs[] | {object: $object, name, proof}] | to_entries[] |
    [$predicted[.key], .value.proof.load, .value.object, .value.name, .value.proof.words // "-"] | @tsv' "$1"
}

# row NAME SOURCE ROWS
row() {
  awk -F '\t' -v name="$1" -v source="$2" '
    { all++; got[$1 " " $2]++
      if ($2 == "yes" || $2 == "no") { tried++; if ($1 == "unknown" || $1 == "blocked") open++; if ($1 == "conditional") left++ } }
    END { printf "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", name, source, all, tried, got["met yes"],
      got["unmet no"], got["met no"], got["unmet yes"], open, left, all - tried }' <<<"$3"
}

judge() {
  local kernel=$1 source=$2 told=$3 found
  found=$(rows "$output/$kernel.json" "$told") || return
  row "$kernel" "$source" "$found" >>"$scratch/table"
  awk -F '\t' -v name="$kernel, $source" '$1 == "met" && $2 == "no" { printf "- %s: %s, %s: %s\n", name, $3, $4, $5 }' <<<"$found" >>"$scratch/verifier"
  awk -F '\t' -v name="$kernel, $source" '$1 == "unmet" && $2 == "yes" { printf "- %s: %s, %s\n", name, $3, $4 }' <<<"$found" >>"$scratch/wrong"
  return 0
}

write_page() {
  cat <<PAGE
<!-- Generated by make lab-check. Do not edit this page. -->
# Predictions of check against real loads

Each program of $(find "$output/objects" -name '*.o' | wc -l) BPF objects of Debian's packages was loaded by itself with
libbpf $(jq -r '[.objects[].programs[].proof.libbpf | values][0]' "$output/live.json"), on each kernel below. A kernel of arm64 loaded the $(find "$output/objects-arm64" -name '*.o' 2>/dev/null | wc -l) objects that
the packages of arm64 have. \`kcompat check\` had predicted the result: "asked" is the
prediction of kcompat on that kernel, "shipped" the one from the snapshot and the types that kcompat ships. A profile
states the sizes of maps that the objects leave open. \`make lab-check\` repeats it.

| kernel | prediction | programs | answered | ok and loads | fails and refused | ok and refused | fails and loads | unknown | depends | not tried |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
$(cat "$scratch/table")

Not tried: a policy of the running machine refused the program before the kernel looked at it, or time ended.

## Predicted to fail, and loaded

$(sort -u "$scratch/wrong" | grep . || echo None.)

## Predicted to load, and refused

$(sort -u "$scratch/verifier" | grep . || echo None.)
PAGE
}

ready_static amd64 || exit 3
ready_objects amd64 "$@" || exit 3
[ -s "$output/profile" ] || write_profile || exit 2
: >"$scratch/wrong"
: >"$scratch/verifier"
[ -s "$output/live.json" ] || load_here || exit 2
judge live asked "$output/live.json" || exit 2
for kernel in "${kernels[@]}"; do
  [ -s "$output/$kernel.json" ] || load_in "$kernel" || {
    echo "$program: $kernel: $(tail -1 "$output/$kernel.err")" >&2
    continue
  }
  # A load stays true, and a prediction is of the kcompat that made it.
  [ "$output/$kernel.json" -ot "$build/kcompat" ] || judge "$kernel" asked "$output/$kernel.json" || exit 2
  predict "$kernel" && judge "$kernel" shipped "$output/$kernel.shipped.json"
done
write_page >"$output/check.md" || exit 2
cat "$scratch/table"
[ ! -s "$scratch/wrong" ]
