#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Probes one kernel with restrictions: lockdown, without its JIT, without capabilities, in a user namespace,
# unprivileged, with other LSMs. The probe must report each restriction (blocked, unknown, or the context's own
# state). No answer may differ from the answer of the unrestricted kernel.
# usage: lab/suites/settings.sh [KERNEL]      Needs kcompat-lab in PATH, jq. KCOMPAT_LAB_GUESTS as in tests/lab/boot.sh.
set -uo pipefail
kernel=${1:-amd64-6.12-cloud}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
options=(--fetch-qemu)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")

# The questions with different answers. Blocked and unknown are not answers. Ran, loadable and permitted are one
# answer. Without a JIT, no kfunc can be called, and all kfuncs have this same reason.
# shellcheck disable=SC2016 # jq's own variables
contradictions='
  def answer: if . == "ran" or . == "loadable" or . == "permitted" then "yes"
    elif . == "blocked" or . == "unknown" then null else . end;
  def cells: [(.kfuncs[] | {key: "kfunc/\(.name)", value: .cells}), (.helpers[] | {key: "helper/\(.name)", value: .cells})] |
    map(.key as $key | .value | to_entries[] | {key: "\($key)@\(.key)", value: (.value | answer)}) | from_entries;
  ($everything[0] | cells) as $all |
  cells | to_entries[] | select(.value != null and $all[.key] != null and .value != $all[.key]) |
  "\(.key): \($all[.key]) with everything, here \(.value)"'

probe() {
  local name=$1
  shift
  timeout 600 kcompat-lab run "${options[@]}" --timeout 400 "$@" "$kernel" >"$scratch/$name.json" 2>"$scratch/$name.err" || {
    echo "$name: exit status $?: $(tail -n 2 "$scratch/$name.err")"
    bad=1
    return 1
  }
}

# setting NAME JQ-CONDITION OPTION...: the condition must hold for the probe with these options.
setting() {
  local name=$1 condition=$2 lines
  shift 2
  probe "$name" "$@" || return
  jq -e "$condition" "$scratch/$name.json" >/dev/null || {
    echo "$name: not so: $condition"
    bad=1
  }
  lines=$(jq -r --slurpfile everything "$scratch/everything.json" "$contradictions" "$scratch/$name.json")
  [ -z "$lines" ] || {
    echo "$name: $(wc -l <<<"$lines") wrong answers, the first ones:"
    head -n 5 <<<"$lines" | sed 's/^/    /'
    bad=1
  }
  jq -r --arg name "$name" '[.kfuncs[].cells[], .helpers[].cells[]] | group_by(.) | map("\(.[0]) \(length)") |
    "\($name): \(join(", "))"' "$scratch/$name.json"
}

probe everything || exit 1
remedies='[.environment.limits[] | select(.remedy != null)] | length > 0'
none='[.kfuncs[].cells[], .helpers[].cells[]] | map(IN("ran", "loadable", "permitted")) | any | not'
setting jit-off "(.environment.jit == \"0\") and ($remedies) and
  ([.kfuncs[].cells[] | IN(\"ran\", \"loadable\", \"permitted\", \"refused\")] | any | not) and
  (.features | map({key: .name, value: .state}) | from_entries | .jit == \"blocked\" and .trampoline == \"ok\")" --sysctl net.core.bpf_jit_enable=0
setting integrity '.environment.lockdown == "integrity"' --append lockdown=integrity
setting confidentiality '.environment.lockdown == "confidentiality" and
  ([.environment.limits[] | select(.remedy == "run as root")] | length == 0)' --append lockdown=confidentiality
setting no-bpf "(.environment.capabilities | index(\"CAP_BPF\") | not) and ($remedies)" \
  --without-cap CAP_BPF --without-cap CAP_SYS_ADMIN
setting no-perfmon "(.environment.capabilities | index(\"CAP_PERFMON\") | not) and ($remedies)" \
  --without-cap CAP_PERFMON --without-cap CAP_SYS_ADMIN
setting perf-paranoid '[.environment.limits[].what | select(startswith("kernel.perf_event_paranoid is above 2"))] | length == 1' \
  --without-cap CAP_SYS_ADMIN --sysctl kernel.perf_event_paranoid=3
setting user-namespace "($none) and ($remedies)" --user-namespace
setting unprivileged "($none) and ($remedies) and .environment.capabilities == []" --unprivileged
setting lsm-without-bpf '.environment.lsm | index("bpf") | not' --append lsm=lockdown,yama
setting lsm-with-bpf '.environment.lsm | index("bpf")' --append lsm=lockdown,bpf

# A kernel that charges programs and maps against RLIMIT_MEMLOCK (before 5.11). No reason blames a capability.
kernel=amd64-5.10-cloud
if probe memlock --without-cap CAP_SYS_RESOURCE; then
  jq -e '[.contexts[], .map_types[], .features[] | select(.state == "blocked") | .reason // ""] as $reasons
    | ($reasons | map(select(test("RLIMIT_MEMLOCK"))) | length > 10) and
      ($reasons | map(test("lacks CAP_|without CAP_")) | any | not)' "$scratch/memlock.json" >/dev/null || {
    echo "memlock: the reasons do not name RLIMIT_MEMLOCK"
    bad=1
  }
fi
exit $bad
