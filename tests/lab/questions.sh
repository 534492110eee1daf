#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Questions that people put to trackers, on kernels in guests: targets that are refused or renamed, timers on
# PREEMPT_RT, functions that programs load for and cannot attach to, settings behind a refusal. Each right value was
# seen in a load or an attachment there. Skipped without a package, qemu or a static guest.
# usage: tests/lab/questions.sh [KERNEL...]     (default: amd64-6.12-cloud)
# KCOMPAT_LAB_GUESTS: as for boot.sh. Needs kcompat-lab in PATH, jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
options=(--fetch-qemu --modules "")
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
kernels=("$@")
[ $# -gt 0 ] || kernels=(amd64-6.12-cloud)

# A process that may load tracing programs, and do nothing else.
without=""
for name in CHOWN DAC_OVERRIDE DAC_READ_SEARCH NET_ADMIN NET_RAW SYS_ADMIN SYS_PTRACE SYS_RESOURCE; do
  without+=" --without-cap=CAP_$name"
done
# KERNEL|OPTIONS|ANSWER|QUESTION|a part of the reason
cat >"$scratch/questions" <<END_OF_QUESTIONS
amd64-6.12-cloud||yes|helper:bpf_d_path@fexit/filp_close|
amd64-6.12-cloud||no|helper:bpf_d_path@lsm/file_permission|
amd64-6.12-cloud||yes|helper:bpf_d_path@lsm/file_open|
amd64-6.12-cloud||yes|context:lsm/inode_permission|
amd64-6.12-cloud||no|context:lsm.s/inode_permission|is not sleepable
amd64-6.12-cloud||no|context:fentry.s/vfs_read|is not sleepable
amd64-6.12-cloud||no|context:fmod_ret/vfs_read|is not modifiable
amd64-6.12-cloud||no|context:lsm/bpf_map_alloc_security|no bpf_lsm_bpf_map_alloc_security
amd64-6.12-cloud||yes|context:lsm/bpf_map_create|
amd64-6.12-cloud||no|context:kprobe/tcp_connnect|did you mean 'tcp_connect'
amd64-6.12-cloud||yes|attach:kprobe/tcp_connect|
amd64-6.12-cloud||no|context:fentry/tcp_connnect|did you mean 'tcp_connect'
amd64-6.12-cloud||yes|attach:fentry/tcp_connect|
amd64-6.12-cloud||no|context:tp_btf/no_such_tracepoint|
amd64-6.12-cloud||yes|attach:kprobe.multi/vfs_read|
amd64-6.12-cloud||no|helper:bpf_timer_init@kprobe|
amd64-6.12-cloud||no|helper:bpf_spin_lock@socket|
amd64-6.12-cloud||yes|context:struct_ops.s/bpf_dummy_ops/test_sleepable|
amd64-6.12-cloud||no|context:struct_ops.s/bpf_dummy_ops/test_1|
amd64-6.12-cloud|--sysctl=kernel.perf_event_paranoid=3$without|yes|context:kprobe/vfs_read|
amd64-6.12-cloud|--sysctl=kernel.perf_event_paranoid=3$without|unknown|attach:kprobe/vfs_read|perf_event_open(2)
amd64-6.12-cloud|--sysctl=kernel.perf_event_paranoid=3$without|unknown|attach:cgroup_skb/egress|CAP_NET_ADMIN
amd64-6.12-cloud|--sysctl=kernel.perf_event_paranoid=3$without|yes|attach:raw_tp/sched_switch|
amd64-6.12-cloud|--sysctl=kernel.perf_event_paranoid=2$without|yes|attach:tp/sched/sched_switch|
amd64-6.1-rt||no|feature:timer|
amd64-6.1-rt||no|helper:bpf_timer_init@xdp|
amd64-7.2-rt||no|context:lsm/file_alloc_security|disabled hook
amd64-7.2-rt||no|lsm:file_alloc_security|disabled hook
amd64-7.2-rt||yes|context:lsm/file_open|
arm64-6.1-cloud||yes|context:fentry/vfs_read|
arm64-6.1-cloud||no|attach:fentry/vfs_read|trampolines
arm64-6.1-cloud||yes|context:lsm/file_open|
arm64-6.1-cloud||no|attach:lsm/file_open|trampolines
END_OF_QUESTIONS

bad=0 absent=""
# shellcheck source=/dev/null
. tests/lib/kernel.sh
for kernel in "${kernels[@]}"; do
  grep "^$kernel|" "$scratch/questions" >"$scratch/of_kernel" || {
    echo "$kernel: no questions"
    exit 2
  }
  kernel_files "$kernel" >/dev/null 2>"$scratch/err" || {
    absent+="${absent:+; }$kernel: $(tail -n 1 "$scratch/err")"
    continue
  }
  cut -d '|' -f 2 "$scratch/of_kernel" | sort -u >"$scratch/guests"
  # A guest for each set of options. Only words without spaces are in them.
  while IFS= read -r words <&3; do
    awk -F '|' -v words="$words" '$2 == words' "$scratch/of_kernel" >"$scratch/asked"
    cut -d '|' -f 4 "$scratch/asked" >"$scratch/file"
    # shellcheck disable=SC2086
    timeout 900 kcompat-lab run --timeout 600 "${options[@]}" $words --add "$scratch/file:/questions" "$kernel" -- \
      kcompat require --json -f /questions >"$scratch/answers" 2>"$scratch/err"
    [ "$(jq '.requirements | length' "$scratch/answers")" = "$(wc -l <"$scratch/file")" ] || {
      echo "$kernel: not all questions were answered: $(tail -n 3 "$scratch/err")"
      grep -qE 'cannot be downloaded|no such program|not built' "$scratch/err" && exit 77
      exit 1
    }
    jq -r '.requirements[] | [.result, .reason] | @tsv' "$scratch/answers" |
      paste -d '|' "$scratch/asked" - | awk -F '|' '
        { split($6, answer, "\t"); reason = substr($0, index($0, answer[1] "\t") + length(answer[1]) + 1)
          said = answer[1] == $3 && index(reason, $5) }
        !said { print $1 " " $2 ": " $4 " is " answer[1] ", expected " $3 " (" $5 "): " reason; wrong = 1 }
        END { exit wrong }' || bad=1
  done 3<"$scratch/guests"
done
[ $bad -eq 0 ] || exit 1
[ -z "$absent" ] || {
  echo "not all kernels: $absent"
  exit 77
}
