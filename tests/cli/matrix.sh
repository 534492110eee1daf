#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requirements on many kernels: each answer is the one that the kernel gives alone, however it is named and stored, and
# the exit status follows --need, --except and the style. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
old=tests/fixtures/snapshots/scanned-6.1.json
new=tests/fixtures/snapshots/probed-6.18.json

# All kinds of requirements, on all shipped kernels: those that are there and absent, and those with a nearest name.
cat >"$scratch/all.req" <<'REQ'
map:ringbuf
map:ringbuf(4096)
map:arena
map:rhash
helper:bpf_loop@xdp
helper:bpf_lop
feature:trampoline
tag:percpu_kptr
kfunc:bpf_ct_release@xdp
kfunc:bpf_arena_free_pages@lsm.s
kfunc:bpf_arena_fre_pages
kfunc:bpf_dynptr_from_skb>=loadable
config:CONFIG_BPF_LSM=y
config:CONFIG_NO_SUCH
context:lsm.s
context:fentry/vfs_read
context:iter/task
context:struct_ops/tcp_congestion_ops
prog:netfilter
link:kprobe_multi
attach:trace_fentry
attach:kprobe.multi/tcp_*
tracepoint:sched/sched_switch
lsm:file_open
func:vfs_read
func:tcp_conect
func:no_such
struct:task_struct.mm
enumerator:BPF_F_TOKEN_FD
cap:CAP_BPF
sysctl:net.core.bpf_jit_enable
sysctl:net.x
active-lsm:bpf
any(map:arena, map:hash)
not(config:CONFIG_BPF_LSM)
REQ
# What the matrix says of a kernel, in the form of a call with that kernel.
# shellcheck disable=SC2016 # a variable of jq
alone='.kernels[] | select(.kernel.name == $name) | .kernel |= del(.name) | {kernel, verdict, requirements}'
kcompat require -f "$scratch/all.req" -k shipped --json >"$scratch/matrix.json"
[ $? -ne 2 ] || complain "-k shipped: error"
names=$(kcompat kernels --json | jq -r '.kernels[].name')
[ "$(jq -r '.kernels[].kernel.name' "$scratch/matrix.json" | sort)" = "$(sort <<<"$names")" ] ||
  complain "-k shipped: not the kernels of 'kcompat kernels'"
for name in $names; do
  kcompat require -f "$scratch/all.req" -k "$name" --json | jq -S '{kernel, verdict, requirements}' >"$scratch/alone"
  jq -S --arg name "$name" "$alone" "$scratch/matrix.json" | diff "$scratch/alone" - >"$scratch/diff" ||
    complain "$name answers differently in a matrix: $(head -n 5 "$scratch/diff")"
  [ -s "$scratch/alone" ] || complain "$name: no answer"
done

# The same kernels as files, as a directory, as JSON Lines and as a history.
mkdir "$scratch/hosts"
cp "$old" "$new" "$scratch/hosts"
jq -c . "$old" "$new" >"$scratch/hosts.jsonl"
kcompat show -k "$scratch/hosts" --pack -o "$scratch/history.jsonl" || complain "show --pack"
answers() { jq -S '[.kernels[] | .kernel |= del(.name)]' "$scratch/out"; }
status 1 kcompat require --json -f "$scratch/all.req" -k "$old" -k "$new"
answers >"$scratch/expected"
for kernels in hosts hosts.jsonl; do
  status 1 kcompat require --json -f "$scratch/all.req" -k "$scratch/$kernels"
  answers | cmp -s - "$scratch/expected" || complain "$kernels: other answers than those of the files"
done
status 1 kcompat require --json -f "$scratch/all.req" -k - <"$scratch/hosts.jsonl"
answers | cmp -s - "$scratch/expected" || complain "standard input: other answers than those of the files"
status 1 kcompat require --json map:arena kfunc:bpf_arena_free_pages@xdp -k "$old" -k "$new"
answers >"$scratch/expected"
status 1 kcompat require --json map:arena kfunc:bpf_arena_free_pages@xdp -k "$scratch/history.jsonl"
answers | cmp -s - "$scratch/expected" || complain "a history: other answers than those of the files"
# Two hosts with the same kernel stay two, with different names.
cat "$new" "$new" | jq -c . >"$scratch/twins.jsonl"
status 0 kcompat require --json map:arena -k "$scratch/twins.jsonl"
[ "$(jq -r '.kernels[].kernel.name' "$scratch/out" | tr '\n' ' ')" = "twins:1 twins:2 " ] || complain "twins are $(jq -c '[.kernels[].kernel.name]' "$scratch/out")"

# gate STATUS NEED REQUIREMENT: of 6.18, of 6.1.
gate() { status "$1" kcompat require -q --need="$2" -k "$new" -k "$old" "$3"; }
gate 1 all map:arena          # yes, no
gate 0 any map:arena
gate 1 each:version map:arena
gate 0 each:arch map:arena
gate 1 any map:rhash          # no, no
gate 3 all func:vfs_read      # yes, unknown
gate 0 any func:vfs_read
gate 3 each:version func:vfs_read
gate 0 all map:hash           # yes, yes
gate 0 all '?map:arena'
status 0 kcompat require -q --except='*6.1' -k "$new" -k "$old" map:arena
status 0 kcompat require -q --except='6.1.0-*' -k "$new" -k "$old" map:arena
status 1 kcompat require -q --except='*6.18' -k "$new" -k "$old" map:arena
status 2 kcompat require -q --except='*' -k "$new" -k "$old" map:arena
status 0 kcompat require -q --on-unknown=pass -k "$new" -k "$old" func:vfs_read
status 1 kcompat require -q --on-unknown=fail -k "$new" -k "$old" func:vfs_read
status 2 kcompat require -q --need=most -k "$new" map:arena
warned "no such value" "--need=most"
status 0 kcompat require -q --exit-style=report -k "$new" -k "$old" map:rhash
status 2 kcompat require -q --exit-style=nagios -k "$new" -k "$old" map:rhash

# A name is a mistake only if none of the kernels has it.
jq '.map_types += [{name: "later", state: "ok"}]' "$new" >"$scratch/hosts/later.json"
status 3 kcompat require -k "$new" -k "$scratch/hosts/later.json" map:later
printed 'y ?  map:later' 'a map type of one kernel'
status 2 kcompat require -k "$new" -k "$old" feature:trampolin
rm "$scratch/hosts/later.json"

# The running kernel beside others.
kcompat require -k live map:hash feature:trampoline --json | jq -S .requirements >"$scratch/alone"
kcompat require -k "$new" -k live map:hash feature:trampoline --json |
  jq -S '.kernels[] | select(.kernel.source == "running") | .requirements' >"$scratch/beside"
cmp -s "$scratch/alone" "$scratch/beside" || complain "the running kernel answers differently beside another"
[ -s "$scratch/beside" ] || complain "the running kernel is not in the matrix"

# One bad file, and there is no answer.
cp tests/fixtures/snapshots/truncated.json "$scratch/hosts"
for style in plain report; do
  status 2 kcompat require --exit-style=$style -k "$scratch/hosts" map:hash
  warned truncated.json "a bad file"
  [ ! -s "$scratch/out" ] || complain "a bad file: an answer: $(head -n 2 "$scratch/out")"
done
# Files are written completely or not at all.
for format in text json jsonl md csv env c junit sarif github prometheus; do
  echo before >"$scratch/answer"
  status 2 kcompat require --format=$format -o "$scratch/answer" -k "$scratch/hosts" map:hash
  [ "$(cat "$scratch/answer")" = before ] || complain "$format: an error changed the file"
  status 1 kcompat require --format=$format -o "$scratch/answer" -k "$new" -k "$old" map:arena
  status 1 kcompat require --format=$format -k "$new" -k "$old" map:arena
  cmp -s "$scratch/answer" "$scratch/out" || complain "$format: the file differs from standard output"
done
exit $bad
