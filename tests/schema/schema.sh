#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does all printed JSON follow docs/schema/*.json, and does tests/schema/schema.py find violations? Needs kcompat
# in PATH.
# shellcheck disable=SC2015 # a complaint is for either
set -uo pipefail
shopt -s lastpipe # valid() at the end of a pipe counts its complaints here
cd "$(dirname "$0")/../.." || exit 2
python3 -c 'import jsonschema' 2> /dev/null || {
  echo "no Python module jsonschema (apt-get install python3-jsonschema)"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

# valid NAME SCHEMA: standard input must follow it.
valid() {
  cat > "$scratch/document"
  tests/schema/schema.py "docs/schema/$2.json" "$scratch/document" || complain "$1 does not follow $2"
}

# The first names of a snapshot speak for all.
thin='if .kfuncs then .kfuncs |= .[:3] | .helpers |= .[:3] | .evidence |= (select(.) | to_entries | .[:9] | from_entries) else . end'

# invalid NAME SCHEMA FILTER: the last valid document, changed, must not.
invalid() {
  jq "$thin" "$scratch/document" >"$scratch/thin" && jq "$3" "$scratch/thin" >"$scratch/changed" || complain "$1: $3"
  cmp -s "$scratch/thin" "$scratch/changed" && complain "$1: $3 changes nothing"
  tests/schema/schema.py "docs/schema/$2.json" "$scratch/changed" 2> "$scratch/errors" &&
    complain "$1: $3 follows $2"
  [ -s "$scratch/errors" ] || complain "$1: $3: no word why"
}

kcompat kernels --json | valid kernels kernels
for change in 'del(.kernels[0].arch)' '.kernels[0].data = []' '.kernels[0].data[0].kind = "scanned"' '.kernels[0].more = 1'; do
  invalid kernels kernels "$change"
done

# This does not test the exit status of the requirement.
require() {
  kcompat require --json "$@"
  [ $? -ne 2 ] || complain "require: error"
}

# Two contexts are enough: tests/probe/live.sh validates a whole probe.
kcompat probe --json -c xdp -c fentry | valid "probe" snapshot
for change in '.evidence["kfunc/x@xdp"] = {errno: 1}' '.evidence.other = {errno: 1, line: null}' 'del(.evidence)'; do
  invalid "probe" snapshot "$change"
done
cp "$scratch/document" "$scratch/lines"
kcompat probe --format=jsonl -c xdp -c fentry | valid "probe --format=jsonl" snapshot
cmp -s <(jq -S . "$scratch/lines") <(jq -S . "$scratch/document") || complain "json and jsonl are not the same"
[ "$(wc -l <"$scratch/document")" -eq 1 ] || complain "jsonl: not one line"
kcompat probe --format=jsonl --evidence=packed -c xdp -c fentry | valid "probe --evidence=packed" snapshot
for change in 'del(.kernel)' '.more = 1' '.contexts[0].state = "fine"' '.contexts[0].more = 1' \
  '.kernel.btf_sha256 = "12"' '.environment.lockdown = "off"' '.source.facts += ["guess"]' \
  '.features[0].errno = "EPERM"' '.functions[0].traceable = "yes"' '.helpers[0].cells.xdp = "Yes"' \
  '.reasons[0].cells[0].names = []' '.reasons[0].cells = []' '.reasons[0].cells[0].contexts = "*"' \
  'del(.reasons[0].line)' '.reasons[0].cells[0] |= . + {kfuncs: ["a"], helpers: ["a"]}' '.schema = "kcompat/snapshot/2"' '[.]'; do
  invalid "probe --evidence=packed" snapshot "$change"
done
# What the published schema is for: a reader that knows /1 takes what a later version adds, and nothing else.
tolerated() {
  jq "$2" "$scratch/document" >"$scratch/changed" || complain "$2"
  tests/schema/schema.py --as-published "docs/schema/$1.json" "$scratch/changed" 2>/dev/null
}
additions='.later = 1 | .meta.later = {} | .kernel.later = "x" | .source.facts += ["later_fact"] | .contexts[].later = [] |
  .kfuncs[].later = 1 | .helpers[].later = 1 | .functions[].later = 1 | .environment.later = null | .reasons[].later = 1'
invalid "a later version" snapshot "$additions"
tolerated snapshot "$additions" || complain "what a later version may add does not follow the published schema"
kcompat require -k "$scratch/changed" 'kfunc:bpf_dynptr_from_xdp@xdp' >"$scratch/answer" 2>&1
[ $? -ne 2 ] || complain "kcompat does not read what a later version may add: $(cat "$scratch/answer")"
for change in 'del(.kernel)' '.contexts[0].state = "fine"' '.helpers[0].cells.xdp = "Yes"' '.schema = "kcompat/snapshot/2"' \
  '.meta.unrecognised = "0"' '.source.facts += ["A Fact"]'; do
  ! tolerated snapshot "$change" || complain "$change follows the published schema"
done

# Less evidence. What is left out is no claim.
# kept NAME FILTER: the filter must hold for the last valid document
kept() { jq -e "$2" "$scratch/document" >/dev/null || complain "$1: not so: $2"; }
kcompat probe --json --without=evidence -c xdp -c fentry | valid "probe --without=evidence" snapshot
kept evidence '.evidence == {} and .meta.evidence == "none" and (.config | length > 0)'
kcompat probe --json --evidence=interesting -c xdp -c fentry | valid "probe --evidence=interesting" snapshot
for change in '.meta.evidence = "some"' '.meta.evidence = null'; do invalid "interesting" snapshot "$change"; done
cp "$scratch/document" "$scratch/interesting.json"
jq -L tests/schema -e --slurpfile all "$scratch/lines" 'include "evidence";
  [every_cell] as $kept | [$all[0] | every_cell] as $all |
  [$kept, $all | .[] | [.kind, .name, .context, .state]] | length > 0 and
  all(range($kept | length); $kept[.] as $cell | $all[.] as $whole |
    ($whole | if (.state | IN("permitted", "conditional", "impossible", "blocked", "unknown")) and .said.rule != "context"
      then . else .said = null end) == $cell)' "$scratch/document" >/dev/null ||
  complain "--evidence=interesting keeps other evidence, or changes cells"
kcompat probe --json --without=config --only map_types | valid "probe --without=config" snapshot
kept config '.config == {} and .environment.config_source == null and (.source.facts | index("config") | not) and
  any(.environment.limits[].what; test("configuration was left out"))'
require -k "$scratch/document" 'config:CONFIG_BPF=y' 'not(config:CONFIG_BPF)' >"$scratch/answer"
jq -e '.verdict == "unknown"' "$scratch/answer" >/dev/null || complain "--without=config: a claim about the configuration"
for options in '--brief' '--evidence=packed' '--without=config' '--json --evidence=some' '--json --evidence=none' \
  '--json --brief --without=config' '--json --brief --evidence=packed' '--json --without=' '--json --without=programs' \
  '--json --without=evidence --evidence=packed'; do
  # shellcheck disable=SC2086 # words
  kcompat probe --only map_types $options >"$scratch/answer" 2>&1
  [ $? -eq 2 ] || complain "probe $options: no error"
done
# Without reasons, show, diff and require say the same of every cell.
jq 'del(.reasons) | .evidence = {} | .meta.evidence = "none"' tests/fixtures/snapshots/scanned-6.1.json >"$scratch/none.json"
valid "a snapshot without evidence" snapshot <"$scratch/none.json"
cp tests/fixtures/snapshots/scanned-6.1.json "$scratch/all.json"
names=$(jq -r '(.kfuncs[], .helpers[]).name' "$scratch/all.json")
for file in all none; do
  # shellcheck disable=SC2086 # words
  kcompat show --json -k "$scratch/$file.json" $names | jq -S '.subjects[].kernels[] | {state, cells}' >"$scratch/$file.show"
  [ "${PIPESTATUS[0]}" -eq 0 ] || complain "show of a snapshot with evidence of $file"
  jq -r '(.kfuncs[] | .name as $n | .cells | keys[] | "kfunc:\($n)@\(.)"), (.helpers[] | .name as $n | .cells | keys[] | "helper:\($n)@\(.)")' \
    "$scratch/$file.json" | require -k "$scratch/$file.json" -f - | jq '[.requirements[] | .requirement, .result]' >"$scratch/$file.require"
done
cmp -s "$scratch/all.show" "$scratch/none.show" || complain "without evidence, show says otherwise"
cmp -s "$scratch/all.require" "$scratch/none.require" || complain "without evidence, require answers otherwise"
[ -s "$scratch/all.show" ] || complain "show: nothing was compared"
[ "$(jq length "$scratch/all.require")" -gt 4 ] || complain "require: nothing was compared"
kcompat diff --exit-code "$scratch/all.json" "$scratch/none.json" >"$scratch/answer" || complain "diff: $(cat "$scratch/answer")"
kcompat probe --json --run --addresses -c xdp -c perf_event | valid "probe --run" snapshot
kcompat probe --json bpf_loop 'bpf_arena_*' vfs_read | valid "probe NAME" snapshot
kcompat probe --json --only map_types | valid "probe --only" snapshot
kcompat probe --format=jsonl --only contexts -o "$scratch/two.jsonl" && cp "$scratch/two.jsonl" "$scratch/one"
cat "$scratch/one" >> "$scratch/two.jsonl"
tests/schema/schema.py docs/schema/snapshot.json "$scratch/two.jsonl" || complain "probe --format=jsonl"
invalid "probe" snapshot '.source.inputs = [{name: "boot/vmlinux", sha256: ("0" * 64)}]'
if [ -r /sys/kernel/btf/vmlinux ]; then
  # A whole scan is validated by tests/scan/images.sh.
  kcompat scan --json -n vfs_read /sys/kernel/btf/vmlinux |
    jq '.kfuncs |= .[:3] | .helpers |= .[:3] | .evidence |= with_entries(select(.key | endswith("@xdp")))' |
    valid "scan" snapshot
  for change in '.kfuncs[0].cells.xdp = "loadable"' '.helpers[0].cells.xdp = "ran"' \
    '.contexts[0].state = "blocked"' '.source.facts += ["probe"]' '.source.inputs[0].name = "boot/vmlinux"' \
    '.source.inputs[0].sha256 = "12"' '.source.inputs = []' 'del(.source.inputs[0].sha256)' \
    '.evidence |= map_values(.rule = "load")' '.evidence |= map_values(del(.rule))' \
    '.contexts[0].rule = "guess"' '.kfuncs[0].sets = []' '.kfuncs[0].found_by = ["guess"]'; do
    invalid "scan" snapshot "$change"
  done
fi
# The ids of predictions are published, each with what it means.
sed -n 's/^\tX([A-Z_]*, "\([a-z-]*\)".*/\1/p' src/kernel/predict_rules.h | sort >"$scratch/ids"
jq -r '."$defs" | .predicted_rule, .attach_rule | .anyOf[].const // empty' docs/schema/snapshot.json |
  grep -vx predicted | sort -u | diff "$scratch/ids" - || complain "predicted_rule and attach_rule are not the ids of kernel/predict_rules.h"
for root in tests/fixtures/roots/*/; do
  kcompat probe --json --root "${root%/}" | valid "probe --root $root" snapshot
  for option in --run --layout --verifier-log=bpf_loop@xdp; do
    ! kcompat probe --root "${root%/}" $option >"$scratch/live" 2>&1 ||
      complain "probe --root $root $option answers for another kernel"
  done
done
# Who is not told which capabilities a process has, says that they are unknown, and not that there are none.
mkdir -p "$scratch/root/proc/sys/kernel" && echo 6.1.0 >"$scratch/root/proc/sys/kernel/osrelease"
kcompat probe --json --root "$scratch/root" | valid "probe of a root without /proc/self/status" snapshot
kept "no status" '.environment.capabilities == null'
require -k "$scratch/document" cap:CAP_BPF >"$scratch/answer"
jq -e '.verdict == "unknown"' "$scratch/answer" >/dev/null || complain "no status: require answers $(cat "$scratch/answer")"
mkdir -p "$scratch/root/proc/self" && printf 'CapEff:\t0000000000000000\n' >"$scratch/root/proc/self/status"
kcompat probe --json --root "$scratch/root" | valid "probe of a root without capabilities" snapshot
kept "no capability" '.environment.capabilities == []'
# On a live kernel, a system call says it without /proc.
if unshare -m true 2>/dev/null; then
  kcompat probe --json --only map_types | jq -c .environment.capabilities >"$scratch/capabilities"
  unshare -m sh -c 'mount -t tmpfs none /proc && exec kcompat probe --json --only map_types' |
    valid "probe without /proc" snapshot
  [ "$(jq -c .environment.capabilities "$scratch/document")" = "$(cat "$scratch/capabilities")" ] ||
    complain "without /proc: $(jq -c .environment.capabilities "$scratch/document")"
fi
for snapshot in probed-6.18 scanned-6.1; do
  valid "$snapshot" snapshot < "tests/fixtures/snapshots/$snapshot.json"
  require --kernel "tests/fixtures/snapshots/$snapshot.json" 'kfunc:bpf_arena_free_pages@xdp' \
    'helper:bpf_loop' '?kfunc:no_such' 'any(map:arena, not(tag:percpu_kptr))' \
    'config:CONFIG_BPF_LSM=y' 'func:vfs_read' 'struct:task_struct.pid' > "$scratch/answer"
  valid "require --kernel $snapshot" require < "$scratch/answer"
done
for change in 'del(.verdict)' '.verdict = "fine"' '.requirements = []' '.requirements[0].more = 1' \
  '.requirements[0].result = true' 'del(.requirements[0].flag)' \
  '.requirements[3].members[0].result = "maybe"' '.kernel.source = "guessed"'; do
  invalid "require" require "$change"
done
files=(-k tests/fixtures/snapshots/probed-6.18.json -k tests/fixtures/snapshots/scanned-6.1.json)
require "${files[@]}" --except='scanned-*' map:arena 'any(map:rhash, map:hash)' >"$scratch/answer"
valid "require of two kernels" matrix <"$scratch/answer"
for change in 'del(.need)' '.need = "most"' '.kernels = []' 'del(.kernels[0].kernel.name)' '.kernels[0].accepted = false' \
  '.kernels[0].more = 1' '.kernels[0].requirements[0].result = true' '.verdict = "fine"' '.schema = "kcompat/require/1"'; do
  invalid "require of two kernels" matrix "$change"
done
kcompat require "${files[@]}" --except='scanned-*' --format=jsonl map:arena >"$scratch/answer"
[ "$(wc -l <"$scratch/answer")" -eq 2 ] || complain "require --format=jsonl: not a line for each kernel"
head -n 1 "$scratch/answer" | valid "require --format=jsonl" require
for change in '.kernel.name = ""' '.accepted = false'; do invalid "require --format=jsonl" require "$change"; done
require 'context:fentry' 'map:ringbuf' 'all(prog:xdp, link:xdp, attach:xdp)' > "$scratch/answer"
valid "require" require < "$scratch/answer"

exit $bad
