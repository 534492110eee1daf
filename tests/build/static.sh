#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The static program for this machine's architecture: its size, that it needs no other file and no file system, and
# that it prints the same as the ordinary build. Linked from the objects of the kcompat in PATH.
# Needs make, gcc, readelf and the packages of the build.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

arch=$(dpkg --print-architecture 2>/dev/null) || {
  echo "no dpkg on this machine"
  exit 77
}
# If the -dev packages of a distribution have no static libraries, there is nothing to test.
tools/libraries static gcc -- -lbpf -ljansson -lnettle -l:libarchive.a -lcapstone -l:libdw.a -lelf -lz -llzma -lzstd \
  -llz4 -lbz2 -llzo2 2>"$scratch/said" || {
  cat "$scratch/said"
  exit 77
}

# The same flags as in `make check`: other flags would rebuild all objects.
build=$(realpath --relative-to=. "$(dirname "$(command -v kcompat)")")
make -s --no-print-directory BUILD="$build" EXTRA_CFLAGS=-Werror ARCH="$arch" static >"$scratch/said" 2>&1 || {
  cat "$scratch/said"
  exit 1
}
# The link prints no warning, not even about getaddrinfo().
[ ! -s "$scratch/said" ] || complain "the linker says: $(cat "$scratch/said")"
static=build/static-$arch/kcompat

# The emulator, or the architectures of capstone that are left out, would add 5 MB and more. Capstone 5 (Debian 13) is
# 1 MB larger than capstone 4.
size=$(stat -c %s "$static")
[ "$size" -lt $((12 << 20)) ] || complain "$size bytes, 12 MiB are the limit"
! readelf -lWd "$static" | grep -E 'INTERP|NEEDED' || complain "it is not static"
! readelf -SW "$static" | grep -E '\.(symtab|debug)' || complain "it is not stripped"

# same ARGUMENT...: both print the same and have the same exit status.
same() {
  kcompat "$@" >"$scratch/one" 2>&1
  echo "exit status $?" >>"$scratch/one"
  "$static" "$@" >"$scratch/two" 2>&1
  echo "exit status $?" >>"$scratch/two"
  diff "$scratch/one" "$scratch/two" >"$scratch/difference" ||
    complain "kcompat $*: $(head -n 10 "$scratch/difference")"
}
snapshot=$(find data/snapshots -name '*6.12*cloud*' -name '*amd64*' | head -n 1)
same --version
same scan --help
same require --json --kernel "$snapshot" kfunc:bpf_arena_alloc_pages@syscall 'helper:bpf_loop'
same require --kernel tests/fixtures/snapshots/probed-6.18.json -f tests/fixtures/requirements/agent.req
same scan --json /sys/kernel/btf/vmlinux
same scan /dev/zero
# DWARF: a static libdw may need parts that mk/eu_search.c brings.
cat >"$scratch/image.c" <<'C'
const char linux_banner[] = "Linux version 6.1.0-test (builder) (gcc) #1 SMP\n";
volatile int sink;
static inline __attribute__((always_inline)) int everywhere(int x) { return x * sink; }
__attribute__((noinline)) int callee(int x) { return everywhere(x) + 1; }
void _start(void) { sink = callee(sink) + linux_banner[sink]; }
C
gcc -g -O1 -ffreestanding -nostdlib -static -o "$scratch/vmlinux" "$scratch/image.c" || complain "no image"
same scan --json -n everywhere -n callee "$scratch/vmlinux"
grep -q '"inline": *"full"' "$scratch/two" || complain "no debug information is read: $(head -c 500 "$scratch/two")"
# Packages go through libarchive.
for package in tests/fixtures/packages/*.rpm; do same scan --json "$package"; done

# Runs in a directory without other files.
if [ "$(id -u)" -eq 0 ]; then
  mkdir "$scratch/root" && cp "$static" "$snapshot" "$scratch/root"
  said=$(LC_ALL=de_DE.UTF-8 chroot "$scratch/root" /kcompat require --kernel "/${snapshot##*/}" \
    kfunc:bpf_arena_alloc_pages@syscall 2>&1) || complain "alone: exit status $?: $said"
fi
exit $bad
