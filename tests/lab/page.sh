#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does docs/lab.md match data/probed/? Is each snapshot probed, does it name its image, and does a rule explain every
# difference? Needs jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
shopt -s nullglob
probed=(data/probed/*.json.gz)
[ ${#probed[@]} -gt 0 ] || {
  echo "no probed snapshots"
  exit 77
}
bad=0
diff -u docs/lab.md <(tools/lab-page) | head -n 40
[ "${PIPESTATUS[0]}" -eq 0 ] || {
  echo "docs/lab.md is not what data/probed says (tools/lab-page >docs/lab.md)"
  bad=1
}
for file in "${probed[@]}"; do
  name=$(basename "$file" .json.gz)
  gzip -dc "$file" | jq -e --slurpfile compared "data/probed/$name.diff.json" '
    .source.kind == "probed" and (.source.inputs | length > 0) and (.source.inputs | all(.sha256 | test("^[0-9a-f]{64}$"))) and
    $compared[0].name == "'"$name"'" and $compared[0].kernel.release == .kernel.release and
    $compared[0].kernel.btf_sha256 == .kernel.btf_sha256 and $compared[0].holds and $compared[0].differences == []' >/dev/null || {
    echo "$name: not probed, of another kernel than its comparison, or with a difference that no rule explains"
    bad=1
  }
done
size=$(du -sb data | cut -f 1)
[ "$size" -lt 20000000 ] || {
  echo "data/ has $size bytes, more than 20 MB"
  bad=1
}
exit $bad
