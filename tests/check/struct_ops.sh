#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat check says about struct_ops maps and old maps, and what libbpf says on the running kernel. Needs kcompat in
# PATH, a clang for BPF and, for most of it, bpf(2).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
# compile NAME FLAG...
compile() {
  "$compiler" -target bpf -mcpu=v3 -O2 -g -c "${@:2}" -o "$scratch/$1.o" tests/fixtures/objects/ops.bpf.c || exit 2
}
compile ops
compile member -DSET_MEMBER
compile second -DSECOND
printf '%s\n' 'struct { int type; } events __attribute__((section("maps/events"), used));' \
  '__attribute__((section("socket"), used)) int reads(void *context) { return *(volatile int *)&events; }' \
  'char licence[] __attribute__((section("license"), used)) = "GPL";' >"$scratch/old.bpf.c"
"$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/old.o" "$scratch/old.bpf.c" || exit 2

# says NAME PROGRAM KIND NEED STATE TEXT [ARGUMENT]...: one need.
says() {
  kcompat check --json "$scratch/$1.o" "${@:7}" >"$scratch/answer" 2>"$scratch/errors"
  jq -e --arg program "$2" --arg kind "$3" --arg need "$4" --arg state "$5" --arg text "$6" '.objects[0].programs[] |
    select(.name == $program).kernels[0].needs[] | select(.kind == $kind and .name == $need) |
    .state == $state and .scope == "object" and (.reason | contains($text))' "$scratch/answer" >/dev/null ||
    complain "$1 $2: not $3 $4 $5 '$6': $(cat "$scratch/errors") $(jq -c '[.objects[].programs[].kernels[].needs[] | select(.scope == "object")]' "$scratch/answer")"
}

says old reads object libbpf unmet 'its map events is in a section of its own' -k amd64-6.12-cloud
kcompat require -q struct:bpf_struct_ops_tcp_congestion_ops context:struct_ops/tcp_congestion_ops || exit $bad
says ops ssthresh struct_ops tcp_congestion_ops met 'has it'
says member ssthresh struct_ops tcp_congestion_ops unmet 'no member member_of_the_future'
says second ssthresh struct_ops no_such_ops unmet 'no such struct_ops'
says second ssthresh struct_ops tcp_congestion_ops met 'has it'
for name in member second old; do
  kcompat check --load --json "$scratch/$name.o" >"$scratch/answer"
  jq -e '[.objects[0].programs[].proof | .load == "no" and .by_libbpf] | all' "$scratch/answer" >/dev/null ||
    complain "libbpf takes $name: $(jq -c '[.objects[0].programs[].proof]' "$scratch/answer")"
done
exit $bad
