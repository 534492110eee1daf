#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How often bpftool's feature probe and kcompat disagree about helpers:
#   tests/compare-bpftool.sh BPFTOOL.json SNAPSHOT.json
# made on one kernel by `bpftool -j feature probe kernel full` and `kcompat probe --json`.
#
# A cell is (helper, program type). bpftool has one answer for it, kcompat one for each context of
# the type: its best counts here. So what is printed as refused or impossible was refused in every
# context of that type, and a cell some attach type may use never counts against bpftool.
set -eu

bpftool=${1:?usage: compare-bpftool.sh BPFTOOL.json SNAPSHOT.json}
snapshot=${2:?usage: compare-bpftool.sh BPFTOOL.json SNAPSHOT.json}

# shellcheck disable=SC2016 # the dollars are jq's
jq -rn --slurpfile bpftool "$bpftool" --slurpfile snapshot "$snapshot" '
  def usable: . == "ran" or . == "loadable" or . == "permitted";
  ["ran", "loadable", "permitted", "conditional", "blocked", "unknown",
   "impossible", "refused", "unsupported", "absent"] as $best |
  ($snapshot[0].contexts | map({key: .name, value: .program_type}) | from_entries) as $type_of |
  # "TYPE/HELPER": the best state of that cell
  (reduce ($snapshot[0].helpers[] | .name as $name | .cells | to_entries[] |
      {cell: "\($type_of[.key])/\($name)", state: .value}) as $one ({};
      if (.[$one.cell] // "absent") as $old | ($best | index($one.state)) < ($best | index($old))
      then .[$one.cell] = $one.state else .[$one.cell] //= $one.state end)) as $cells |
  ($bpftool[0].helpers | to_entries | map({
      type: (.key | sub("_available_helpers$"; "")), helpers: .value})) as $types |
  [$types[] | .type as $type | .helpers[] | "\($type)/\(.)"] as $available |
  ($types | map(select(.helpers | length > 0) | .type)) as $answered |
  ($available | map($cells[.] // "absent") | group_by(.) | map({key: .[0], value: length}) |
      from_entries) as $states |
  ($cells | to_entries | map(select((.value | usable) and
      ((.key | split("/")[0]) as $type | $answered | index($type)))) | map(.key)) as $can |
  "bpftool calls available: \($available | length) cells of \($answered | length) program types",
  ($best[] | select($states[.]) | "  of these kcompat says \(.): \($states[.])"),
  "usable by kcompat, not available by bpftool: \(($can - $available) | length)"
'
