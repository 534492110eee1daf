#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kcompat-lab with real guests: how programs end there, what they find, and the facts of one kernel; `make lab-quick`
# checks three. Skipped, with the reason, without a package, qemu or a static guest.
# KCOMPAT_LAB_GUESTS: the directory of static-amd64/, if it is not in the default place.
# Needs kcompat and kcompat-lab in PATH, gcc, jq.
# shellcheck disable=SC2015 # a complaint is for either
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
[ "$(uname -m)" = x86_64 ] || {
  echo "the guest's program is built for this machine, which is no x86-64"
  exit 77
}
options=(--fetch-qemu)
[ -z "${KCOMPAT_LAB_GUESTS:-}" ] || options+=(--guest-dir "$KCOMPAT_LAB_GUESTS")
gcc -O2 -Wall -Wextra -Werror -static -o "$scratch/guest" tests/lab/guest.c || exit 1

# lab [OPTION...] -- WORD...: the test's program on one kernel. $status, $scratch/out, $scratch/err.
lab() {
  local arguments=()
  while [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  timeout 300 kcompat-lab run "${options[@]}" "${arguments[@]}" "$kernel" -- "$scratch/guest" "${@:2}" \
    >"$scratch/out" 2>"$scratch/err"
  status=$?
}

# expect STATUS OUT ERR: exit status, output and errors of the last run.
expect() {
  [ "$status" -eq "$1" ] || complain "exit status $status, expected $1: $(tail -n 3 "$scratch/err")"
  [ -z "$2" ] || grep -qF -- "$2" "$scratch/out" || complain "does not print \"$2\": $(head -c 500 "$scratch/out")"
  [ -z "$3" ] || grep -qF -- "$3" "$scratch/err" || complain "does not say \"$3\": $(tail -n 3 "$scratch/err")"
}

# Each kernel is booted from the package that is here now: nothing below depends on what the archive has.
# shellcheck source=/dev/null
. tests/lib/kernel.sh
declare -A packages
absent=""
checked=amd64-6.12-cloud
for name in amd64-6.1-cloud $checked; do
  packages[$name]=$(kernel_files "$name" 2>"$scratch/err") || absent+="${absent:+; }$name: $(tail -n 1 "$scratch/err")"
done
[ -n "${packages[amd64-6.1-cloud]}" ] || {
  echo "no package: $absent"
  exit 77
}
kernel=amd64-6.1-cloud
lab -- status 42
if [ "$status" -eq 125 ] && grep -qE 'cannot be downloaded|no such program|not built' "$scratch/err"; then
  echo "no guest: $(tail -n 1 "$scratch/err")"
  exit 77
fi
expect 42 "" leaving
kernel=${packages[amd64-6.1-cloud]}
lab -- signal 11
expect 139 "before the signal" "ended by signal 11"
lab --timeout 3 -- spin
expect 124 spinning "did not end in time"
lab -- child
expect 0 "left a child" ""
lab -- panic
expect 126 "" "sysrq triggered crash"
lab -- flood 10485760
[ "$status" -eq 0 ] && cmp -s "$scratch/out" <("$scratch/guest" flood 10485760) || complain "10 MB came wrong: $status"

# A BPF token: what it delegates to a user namespace is answered there.
gcc -O2 -Wall -Wextra -Werror -static -o "$scratch/delegate" tests/probe/delegate.c || exit 1
guests=${KCOMPAT_LAB_GUESTS:-build}
if [ -n "${packages[amd64-6.12-cloud]}" ] && [ -x "$guests/static-amd64/kcompat" ]; then
  timeout 300 kcompat-lab run "${options[@]}" --add "$guests/static-amd64/kcompat:/kcompat" "${packages[amd64-6.12-cloud]}" -- \
    "$scratch/delegate" /tmp delegate_cmds=any delegate_maps=array delegate_progs=xdp delegate_attachs=any -- \
    /kcompat require --token /tmp map:array context:xdp map:hash >"$scratch/out" 2>"$scratch/err"
  status=$?
  expect 3 "yes      context:xdp" ""
  expect 3 "the BPF token does not delegate this" ""
fi

# The program's environment: modules and their dependencies, settings, files, file systems.
echo "from outside" >"$scratch/file"
# tcp_cubic is built in: no module, and no error.
lab --modules nf-nat,fou,tcp_cubic --append "lab.test=1" --add "$scratch/file:/etc/some/file" --sysctl kernel.panic_on_warn=1 \
  -- cat /proc/modules /proc/cmdline /etc/some/file /proc/sys/kernel/panic_on_warn /proc/mounts /proc/self/status
for words in "nf_nat " "nf_conntrack " "fou " "lab.test=1" "from outside" "/sys/fs/bpf bpf" "/sys/kernel/tracing tracefs" \
  "/sys/fs/cgroup cgroup2" "securityfs" "CapEff:	000001ffffffffff"; do
  expect 0 "$words" ""
done
grep -qx 1 "$scratch/out" || complain "--sysctl does nothing"
lab --without-cap CAP_BPF --without-cap CAP_SYS_ADMIN --modules "" -- cat /proc/self/status /proc/modules
expect 0 "CapEff:	0000017fffdfffff" ""
! grep -q "^nf_" "$scratch/out" || complain "modules that nobody wants"
lab --user-namespace --modules "" -- cat /proc/self/uid_map /proc/self/status
expect 0 "         0          0          1" ""
lab --unprivileged --modules "" -- cat /proc/self/status
expect 0 "Uid:	65534	65534	65534	65534" ""
expect 0 "CapEff:	0000000000000000" ""
lab --modules no_such_module -- status 0
expect 125 "" "no module of that name"
lab --sysctl no.such=1 --modules "" -- status 0
expect 125 "" "sysctl no/such=1: No such file"

if [ -n "${packages[$checked]}" ]; then
  kernel=${packages[$checked]}
  lab -- cat /proc/net/dev /proc/version /proc/modules
  expect 0 "lab0:" ""
  expect 0 "Linux version 6.12." ""
  expect 0 "nf_nat " ""
fi

bash lab/suites/discover.sh "$scratch/discovered" "${options[@]}" && bash tests/lab/facts.sh "$scratch/discovered" |
  tee "$scratch/facts" || complain "--discover finds other kfuncs than the image has"
grep -q " ok .*--discover finds" "$scratch/facts" || complain "--discover was not held against the image"
[ -z "$absent" ] || {
  [ $bad -eq 0 ] || exit 1
  echo "not all kernels: no package: $absent"
  exit 77
}

# Every prediction agrees with the probe.
timeout 900 kcompat-lab check "${options[@]}" --output-dir="$scratch/results" "$checked" >"$scratch/out" 2>"$scratch/err" ||
  complain "check $checked: exit status $?: $(tail -n 5 "$scratch/err") $(cat "$scratch/out")"
[ "$(cd "$scratch/results" && echo *)" = "$checked.diff.json $checked.json" ] || complain "other results: $(ls "$scratch/results")"
# shellcheck disable=SC2046 # a word each
jq -e '[inputs | .source | .kind == "probed" and (.inputs | length > 0)] | all and length == 1' -n \
  $(find "$scratch/results" -name '*.json' ! -name '*.diff.json') >/dev/null || complain "results name no image"
bash tests/lab/facts.sh "$scratch/results" || complain "known facts do not hold"
cat "$scratch/out"
exit $bad
