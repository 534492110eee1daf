#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kcompat require --from-object: require -f must not contradict check, on the running kernel and on shipped ones. Objects
# are given, or compiled here. Needs kcompat in PATH, and a clang for BPF.
# usage: tests/check/requirements.sh [OBJECT]...
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

files=("$@")
if [ $# -eq 0 ]; then
  compiler=$(tools/bpf-compiler) || exit 77
  for name in calls fields requirements strong task; do
    "$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/$name.o" "tests/fixtures/objects/$name.bpf.c" || exit 2
    files+=("$scratch/$name.o")
  done
fi

# The needs that a requirements file has no word for.
unsaid='.kind == "license" or .kind == "section" or (.kind == "extern" and .scope == "object")'
asked=0 same=0
# agree FILE KERNEL...: kernels as of --kernel; none: the running one.
agree() {
  local file=$1 gate check first name
  name="$(basename "$file") on ${3:-live}"
  kcompat require --from-object "$file" >"$scratch/requirements" 2>"$scratch/errors" || {
    kcompat check "$file" "${@:2}" >/dev/null 2>&1 &&
      complain "$name: no requirements, and check is content: $(cat "$scratch/errors")"
    return
  }
  grep -qv '^#' "$scratch/requirements" || return
  gate=$(kcompat require --json -f "$scratch/requirements" "${@:2}" 2>&1 | tee "$scratch/gate" | jq -r .verdict)
  check=$(kcompat check --json "$file" "${@:2}" 2>&1 | tee "$scratch/check" | jq -r .verdict)
  asked=$((asked + 1))
  case $gate-$check in
  satisfied-met | missing-unmet | unknown-unknown | unknown-blocked) same=$((same + 1)) ;;
  satisfied-unmet)
    # A comment asks for nothing: the code tests for it.
    first=$(jq -c --rawfile said <(grep '^#' "$scratch/requirements") "[.objects[].programs[] | select(.optional | not) |
      .kernels[].needs[] | select(.state == \"unmet\") | select(($unsaid) | not) |
      .name as \$name | select(\$said | contains(\$name) | not)] | .[0] // empty" "$scratch/check")
    [ -z "$first" ] || complain "$name: satisfied, and check has $first"
    ;;
  missing-met | missing-conditional)
    complain "$name: $check, and require has $(jq -c '[.requirements[] | select(.result == "no")] | .[0]' "$scratch/gate")"
    ;;
  *-null | -* | *-) complain "$name: no answer: $(head -3 "$scratch/gate" "$scratch/check")" ;;
  esac
}

if [ $# -eq 0 ]; then
  kcompat require --from-object "$scratch/requirements.o" -o "$scratch/written" || complain "no requirements"
  diff - "$scratch/written" <<'FILE' || complain "other requirements"
# Requirements of BPF objects, by kcompat require --from-object.
# Comments: what code tests for, and what a loader can choose.
# requirements.o
# for every program of the object
config:CONFIG_BPF
# config:CONFIG_NO_SUCH_OPTION  # a weak extern
# func:no_such_kfunc  # a weak extern
map:hash
# program reads, SEC("raw_tp/sys_enter")
context:raw_tracepoint
attach:raw_tp/sys_enter
helper:bpf_map_lookup_elem@raw_tracepoint
struct:task_struct.comm
helper:bpf_probe_read_kernel@raw_tracepoint
struct:task_struct.pid
# struct:sock_common.no_such_member  # a test may guard it, which only the kernel's types answer
# helper:bpf_ktime_get_ns@raw_tracepoint  # the loader may switch it off by the variable with_time: 'rodata with_time = VALUE' in a profile
enum:bpf_map_type.BPF_MAP_TYPE_HASH
# program optional, SEC("?tc")
# context:tc  # the program is loaded only on request
# helper:bpf_ktime_get_ns@tc  # the program is loaded only on request
# program asks, SEC("xdp")
context:xdp
# kfunc:no_such_kfunc@xdp  # a test may guard it, which only the kernel's types answer
# program aimed, SEC("fentry")
# the section names no target: the loader sets it
FILE
  kcompat require --from-object tests/check/requirements.sh >/dev/null 2>&1
  [ $? -eq 2 ] || complain "a script is an object"
  kcompat require --from-object "$scratch/requirements.o" map:hash >/dev/null 2>&1
  [ $? -eq 2 ] || complain "--from-object takes a requirement beside it"
fi

for file in "${files[@]}"; do
  agree "$file"
  agree "$file" -k amd64-5.10-cloud
  agree "$file" -k amd64-6.12-cloud
done
echo "$asked comparisons, $same with the same word"
[ "$asked" -gt 0 ] || complain "nothing was compared"
exit $bad
