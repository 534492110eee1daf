#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults around the whole program: bpf(2) failing by injection, signals, full disks, no privileges,
# no BTF. In each case, a cell has the state of a clean run, or is unknown.
# shellcheck disable=SC2317 # cleanup is called by the trap
set -uo pipefail
matrix=(probe --json --only "contexts,kfuncs,helpers")
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d)
mounted=
cleanup() {
  [ -z "$mounted" ] || umount "$mounted"
  rm -rf "$scratch"
}
trap cleanup EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
skip() {
  echo "$1"
  exit 77
}

own_messages() { dmesg 2>/dev/null | grep -ci kcompat; }
messages=$(own_messages)
kcompat "${matrix[@]}" -o "$scratch/clean.json" ||
  skip "the probe itself fails here"
jq -e '[.contexts[] | select(.state == "ok")] | length > 0' "$scratch/clean.json" >/dev/null ||
  skip "bpf(2) is refused to this process"

# The cells of $1 that contradict the clean run: not the same, not blocked and not unknown. A program of bpf/ that did not
# load leaves the allow check as the evidence: permitted, where it was loadable.
contradictions() {
  jq -n --slurpfile a "$scratch/clean.json" --slurpfile b "$1" '
    def cells: [(.kfuncs[] | {kind: "kfunc", name, cells}), (.helpers[] | {kind: "helper", name, cells})]
      | map(.kind as $k | .name as $n | .cells | to_entries[] | {key: "\($k)/\($n)@\(.key)",
          value: (if .value == "loadable" then "permitted" else .value end)})
      | from_entries;
    ($a[0] | cells) as $clean | ($b[0] | cells) as $faulty
    | [$faulty | to_entries[] | select(.value != $clean[.key] and .value != "unknown" and .value != "blocked")]
    | length'
}

if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
  for fault in EPERM EINVAL ENOSPC E2BIG EAGAIN ENOMEM; do
    # Every 7th call fails, from the 400th on: then the controls of most contexts have passed.
    strace -f -qq -o /dev/null -e trace=bpf -e inject=bpf:error=$fault:when=400+7 \
      kcompat "${matrix[@]}" --context 'cgroup/s*' --context xdp \
      --context syscall -o "$scratch/fault.json" || complain "$fault injected: exit status $?"
    wrong=$(contradictions "$scratch/fault.json")
    [ "$wrong" = 0 ] || complain "$fault injected: $wrong cells contradict a clean run"
    # Except for cells that no run answers. A full log and an interrupted verifier are tried again.
    injected=$(jq --slurpfile clean "$scratch/clean.json" '
      def open($from): [$from | .kfuncs[], .helpers[] | .cells[] | select(. == "unknown" or . == "blocked")] | length;
      (.contexts | map(.name)) as $asked
      | open(.) - open($clean[0] | (.kfuncs, .helpers) |= map(.cells |= with_entries(select(.key | IN($asked[])))))' \
      "$scratch/fault.json")
    case $fault in
    ENOSPC | EAGAIN) [ "$injected" = 0 ] || complain "$fault injected: $injected cells were not asked again" ;;
    *) [ "$injected" -gt 50 ] || complain "$fault injected: only $injected cells noticed it" ;;
    esac
  done
  # Types and features: a refusal is tried again, so few become unknown, and none gets another state.
  types=(probe --json --only "map_types,link_types,features")
  kcompat "${types[@]}" -o "$scratch/types.json" || complain "types and features: exit status $?"
  # Also two in a row, and all from one call on, as a policy refuses: then more are unknown. tests/unit/probe/faults.c
  # injects each errno at each call, without strace.
  for fault in EPERM EOPNOTSUPP; do
    for when in 1+5 300..301 40+; do
      strace -f -qq -o /dev/null -e trace=bpf -e inject=bpf:error=$fault:when=$when \
        kcompat "${types[@]}" -o "$scratch/fault.json" || complain "$fault injected at $when: exit status $?"
      differences=$(jq -nr --slurpfile a "$scratch/types.json" --slurpfile b "$scratch/fault.json" '
        def states: [("map_types", "link_types", "features") as $kind | .[$kind][] | {key: "\($kind)/\(.name)", value: .state}]
          | from_entries;
        ($a[0] | states) as $clean
        | [$b[0] | states | to_entries[] | select(.value != $clean[.key])]
        | "\(length) \(map(select(.value != "unknown" and .value != "blocked") | .key) | join(","))"')
      case $when/$differences in
      *+/*" ") ;;
      */[0-5]" ") ;;
      *) complain "$fault injected at $when: states that differ, and which contradict a clean run: $differences" ;;
      esac
    done
  done
else
  echo "strace cannot trace here: no faults injected"
fi

# A signal during the run: status 130, a message, no file, and no object left in the kernel.
before=$(find /sys/fs/bpf -mindepth 1 2>/dev/null | wc -l)
kcompat probe --json --discover -o "$scratch/never.json" 2>"$scratch/message" &
sleep 1
kill -INT $!
wait $!
status=$?
[ $status -eq 130 ] || complain "SIGINT: exit status $status, expected 130"
grep -q '^kcompat: interrupted' "$scratch/message" || complain "SIGINT: no message: $(cat "$scratch/message")"
[ ! -e "$scratch/never.json" ] || complain "SIGINT: a file was written"
[ -z "$(find "$scratch" -name 'never.json*')" ] || complain "SIGINT: a temporary file is left"
[ "$(find /sys/fs/bpf -mindepth 1 2>/dev/null | wc -l)" = "$before" ] || complain "SIGINT: something is pinned"

# Full disks: standard output, and -o, which keeps the old file.
kcompat probe --only contexts >/dev/full 2>"$scratch/message"
status=$?
[ $status -eq 2 ] || complain "full standard output: exit status $status"
grep -q 'No space left' "$scratch/message" || complain "full standard output: $(cat "$scratch/message")"
mkdir "$scratch/small"
if mount -t tmpfs -o size=64k tmpfs "$scratch/small" 2>/dev/null; then
  mounted=$scratch/small
  echo old >"$scratch/small/snapshot.json"
  kcompat probe --json -o "$scratch/small/snapshot.json" 2>"$scratch/message"
  status=$?
  [ $status -eq 2 ] || complain "full disk: exit status $status"
  [ "$(cat "$scratch/small/snapshot.json")" = old ] || complain "full disk: the old file is damaged"
  [ "$(find "$scratch/small" -type f | wc -l)" = 1 ] || complain "full disk: a temporary file is left"
fi
kcompat probe --only contexts -o "$scratch/no/such/file" 2>"$scratch/message"
[ $? -eq 2 ] || complain "-o into no directory: not an error"

# A reader that closes the pipe early.
kcompat probe | head -n 1 >/dev/null

# Without privileges: files are reported, no cell is answered, exit status 0.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
  binary=$(command -v kcompat)
  cp "$binary" "$scratch/kcompat"
  chmod 755 "$scratch" "$scratch/kcompat"
  setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$scratch/kcompat" probe --json \
    >"$scratch/nobody.json" || complain "unprivileged: exit status $?"
  answered=$(jq '[.kfuncs[], .helpers[] | .cells[] | select(. != "blocked" and . != "unsupported")] | length' \
    "$scratch/nobody.json")
  [ "$answered" = 0 ] || complain "unprivileged: $answered cells are answered"
  jq -e '.kernel.release and (.environment.limits | length > 0)' "$scratch/nobody.json" >/dev/null ||
    complain "unprivileged: no identity or no limits"
fi

# A kernel without BTF: the file is hidden in a private mount namespace.
if unshare -m true 2>/dev/null; then
  # shellcheck disable=SC2016 # the inner shell expands it
  unshare -m bash -c 'mount -t tmpfs tmpfs /sys/kernel/btf && exec "$@"' sh kcompat "${matrix[@]}" >"$scratch/nobtf.json" ||
    complain "no BTF: exit status $?"
  jq -e '(.kfuncs | length == 0) and (.helpers | length > 200) and (.kernel.btf_sha256 == null)' \
    "$scratch/nobtf.json" >/dev/null || complain "no BTF: kfuncs, helpers or digest are wrong"
  wrong=$(contradictions "$scratch/nobtf.json")
  [ "$wrong" = 0 ] || complain "no BTF: $wrong cells contradict a clean run"
  # Damaged BTF matters before any real call is made.
  matrix+=(--bare)
  kcompat "${matrix[@]}" -o "$scratch/clean.json" || complain "bare calls: exit status $?"
  head -c 100000 /sys/kernel/btf/vmlinux >"$scratch/cut"
  printf 'no BTF at all' >"$scratch/junk"
  : >"$scratch/empty"
  for file in cut junk empty; do
    # shellcheck disable=SC2016 # the inner shell expands them
    unshare -m bash -c 'mount --bind "$1" /sys/kernel/btf/vmlinux && shift && exec "$@"' sh \
      "$scratch/$file" kcompat "${matrix[@]}" >"$scratch/damaged.json" || complain "$file BTF: exit status $?"
    jq -e '.environment.limits | map(.what) | any(test("BTF"))' "$scratch/damaged.json" >/dev/null ||
      complain "$file BTF: no limit names it"
    wrong=$(contradictions "$scratch/damaged.json")
    [ "$wrong" = 0 ] || complain "$file BTF: $wrong cells contradict a clean run"
  done
fi

# The runs added no line to the kernel log.
[ "$(own_messages)" = "$messages" ] || complain "dmesg: $(dmesg | grep -i kcompat | tail -n 3)"
exit $bad
