#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kcompat check --profile and --load: what the loader does, and the loads that prove it. Needs kcompat in PATH, a clang
# for BPF and, for the loads, bpf(2).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
object=$scratch/loader.o
"$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$object" tests/fixtures/objects/loader.bpf.c || exit 2
schema=$(python3 -c 'import jsonschema' 2>/dev/null && echo yes)
kernel=(-k amd64-6.12-cloud)

# check ARGUMENT...: the answer in $scratch/answer.
check() {
  kcompat check --json "$object" "$@" >"$scratch/answer" 2>"$scratch/errors"
  local status=$?
  # Nothing is answered if the profile is wrong.
  [ $status -eq 2 ] || [ -z "$schema" ] || tests/schema/schema.py docs/schema/check.json "$scratch/answer" || complain "$*: does not follow the schema"
  return $status
}
# need PROGRAM KIND NAME STATE GUARD: with this text in its guard.
need() {
  local found
  found=$(jq -c --arg program "$1" --arg kind "$2" --arg name "$3" \
    '.objects[0].programs[] | select(.name == $program).kernels[0].needs[] | select(.kind == $kind and .name == $name)' \
    "$scratch/answer")
  [ "$(jq -r .state <<<"$found")" = "$4" ] || complain "$1: $2 $3 is not $4: ${found:-no such need}"
  [[ "$(jq -r '.guard // ""' <<<"$found")" = *"$5"* ]] || complain "$1: $2 $3: no $5: $found"
}

# Without a profile, each need says the line to write.
check "${kernel[@]}"
need looks_up map sized conditional 'map sized max_entries = NUMBER'
need looks_up map outer conditional 'map outer inner = MAP'
need looks_up map template met ''
need walks map traces conditional "'map traces max_entries = NUMBER' in a profile, 'map traces value_size = NUMBER' in a profile"
need switched helper bpf_xdp_adjust_head conditional 'rodata level = VALUE'
need aimed section tp_btf conditional 'program aimed target = FUNCTION'
need typed section its_own_section conditional 'program typed section = SECTION'

# An empty profile: the loader does nothing of it.
check --profile /dev/null "${kernel[@]}"
need looks_up map sized unmet ''
need switched helper bpf_xdp_adjust_head met ''

cat >"$scratch/good" <<'PROFILE'
# what the loader does
map sized max_entries = 0x1000
map outer inner = template
rodata level=2   # as its option -l
rodata label = "x y"
program aimed target = sched_switch
map traces max_entries = 64
map traces value_size = 8
program typed section = socket
loader libbpf
PROFILE
check --profile "$scratch/good" "${kernel[@]}"
need looks_up map sized met ''
need looks_up map outer met ''
need switched helper bpf_xdp_adjust_head met ''
need typed section socket met ''
sed 's/level=2/level=3/; s/^program typed.*/program typed off/' "$scratch/good" >"$scratch/other"
check --profile - "${kernel[@]}" <"$scratch/other"
need switched helper bpf_xdp_adjust_head unmet ''
jq -e '.objects[0].programs[] | select(.name == "typed").optional' "$scratch/answer" >/dev/null || complain "off is not optional"

# Mistakes have the file, the line and what is wrong.
while IFS='|' read -r line message; do
  printf '# first\n%s\n' "$line" >"$scratch/wrong"
  check --profile "$scratch/wrong" "${kernel[@]}"
  [ $? -eq 2 ] || complain "'$line' is no error"
  [[ "$(cat "$scratch/errors")" = *"wrong:2: "*"$message"* ]] || complain "'$line': not '$message': $(cat "$scratch/errors")"
done <<'WRONG'
rodata levle = 1|no object has the variable of .rodata levle (did you mean 'level'?)
rodata level = 256|256 is no value for the 1 bytes of level
rodata level = -129|-129 is no value
rodata level = two|two is no value
rodata label = x|x is no value for the 8 bytes of label
rodata label = "12345678"|the text does not fit
rodata level 1|no such statement
map nothing max_entries = 4|no object has the map nothing
map sized max_entries = -4|-4 is no number
map sized entries = 4|no such statement
map outer inner = inside|inside is no map of the object
program aimd off|no object has the program aimd (did you mean 'aimed'?)
program aimed on off|no such statement
loader bcc|no such loader
lodaer libbpf|no such statement
WRONG
check --profile "$scratch/none" "${kernel[@]}"
[ $? -eq 2 ] || complain "a profile that does not exist is no error"
printf 'rodata level = 1\0\n' >"$scratch/wrong"
check --profile "$scratch/wrong" "${kernel[@]}"
[ $? -eq 2 ] || complain "a NUL is no error"
check --load "${kernel[@]}"
[ $? -eq 2 ] || complain "--load asks a shipped kernel"
check --attach=try
[ $? -eq 2 ] || complain "--attach=try without --load is no error"

# The loads: everything loads with the first profile, and not with the second.
kcompat require -q context:socket 'context:tp_btf/sched_switch' map:hash_of_maps || exit $bad
check --load --profile "$scratch/good" || complain "not all programs load: $(jq -c '[.objects[0].programs[] | {name, proof}]' "$scratch/answer")"
jq -e '[.objects[0].programs[].proof.load] == ["yes", "yes", "yes", "yes", "yes"]' "$scratch/answer" >/dev/null || complain "not five loads"
check --load --attach=try --program aimed --profile "$scratch/good" || complain "aimed does not attach"
jq -e '.objects[0].programs[0].proof.attach == "yes"' "$scratch/answer" >/dev/null || complain "aimed is not attached"
check --load --profile "$scratch/other"
[ $? -eq 1 ] || complain "the second profile is no failure"
jq -e '.objects[0].programs[] | select(.name == "switched").proof | .load == "no" and .errno == 22 and (.by_libbpf | not) and
  (.words | contains("bpf_xdp_adjust_head"))' "$scratch/answer" >/dev/null ||
  complain "not refused: $(jq -c '.objects[0].programs[] | select(.name == "switched").proof' "$scratch/answer")"
check --load --program looks_up
jq -e '.objects[0].programs[0].proof | .load == "no" and .by_libbpf' "$scratch/answer" >/dev/null || complain "a map without a size is made"
kcompat check --load --profile "$scratch/other" "$object" >"$scratch/text"
grep -q 'switched *fails *no' "$scratch/text" || complain "no row of switched: $(cat "$scratch/text")"
grep -q '4 programs by libbpf [0-9.]*, 4 as predicted' "$scratch/text" || complain "no sum: $(tail -1 "$scratch/text")"
[ -z "$(find /sys/fs/bpf -newer "$object" -name 'sized' 2>/dev/null)" ] || complain "a map stayed"
exit $bad
