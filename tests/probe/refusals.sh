#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Refusals that no argument changes, live: the answers fit together, and none speaks against a program that loads.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
trap '[ -z "${mounted:-}" ] || umount "$mounted"; rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
skip() {
  echo "$1"
  exit 77
}

[ "$(id -u)" = 0 ] || skip "not root"
kcompat require --quiet context:socket || skip "bpf(2) is refused to this process"

kcompat probe --json 'bpf_iter_css_task_*' bpf_tail_call __bpf_trap bpf_cast_to_kern_ctx bpf_dynptr_slice_rdwr \
  -c socket -c kprobe -c uprobe.s -c tracepoint -c tc -c xdp -c syscall -o "$scratch/probed.json" ||
  [ $? -eq 1 ] || complain "an error" # 1: an older kernel lacks one of them
# What the start of an iterator makes is all that the other two calls take.
jq -e '(.kfuncs | map({key: .name, value: .cells}) | from_entries) as $of | .contexts[] | select(.state == "ok").name |
  . as $context | ["conditional", "impossible"] as $no |
  $of.bpf_iter_css_task_new[$context] as $new | select($new | IN($no[])) |
  ("next", "destroy") | select($of["bpf_iter_css_task_" + .] | . and .[$context] != $new) |
  "bpf_iter_css_task_\(.)@\($context) is not \($new)"' "$scratch/probed.json" && complain "the calls of one iterator differ"
# A rule for a call decides it, whatever else the program does.
jq -e '.evidence | to_entries[] | select(.value.rule == "sleepable-map" or .value.rule == "trap" or
  .value.rule == "packet-write" or .value.rule == "no-kernel-context") | .key |
  select(test("^(helper/bpf_tail_call|kfunc/(__bpf_trap|bpf_dynptr_slice_rdwr|bpf_cast_to_kern_ctx))@") | not)' \
  "$scratch/probed.json" && complain "a rule of another call"
# A program of a type without packets cannot write to them, and a number is no struct of the kernel.
for cell in bpf_dynptr_slice_rdwr@socket bpf_cast_to_kern_ctx@tracepoint; do
  jq -e --arg name "${cell%@*}" --arg context "${cell#*@}" \
    '.kfuncs[] | select(.name == $name).cells[$context] | select(. != "impossible" and . != "refused" and . != "unsupported")' \
    "$scratch/probed.json" && complain "$cell"
done

command -v bpftool >/dev/null && echo 'int x;' | clang -target bpf -x c -c -o /dev/null - 2>/dev/null || exit $bad
mkdir "$scratch/bpf"
mount -t bpf bpf "$scratch/bpf" || exit $bad
mounted=$scratch/bpf
# The context of another program type, as the argument of a global function.
for context in cgroup/bind4 sockops cgroup/sysctl; do
  clang -O2 -g -target bpf "-DSECTION=\"$context\"" -c tests/fixtures/typed_argument.c -o "$scratch/program.o" ||
    complain "tests/fixtures/typed_argument.c does not compile"
  bpftool prog load "$scratch/program.o" "$scratch/bpf/program" >"$scratch/log" 2>&1 || continue
  rm -f "$scratch/bpf/program"
  kcompat probe --json --search bpf_dynptr_from_skb -c "$context" |
    jq -e '.kfuncs[].cells[] | select(IN("permitted", "loadable", "ran"))' >/dev/null ||
    complain "bpf_dynptr_from_skb@$context: a program that makes this call loads"
done
exit $bad
