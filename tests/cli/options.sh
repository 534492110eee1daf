#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An option that has no effect beside the others is refused, with status 2, and nothing is printed. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
old=tests/fixtures/snapshots/scanned-6.1.json new=tests/fixtures/snapshots/probed-6.18.json
root=tests/fixtures/roots/debian-6.1-cloud

# refuses TEXT COMMAND...
refuses() {
  local text=$1
  shift
  status 2 "$@"
  warned "kcompat: $text" "$*"
  [ "$(wc -l <"$scratch/err")" -eq 1 ] || complain "$*: more than a line: $(cat "$scratch/err")"
  [ ! -s "$scratch/out" ] || complain "$*: prints on standard output"
}

refuses '--jsonl: no effect with --json (leave it out)' kcompat probe --json --jsonl
for option in --json --jsonl --only=kfuncs; do
  refuses "--all: no effect with ${option%%=*}" kcompat probe --all "$option"
done
refuses '--search: no effect with --bare' kcompat probe --bare --search bpf_loop
for option in --discover --full --layout --run --attach --token=/sys/fs/bpf --bare --search --context=xdp --threads=1 --stats; do
  name=${option%%=*}
  refuses "$name: no effect with --root" kcompat probe --root "$root" "$option"
done
for option in --json --jsonl --all --only=kfuncs --no-helpers --context=xdp --bare --discover --full --layout --run --attach \
  --addresses --root="$root" --threads=1 --stats; do
  refuses "${option%%=*}: no effect with --verifier-log" kcompat probe --verifier-log bpf_loop@xdp "$option"
  refuses "${option%%=*}: no effect with --example" kcompat probe --example bpf_loop@xdp "$option"
done
refuses '--example: no effect with --verifier-log' kcompat probe --verifier-log bpf_loop@xdp --example bpf_loop@xdp
refuses 'NAME: no effect with one cell' kcompat probe --example bpf_loop@xdp bpf_loop
refuses '--context: no effect without contexts' kcompat probe --only map_types -c xdp
refuses '--layout: no effect without contexts' kcompat probe --only functions --layout
refuses '--full: no effect without contexts' kcompat probe --only features --full
refuses '--bare: no effect without kfuncs and helpers' kcompat probe --only contexts --bare
refuses '--search: no effect without kfuncs and helpers' kcompat probe --only features --search
refuses '--discover: no effect without kfuncs' kcompat probe --only helpers --discover
refuses '--attach: no effect without functions' kcompat probe --only kfuncs --attach
refuses '--addresses: no effect without functions' kcompat probe --json --only kfuncs --addresses
refuses '--addresses: no effect on a list' kcompat probe --addresses
refuses '--run: no effect without programs' kcompat probe --only contexts --run
refuses '--root: no effect without kfuncs, helpers, functions and features' kcompat probe --only contexts --root "$root"
refuses 'NAME: no effect without kfuncs, helpers and functions' kcompat probe --only features bpf_loop
refuses '--no-helpers contradicts --only' kcompat probe --only helpers --no-helpers
refuses '--no-helpers contradicts --only' kcompat probe --only kfuncs --no-helpers
# What they are for works.
status 0 kcompat probe --only contexts -c xdp
status 0 kcompat probe --json --only kfuncs,helpers --no-helpers -c xdp bpf_dynptr_slice
status 0 kcompat probe --addresses vfs_read
status 0 kcompat probe --root "$root" --only features

refuses '--jsonl: no effect with --json' kcompat scan --json --jsonl "$old"
refuses '--addresses: no effect on a list' kcompat scan --addresses "$old"
for option in --json --markdown --deep --baseline=6.1; do
  refuses "${option%%=*}: no effect with --pack" kcompat show --pack "$option" -k "$old"
done
refuses '--json: no effect with --quiet' kcompat diff --quiet --json "$old" "$new"
refuses '--output: no effect with --quiet' kcompat diff --quiet -o "$scratch/file" "$old" "$new"
refuses '--deep: no effect without functions' kcompat diff --deep --only kfunc "$old" "$new"
refuses '--token: no effect with --kernel' kcompat require --token /sys/fs/bpf -k "$new" map:hash
refuses '--attach: no effect with --kernel' kcompat require --attach -k "$new" map:hash
for option in --json --format=json --format=env --format=c --format=text; do
  refuses "${option%%=*}: no effect with --quiet" kcompat require --quiet "$option" -k "$new" map:hash
done

# The same requirement twice is one flag.
status 0 kcompat require --format=env -k "$new" map:hash map:hash '?map:hash' map:arena
[ "$(cat "$scratch/out")" = $'KCOMPAT_MAP_HASH=yes\nKCOMPAT_MAP_ARENA=yes' ] || complain "env: $(cat "$scratch/out")"
status 3 kcompat require --format=c -k "$new" feature:trampoline feature:trampoline
[ "$(grep -c '^#define KCOMPAT_FEATURE_TRAMPOLINE ' "$scratch/out")" -eq 1 ] || complain "c: $(cat "$scratch/out")"
exit $bad
