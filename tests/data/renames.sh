#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Renames that diff finds between shipped kernels, against a list of known ones (renames.tsv): of those on the list that it
# says, 95 of 100 are right, and it tells how many it finds. Needs kcompat in PATH and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

list=tests/data/renames.tsv
grep -v '^#' "$list" | cut -f2,3 | sort -u >"$scratch/pairs"
while read -r from to; do
  kcompat diff --json --only structs,unions,enums "amd64-$from-cloud" "amd64-$to-cloud" >"$scratch/diff.json" ||
    complain "diff $from $to: exit status $?"
  jq -r --arg pair "$from	$to" '.types.list[] | select(.outcome == "changed") | .kind as $kind | .name as $name |
    (.probably_renamed // [] | .[] | ["said", $pair, $kind, $name, .[0].name, .[1].name]),
    (.removed // [] | .[] | ["gone", $pair, $kind, $name, .name, ""]), (.added // [] | .[] | ["new", $pair, $kind, $name, .name, ""]) |
    join("\t")' "$scratch/diff.json"
done <"$scratch/pairs" >"$scratch/facts"

# Both names are what these kernels have: the old one in the first alone, the new one in the second alone.
right=0 wrong=0 missed=0
while IFS=$'\t' read -r verdict from to kind type old new; do
  key=$from$'\t'$to$'\t'$kind$'\t'$type
  if grep -qxF "said"$'\t'"$key"$'\t'"$old"$'\t'"$new" "$scratch/facts"; then
    [ "$verdict" = yes ] && right=$((right + 1)) || wrong=$((wrong + 1))
  elif ! grep -qF "gone"$'\t'"$key"$'\t'"$old"$'\t' "$scratch/facts" || ! grep -qF "new"$'\t'"$key"$'\t'"$new"$'\t' "$scratch/facts"; then
    complain "$list: $from has no $type.$old that is gone in $to, or $to no new $new"
  elif [ "$verdict" = yes ]; then
    missed=$((missed + 1))
  fi
done < <(grep -v '^#' "$list")
[ $((right + missed)) -ge 40 ] || complain "only $((right + missed)) known renames"
[ $((100 * right)) -ge $((95 * (right + wrong))) ] || complain "$wrong of $((right + wrong)) are no renames"
[ $((100 * right)) -ge $((60 * (right + missed))) ] || complain "only $right of $((right + missed)) are found"
echo "renames: $right of $((right + missed)) known ones are said, and $wrong that are none"
exit $bad
