#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plans real calls on kernels of the lab: DIRECTORY/NAME.json is the snapshot of each. tools/update-calls takes the figures
# and the recipes from them.
# usage: lab/suites/calls.sh DIRECTORY [OPTION-OF-KCOMPAT-LAB...] KERNEL...
# Modules are left out, because they are not the same ones on all kernels. Exit status: 0 all probed, 1 some were not.
# Needs kcompat-lab in PATH. KCOMPAT_LAB_GUESTS as in tests/lab/boot.sh.
set -uo pipefail
results=$1
shift
options=(--fetch-qemu --modules "" --timeout 3600)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
while [ $# -gt 0 ] && [[ $1 == --* ]]; do
  options+=("$1")
  shift
done
status=0
mkdir -p "$results" || exit 1

for name in "$@"; do
  if kcompat-lab run "${options[@]}" "$name" -- kcompat probe --search --only kfuncs,helpers,contexts --json \
    >"$results/$name.json.new" && mv "$results/$name.json.new" "$results/$name.json"; then
    echo "$name: probed"
  else
    rm -f "$results/$name.json.new"
    echo "$name: not probed" >&2
    status=1
  fi
done
exit $status
