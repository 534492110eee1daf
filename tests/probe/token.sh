#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BPF tokens: a bpffs that delegates, in a user namespace of its own. What the token delegates has the answer of
# the initial user namespace; what it does not delegate is blocked and says so; without a token all is blocked.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
skip() {
  echo "$1"
  exit 77
}

gcc -O2 -Wall -Wextra -Werror -o "$scratch/delegate" tests/probe/delegate.c || exit 1
mkdir "$scratch/bpffs"
chmod 755 "$scratch"
kcompat=$(command -v kcompat)
parts="contexts,kfuncs,helpers,map_types,link_types,features"
kcompat probe --json --only "$parts" -o "$scratch/all.json" || skip "the probe itself fails here"
jq -e '.features[] | select(.name == "token" and .state == "ok")' "$scratch/all.json" >/dev/null ||
  skip "this kernel has no BPF tokens, or bpf(2) is refused"
any=(delegate_cmds=any delegate_maps=any delegate_progs=any delegate_attachs=any)

# with_token OPTION... -- ARGUMENT...: kcompat in the namespace.
with_token() {
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  "$scratch/delegate" "$scratch/bpffs" "${options[@]}" -- "$kcompat" "$@"
}
with_token "${any[@]}" -- require -q --token "$scratch/bpffs" map:array
status=$?
[ $status -ne 77 ] || skip "this machine makes no bpffs for a user namespace"
[ $status -eq 0 ] || complain "map:array with a token: exit status $status"

# All is delegated: the answers are those of root, or none.
with_token "${any[@]}" -- probe --json --only "$parts" --token "$scratch/bpffs" >"$scratch/token.json" ||
  complain "probe with a token: exit status $?"
jq -nr --slurpfile all "$scratch/all.json" --slurpfile token "$scratch/token.json" '
  def value: if IN("ran", "loadable", "permitted", "ok") then "yes" elif IN("unknown", "blocked") then null else "no" end;
  def answers: [(.kfuncs[], .helpers[]) | .name as $name | .cells | to_entries[] | {key: "\($name)@\(.key)", value: (.value | value)}]
    + [("contexts", "map_types", "link_types", "features") as $kind | .[$kind][] | {key: "\($kind)/\(.name)", value: (.state | value)}]
    | from_entries;
  ($all[0] | answers) as $all | ($token[0] | answers) as $token
  | ($token | to_entries | map(select(.value != null))) as $answered
  | ($answered | map(select(.value != $all[.key]) | .key)) as $wrong
  | if $wrong != [] then "with a token: \($wrong | length) other answers than without: \($wrong[:5] | join(", "))"
    elif ($answered | length) * 10 < ($all | length) * 8 then "with a token: only \($answered | length) of \($all | length) answers"
    else empty end' >"$scratch/differences"
[ ! -s "$scratch/differences" ] || complain "$(cat "$scratch/differences")"
jq -e '[.environment.limits[].what | select(startswith("a BPF token is used"))] | length == 1' \
  "$scratch/token.json" >/dev/null || complain "no limit names the token"

# expect NAME STATUS TEXT ARGUMENT...: what a command of the namespace prints.
expect() {
  local name=$1 expected=$2 text=$3 status
  shift 3
  with_token "$@" >"$scratch/out" 2>&1
  status=$?
  [ $status -eq "$expected" ] || complain "$name: exit status $status: $(cat "$scratch/out")"
  grep -qF -- "$text" "$scratch/out" || complain "$name: $(cat "$scratch/out")"
}
some=(delegate_cmds=any delegate_maps=array delegate_progs=xdp delegate_attachs=any)
expect "delegated" 0 "yes      context:xdp" "${some[@]}" -- require --token "$scratch/bpffs" map:array context:xdp feature:btf
expect "map not delegated" 3 "the BPF token does not delegate this" "${some[@]}" -- require --token "$scratch/bpffs" map:hash
expect "program not delegated" 3 "the BPF token does not delegate this" "${some[@]}" -- require --token "$scratch/bpffs" context:kprobe
expect "without a token" 3 "in a user namespace" "${some[@]}" -- require context:xdp
expect "nothing delegated" 2 "delegates nothing" -- require --token "$scratch/bpffs" map:array
LIBBPF_BPF_TOKEN_PATH="$scratch/bpffs" expect "by the variable" 0 "yes      map:array" "${some[@]}" -- require map:array
LIBBPF_BPF_TOKEN_PATH='' expect "an empty variable" 3 "in a user namespace" "${some[@]}" -- require map:array
expect "no bpffs" 2 "BPF token: /proc" "${some[@]}" -- require --token /proc map:array
kcompat require --token "$scratch/bpffs" map:array 2>"$scratch/out"
status=$?
[ $status -eq 2 ] || complain "no bpffs in the initial namespace: exit status $status: $(cat "$scratch/out")"
exit $bad
