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
files=$(kernel_files amd64-6.12-cloud 2>"$scratch/err") || {
  tail -n 1 "$scratch/err"
  exit 77
}
while IFS= read -r file; do dpkg-deb -x "$file" "$scratch/tree"; done <<<"$files"
image=$(find "$scratch/tree/boot" -name 'vmlinuz-*')
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

# Bytes that are no kernel stay unknown.
head -c 300000 "$image" | tail -c 200000 >"$scratch/bytes"
status 2 kcompat scan --json "$scratch/bytes"
warned "bytes: unrecognised file type" "bytes"
exit "${bad:-2}"
