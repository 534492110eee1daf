#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Known facts about kernels. Probed snapshots must show them:
#   tests/lab/facts.sh [DIRECTORY]
# The directory (default data/probed) contains ARCH-VERSION[-FLAVOR].json or .json.gz, each of one kernel that
# was probed with all privileges. Facts that a kernel's architecture cannot have are skipped, with a report. A
# snapshot made with --discover (if loads are slow with -c, but with a context for every hook) is compared
# with the image's scan, in DIRECTORY/scanned or data/snapshots under the same name.
set -uo pipefail
directory=$(realpath -m "${1:-$(dirname "$0")/../../data/probed}")
cd "$(dirname "$0")/../.." || exit 2
shopt -s nullglob extglob
snapshots=("$directory"/!(*.diff).json "$directory"/*.json.gz)
[ ${#snapshots[@]} -gt 0 ] || {
  echo "no probed snapshots in $directory"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0

# Each fact prints "ok TEXT", "bad TEXT" or "skip TEXT". `usable`: a program may call it without a condition.
cat > "$scratch/facts.jq" << 'END'
def usable: . == "ran" or . == "loadable" or . == "permitted";
def version: .kernel.release | capture("^(?<a>[0-9]+)[.](?<b>[0-9]+)") | (.a | tonumber) * 1000 + (.b | tonumber);
def kfunc($name): first(.kfuncs[] | select(.name == $name)) // null;
def state($list; $name): first($list[] | select(.name == $name) | .state) // "missing";
def calls_kfuncs: state(.features; "kfunc_calls") == "ok";
def fact($text; $holds): if $holds then "ok " + $text else "bad " + $text end;
def names: map(.name) | sort | unique;

# A program that replaces another has the other's kfuncs: counts of types do not include its type.
def loadable_types: [.program_types[] | select(.state == "ok") | .name] - ["ext"];
def types_of($name): . as $all | ([.contexts[] | {(.name): .program_type}] | add) as $type
  | kfunc($name) | if . == null then [] else
    [.cells | to_entries[] | select(.value | usable) | $type[.key]] | unique - ["ext"] end;

def whole: fact("probed whole, with every message understood";
  .source.kind == "probed" and (.source.facts | contains(["btf", "probe"]) and (contains(["filtered"]) | not))
  and .meta.unrecognised == 0);

def drop_types: ["cgroup_device", "cgroup_skb", "cgroup_sock", "cgroup_sock_addr", "cgroup_sockopt",
    "cgroup_sysctl", "lsm", "perf_event", "sched_cls", "struct_ops", "syscall", "tracepoint", "tracing", "xdp"]
  + (if version >= 6016 then ["sock_ops"] else [] end)
  + (if version >= 7000 then ["raw_tracepoint"] else [] end);
def drop_impl: version as $version | (drop_types - (drop_types - loadable_types)) as $want
  | types_of("bpf_percpu_obj_drop_impl") as $have
  | if $version <= 6001 then fact("bpf_percpu_obj_drop_impl is absent"; kfunc("bpf_percpu_obj_drop_impl") == null)
    elif $version < 6012 or $version > 6012 and $version < 6016 then "skip bpf_percpu_obj_drop_impl: nothing known of this version"
    elif calls_kfuncs | not then "skip bpf_percpu_obj_drop_impl: no kfunc calls (\(state(.features; "kfunc_calls")))"
    else fact("bpf_percpu_obj_drop_impl in \($have | length) of \(loadable_types | length) program types: \($have | join(" "))";
      $have == ($want | sort)) end;
def type_count: if .kernel.arch != "x86" or version != 6012 then "skip number of program types"
  else fact("\(loadable_types | length) program types can be loaded"; (loadable_types | length) == 30) end;
def drop: fact("bpf_percpu_obj_drop is \(if version >= 7001 then "beside" else "not beside" end) _impl";
  (kfunc("bpf_percpu_obj_drop") != null) == (version >= 7001));

def sleepless: ([.contexts[] | select(.sleepable | not) | .name]) as $names
  | [kfunc("bpf_arena_free_pages").cells | to_entries[] | select(.key as $key | $names | index($key)) | select(.value | usable) | .key];
def arena: if kfunc("bpf_arena_free_pages") == null then
    if version >= 6012 and .kernel.arch == "x86" then "bad bpf_arena_free_pages is not there" else "skip bpf_arena_free_pages" end
  elif calls_kfuncs | not then "skip bpf_arena_free_pages: no kfunc calls"
  elif version < 7000 then fact("bpf_arena_free_pages needs a program that may sleep";
    (sleepless == []) and (kfunc("bpf_arena_free_pages").flags // [] | contains(["KF_SLEEPABLE"]))
    and (kfunc("bpf_arena_free_pages").cells.syscall | usable))
  else fact("bpf_arena_free_pages needs no program that may sleep";
    (sleepless | index("xdp") != null) and (kfunc("bpf_arena_free_pages").flags // [] | contains(["KF_SLEEPABLE"]) | not)) end;

def mem_alloc: (first(.functions[] | select(.name == "bpf_mem_alloc_destroy")) // {state: "missing"}) as $function
  | fact("bpf_mem_alloc_destroy is \($function.state), and no kfunc";
    kfunc("bpf_mem_alloc_destroy") == null
    and if version >= 6001 then $function.state == "present" and ($function.prototypes | length) > 0 else $function.state == "absent" end);

def trampolines: [.contexts[] | select(.name | IN("fentry", "lsm", "freplace", "fmod_ret")) | {name, state, reason}]
  | fact("fentry, lsm, freplace and fmod_ret were answered: \(map(.state) | join(" "))";
    length == 4 and all(.state == "ok" or .state == "unsupported"));
def report: if version < 7003 then "skip the report behind the message"
  elif calls_kfuncs | not then "skip the report behind the message: no kfunc calls" else
  [(.evidence // .reasons)[] | .line // ""] | fact("the classic message is found before the report";
    any(startswith("calling kernel function ")) and all(startswith("Verification failed") | not)) end;

def scx: if (.kernel.release | startswith("7.2.12+") and endswith("-cloud-amd64")) then
    [.kfuncs[] | select(.name | contains("scx")) | select([.cells[]] | all((usable or . == "conditional") | not)) | .name]
    | fact("\(length) kfuncs of sched_ext that no program can call"; length == 22)
  else "skip kfuncs of sched_ext that no program can call" end;

# If the kernel supports all calls of a program, the program loads or runs.
def programs($stem; $context): [.programs[] | select(.context == $context and (.name | startswith($stem + "."))) | .state];
def reasons($stem; $context): [.programs[] | select(.context == $context and (.name | startswith($stem + "."))) | .reason] | unique | join("; ");
# Only the JITs of these two architectures support everything.
def may_lack: .kernel.arch | IN("x86", "arm64") | not;
def runs($stem; $context; $kfunc): programs($stem; $context) as $states
  | if ($states | length) == 0 then "bad \($stem) in \($context): no such programs"
    elif kfunc($kfunc) == null then fact("\($stem) in \($context): absent"; $states | all(. == "absent"))
    elif calls_kfuncs | not then "skip \($stem) in \($context): no kfunc calls"
    elif state(.contexts; $context) != "ok" then "skip \($stem) in \($context): \(state(.contexts; $context))"
    elif may_lack and ($states | all(. == "impossible" or . == "unknown")) then
      "skip \($stem) in \($context): \($states[0]): \(reasons($stem; $context))"
    else fact("\($stem) in \($context): \($states | group_by(.) | map("\(length) \(.[0])") | join(", "))";
      $states | all(. == "ran" or . == "loadable")) end;

# Without BTF, kfuncs have no names, and programs that attach by BTF have no target.
def has_btf: .source.facts | index("btf") != null;
def without_btf: fact("built without BTF, and says so: no kfunc, no call";
  .kfuncs == [] and .kernel.btf_sha256 == null and (calls_kfuncs | not)
  and ([.environment.limits[].what] | any(contains("CONFIG_DEBUG_INFO_BTF"))));

if has_btf | not then without_btf else
whole, drop_impl, type_count, drop, arena, mem_alloc, trampolines, report, scx,
runs("percpu_kptr_array"; "fentry"; "bpf_percpu_obj_new_impl"), runs("percpu_kptr_array"; "xdp"; "bpf_percpu_obj_new_impl"),
runs("arena"; "syscall"; "bpf_arena_alloc_pages")
end
END

read_snapshot() {
  case $1 in
  *.gz) gzip -dc "$1" ;;
  *) cat "$1" ;;
  esac
}

say() { # NAME, and lines of facts
  local name=$1 verdict text
  while read -r verdict text; do
    printf '%-24s %-4s %s\n' "$name" "$verdict" "$text"
    [ "$verdict" != bad ] || bad=1
  done
}

# Without tags and without a list, loads alone find the kfuncs of the image's sets.
discovered() { # NAME
  local sets
  sets=$(printf '%s\n' "$directory/scanned/$1".json* "data/snapshots/$1".json* | head -n 1)
  if [ -z "$sets" ] || ! read_snapshot "$sets" > "$scratch/scanned" ||
    [ "$(jq -r .kernel.btf_sha256 "$scratch/scanned")" != "$(jq -r .kernel.btf_sha256 "$scratch/probed")" ]; then
    echo "skip --discover: no scan of the same kernel"
    return
  fi
  jq -r --slurpfile scanned "$scratch/scanned" '
    ([.kfuncs[] | select(.found_by | index("discover")) | "\(.name) \(.module)"] | sort) as $have
    | ([.kfuncs[].module] | unique) as $modules
    | ([$scanned[0].kfuncs[] | select(.found_by | index("kfunc_set")) | select(.module | IN($modules[])) | "\(.name) \(.module)"] | sort) as $want
    | if $have == $want then "ok --discover finds the \($have | length) kfuncs of the image"
      else "bad --discover: only found: \($have - $want), only in the image: \($want - $have)" end' "$scratch/probed"
}

for snapshot in "${snapshots[@]}"; do
  name=$(basename "${snapshot%.gz}" .json)
  read_snapshot "$snapshot" > "$scratch/probed" || exit 2
  if jq -e '.source.facts | index("discovered")' "$scratch/probed" > /dev/null; then
    discovered "$name" > "$scratch/said"
  elif ! jq -r -f "$scratch/facts.jq" "$scratch/probed" > "$scratch/said"; then
    echo "bad not a snapshot with all parts" >> "$scratch/said"
  fi
  say "$name" < "$scratch/said"
done
exit $bad
