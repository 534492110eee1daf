#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does every shipped snapshot follow docs/schema/snapshot.json, every shipped history docs/schema/history.json, and what is
# shipped about BPF objects docs/schema/check.json?
# Needs jq and python3-jsonschema.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
python3 -c 'import jsonschema' 2>/dev/null || {
  echo "no Python module jsonschema (apt-get install python3-jsonschema)"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

# What the schema says of cells does not depend on the context: one cell in each state speaks for the others of a row.
# It does not depend on the words of evidence either, or on the number of names.
thin='
  (.kfuncs[], .helpers[]).cells |= (to_entries | unique_by(.value) | from_entries) |
  .reasons |= unique_by([.errno, .rule, (.line | type), (.cells | map(keys) | unique)]) |
  (.reasons[].cells[] | .kfuncs, .helpers, .contexts | select(.)) |= .[:3]'
for folder in data/snapshots data/probed; do
  for file in "$folder"/*.json.gz; do
    gzip -dc "$file" | jq -c "$thin" >"$scratch/$(basename "$folder")-$(basename "$file" .json.gz).jsonl" ||
      complain "$file: damaged"
  done
  gzip -dc "$folder/history.jsonl.gz" >"$scratch/$(basename "$folder").history" || complain "$folder: no history"
done
[ "$(find "$scratch" -name '*.jsonl' | wc -l)" -gt 40 ] || complain "only few snapshots"
tests/schema/schema.py docs/schema/snapshot.json "$scratch"/*.jsonl || complain "a snapshot does not follow its schema"

for file in data/checks/*.json.gz; do
  # Each cell of a program is like the others.
  gzip -dc "$file" | jq -c '.kernels |= .[:3] | .objects[].programs[].kernels |= .[:3]' >"$scratch/check.jsonl" ||
    complain "$file: damaged"
  tests/schema/schema.py docs/schema/check.json "$scratch/check.jsonl" || complain "$file does not follow its schema"
done

# follows NAME: the lines of $scratch/NAME, of cells each twentieth: they are thousands, and all alike.
follows() {
  awk '!/^{"cells"/ || n++ % 20 == 0' "$scratch/$1" >"$scratch/$1.jsonl"
  tests/schema/schema.py docs/schema/history.json "$scratch/$1.jsonl"
}
for name in snapshots probed; do
  follows "$name.history" || complain "data/$name: the history does not follow its schema"
done
grep -m 1 '^{"kfunc"' "$scratch/probed.history" >"$scratch/line"
for change in 'del(.module)' '.rows[0].cells = "5Z"' '.rows[0].more = 1' '.rows[0].evidence = [[1, null]]' '.rows = []' \
  '{more: 1}'; do
  jq -c "$change" "$scratch/line" >"$scratch/changed"
  ! follows changed 2>/dev/null || complain "history: $change follows the schema"
done
grep -m 1 '^{"cells"' "$scratch/probed.history" >"$scratch/line"
for change in 'del(.predicted)' '.runs = "5Z"' '.more = 1'; do
  jq -c "$change" "$scratch/line" >"$scratch/changed"
  ! follows changed 2>/dev/null || complain "history: cells: $change follows the schema"
done

exit $bad
