#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Includes point one way only, and a library is used only in the layers it belongs to.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

# Lower number, lower layer. A file may include its own layer and those below.
layer() {
  case $1 in
  util_* | embed.*) echo 0 ;;
  kernel.* | kernel_* | snapshot.* | snapshot_*) echo 1 ;;
  load_*) echo 2 ;;
  probe.* | probe_* | query_* | compare_* | require.* | require_*) echo 3 ;;
  render_*) echo 4 ;;
  cli.* | cli_*) echo 5 ;;
  cmd.* | cmd_*) echo 6 ;;
  main.*) echo 7 ;;
  *) echo unknown ;;
  esac
}

bad=0
complain() {
  echo "$1"
  bad=1
}

for file in src/*.[ch]; do
  own=$(layer "$(basename "$file")")
  [ "$own" != unknown ] || complain "$file: its prefix belongs to no layer"
  while IFS= read -r header; do
    other=$(layer "$header")
    [ "$other" != unknown ] || continue
    [ "$other" -le "$own" ] 2>/dev/null ||
      complain "$file: includes $header of a layer above"
    # Two sides of one layer: what probes and what asks do not know each other.
    case $(basename "$file"):$header in
    probe*:require*) complain "$file: includes $header" ;;
    esac
  done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
done

only() {
  local header=$1 pattern=$2 file
  while IFS= read -r file; do
    [[ $(basename "$file") =~ $pattern ]] || complain "$file: uses $header outside of its layer"
  done < <(grep -lE "^#include <$header" src/*.[ch])
}
only 'jansson\.h' '^(load_|render_json)'
only 'bpf/' '^probe_'
only '(libelf|gelf|elfutils|zlib|lzma|zstd|lz4|bzlib)' '^load_'
only 'nettle/' '^load_'
only 'unicorn/' '^load_emulate'

exit $bad
