#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat check says about arguments that a program reads from its context, on shipped kernels. Needs kcompat in
# PATH, and a clang for BPF.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
"$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/arguments.o" tests/fixtures/objects/arguments.bpf.c || exit 2

# says PROGRAM ARGUMENT STATE, on all kernels.
says() {
  local found
  found=$(jq -r --arg program "$1" --arg name "argument $2 of vfs_read" '[.objects[0].programs[] | select(.name == $program).kernels[] |
    .load as $load | .needs[] | select(.kind == "argument" and .name == $name).state + " " + $load] | unique | join(", ")' "$scratch/answer")
  [ "$found" = "$3" ] || {
    echo "$1: argument $2 is '$found', not '$3'"
    bad=1
  }
}
kcompat check --json "$scratch/arguments.o" -k amd64-5.10-cloud -k amd64-6.12-cloud -k amd64-7.2-cloud >"$scratch/answer"
says has_fourth 4 'met met'
says lacks_fifth 5 'unmet unmet'
says has_result 5 'met met'
says passes 5 'unmet unmet'
says switched 5 'conditional conditional'
says by_version 5 'unmet unmet'
[ "$(jq -r '[.objects[0].programs[] | select(.name == "by_version").kernels[].load] | join(" ")' "$scratch/answer")" = 'unmet met met' ] || {
  echo "the version of the kernel does not decide: $(jq -c '.objects[0].programs[] | select(.name == "by_version")' "$scratch/answer")"
  bad=1
}
text=$(kcompat check "$scratch/arguments.o" -k amd64-6.12-cloud | tr -s ' \n' ' ')
[[ $text = *'argument 5 of vfs_read unmet: vfs_read has 4 arguments'* ]] || {
  echo "the text does not say how many arguments there are"
  bad=1
}
exit $bad
