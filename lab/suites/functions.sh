#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Can a tracer attach to the functions that the image predicts? Samples functions of every kind from a scan, tries a
# real attachment of each in a guest, and compares every answer with the prediction.
# usage: lab/suites/functions.sh DIRECTORY KERNEL INPUT... [-- OPTION...]
# KERNEL is a kernel for kcompat-lab, INPUT its files for kcompat scan, OPTION an option of kcompat-lab run.
# DIRECTORY gets sample, predicted.json, probed.json, compared. Exit status: 0 all agree, 1 some differ, 125 no guest.
# EACH: number of functions of one kind (20). Needs kcompat and kcompat-lab in PATH, jq.
set -uo pipefail
out=$1 kernel=$2
shift 2
inputs=() options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  inputs+=("$1")
  shift
done
[ $# -eq 0 ] || options=("${@:2}")
mkdir -p "$out" || exit 1

kcompat scan --functions="$out/all.functions.gz" -o /dev/null --no-modules "${inputs[@]}" 2>"$out/err" || {
  cat "$out/err"
  exit 1
}
# A function belongs to all kinds that match. A kind with fewer functions gives all of them.
zcat "$out/all.functions.gz" | sed 1d | jq -r '
  # A symbol without a name has that of the function.
  def own: .name as $name | [.symbols[]? | select((.name // $name) == $name)];
  def suffixed($suffix): .name as $name | any(.symbols[]?; .name // $name | startswith($name + $suffix));
  def prototype: .prototype // ([.instances[]?.prototype // empty] | first) // "";
  select(.name // "" | test("^[A-Za-z_][A-Za-z0-9_]*$")) | own as $own | prototype as $prototype
  | .name as $name
  | ([if .inline == "full" then "inlined" elif .inline == "selective" then "selective" elif .inline == "gone" then "gone"
      else empty end,
     ((".isra", ".constprop", ".part", ".cold") as $suffix | if suffixed($suffix) then $suffix else empty end),
     if ($own | map(.address) | unique | length) > 1 then "duplicated" else empty end,
     if .kind == "function" or .kind == "symbol" then empty else .kind end,
     ($own[0] // empty | (.region // empty),
       if .patchable == false and .region == null then "notrace" else empty end,
       if .kprobe_refused then "blacklisted" else empty end,
       if .binding == "weak" then "weak" else empty end,
       if .exported == "yes" or .exported == "gpl" then "exported" else empty end),
     if $prototype | test("\\.\\.\\.\\)$") then "variadic" else empty end,
     if $prototype | test("[(,] ?struct [a-z_0-9]+ [a-z_0-9]+[,)]") then "struct by value" else empty end,
     if ($prototype | [scan(",")] | length) > 5 then "many arguments" else empty end] | unique
    | if . == [] then ["ordinary"] else . end)[]
  | "\(.)\t\($name)"' | LC_ALL=C sort >"$out/kinds"
cut -f 1 "$out/kinds" | uniq | while IFS= read -r kind; do
  awk -F '\t' -v kind="$kind" '$1 == kind' "$out/kinds" | shuf -n "${EACH:-20}" --random-source=<(seq 1000000)
done >"$out/sample"
mapfile -t names < <(cut -f 2 "$out/sample" | LC_ALL=C sort -u)

kcompat scan --json --no-modules "${names[@]/#/--name=}" "${inputs[@]}" >"$out/predicted.json" 2>"$out/err" || [[ $? == [13] ]] || {
  cat "$out/err"
  exit 1
}
kcompat-lab run --modules "" --timeout 600 "${options[@]}" "$kernel" -- \
  kcompat probe --json --only functions --attach "${names[@]}" >"$out/probed.json" 2>"$out/err" || [[ $? == [13] ]] || {
  tail -n 3 "$out/err"
  exit 125
}
jq -rn --slurpfile predicted "$out/predicted.json" --slurpfile probed "$out/probed.json" --rawfile sample "$out/sample" '
  def index: map({(.name): .}) | add;
  def word: if . == true then "yes" elif . == false then "no" else "unknown" end;
  ($predicted[0].functions | index) as $says | ($probed[0].functions | index) as $does
  | ($sample | split("\n") | map(select(. != "") | split("\t")) | group_by(.[1])
    | map({(.[0][1]): (map(.[0]) | join(", "))}) | add) as $kinds
  | $kinds | keys[] as $name | ("fentry", "kprobe") as $way
  | $says[$name].attach[$way] as $said | $does[$name].attached[$way] as $did
  | [if $said == null or $said.possible == null or $did.possible == null then "unknown"
     elif $said.possible == $did.possible then "agrees" else "DIFFERS" end,
     $way, ($said.possible | word), ($did.possible | word), $name, $kinds[$name],
     ($said.reason // ""), ($did.reason // "")] | @tsv' >"$out/compared"
awk -F '\t' '$1 == "DIFFERS" || $4 == "unknown" { print }' "$out/compared"
cut -f 1-4 "$out/compared" | sort | uniq -c
echo "${#names[@]} functions of $(cut -f 1 "$out/sample" | uniq | wc -l) kinds"
! grep -q '^DIFFERS' "$out/compared" && [ "$(jq '.functions | length' "$out/probed.json")" -eq ${#names[@]} ]
