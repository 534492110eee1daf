#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does a complete snapshot know as much as the kernel that it came from? Asks the running kernel and
# the snapshot of the same moment the same requirements: of every kind that a snapshot can hold,
# from the kernel's own lists, and names that no kernel has. Needs kcompat in PATH and jq.
# Exit status 1: the answers differ; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

kcompat probe --json --full -o "$scratch/kernel.json" || exit 1
jq -e '.source.facts | index("btf")' "$scratch/kernel.json" >/dev/null || {
  echo "this kernel has no BTF"
  exit 77
}

# At most N elements of a list, spread over it.
cat >"$scratch/questions.jq" <<'JQ'
def spread(n): . as $list | ($list | length) as $cnt |
  if $cnt <= n then $list else [range(n) as $i | $list[($i * $cnt / n | floor)]] end;
def names: [.[].name];
([.contexts[].name | select(test("^(iter|struct_ops)(\\.s)?$") | not)]) as $contexts |
([.kfuncs | names | unique | spread(60) | .[]]) as $kfuncs |
([.helpers | names | spread(60) | .[]]) as $helpers |
[
  ($contexts | spread(60) | .[] | "context:" + .),
  ($kfuncs | to_entries[] | "kfunc:" + .value + "@" + $contexts[(.key * 37) % ($contexts | length)]),
  ($kfuncs | spread(8) | .[] | "kfunc:" + .),
  ("socket", "netfilter", "tc" | "helper:bpf_kptr_xchg@" + .),
  ($helpers | to_entries[] | "helper:" + .value + "@" + $contexts[(.key * 53) % ($contexts | length)]),
  ($helpers | spread(8) | .[] | "helper:" + .),
  (.program_types | names | .[] | "prog:" + .),
  (.map_types | names | .[] | "map:" + .),
  (.link_types | names | .[] | "link:" + .),
  (.attach_types | names | spread(30) | .[] | "attach:" + .),
  (.features | names | .[] | if startswith("tag:") then . else "feature:" + . end),
  (.functions | names | .[] | "func:" + .),
  (.config | keys | spread(20) | .[] | "config:" + .),
  (.config | to_entries | map(select(.value | test("^[ymn0-9]+$"))) | spread(10) | .[] |
    "config:" + .key + "=" + .value, "config:" + .key + "=n"),
  "kfunc:bpf_no_such_kfunc@xdp", "kfunc:bpf_no_such_kfunc", "kfunc:vfs_read@xdp", "kfunc:vfs_read",
  "helper:bpf_no_such_helper@tc", "helper:bpf_no_such_helper", "helper:vfs_read@xdp",
  "kfunc:bpf_no_such_kfunc@iter/no_such", "helper:bpf_loop@iter/no_such",
  "helper:bpf_loop@struct_ops/no_such_ops", "kfunc:bpf_rcu_read_lock@struct_ops/no_such_ops/init",
  "context:iter/no_such", "context:iter.s/no_such", "context:struct_ops/no_such_ops",
  "context:struct_ops.s/no_such_ops", "context:struct_ops/no_such_ops/init",
  "context:struct_ops/tcp_congestion_ops/no_such", "context:struct_ops/tcp_congestion_ops/name",
  "context:struct_ops.s/tcp_congestion_ops/no_such", "context:struct_ops/sched_ext_ops",
  "config:CONFIG_NO_SUCH_OPTION", "config:CONFIG_NO_SUCH_OPTION=n", "config:CONFIG_BPF=m"
] | .[]
JQ
jq -r -f "$scratch/questions.jq" "$scratch/kernel.json" >"$scratch/kernel.req" || exit 1
cnt=$(wc -l <"$scratch/kernel.req")
if [ "$cnt" -lt 300 ]; then
  echo "only $cnt requirements"
  exit 1
fi

# The answers as lines "VALUE REQUIREMENT". The exit status of require is about the kernel.
ask() {
  kcompat require --json -f "$scratch/kernel.req" "$@" >"$scratch/answer.json" || [ $? -ne 2 ] || exit 1
  jq -r '.requirements[] | .result + " " + .requirement' "$scratch/answer.json"
}

ask >"$scratch/live" || exit 1
cp "$scratch/answer.json" "$scratch/live.json"
ask -k "$scratch/kernel.json" >"$scratch/stored" || exit 1
[ "$(wc -l <"$scratch/live")" -eq "$cnt" ] || exit 1
if ! diff "$scratch/live" "$scratch/stored" >"$scratch/differences"; then
  echo "< the running kernel, > its snapshot:"
  cat "$scratch/differences"
  for file in live answer; do
    jq -r --arg file "$file" '.requirements[] | $file + ": " + .requirement + ": " + .reason' "$scratch/$file.json" |
      grep -Ff <(sed -n 's/^[<>] [a-z]* //p' "$scratch/differences")
  done
  exit 1
fi

# The kernel's BTF as an image: types have the same answer there.
types=(struct:task_struct.pid struct:task_struct.no_such_member enum:bpf_map_type.BPF_MAP_TYPE_HASH
  enum:bpf_map_type.BPF_MAP_TYPE_NO_SUCH enumerator:BPF_FUNC_map_lookup_elem typedef:pid_t union:bpf_attr
  field:task_struct.pid:int field:task_struct.pid:long field:task_struct.no_such_member var:runqueues
  raw_tracepoint:sched_switch)
values() { jq -r '.requirements[].result'; }
kcompat require --json "${types[@]}" | values >"$scratch/live.types"
kcompat require --json -k /sys/kernel/btf/vmlinux "${types[@]}" | values >"$scratch/image.types"
if ! grep -qx yes "$scratch/live.types" || ! diff "$scratch/live.types" "$scratch/image.types"; then
  echo "< the running kernel, > its BTF as an image: ${types[*]}"
  exit 1
fi

# A cell does not depend on what else was asked: the same programs of bpf/ are tried for one name.
names=(bpf_arena_free_pages bpf_percpu_obj_drop_impl bpf_map_lookup_elem bpf_get_stackid)
kcompat probe --json "${names[@]}" -o "$scratch/names.json" || [ $? -eq 1 ] || exit 1
cells() {
  jq -S --arg names "${names[*]}" \
    '($names | split(" ")) as $names | [(.kfuncs, .helpers)[] | select(.name | IN($names[])) | {name, cells}]' "$1"
}
cells "$scratch/kernel.json" >"$scratch/cells"
if ! grep -q '"loadable"' "$scratch/cells" || ! diff "$scratch/cells" <(cells "$scratch/names.json"); then
  echo "< cells of everything, > cells of ${names[*]}"
  exit 1
fi
for value in yes no; do
  if ! grep -q "^$value " "$scratch/live"; then
    echo "no answer is $value"
    exit 1
  fi
done
echo "$cnt requirements have the same answer: $(cut -d' ' -f1 "$scratch/live" | sort | uniq -c | tr -s '\n ' ' ')"
