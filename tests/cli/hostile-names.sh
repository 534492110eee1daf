#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files whose names steer a terminal, forge a line or reorder one: no command passes them on as they are. Needs kcompat
# and kcompat-lab in PATH, and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
name=$'\e]0;owned\a\nkcompat: forged\xe2\x80\xae\xc2\x9b31m'
snapshots=$scratch/snapshots
mkdir "$snapshots" "$snapshots/$name.d"
cp tests/fixtures/snapshots/probed-6.18.json "$snapshots/good.json"
printf 'junk' >"$snapshots/$name.json"
printf '<!-- [KFUNC_DEF] -->\n' >"$snapshots/$name.md"
file=$snapshots/$name.json

# harmless COMMAND...: what it prints holds nothing of the name raw.
harmless() {
  "$@" >"$scratch/out" 2>&1 </dev/null
  if LC_ALL=C grep -qP '\x1b|\x07|\xc2\x9b|\xe2\x80\xae' "$scratch/out" || grep -q '^kcompat: forged' "$scratch/out"; then
    echo "steers a terminal: $*"
    cat -v "$scratch/out"
    bad=1
  fi
}

# hostile COMMAND...: it also names the file, escaped.
hostile() {
  harmless "$@"
  if ! grep -qF '\x1b]0;owned\x07\x0akcompat: forged\u202e\u009b31m' "$scratch/out"; then
    echo "does not name the file: $*"
    cat -v "$scratch/out"
    bad=1
  fi
}
hostile kcompat show -k "$snapshots" bpf_loop
hostile kcompat show -k "$file" bpf_loop
hostile kcompat show -k "$snapshots" "$name"
hostile kcompat diff "$file" "$snapshots/good.json"
hostile kcompat require --kernel "$file" map:hash
hostile kcompat require -f "$file"
harmless kcompat require "map:$name"
hostile kcompat scan "$file"
hostile kcompat probe --root "$snapshots/$name"
hostile kcompat docs check -k "$file" tests/fixtures/docs
harmless kcompat docs check -k "$snapshots/good.json" "$snapshots/$name.md"
hostile kcompat docs page kfunc "$name" -k "$snapshots/good.json"
hostile kcompat docs site "$snapshots/good.json/$name" -k "$snapshots/good.json"
hostile kcompat "$name"
hostile kcompat probe "--$name"
hostile kcompat-lab run "$file" -- true

# The path of a page in a patch starts no line of its own.
mkdir "$snapshots/"$'x\n+++ b'
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$snapshots/"$'x\n+++ b/'
kcompat docs check --format=diff -k "$snapshots/good.json" "$snapshots/"$'x\n+++ b' >"$scratch/out"
[ "$(grep -c '^+++ ' "$scratch/out")" = 1 ] || {
  echo "a path forges a line of a patch"
  head -n 5 "$scratch/out"
  bad=1
}

# A prototype that holds a marker does not end the section that it is in.
cp -r tests/fixtures/docs "$scratch/docs"
jq '(.kfuncs[] | select(.name == "bpf_arena_free_pages")).prototype =
  "void bpf_arena_free_pages(int a) <!-- [/KFUNC_DEF] --> x"' "$snapshots/good.json" >"$scratch/marker.json"
kcompat docs update -k "$scratch/marker.json" "$scratch/docs" >/dev/null
kcompat docs check -k "$scratch/marker.json" "$scratch/docs" >"$scratch/out" 2>&1 || {
  echo "a page cannot be read again"
  cat "$scratch/out"
  bad=1
}

# More than is kept in memory, with characters of two bytes at every place: none is cut in two.
for shift in x xy; do
  jq -c --arg shift "$shift" '.functions = [.functions[0] as $one | range(1300) | . as $number | $one |
    .name = "f\($number)" | .prototypes = ["void f(" + ($shift + "é" * 4000) + ")"]]' \
    tests/fixtures/snapshots/scanned-6.1.json >"$scratch/big.json"
  kcompat show -j -k "$scratch/big.json" 'f*' >"$scratch/printed"
  kcompat show -j -k "$scratch/big.json" -o "$scratch/written" 'f*'
  cmp "$scratch/printed" "$scratch/written" || bad=1
  jq empty "$scratch/printed" || bad=1
done
exit $bad
