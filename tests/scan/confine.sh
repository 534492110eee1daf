#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What can a file do that takes over the process which reads it? Needs kcompat in PATH, gcc, jq and strace.
# tests/fixtures/misbehave.c plays such a file.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
fixtures=$PWD/tests/fixtures
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
failed=0
fail() {
  echo "FAILED $*"
  failed=1
}
# expect NAME TEXT FILE: the file has the text.
expect() {
  grep -qF -- "$2" "$3" || {
    fail "$1: no '$2' in:"
    cat "$3"
  }
}

[[ $(ldd "$(command -v kcompat)" 2>/dev/null) == *libc.so* ]] || {
  echo "this kcompat is static, so nothing can be put into it"
  exit 77
}
gcc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC -o "$scratch/misbehave.so" "$fixtures/misbehave.c" || exit 1
cd "$scratch" || exit 2
for name in a b c; do
  for i in {1..300}; do printf 'ffffffff81%06x T func_%s_%d\n' $((i * 64)) $name "$i"; done >$name.map
done
# misbehave HOW COMMAND...: with b.map as the file that does so. Standard output in `out`, standard error in `err`.
misbehave() {
  local how=$1
  shift
  MISBEHAVE=$how MISBEHAVE_AT=b.map LD_PRELOAD=$scratch/misbehave.so timeout -s KILL 300 kcompat "$@" >out 2>err
  status=$?
}
names() { jq -r '.source.inputs[].name' out | tr '\n' ' '; }

# Which parts does this kernel have?
kcompat scan --verbose a.map >plain.txt 2>parts || fail "scan of a list of symbols: $(cat parts)"
has() { sed 's/; without.*//' parts | grep -qF "$1"; }
expect "--verbose" 'kcompat: the process that reads is confined: ' parts

# A file that takes over the process.
misbehave try scan --json a.map b.map c.map
[ $status -eq 0 ] || fail "try: exit status $status"
expect try 'permitted to open the named file' err
[ "$(names)" = "a.map b.map c.map " ] || fail "try: answers for $(names)"
has Landlock && for what in 'to open another file' 'to open another directory' 'to open the named file for writing'; do
  expect Landlock "refused $what" err
done
has 'no capabilities' && for what in CAP_SYS_ADMIN CAP_DAC_OVERRIDE; do expect capabilities "refused $what" err; done
expect memory 'refused to take 600 MiB' err
expect memory 'permitted to take 100 MiB' err
expect limits 'permitted to read its own limits' err
if has seccomp; then
  for what in 'to open the named file for writing' 'to make a file' 'to remove a file' 'to rename a file' 'to change a mode' \
    'to make a socket' 'to make a pair of sockets' 'to connect' 'to make a process' 'to run a program' bpf \
    'to trace a process' 'to signal the parent' 'to signal a thread of the parent' 'to limit the parent' 'to mount' \
    'to make a namespace' 'to type on the terminal'; do
    expect seccomp "refused $what" err
  done
else
  echo "this kernel lets no process filter its system calls: $(cat parts)"
fi
# The same file to every command that reads files.
for command in 'show -k b.map vfs_read' 'diff b.map a.map' 'require -k b.map func:vfs_read' \
  'docs check -k a.map b.map' 'show -k live -k b.map vfs_read'; do
  # shellcheck disable=SC2086 # words
  misbehave try $command
  expect "$command" 'permitted to open the named file' err
  has seccomp && expect "$command" 'refused to run a program' err
  has Landlock && expect "$command" 'refused to open another file' err
done
# An object is looked at by processes that are confined, also if the running kernel must be asked what it needs.
if compiler=$("$OLDPWD/tools/bpf-compiler"); then
  sed 's/"GPL"/"attack"/' "$fixtures/objects/task.bpf.c" >o.bpf.c
  "$compiler" -target bpf -O2 -g -c -o o.bpf.o o.bpf.c || exit 1
  for kernels in '' '-k live -k 6.12' '-k 6.12'; do
    # shellcheck disable=SC2086 # words
    MISBEHAVE=try MISBEHAVE_AT=attack LD_PRELOAD=$scratch/misbehave.so kcompat check --verbose $kernels o.bpf.o >out 2>err
    status=$?
    if [ $status -eq 2 ] || [ ! -s out ]; then fail "check $kernels: exit status $status: $(cat err)"; fi
    expect "check $kernels" 'permitted to take 100 MiB' err
    expect "check $kernels" 'refused to take 600 MiB' err
    if has seccomp; then
      grep -E 'permitted (to run a program|bpf|to make a socket)' err && fail "check $kernels: a process that is not confined read the object"
    fi
    # shellcheck disable=SC2086 # words
    MISBEHAVE=crash MISBEHAVE_AT=attack LD_PRELOAD=$scratch/misbehave.so kcompat check $kernels o.bpf.o >out 2>err
    status=$?
    if [ $status -ne 2 ] || [ -s out ]; then fail "a crash of check $kernels: exit status $status: $(cat out)"; fi
    expect "a crash of check $kernels" 'kcompat: o.bpf.o: the process that read it crashed: ' err
  done
  for how in exhaust spin; do
    (ulimit -S -t 1 && MISBEHAVE=$how MISBEHAVE_AT=attack LD_PRELOAD=$scratch/misbehave.so kcompat check o.bpf.o >out 2>err)
    status=$?
    if [ $status -ne 2 ] || [ -s out ]; then fail "check, $how: exit status $status: $(cat out)"; fi
    expect "check, $how" 'kcompat: o.bpf.o: reading it takes more than ' err
  done
fi
# A store that is asked, and one that gets another kernel.
cp "$OLDPWD/data/kernels.kts" fleet.kts
for command in 'require -k fleet.kts func:vfs_read' 'show -k fleet.kts vfs_read' 'scan --store fleet.kts /sys/kernel/btf/vmlinux' 'kernels --store fleet.kts' \
  'scan --store fleet.kts --forget nothing'; do
  # shellcheck disable=SC2086 # words
  MISBEHAVE=try MISBEHAVE_AT=fleet.kts LD_PRELOAD=$scratch/misbehave.so kcompat $command >out 2>err
  expect "$command" 'permitted to open the named file' err
  has seccomp && expect "$command" 'refused to run a program' err
  has Landlock && expect "$command" 'refused to open another file' err
done
# A store of snapshots: who adds reads the snapshot and the store that is there, and writes what nobody but the parent opens.
if kcompat db add hosts.db "$OLDPWD/tests/fixtures/snapshots/probed-6.18.json" >out 2>err; then
  cp hosts.db before.db
  cp "$OLDPWD/tests/fixtures/snapshots/scanned-6.1.json" other.json
  for command in 'hosts.db: db add hosts.db other.json' 'other.json: db add hosts.db other.json' 'other.json: db add new.db other.json' \
    'hosts.db: db groups hosts.db' 'hosts.db: require -k hosts.db map:hash' 'hosts.db: show -k hosts.db bpf_loop' \
    'hosts.db: diff hosts.db other.json'; do
    # shellcheck disable=SC2086 # words
    MISBEHAVE=try MISBEHAVE_AT=${command%%:*} LD_PRELOAD=$scratch/misbehave.so kcompat ${command#*: } >out 2>err
    expect "$command" 'permitted to open the named file' err
    expect "$command" 'permitted to take 100 MiB' err
    if has seccomp; then
      for what in 'to open the named file for writing' 'to remove a file' 'to run a program' 'to make a socket'; do
        expect "$command" "refused $what" err
      done
    fi
    has Landlock && expect "$command" 'refused to open another file' err
  done
  for how in crash exhaust spin; do
    for what in hosts.db other.json; do
      cp before.db hosts.db
      (ulimit -S -t 1 && MISBEHAVE=$how MISBEHAVE_AT=$what LD_PRELOAD=$scratch/misbehave.so kcompat db add hosts.db other.json >out 2>err)
      status=$?
      if [ $status -ne 2 ] || [ -s out ]; then fail "db add, $how of $what: exit status $status: $(cat out)"; fi
      grep -qF "$what: " err || fail "db add, $how of $what: $(cat err)"
      cmp -s before.db hosts.db || fail "db add, $how of $what: the store is another one"
    done
  done
else
  echo "no store of snapshots: $(cat err)"
fi
# A captured root directory: each of its files may attack.
mkdir -p root/proc/sys/kernel root/boot && echo 6.6.6 >root/proc/sys/kernel/osrelease && cp a.map root/proc/kallsyms
MISBEHAVE=try MISBEHAVE_AT=root/proc/kallsyms LD_PRELOAD=$scratch/misbehave.so kcompat probe --verbose --json --root root >out 2>err ||
  fail "probe --root: exit status $?: $(cat err)"
expect "probe --root" 'permitted to open the named file' err
has seccomp && expect "probe --root" 'refused to run a program' err
has Landlock && expect "probe --root" 'refused to open another file' err
expect "probe --root --verbose" 'kcompat: the process that reads is confined: ' err
[ "$(jq -r .kernel.release out)" = 6.6.6 ] || fail "probe --root: $(head -c 300 out)"
kcompat probe --json --root root -o root.json 2>err || fail "probe --root -o: $(cat err)"
cmp -s out root.json || fail "probe --root -o writes something else"
MISBEHAVE=crash MISBEHAVE_AT=root/proc/kallsyms LD_PRELOAD=$scratch/misbehave.so kcompat probe --root root >out 2>err &&
  fail "a crash of probe --root is no error"
expect "a crash of probe --root" 'kcompat: root: the process that read it crashed: ' err
kcompat probe --verbose --only features --bare >out 2>err && expect "probe --verbose" 'so nothing is confined' err
# Who writes pages writes beside them, and not elsewhere.
mkdir pages && cp a.map pages/a.md
MISBEHAVE=try MISBEHAVE_AT=pages/a.md LD_PRELOAD=$scratch/misbehave.so kcompat docs update -k shipped pages >out 2>err
expect "docs update" 'permitted to open the named file for writing' err
has Landlock && expect "docs update" 'refused to open another file' err
has seccomp && expect "docs update" 'refused to run a program' err

# A crash and a limit cost one of three inputs.
misbehave crash scan --json a.map b.map c.map
[ $status -eq 2 ] || fail "crash: exit status $status"
expect crash 'kcompat: b.map: the process that read it crashed: ' err
[ "$(names)" = "a.map c.map " ] || fail "crash: answers for $(names)"
[ "$(wc -l <err)" -eq 1 ] || fail "crash: more than one line: $(cat err)"
misbehave exhaust scan --json a.map b.map c.map
[ $status -eq 2 ] || fail "exhaust: exit status $status"
expect exhaust 'kcompat: b.map: reading it takes more than 29' err
[ "$(names)" = "a.map c.map " ] || fail "exhaust: answers for $(names)"
(ulimit -S -t 1 && misbehave spin scan --json a.map b.map c.map && exit "$status")
status=$?
[ $status -eq 2 ] || fail "spin: exit status $status"
expect spin 'kcompat: b.map: reading it takes more than 12 s of CPU time (' err
[ "$(names)" = "a.map c.map " ] || fail "spin: answers for $(names)"
# The messages of the start that came to nothing are not printed twice.
echo nothing >d.map
misbehave crash scan --json d.map a.map b.map
[ "$(grep -c 'd.map: unrecognised' err)" -eq 1 ] || fail "messages: $(cat err)"
# Alone, and in the other commands, it is an error in the style of the command.
misbehave crash scan b.map
[ $status -eq 2 ] || fail "crash alone: exit status $status"
[ ! -s out ] || fail "crash alone: $(cat out)"
misbehave crash require --exit-style=systemd -k b.map map:hash
[ $status -eq 255 ] || fail "crash of a gate: exit status $status"
expect "crash of a gate" 'kcompat: b.map: the process that read it crashed (' err
misbehave exhaust require --exit-style=systemd -k b.map map:hash
[ $status -eq 255 ] || fail "exhaust of a gate: exit status $status"
expect "exhaust of a gate" 'kcompat: b.map: reading it takes too much memory (' err
(ulimit -S -t 1 && misbehave spin require --exit-style=systemd -k b.map map:hash && exit "$status")
status=$?
[ $status -eq 255 ] || fail "spin of a gate: exit status $status"
expect "spin of a gate" 'kcompat: b.map: reading it takes too much CPU time (' err

# The parent writes the output, if the child has ended well.
echo old >output
misbehave crash scan -o output b.map
[ "$(cat output)" = old ] || fail "an output of a crash: $(cat output)"
kcompat scan -o output a.map || fail "scan -o"
cmp -s output plain.txt || fail "scan -o: $(diff output plain.txt)"
kcompat scan a.map >/dev/full 2>err && fail "a full disk"
expect "a full disk" 'No space left' err

# A long output is put aside in a file that was opened before.
kcompat show --json -k "$OLDPWD/data/snapshots/amd64-7.2-cloud.json.gz" -k "$OLDPWD/data/snapshots/arm64-7.2-cloud.json.gz" '*' \
  >out 2>err || fail "a long output: $(cat err)"
[ "$(wc -c <out)" -gt $((8 << 20)) ] || fail "a long output has only $(wc -c <out) bytes"
jq -e .subjects out >/dev/null || fail "a long output is no JSON"

# Interrupts, and the end of the parent, reach the child.
runs() { grep -qE '^State:[[:space:]]*[RSDt]' "/proc/$1/status" 2>/dev/null; }
start() {
  MISBEHAVE=spin MISBEHAVE_AT=b.map LD_PRELOAD=$scratch/misbehave.so kcompat scan b.map 2>/dev/null &
  started
}
# Waits for the child of the last command.
started() {
  pid=$! child=
  for ((i = 0; i < 100; i++)); do
    child=$(tr -d ' ' <"/proc/$pid/task/$pid/children")
    [ -n "$child" ] && break
    sleep 0.1
  done
  sleep 0.5
  runs "$child" || fail "no process reads"
}
gone() {
  for ((i = 0; i < 100; i++)); do
    runs "$child" || return
    sleep 0.1
  done
  fail "$1: a process is left"
}
start
# A shell ignores SIGINT for what it starts in the background; SIGTERM is the same to kcompat.
kill -TERM $pid && sleep 0.3 && kill -TERM $pid
wait $pid
status=$?
[ $status -eq 130 ] || fail "interrupt: exit status $status"
gone interrupt
mkfifo waits
kcompat show -k - bpf_loop <waits >out 2>err &
exec 9>waits
started
kill -TERM $pid
gone "a wait for standard input"
exec 9>&-
wait $pid
status=$?
[ $status -eq 130 ] || fail "a wait for standard input: exit status $status: $(cat err)"
start
kill -KILL $pid
wait $pid 2>/dev/null
gone "the end of the parent"

# A closed pipe ends it as it ends others.
kcompat show -k "$OLDPWD/tests/fixtures/snapshots/probed-6.18.json" 'bpf_*' 2>err | head -n 1 >out
[ -s out ] || fail "a pipe: nothing came"
[ ! -s err ] || fail "a pipe: $(cat err)"

# Parts that a kernel lacks, and refuses.
command -v strace >/dev/null || {
  [ $failed -ne 0 ] || echo "no strace: the parts that a kernel lacks were not tested"
  exit $((failed ? 1 : 77))
}
# lacks CALL ERROR SAYS
lacks() {
  strace -f -qq -o /dev/null -e trace="$1" -e inject="$1:error=$2" kcompat scan --verbose a.map >out 2>err ||
    fail "without $1: exit status $?: $(cat err)"
  expect "without $1" "$3" err
  expect "without $1" 'confined: no' err
  cmp -s out plain.txt || fail "without $1: another answer: $(diff plain.txt out)"
}
lacks landlock_create_ruleset ENOSYS 'without files (Landlock): this kernel does not have it'
lacks landlock_create_ruleset EOPNOTSUPP 'without files (Landlock): this kernel does not have it'
lacks landlock_restrict_self E2BIG 'without files (Landlock): Argument list too long'
lacks landlock_add_rule ENOMEM 'without files (Landlock): Cannot allocate memory'
lacks seccomp EINVAL 'without system calls (seccomp): Invalid argument'
lacks seccomp EPERM 'without system calls (seccomp): Operation not permitted'
lacks capset EPERM 'without no capabilities except to read: Operation not permitted'

# A gate starts no process: that would take longer than the gate. It confines itself before it opens the file.
strace -f -qq -o calls -e trace=fork,vfork,clone,clone3,openat,seccomp kcompat require -k a.map map:hash 2>err
grep -E '(fork|clone3?)\(' calls | grep -v CLONE_THREAD && fail "require -k starts a process"
grep -E 'seccomp|"a\.map"' calls | grep -v O_PATH | head -n 1 | grep -q seccomp ||
  fail "require -k reads before it confines itself: $(cat calls)"
# A question to the running kernel starts no process. The file of an output is not opened by who reads.
strace -f -qq -o calls -e trace=fork,vfork,clone,clone3,seccomp kcompat require map:hash >/dev/null 2>err
grep -E '(fork|clone3?|seccomp)\(' calls | grep -v CLONE_THREAD && fail "require starts a process, or confines it"
strace -f -qq -o calls -e trace=openat,rename,renameat,renameat2,seccomp kcompat scan -o output a.map
reader=$(awk '/seccomp\(/ { print $1 }' calls)
grep -qE "^$reader .*output" calls && fail "who reads opens the output"
grep -q 'rename.*output' calls || fail "nothing was renamed to the output: $(cat calls)"
exit $failed
