#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shipped snapshots: each is of one kernel of data/kernels.txt, names its packages, and works in a gate. All of
# data/ is below 20 MB. Needs kcompat in PATH and jq. tests/schema/shipped.sh has the schema.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

size=$(find data -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
[ "$size" -lt 20000000 ] || complain "data/ has $size bytes"

known=$(jq -c '."$defs" | [.predicted_rule, .attach_rule | .anyOf[].const] - ["predicted", null]' docs/schema/snapshot.json)

# Prints the errors of a document that the schema does not find, one text each. If a kernel is split into packages, the
# name of each part ends in the release too: linux-modules-RELEASE_VERSION.
# shellcheck disable=SC2016 # jq's own variables
rules='
  def must(condition; $words): if condition then empty else $words end;
  must(.source.kind == "scanned"; "not scanned"),
  must(.source.inputs | length > 0; "names no package"),
  (.kernel.release as $release | .source.inputs[]? | .name as $name |
    must($name | test("^linux-(image|binary(-unsigned)?|base|modules)-.*_.*_[a-z0-9]+[.]deb$");
      "\($name): no kernel package"),
    must($name | split("_")[0] | endswith("-" + $release); "\($name): not of \($release)")),
  must([.environment.config_source, .environment.limits[].what] | map(select(. != null and test("^/"))) == [];
    "has a path of the machine it was made on"),
  must(.kernel.release and .kernel.version and .kernel.arch; "does not say which kernel it is of"),
  must(.source.facts | index("kallsyms"); "without symbols"),
  must((.source.facts | index("btf")) != null or ([.kfuncs[].cells[]] | unique) == ["impossible"];
    "without BTF, and yet some program may call a kfunc"),
  must((.contexts | length > 50) and (.functions | length > 30); "without contexts or functions"),
  (([.reasons[] | select(.line != null).rule] + [.contexts[] | select(.state != "ok").rule] +
      [.functions[].attach // {} | .[] | select(.reason != null).rule] | unique) - $known |
    must(. == []; "rules that no prediction has: \(.)"))'

# For one snapshot: writes errors to NAME.wrong.
check() {
  local file=$1 name
  name=$(basename "$file" .json.gz)
  {
    awk -v name="$name" '!/^#/ && $4 == name { found = 1 } END { exit !found }' data/kernels.txt ||
      echo "not in data/kernels.txt"
    # The header has no flags and no time: only the content decides the bytes.
    [ "$(od -An -tx1 -j 3 -N 5 "$file")" = " 00 00 00 00 00" ] || echo "its gzip header has a name or a time"
    gzip -dc "$file" >"$scratch/$name.json" && jq -c --argjson known "$known" "$rules" "$scratch/$name.json" ||
      echo "damaged"
    [ "$(wc -l <"$scratch/$name.json")" -eq 1 ] || echo "not one document"
    kcompat require --quiet --kernel "$file" 'kfunc:bpf_no_such_kfunc'
    [ $? -ne 2 ] || echo "kcompat cannot load it"
  } >"$scratch/$name.wrong" 2>&1
}

count=0
for file in data/snapshots/*.json.gz; do
  count=$((count + 1))
  check "$file" &
  [ $((count % $(nproc))) -ne 0 ] || wait
done
wait
[ $count -ge 11 ] || complain "only $count snapshots"
for wrong in "$scratch"/*.wrong; do
  [ ! -s "$wrong" ] || complain "$(basename "$wrong" .wrong): $(cat "$wrong")"
done

# gate KERNEL EXPECTED-STATUS: the requirements on standard input, for a kernel that is not running.
gate() {
  local status
  kcompat require -f - --kernel "data/snapshots/$1.json.gz" >"$scratch/answer" 2>&1
  status=$?
  [ $status -eq "$2" ] || complain "require on $1: exit status $status, expected $2: $(cat "$scratch/answer")"
}
# From the history of Linux: 6.9 added arenas, 5.18 the conntrack kfuncs for XDP and tc, 5.17 bpf_loop(), and 6.16
# struct_ops Qdiscs, in which only enqueue() drops packets.
arena='kfunc:bpf_arena_alloc_pages@syscall'
gate amd64-6.1-cloud 1 <<<"$arena"
gate amd64-6.12-cloud 0 <<<"$arena"
gate amd64-6.12-cloud 0 <<<'kfunc:bpf_skb_ct_lookup@tc'
gate amd64-6.12-cloud 1 <<<'kfunc:bpf_skb_ct_lookup@kprobe'
gate amd64-6.12-cloud 1 <<<'kfunc:bpf_qdisc_skb_drop'
gate amd64-6.18-cloud 0 <<<'kfunc:bpf_qdisc_skb_drop@struct_ops/Qdisc_ops/enqueue'
gate amd64-6.18-cloud 1 <<<'kfunc:bpf_qdisc_skb_drop@struct_ops/Qdisc_ops/dequeue'
gate amd64-5.10-cloud 1 <<<'helper:bpf_loop'
# No program calls a kfunc without BTF (armhf), without JIT support (s390x), or before 5.13: the answer is no for
# every name, whether the kernel has it or not.
gate armhf-6.1 1 <<<'kfunc:crash_kexec@xdp'
gate armhf-6.1 1 <<<'not(not(kfunc:crash_kexec))'
gate armhf-6.1 1 <<<'kfunc:bpf_skb_ct_lookup@xdp'
gate s390x-6.12 1 <<<'kfunc:bpf_rdonly_cast'
gate amd64-5.10-cloud 1 <<<'kfunc:bpf_skb_ct_lookup@xdp'
# The kernel's own code decides which programs may use a helper.
gate amd64-6.12-cloud 0 <<<'helper:bpf_loop@xdp'
gate amd64-6.12-cloud 1 <<<'helper:bpf_skb_load_bytes@xdp'
gate amd64-6.12-cloud 0 <<<'config:CONFIG_BPF_SYSCALL=y'
gate amd64-6.12-cloud 1 <<<"$arena"$'\n''all(kfunc:bpf_skb_ct_lookup@tc, kfunc:bpf_skb_ct_lookup@kprobe)'

exit $bad
