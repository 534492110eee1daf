#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole lab: every kernel, the known facts, and --discover. The table comes at the end.
# usage: lab/suites/all.sh DIRECTORY [OPTION|KERNEL...]     as for kcompat-lab check
# DIRECTORY gets the results. Exit status: 0 every check passed, 1 a check failed. Needs kcompat and kcompat-lab in
# PATH, jq. KCOMPAT_LAB_GUESTS as in tests/lab/boot.sh.
set -uo pipefail
here=$(dirname "$0")
results=$1
shift
options=(--fetch-qemu)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
status=0
mkdir -p "$results" || exit 1

kcompat-lab check "${options[@]}" --output-dir="$results" "$@" >"$results/table.txt" || status=1
if [ -f "$results/amd64-6.1-cloud.json" ]; then
  bash "$here/discover.sh" "$results/discovered" "${options[@]}" || status=1
  bash "$here/../../tests/lab/facts.sh" "$results/discovered" || status=1
fi
bash "$here/../../tests/lab/facts.sh" "$results" || status=1
cat "$results/table.txt"
exit $status
