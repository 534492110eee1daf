#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --output=FILE.gz is compressed, by each command that has --output. Needs kcompat in PATH, gzip and jq.
# shellcheck disable=SC2015 # a complaint is for either
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
snapshots=tests/fixtures/snapshots
old=$snapshots/scanned-6.1.json new=$snapshots/probed-6.18.json

# packed NAME COMMAND...: FILE.gz holds what FILE does
packed() {
  local name=$1
  shift
  if ! { kcompat "$@" -o "$scratch/$name" && kcompat "$@" -o "$scratch/$name.gz"; } >"$scratch/said" 2>&1; then
    complain "kcompat $*: $? $(cat "$scratch/said")"
    return
  fi
  [ ! -s "$scratch/said" ] || complain "kcompat $*: printed $(head -c 200 "$scratch/said")"
  [ -s "$scratch/$name" ] || complain "kcompat $*: an empty file"
  ! cmp -s "$scratch/$name" "$scratch/$name.gz" || complain "kcompat $*: .gz is not compressed"
  gzip -dc "$scratch/$name.gz" | cmp - "$scratch/$name" || complain "kcompat $*: .gz holds something else"
  # No time and no name: only the content decides the bytes.
  [ "$(od -An -tx1 -j 3 -N 5 "$scratch/$name.gz")" = " 00 00 00 00 00" ] || complain "kcompat $*: a time in the header"
}
packed root.json probe --root tests/fixtures/roots/vm-6.18 --json
packed diff.json diff --json "$old" "$new"
packed require.json require --json -k "$new" map:hash
packed kernels.txt kernels 6.12
packed show.json show --json -k "$new" bpf_loop
packed pack.jsonl show --pack -k "$new"
packed docs.md docs page kfunc bpf_arena_free_pages -k "$new"
[ ! -r /sys/kernel/btf/vmlinux ] || packed scan.json scan --json /sys/kernel/btf/vmlinux
# What is written packed is read packed.
kcompat require -k "$scratch/root.json.gz" 'kfunc:no_such' >/dev/null 2>&1
[ $? -ne 2 ] || complain "require does not read what probe -o FILE.json.gz wrote"
# A file that is a gzip stream by itself is not packed twice.
kcompat show -k "$scratch/pack.jsonl.gz" bpf_loop >/dev/null || complain "show does not read a packed history"
# More than is kept in memory.
kcompat show --pack -k data/probed/history.jsonl.gz -o "$scratch/all.jsonl.gz" || complain "show --pack: $?"
[ "$(gzip -dc "$scratch/all.jsonl.gz" | tail -n 1)" = '{"end":true}' ] || complain "show --pack: the end is missing"

# Of require, -o writes the answer, whatever it is, and nothing of a wrong question.
echo before >"$scratch/gate"
kcompat require -o "$scratch/gate" -k "$new" map:no_such_map kfunc: >/dev/null 2>&1
[ $? -eq 2 ] && [ "$(cat "$scratch/gate")" = before ] || complain "require -o: an error changes the file"
kcompat require -o "$scratch/gate" -k "$old" kfunc:bpf_arena_free_pages
[ $? -eq 1 ] && grep -q '^no ' "$scratch/gate" || complain "require -o: $(cat "$scratch/gate")"
kcompat require -o "$scratch/live" --format=env 'config:CONFIG_BPF' || complain "require -o of this kernel: $?"
grep -qx 'KCOMPAT_CONFIG_CONFIG_BPF=yes' "$scratch/live" || complain "require -o of this kernel: $(cat "$scratch/live")"
kcompat require -o /dev/full -k "$new" map:hash 2>/dev/null
[ $? -eq 2 ] || complain "require -o: a full disk is no error"

exit $bad
