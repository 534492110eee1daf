#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is a real kernel recognised in every form that a compressor gives it, also where the first block is large? Each form
# has the release and the number of kfuncs of the image itself. Needs kcompat in PATH, jq, and the packages of
# tests/lib/kernel.sh; a form whose compressor is missing is left out.
# Exit status 1: a form is not read, or read differently; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
# shellcheck source=/dev/null
. tests/lib/kernel.sh
image=""
kernel_unpack amd64-6.12-cloud || {
  tail -n 1 "$scratch/reason"
  exit 77
}
tar -cf "$scratch/boot.tar" -C "$scratch/tree" "boot/${image##*/}"
identity='[.kernel.release, (.kfuncs | length)] | tostring'
kcompat scan --no-modules --json "$image" -o "$scratch/plain.json" || exit 1
wanted=$(jq -r "$identity" "$scratch/plain.json")

# form FILE COMPRESSOR...: the image or the archive, compressed by the command, is read as the image is.
form() {
  local source=$1 name
  shift
  command -v "$1" >/dev/null || {
    echo "left out: $1 is not installed"
    return
  }
  name="$*"
  "$@" <"$source" >"$scratch/packed"
  status 0 kcompat scan --no-modules --json "$scratch/packed" -o "$scratch/packed.json"
  [ "$(jq -r "$identity" "$scratch/packed.json")" = "$wanted" ] || complain "$name: not read as $wanted"
  rm -f "$scratch/packed.json"
}
for source in "$image" "$scratch/boot.tar"; do
  form "$source" bzip2 -9
  form "$source" zstd -q -3
  form "$source" lz4 -q -c
done
form "$image" lz4 -q -l -9 -c
form "$image" lzop -9

# In a directory, what has a kernel's name and is none is named. The exit status says so, too.
mkdir "$scratch/boot"
gzip -1 <"$image" >"$scratch/boot/vmlinuz-6.12"
head -c 70000 "$image" | tail -c 60000 >"$scratch/boot/vmlinuz-6.13"
status 2 kcompat scan --no-modules --json "$scratch/boot" -o "$scratch/directory.json"
[ "$(jq -r "$identity" "$scratch/directory.json")" = "$wanted" ] || complain "a directory: not read as $wanted"
warned "vmlinuz-6.13: not a kernel image" "a directory"

# The same kernel without any header, also packed. It has its configuration in itself (CONFIG_IKCONFIG).
same() {
  status 0 kcompat scan --no-modules --json "$1" -o "$scratch/packed.json"
  [ "$(jq -r "$identity" "$scratch/packed.json")" = "$wanted" ] || complain "${1##*/}: not read as $wanted"
}
tests/lib/containers.py payload "$image" "$scratch/vmlinux.zst"
zstd -qd "$scratch/vmlinux.zst"
objcopy -O binary "$scratch/vmlinux" "$scratch/vmlinux.bin"
same "$scratch/vmlinux.bin"
gzip -1 -k "$scratch/vmlinux.bin"
same "$scratch/vmlinux.bin.gz"
config=$(find "$scratch/tree/boot" -name 'config-*')
{
  cat "$scratch/vmlinux.bin"
  printf IKCFG_ST
  gzip <"$config"
  printf IKCFG_ED
} >"$scratch/ikconfig.bin"
same "$scratch/ikconfig.bin"
kcompat scan --no-modules --json "$image" "$config" -o "$scratch/config.json"
of_config() { jq -S .config "$1" | sha256sum; }
[ "$(of_config "$scratch/config.json")" != "$(of_config "$scratch/plain.json")" ] || complain "no configuration was read"
[ "$(of_config "$scratch/config.json")" = "$(of_config "$scratch/packed.json")" ] || complain "the image's configuration is not read"

# Without symbols, what the BTF says is still said, and without both, what the banner says.
strip_symbols='import re, sys
data = sys.stdin.buffer.read()
digits = b"".join(b"%d\0" % digit for digit in range(10))
sys.stdout.buffer.write(data.replace(digits, bytes(len(digits))))'
python3 -c "$strip_symbols" <"$scratch/vmlinux.bin" >"$scratch/no-symbols"
# answer FILE REQUIREMENT RESULT
answer() {
  local found
  found=$(kcompat require --json -k "$1" "$2" 2>/dev/null | jq -r '.requirements[0].result')
  [ "$found" = "$3" ] || complain "${1##*/}: $2 is $found, expected $3"
}
answer "$scratch/no-symbols" struct:task_struct.pid yes
answer "$scratch/no-symbols" struct:no_such_struct unknown
answer "$scratch/no-symbols" kfunc:bpf_dynptr_slice@xdp unknown
answer "$scratch/no-symbols" helper:bpf_get_stackid@xdp unknown
answer "$scratch/no-symbols" kfunc:bpf_no_such_kfunc unknown
status 2 kcompat scan --no-modules --json tests/fuzz/corpus/image/raw
warned "no table of tokens" "a kernel without symbols and BTF"
[ "$(jq -r '.kernel | "\(.release) \(.machine)"' "$scratch/out")" = "6.1.0-test mips64" ] ||
  complain "a kernel without symbols and BTF: its banner is not read"

# Linux 4.15 to 5.1 hides addresses as "(null)".
printf '          (null) %s\n' 'T _text' 'T vfs_read' $'t helper_of_module\t[module]' >"$scratch/kallsyms"
answer "$scratch/kallsyms" func:vfs_read yes
kcompat scan --json -n helper_of_module "$scratch/kallsyms" -o "$scratch/packed.json"
[ "$(jq -r '.functions[0].symbols[0].module' "$scratch/packed.json")" = module ] || complain "kallsyms with (null)"

# The BTF of a small module has no string of its own.
small=$(find "$scratch/tree" -name 'cast_common.ko*')
xz -dc "$small" >"$scratch/cast_common.ko"
objcopy --dump-section .BTF="$scratch/cast_common" "$scratch/cast_common.ko"
status 0 kcompat scan --json -n vfs_read "$image" "$scratch/cast_common"
status 0 kcompat scan --json -n vfs_read "$image" "$scratch/cast_common.ko"
status 2 kcompat scan --json "$scratch/cast_common"
warned "cast_common: a module's BTF" "split BTF without strings"
# Many modules without their kernel are one message.
cp "$scratch/cast_common" "$scratch/cast_common2"
status 2 kcompat scan --json "$scratch/cast_common" "$scratch/cast_common2"
warned "cast_common and 1 more: BTF of modules, their base is missing" "split BTF without a kernel"
[ "$(wc -l <"$scratch/err")" -eq 1 ] || complain "split BTF without a kernel: more than one message"

# A kernel of a few functions: its debug information is packed, and its BTF lies at an odd place of the file.
cat >"$scratch/small.c" <<'END'
const char linux_banner[] = "Linux version 6.1.0-test (a@b) (gcc 12, ld 2) #1 SMP test\n";
int small_function(int a) { return linux_banner[a]; }
void _start(void) {}
END
gcc -g -nostdlib -static -o "$scratch/small" "$scratch/small.c"
kcompat scan --json -n small_function "$scratch/small" -o "$scratch/small.json" 2>/dev/null
instances() { jq -c '.functions[0].instances' "$1"; }
[[ $(instances "$scratch/small.json") == *'"file":'*'small.c"'* ]] || complain "DWARF is not read"
for packing in zlib zstd; do
  objcopy --compress-debug-sections=$packing "$scratch/small" "$scratch/packed" 2>/dev/null || continue
  kcompat scan --json -n small_function "$scratch/packed" -o "$scratch/packed.json" 2>/dev/null
  [ "$(instances "$scratch/packed.json")" = "$(instances "$scratch/small.json")" ] ||
    jq -r '.environment.limits[].what' "$scratch/packed.json" | grep -q "packed with $packing, which the libdw" ||
    complain "DWARF packed with $packing: neither read nor explained"
done
objcopy --dump-section .BTF="$scratch/whole.btf" "$scratch/vmlinux" "$scratch/copy"
objcopy --add-section .BTF="$scratch/whole.btf" "$scratch/small" "$scratch/odd"
answer "$scratch/odd" struct:task_struct.pid yes

# A module that has a distilled base of its BTF with it, for several builds of a kernel (linux 6.11).
python3 - "$scratch" <<'END'
import struct, sys
def btf(strings, types):
    return struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings
base = b"\0int\0"
own = b"distilled\0argument\0"
number = struct.pack("<IIII", 1, 1 << 24, 4, 1 << 24 | 32)
prototype = struct.pack("<IIIII", 0, 13 << 24 | 1, 1, len(base) + 10, 1)
function = struct.pack("<III", len(base), 12 << 24 | 1, 2)
for name, data in (("base", btf(base, number)), ("split", btf(own, prototype + function))):
    with open(sys.argv[1] + "/distilled." + name, "wb") as file:
        file.write(data)
END
release=$(jq -r .kernel.release "$scratch/plain.json")
gcc -c -x c -o "$scratch/distilled.o" - <<END
int distilled(int argument) { return argument; }
const char magic[] __attribute__((section(".modinfo"), used)) = "vermagic=$release SMP ";
END
objcopy --add-section .BTF="$scratch/distilled.split" --add-section .BTF.base="$scratch/distilled.base" \
  "$scratch/distilled.o" "$scratch/distilled.ko"
status 0 kcompat scan --json -n distilled "$image" "$scratch/distilled.ko"
[[ $(jq -c '.functions[0] | [.state, .prototypes]' "$scratch/out") == '["present",['*'int distilled(int argument)'*']]' ]] ||
  complain "a distilled base: $(jq -c '.functions[0]' "$scratch/out")"

# A file that is expected to be a kernel and is none is named, also in a package.
mkdir -p "$scratch/odd-tree/boot"
sed 's/Linux version/Lynux version/' "$scratch/small" >"$scratch/odd-tree/boot/vmlinuz-6.1.0-test"
cp "$scratch/small" "$scratch/odd-tree/boot/small"
tar -cf "$scratch/odd.tar" -C "$scratch/odd-tree" boot
status 2 kcompat scan --json "$scratch/odd.tar"
warned "odd.tar: boot/vmlinuz-6.1.0-test: an ELF file, but not a kernel" "a file with a kernel's name"

# Bytes that are no kernel stay unknown.
head -c 300000 "$image" | tail -c 200000 >"$scratch/bytes"
status 2 kcompat scan --json "$scratch/bytes"
warned "bytes: unrecognised file type" "bytes"
exit "${bad:-2}"
