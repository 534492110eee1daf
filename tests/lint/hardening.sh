#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is the program built so that a fault in it is hard to use? Needs kcompat in PATH, beside the objects it was linked
# from, and binutils.
set -uo pipefail
program=$(command -v kcompat) || {
  echo "no kcompat in PATH"
  exit 77
}
build=$(dirname "$program")
object=$build/src/util/file.o
[ -f "$object" ] || {
  echo "no objects beside $program"
  exit 77
}
bad=0
# need WHAT PATTERN TEXT: a line of the text matches.
need() {
  grep -qE -- "$2" <<<"$3" || {
    echo "$program: no $1"
    bad=1
  }
}
segments=$(readelf -lW "$program") dynamic=$(readelf -dW "$program")
functions=$(nm "$build"/src/*/*.o) notes=$(readelf -nW "$object")

need "position-independent executable (-pie)" 'Type: *DYN' "$(readelf -hW "$program")"
need "position-independent executable (-pie)" 'FLAGS_1.*PIE' "$dynamic"
need "relocations that become read-only (-z relro)" 'GNU_RELRO' "$segments"
need "binding at the start (-z now)" 'FLAGS.*NOW' "$dynamic"
need "stack without code (-z noexecstack)" 'GNU_STACK .* RW  ' "$segments"
grep -qE 'LOAD .* RWE ' <<<"$segments" && {
  echo "$program: memory that is code and can be written"
  bad=1
}
# What a sanitizer takes the place of. The program alone does not tell: a library in it may have been built so.
if ! grep -q __asan_init <<<"$functions"; then
  need "stack protector (-fstack-protector-strong)" '__stack_chk_fail' "$functions"
  need "checked calls (-D_FORTIFY_SOURCE)" 'U __[a-z]*printf_chk' "$functions"
  case $(uname -m) in
  x86_64) need "indirect branch tracking (-fcf-protection)" 'IBT, SHSTK' "$notes" ;;
  aarch64) need "branch protection (-mbranch-protection)" 'BTI, PAC' "$notes" ;;
  esac
  # Only gcc records the flags.
  producer=$(readelf --debug-dump=info "$object" 2>/dev/null | grep -m 1 DW_AT_producer)
  if grep -q 'GNU C' <<<"$producer"; then
    need "protection from a clash of stacks (-fstack-clash-protection)" 'fstack-clash-protection' "$producer"
  fi
fi
exit $bad
