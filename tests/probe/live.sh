#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The live probe, queried with jq like in a script: the questions of the README and the man page.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
snapshot=$(mktemp)
trap 'rm -f "$snapshot"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

kcompat probe --json --run >"$snapshot" || complain "exit status $?"
tests/schema/schema.py docs/schema/snapshot.json "$snapshot" || complain "the snapshot does not follow its schema"
ok=$(jq '[.contexts[] | select(.state == "ok")] | length' "$snapshot")
[ "$ok" -gt 0 ] || {
  echo "bpf(2) is refused to this process: $(jq -r '.contexts[0].reason' "$snapshot")"
  exit 77
}

# A program of perf events that loads counts page faults. On an event of another hook, no kernel takes it, or there is none.
jq -e '[.programs[] | select(.name | startswith("perf_event.ip")) | {key: (.method // "none"), value: .state}] | from_entries |
  (.none != null) or (.["ioctl/page-faults"] == "ran" and
    all(to_entries[] | select(.key | test("/(tracepoint|kprobe|uprobe)$")); .value != "ran"))' \
  "$snapshot" >/dev/null || complain "attachments of perf events: $(jq -c '[.programs[] | select(.name == "perf_event.ip")]' "$snapshot")"

# Every cell has a state of the vocabulary, in every context, and evidence.
jq -e '[.contexts[].name] as $names
  | all(.kfuncs[], .helpers[]; (.cells | keys_unsorted | sort) == ($names | sort))' "$snapshot" \
  >/dev/null || complain "a kfunc or helper lacks a context"
jq -L tests/schema -e 'include "evidence"; all(every_cell; .said != null)' "$snapshot" \
  >/dev/null || complain "a cell has no evidence"
jq -L tests/schema -e 'include "evidence";
  .meta.unrecognised == ([every_cell | select(.said.rule == "unrecognised")] | length)' "$snapshot" \
  >/dev/null || complain "the count of unrecognised messages is wrong"

# A context that does not load has no answered cell.
jq -e '[.contexts[] | select(.state != "ok") | .name] as $dead
  | all(.kfuncs[], .helpers[]; .cells as $cells
      | all($dead[]; $cells[.] | IN("blocked", "unsupported", "unknown", "impossible")))' "$snapshot" \
  >/dev/null || complain "a context that does not load has answered cells"

# In which contexts are these usable, and does this function exist?
for name in bpf_percpu_obj_drop_impl bpf_arena_free_pages; do
  jq -e --arg name "$name" '[.kfuncs[] | select(.name == $name)] | length <= 1' "$snapshot" >/dev/null ||
    complain "$name is there twice"
  in_btf=$(jq --arg name "$name" '[.kfuncs[] | select(.name == $name)] | length' "$snapshot")
  grep -q " $name$" /proc/kallsyms && [ "$in_btf" = 0 ] && complain "$name is in kallsyms and not in the answer"
done
want=absent
grep -q ' bpf_mem_alloc_destroy$' /proc/kallsyms && want=present
got=$(jq -r '.functions[] | select(.name == "bpf_mem_alloc_destroy") | .state' "$snapshot")
[ "$got" = "$want" ] || complain "bpf_mem_alloc_destroy: $got, /proc/kallsyms says $want"

# The gate agrees with the snapshot it could have read.
while read -r name context state; do
  kcompat require --quiet "kfunc:$name@$context"
  status=$?
  case $state in
  ran | loadable | permitted) expected=0 ;;
  blocked | unknown) expected=3 ;;
  *) expected=1 ;;
  esac
  [ $status -eq $expected ] || complain "require kfunc:$name@$context: exit status $status, the cell is $state"
done < <(jq -r '.kfuncs[] | select(.name | IN("bpf_arena_free_pages", "bpf_percpu_obj_drop_impl", "bpf_cast_to_kern_ctx"))
  | .name as $name | .cells | to_entries[] | select(.key | IN("xdp", "syscall", "lsm.s", "kprobe", "iter.s/task"))
  | "\($name) \(.key) \(.value)"' "$snapshot")

# Two runs, with any number of threads, give the same result. Real calls are made on one.
kcompat probe --bare --json --only contexts,kfuncs,helpers --threads 1 -o "$snapshot.1"
kcompat probe --bare --json --only contexts,kfuncs,helpers --threads 5 -o "$snapshot.2"
cmp -s "$snapshot.1" "$snapshot.2" || complain "1 and 5 threads differ"
rm -f "$snapshot.1" "$snapshot.2"

exit $bad
