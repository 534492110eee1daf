#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each rule that says "no program of this context can make the call" meets a real call on the running kernel: the state
# and the rule of one cell. A cell whose function this kernel does not let such programs name is left out.
# Needs kcompat in PATH and jq. Exit status 1: a cell is wrong; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh

# RULE STATE KIND NAME CONTEXT
cells='
trap impossible kfunc __bpf_trap xdp
packet-write impossible kfunc bpf_dynptr_slice_rdwr cgroup/connect4
css-task-iter impossible kfunc bpf_iter_css_task_destroy socket
no-kernel-context impossible kfunc bpf_cast_to_kern_ctx syscall
sleepable-map impossible helper bpf_tail_call syscall
'
asked=0
while read -r rule state kind name context; do
  [ -n "$rule" ] || continue
  kcompat probe --search --json --only "contexts,${kind}s" -c "$context" "$name" -o "$scratch/cell.json" || exit 1
  kcompat probe --bare --json --only "contexts,${kind}s" -c "$context" "$name" -o "$scratch/bare.json" || exit 1
  bare=$(jq -r --arg c "$context" '(.kfuncs + .helpers)[0].cells[$c] // "none"' "$scratch/bare.json")
  [ "$bare" = permitted ] || {
    echo "left out: $name@$context is $bare here"
    continue
  }
  asked=$((asked + 1))
  found=$(jq -r --arg c "$context" --arg key "$kind/$name@$context" \
    '"\((.kfuncs + .helpers)[0].cells[$c]) \(.evidence[$key].rule)"' "$scratch/cell.json")
  [ "$found" = "$state $rule" ] || complain "$name@$context: $found, not $state $rule"
done <<<"$cells"
[ $asked -gt 0 ] || {
  echo "this kernel permits none of the calls"
  exit 77
}
exit "${bad:-2}"
