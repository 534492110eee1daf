#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shipped store of types: it is what data/kernels-store.txt lists, each of its kernels is the build of a shipped
# snapshot, and show and require answer from it. Needs kcompat in PATH and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

kcompat kernels --store data/kernels.kts >"$scratch/main" || complain "kernels --store: exit status $?"
kcompat kernels --store data/kernels-callers.kts >"$scratch/callers" || complain "kernels --store: exit status $?"
cat "$scratch/main" "$scratch/callers" >"$scratch/list"
diff data/kernels-store.txt "$scratch/list" || complain "data/kernels-store.txt lists something else (make data-store)"

# NAME RELEASE and the first digits of the BTF of each snapshot.
for file in data/snapshots/*.json.gz; do
  case $file in *-store*) continue ;; esac
  gzip -dc "$file" | head -c 4000 | grep -o '"release": *"[^"]*"\|"btf_sha256": *"[^"]*"' | sed 's/.*: *"//; s/"$//' |
    head -n 2 | paste -sd ' '
done >"$scratch/snapshots"
tail -qn +2 "$scratch/main" "$scratch/callers" | awk '{ print $1, $NF }' | while read -r name digest; do
  # Behind a release that does not have it stands the architecture.
  [ "$digest" = none ] || grep -q -e "^$name $digest" -e "^${name%-*} $digest" "$scratch/snapshots" ||
    echo "$name: no snapshot of this build"
done >"$scratch/strange"
[ ! -s "$scratch/strange" ] || complain "$(cat "$scratch/strange")"

# What a kernel of 6.1 and one of 6.12 have: as pahole and /sys/kernel/btf say it.
asked() {
  local status wanted=$1
  shift
  kcompat require -k "$@" >"$scratch/answer" 2>&1
  status=$?
  [ "$status" -eq "$wanted" ] || complain "require -k $*: exit status $status: $(cat "$scratch/answer")"
}
asked 0 amd64-6.12-cloud struct:task_struct.__state enumerator:BPF_MAP_TYPE_ARENA func:tcp_sendmsg raw_tracepoint:sched_switch
asked 1 amd64-6.12-cloud struct:task_struct.state
asked 0 amd64-5.10-cloud struct:task_struct.state
asked 1 amd64-5.10-cloud struct:task_struct.__state
asked 3 amd64-6.12-cloud struct:no_such_struct
asked 0 amd64-6.12-cloud 'field:task_struct.__state:unsigned int' 'field:task_struct.pid:int' var:runqueues
asked 1 amd64-5.10-cloud 'field:task_struct.state:unsigned int'
asked 0 amd64-5.10-cloud 'field:task_struct.state:volatile long'
asked 1 amd64-6.12-cloud lsm:no_such_hook
# Data by its symbol, without a type. 6.1 of arm64 lists none, and a module may have a variable of any name.
asked 0 amd64-6.12-cloud var:jiffies var:init_task var:__ksymtab_jiffies
asked 3 arm64-6.1 var:jiffies
asked 3 amd64-6.12-cloud var:no_such_variable
asked 3 amd64-6.12-cloud var:__pfx_vfs_read
# One kernel for each snapshot.
[ "$(tail -n +2 "$scratch/main" | wc -l)" -eq "$(find data/snapshots -name '*-*.json.gz' | wc -l)" ] ||
  complain "the store has $(tail -n +2 "$scratch/main" | wc -l) kernels"
asked 0 armhf-6.1 func:vfs_read
asked 0 s390x-7.3 struct:task_struct.__state func:vfs_read
asked 0 ppc64el-7.2-64k struct:task_struct.__state attach:kprobe/vfs_read

# A name means its snapshot, and STORE:NAME the types alone: each answer is the same, or one of both is unknown.
cat >"$scratch/kinds.req" <<'EOF'
struct:task_struct.__state
struct:no_such_struct
union:bpf_attr.link_create
typedef:pid_t
enum:bpf_map_type.BPF_MAP_TYPE_ARENA
enumerator:BPF_F_TOKEN_FD
enumerator:NO_SUCH_VALUE
field:task_struct.pid:int
field:task_struct.pid:long
func:vfs_read
func:no_such_function
tracepoint:sched/sched_switch
raw_tracepoint:sched_switch
raw_tracepoint:no_such_tracepoint
lsm:file_open
lsm:no_such_hook
syscall:read
syscall:no_such_call
var:runqueues
var:jiffies
EOF
answers() { kcompat require --json -k "$1" -f "$scratch/kinds.req" | jq -r '.requirements[] | .requirement + "\t" + .result'; }
answers amd64-6.12-cloud >"$scratch/named"
answers "data/kernels.kts:$(awk '/^6.12.*-cloud-amd64/ { print $1 }' "$scratch/main")" >"$scratch/stored"
[ "$(wc -l <"$scratch/stored")" -eq "$(wc -l <"$scratch/kinds.req")" ] || complain "not one answer for each kind"
paste "$scratch/named" "$scratch/stored" | awk -F'\t' '$2 != $4 && $2 != "unknown" && $4 != "unknown"' >"$scratch/apart"
[ ! -s "$scratch/apart" ] || complain "the snapshot and the store say opposites: $(cat "$scratch/apart")"
[ "$(grep -cE 'yes$|no$' "$scratch/stored")" -ge 13 ] || complain "too few answers: $(cat "$scratch/stored")"

# Attachments, as `scan` of the images says them: tests/scan/store.sh compares thousands.
asked 0 amd64-6.12-cloud attach:fentry/tcp_connect attach:kprobe/vfs_read
asked 1 amd64-6.12-cloud attach:fentry/__rcu_read_lock
asked 1 amd64-6.12-cloud attach:kprobe/do_int3
asked 1 amd64-6.1-cloud attach:fentry/start_kernel
asked 3 amd64-6.12-cloud attach:fentry/no_such_function

# All of data/ is small enough to be in git.
[ "$(du -sb data | cut -f 1)" -lt 20000000 ] || complain "data/ has $(du -sb data | cut -f 1) bytes"

# A snapshot in a file, of the same build. One of another build has no types.
asked 0 data/probed/amd64-6.12-cloud.json.gz struct:task_struct.__state func:tcp_sendmsg
asked 3 tests/fixtures/snapshots/probed-6.18.json struct:task_struct.__state

# All shipped kernels at once: their types are read one after the other, within the limits of a run.
kcompat require --json -k shipped struct:task_struct.__state >"$scratch/matrix"
jq -r '.kernels[] | .kernel.name + " " + .requirements[0].result' "$scratch/matrix" >"$scratch/rows"
for row in "amd64-5.10-cloud no" "amd64-6.12-cloud yes"; do
  grep -qx "$row" "$scratch/rows" || complain "of all: no row '$row': $(head -n 5 "$scratch/rows")"
done

# shows NAME WORDS, in one line.
shows() {
  kcompat show -k shipped -a amd64 "$1" >"$scratch/shown" || complain "show $1: exit status $?"
  tr -s '\n ' ' ' <"$scratch/shown" | grep -qF "$2" || complain "show $1: expected '$2': $(head -n 8 "$scratch/shown")"
}
shows task_struct.__state 'first seen in amd64-6.1-cloud, not in amd64-5.10-cloud'
shows BPF_MAP_TYPE_ARENA 'first seen in amd64-6.12-cloud, not in amd64-6.1-cloud'
shows task_struct 'changed 6.1: '
shows jiffies 'already in amd64-5.10-cloud'
shows jiffies 'data, without a type in BTF'
shows __func__.12 'data, without a type in BTF'
shows __pfx_vfs_read 'what lies before the entry of a function'
shows sched_switch 'argument 2 struct task_struct *'
shows file_open 'LSM hook file_open'
# The function report of docs/guide.md: nothing is unknown where debug information was read.
kcompat show -k shipped bpf_mem_alloc_destroy --markdown >"$scratch/report" || complain "show --markdown: exit status $?"
for name in amd64-6.1-cloud amd64-6.12-cloud; do
  kcompat show -k "$name" bpf_mem_alloc_destroy --markdown >"$scratch/one"
  ! grep -i unknown "$scratch/one" || complain "$name: unknown although debug information was read"
  grep -qx '\*\*Collision:\*\* Unique Global' "$scratch/one" || complain "$name: $(cat "$scratch/one")"
  grep -qx 'In kernel/bpf/memalloc.c' "$scratch/one" || complain "$name: no unit"
  grep -q '^Location: kernel/bpf/memalloc.c:[0-9]*$' "$scratch/one" || complain "$name: no place"
  [ "$(grep -cx '  - kernel/bpf/hashtab.c:htab_map_free' "$scratch/one")" -eq 2 ] || complain "$name: other callers"
done
for heading in '<b>Regular</b>' '<b>Arch</b>' '<b>Flavor</b>' '## Differences' 'In <code>5.10</code>: Absent ⚠️: neither in kallsyms nor in BTF'; do
  grep -qxF "$heading" "$scratch/report" || complain "bpf_mem_alloc_destroy: no line '$heading'"
done

# A kfunc is shown once, with its calls, and not again as a function.
kcompat show -k shipped bpf_arena_alloc_pages >"$scratch/shown"
[ "$(grep -c '^k' "$scratch/shown")" -eq 1 ] || complain "bpf_arena_alloc_pages: $(grep '^k' "$scratch/shown")"
exit $bad
