#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares `probe --layout` with loads without kcompat, and offsets with the C compiler's.
# Needs kcompat in PATH, python3, gcc, the right to load BPF programs.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

kcompat probe --only contexts --layout --json -o "$scratch/probe.json" || exit 1
[ "$(jq '[.contexts[] | select(.state == "ok")] | length' "$scratch/probe.json")" -gt 0 ] || {
  echo "bpf(2) is refused to this process"
  exit 77
}
[ -r /sys/kernel/btf/vmlinux ] || exit 77
tests/schema/schema.py docs/schema/snapshot.json "$scratch/probe.json" || complain "not its schema"
jq -e '[.layouts[].contexts[]] | length > 10 and length == (unique | length)' "$scratch/probe.json" >/dev/null ||
  complain "a context is in two layouts, or there are too few"
jq -e '[.layouts[] | [.struct, .fields]] | length == (unique | length)' "$scratch/probe.json" >/dev/null ||
  complain "two layouts are the same"

# Context, program type, expected attach type of <linux/bpf.h>.
python3 - "$scratch/probe.json" <<'PYTHON' || complain "loads say something else"
import ctypes, json, platform, struct, sys
NR = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351}.get(platform.machine())
if NR is None:
    sys.exit(0)
libc = ctypes.CDLL(None, use_errno=True)
KINDS = {"socket": (1, 0, 0), "tc": (3, 0, 0), "xdp": (6, 37, 0), "perf_event": (7, 0, 0), "lwt_xmit": (12, 0, 0),
         "sockops": (13, 3, 1), "sk_msg": (16, 7, 1), "cgroup/bind4": (18, 8, 1), "cgroup/bind6": (18, 9, 1),
         "cgroup/sysctl": (23, 18, 1), "cgroup/setsockopt": (25, 22, 1), "sk_lookup": (30, 36, 1)}
CODES = {1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18}

def insn(code, dst, src, off, imm):
    return struct.pack("<BBhi" if sys.byteorder == "little" else ">BBhi", code,
                       src << 4 | dst if sys.byteorder == "little" else dst << 4 | src, off, imm)

def loads(kind, access):
    program = insn(0xb7, 3, 0, 0, 7) + access + insn(0xb7, 0, 0, 0, kind[2]) + insn(0x95, 0, 0, 0, 0)
    text, license = ctypes.create_string_buffer(program), ctypes.create_string_buffer(b"GPL")
    attr = ctypes.create_string_buffer(struct.pack("=IIQQIIQII16sII", kind[0], len(program) // 8,
        ctypes.addressof(text), ctypes.addressof(license), 0, 0, 0, 0, 0, b"", 0, kind[1]))
    fd = libc.syscall(NR, 5, attr, 72)
    if fd >= 0:
        ctypes.CDLL(None).close(fd)
    return fd >= 0

bad = tried = 0
for layout in json.load(open(sys.argv[1]))["layouts"]:
    for context in set(layout["contexts"]) & set(KINDS):
        for field in layout["fields"]:
            for word, code, dst, src in (("read", 0x61, 3, 1), ("write", 0x63, 1, 3)):
                truth = [size for size in CODES if
                         loads(KINDS[context], insn(code & 0x67 | CODES[size], dst, src, field["offset"], 0))]
                tried += len(CODES)
                if truth != field[word]:
                    print(f"{context}: {field['name']}: {word} {truth}, kcompat {field[word]}")
                    bad += 1
if tried < 100:
    print(f"only {tried} loads")
sys.exit(bad > 0 or tried < 100)
PYTHON

# A history has the same layout as the snapshot for each context.
kcompat show --pack -k "$scratch/probe.json" -o "$scratch/history.jsonl" || complain "cannot pack"
jq -Sc '.layouts[] | .struct as $struct | .fields as $fields | .contexts[] | [., $struct, $fields]' \
  "$scratch/probe.json" | sort >"$scratch/expected"
jq -Sc --slurp '(.[] | select(.contexts).contexts | map(.[0])) as $names | .[] | select(.layout) |
  .layout as $struct | .rows[] | .fields as $fields | .contexts[] | [$names[.], $struct, $fields]' \
  "$scratch/history.jsonl" | sort >"$scratch/found"
cmp -s "$scratch/expected" "$scratch/found" || complain "a history's layouts are not the snapshot's"
for context in xdp perf_event cgroup/sysctl; do
  kcompat show -k "$scratch/probe.json" "$context" >"$scratch/expected"
  kcompat show -k "$scratch/history.jsonl" "$context" >"$scratch/found"
  grep -q '^  layout  *struct ' "$scratch/found" || complain "$context: show has no layout"
  cmp -s "$scratch/expected" "$scratch/found" || complain "$context: show says another thing of a history"
done
jq -e '[.layouts[].fields[].type] | all(type == "string" and length > 2)' "$scratch/probe.json" >/dev/null ||
  complain "a field has no type"

# For structs in the compiler's headers, by name. A newer kernel has more fields at the end.
jq -r '"#include <stddef.h>\n#include <stdio.h>\n#include <linux/bpf.h>\nint main(void)\n{",
  (.layouts | unique_by(.struct)[] | select(.struct | IN("__sk_buff", "xdp_md", "bpf_sock_ops", "sk_msg_md",
    "bpf_sock_addr", "bpf_sysctl", "bpf_sk_lookup", "bpf_cgroup_dev_ctx")) | .struct as $struct | .fields[] |
    select(.name | IN("tstamp_type", "hwtstamp", "skb_hwtstamp", "ingress_ifindex") | not) |
    "\tprintf(\"\($struct).\(.name) %zu\\n\", offsetof(struct \($struct), \(.name)));"), "}"' \
  "$scratch/probe.json" >"$scratch/offsets.c"
jq -r '.layouts | unique_by(.struct)[] | .struct as $struct | .fields[] | "\($struct).\(.name) \(.offset)"' \
  "$scratch/probe.json" | sort >"$scratch/said"
if gcc -o "$scratch/offsets" "$scratch/offsets.c" 2>"$scratch/err"; then
  "$scratch/offsets" | sort >"$scratch/offsets.txt"
  [ "$(wc -l <"$scratch/offsets.txt")" -gt 50 ] || complain "only $(wc -l <"$scratch/offsets.txt") offsets"
  [ -z "$(comm -23 "$scratch/offsets.txt" "$scratch/said")" ] ||
    complain "offsets differ: $(comm -23 "$scratch/offsets.txt" "$scratch/said" | head -n 5)"
else
  echo "note: <linux/bpf.h> lacks fields of this kernel: $(grep -m 1 error "$scratch/err")"
fi
exit $bad
