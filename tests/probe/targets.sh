#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Questions about targets on the running kernel: each is answered about the target that is named, never about another.
# tests/lab/attach.sh holds many more answers against real attachments. Needs kcompat in PATH, jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
if [ ! -r /proc/kallsyms ] || [ ! -s /sys/kernel/btf/vmlinux ]; then
  echo "no symbols or no BTF here"
  exit 77
fi
# wanted ANSWERS QUESTION: ANSWERS is one or several of yes, no, unknown.
wanted() { printf '%s\t%s\n' "$1" "$2" >>"$scratch/wanted"; }
# A question whose load a policy may refuse here: unknown is right, and the opposite is not.
loads() { wanted "$1 unknown" "$2"; }

# What exists here, and a name beside it that nothing has.
awk 'NF == 3 && $2 == "T" && $3 !~ /[.]/ { print $3 }' /proc/kallsyms | sort | uniq -u >"$scratch/functions"
for function in $(shuf -n 8 --random-source=/proc/version "$scratch/functions"); do
  for section in kprobe kretprobe kprobe.multi; do
    loads yes "context:$section/$function"
    wanted no "context:$section/${function}_no_such"
    wanted no "attach:$section/${function}_no_such"
    wanted no "helper:bpf_ktime_get_ns@$section/${function}_no_such"
  done
done
for section in fentry fexit fentry.s fmod_ret; do
  wanted no "context:$section/no_such_function"
  wanted no "attach:$section/no_such_function"
done
# These are no functions that sleep or whose result may be changed.
loads no context:fentry.s/vfs_read
loads no context:fmod_ret/vfs_read
wanted no context:lsm/no_such_hook
wanted no lsm:no_such_hook
for section in tp_btf raw_tp; do
  loads yes "context:$section/sched_switch"
  loads yes "attach:$section/sched_switch"
  wanted no "context:$section/no_such_tracepoint"
done
wanted yes raw_tracepoint:sched_switch
wanted no raw_tracepoint:no_such_tracepoint
wanted no tracepoint:sched/no_such_event
wanted yes syscall:openat
wanted no syscall:no_such_call
loads yes context:ksyscall/openat
wanted no context:ksyscall/no_such_call
loads yes "context:uprobe/$(command -v kcompat | xargs realpath):main"
wanted no "context:uprobe/$(command -v kcompat | xargs realpath):no_such_function"
wanted no context:uprobe//no/such/file:main
wanted unknown context:uprobe/main
wanted unknown context:freplace/main
wanted no context:iter/no_such_iterator
# The kernel checks each function of a struct_ops type (bpf_dummy_ops_check_member()).
if kcompat require --quiet context:struct_ops/bpf_dummy_ops/test_sleepable; then
  loads yes context:struct_ops.s/bpf_dummy_ops/test_sleepable
  loads no context:struct_ops.s/bpf_dummy_ops/test_1
fi
wanted no context:struct_ops.s/no_such_ops/init
# People's misspelt names. A policy may refuse the right ones here, and never makes a no of them.
for question in context:fentry/tcp_connnect attach:fentry/vfs_raed context:lsm/file_opem lsm:file_opem \
  helper:bpf_d_path@fexit/filp_colse syscall:raed raw_tracepoint:sched_swich; do
  wanted no "$question"
done

cut -f 2 "$scratch/wanted" >"$scratch/questions"
kcompat require --json -f "$scratch/questions" >"$scratch/answers"
# Each answer repeats the whole question.
diff "$scratch/questions" <(jq -r '.requirements[].requirement' "$scratch/answers") || exit 1
paste "$scratch/wanted" <(jq -r '.requirements[] | "\(.result)\t\(.reason)"' "$scratch/answers") |
  awk -F'\t' '(" " $1 " ") !~ " " $3 " " { print $2 ": " $3 ", expected " $1 ": " $4; bad = 1 } END { exit bad }' || exit 1

# near PLACE WRONG RIGHT: the answer no names the nearest target, unless the kernel lacks this one too.
near() {
  kcompat require --quiet "$1$3"
  [ $? -ne 1 ] || return 0
  jq -e --arg name "$3" \
    '.requirements[0] | .result == "no" and (.reason | endswith("(did you mean \u0027" + $name + "\u0027?)"))' \
    < <(kcompat require --json "$1$2") >/dev/null || {
    echo "$1$2: $3 is not suggested"
    exit 1
  }
}
near context:kprobe/ tcp_connnect tcp_connect
near context:kretprobe/ tcp_conect tcp_connect
near context:kprobe.multi/ tcp_connnect tcp_connect
near context:fentry/ tcp_connnect tcp_connect
near attach:fentry/ vfs_raed vfs_read
near context:lsm/ file_opem file_open
near lsm: file_opem file_open
near context:tp_btf/ sched_swich sched_switch
near raw_tracepoint: sched_swich sched_switch
near context:ksyscall/ opeant openat
near syscall: opeant openat
near context:iter/ taks task
near context:struct_ops/ tcp_congestion_op tcp_congestion_ops

# Events are listed by tracefs, here in a mount of its own.
if unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing && test -s /sys/kernel/tracing/available_events' 2>/dev/null; then
  cat >"$scratch/events" <<'END'
tracepoint:sched/sched_switch
tracepoint:sched/sched_swich
tracepoint:no_such/sched_switch
context:tp/sched/sched_swich
END
  # shellcheck disable=SC2016 # of the inner shell
  answers=$(unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing && exec kcompat require --json -f "$1"' \
    sh "$scratch/events" | jq -r '.requirements[].result' | tr '\n' ' ')
  [ "$answers" = "yes no no no " ] || {
    echo "events by tracefs: $answers"
    exit 1
  }
fi
# A load needs less than the attachment (bpf_prog_attach_check_attach_type()).
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
  few=-all,+bpf,+perfmon
  answers=$(setpriv --inh-caps=$few --bounding-set=$few kcompat require --json context:cgroup_skb/egress \
    attach:cgroup_skb/egress | jq -r '.requirements[] | [.result, .evidence.missing // ""] | join(" ")' | tr '\n' ',')
  [ "$answers" = "yes ,unknown permission," ] || [[ $answers == "unknown ,"* ]] || {
    echo "cgroup_skb without CAP_NET_ADMIN: $answers"
    exit 1
  }
  # Without a network namespace, some link types are not tried. The answer and the limits name what is missing.
  few=$few,+net_admin
  setpriv --inh-caps=$few --bounding-set=$few kcompat probe --only link_types --json >"$scratch/few.json"
  jq -e '[.link_types[].reason // "" | select(contains("network namespace"))] as $tried | ($tried | length) > 0 and
    ($tried | all(contains("CAP_SYS_ADMIN"))) and
    (.environment.limits | any((.what | contains("netns")) and (.remedy | contains("CAP_SYS_ADMIN"))))' "$scratch/few.json" >/dev/null || {
    echo "links without CAP_SYS_ADMIN: $(jq -c '[.link_types[].reason], .environment.limits' "$scratch/few.json")"
    exit 1
  }
fi
# A real attachment, where the machine lets programs attach.
if [ "$(kcompat require --json attach:raw_tp/sched_process_exec | jq -r '.requirements[0].result')" = yes ]; then
  kcompat require --attach --json attach:raw_tp/sched_process_exec | jq -e '.requirements[0] | .result == "yes"' >/dev/null || {
    echo "a raw tracepoint that can be attached to was not"
    exit 1
  }
fi
