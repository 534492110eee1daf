#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every name that a stored kernel of 6.12 has is answered by show: some hundred types, tracepoints, hooks, system calls and
# functions, drawn at random, and members and enumerators of such types. NAMES_SEED repeats a draw. Needs kcompat in PATH
# and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
kernel=amd64-6.12-cloud
seed=${NAMES_SEED:-$RANDOM}
draw() { shuf --random-source=<(yes "$seed") -n "$1"; }

# unanswered FILE: names that show does not find, one by one only if it does not find all.
unanswered() {
  local names
  mapfile -t names <"$1"
  kcompat show -j -k $kernel "${names[@]}" >"$scratch/shown" 2>"$scratch/errors" && return
  cat "$scratch/errors"
  return 1
}

kcompat show -j -k $kernel '*' >"$scratch/all.json" || exit 1
bad=0
for kind in struct union enum typedef variable tracepoint lsm_hook syscall function; do
  jq -r --arg kind $kind '.matches[] | select(.kind == $kind) | .name' "$scratch/all.json" | draw 40 >"$scratch/$kind"
  [ "$(wc -l <"$scratch/$kind")" -eq 40 ] || { echo "$kind: fewer than 40 names" && bad=1; }
  unanswered "$scratch/$kind" || bad=1
  # Each under its own kind, with the kernel as the one that has it. A function is a subject, and not a type.
  [ $kind = function ] || jq -r --arg kind $kind '.types[] | select(.kind == $kind and .forms[0].kernels == [0]) | .name' \
    "$scratch/shown" | sort -u | comm -13 - <(sort -u "$scratch/$kind") >"$scratch/other"
  [ $kind = function ] && jq -r '.subjects[].name' "$scratch/shown" | sort -u | comm -13 - <(sort -u "$scratch/$kind") >"$scratch/other"
  [ ! -s "$scratch/other" ] || { echo "$kind: shown as something else: $(head -n 5 "$scratch/other")" && bad=1; }
  case $kind in
  struct) jq -r '.types[] | select(.kind == "struct") | .name as $type | .forms[0].parts[].name | select(. != "") | $type + "." + .' \
    "$scratch/shown" | draw 40 >"$scratch/members" && { unanswered "$scratch/members" || bad=1; } ;;
  enum) jq -r '.types[] | select(.kind == "enum") | .forms[0].parts[].name' "$scratch/shown" | draw 40 >"$scratch/values" &&
    { unanswered "$scratch/values" || bad=1; } ;;
  esac
done
[ $bad -eq 0 ] || echo "NAMES_SEED=$seed"
exit $bad
