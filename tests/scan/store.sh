#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `kcompat scan --store`: types and functions of real kernels in one file. What a store answers is what the image itself
# answers, and BTF that is made again is equal to the image's. Needs kcompat in PATH, and EQUAL: the program
# tests/store/equal of a build; without it, that one beside kcompat.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/lib/kernel.sh
. tests/lib/kernel.sh
bad=0
complain() {
  echo "$*"
  bad=1
}
equal=${EQUAL:-$(dirname "$(command -v kcompat)")/tests/store/equal}
store=$scratch/three.kts names=(amd64-6.1-cloud amd64-6.12-cloud arm64-6.12-cloud)

images=()
for name in "${names[@]}"; do
  files=$(kernel_files "$name" 2>"$scratch/reason") || {
    tail -n 1 "$scratch/reason"
    exit 77
  }
  images+=("$(head -n 1 <<<"$files")")
done

# One after another is the same as all at once, in every byte.
for image in "${images[@]}"; do
  kcompat scan --store "$store" "$image" >>"$scratch/said" || complain "$image: exit status $?"
done
kcompat scan --store "$scratch/once.kts" "${images[@]}" >"$scratch/once" || complain "all at once: exit status $?"
cmp "$scratch/said" "$scratch/once" || complain "another report"
cmp "$store" "$scratch/once.kts" || complain "another file"
[ "$(wc -l <"$scratch/said")" -eq 3 ] || complain "expected three lines: $(cat "$scratch/said")"
# The file of callers stands beside it, and changes nothing in it.
kcompat scan --store "$scratch/with.kts" --callers "${images[@]}" >/dev/null || complain "--callers: exit status $?"
cmp "$scratch/with.kts" "$store" || complain "--callers makes another store"
[ "$(kcompat kernels --store "$scratch/with-callers.kts" | awk 'NR > 1 && $2 > 50000' | wc -l)" -eq 3 ] ||
  complain "--callers: $(kcompat kernels --store "$scratch/with-callers.kts")"
kcompat show -k "$scratch/with.kts" vfs_read | grep -q 'called by .*ksys_read' || complain "no caller of vfs_read"
kcompat show -k "$store" vfs_read | grep -q 'callers *unknown (the file of callers is not beside the store)' ||
  complain "without the file of callers: $(kcompat show -k "$store" vfs_read)"
kcompat scan --store "$scratch/with.kts" --forget "$(sed -n '1s/: .*//p' "$scratch/said")" || complain "--forget: exit status $?"
for file in "$scratch"/with{,-callers}.kts; do
  [ "$(kcompat kernels --store "$file" | wc -l)" -eq 3 ] || complain "--forget: $file: $(kcompat kernels --store "$file")"
done
cp "$store" "$scratch/again.kts"
kcompat scan --store "$scratch/again.kts" "${images[2]}" >/dev/null || complain "again: exit status $?"
cmp "$store" "$scratch/again.kts" || complain "the last kernel again makes another file"

# The answers of the image itself, except for those that need its symbols or code.
requirements=(struct:task_struct.__state struct:task_struct.state union:bpf_attr struct:task_struct.se.vruntime
  typedef:pid_t enum:bpf_map_type.BPF_MAP_TYPE_ARENA enumerator:BPF_MAP_TYPE_RINGBUF enumerator:NO_SUCH_VALUE
  struct:no_such_struct union:task_struct typedef:u64 raw_tracepoint:sched_switch raw_tracepoint:no_such_tracepoint
  syscall:read syscall:bpf syscall:no_such_call 'field:task_struct.pid:int' 'field:task_struct.pid:long' field:task_struct.no_such
  'field:file_operations.open:int (*)(struct inode *, struct file *)' var:runqueues tracepoint:sched/sched_switch lsm:file_open
  lsm:no_such_hook func:vfs_read attach:fentry/tcp_connect attach:kprobe/vfs_read attach:fentry/__rcu_read_lock
  attach:fentry/no_such_function)
for i in "${!names[@]}"; do
  name=$(sed -n "$((i + 1))s/: .*//p" "$scratch/said")
  kcompat require -k "$store:$name" "${requirements[@]}" >"$scratch/stored"
  kcompat require -k "${images[i]}" "${requirements[@]}" >"$scratch/image"
  # An image that comes with its configuration knows whether it can have modules, and a store does not.
  grep -v '^unknown' "$scratch/stored" >"$scratch/told"
  grep -vxFf "$scratch/image" "$scratch/told" && complain "$name: the image says otherwise"
  [ "$(grep -c '^\(yes\|no\) *attach:.*derived from the image' "$scratch/image")" -ge 2 ] ||
    complain "$name: the image does not answer attach: $(grep attach: "$scratch/image")"
  [ "$(grep -cE '^(yes|no) ' "$scratch/told")" -ge 8 ] || complain "$name: too few answers: $(cat "$scratch/stored")"
  kcompat require -k "$store:$name" func:vfs_read struct:task_struct.pid >/dev/null || complain "$name: no vfs_read"
  kcompat require -k "$store:$name" 'kfunc:bpf_task_acquire' map:hash config:CONFIG_BPF >/dev/null
  [ $? -eq 3 ] || complain "$name: more than the store has"
done

# attach: as scan of the image says it, of thousands of functions, with the same reasons. A name that a module has, too, is
# left out: a store has no modules.
attachments=$(
  cat <<'JQ'
[.functions[] | select(.attach and (.name | test("^[A-Za-z0-9_]+$")) and all(.symbols[]; .module == "vmlinux"))]
  | length as $cnt
  | [range(0; $cnt; ($cnt / 1900 | ceil)) as $i | .[$i]][]
  | .name as $name | .attach | to_entries[]
  | "attach:\(.key)/\($name) \({"true": "yes", "false": "no"}[.value.possible | tostring] // "unknown") \(.value.reason // "")"
JQ
)
for i in "${!names[@]}"; do
  name=$(sed -n "$((i + 1))s/: .*//p" "$scratch/said")
  kcompat scan --json -n '*' -o "$scratch/all.json" "${images[i]}" || complain "$name: scan: exit status $?"
  jq -r "$attachments" "$scratch/all.json" >"$scratch/scanned"
  cut -d ' ' -f 1 "$scratch/scanned" >"$scratch/questions"
  [ "$(wc -l <"$scratch/questions")" -gt 2000 ] || complain "$name: too few functions"
  kcompat require --json -k "$store:$name" -f "$scratch/questions" >"$scratch/answers.json"
  jq -r '.requirements[] | .requirement + " " + .result + " " + (.reason | sub("^derived from the image(: )?"; ""))' \
    "$scratch/answers.json" | diff "$scratch/scanned" - >"$scratch/differences" ||
    complain "$name: attachments differ: $(head -n 6 "$scratch/differences")"
done

# refused WORDS KERNEL: exit status 2, and the words.
refused() {
  local status
  kcompat require -q -k "$2" struct:task_struct 2>"$scratch/errors"
  status=$?
  if [ $status -ne 2 ] || ! grep -q "$1" "$scratch/errors"; then complain "$2: $status $(cat "$scratch/errors")"; fi
}
# All of them at once, each as alone.
kcompat require --json -k "$store" func:vfs_read struct:task_struct.pid >"$scratch/matrix.json" || complain "$store: exit status $?"
[ "$(jq -r '.kernels[].kernel.name' "$scratch/matrix.json" | sort)" = "$(sed 's/: .*//' "$scratch/said" | sort)" ] ||
  complain "$store: asks $(jq -c '[.kernels[].kernel.name]' "$scratch/matrix.json")"
refused "it has $(sed -n '1s/: .*//p' "$scratch/said"), " "$store:9.9"

# show: since when, and what changed, as the answers of require say it.
shows() {
  kcompat show -k "$store" "$1" >"$scratch/shown" || complain "show $1: exit status $?"
  grep -q "$2" "$scratch/shown" || complain "show $1: expected '$2': $(head -n 12 "$scratch/shown")"
}
first=$(sed -n '1s/: .*//p' "$scratch/said") second=$(sed -n '2s/: .*//p' "$scratch/said")
kcompat show -k "$store" BPF_MAP_TYPE_ARENA | tr -s '\n ' ' ' | grep -qF "first seen in $second, not in $first" ||
  complain "BPF_MAP_TYPE_ARENA: $(kcompat show -k "$store" BPF_MAP_TYPE_ARENA)"
shows bpf_map_type '^  added *BPF_MAP_TYPE_CGRP_STORAGE, value 32$\|^ *BPF_MAP_TYPE_ARENA, value 33$'
shows task_struct.__state 'already in '
shows task_struct '^  6.1 -> 6.12 (amd64 cloud)$'
shows sched_switch '^    argument 2 *struct task_struct \*$'
shows file_open 'int bpf_lsm_file_open('
shows pid_t '__kernel_pid_t pid_t'
kcompat show -k "$store" no_such_name >/dev/null 2>&1
[ $? -eq 3 ] || complain "no_such_name: expected unknown"
if python3 -c 'import jsonschema' 2>/dev/null; then
  kcompat show -j -k "$store" task_struct bpf_map_type sched_switch BPF_MAP_TYPE_ARENA vfs_read >"$scratch/json" ||
    complain "show --json: exit status $?"
  tests/schema/schema.py docs/schema/show.json "$scratch/json" || complain "show --json: another form"
  jq -e '.types[] | select(.name == "BPF_MAP_TYPE_ARENA" or .name == "bpf_map_type.BPF_MAP_TYPE_ARENA")
    | (.absent == [0]) and (.forms[0].parts[0].value == 33)' "$scratch/json" >/dev/null || complain "show --json: the enumerator"
fi

# A store that is damaged is not replaced.
head -c 5000 "$store" >"$scratch/cut.kts"
kcompat scan --store "$scratch/cut.kts" "${images[0]}" 2>"$scratch/errors" && complain "a cut store was taken"
grep -q 'the store is damaged' "$scratch/errors" || complain "cut: $(cat "$scratch/errors")"
[ "$(stat -c %s "$scratch/cut.kts")" -eq 5000 ] || complain "a cut store was written"

if [ -x "$equal" ]; then
  KCOMPAT_IMAGES=$(IFS=:; echo "${images[*]}") "$equal" >"$scratch/equal" 2>&1 || complain "$(cat "$scratch/equal")"
  grep -qE '^[34] kernels: ' "$scratch/equal" || complain "$(cat "$scratch/equal")"
else
  echo "no $equal: the BTF was not compared"
fi
exit $bad
