#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes one snapshot again from its package (30 MB), which stays in the cache. From the package that the shipped
# snapshot is of, the same must come; another revision must give a whole snapshot, and what it has is its own matter.
# Skipped, with the reason, where no package can be had. Needs kcompat in PATH, apt and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
name=amd64-6.1-cloud
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
skip() {
  echo "$1"
  exit 77
}

command -v apt-get >/dev/null || skip "no apt"
KCOMPAT=$(command -v kcompat) KCOMPAT_SNAPSHOTS=$scratch KCOMPAT_KEEP=1 \
  timeout 55 tools/update-snapshots "$name" >"$scratch/said" 2>&1
status=$?
cat "$scratch/said"
case $status in
0) ;;
2 | 3) skip "$name: no package: $(tail -n 1 "$scratch/said")" ;;
124) skip "$name: not downloaded within 55 s" ;;
*) exit 1 ;;
esac

# The version of the program that wrote it may differ, and a later version writes the architecture and the fingerprint, too.
gzip -dc "$scratch/$name.json.gz" | jq -S 'del(.meta.kcompat, .kernel.architecture, .fingerprint)' >"$scratch/fresh.json" || exit 1
gzip -dc "data/snapshots/$name.json.gz" | jq -S 'del(.meta.kcompat, .kernel.architecture, .fingerprint)' >"$scratch/shipped.json" || exit 1
if [ "$(jq -c .source.inputs "$scratch/fresh.json")" = "$(jq -c .source.inputs "$scratch/shipped.json")" ]; then
  diff -u "$scratch/shipped.json" "$scratch/fresh.json" | head -n 50
  cmp -s "$scratch/shipped.json" "$scratch/fresh.json" || {
    echo "$name: not what is shipped (make data KERNELS=$name)"
    exit 1
  }
  exit 0
fi

echo "another revision than the shipped snapshot's: $(jq -c '[.source.inputs[].name]' "$scratch/fresh.json")"
diff <(jq -r '.kfuncs[].name' "$scratch/shipped.json" | sort) <(jq -r '.kfuncs[].name' "$scratch/fresh.json" | sort) | grep '^[<>]'
jq -e '["btf", "kallsyms", "config", "modules", "kfunc_sets"] - .source.facts == [] and (.kfuncs | length > 0)' \
  "$scratch/fresh.json" >/dev/null || {
  echo "$name: facts are missing: $(jq -c .source.facts "$scratch/fresh.json")"
  exit 1
}
