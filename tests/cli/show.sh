#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# show and diff over the shipped snapshots: compared with jq on the same files and with the history of
# Linux; with stale, hostile and missing input. Needs kcompat in PATH and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
snapshots=data/snapshots
. tests/lib/status.sh

# A history made only from the snapshots is equal to the shipped one.
mkdir "$scratch/alone"
for file in "$snapshots"/*.json.gz; do ln -s "$PWD/$file" "$scratch/alone/"; done
kcompat show --pack -k "$scratch/alone" -o "$scratch/history.jsonl" || complain "cannot pack"
gzip -dc "$snapshots/history.jsonl.gz" | cmp -s - "$scratch/history.jsonl" ||
  complain "$snapshots/history.jsonl.gz is not of these snapshots: make history"
gzip -n <"$scratch/history.jsonl" >"$scratch/history.jsonl.gz"

# Cells, flags and states are the same as in jq.
names='bpf_arena_free_pages bpf_skb_ct_lookup bpf_cpumask_create bpf_loop bpf_get_stackid'
# shellcheck disable=SC2086 # several names
kcompat show --json -k "$scratch/history.jsonl.gz" $names >"$scratch/show.json" || complain "cannot show $names"
for name in amd64-5.10-cloud amd64-6.1 arm64-6.12-16k s390x-7.2 amd64-7.3-cloud; do
  gzip -dc "$snapshots/$name.json.gz" >"$scratch/snapshot.json"
  release=$(jq -r .kernel.release "$scratch/snapshot.json")
  for one in $names; do
    # Without a registration, an empty list of flags means that they are not known.
    jq -S --arg name "$one" '(.kfuncs + .helpers)[] | select(.name == $name) |
      {cells, flags: (if .flags == [] and (.found_by | index("kfunc_set") | not) then null else .flags end)}' \
      "$scratch/snapshot.json" >"$scratch/expected"
    jq -S --arg name "$one" --arg release "$release" '(.kernels | map(.release) | index($release)) as $at |
      .subjects[] | select((.kind == "kfunc" or .kind == "helper") and .name == $name) |
      .kernels[$at] | select(.state == "present") | {cells, flags}' "$scratch/show.json" >"$scratch/found"
    cmp -s "$scratch/expected" "$scratch/found" || complain "$one on $name: not what the snapshot says"
  done
done

# From the history of Linux: 6.1 added the allocator, 6.9 added arenas.
status 0 kcompat show -a amd64 -k shipped bpf_mem_alloc_destroy
printed 'first seen in amd64-6.1-cloud, not in' 'bpf_mem_alloc_destroy'
status 0 kcompat show -a amd64 -k shipped bpf_arena_alloc_pages
printed 'since        Linux 6.9, as listed; first seen in amd64-6.12-cloud' 'bpf_arena_alloc_pages'
status 0 kcompat show --markdown -k shipped bpf_mem_alloc_destroy
printed '# Function: <code>bpf_mem_alloc_destroy</code>' markdown
printed 'void bpf_mem_alloc_destroy(struct bpf_mem_alloc *ma);' markdown
printed 'In <code>5.10</code>: Absent ⚠️' markdown
printed 'No changes between <code>6.1</code> and <code>6.12</code> ✅' markdown
status 0 kcompat show -k shipped BPF_PROG_TYPE_XDP
printed 'program type xdp' BPF_PROG_TYPE_XDP
status 3 kcompat show -k shipped bpf_arena_alloc_page
warned "did you mean 'bpf_arena_alloc_pages'" 'a near miss'
status 3 kcompat show -k shipped bpf_loop bpf_no_such_helper_at_all
printed 'helper bpf_loop' 'beside a name that is nowhere'

# The verdict and the table say what the JSON of the same kernels says, for each architecture.
kcompat show --json -k shipped bpf_dynptr_from_skb >"$scratch/all.json"
for arch in amd64 arm64 ppc64el; do
  COLUMNS=1000 kcompat show -a $arch -k shipped bpf_dynptr_from_skb >"$scratch/out"
  jq --arg arch $arch '.kernels as $kernels | .subjects[0].kernels |
    [.[] | . + ($kernels[.kernel] | {version, arch, flavor}) | select(.arch == $arch)] | group_by(.flavor) |
    max_by([length, .[0].flavor == "generic"])' "$scratch/all.json" >"$scratch/series"
  jq -r 'last.cells | map(select(. != "unsupported")) |
    ": usable in \(map(select(IN("ran", "loadable", "permitted"))) | length) of \(length) contexts"' \
    "$scratch/series" >"$scratch/expected"
  printed "$(cat "$scratch/expected")" "the newest of $arch"
  version=$(jq -r 'map(select(.state == "present"))[0].version' "$scratch/series")
  grep -q "^  since .*; first seen in $arch-$version\(-[a-z]*\)\?, not in $arch-" "$scratch/out" || complain "since of $arch"
  grep -q "^  changed .*$version: added" "$scratch/out" || grep -q "^ *$version: added" "$scratch/out" || complain "$arch: added"
  for context in tc xdp netfilter; do
    # Where the cell differs from the version before, or anything else does, there is a column.
    jq -r --arg context $context 'map(if .state == "absent" then "." elif .state != "present" then "?" else
      .cells[$context] | {ran: "P", loadable: "P", permitted: "P", refused: "-", unknown: "?", impossible: "x",
      conditional: "c", unsupported: "/", blocked: "b"}[. // ""] // "" end) | join("")' "$scratch/series" |
      tr -s '.cPx?/b-' >"$scratch/expected"
    awk -v context=$context '{ cells = ""; for (i = 1; i <= NF && length($i) == 1; i++) cells = cells $i;
      if (i > 1) for (; i <= NF; i++) if ($i == context) print cells }' "$scratch/out" | tr -s '.cPx?/b-' >"$scratch/found"
    cmp -s "$scratch/expected" "$scratch/found" || complain "$context on $arch: $(paste "$scratch/expected" "$scratch/found")"
  done
done
# A condition that the probe met, and the image names, is no difference: crash_kexec needs CAP_SYS_BOOT.
status 0 kcompat show -a amd64 -k amd64-7.2 -k amd64-7.2-cloud -k amd64-7.3-cloud crash_kexec
printed 'elsewhere    amd64 generic 7.2: no difference' crash_kexec
status 2 kcompat show -a alpha -k shipped bpf_loop
warned 'they have amd64, arm64' 'an architecture that no kernel has'
# The kinds of subjects, and one screen for what has no table.
for name in ringbuf bpf_task_acquire tcp_v4_connect xdp bpf_loop; do
  status 0 kcompat show -k shipped "$name"
  printed '  since        ' "$name"
  printed '  newest       ' "$name"
done
for name in ringbuf BPF_PROG_TYPE_XDP; do
  [ "$(kcompat show -k shipped $name | wc -l)" -le 250 ] || complain "$name: more than 250 lines"
done

# A snapshot that changed since is read directly. A damaged one does not stop the others.
mkdir "$scratch/stale"
cp "$snapshots"/amd64-6.1.json.gz "$snapshots"/amd64-6.12.json.gz "$snapshots"/history.jsonl.gz "$scratch/stale"
gzip -dc "$snapshots/amd64-6.1.json.gz" | jq -c '.kfuncs |= map(select(.name != "bpf_skb_ct_lookup"))' |
  gzip -n >"$scratch/stale/amd64-6.1.json.gz"
status 0 kcompat show --json -k "$scratch/stale" bpf_skb_ct_lookup
[ "$(jq -c '[.subjects[0].kernels[].state]' "$scratch/out")" = '["absent","present"]' ] ||
  complain "a stale history is believed: $(cat "$scratch/out")"
head -c 3000 "$snapshots/amd64-7.2.json.gz" >"$scratch/stale/broken.json.gz"
status 2 kcompat show -k "$scratch/stale" bpf_skb_ct_lookup
printed 'kfunc bpf_skb_ct_lookup' 'beside a damaged file'
warned broken.json.gz 'a damaged file'
head -c 100000 "$scratch/history.jsonl" >"$scratch/cut.jsonl"
status 2 kcompat show -k "$scratch/cut.jsonl" bpf_loop
[ ! -s "$scratch/out" ] || complain "prints what it read of a history that was cut"

# Text from files is never markup and never moves the cursor.
jq '.kfuncs[0].prototype = "int f(\u001b[2J<b>```</code>)" | .functions += [{name: "evil", state: "present",
  symbols: [], prototypes: ["int evil(\u001b[31m<script>)"], collision: false, traceable: null,
  kprobe_blacklisted: null, reason: null}]' tests/fixtures/snapshots/scanned-6.1.json >"$scratch/evil.json"
kfunc=$(jq -r '.kfuncs[0].name' "$scratch/evil.json")
for form in '' --markdown --json; do
  # shellcheck disable=SC2086 # no argument where it is empty
  status 0 kcompat show $form -k "$scratch/evil.json" evil "$kfunc"
  ! grep -q $'\033' "$scratch/out" || complain "show $form prints an escape character"
done

# Narrow terminals, closed pipes, full disks.
# The name of a caller with its file is not broken.
COLUMNS=40 kcompat show -k shipped bpf_mem_alloc_destroy | sed 's/ *[^ ]*$//' | awk 'length($0) > 60 { exit 1 }' ||
  complain "40 columns are not respected"
kcompat show -k shipped 'bpf_*' 2>"$scratch/err" | head -n 1 >/dev/null
[ "$(grep -c . "$scratch/err")" -le 1 ] || complain "a closed pipe: $(cat "$scratch/err")"
status 2 kcompat show -k shipped bpf_loop -o /dev/full

# diff: additions, the exit status, filters.
status 0 kcompat diff --only kfunc amd64-6.1-cloud amd64-6.12-cloud
printed 'bpf_arena_alloc_pages' 'diff of 6.1 and 6.12'
status 1 kcompat diff --exit-code --only kfunc amd64-6.1-cloud amd64-6.12-cloud
status 1 kcompat diff --quiet --name 'bpf_arena_*' amd64-6.1-cloud amd64-6.12-cloud
[ ! -s "$scratch/out" ] || complain "--quiet prints"
status 0 kcompat diff --quiet amd64-6.12-cloud amd64-6.12-cloud
status 0 kcompat diff --json --name tcp_v4_connect amd64-6.12-cloud amd64-7.2-cloud
[ "$(jq -c '.subjects | map([.name, .changes[].what])' "$scratch/out")" = \
  '[["tcp_v4_connect","parameter type changed"]]' ] || complain "tcp_v4_connect: $(cat "$scratch/out")"
# armhf has no BTF, so its helpers are unknown: that is not a change.
status 0 kcompat diff --exit-code --only helper armhf-6.1 armhf-6.12
status 2 kcompat diff amd64-6.12-cloud
status 2 kcompat diff --only kfunk amd64-6.12-cloud amd64-7.2-cloud
status 2 kcompat diff "$scratch/stale" amd64-7.2-cloud

# Lines that only the parser of JSON can read say the same as those in kcompat's own form. Of a program type,
# a context and a call, kcompat reads different parts of them.
for directory in data/snapshots data/probed; do
  gzip -dc "$directory/history.jsonl.gz" >"$scratch/own.jsonl"
  sed 's/"rows":\[/"rows": [/; s/"contexts":\[\[/"contexts": [[/' "$scratch/own.jsonl" >"$scratch/other.jsonl"
  cmp -s "$scratch/own.jsonl" "$scratch/other.jsonl" && complain "the lines of $directory were not changed"
  for name in xdp tcx/ingress iter/task perf_event 'bpf_arena_*'; do
    kcompat show --json -k "$scratch/own.jsonl" "$name" >"$scratch/expected" || complain "cannot show $name of $directory"
    kcompat show --json -k "$scratch/other.jsonl" "$name" | cmp -s - "$scratch/expected" ||
      complain "$name of $directory: the form of the lines changes the answer"
  done
done
# Numbers that name nothing are refused in both forms.
for change in '/"kfunc":"bpf_arena_free_pages"/s/"cells":[0-9]*/"cells":99999/' \
  '/"kfunc":"bpf_arena_free_pages"/s/"kernels":\[[0-9]*/"kernels":[4711/' \
  '/"context_list":1,"contexts"/s/"context_list":1/"context_list":77/' '/"context_list":1,"contexts"/s/"ok",0/"okay",0/' \
  '/"context_list":1,"contexts"/s/false,"ok",0,null,null\],/&,/'; do
  for form in 's/$//' 's/"rows":\[/"rows": [/; s/"contexts":\[\[/"contexts": [[/'; do
    sed "$change; $form" "$scratch/own.jsonl" >"$scratch/bad.jsonl"
    status 2 kcompat show -k "$scratch/bad.jsonl" xdp
    [ ! -s "$scratch/out" ] || complain "$change: prints what it read"
  done
done

# A backslash makes a name a glob: the character behind it stands for itself.
status 0 kcompat show -k shipped 'bpf\_arena_free_pages'
printed 'kfunc bpf_arena_free_pages' 'a backslash'
status 0 kcompat show -k shipped 'task\_struct'
printed 'types and functions that match task\_struct' 'a type with a backslash'
status 3 kcompat show -k shipped 'bpf_arena\*'
warned "stored kernels matches it" 'a quoted star'

# What the running kernel has is never called absent: only stored kernels have a list of types.
if [ -r /sys/kernel/btf/vmlinux ]; then
  for pair in task_struct=struct:task_struct task_struct.pid=struct:task_struct.pid pid_t=typedef:pid_t \
    TCP_ESTABLISHED=enumerator:TCP_ESTABLISHED sched_switch=context:tp_btf/sched_switch; do
    status 3 kcompat show -k live "${pair%%=*}"
    warned "the running kernel has it" "${pair%%=*}"
    warned "kcompat require ${pair#*=}" "${pair%%=*}"
  done
  for name in no_such_name_at_all task_struct.no_such_member '%s' 'a b'; do
    status 1 kcompat show -k live "$name"
    warned "$name: no kernel has it" "$name"
  done
fi

# All names at once: a run that asks every kernel about every call for each context hits its own limit of time.
status 0 kcompat show -k shipped '*'
[ "$(wc -c <"$scratch/out")" -gt $((4 << 20)) ] || complain "show '*' has only $(wc -c <"$scratch/out") bytes"

if python3 -c 'import jsonschema' 2>/dev/null; then
  tests/schema/schema.py docs/schema/show.json "$scratch/show.json" || complain "show does not follow its schema"
  kcompat diff --json amd64-5.10-cloud s390x-7.2 >"$scratch/diff.json"
  tests/schema/schema.py docs/schema/diff.json "$scratch/diff.json" || complain "diff does not follow its schema"
fi
exit $bad
