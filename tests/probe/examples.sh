#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Can a reader paste an example into a file and load it? Takes 20 examples of data/examples.txt at random, and 5 that
# kcompat plans for this kernel now; clang compiles each, and libbpf loads it. Needs kcompat in PATH, jq, clang.
# KCOMPAT_EXAMPLE_CNT: another number, or "all". KCOMPAT_SEED: the seed that the test printed.
# Exit status 1: an example does not compile or load; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
clang=$(tools/bpf-compiler) || exit 1
include=/usr/include/$(gcc -dumpmachine)
cnt=${KCOMPAT_EXAMPLE_CNT:-20}
seed=${KCOMPAT_SEED:-$RANDOM}
echo "seed $seed"
RANDOM=$seed

kcompat probe --only contexts,kfuncs,helpers --bare --json -o "$scratch/kernel.json" || exit 1
# "NAME CONTEXT" of the calls that this kernel may accept.
jq -r '.evidence as $evidence | (.kfuncs[], .helpers[]) | .name as $name | .cells | to_entries[] |
  select((.value | IN("permitted", "loadable", "ran")) or
    (.value == "conditional" and $evidence["kfunc/\($name)@\(.key)"].rule == "device-bound")) |
  "\($name) \(.key)"' "$scratch/kernel.json" |
  sort >"$scratch/possible"
[ -s "$scratch/possible" ] || {
  echo "this kernel lets no program be loaded"
  exit 77
}
cc -o "$scratch/load" tests/lib/load_object.c -lbpf || exit 1

# at_random N: that many lines of standard input.
at_random() {
  local line
  while IFS= read -r line; do
    printf '%05d%05d %s\n' "$RANDOM" "$RANDOM" "$line"
  done | sort | cut -d ' ' -f 2- | if [ "$1" = all ]; then cat; else head -n "$1"; fi
}

# loads FILE WHAT: is it a program that clang takes without a warning, and the kernel too?
loads() {
  local bound=""
  ! grep -q BPF_F_XDP_DEV_BOUND_ONLY "$1" || bound=--bound
  if ! $clang -g -O2 -Wall -Werror -target bpf "-I$include" -c "$1" -o "$scratch/one.bpf.o" 2>"$scratch/err"; then
    complain "$2: clang refuses the example: $(head -n 2 "$scratch/err")"
  elif ! "$scratch/load" ${bound:+"$bound"} "$scratch/one.bpf.o" >"$scratch/out" 2>"$scratch/err"; then
    complain "$2: the example does not load: $(grep -v '^libbpf' "$scratch/err" | tail -n 2)"
  fi
}

awk '/^== / { print $2, $3 }' data/examples.txt | sort >"$scratch/known"
comm -12 "$scratch/known" "$scratch/possible" | at_random "$cnt" >"$scratch/drawn"
[ "$(wc -l <"$scratch/drawn")" -ge 10 ] || complain "this kernel has fewer than 10 of the functions in data/examples.txt"
while read -r name context; do
  kcompat show --json -k shipped "$name" | jq -r '.subjects[0].example.source' >"$scratch/one.bpf.c"
  loads "$scratch/one.bpf.c" "show $name ($context)"
done <"$scratch/drawn"

# Not every call has a way that a program can go, or a form in C. Most have.
planned=0
while read -r name context; do
  kcompat probe --example "$name@$context" >"$scratch/one.bpf.c" || continue
  grep -q '^SEC("license")\|_license' "$scratch/one.bpf.c" || continue
  planned=$((planned + 1))
  loads "$scratch/one.bpf.c" "probe --example $name@$context"
  [ "$planned" -lt 5 ] || break
done < <(grep -E ' (tp_btf|tc|xdp|syscall|raw_tracepoint)$' "$scratch/possible" | at_random 25)
[ "$planned" -eq 5 ] || complain "of 25 calls at random, $planned have an example"

# The exit status tells a script that there is none.
status 1 kcompat probe --example bpf_dynptr_from_skb@syscall
exit "${bad:-2}"
