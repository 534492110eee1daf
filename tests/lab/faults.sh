#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kcompat-lab with missing or faulty programs and files: each case has its message and exit status, and leaves no
# files. Without a network and without a guest: a script simulates qemu.
# Needs kcompat-lab in PATH, gcc, and python3.
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

case $(uname -m) in
x86_64) arch=amd64 machine=x86_64 ;;
aarch64) arch=arm64 machine=aarch64 ;;
ppc64le) arch=ppc64el machine=ppc64 ;;
riscv64) arch=riscv64 machine=riscv64 ;;
s390x) arch=s390x machine=s390x ;;
*)
  echo "the lab boots no kernel of $(uname -m)"
  exit 77
  ;;
esac

# A file that is recognised as a kernel, and a program that could run in a guest.
mkdir -p "$scratch/guests/static-$arch" "$scratch/qemu" "$scratch/tmp" || exit 2
cat >"$scratch/kernel.c" <<'C'
const char linux_banner[] = "Linux version 6.1.0-lab-test (a@b) (gcc 12) #1 SMP Debian 6.1.1 (2024-01-01)\n";
void _start(void) {}
C
gcc -nostdlib -static -o "$scratch/vmlinux" "$scratch/kernel.c" || exit 1
echo 'int main(void) { return 0; }' >"$scratch/program.c"
gcc -static -o "$scratch/guests/static-$arch/init" "$scratch/program.c" || exit 1
gcc -o "$scratch/dynamic" "$scratch/program.c" || exit 1
cp "$scratch/guests/static-$arch/init" "$scratch/guests/static-$arch/kcompat"

cat >"$scratch/qemu/qemu-system-$machine" <<'PYTHON'
#!/usr/bin/env python3
import base64, os, re, signal, sys, time, zlib
say = sys.stdout.buffer
if "--version" in sys.argv:
    print("QEMU emulator version %s (Debian)" % os.environ.get("VERSION", "10.0.2"))
    sys.exit(0)
with open(os.environ["LOG"], "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\n")
initrd = open(sys.argv[sys.argv.index("-initrd") + 1], "rb").read()
kernel = open(sys.argv[sys.argv.index("-kernel") + 1], "rb").read()
assert initrd[:6] == b"070701" and kernel[:4] == b"\x7fELF"
mark = re.search(rb"mark=(lab-[0-9a-f]+)\0", initrd)[1]

def line(words):
    say.write(b"\n" + mark + b" " + words + b"\r\n")

def stream(name, data, damage=b""):
    packed = zlib.compress(data)
    line(b"%s %d %08x %d" % (name, len(data), zlib.crc32(data), len(packed)))
    text = base64.b64encode(packed)
    for at in range(0, len(text), 76):
        say.write(text[at:at + 76] + b"\n")
        say.write(damage)

def end(words, out=b"out\n", damage=b""):
    line(b"started")
    stream(b"stdout", out, damage)
    stream(b"stderr", b"err\n")
    stream(b"dmesg", b"3 0.1 before\nstarted\n4 0.2 watch out\n6 0.3 all is well\n")
    line(words)
    line(b"done")

def panic():
    say.write(b"[    1.0] Kernel panic - not syncing: Attempted to kill init!\n")

mode = os.environ["FAKE"]
if mode.startswith("exit ") or mode.startswith("signal ") or mode == "timeout":
    end(mode.encode())
elif mode == "big":
    end(b"exit 0", os.urandom(10 << 20))
elif mode == "damaged":
    end(b"exit 0", b"x" * 9999 + os.urandom(200), b"not what was sent\n")
elif mode == "no stream":
    line(b"started"); line(b"exit 0"); line(b"done")
elif mode == "no end":
    line(b"started"); stream(b"stdout", b""); stream(b"stderr", b""); stream(b"dmesg", b""); line(b"done")
elif mode == "failed":
    line(b"failed module /lab/x.ko: Invalid argument"); line(b"done")
elif mode == "panic in boot":
    panic()
elif mode == "panic once":
    if len(open(os.environ["LOG"]).readlines()) == 1:
        panic()
    else:
        end(b"exit 0")
elif mode == "panic":
    line(b"started"); panic()
elif mode == "garbage":
    say.write(os.urandom(100000) + b"\nSomething else\n")
elif mode == "flood":
    while True:
        say.write(b"x" * 65536)
elif mode == "hang":
    line(b"started"); say.flush(); time.sleep(1000)
elif mode == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif mode == "refused":
    sys.stderr.write("qemu: cannot set up guest memory\n")
    sys.exit(1)
say.flush()
PYTHON
chmod 755 "$scratch/qemu/qemu-system-$machine"
export LOG=$scratch/log TMPDIR=$scratch/tmp

# lab MODE [ARGUMENT...]: exit status in $status, output in $scratch/out and $scratch/err.
lab() {
  local mode=$1
  shift
  : >"$LOG"
  FAKE=$mode timeout 100 kcompat-lab run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" "$@" \
    "$scratch/vmlinux" >"$scratch/out" 2>"$scratch/err"
  status=$?
}

# expect MODE STATUS WORDS BOOTS: the lab's exit status, words in its standard error, and number of boots.
expect() {
  local mode=$1 boots
  lab "$mode" --timeout 1 --boot-timeout 4
  boots=$(wc -l <"$LOG")
  [ "$status" -eq "$2" ] || complain "$mode: exit status $status, expected $2: $(tail -n 3 "$scratch/err")"
  grep -qF "$3" "$scratch/err" || complain "$mode: does not say \"$3\": $(tail -n 3 "$scratch/err")"
  [ "$boots" -eq "$4" ] || complain "$mode: $boots boots, expected $4"
}

expect "exit 0" 0 "err" 1
[ "$(cat "$scratch/out")" = out ] || complain "the program's output did not come: $(cat "$scratch/out")"
! grep -q "watch out" "$scratch/err" || complain "prints dmesg unasked"
expect "exit 123" 123 "err" 1
expect "exit 124" 125 "exit status is 124" 1
expect "signal 11" 139 "err" 1
expect timeout 124 "did not end in time" 1
expect damaged 125 "stdout: damaged on its way" 1
expect "no stream" 125 "stdout is missing" 1
expect "no end" 125 "did not report the program's end" 1
expect failed 125 "could not be set up: module /lab/x.ko: Invalid argument" 1
expect "panic in boot" 126 "boot 3 of 3 died" 3
expect "panic once" 0 "boot 1 of 3 died" 2
expect panic 126 "console: [    1.0] Kernel panic" 1
expect garbage 126 "console: Something else" 3
expect flood 125 "floods its console" 1
expect hang 124 "hangs in the program" 1
expect killed 125 "qemu was ended by signal 9" 1
expect refused 125 "status 1: qemu: cannot set up guest memory" 1

lab big
[ "$status" -eq 0 ] && [ "$(stat -c %s "$scratch/out")" -eq 10485760 ] || complain "10 MB of output did not come"
lab "exit 0" --dmesg
grep -q "^dmesg: 4 0.2 watch out" "$scratch/err" || complain "no warning: $(cat "$scratch/err")"
! grep -q "before\|all is well" "$scratch/err" || complain "warns of what is none"

# The arguments of the guest.
lab "exit 0" --append "lockdown=integrity" --append "lsm=bpf" --memory 700
grep -q -- "-append console=.* oops=panic .* lockdown=integrity lsm=bpf" "$LOG" || complain "no --append: $(cat "$LOG")"
grep -q -- "-m 700 " "$LOG" || complain "no --memory: $(cat "$LOG")"

# Files are written completely. A full disk is reported after the program's output.
lab "exit 5" --output-dir "$scratch/kept"
[ "$status $(cat "$scratch/kept/stdout" "$scratch/kept/stderr")" = $'5 out\nerr' ] && [ -s "$scratch/kept/console" ] ||
  complain "--output-dir: $status: $(ls "$scratch/kept")"
lab "exit 5" --output-dir /dev/full
[ "$status" -eq 125 ] && grep -q "/dev/full" "$scratch/err" || complain "--output-dir where nothing can be written: $status"

# no STATUS WORDS ARGUMENT...: refused before a boot.
no() {
  local wanted=$1 words=$2 status
  shift 2
  FAKE="exit 0" timeout 60 kcompat-lab "$@" >"$scratch/out" 2>"$scratch/err"
  status=$?
  [ "$status" -eq "$wanted" ] && [ ! -s "$scratch/out" ] || complain "$*: exit status $status, expected $wanted"
  grep -qF "$words" "$scratch/err" || complain "$*: does not say \"$words\": $(cat "$scratch/err")"
}
run=(run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests")
no 125 "qemu-system-$machine: no such program" run --qemu-dir "$scratch" --guest-dir "$scratch/guests" "$scratch/vmlinux"
no 125 "static-$arch/init: not built" run --qemu-dir "$scratch/qemu" --guest-dir "$scratch" "$scratch/vmlinux"
no 125 "not a static program" "${run[@]}" "$scratch/vmlinux" "$scratch/dynamic"
no 125 "no-such-program" "${run[@]}" "$scratch/vmlinux" "$scratch/no-such-program"
no 125 "not a 64-bit ELF program" "${run[@]}" "$scratch/vmlinux" "$scratch/kernel.c"
no 125 "no such capability" "${run[@]}" --without-cap CAP_FLY "$scratch/vmlinux"
no 125 "expected NAME=VALUE" "${run[@]}" --sysctl kernel.panic "$scratch/vmlinux"
no 125 "no module of that name" "${run[@]}" --modules no_such_module "$scratch/vmlinux"
no 125 "added twice to the guest" "${run[@]}" --add "$scratch/kernel.c:/init" "$scratch/vmlinux"
no 125 "not a kernel image" "${run[@]}" "$scratch/dynamic"
no 125 "did you mean 'amd64-6.12-cloud'" "${run[@]}" amd64-6.12-cluod
no 125 "no kernel given" run
no 125 "kernels, run takes one" "${run[@]}" arm64
head -c 5000 "$scratch/vmlinux" >"$scratch/cut"
no 125 "$scratch/cut" "${run[@]}" "$scratch/cut"

# An old qemu is used, with a message.
VERSION=7.2.17 lab "exit 0"
[ "$status" -eq 0 ] && grep -q "qemu 7.2.17: before version 8" "$scratch/err" || complain "an old qemu: $(cat "$scratch/err")"

# check: if one kernel fails, the others still run.
FAKE="panic in boot" timeout 60 kcompat-lab check --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" \
  "$scratch/vmlinux" "$scratch/dynamic" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 125 ] || complain "check of a kernel that could not be asked: not 125"
grep -q "vmlinux.*panicked" "$scratch/out" && grep -q "dynamic.*not a kernel image" "$scratch/out" ||
  complain "check does not name each failure: $(cat "$scratch/out")"

# A kernel that was asked and did not answer is another status than one that could not be asked.
check_is() {
  local expected=$1 words=$2 mode=$3 found
  shift 3
  FAKE=$mode timeout 60 kcompat-lab check --guest-dir "$scratch/guests" "$@" >"$scratch/out" 2>"$scratch/err"
  found=$?
  { [ $found -eq "$expected" ] && grep -qF -- "$words" "$scratch/out" "$scratch/err"; } ||
    complain "check $*: $found, expected $expected and \"$words\": $(tail -n 3 "$scratch/out" "$scratch/err")"
}
check_is 1 panicked "panic in boot" --qemu-dir "$scratch/qemu" "$scratch/vmlinux"
check_is 125 "no such program" "exit 0" --qemu-dir "$scratch/no-qemu" "$scratch/vmlinux"
check_is 125 "--fetch-qemu" "exit 0" --qemu-dir "$scratch/no-qemu" "$scratch/vmlinux"
# Files without a kernel, and a directory with one.
mkdir -p "$scratch/files/empty" "$scratch/files/kernel/sub" && cp "$scratch/vmlinux" "$scratch/files/kernel/sub/"
: >"$scratch/files/kernel/fake.ko"
check_is 125 "no kernel in these files" "exit 0" "$scratch/files/kernel/fake.ko"
check_is 125 "no package, kernel image or module" "exit 0" "$scratch/files/empty"
check_is 1 panicked "panic in boot" --qemu-dir "$scratch/qemu" "$scratch/files/kernel"
check_is 1 panicked "panic in boot" --qemu-dir "$scratch/qemu" --with "$scratch/files/kernel/fake.ko" "$scratch/vmlinux"

# No mirror, no apt with a mirror, no space for packages: a failure of the lab, with its reason.
mkdir -p "$scratch/bin" && printf '#!/bin/sh\nexit 100\n' >"$scratch/bin/apt-get" && chmod 755 "$scratch/bin/apt-get"
PATH=$scratch/bin:$PATH KCOMPAT_CACHE=$scratch/cache no 125 "no source of Debian packages" "${run[@]}" amd64-6.1-cloud

# An interrupt also ends the guest.
: >"$LOG"
FAKE=hang kcompat-lab "${run[@]}" "$scratch/vmlinux" >"$scratch/out" 2>"$scratch/err" &
pid=$!
until [ "$(wc -l <"$LOG")" -gt 0 ] && pgrep -P "$pid" >/dev/null; do sleep 0.1; done
guest=$(pgrep -P "$pid")
kill -TERM "$pid"
wait "$pid"
[ $? -eq 130 ] || complain "an interrupt: not 130"
! kill -0 "$guest" 2>/dev/null || complain "an interrupt leaves qemu behind"
[ -z "$(ls "$scratch/tmp")" ] || complain "left behind: $(ls "$scratch/tmp")"

exit $bad
