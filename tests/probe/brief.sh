#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --brief says of every cell what the snapshot says, in less than 200 kB. Needs kcompat in PATH and jq.
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

# The cells of a snapshot as a brief has them: only of contexts that answered.
# shellcheck disable=SC2016 # jq's own variables
of_snapshot='
  [.contexts[] | select(.state == "ok").name] as $ok | [.contexts[].name] as $all |
  (.kfuncs[] | {kind: "kfunc", name, module: .module, cells}), (.helpers[] | {kind: "helper", name, module: null, cells}) |
  . as $row | $ok[] | . as $context | {kind: $row.kind, name: $row.name, module: $row.module, context: $context,
    use: ($row.cells[$context] // "none" | if IN("ran", "loadable", "permitted") then "usable" elif . == "conditional" then .
      elif IN("unknown", "blocked", "none") then "unknown" else "no" end)}'
# shellcheck disable=SC2016
of_brief='
  def holds($context): any(.[]?; . as $glob | $glob == $context or
    (($glob | endswith("*")) and ($context | startswith($glob[:-1]))));
  .contexts as $contexts |
  (.kfuncs[] | . + {kind: "kfunc"}), (.helpers[] | . + {kind: "helper"}) |
  . as $row | $contexts | to_entries[] | .key as $type | .value[] | . as $context | {kind: $row.kind, name: $row.name,
    module: $row.module, context: $context,
    use: ([["usable", "conditional", "unknown"][] | select($row[.][$type] | holds($context))] | .[0] // "no")}'

# compare NAME: the snapshot $scratch/NAME.json and its brief form
compare() {
  tests/schema/schema.py docs/schema/brief.json "$scratch/$1.brief" || complain "$1: not its schema"
  jq -c "$of_snapshot" "$scratch/$1.json" | sort >"$scratch/$1.cells"
  jq -c "$of_brief" "$scratch/$1.brief" | sort >"$scratch/$1.brief-cells"
  cmp "$scratch/$1.cells" "$scratch/$1.brief-cells" || {
    complain "$1: --brief says otherwise"
    diff "$scratch/$1.cells" "$scratch/$1.brief-cells" | head -n 5
  }
  [ "$(wc -l <"$scratch/$1.cells")" -gt "$2" ] || complain "$1: only few cells"
  cmp <(jq -S '[.contexts[] | select(.state | IN("ok", "unsupported") | not) | {name, program_type, state, reason}]' \
    "$scratch/$1.json") <(jq -S .unanswered "$scratch/$1.brief") || complain "$1: other contexts are unanswered"
  cmp <(jq -S '[.kernel, .environment.limits]' "$scratch/$1.json") <(jq -S '[.kernel, .limits]' "$scratch/$1.brief") ||
    complain "$1: another kernel, or other limits"
}

# Bare calls are enough here: real calls change a state, but not how --brief prints it.
kcompat probe --bare --json >"$scratch/live.json" || complain "probe: $?"
kcompat probe --bare --brief --json -o "$scratch/live.brief" || complain "probe --brief: $?"
jq -e 'any(.contexts[]; .state == "ok")' "$scratch/live.json" >/dev/null || {
  echo "bpf(2) is refused to this process: $(jq -r '.contexts[0].reason' "$scratch/live.json")"
  exit 77
}
compare live 10000
size=$(stat -c %s "$scratch/live.brief")
[ "$size" -lt 200000 ] || complain "--brief --json has $size bytes"
# A kfunc or a helper is one line, so that grep finds it.
[ "$(grep -c '^    {"name":.*"usable":' "$scratch/live.brief")" -eq "$(jq '[.kfuncs[], .helpers[]] | length' "$scratch/live.brief")" ] ||
  complain "not one line for each name"
kcompat probe --bare --brief --format=jsonl -o "$scratch/line.brief"
[ "$(wc -l <"$scratch/line.brief")" -eq 1 ] || complain "--brief --format=jsonl is not one line"
cmp <(jq -S . "$scratch/line.brief") <(jq -S . "$scratch/live.brief") || complain "--brief --format=jsonl is not the same"
# Names, contexts that were not asked, and files: nothing is claimed of what no cell has.
kcompat probe --json -c xdp -c tc bpf_loop 'bpf_dynptr_*' >"$scratch/names.json" || complain "probe NAME: $?"
kcompat probe --brief --json -c xdp -c tc bpf_loop 'bpf_dynptr_*' >"$scratch/names.brief" || complain "probe --brief NAME: $?"
compare names 1
kcompat scan --json /sys/kernel/btf/vmlinux >"$scratch/scanned.json" 2>"$scratch/errors"
kcompat scan --brief --json /sys/kernel/btf/vmlinux >"$scratch/scanned.brief" 2>"$scratch/errors"
[ ! -s "$scratch/scanned.json" ] || compare scanned 1000

exit $bad
