#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# New pages and tables of docs: checked with check and with jq on the snapshots; with hostile names and wrong
# usage. Needs kcompat in PATH, jq and python3.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
snapshots=data/snapshots
. tests/lib/status.sh

# check finds no difference in a new page, and update does not change it.
mkdir -p "$scratch/tree/kfuncs" "$scratch/tree/program-type" "$scratch/tree/tags"
for kfunc in bpf_arena_free_pages bpf_percpu_obj_drop_impl bpf_skb_ct_lookup; do
  status 0 kcompat docs page kfunc "$kfunc" -o "$scratch/tree/kfuncs/$kfunc.md"
done
for type in XDP PERF_EVENT; do
  status 0 kcompat docs page program_type "BPF_PROG_TYPE_$type" -o "$scratch/tree/program-type/BPF_PROG_TYPE_$type.md"
done
for tag in kptr __percpu_kptr __uptr; do
  status 0 kcompat docs page type_tag "$tag" -o "$scratch/tree/tags/$tag.md"
done
status 0 kcompat docs check "$scratch/tree/tags"
for page in "$scratch"/tree/*/*.md; do
  grep -q '^# ' "$page" || complain "$page: no heading"
  grep -q 'octicons-tag-24: v' "$page" || complain "$page: no version"
  [ "$(grep -c '<!-- \[[A-Z]' "$page")" -eq "$(grep -c '<!-- \[/' "$page")" ] || complain "$page: a marker is not closed"
  awk 'before ~ /<!-- \[[A-Z]/ && /<!-- \[\// { exit 1 } { before = $0 }' "$page" || complain "$page: an empty section"
done
# Links to missing pages are removed. This tree gets the pages that it links to.
page=$scratch/tree/kfuncs/bpf_percpu_obj_drop_impl.md
sed -n 's/^- ..\(BPF_PROG_TYPE_[A-Z0-9_]*\).*/\1/p' "$page" | while IFS= read -r type; do
  touch "$scratch/tree/program-type/$type.md"
done
cp "$page" "$scratch/before.md"
status 0 kcompat docs check --signature c "$page"
status 0 kcompat docs update --signature c "$page"
cmp -s "$page" "$scratch/before.md" || complain "update changes a new page: $(diff "$scratch/before.md" "$page" | head -n 5)"

# The page agrees with the snapshots.
status 0 kcompat docs page kfunc bpf_arena_free_pages
for flag in $(gzip -dc $snapshots/amd64-6.12-cloud.json.gz $snapshots/amd64-7.3-cloud.json.gz |
  jq -r '.kfuncs[] | select(.name == "bpf_arena_free_pages") | .flags[]' | sort -u); do
  grep -q "^| \`$flag\` | .* |" "$scratch/out" || complain "bpf_arena_free_pages: no line for $flag"
done
printed 'First seen in 6.12 amd64 cloud; 6.1 amd64 cloud does not have it.' bpf_arena_free_pages
printed '    Until v6.19: This kfunc may sleep' 'a flag that newer kernels do not set'
printed 'From bpf/arena.bpf.c' 'an example'
printed 'bpf_arena_free_pages(&arena, page, 1);' 'an example'
awk '/^### Contexts/ { on = 1 } on && /^\|/ { gsub(/\\\|/, ""); if (gsub(/\|/, "") != 5) exit 1 }' "$scratch/out" ||
  complain "a line of the table of contexts has not four cells"

# What kernels know of a tag, and a program with it.
# shellcheck disable=SC2016 # Markdown
{
  status 0 kcompat docs page type_tag percpu_kptr
  printed '# Type tag `__percpu_kptr`' 'a type tag'
  printed '| 5.10 – 6.1: unsupported<br>6.12 – 7.3: ok |' 'a type tag'
  printed '`#!c #define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))`' 'a type tag'
  printed '    struct counters __percpu_kptr *p = bpf_kptr_xchg(slot, NULL);' 'a program with a type tag'
}
sed -n 's/^    //p' "$scratch/out" | expand >"$scratch/example.c"
while IFS= read -r line; do
  grep -qxF -e "$line" "$scratch/example.c" || complain "the example lacks the line '$line'"
done < <(sed 's/\t/    /g' bpf/percpu_kptr.bpf.c | grep .)
status 1 kcompat docs page type_tag bpf_kfunc
status 1 kcompat docs page type_tag __no_such_tag
status 2 kcompat docs page type_tag uptr --policy hook

# A history gives the same layouts. A history without layouts says so.
jq '.layouts = [{struct: "xdp_md", contexts: ["xdp"], fields: [
  {name: "data", type: "__u32", offset: 0, size: 4, read: [4], write: []},
  {name: "old", offset: 4, size: 4, read: [1, 4], write: [4]},
  {name: "odd", type: "struct s *", offset: 8, size: 8, read: [], write: [],
  unknown: {read: [8], write: [], errno: 22, line: "odd words", rule: "unrecognised"}}]}]' \
  tests/fixtures/snapshots/probed-6.18.json >"$scratch/layouts.json"
kcompat show --pack -k "$scratch/layouts.json" -o "$scratch/layouts.jsonl" || complain "cannot pack layouts"
status 0 kcompat docs page program_type xdp -k "$scratch/layouts.json"
cp "$scratch/out" "$scratch/layouts.md"
status 0 kcompat docs page program_type xdp -k "$scratch/layouts.jsonl"
cmp -s "$scratch/layouts.md" "$scratch/out" || complain "a history's page is another: $(diff "$scratch/layouts.md" "$scratch/out" | head -n 5)"
# shellcheck disable=SC2016 # Markdown
{
  printed '| `data` | `__u32` | 0 | 4 | 4 | no |' 'a layout'
  printed '| `old` | unknown | 4 | 4 | 1 4 | 4 |' 'a layout without types'
  printed '| `odd` | <code>struct s &#42;</code> | 8 | 8 | 8 unknown | no |' 'a layout with unknowns'
}
grep -v '^{"layout":' "$scratch/layouts.jsonl" >"$scratch/old.jsonl"
status 0 kcompat docs page program_type xdp -k "$scratch/old.jsonl"
printed 'Its layout is unknown' 'a history without layouts'

# What programs of perf events were attached to, from a snapshot and from its history.
jq '.kernel.release = "6.18.0-cloud-amd64" | .source.kind = "probed" |
  .program_types += [{name: "perf_event", state: "ok", errno: 0, reason: null}] | .programs = [
  {name: "perf_event.stack", context: "perf_event", method: "ioctl/page-faults", state: "unknown", errno: 0, reason: "0 events"},
  {name: "perf_event.ip", context: "perf_event", method: "ioctl/page-faults", state: "ran", errno: 0, reason: "16 events"},
  {name: "perf_event.ip", context: "perf_event", method: "link/page-faults", state: "loadable", errno: 22, reason: "loaded"},
  {name: "perf_event.ip", context: "perf_event", method: "link/breakpoint", state: "unknown", errno: 2, reason: "loaded"},
  {name: "perf_event.ip", context: "perf_event", method: "ioctl/uprobe", state: "loadable", errno: 22, reason: "loaded"},
  {name: "loop.bounded", context: "xdp", method: "test_run", state: "ran", errno: 0, reason: null}]' \
  tests/fixtures/snapshots/probed-6.18.json >"$scratch/perf.json"
kcompat show --pack -k "$scratch/perf.json" -o "$scratch/perf.jsonl" || complain "cannot pack programs"
status 0 kcompat docs page program_type perf_event -k "$scratch/perf.json"
cp "$scratch/out" "$scratch/perf.md"
status 0 kcompat docs page program_type perf_event -k "$scratch/perf.jsonl"
cmp -s "$scratch/perf.md" "$scratch/out" || complain "a history's attachments are others: $(diff "$scratch/perf.md" "$scratch/out" | head -n 5)"
# shellcheck disable=SC2016 # Markdown
{
  printed 'PAGE_FAULTS` | `PERF_EVENT_IOC_SET_BPF` | 6.18: ran |' 'the better result'
  printed 'PAGE_FAULTS` | `BPF_LINK_CREATE` | 6.18: not attached: EINVAL |' 'a refusal'
  printed '| `PERF_TYPE_BREAKPOINT` | `BPF_LINK_CREATE` | 6.18: no such event: ENOENT |' 'a machine without the event'
  printed '| PMU `uprobe` | `PERF_EVENT_IOC_SET_BPF` | 6.18: not attached: EINVAL |' 'an event of another hook'
  printed 'int perf_event_attach_by_link(int event, int program' 'the code of user space'
}
! grep -q 'CPU_CYCLES' "$scratch/out" || complain "an event that nobody tried is on the page"
status 0 kcompat docs page program_type xdp -k "$scratch/perf.json"
! grep -q '## Attachment' "$scratch/out" || complain "xdp has attachments of perf events"

# Other programs read the CSV: each line has the same number of fields, with the states of the snapshot.
status 0 kcompat docs table kfuncs --format=csv -k $snapshots/amd64-6.12-cloud.json.gz
cp "$scratch/out" "$scratch/kfuncs.csv"
gzip -dc $snapshots/amd64-6.12-cloud.json.gz >"$scratch/snapshot.json"
python3 - "$scratch/kfuncs.csv" "$scratch/snapshot.json" <<'EOF' || complain "table kfuncs --format=csv is not what the snapshot says"
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
snapshot = json.load(open(sys.argv[2]))
head = rows[0]
cells = {kfunc["name"]: kfunc["cells"] for kfunc in snapshot["kfuncs"]}
assert head[0] == "kfunc" and head[1:] == [context["name"] for context in snapshot["contexts"]]
assert len(rows) - 1 == len(cells)
for row in rows[1:]:
    assert len(row) == len(head), row
    for context, state in zip(head[1:], row[1:]):
        assert state == cells[row[0]].get(context, "unsupported"), (row[0], context, state)
EOF
status 0 kcompat docs table functions --format=csv -k $snapshots/amd64-6.1-cloud.json.gz -k $snapshots/amd64-7.2-cloud.json.gz
cp "$scratch/out" "$scratch/functions.csv"
for name in do_unlinkat bpf_mem_alloc_destroy; do
  expected=$name
  for kernel in amd64-6.1-cloud amd64-7.2-cloud; do
    expected+=,$(gzip -dc $snapshots/$kernel.json.gz | jq -r --arg name $name '.functions[] | select(.name == $name).state')
  done
  grep -qx "$expected" "$scratch/functions.csv" || complain "table functions: not $expected"
done
status 0 kcompat docs table functions --name 'tcp_v?_connect'
[ "$(grep -c '^| .tcp_v[46]_connect. |' "$scratch/out")" -eq 2 ] || complain "--name: $(cat "$scratch/out")"
status 0 kcompat docs table kfuncs --baseline amd64-6.1 --name 'bpf_*'
printed 'KFuncs of 6.1 amd64 generic, predicted' --baseline
status 0 kcompat docs index kfuncs
# shellcheck disable=SC2016 # Markdown
printed '| [`bpf_arena_alloc_pages`](bpf_arena_alloc_pages.md) | `vmlinux` | 6.12 amd64 cloud |' index
status 0 kcompat docs page function bpf_mem_alloc_destroy
kcompat show --markdown -k shipped bpf_mem_alloc_destroy | cmp -s - "$scratch/out" || complain "page function is not what show --markdown prints"

# Text from files is never markup and never breaks a line of a table.
evil='f|g`<b>"=1+1'
jq --arg evil "$evil" '.kernel.flavor = "m|<i>`" | .kernel.release = "6.18.0-<i>|" |
  (.kfuncs[] | select(.name == "bpf_arena_free_pages")) |= (.flags = ["KF_|<b>`"] | .found_by = ["kfunc_set"] |
  .prototype = "int f(\u001b[2J<b>```</code>|)") |
  .reasons |= map(.line = "<b>|`\u001b[2J```") | .contexts[0].attach_type = "a|<b>" |
  .program_types += [{name: "t|<b>`", state: "ok", errno: 0, reason: null}] |
  .features += [{name: "tag:t|<b>`", state: "ok", errno: 0, reason: null}] |
  .functions += [{name: $evil, state: "present", symbols: [], prototypes: [], collision: false, traceable: null,
  kprobe_blacklisted: null, reason: null}]' tests/fixtures/snapshots/probed-6.18.json >"$scratch/evil.json"
evil() {
  status 0 kcompat docs -k "$scratch/evil.json" "$@"
  [ -s "$scratch/out" ] || complain "docs $*: prints nothing"
  ! grep -q $'\033' "$scratch/out" || complain "docs $*: prints an escape character"
}
whole() {
  evil "$@"
  # Front matter and code keep markup unchanged.
  # shellcheck disable=SC2016 # Markdown
  ! sed '1,/^# /d; /^#* *`#!c /d; /^ *```/,/^ *```/d' "$scratch/out" | grep -qE '<(b|i)>' ||
    complain "docs $*: markup is not escaped"
  awk '/^\|/ { gsub(/\\\|/, ""); cnt = gsub(/\|/, ""); if (!first) first = cnt; if (cnt != first) exit 1 }
    !/^\|/ { first = 0 }' "$scratch/out" || complain "docs $*: a line has another number of cells"
}
whole page kfunc bpf_arena_free_pages
printed 'KF_&#124;&lt;b&gt;&#96;' 'a flag with markup'
printed '&lt;b&gt;\|\`' 'evidence with markup'
whole page program_type sched_cls
whole page type_tag 't|<b>`'
! grep -q '\[FEATURE_TAG\]' "$scratch/out" || complain "a tag that a marker cannot hold has one"
whole page program_type 't|<b>`'
! grep -q '\[FEATURE_TAG\]' "$scratch/out" || complain "a name that a marker cannot hold has one"
whole index kfuncs
whole table kfuncs
whole table functions --name '*'
evil table functions --format=csv --name '*'
python3 - "$scratch/out" "$evil" <<'EOF' || complain "table functions --format=csv: the name is not a field"
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
assert sys.argv[2] in [row[0] for row in rows] and len({len(row) for row in rows}) == 1
EOF

# Without changes no file is written. Wrong usage is reported.
status 1 kcompat docs page kfunc bpf_no_such_kfunc -o "$scratch/none.md"
warned bpf_no_such_kfunc 'a name that is nowhere'
[ ! -e "$scratch/none.md" ] || complain "a name that is nowhere makes a page"
status 1 kcompat docs page kfunc bpf_loop
status 1 kcompat docs page program_type nope
status 2 kcompat docs page kfunc ''
status 2 kcompat docs index helpers
status 2 kcompat docs table
status 2 kcompat docs page kfunc bpf_arena_free_pages --format=csv
warned '--format=csv: docs page has md (' 'a page as CSV'
status 2 kcompat docs page kfunc
warned 'docs page: NAME is missing' 'a page without a name'
status 2 kcompat docs page kfunc bpf_arena_free_pages page.md
warned 'page.md: one too many for docs page' 'a page with two names'
status 2 kcompat docs page kfunc bpf_arena_free_pages --json
warned '--json: docs page has md (name one of them)' 'a page as JSON'
status 0 kcompat docs page kfuncs bpf_arena_free_pages --markdown
status 2 kcompat docs page kfunc bpf_arena_free_pages -o /dev/full
status 2 kcompat docs page kfunc bpf_arena_free_pages -k "$scratch/no-such-file"
exit $bad
