#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does tests/lint/layers.sh find faults? Each fault is made in a copy of the tree and must be reported.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0

# fault MESSAGE COMMAND...: the command makes the fault in a fresh copy.
fault() {
  local message=$1
  shift
  rm -rf "$scratch/tree"
  mkdir -p "$scratch/tree/docs"
  cp -r src "$scratch/tree/src" && cp docs/architecture.md "$scratch/tree/docs/" || exit 2
  (cd "$scratch/tree" && "$@") || exit 2
  if bash tests/lint/layers.sh "$scratch/tree" >"$scratch/said" || ! grep -qF -- "$message" "$scratch/said"; then
    echo "not seen: $message"
    cat "$scratch/said"
    bad=1
  fi
}
# shellcheck disable=SC2317 # called by fault
add() { echo "#include $2" >>"$1"; }
# shellcheck disable=SC2317
row() { sed -i "s/^| \`$1\` |\([^|]*\)|[^|]*|/| \`$1\` |\1| $2 |/" docs/architecture.md; }

fault 'src/btf/btf.c: includes kernel/kernel.h, but btf may not use kernel' add src/btf/btf.c '"kernel/kernel.h"'
fault 'src/cli/scan.c: includes probe/kit.h, which is private to probe' add src/cli/scan.c '"probe/kit.h"'
fault 'src/btf/btf.c: includes <jansson.h>, a library' add src/btf/btf.c '<jansson.h>'
fault 'src/util/buf.c: includes nowhere/x.h, which is in no folder' add src/util/buf.c '"nowhere/x.h"'
fault 'btf: uses itself through others' row btf 'util kernel'
fault 'btf: may use image, and does not' row btf 'util image'
fault 'src/drawer: not in the table' mkdir src/drawer
fault 'btf: no such folder in src' mv src/btf src/types
fault 'no table of folders' sed -i '/^| `/d' docs/architecture.md
exit $bad
