#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No file of src/ or lab/ needs itself through the files that it calls: each can be read after those. Needs kcompat in
# PATH, beside the objects it was linked from, and binutils.
set -uo pipefail
build=$(dirname "$(command -v kcompat)")
mapfile -t objects < <(cd "$build" && find src lab -name '*.o' | sort)
[ "${#objects[@]}" -gt 100 ] || {
  echo "no objects beside $build/kcompat"
  exit 77
}

# "USER OWNER" for each pair of objects, by the symbols that one defines and the other does not.
pairs=$(cd "$build" && nm -A "${objects[@]}" | awk '
  { sub(/:.*/, "", $1) }
  $2 ~ /[TDBRV]/ { owner[$3] = $1 }
  $2 == "U" { used[$1 " " $3] }
  END {
    for (use in used) {
      split(use, part, " ")
      if (part[2] in owner && owner[part[2]] != part[1]) print part[1], owner[part[2]]
    }
  }')
[ "$(printf '%s\n' "$pairs" | wc -l)" -gt 500 ] || {
  echo "only few pairs of objects: nm was not understood"
  exit 1
}
said=$(printf '%s\n' "$pairs" | tsort 2>&1 >/dev/null)
[ -z "$said" ] || {
  echo "files that need each other:"
  printf '%s\n' "$said"
  exit 1
}
