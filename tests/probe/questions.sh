#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Questions that people put to trackers, on the running kernel: each answer is held against another source of the same
# machine. tests/probe/targets.sh, fields.sh and token.sh have those about targets, map fields and tokens;
# tests/lab/questions.sh those about other kernels. Needs kcompat in PATH, jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
if [ ! -r /proc/kallsyms ] || [ ! -s /sys/kernel/btf/vmlinux ]; then
  echo "no symbols or no BTF here"
  exit 77
fi
# ask QUESTION: $result, $reason and $missing.
ask() {
  kcompat require --json "$1" >"$scratch/answer"
  result=$(jq -r '.requirements[0].result' "$scratch/answer")
  reason=$(jq -r '.requirements[0].reason' "$scratch/answer")
  missing=$(jq -r '.requirements[0].evidence.missing // ""' "$scratch/answer")
}
# wanted RESULT QUESTION
wanted() {
  ask "$2"
  [ "$result" = "$1" ] || complain "$2 is $result, not $1: $reason"
}

# A function under the longer name that the compiler made.
awk 'NF == 3 && $2 ~ /[tT]/ && $3 ~ /[.]constprop[.][0-9]+$/ { print $3 }' /proc/kallsyms | sort -u | head -n 2 >"$scratch/changed"
while read -r name; do
  wanted yes "func:$name"
  wanted no "func:${name}9999"
done <"$scratch/changed"

# A function that is in BTF and has no symbol: nothing can attach to it.
if command -v bpftool >/dev/null; then
  bpftool btf dump file /sys/kernel/btf/vmlinux | sed -n "s/^\[[0-9]*\] FUNC '\([^']*\)' .*/\1/p" | sort -u >"$scratch/btf"
  awk '{ sub(/[.].*/, "", $3); print $3 }' /proc/kallsyms | sort -u >"$scratch/symbols"
  comm -23 "$scratch/btf" "$scratch/symbols" | head -n 3 >"$scratch/only"
  while read -r name; do
    wanted yes "func:$name"
    [[ $reason == *"in BTF only"* ]] || complain "func:$name: $reason"
    for section in kprobe kprobe.multi fentry fexit; do wanted no "attach:$section/$name"; done
  done <"$scratch/only"
fi

# A type and its program load, and nothing attaches: the option that is missing is named.
ask link:kprobe_multi
if [ "$result" = no ]; then
  wanted no attach:kprobe.multi/vfs_read
  [ "$missing" = fprobe ] || complain "attach:kprobe.multi/vfs_read without links to many kprobes: $missing: $reason"
fi

# Types that only links have.
for type in perf_event struct_ops; do
  ask "link:$type"
  wanted "$result" "attach:$type"
  [[ $reason == "only links have this type, as link:$type: "* ]] || [ "$result" = no ] || complain "attach:$type: $reason"
done
kcompat probe --json --only attach_types,link_types >"$scratch/types.json"
for type in perf_event struct_ops; do
  states=$(jq -r --arg type "$type" '[.attach_types[], .link_types[] | select(.name == $type).state] | unique | length' "$scratch/types.json")
  [ "$states" = 1 ] || complain "probe: the attach type $type and the link type differ"
done

# The active security modules, with securityfs and without it.
unshare -m sh -c 'mount -t securityfs none /sys/kernel/security; cat /sys/kernel/security/lsm' >"$scratch/lsm" 2>/dev/null
active=$(tr ',\n' '  ' <"$scratch/lsm")
for name in capability bpf selinux apparmor landlock; do
  [ -n "$active" ] || continue
  there=no
  [[ " $active " != *" $name "* ]] || there=yes
  wanted $there "active-lsm:$name"
done

# A member that was renamed: one of the two is there.
ask struct:task_struct.__state
first=$result
ask struct:task_struct.state
[ "$first$result" = yesno ] || [ "$first$result" = noyes ] || complain "task_struct has both names of its state, or none: $first, $result"
wanted yes struct:task_struct.mm.pgd
wanted no struct:task_struct.no_such_member

# How many arguments a tracepoint has.
if command -v bpftool >/dev/null; then
  for name in block_rq_issue sched_switch sched_process_exec; do
    bpftool btf dump file /sys/kernel/btf/vmlinux format c | grep "(\*btf_trace_$name)(" >"$scratch/typedef" || continue
    cnt=$(tr -cd , <"$scratch/typedef" | wc -c)
    ask "raw_tracepoint:$name"
    [[ $reason == "present: $cnt argument"* ]] || complain "raw_tracepoint:$name has $cnt arguments: $reason"
  done
fi

# Without a privilege, the reason has the question that still has an answer.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
  setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all kcompat require --json \
    helper:bpf_loop@xdp >"$scratch/answer" 2>/dev/null
  if [ "$(jq -r '.requirements[0].result' "$scratch/answer")" = unknown ]; then
    other=$(jq -r '.requirements[0].reason | capture("ask \u0027(?<question>[^\u0027]+)\u0027").question' "$scratch/answer")
    [ "$other" = enum:bpf_func_id.BPF_FUNC_loop ] || complain "helper:bpf_loop@xdp without privileges names '$other'"
    setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all kcompat require --quiet "$other"
    [ $? -ne 3 ] || complain "$other is unknown without privileges"
  fi
fi
exit $bad
