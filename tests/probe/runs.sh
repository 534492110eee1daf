#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# probe --run executes the real calls of data/lists/runs.txt: what they return is what the list expects, nothing else is
# executed, and nothing is without --run. Needs kcompat in PATH, jq, strace unless it is missing.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
contexts=(-c xdp -c tc -c socket -c syscall -c raw_tracepoint -c kprobe -c cgroup_skb/egress)
mapfile -t names < <(awk '!/^#/ { print $1 }' data/lists/runs.txt | sort -u)
# A kernel lacks some of them: exit status 1.
kcompat probe "${contexts[@]}" --run --json "${names[@]}" -o "$scratch/run.json" 2>"$scratch/err"
[ $? -le 1 ] || complain "probe --run: $(cat "$scratch/err")"
kcompat probe "${contexts[@]}" --json "${names[@]}" -o "$scratch/load.json" 2>"$scratch/err"
[ $? -le 1 ] || complain "probe: $(cat "$scratch/err")"
jq -e '[.contexts[] | select(.state == "ok")] | length > 0' "$scratch/load.json" >/dev/null || {
  echo "this kernel lets no program be loaded"
  exit 77
}

jq -r '.evidence | to_entries[] | select(.value.rule == "real-run") | "\(.key)\t\(.value.line)"' "$scratch/run.json" >"$scratch/ran"
grep 'ran, but' "$scratch/ran" && complain "a call returns something else than data/lists/runs.txt says"
cut -f 1 "$scratch/ran" | sed 's/@.*//' | sort -u >"$scratch/functions"
[ "$(wc -l <"$scratch/functions")" -ge 20 ] || complain "only these ran: $(cat "$scratch/functions")"
grep -q '^helper/bpf_ktime_get_ns@socket	returned the time of the monotonic clock: recipe plain$' "$scratch/ran" ||
  complain "bpf_ktime_get_ns did not run: $(grep ktime_get_ns "$scratch/ran" | head -n 3)"
! grep -q '^kfunc/bpf_strlen@' "$scratch/ran" || grep -q '^kfunc/bpf_strlen@xdp	returned 7: recipe plain$' "$scratch/ran" ||
  complain "bpf_strlen: $(grep bpf_strlen "$scratch/ran")"
# Programs of these types are never executed, and those of no other function.
grep '@kprobe' "$scratch/ran" && complain "a kprobe program was executed"
printf '%s\n' "${names[@]}" >"$scratch/names"
sed 's|^[a-z]*/||; s/\[.*//' "$scratch/functions" | grep -vxFf "$scratch/names" && complain "not in the list"
jq -e '[.evidence[] | select(.rule == "real-run")] | length == 0' "$scratch/load.json" >/dev/null ||
  complain "without --run, a program was executed"
# The two differ in nothing but what ran.
jq -S '[(.kfuncs[], .helpers[]) | {name, cells: (.cells | map_values(if . == "ran" then "loadable" else . end))}]' \
  "$scratch/run.json" >"$scratch/a"
jq -S '[(.kfuncs[], .helpers[]) | {name, cells}]' "$scratch/load.json" >"$scratch/b"
cmp -s "$scratch/a" "$scratch/b" || complain "--run changes other answers: $(diff "$scratch/a" "$scratch/b" | head -n 5)"

# The system calls themselves: BPF_PROG_TEST_RUN has the number 10.
if strace -V >/dev/null 2>&1; then
  strace -f -qq -e trace=bpf -o "$scratch/trace" kcompat probe -c xdp --json bpf_ktime_get_ns bpf_xdp_adjust_head -o "$scratch/one.json"
  grep -qE 'BPF_PROG_TEST_RUN|BPF_PROG_RUN|bpf\((10|0xa)' "$scratch/trace" && complain "without --run, there is a test run"
  strace -f -qq -e trace=bpf -o "$scratch/trace" kcompat probe -c xdp --run --json bpf_xdp_adjust_head -o "$scratch/one.json"
  grep -qE 'BPF_PROG_TEST_RUN|BPF_PROG_RUN|bpf\((10|0xa)' "$scratch/trace" && complain "a program that is not in the list was executed"
fi
exit "${bad:-2}"
