#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every name of the kallsyms and the BTF of a kernel's image is in the shipped store, and show answers some of them, drawn at
# random. KERNELS='amd64-6.1-cloud ...' for others; the image must be the build that the store has. NAMES_SEED repeats a
# draw. Needs kcompat in PATH, and the unit program tests/store/data beside it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/lib/kernel.sh
. tests/lib/kernel.sh
build=$(dirname "$(command -v kcompat)")
# In a run of all tests, the unit programs are those of the build with sanitizers.
program=$build/tests/store/data
[ -x "$program" ] || program=${build%/*}/check-asan/tests/store/data
[ -x "$program" ] || { echo "no tests/store/data beside $build/kcompat" && exit 77; }
seed=${NAMES_SEED:-$RANDOM}
bad=0
done=0

for name in ${KERNELS:-amd64-6.12-cloud}; do
  release=$(gzip -dc "data/snapshots/$name.json.gz" | jq -r .kernel.release)
  files=$(kernel_files "$name" 2>"$scratch/reason") || continue
  image=$(head -n 1 <<<"$files")
  # The archive may have another build by now.
  [[ $image == *"$release"_* ]] || continue
  done=1
  KCOMPAT_STORE=data/kernels.kts KCOMPAT_IMAGE=$image KCOMPAT_KERNEL=$release "$program" >"$scratch/said" 2>&1 ||
    { bad=1 && echo "$name:" && cat "$scratch/said"; }
  grep -q '[1-9][0-9][0-9][0-9]* symbols, 0 missing' "$scratch/said" || { bad=1 && echo "$name: no symbols were looked for"; }
  sed -n 's/^sample: //p' "$scratch/said" | shuf --random-source=<(yes "$seed") -n 40 >"$scratch/sample"
  mapfile -t names <"$scratch/sample"
  [ ${#names[@]} -eq 40 ] || { bad=1 && echo "$name: ${#names[@]} names to show"; }
  kcompat show -k "$name" "${names[@]}" >/dev/null 2>"$scratch/errors" || { bad=1 && cat "$scratch/errors"; }
done
[ $done -eq 1 ] || { echo "no image of the stored build: $(tail -n 1 "$scratch/reason")" && exit 77; }
[ $bad -eq 0 ] || echo "NAMES_SEED=$seed"
exit $bad
