#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kcompat check on small objects that are compiled here, against a made-up kernel's BTF and a snapshot: every state and
# need. Needs kcompat in PATH, and a clang for BPF.
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

objects=tests/fixtures/objects
for source in "$objects"/*.c; do
  name=$(basename "${source%%.*}")
  "$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/$name.o" "$source" || exit 2
done
tests/check/section.py "$scratch/kernel.o" .BTF >"$scratch/kernel.btf" || exit 2
snapshot=data/probed/amd64-6.12-cloud.json.gz

schema=$(python3 -c 'import jsonschema' 2>/dev/null && echo yes)

# answer STATUS OBJECT KERNEL: the answer in $scratch/answer, with that exit status.
answer() {
  kcompat check --json "$scratch/$2.o" -k "$3" >"$scratch/answer" 2>"$scratch/errors"
  local status=$?
  [ $status -eq "$1" ] || complain "$2 on $3: exit status $status, not $1: $(cat "$scratch/errors")"
  [ -z "$schema" ] || tests/schema/schema.py docs/schema/check.json "$scratch/answer" || complain "$2 on $3 does not follow the schema"
}

# need PROGRAM KIND NAME STATE [FILTER]: the program has that need in that state, and FILTER holds for it.
need() {
  local found
  found=$(jq -c --arg program "$1" --arg kind "$2" --arg name "$3" \
    '.objects[0].programs[] | select(.name == $program).kernels[0].needs[] | select(.kind == $kind and .name == $name)' \
    "$scratch/answer")
  [ "$(jq -r .state <<<"$found")" = "$4" ] || complain "$1: $2 $3 is not $4: ${found:-no such need}"
  [ -z "${5:-}" ] || jq -e "$5" <<<"$found" >/dev/null || complain "$1: $2 $3: not $5: $found"
}
load() {
  local found
  found=$(jq -r --arg program "$1" '.objects[0].programs[] | select(.name == $program).kernels[0].load' "$scratch/answer")
  [ "$found" = "$2" ] || complain "$1: load is $found, not $2"
}

answer 1 fields "$scratch/kernel.btf"
need has_field core 'struct room.doors' met
need lacks_field core 'struct room.windows' unmet '.source.text == "int lacks_field(unsigned long long *context)"'
need guarded_field core 'struct room.windows' met .guarded
need switched_field core 'struct room.windows' conditional '.guard | contains("with_windows")'
# A made-up kernel has no list of modules, and one of them could have the type.
need lacks_type core 'struct no_such_type.field' unknown '.reason | contains("module")'
need lacks_enumerator core 'enum colour.COLOUR_RED' unmet
load lacks_field unmet

# The shipped store has the types of a shipped kernel.
answer 0 task amd64-6.12-cloud
need reads_state core 'struct task_struct.__state' met
answer 1 task amd64-5.10-cloud
need reads_state core 'struct task_struct.__state' unmet

# Many kernels: each is a column, by version, and a glob names some.
kcompat check --json "$scratch/task.o" -k 'amd64-6.*-cloud' -k amd64-5.10-cloud >"$scratch/answer"
[ $? -eq 1 ] || complain "many kernels: one lacks a field, so 1"
jq -e '[.kernels[].name] as $names | ($names | length > 4) and $names[0] == "amd64-5.10-cloud" and
  ($names[1:] | all(startswith("amd64-6.") and endswith("-cloud"))) and ([.kernels[].types] | all) and
  [.objects[0].programs[0].kernels[].kernel] == $names' "$scratch/answer" >/dev/null ||
  complain "many kernels: $(jq -c '.kernels' "$scratch/answer")"
jq -e '[.objects[0].programs[] | select(.name == "reads_state").kernels[].load] as $all |
  $all[0] == "unmet" and ($all[1:] | all(. != "unmet"))' "$scratch/answer" >/dev/null ||
  complain "many kernels: each has its own answer"

# Hints: which kernels have it, what it is probably called, since when Linux has it. No hint about what no kernel has.
answer 1 hints amd64-6.12-cloud
need reads_old_state core 'struct task_struct.state' unmet \
  '.hint == "shipped kernels have it up to 5.10; here it is probably called __state"'
need reads_nothing core 'struct no_such_type.field' unknown '.hint == null'
need loops helper bpf_loop met '.hint == null'
need traces context fentry/__page_cache_alloc unknown '.hint == "shipped kernels have it up to 5.10"'
answer 1 hints amd64-5.10-cloud
need reads_old_state core 'struct task_struct.state' met '.hint == null'
need loops helper bpf_loop unmet '.hint == "in Linux since 5.17"'
answer 1 hints amd64-6.12-cloud
need reads_registers core 'struct pt_regs.pc' unmet '.hint == "only kernels of arm64 have it"'
answer 1 task amd64-5.10-cloud
need reads_state core 'struct task_struct.__state' unmet \
  '.hint == "shipped kernels have it from 6.1 on; here it is probably called state"'

# A snapshot of another build has no types, but it has the calls.
answer 3 fields tests/fixtures/snapshots/probed-6.18.json
need has_field core 'struct room.doors' unknown '.reason | contains("snapshot")'
answer 1 calls "$snapshot"
need adjusts helper bpf_ktime_get_ns met
need adjusts helper bpf_xdp_adjust_head met
need adjusts_too helper bpf_xdp_adjust_head unmet
need asks_first kfunc no_such_kfunc met .guarded
need does_not_ask kfunc no_such_kfunc unmet
load asks_first met
need no_type section not_a_section conditional '.guard | contains("program no_type section = SECTION")'
jq -e '.objects[0].programs[] | select(.name == "optional").optional' "$scratch/answer" >/dev/null ||
  complain "SEC(\"?xdp\") is not optional"

# With the types, the weak kfunc is 0.
answer 3 calls "$scratch/kernel.btf"
need asks_first extern no_such_kfunc met

answer 1 strong "$snapshot"
need calls_nothing extern no_such_kfunc unmet '.scope == "object"'
answer 1 static "$snapshot"
need pass object libbpf unmet '.scope == "object" and (.reason | contains("maps"))'

# No kernel is asked about a program that is left out.
kcompat check --json --program 'has_*' "$scratch/fields.o" -k "$scratch/kernel.btf" >"$scratch/answer"
jq -e '[.objects[0].programs[].name] == ["has_field"]' "$scratch/answer" >/dev/null || complain "--program leaves others in"

kcompat check --markdown --program 'lacks_f*' "$scratch/fields.o" -k "$scratch/kernel.btf" >"$scratch/answer"
# shellcheck disable=SC2016 # no command substitution
diff - "$scratch/answer" <<'TABLE' || complain "--markdown"
| `fields.o` | `kernel.btf` |
|---|---|
| `lacks_field` | fails: core <code>struct room.windows</code> |
TABLE

# A report of tests: what is not met is a failure, what is not known an error, what is accepted is skipped.
kcompat check --format=junit "$scratch/fields.o" -k "$scratch/kernel.btf" >"$scratch/answer"
for line in 'name="kernel.btf"' 'failures="2"' 'name="lacks_field" classname="fields.o" time="0"><failure' \
  'name="switched_field" classname="fields.o" time="0"><error' 'name="has_field" classname="fields.o" time="0"><error'; do
  grep -qF "$line" "$scratch/answer" || complain "junit: no $line"
done
kcompat check --format=junit --allow=conditional "$scratch/calls.o" -k "$snapshot" >"$scratch/answer"
grep -qF 'name="asks_first" classname="calls.o" time="0"/>' "$scratch/answer" || complain "junit: what is met has not passed"
grep -qF 'name="no_type" classname="calls.o" time="0"><skipped' "$scratch/answer" || complain "junit: --allow=conditional"

# Kernels that do not fit beside each other: those with the same answers are one column, and each reason is there once.
COLUMNS=60 kcompat check "$scratch/task.o" -k 'amd64-*' >"$scratch/answer"
grep -qE '^task\.o +A +B' "$scratch/answer" || complain "text: no letters: $(cat "$scratch/answer")"
grep -q '^A  amd64-5.10-cloud$' "$scratch/answer" || complain "text: no legend: $(cat "$scratch/answer")"
[ "$(grep -c 'core struct task_struct.__state unmet' "$scratch/answer")" = 1 ] || complain "text: a reason is there twice"
awk 'length > 60 { exit 1 }' "$scratch/answer" || complain "text: wider than 60 columns"

# Another licence: only a helper for the GPL that is reached is refused, and no other one.
answer 1 kinds "$snapshot"
need probes license MIT unmet '.reason == "only programs under the GPL may call bpf_probe_read_kernel"'
need may_probe license MIT conditional '.guard | contains("reads_kernel")'
need hook license MIT unmet
jq -e '[.objects[0].programs[] | select(.name == "loops").kernels[0].needs[].kind] | index("license") | not' "$scratch/answer" >/dev/null ||
  complain "bpf_loop is for every licence"

# Objects inside a program, in the order of the file; what only looks like one is left out.
{
  head -c 1000 /bin/bash
  cat "$scratch/fields.o"
  printf '\177ELF\2\1\1 nothing'
  cat "$scratch/strong.o"
} >"$scratch/program"
kcompat check --json "$scratch/program" -k "$snapshot" >"$scratch/answer"
jq -e '[.objects[] | "\(.name) \(.programs[0].name)"] == ["program[1] has_field", "program[2] calls"]' "$scratch/answer" >/dev/null ||
  complain "the objects of a program: $(jq -c '[.objects[].name]' "$scratch/answer")"

# What is no object is refused.
for file in "$objects/kernel.c" /bin/true /dev/null; do
  kcompat check "$file" -k "$snapshot" >/dev/null 2>"$scratch/errors"
  [ $? -eq 2 ] || complain "$file is no error"
  grep -q . "$scratch/errors" || complain "$file: no word why"
done
kcompat check "$scratch/fields.o" --allow=all -k "$snapshot" >/dev/null 2>&1
[ $? -eq 2 ] || complain "--allow=all is no error"
# A program and the functions that it calls: a kernel takes 256 of them.
for cnt in 255 256; do
  python3 - "$cnt" >"$scratch/$cnt.o" <<'P'
import sys

sys.path.insert(0, "tests/lib")
import bpf_object

cnt = int(sys.argv[1])
body = bpf_object.ZERO + bpf_object.EXIT
code = bpf_object.call(-1) * cnt + body
functions = [("program", 1, 0, len(code))] + [(f"f{i}", 2, 16 * i, 16) for i in range(cnt)]
sys.stdout.buffer.write(bpf_object.elf([("raw_tp", code), (".text", body * cnt), ("license", b"GPL\0")], functions,
                                       {1: [(8 * i, i + 2) for i in range(cnt)]}))
P
done
answer 0 255 amd64-6.12-cloud
load program met
answer 1 256 amd64-6.12-cloud
load program unmet
need program object functions unmet
exit $bad
