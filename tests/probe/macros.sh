#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# probe --format=c: a C compiler takes the header, and it says what the snapshot says. Needs kcompat in PATH, root, jq and cc.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
what=(--bare -c xdp -c tc --only "kfuncs,helpers,program_types,map_types,features")
kcompat probe "${what[@]}" --format=c -o "$scratch/features.h" || complain "probe --format=c: $?"
kcompat probe "${what[@]}" --without=config,evidence --json -o "$scratch/probe.json" || complain "probe --json: $?"

# What each name must be: in C, from JSON.
jq -r '. as $all | "#include \"features.h\"",
  "#if !defined(HAVE_BPF_SYSCALL) || !defined(HAVE_PROG_TYPE_HELPER) || !defined(HAVE_PROG_TYPE_KFUNC)\n#error macros\n#endif",
  ([.program_types, "PROG_TYPE"], [.map_types, "MAP_TYPE"] | . as [$list, $tail] | $list[] |
    (.name | ascii_upcase) as $name | "HAVE_\($name)_\($tail)" as $macro |
    "#if defined(\($macro)) != \(if .state == "ok" then 1 else 0 end) || " +
    "defined(NO_\($macro)) != \(if .state == "unsupported" then 1 else 0 end)\n#error \($macro)\n#endif"),
  (["HELPER", .helpers], ["KFUNC", .kfuncs] | . as [$kind, $list] |
    $list | group_by(.name)[] | .[0].name as $name |
    ["xdp", "sched_cls"][] as $type | [.[].cells | to_entries[] |
      select(.key as $context | $all.contexts[] | select(.name == $context).program_type == $type).value] |
    select(. != []) | any(IN("ran", "loadable", "permitted")) as $usable |
    "#if HAVE_PROG_TYPE_\($kind)(\($type), \($name)) != \(if $usable then 1 else 0 end)\n#error \($kind) \($type) \($name)\n#endif",
    "#if defined(BPF__PROG_TYPE_\($type)__\($kind)_\($name)_UNKNOWN) != " +
    "\(if $usable or all(IN("blocked", "unknown") | not) then 0 else 1 end)\n#error unknown \($kind) \($type) \($name)\n#endif")' \
  "$scratch/probe.json" >"$scratch/check.c" || complain "jq: $?"
[ "$(grep -c '^#if HAVE_PROG_TYPE_HELPER(xdp' "$scratch/check.c")" -gt 100 ] || complain "nothing is checked: $(head "$scratch/check.c")"
[ "$(grep -c '^#if HAVE_PROG_TYPE_KFUNC(xdp' "$scratch/check.c")" -gt 10 ] || complain "no kfunc is checked"
cc -Wall -Werror -Wundef -fsyntax-only "$scratch/check.c" 2>"$scratch/err" || complain "cc: $(head -n 5 "$scratch/err")"
# bpftool's names of features.
for name in BOUNDED_LOOPS LARGE_INSN_LIMIT V2_ISA_EXTENSION V3_ISA_EXTENSION; do
  grep -qE "HAVE_$name( |$)" "$scratch/features.h" || complain "no $name"
done
exit "${bad:-2}"
