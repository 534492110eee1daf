#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Allocations that fail, one, two in a row, or all from one on: no crash, and no answer that differs from a clean run's.
# KCOMPAT_ALLOCATIONS=N lets N allocations of each command fail, 0 every one.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
skip() {
  echo "$1"
  exit 77
}
cc -shared -fPIC -O2 -Wall -Werror -o "$scratch/fail_malloc.so" tests/lib/fail_malloc.c -ldl || exit 1
FAIL_COUNT=$scratch/count LD_PRELOAD=$scratch/fail_malloc.so env true 2>"$scratch/said"
if [ ! -s "$scratch/count" ] || [ -s "$scratch/said" ]; then
  skip "no library can be preloaded here"
fi
bad=0
# fail COUNT COMMAND...
fail() {
  local cnt=${KCOMPAT_ALLOCATIONS:-$1}
  shift
  python3 tests/probe/memory.py "$scratch/fail_malloc.so" "$cnt" "$@" || bad=1
}
fail 60 kcompat require --json kfunc:bpf_rcu_read_lock@tc map:arena prog:xdp link:tcx func:vfs_read \
  tracepoint:sched/sched_switch config:CONFIG_BPF struct:task_struct
fail 20 kcompat probe --json --only kfuncs,helpers,map_types,features -c xdp 'bpf_*_lock'
if [ -r /sys/kernel/btf/vmlinux ]; then
  fail 12 kcompat scan --json /sys/kernel/btf/vmlinux
fi
# Texts and numbers of JSON lose characters where jansson has no memory.
snapshot=tests/fixtures/snapshots/probed-6.18.json
fail 40 kcompat require --json -k $snapshot kfunc:bpf_rcu_read_lock@tc map:arena prog:xdp func:vfs_read config:CONFIG_BPF
fail 12 kcompat show --json -k $snapshot bpf_loop
if kcompat db add "$scratch/store.db" tests/fixtures/snapshots/*-6.*.json >"$scratch/said" 2>&1; then
  fail 30 kcompat require --json -k "$scratch/store.db" kfunc:bpf_rcu_read_lock@tc map:arena prog:xdp func:vfs_read config:CONFIG_BPF
  fail 20 kcompat db add "$scratch/new.db" $snapshot
  fail 20 kcompat db add "$scratch/store.db" --host web1 $snapshot
else
  echo "no store: $(cat "$scratch/said")"
fi
# A program of everything that an object can need, and what becomes of a store.
if compiler=$(tools/bpf-compiler); then
  for name in calls fields; do
    "$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/$name.o" tests/fixtures/objects/$name.bpf.c || bad=1
  done
  fail 8 kcompat check --json -k live -k amd64-6.12-cloud "$scratch/calls.o" "$scratch/fields.o"
  fail 12 kcompat check --json -k amd64-6.12-cloud "$scratch/calls.o" "$scratch/fields.o"
  "$compiler" -target bpf -O2 -g -c -o "$scratch/kernel.o" tests/fixtures/objects/kernel.c &&
    tests/check/section.py "$scratch/kernel.o" .BTF >"$scratch/kernel.btf" || bad=1
  cp "$scratch/kernel.btf" "$scratch/other.btf"
  fail 12 kcompat scan --store "$scratch/new.kts" "$scratch/kernel.btf"
  kcompat scan --store "$scratch/fleet.kts" "$scratch/kernel.btf" >"$scratch/said" || bad=1
  fail 20 kcompat scan --store "$scratch/fleet.kts" "$scratch/other.btf"
  fail 12 kcompat scan --store "$scratch/fleet.kts" --forget kernel.btf
  fail 12 kcompat require --json -k "$scratch/fleet.kts:kernel.btf" struct:room func:bpf_check
fi
exit $bad
