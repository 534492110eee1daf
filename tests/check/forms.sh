#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat check says about forms of instructions, on shipped kernels. Needs kcompat in PATH, and a clang for BPF with
# the fourth version of the instructions.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
"$compiler" -target bpf -mcpu=v4 -O2 -g -c -o "$scratch/forms.o" tests/fixtures/objects/forms.bpf.c 2>/dev/null || exit 77

# says KERNEL PROGRAM FEATURE STATE: "none" if the program does not need it.
says() {
  local found
  found=$(kcompat check --json "$scratch/forms.o" -k "$1" | jq -r --arg program "$2" --arg name "$3" '[.objects[0].programs[] |
    select(.name == $program).kernels[0].needs[] | select(.kind == "insn" and .name == $name).state] | .[0] // "none"')
  [ "$found" = "$4" ] || {
    echo "$2 on $1: $3 is $found, not $4"
    bad=1
  }
}
says amd64-5.10-cloud fetches atomics unmet
says amd64-6.12-cloud fetches atomics met
says amd64-5.10-cloud adds atomics none
says amd64-5.10-cloud divides isa_v4 conditional
says amd64-6.1-cloud divides isa_v4 conditional
says amd64-6.12-cloud divides isa_v4 met
exit $bad
