#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Timers, work queues and locks in maps, live: every answer is compared with a load of a real program, whose map has
# the field, and with one whose map is inside another map.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
trap '[ -z "${mounted:-}" ] || umount "$mounted"; rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
skip() {
  echo "$1"
  exit 77
}

command -v bpftool >/dev/null || skip "no bpftool"
echo 'int x;' | clang -target bpf -x c -c -o /dev/null - 2>/dev/null || skip "no clang for BPF"
[ "$(id -u)" = 0 ] || skip "not root"
kcompat require --quiet context:socket || skip "bpf(2) is refused to this process"
mkdir "$scratch/bpf"
mount -t bpf bpf "$scratch/bpf" || skip "bpffs cannot be mounted"
mounted=$scratch/bpf

# loads SECTION FIELD PLACE: does the kernel accept a program that makes the call? PLACE: direct, inside, object.
loads() {
  clang -O2 -g -target bpf "-DSECTION=\"$1\"" "-DFIELD_$2" "-DPLACE_$3" -c tests/fixtures/field_program.c \
    -o "$scratch/program.o" || {
    echo "tests/fixtures/field_program.c does not compile"
    exit 1
  }
  bpftool prog load "$scratch/program.o" "$scratch/bpf/program" >"$scratch/log" 2>&1 || return 1
  rm -f "$scratch/bpf/program"
}

# The answer is yes if a map of the program's own may have the field, or an object. It is conditional if only a map
# inside a map may.
compare() {
  local call=$1 context=$2 section=$3 field=$4 want state
  if loads "$section" "$field" direct; then
    want=usable
  elif [ "$field" = SPIN_LOCK ] && loads "$section" "$field" object; then
    want=usable
  elif loads "$section" "$field" inside; then
    want=conditional
  else
    want=impossible
  fi
  state=$(jq -r --arg name "$call" --arg context "$context" \
    '.helpers[], .kfuncs[] | select(.name == $name) | .cells[$context]' "$scratch/probed.json")
  case $state in
  ran | loadable | permitted) state=usable ;;
  esac
  [ "$state" = "$want" ] || complain "$call@$context is $state, loads say $want"
}

kcompat probe --json bpf_timer_init bpf_spin_lock bpf_wq_init -o "$scratch/probed.json" || complain "exit status $?"
while read -r context section; do
  compare bpf_timer_init "$context" "$section" TIMER
  compare bpf_spin_lock "$context" "$section" SPIN_LOCK
  grep -q '"bpf_wq_init"' "$scratch/probed.json" && compare bpf_wq_init "$context" "$section" WORKQUEUE
done <<'CONTEXTS'
kprobe kprobe/vfs_read
tracepoint tp/sched/sched_switch
raw_tracepoint raw_tp/sched_switch
perf_event perf_event
socket socket
xdp xdp
tc tc
CONTEXTS

# What people ask: is the answer that of a program whose own map has the field, or whose own object has the lock?
ask() {
  local question=$1 section=$2 field=$3 want=1
  loads "$section" "$field" direct && want=0
  [ "$field" = SPIN_LOCK ] && loads "$section" "$field" object && want=0
  kcompat require --quiet "$question"
  local status=$?
  [ $status = $want ] || complain "require $question: exit status $status, a load says $want"
}
ask feature:timer xdp TIMER
ask helper:bpf_timer_init@xdp xdp TIMER
ask helper:bpf_timer_init@kprobe kprobe/vfs_read TIMER
ask helper:bpf_spin_lock@socket socket SPIN_LOCK
ask helper:bpf_spin_lock@kprobe kprobe/vfs_read SPIN_LOCK
ask helper:bpf_spin_lock@tracepoint tp/sched/sched_switch SPIN_LOCK
ask helper:bpf_spin_lock@perf_event perf_event SPIN_LOCK
ask helper:bpf_spin_lock@raw_tracepoint raw_tp/sched_switch SPIN_LOCK
ask helper:bpf_spin_lock@xdp xdp SPIN_LOCK

# The snapshot of all calls gives the answers of a probe of these alone.
kcompat probe --json --only contexts,kfuncs,helpers -o "$scratch/all.json" || complain "exit status $?"
for list in helpers kfuncs; do
  # shellcheck disable=SC2016 # jq's own variables
  jq -S --slurpfile some "$scratch/probed.json" --arg list "$list" \
    '[$some[0][$list][].name] as $names | [.[$list][] | select(.name | IN($names[])) | {name, cells}]' \
    "$scratch/all.json" >"$scratch/all"
  jq -S --arg list "$list" '[.[$list][] | {name, cells}]' "$scratch/probed.json" >"$scratch/some"
  diff "$scratch/some" "$scratch/all" >/dev/null || complain "$list: a probe of all calls says something else"
done

exit $bad
