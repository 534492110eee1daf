#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Asks kernels in guests whether programs of each kind of section can attach to targets of many sorts: existing and
# missing ones, misspelt, notrace, blacklisted, duplicated and freed functions, hooks that are disabled or cannot sleep. Each
# answer from files is held against a real load and attachment. Skipped without a package, qemu or a static guest.
# usage: tests/lab/attach.sh [KERNEL...]     (default: amd64-6.12-cloud)
# KCOMPAT_ATTACH_CNT: targets of each section (default 12). KCOMPAT_LAB_GUESTS: as for boot.sh.
# Needs kcompat and kcompat-lab in PATH, gcc, jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cnt=${KCOMPAT_ATTACH_CNT:-12}
options=(--fetch-qemu)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
kernels=("$@")
[ $# -gt 0 ] || kernels=(amd64-6.12-cloud)

# pick COUNT: so many lines, the same in every run.
pick() { sort -u | shuf -n "$1" --random-source=<(yes kcompat 2>/dev/null); }
# of N: N of each hundred targets.
of() { echo $(((cnt * $1 + 99) / 100)); }

# Functions of all sorts from the kernel's own lists.
functions() {
  awk '$3 !~ /^\$/ && NF == 3 && $2 ~ /[tTwW]/ && $3 !~ /[.]/ && $3 !~ /^(__pfx_|__cfi_|__SCT__|__SCK__|__ksym)/ { print $3 }' \
    "$scratch/kallsyms" | sort >"$scratch/all"
  awk 'NF == 1 { print $1 }' "$scratch/traceable" | sort -u >"$scratch/traced"
  awk '{ print $2 }' "$scratch/blacklist" | sort -u >"$scratch/refused"
  sort -u "$scratch/all" >"$scratch/names"
  comm -12 "$scratch/names" "$scratch/traced" | pick "$(of 35)"
  comm -23 "$scratch/names" "$scratch/traced" | pick "$(of 15)"
  comm -12 "$scratch/names" "$scratch/refused" | pick "$(of 12)"
  uniq -d "$scratch/all" | pick "$(of 15)"
  awk '/ _sinittext$/ { on = 1 } / _einittext$/ { on = 0 } on && $2 ~ /[tT]/ { print $3 }' "$scratch/kallsyms" | pick "$(of 5)"
  awk 'NF == 3 && $2 ~ /[tT]/ && $3 ~ /[.](isra|constprop|part|cold)/ { sub(/[.].*/, "", $3); print $3 }' "$scratch/kallsyms" |
    comm -23 <(cat | sort -u) "$scratch/names" | pick "$(of 8)"
  comm -12 "$scratch/names" "$scratch/traced" | sed 's/\(.\)\(.\)$/\2\1x/' | pick "$(of 10)"
}

# A line for each question.
questions() {
  local section name
  functions >"$scratch/functions"
  for section in kprobe kretprobe kprobe.multi fentry fexit; do
    sed "s|^|attach:$section/|" "$scratch/functions"
  done
  { grep -E '^(__(x64|arm64|s390x|riscv)_sys_|security_)' "$scratch/traced" | pick "$(of 50)" && pick "$(of 50)" <"$scratch/functions"; } \
    >"$scratch/modified"
  for section in fmod_ret fentry.s; do sed "s|^|attach:$section/|" "$scratch/modified"; done
  grep -E '^__(x64|arm64|s390x|riscv)_sys_' "$scratch/names" | sed 's/.*_sys_//' | pick "$(of 90)" | sed 's|^|attach:ksyscall/|'
  echo "attach:ksyscall/no_such_call"
  { sed -n 's/^bpf_lsm_//p' "$scratch/names" | pick "$(of 95)" && echo no_such_hook && echo file_opem; } >"$scratch/hooks"
  for section in lsm lsm.s lsm_cgroup; do sed "s|^|attach:$section/|" "$scratch/hooks"; done
  # irq_work_exit refuses samples.
  { sed 's|:|/|' "$scratch/events" | pick "$(of 90)" && echo irq_vectors/irq_work_exit && echo sched/sched_swich && echo no_such/sched_switch; } >"$scratch/points"
  sed "s|^|attach:tracepoint/|" "$scratch/points"
  for section in raw_tp tp_btf; do sed "s|.*/|attach:$section/|" "$scratch/points" | sort -u; done
  for name in task bpf_map tcp no_such; do echo "attach:iter/$name"; done
}

bad=0 absent=""
gcc -O2 -Wall -Wextra -Werror -static -o "$scratch/guest-x86_64" tests/lab/guest.c || exit 1
# shellcheck source=/dev/null
. tests/lib/kernel.sh
for kernel in "${kernels[@]}"; do
  guest=$scratch/guest-x86_64
  case $kernel in
  arm64-*)
    guest=$scratch/guest-arm64
    # Installed, or what `make lab-guest ARCH=arm64` unpacked.
    compiler=$(command -v aarch64-linux-gnu-gcc || echo "${KCOMPAT_CACHE:-$HOME/.cache/kcompat}/static/arm64/cc")
    "$compiler" -O2 -static -o "$guest" tests/lab/guest.c || exit 1
    ;;
  esac
  kernel_files "$kernel" >/dev/null 2>"$scratch/err" || {
    absent+="${absent:+; }$kernel: $(tail -n 1 "$scratch/err")"
    continue
  }
  run() { timeout 3000 kcompat-lab run --timeout 2400 "${options[@]}" --modules "" "$@" 2>"$scratch/err"; }
  run "$kernel" -- "$guest" cat /proc/kallsyms /sys/kernel/tracing/available_filter_functions \
    /sys/kernel/debug/kprobes/blacklist /sys/kernel/tracing/available_events >"$scratch/lists" || {
    echo "$kernel: $(tail -n 1 "$scratch/err")"
    grep -qE 'cannot be downloaded|no such program|not built' "$scratch/err" && exit 77
    exit 1
  }
  awk -v d="$scratch" '
    /^[0-9a-f]+ . / { print >(d "/kallsyms"); next }
    /^0x/ { print >(d "/blacklist"); next }
    /^[a-zA-Z0-9_-]+:[a-zA-Z0-9_-]+$/ { print >(d "/events"); next }
    { print >(d "/traceable") }' "$scratch/lists"
  questions >"$scratch/questions"
  for way in files attach; do
    really=()
    [ $way = files ] || really=(--attach)
    run --add "$scratch/questions:/questions" "$kernel" -- kcompat require --json "${really[@]}" \
      -f /questions >"$scratch/$way.json"
    [ "$(jq '.requirements | length' "$scratch/$way.json")" = "$(wc -l <"$scratch/questions")" ] || {
      echo "$kernel, $way: not all questions were answered: $(tail -n 3 "$scratch/err")"
      exit 1
    }
  done
  jq -nr --slurpfile files "$scratch/files.json" --slurpfile attach "$scratch/attach.json" '
    [$files[0].requirements, $attach[0].requirements] | transpose[] |
    [(.[0].requirement | sub("^attach:"; "") | sub("/.*"; "")), .[0].result, .[1].result, .[0].requirement, .[0].reason, .[1].reason] | @tsv' \
    >"$scratch/table"
  awk -F'\t' -v kernel="$kernel" '
    { n[$1]++; yes[$1] += $2 == "yes"; unknown[$1] += $2 == "unknown"; open[$1] += $3 == "unknown" }
    $2 == "yes" && $3 == "no" { wrong_yes[$1]++; print kernel ": wrong yes: " $4 ": " $5 " | " $6 }
    $2 == "yes" && $3 == "unknown" { print kernel ": wrong yes, or the attachment told nothing: " $4 ": " $5 " | " $6 }
    $2 == "no" && $3 == "yes" { wrong_no[$1]++; print kernel ": wrong no: " $4 ": " $5 " | " $6 }
    END { for (s in n) printf "%s %-14s %4d asked, %4d yes, %d wrong yes, %d wrong no, %d unknown (%d after an attachment)\n",
            kernel, s, n[s], yes[s], wrong_yes[s], wrong_no[s], unknown[s], open[s] }' "$scratch/table" >"$scratch/said"
  sort "$scratch/said"
  [ -z "${KCOMPAT_ATTACH_KEEP:-}" ] || cp "$scratch/table" "$KCOMPAT_ATTACH_KEEP/$kernel.tsv"
  ! grep -q ': wrong ' "$scratch/said" || bad=1
  # A kind without an answer at all is a broken test.
  awk -F'\t' '$2 != "unknown" { known++ } END { exit !(known > NR * 0.98) }' "$scratch/table" || {
    echo "$kernel: more than 2 % are unknown"
    awk -F'\t' '$2 == "unknown" { print "  " $4 ": " $5 }' "$scratch/table" | head -n 40
    bad=1
  }
done
[ $bad -eq 0 ] || exit 1
[ -z "$absent" ] || {
  echo "not all kernels: $absent"
  exit 77
}
