#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Facts about functions in `kcompat scan`: a small image made here, with debug information, without it, and with
# that of another build; and every vmlinux with debug information below KCOMPAT_IMAGES. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
top=$PWD
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
bad=0
complain() {
  echo "$*"
  bad=1
}
command -v gcc objcopy strip >/dev/null || {
  echo "no gcc or binutils"
  exit 77
}

cat >image.c <<'C'
const char linux_banner[] = "Linux version 6.1.0-test (builder) (gcc) #1 SMP\n";
volatile int sink;
static inline __attribute__((always_inline)) int everywhere(int x) { return x * sink; }
__attribute__((noinline)) int callee(int x) { return everywhere(x) + 1; }
__attribute__((noinline)) int caller(int x) { return callee(x) * callee(x + 1) + everywhere(x); }
int __SCT__made(void);
asm(".type __SCT__made, %function\n__SCT__made: nop\n.size __SCT__made, . - __SCT__made\n");
void _start(void) { sink = caller(sink) + __SCT__made() + linux_banner[sink]; }
C
build() { gcc -g -O1 -ffreestanding -nostdlib -static -Wl,--build-id="$1" -o "$2" image.c; }
build 0x1111111111111111 vmlinux && build 0x2222222222222222 other || exit 77
objcopy --only-keep-debug vmlinux vmlinux.debug && objcopy --only-keep-debug other other.debug
cp vmlinux symbols && strip -g symbols
cp vmlinux bare && strip bare

# check NAME FILE FILTER: the filter must hold for the JSON. Of an empty file, jq 1.6 says that every filter holds.
check() { jq -es ".[] | $3" "$2" >/dev/null || complain "$1: not so: $3: $(jq -c '.source, .functions' "$2" | head -c 1500)"; }
# scan STATUS ARGUMENT...: the image made here has no kallsyms, so the exit status is 2.
scan() {
  local expected=$1 status
  shift
  kcompat scan "$@" >out 2>err
  status=$?
  [ $status -eq "$expected" ] || complain "scan $*: exit status $status, expected $expected: $(cat err)"
}
of() { echo "(.functions[] | select(.name == \"$1\"))"; }

scan 2 --json -n '*' --functions all.functions.gz vmlinux
"$top/tests/schema/schema.py" "$top/docs/schema/snapshot.json" - <out || complain "not its schema"
zcat all.functions.gz >all.jsonl
"$top/tests/schema/schema.py" "$top/docs/schema/functions.json" all.jsonl || complain "--functions: not its schema"
for change in 'del(.sources)' '.name |= (. // "x" | {})' '.inline = "often"' '.symbols[0].more = 1' '.index = [["a"]]'; do
  jq -c "$change" all.jsonl >changed.jsonl
  ! "$top/tests/schema/schema.py" "$top/docs/schema/functions.json" changed.jsonl 2>/dev/null ||
    complain "--functions: $change follows the schema"
done
mv out dwarf.json
check dwarf dwarf.json '.source.facts | index("dwarf")'
check dwarf dwarf.json '.source.functions | .instances == "dwarf" and .symbols == "symtab" and .patchable == null'
check dwarf dwarf.json "$(of everywhere) | .inline == \"full\" and .symbols == []
  and ([.instances[].inline_callers[]] | sort == [\"image.c:callee\", \"image.c:caller\"])
  and .attach.kprobe.possible == false"
check dwarf dwarf.json "$(of callee) | .inline == \"no\" and .collision_type == \"unique global\"
  and .instances[0].direct_callers == [\"image.c:caller\", \"image.c:caller\"]
  and .symbols[0].section == \".text\" and .symbols[0].size > 0 and .symbols[0].binding == \"global\"
  and .instances[0].address == null"
check dwarf dwarf.json "$(of callee) | .attach.fentry | .possible == false and .rule == \"no-btf\""
check dwarf dwarf.json '.source.functions.no_btf == "no-btf"'
zcat all.functions.gz | jq -se 'any(.[]; .name == "callee" and .instances[0].line == 4)' >/dev/null ||
  complain "the file of all functions has no callee"
cmp -s <(kcompat scan --json -n '*' vmlinux 2>/dev/null) dwarf.json || complain "two scans differ"

# `show` prints the same facts as scan, for an image and for its snapshot.
scan 2 --json -n everywhere -n callee -o of.json vmlinux
for kernel in of.json vmlinux all.functions.gz; do
  kcompat show --json -k $kernel everywhere callee >out 2>err || complain "show -k $kernel: $(cat err)"
  jq -e '.subjects | map({(.name): .kernels[0]}) | add |
    .everywhere.inline == "full" and .everywhere.state == "present" and .callee.inline == "no" and
    .callee.instances[0].direct_callers == ["image.c:caller", "image.c:caller"]' out >/dev/null ||
    complain "show -k $kernel does not have the facts: $(cat out)"
done

# What the build made has callers, and no place in the source.
for format in "" --markdown; do
  kcompat show ${format:+"$format"} -k all.functions.gz __SCT__made >out 2>err || complain "show $format: $(cat err)"
  { grep -q 'image.c:_start' out && ! grep -q '?' out; } || complain "show $format of __SCT__made: $(cat out)"
done

# Addresses are those of the symbols.
scan 2 --json --addresses -n callee vmlinux
check addresses out "$(of callee) | .instances[0].address == .symbols[0].address
  and .symbols[0].address == \"0x$(nm vmlinux | awk '$3 == "callee" { sub(/^0+/, "", $1); print $1 }')\""

# The debug file of the image's build, and of another one, which is not used.
scan 2 --json -n everywhere --debug=vmlinux.debug bare
check debug out "$(of everywhere) | .inline == \"full\""
for image in bare symbols; do
  scan 2 --json -n everywhere --debug=other.debug $image
  grep -q 'build id' err || complain "$image and a debug file of another build: $(cat err)"
  [ $image = symbols ] || check 'no symbols' out "$(of everywhere) | .state == \"unknown\" and .symbols == []"
done
check other out '.source.facts | index("dwarf") | not'
check other out "$(of everywhere) | .state == \"unknown\""

# Without debug information, inlining is unknown, and no function is absent.
scan 2 --json -n callee -n everywhere symbols
case $(uname -m) in
x86_64 | aarch64) check symbols out "$(of callee) | .instances[0].direct_callers == [\"caller\", \"caller\"]" ;;
esac
check symbols out "$(of callee) | .inline == \"unknown\" and .state == \"present\"
  and .instances[0].inline_callers == null"
check symbols out "$(of everywhere) | .kind == null and .state != \"present\""
check symbols out '.source.functions.inline == null'

# A file contains one kernel, and is written completely or not at all.
sed -i 's/6.1.0-test/6.2.0-test/' image.c && build 0x3333333333333333 newer
scan 2 --json --functions two.functions.gz vmlinux newer
[ ! -e two.functions.gz ] || complain "a file of two kernels was written"
scan 2 --json --functions none.functions.gz bare
[ ! -e none.functions.gz ] || complain "a file of nothing was written"
# Unused parts of a large file take no memory, and are not needed.
truncate -s 80M pad || exit 2
objcopy --add-section .debug_loc=pad vmlinux large || complain "objcopy failed"
scan 2 --json --stats -n '*' large
cmp -s <(jq .functions out) <(jq .functions dwarf.json) || complain "a large file has other functions"
awk '$1 == "peak_memory" && $2 < 70 { fits = 1 } END { exit !fits }' err ||
  complain "a file with 80 MiB that nobody reads takes $(grep peak_memory err)"
# The text has the same facts in words.
scan 2 -n caller vmlinux
grep -q 'called by *image.c:_start' out || complain "the text does not name the caller: $(cat out)"

# Kernels: a function that is inlined everywhere has a caller, and addresses are in the symbols.
while IFS= read -r image; do
  scan 0 --format=jsonl -n 'vfs_*' -n 'blk_account_*' -n 'bpf_mem_*' "$image"
  check "$image" out '[.functions[] | select(.inline == "full" and ([.instances[].inline_callers[]] == []))] == []'
  check "$image" out '[.functions[] | select(.name == "vfs_read" and .collision_type == "unique global")] != []'
  # The symbols decide whether there is code.
  scan 3 -n nothing --functions kernel.functions.gz "$image"
  gone=$(zcat kernel.functions.gz | jq -r '.name as $name | select((.instances // []) | any(.inline == "gone" or .inline == "full"))
    | select((.instances | all(.address == null)) and any(.symbols[]?; .name == $name)) | .name')
  [ -z "$gone" ] || complain "$image: symbols, but no code: $(head -n 5 <<<"$gone")"
done < <([ -z "${KCOMPAT_IMAGES:-}" ] || find "$KCOMPAT_IMAGES" -type f -path '*usr/lib/debug*' -name 'vmlinux*')
exit $bad
