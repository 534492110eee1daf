#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat check says about maps, against loads on the running kernel: what is met loads, and what is not met is
# refused. Needs kcompat in PATH, root, and a clang for BPF.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
for case in {0..13}; do
  "$compiler" -target bpf -mcpu=v3 -O2 -g -DCASE="$case" -c -o "$scratch/$case.o" tests/fixtures/objects/maps.bpf.c || exit 2
done

# states CASE [KERNEL]: a line for each program, "NAME LOAD".
states() {
  kcompat check --json "$scratch/$1.o" ${2:+-k "$2"} |
    jq -r '.objects[0].programs[] | "\(.name) \(.kernels[0].load)"' | sort
}

# says CASE STATES REASON: the prediction for a kernel that never ran here, and the reason of what is not met.
says() {
  local found
  found=$(states "$1" amd64-6.12-cloud | tr '\n' ' ')
  [ "$found" = "$2 " ] || {
    echo "case $1: $found, not $2"
    bad=1
  }
  kcompat check --json "$scratch/$1.o" -k amd64-6.12-cloud >"$scratch/answer"
  grep -qF "${3:-}" "$scratch/answer" || {
    echo "case $1: no reason '$3'"
    bad=1
  }
}
says 0 "uses met"
says 1 "uses unmet" "keys must have 4 bytes, not 8: array_map_alloc_check()"
says 2 "uses unmet" "such a map must not have BPF_F_MMAPABLE: htab_map_alloc_check()"
says 3 "uses unmet" "such a map must have BPF_F_NO_PREALLOC: trie_alloc()"
says 4 "uses met"
says 5 "uses unmet" "such a map has no keys, and the object gives them 4 bytes: queue_stack_map_alloc_check()"
says 6 "uses unmet" "a local storage must have types of its keys and values: bpf_local_storage_map_alloc_check()"
says 7 "uses met"
says 8 "uses conditional" "map things key_size = NUMBER"
says 9 "refers unmet uses met" "programs of this type must not use a map with a bpf_timer"
says 10 "refers met uses unmet" "a map of this type cannot have a bpf_timer: map_check_btf()"
says 11 "refers unmet uses met" "programs of this type must not use a map with a bpf_spin_lock"
says 12 "refers met uses unmet" "a map of this type cannot have a bpf_spin_lock: map_check_btf()"
says 13 "uses unmet" "the map in it: keys must have 4 bytes, not 8: array_map_alloc_check()"

# The same on the running kernel, beside loads.
for case in {0..13}; do
  kcompat check --load --json "$scratch/$case.o" >"$scratch/answer" 2>/dev/null
  while read -r name load proof words; do
    case $load-$proof in
    met-yes | unmet-no | blocked-* | *-blocked | unknown-* | conditional-*) ;;
    *)
      echo "case $case: $name is $load, and the load: $proof $words"
      bad=1
      ;;
    esac
  done < <(jq -r '.objects[0].programs[] | "\(.name) \(.kernels[0].load) \(.proof.load) \(.proof.words)"' "$scratch/answer")
done
exit $bad
