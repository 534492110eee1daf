#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `kcompat scan`: unrecognised, damaged and hostile input; the running kernel's own BTF and symbols; and, if kernel
# images are available, two independent sources compared with each other.
# KCOMPAT_IMAGES is a directory with images of any number of kernels: vmlinuz* and vmlinux* files, optionally
# System.map* files of the same release, and below usr/lib/debug a vmlinux with its symbols. Needs kcompat in PATH.
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

# scan ARGUMENT...: output and errors in files, exit status in $status; a timeout is a failure.
scan() {
  timeout 30 kcompat scan "$@" >out 2>err </dev/null
  status=$?
  ! grep -qE 'Sanitizer|runtime error' err || complain "scan $*: $(grep -E 'Sanitizer|runtime error' err | head -n 1)"
}

# refused WORDS ARGUMENT...: exit status 2, one line of error with the words, no output.
refused() {
  local words=$1
  shift
  scan "$@"
  [ $status -eq 2 ] || complain "scan $*: exit status $status, expected 2"
  [ ! -s out ] || complain "scan $*: prints $(wc -c <out) bytes"
  if [ "$(wc -l <err)" -ne 1 ] || ! grep -qE '^kcompat: ' err || ! grep -qE "$words" err; then
    complain "scan $*: expected one line with '$words': $(head -c 400 err)"
  fi
}

# little NUMBER BYTES: the number as printf's escapes, little-endian.
little() {
  local i
  for ((i = 0; i < $2; i++)); do printf '\\x%02x' $((($1 >> (8 * i)) & 255)); done
}

# Only a setup header of an x86 boot image: $1 bytes in all, the payload length is $2 bytes.
boot_header() {
  head -c "$1" /dev/zero >boot
  patch_boot() { printf '%b' "$2" | dd of=boot bs=1 seek="$1" conv=notrunc status=none; }
  patch_boot 497 "$(little 4 1)"             # setup_sects
  patch_boot 510 '\x55\xaa'                  # boot_flag
  patch_boot 514 'HdrS'
  patch_boot 518 "$(little 0x20f 2)"         # version of the protocol
  patch_boot 584 "$(little 0 4)"             # payload_offset
  patch_boot 588 "$(little "$2" 4)"          # payload_length
}

# split_btf BASE FILE SHIFT: BTF of a module with one tagged kfunc, which has the prototype of a function of
# the base. It is made as if the base's strings were SHIFT bytes longer.
split_btf() {
  python3 -c '
import struct, sys
base = open(sys.argv[1], "rb").read()
_, _, _, header, types, types_len, _, strings_len = struct.unpack_from("<HBBIIIII", base)
at, end, cnt, proto = header + types, header + types + types_len, 0, 0
sizes = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}
while at < end:
    info, cnt = struct.unpack_from("<I", base, at + 4)[0], cnt + 1
    kind, vlen = info >> 24 & 0x7f, info & 0xffffff
    proto = cnt if kind == 13 else proto
    fixed, each = sizes.get(kind, (0, 0))
    at += 12 + fixed + each * vlen
names = b"kfunc_of_module\0bpf_kfunc\0"
first = strings_len + int(sys.argv[3])
records = struct.pack("<III", first, 12 << 24, proto) + struct.pack("<IIIi", first + 16, 17 << 24, cnt + 1, -1)
blob = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(records), len(records), len(names)) + records + names
open(sys.argv[2], "wb").write(blob)' "$@"
}

# part_btf BASE FILE: the types of the base before its first function, as a tool leaves that keeps what one program
# needs (bpftool gen min_core_btf), or what modules build on (.BTF.base).
part_btf() {
  python3 -c '
import struct, sys
base = open(sys.argv[1], "rb").read()
_, _, _, header, types, types_len, strings, strings_len = struct.unpack_from("<HBBIIIII", base)
at, end = header + types, header + types + types_len
sizes = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}
while at < end:
    info = struct.unpack_from("<I", base, at + 4)[0]
    kind, vlen = info >> 24 & 0x7f, info & 0xffffff
    if kind == 12:
        break
    fixed, each = sizes.get(kind, (0, 0))
    at += 12 + fixed + each * vlen
kept = base[header + types:at]
blob = struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(kept), len(kept), strings_len) + kept
open(sys.argv[2], "wb").write(blob + base[header + strings:header + strings + strings_len])' "$@"
}

# --- not a kernel ------------------------------------------------------------------------------------
: >empty
echo 'a text about kernels' >text
printf 'MZ\x90\x00HdrS\x55\xaa' >ten
head -c 65536 /dev/urandom >noise
mkdir nothing
mkfifo pipe
refused 'no kernel image given'
refused 'missing: No such file' missing
refused 'empty: ' empty
refused 'text: unrecognised file type' text
refused 'ten: ' ten
refused 'noise: ' noise
refused 'nothing: this .* contains no kernel and no module' nothing
refused '/dev/zero: ' /dev/zero
refused 'pipe: ' pipe
refused 'unknown option|nosuch' --nosuch text
tar cf texts.tar text noise
tar cf nested.tar texts.tar
gzip -k nested.tar
refused 'texts.tar: this .* contains no kernel and no module' texts.tar
refused 'nested.tar: this .* contains no kernel and no module' nested.tar
refused 'nested.tar.gz: this .* contains no kernel and no module' nested.tar.gz
boot_header 1024 4096
refused 'boot: ' boot
boot_header 65536 0xffffffff
refused 'boot: ' boot
boot_header 65536 60000
refused 'boot: ' boot
# A file that is no kernel by itself, with its remedy.
printf '# Linux/x86 6.1.1 Kernel Configuration\nCONFIG_BPF=y\n' >config
refused 'config: a kernel configuration is useless without its kernel .give its kernel too' config
refused 'name: an empty name' -n '' text
# Half a gigabyte of zeros, in half a megabyte.
head -c 600000000 /dev/zero | gzip -1 >bomb.gz
refused 'bomb.gz: ' bomb.gz
# An ELF file that is a program, not a kernel.
printf '#include <stdio.h>\nint main(void) { return puts("Linux version 6.1") < 0; }\n' |
  gcc -x c -o program - && refused 'program: ' program
head -c 200 "$(command -v kcompat)" >cut-elf
refused 'cut-elf: ' cut-elf

# Every cell, context and attachment of a prediction has a rule of the published ones.
rules=$(jq -c '."$defs" | [.predicted_rule, .attach_rule | .anyOf[].const] - ["predicted", null]' "$top/docs/schema/snapshot.json")
ruled() {
  local others
  others=$(jq -c -L "$top/tests/schema" --argjson rules "$rules" 'include "evidence";
    [every_cell.said.rule, (.contexts[] | select(.state != "ok").rule),
      (.functions[].attach // {} | .[] | select(.reason != null).rule)] | unique - $rules' "$2")
  [ "$others" = "[]" ] || complain "$1: rules that are none: $others"
}

# --- the running kernel's own BTF and symbols --------------------------------------------------------------
btf=/sys/kernel/btf/vmlinux
names() { jq -r '.kfuncs[] | select(.module == "vmlinux").name' "$1" | sort -u; }
counts() { jq -c "[$2] | group_by(.) | map({(.[0]): length}) | add" "$1"; }
if [ -r "$btf" ]; then
  cp "$btf" live.btf
  scan --json live.btf
  [ $status -eq 0 ] || complain "BTF alone: exit status $status: $(cat err)"
  mv out btf.json
  "$top/tests/schema/schema.py" "$top/docs/schema/snapshot.json" btf.json || complain "BTF alone: not its schema"
  # BTF does not contain registrations, so no cell may be answered from it.
  answered=$(jq '[.kfuncs[].cells[] | select(IN("unknown", "unsupported") | not)] | length' btf.json)
  [ "$answered" = 0 ] || complain "BTF alone: $answered cells are answered"
  jq -L "$top/tests/schema" -e 'include "evidence";
    all(every_cell; .said.line != null and .said.rule != null)' btf.json >/dev/null ||
    complain "BTF alone: a cell without a reason"
  ruled "BTF alone" btf.json
  jq -e '.source.kind == "scanned" and .source.facts == ["btf"] and (.helpers | length > 100)' btf.json >/dev/null ||
    complain "BTF alone: source or helpers"
  jq -e --arg sum "$(sha256sum live.btf | cut -d' ' -f1)" \
    '.kernel.btf_sha256 == $sum and .source.inputs == [{name: "live.btf", sha256: $sum}]' btf.json >/dev/null ||
    complain "BTF alone: $(jq -c '.kernel.btf_sha256, .source.inputs' btf.json), not $(sha256sum live.btf)"
  # The same names as in the probe, which finds them in another way.
  kcompat probe --json --only contexts,kfuncs -o probe.json || complain "probe: exit status $?"
  if jq -e '[.kfuncs[] | select(.found_by | index("decl_tag"))] | length > 0' probe.json >/dev/null; then
    diff <(names btf.json) <(names probe.json) >differ || complain "BTF alone and probe differ: $(head -n 5 differ)"
  else
    echo "note: this kernel's BTF has no kfunc tags: names not compared with probe"
  fi
  scan --json live.btf
  cmp -s out btf.json || complain "two scans of the same BTF differ"

  # A gate says unknown, not no; it says no for a function that the kernel cannot have.
  known=$(names btf.json | head -n 1)
  kcompat require -q --kernel btf.json "kfunc:$known@xdp"
  status=$?
  [ $status -eq 3 ] || complain "require $known on BTF alone: exit status $status, expected 3"

  # A function that is in no BTF may be in a module that was not given.
  kcompat require -q --kernel btf.json kfunc:bpf_in_some_module@xdp
  status=$?
  [ $status -eq 3 ] || complain "require of a kfunc of some module on BTF alone: exit status $status, expected 3"

  # Part of a kernel's BTF proves nothing about the kernel.
  part_btf live.btf part.btf
  scan --json part.btf
  if [ $status -ne 0 ] || ! jq -e '.source.facts == [] and .kernel.btf_sha256 == null and
    all(.contexts[]; .state == "unknown") and
    any(.environment.limits[].what; test("part.btf: not the BTF of a whole kernel"))' out >/dev/null; then
    complain "part of BTF: exit status $status: $(jq -c '.source, .environment.limits' out)"
  fi
  for question in "kfunc:$known" kfunc:bpf_in_some_module@xdp map:arena context:fentry; do
    kcompat require -q --kernel out "$question"
    status=$?
    [ $status -eq 3 ] || complain "require $question on part of BTF: exit status $status, expected 3"
  done

  # BTF of a module over its base, and over a wrong base.
  split_btf live.btf module.btf 0
  split_btf live.btf shifted.btf 1
  refused 'module.btf: a module.s BTF, its base probably has [0-9]+ bytes of strings.*--base' module.btf
  refused 'shifted.btf: this split BTF is not for the kernel of live.btf' --base live.btf shifted.btf
  scan --json --base live.btf module.btf
  [ $status -eq 0 ] || complain "split BTF: exit status $status: $(cat err)"
  jq -e '[.kfuncs[] | select(.module == "module").name] == ["kfunc_of_module"]' out >/dev/null ||
    complain "split BTF: $(jq -c '[.kfuncs[] | select(.module != "vmlinux").name]' out)"
  mv out split.json
  scan --json module.btf live.btf
  [ "$(jq -c .kfuncs out)" = "$(jq -c .kfuncs split.json)" ] || complain "split BTF and base side by side: not as with --base"
  scan --json live.btf --base live.btf
  if [ $status -ne 2 ] || ! grep -q 'no input extends its BTF' err; then
    complain "a base of nothing: exit status $status: $(cat err)"
  fi
  scan --json --debug config live.btf
  if [ $status -ne 2 ] || ! grep -q 'config: a kernel configuration, not a debug file' err; then
    complain "--debug of what is none: exit status $status: $(cat err)"
  fi

  # Damaged: an error, and no output.
  head -c 100000 live.btf >cut.btf
  refused 'cut.btf' cut.btf
  # One bad input does not stop the others.
  scan --json text live.btf missing
  [ $status -eq 2 ] || complain "a bad input beside a good one: exit status $status, expected 2"
  [ "$(grep -c '^kcompat: ' err)" -eq 2 ] || complain "a bad input beside a good one: $(cat err)"
  cmp -s out btf.json || complain "a bad input beside a good one changes what is said of the good one"
  # An output file that cannot be written.
  scan --json -o "$scratch/no/such" live.btf
  if [ $status -ne 2 ] || [ -s out ] || ! grep -q 'no/such' err; then
    complain "-o into no directory: exit status $status: $(cat err)"
  fi
  timeout 30 kcompat scan live.btf >/dev/full 2>err
  status=$?
  [ $status -eq 2 ] || complain "full standard output: exit status $status"
  echo old >kept.json
  scan --json -o kept.json missing
  [ "$(cat kept.json)" = old ] || complain "-o: a scan of nothing replaced the file"
  ! find . -name 'kept.json?*' | grep -q . || complain "-o: a temporary file is left"

  # Symbols alone: functions, but no facts from BTF.
  if grep -qE '^[0-9a-f]+ [tT] ' /proc/kallsyms; then
    grep -v '\[' /proc/kallsyms >symbols
    scan --json symbols
    [ $status -eq 0 ] || complain "symbols alone: exit status $status: $(cat err)"
    answered=$(jq '[.kfuncs[].cells[] | select(IN("unknown", "unsupported") | not)] | length' out)
    [ "$answered" = 0 ] || complain "symbols alone: $answered cells are answered: $(counts out '.kfuncs[].cells[]')"
    jq -e '.source.facts == ["kallsyms"]' out >/dev/null || complain "symbols alone: $(jq -c .source out)"
    grep -q ' bpf_mem_alloc_destroy$' symbols && want=present || want=absent
    got=$(jq -r '.functions[] | select(.name == "bpf_mem_alloc_destroy").state' out)
    [ "$got" = "$want" ] || complain "symbols alone: bpf_mem_alloc_destroy $got, the list says $want"
    # One kernel if the symbols contain the functions of the BTF, else two.
    scan --json live.btf symbols
    [ $status -eq 0 ] || complain "BTF and symbols: exit status $status: $(cat err)"
    jq -es 'length == 1 and (.[0].source.facts | contains(["btf", "kallsyms"])) and
      (.[0].environment.limits | any(.what | test("its symbols contain all .* functions of that BTF")))' out >/dev/null ||
      complain "BTF and symbols: $(jq -c '.source.facts, .environment.limits' out)"
    head -n 1000 symbols >cut.symbols
    scan --json -n bpf_no_such cut.symbols
    jq -es 'length == 1 and .[0].source.facts == [] and .[0].functions[0].state == "unknown" and
      any(.[0].environment.limits[].what; test("cut.symbols: truncated"))' out >/dev/null ||
      complain "symbols cut short: $(jq -c '.source.facts, .functions, .environment.limits' out)"
    sed -E 's/ (bpf|tcp)_/ other_/' symbols >System.map-1.2.3-test
    scan --json live.btf System.map-1.2.3-test
    jq -es 'length == 2 and all(any(.environment.limits[].what; test("not combined with .*live.btf")))' out >/dev/null ||
      complain "BTF and symbols that are two kernels: $(jq -c '.environment.limits' out)"
    sed -E 's/ (bpf|tcp)_/ other_/' symbols >others
    scan --json live.btf others
    if [ $status -ne 2 ] || ! grep -qE 'others: .*its symbols lack .* functions of that BTF' err; then
      complain "BTF and symbols of another kernel: exit status $status, expected 2: $(cat err)"
    fi
    jq -es 'length == 1 and .[0].source.facts == ["btf"]' out >/dev/null ||
      complain "BTF and symbols of another kernel: $(jq -c .source.facts out)"
  else
    echo "note: /proc/kallsyms is not readable: no symbols scanned"
  fi
else
  echo "note: no $btf: nothing scanned of this kernel"
fi

# --- images ------------------------------------------------------------------------------------------------
done_with() {
  [ -z "$1" ] || echo "note: $1"
  exit $bad
}
[ -n "${KCOMPAT_IMAGES:-}" ] || done_with "KCOMPAT_IMAGES names no directory of kernel images: none scanned"
mapfile -t images < <(find "$KCOMPAT_IMAGES" -type f \( -name 'vmlinuz*' -o -name 'vmlinux*' -o -name 'Image*' \) \
  -size -64M | sort)
[ ${#images[@]} -gt 0 ] || {
  complain "KCOMPAT_IMAGES: no kernel image of less than 64 MiB in $KCOMPAT_IMAGES"
  done_with ""
}

# System.map of a release: not Debian's placeholder of 100 bytes.
system_map() {
  find "$KCOMPAT_IMAGES" -type f -name 'System.map*' -size +100k -path "*$1*" | head -n 1
}

addresses() { sed -E 's/^0*([0-9a-f]+ )/\1/' | LC_ALL=C sort -u; }

# Functions from kallsyms and from the linker. Symbols that linux scripts/kallsyms.c skips are not compared: some
# generated names, and without KALLSYMS_ALL everything outside _stext to _etext and _sinittext to _einittext.
compare_symbols() {
  local map=$1 name=$2
  jq -r '.functions[].symbols[] | select(.module == "vmlinux" and (.type | test("[tTwW]")))
    | "\(.address[2:]) \(.type) \(.name)"' image.json | addresses >decoded
  grep -E '^[0-9a-f]+ [tTwW] ' "$map" | addresses >linked
  LC_ALL=C comm -23 decoded linked >extra
  LC_ALL=C comm -13 decoded linked | grep -vE ' (__(pfx|cfi|efistub|kvm_nvhe|crc)_|__[A-Za-z0-9]*(Long)?Thunk|\$|\.L)' | python3 -c '
import sys
ranges = {}
for line in open(sys.argv[1]):
    address, _, name = line.split()[:3]
    if name in ("_stext", "_etext", "_sinittext", "_einittext"):
        ranges[name] = int(address, 16)
for line in sys.stdin:
    at = int(line.split()[0], 16)
    if any(ranges[a] <= at < ranges[b] for a, b in (("_stext", "_etext"), ("_sinittext", "_einittext"))):
        print(line, end="")' "$map" >lost
  [ "$(wc -l <decoded)" -gt 10000 ] || complain "$name: only $(wc -l <decoded) functions decoded"
  [ ! -s extra ] || complain "$name: $(wc -l <extra) functions that System.map has not: $(head -n 3 extra | tr '\n' ';')"
  [ ! -s lost ] || complain "$name: $(wc -l <lost) functions lost: $(head -n 3 lost | tr '\n' ';')"
}

# Helpers that every kernel gives only to XDP programs, if its code can be run; else none.
check_helpers() {
  local given='.helpers[] | select(.name == "bpf_xdp_adjust_head") | .cells.xdp == "permitted" and .cells.tc == "refused"'
  local unknown='[.helpers[].cells[]] | all(IN("unknown", "unsupported"))'
  case $3 in
  x86-true | arm64-true)
    jq -e '[.evidence[].line // ""] | any(contains("libunicorn"))' "$1" >/dev/null || unknown=$given
    ;;
  esac
  jq -e "$unknown" "$1" >/dev/null || complain "$2: helpers: $(counts "$1" '.helpers[].cells[]')"
}

# The build's tags in BTF and the sets registered by the image's code have the same kfuncs.
compare_tags() {
  local unregistered
  jq -e '[.kfuncs[] | select(.found_by | index("decl_tag"))] | length > 0' "$1" >/dev/null || return 0
  jq -r '.kfuncs[] | select((.found_by | index("kfunc_set")) and (.found_by | index("decl_tag") | not)) | .name' \
    "$1" >untagged
  [ ! -s untagged ] || complain "$2: registered, and not tagged in BTF: $(tr '\n' ' ' <untagged)"
  # A set may be defined and tagged but never registered: this is rare.
  unregistered=$(jq '[.kfuncs[] | select((.found_by | index("decl_tag")) and (.found_by | index("kfunc_set") | not))]
    | length' "$1")
  [ "$unregistered" -le 10 ] || complain "$2: $unregistered kfuncs are tagged and not found in a registered set"
}

# stat_of KEY: its number in the statistics of the last scan.
stat_of() { awk -v key="$1" '$1 == key { print $2 }' err; }

# Compares the counts of --stats with the report: every registration call is resolved.
check_stats() {
  local calls unresolved registrations kfuncs
  calls=$(stat_of registering_calls) unresolved=$(stat_of unresolved_calls)
  registrations=$(stat_of registrations) kfuncs=$(stat_of registered_kfuncs)
  [ "$(awk '$1 == "kernel" { print $2 }' err)" = "$1" ] || complain "$1: --stats: $(head -n 1 err)"
  if [ "${calls:-0}" -eq 0 ] || [ "$unresolved" != 0 ] || [ "${registrations:-0}" -lt "${kfuncs:-0}" ]; then
    complain "$1: --stats: $(head -n 5 err | tr '\n' ' ')"
  fi
  echo "note: $1: $calls calls register $registrations entries of $kfuncs kfuncs"
}

# The sets from the build's symbols, in an ELF file with symbols: each id has a symbol of its function.
sets_of() {
  python3 - "$1" <<'P'
import struct, subprocess, sys
def lines(flag):
    return subprocess.run(["readelf", flag, sys.argv[1]], capture_output=True, text=True).stdout.splitlines()
section = [line.split("]")[1].split() for line in lines("-SW") if " .BTF_ids " in line][0]
address, offset, size = (int(text, 16) for text in section[2:5])
with open(sys.argv[1], "rb") as file:
    file.seek(offset)
    data = file.read(size)
symbols = [line.split() for line in lines("-sW") if "__BTF_ID__" in line]
name = {int(s[1], 16): s[7][len("__BTF_ID__func__"):].rstrip("0123456789")[:-2] for s in symbols if "__BTF_ID__func__" in s[7]}
for at, symbol in ((int(s[1], 16), s[7]) for s in symbols if "__BTF_ID__set8__" in s[7]):
    cnt, _ = struct.unpack_from("<II", data, at - address)
    for i in range(cnt):
        print(name[at + 8 + 8 * i])
P
}

check_sets() {
  local release
  scan --json --no-modules "$1"
  [ $status -eq 0 ] || {
    complain "$1: exit status $status: $(head -c 300 err)"
    return
  }
  release=$(jq -r .kernel.release out)
  [ "$(jq -r .kernel.arch out)" = x86 ] || [ "$(jq -r .kernel.arch out)" = arm64 ] || return 0
  jq -e '.source.facts | index("btf") != null' out >/dev/null || {
    echo "note: $release: no BTF in its vmlinux, its sets are not compared"
    return 0
  }
  jq -r '.kfuncs[] | select(.module == "vmlinux" and (.found_by | index("kfunc_set"))) | .name' out | sort -u >found
  sets_of "$1" | sort -u >built
  if [ ! -s found ] || [ ! -s built ]; then
    complain "$release: $(wc -l <found) kfuncs in sets, $(wc -l <built) by its symbols"
  fi
  comm -23 found built >extra
  [ ! -s extra ] || complain "$release: in no set by its symbols: $(head -n 5 extra | tr '\n' ' ')"
  echo "note: $release: $(wc -l <found) functions registered of $(wc -l <built) in its sets"
  comm -13 found built >unregistered
  echo "note: $release: in sets and not registered: $(head -n 12 unregistered | tr '\n' ' ')"
}

check_image() {
  local map arch release btf
  scan --json --stats --addresses -n '*' "$1"
  [ $status -eq 0 ] || {
    complain "$1: exit status $status: $(head -c 300 err)"
    return
  }
  mv out image.json
  # The schema treats all functions alike: a few are enough.
  jq '.functions |= .[:100]' image.json >some.json
  "$top/tests/schema/schema.py" "$top/docs/schema/snapshot.json" some.json || complain "$1: not its schema"
  release=$(jq -r .kernel.release image.json)
  arch=$(jq -r .kernel.arch image.json)
  btf=$(jq -r '.source.facts | index("btf") != null' image.json)
  jq -e '.source.facts | index("kallsyms") != null' image.json >/dev/null || complain "$1: no kallsyms"
  case $arch-$btf in
  x86-true | arm64-true)
    jq -e '.source.facts | index("kfunc_sets") != null' image.json >/dev/null ||
      complain "$release: calls that register kfuncs are unresolved"
    check_stats "$release"
    compare_tags image.json "$release"
    ;;
  *-false)
    # No BTF, and therefore no kfunc: neither absent nor unknown.
    jq -e '[.kfuncs[].cells[]] | all(. == "impossible")' image.json >/dev/null ||
      complain "$release: no BTF, and cells $(counts image.json '.kfuncs[].cells[]')"
    ;;
  esac
  jq -e '[.kfuncs[], .helpers[] | .cells[]] | all(IN("ran", "loadable", "blocked") | not)' image.json >/dev/null ||
    complain "$release: a cell says that something was loaded"
  check_helpers image.json "$release" "$arch-$btf"
  ruled "$release" image.json
  # A function of a module that was not given is not absent.
  if jq -e '.config.CONFIG_MODULES // "y" == "y"' image.json >/dev/null; then
    scan --json -n in_some_module "$1"
    [ "$(jq -r '.functions[0].state' out)" = unknown ] ||
      complain "$release: a function of a module not given is $(jq -r '.functions[0].state' out)"
  fi
  map=$(system_map "$release")
  if [ -n "$map" ]; then
    compare_symbols "$map" "$release"
    maps=$((maps + 1))
  fi
}

maps=0
for image in "${images[@]}"; do
  check_image "$image"
done
echo "note: ${#images[@]} images, $maps of them with a System.map"
while IFS= read -r image; do
  check_sets "$image"
done < <(find "$KCOMPAT_IMAGES" -type f -path '*usr/lib/debug*' -name 'vmlinux*' | sort)

# Truncated at many places; two kernels at once; parts of two kernels; an interrupt.
first=${images[0]} size=$(stat -c %s "${images[0]}")
for part in 1 3 10 50 90 99; do
  head -c $((size * part / 100)) "$first" >cut.image
  refused "cut.image: " cut.image
done
# A unified kernel image gives the same kernel.
python3 -c '
import struct, sys
kernel = open(sys.argv[1], "rb").read()
header = bytearray(64)
header[:2], header[60:] = b"MZ", struct.pack("<I", 64)
pe = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 0)
section = b".linux\0\0" + struct.pack("<IIII", len(kernel), 0x2000000, len(kernel) + 3, 128) + bytes(16)
open(sys.argv[2], "wb").write(header + pe + section + kernel + bytes(3))' "$first" unified
kcompat scan --json "$first" | jq -c 'del(.source.inputs)' >plain.json
kcompat scan --json unified | jq -c 'del(.source.inputs)' >unified.json
cmp -s plain.json unified.json || complain "$first: another kernel in a unified kernel image"
# Beside an empty boot/ it is found.
mkdir -p half/boot
cp "$first" half/vmlinuz
scan --json half
[ $status -eq 0 ] || complain "an image beside an empty boot/: exit status $status: $(cat err)"
# An unreadable part of a directory is reported, also by the exit status.
mkdir parts
cp "$first" parts/vmlinuz
head -c $((size / 2)) "$first" >parts/vmlinuz.cut
scan --json parts
if [ $status -ne 2 ] || ! grep -q 'parts/vmlinuz.cut' err; then
  complain "a damaged image in a directory: exit status $status, expected 2: $(cat err)"
fi
grep -q '"release"' out || complain "a damaged image in a directory: the other is not reported"
if [ ${#images[@]} -gt 1 ]; then
  second=${images[1]}
  scan --json "$first" "$second"
  cnt=$(jq -s 'map(.kernel.version) | unique | length' out)
  one=$(kcompat scan --json "$first" | jq -r .kernel.version) two=$(kcompat scan --json "$second" | jq -r .kernel.version)
  [ "$one" = "$two" ] || [ "$cnt" = 2 ] || complain "two kernels: $cnt snapshots"
  if [ -r "$btf" ]; then
    scan --json "$first" live.btf
    if [ $status -ne 2 ] || ! grep -qF "live.btf" err || ! grep -qF "$first" err; then
      complain "BTF of another kernel: exit status $status, both must be named: $(cat err)"
    fi
    grep -q '"release"' out || complain "BTF of another kernel: the kernel itself is not reported"
  fi
fi
timeout 30 kcompat scan --json -n '*' -o never.json "${images[@]}" "${images[@]}" 2>message &
sleep 0.1
kill -INT $! 2>/dev/null
wait $!
status=$?
if [ $status -ne 130 ] || ! grep -q '^kcompat: interrupted' message; then
  complain "SIGINT: exit status $status, expected 130: $(head -c 300 message)"
fi
! find . -name 'never.json*' | grep -q . || complain "SIGINT: a file is left"
done_with ""
