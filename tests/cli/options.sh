#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An option that has no effect beside the others is refused, with status 2, and nothing is printed. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
old=tests/fixtures/snapshots/scanned-6.1.json new=tests/fixtures/snapshots/probed-6.18.json
root=tests/fixtures/roots/debian-6.1-cloud

# refuses TEXT COMMAND...
refuses() {
  local text=$1
  shift
  status 2 "$@"
  warned "kcompat: $text" "$*"
  [ "$(wc -l <"$scratch/err")" -eq 1 ] || complain "$*: more than a line: $(cat "$scratch/err")"
  [ ! -s "$scratch/out" ] || complain "$*: prints on standard output"
}

# One form of output. Two ways to name the same one do not contradict.
refuses '--json and --format=jsonl contradict (give one of them)' kcompat probe --json --format=jsonl
refuses '--markdown and --json contradict (give one of them)' kcompat show --markdown --json -k "$new" bpf_loop
status 0 kcompat show --markdown --format=md -k "$new" bpf_loop
status 0 kcompat diff -j --format=json "$old" "$new"
# Each command has its own, and says which.
for command in "probe:text, json, jsonl, c" "scan:text, json, jsonl" "show:text, json, jsonl, md" "diff:text, json, jsonl" \
  "kernels:text, json, jsonl" "require:text, json, jsonl, md, csv, env, c, junit, sarif, github, prometheus, nfd" "docs check x:text, json, jsonl, diff" \
  "docs page kfunc x:md" "docs table kfuncs:md, csv" "docs index kfuncs:md"; do
  words=${command%:*} has=${command#*:}
  read -ra argv <<<"$words"
  name=${argv[0]}
  [ "$name" != docs ] || name="docs ${argv[1]}"
  refuses "--format=yaml: $name has $has (name one of them)" kcompat "${argv[@]}" --format=yaml
  for format in text json jsonl md csv diff env c junit sarif github prometheus nfd; do
    [[ ", $has," == *", $format,"* ]] || refuses "--format=$format: $name has $has (" kcompat "${argv[@]}" --format=$format
  done
done
# The same, on one line.
for command in "show -k $new bpf_loop" "diff $old $new" 'kernels 6.12' "require -k $new map:hash" \
  'docs check tests/fixtures/docs'; do
  read -ra argv <<<"$command"
  kcompat "${argv[@]}" --format=jsonl >"$scratch/line"
  [ "$(wc -l <"$scratch/line")" -eq 1 ] || complain "$command --format=jsonl: not one line"
  cmp -s <(jq -S . "$scratch/line") <(kcompat "${argv[@]}" --json | jq -S .) || complain "$command: json and jsonl are not the same"
done
for option in --json --format=jsonl; do
  refuses "--all: no effect with $option" kcompat probe --all "$option"
done
refuses '--all: no effect with --only' kcompat probe --all --only=kfuncs
refuses '--brief: only JSON has such a form (give --json)' kcompat probe --brief
refuses '--search: no effect with --bare' kcompat probe --bare --search bpf_loop
for option in --discover --full --layout --run --attach --token=/sys/fs/bpf --bare --search --context=xdp --threads=1 --stats; do
  name=${option%%=*}
  refuses "$name: no effect with --root" kcompat probe --root "$root" "$option"
done
for option in --json --format=jsonl --all --only=kfuncs --context=xdp --bare --discover --full --layout --run --attach \
  --addresses --root="$root" --threads=1 --stats; do
  name=$option
  [[ $option == --format* ]] || name=${option%%=*}
  refuses "$name: no effect with --verifier-log" kcompat probe --verifier-log bpf_loop@xdp "$option"
  refuses "$name: no effect with --example" kcompat probe --example bpf_loop@xdp "$option"
done
refuses '--example: no effect with --verifier-log' kcompat probe --verifier-log bpf_loop@xdp --example bpf_loop@xdp
refuses 'NAME: no effect with one cell' kcompat probe --example bpf_loop@xdp bpf_loop
refuses '--context: no effect without contexts' kcompat probe --only map_types -c xdp
refuses '--layout: no effect without contexts' kcompat probe --only functions --layout
refuses '--full: no effect without contexts' kcompat probe --only features --full
refuses '--bare: no effect without kfuncs and helpers' kcompat probe --only contexts --bare
refuses '--search: no effect without kfuncs and helpers' kcompat probe --only features --search
refuses '--discover: no effect without kfuncs' kcompat probe --only helpers --discover
refuses '--attach: no effect without functions' kcompat probe --only kfuncs --attach
refuses '--addresses: no effect without functions' kcompat probe --json --only kfuncs --addresses
refuses '--addresses: no effect on a list' kcompat probe --addresses
refuses '--run: no effect without programs' kcompat probe --only contexts --run
refuses '--root: no effect without kfuncs, helpers, functions and features' kcompat probe --only contexts --root "$root"
refuses 'NAME: no effect without kfuncs, helpers and functions' kcompat probe --only features bpf_loop
# What they are for works.
status 0 kcompat probe --only contexts -c xdp
status 0 kcompat probe --json --only kfunc,helpers -c xdp bpf_dynptr_slice
status 0 kcompat probe --addresses vfs_read
status 0 kcompat probe --root "$root" --only features

refuses '--addresses: no effect on a list' kcompat scan --addresses "$old"
refuses '--name: no effect without functions' kcompat scan --only kfuncs -n vfs_read "$old"
# The words of --only are singular or plural, and the same in each command.
words=contexts,kfuncs,helpers,program_types,map_types,attach_types,link_types,features,functions
kcompat diff "$old" "$new" >"$scratch/all"
for only in "$words" "$(sed 's/s,/,/g; s/s$//' <<<"$words")"; do
  kcompat diff --only "$only" "$old" "$new" | cmp -s - "$scratch/all" || complain "diff --only $only is not diff"
  status 0 kcompat probe --root "$root" --only "$only"
done
cmp -s <(kcompat diff --only kfunc "$old" "$new") <(kcompat diff --only kfuncs "$old" "$new") || complain "two numbers, two answers"
# A file of a directory that cannot be read: the other one is compared, and the status says that something is missing.
mkdir "$scratch/partly" && cp "$old" "$scratch/partly/good.json" && echo '{' >"$scratch/partly/bad.json"
status 2 kcompat diff "$scratch/partly" "$new"
kcompat diff "$scratch/partly" "$new" >"$scratch/rest" 2>"$scratch/said"
cmp -s "$scratch/rest" "$scratch/all" || complain "diff leaves out the good file"
[ "$(grep -c 'bad.json' "$scratch/said")" = 1 ] || complain "diff of a bad file: $(cat "$scratch/said")"
if [ -r /sys/kernel/btf/vmlinux ]; then
  status 0 kcompat scan --json --only=kfunc -o "$scratch/only.json" /sys/kernel/btf/vmlinux
  [ "$(jq -c '[.helpers, .functions, .map_types, .link_types, .program_types | length], (.kfuncs | length > 0),
    (.contexts | length > 0)' "$scratch/only.json" | tr '\n' ' ')" = '[0,0,0,0,0] true true ' ] ||
    complain "scan --only: $(jq -c 'map_values(length)' "$scratch/only.json" 2>&1)"
  # What was left out is not absent.
  status 3 kcompat require -k "$scratch/only.json" helper:no_such_helper map:no_such_map func:no_such_function
  status 0 kcompat scan --only map_types /sys/kernel/btf/vmlinux
fi
for option in --json --markdown --deep --baseline=6.1; do
  refuses "${option%%=*}: no effect with --pack" kcompat show --pack "$option" -k "$old"
done
refuses '--json: no effect with --quiet' kcompat diff --quiet --json "$old" "$new"
refuses '--output: no effect with --quiet' kcompat diff --quiet -o "$scratch/file" "$old" "$new"
refuses '--deep: no effect without functions' kcompat diff --deep --only kfunc "$old" "$new"
refuses '--token: no effect with --kernel' kcompat require --token /sys/fs/bpf -k "$new" map:hash
refuses '--attach: no effect with --kernel' kcompat require --attach -k "$new" map:hash
for option in --json --format=json --format=env --format=c --format=text; do
  refuses "$option: no effect with --quiet" kcompat require --quiet "$option" -k "$new" map:hash
done

refuses '--output: no effect with --quiet' kcompat require --quiet -o "$scratch/file" -k "$new" map:hash
# A letter is one option, in each command that has it, and each form of output can go to a file.
for program in kcompat kcompat-lab; do
  for command in $($program --help | sed -nE '/^Commands:/,/^$/s/^ {2}([a-z]+) .*/\1/p'); do
    $program "$command" --help >"$scratch/help"
    sed -nE 's/^ {2}-(.), --([a-z-]+).*/\1 \2/p' "$scratch/help"
    ! grep -q -e '--format=' "$scratch/help" || grep -qE -e '-o, --output=FILE' "$scratch/help" || complain "$command has no -o"
  done
done | sort -u >"$scratch/letters"
[ "$(wc -l <"$scratch/letters")" -gt 10 ] || complain "letters: $(cat "$scratch/letters")"
[ -z "$(cut -d ' ' -f 1 "$scratch/letters" | uniq -d)" ] || complain "a letter has two meanings: $(cat "$scratch/letters")"
! grep '^m ' "$scratch/letters" || complain "-m is an option"
for letter in 'c context' 'd deep' 'j json' 'n name' 'o output' 'q quiet'; do
  grep -qx "$letter" "$scratch/letters" || complain "no -${letter/ /, --}"
done
status 125 kcompat-lab list amd64-6.1-clud
status 125 kcompat-lab check --jobs=0 amd64-6.1-cloud
warned '--jobs=0: no guest would run (give 1 or more)' 'no guests'

# kcompat(8) names each page and each variable that the program reads.
for page in docs/man/kcompat-*.8; do
  name=$(basename "$page" .8)
  sed -n '/^.Sh SEE ALSO/,$p' docs/man/kcompat.8 | grep -q "^.Xr $name 8" || complain "kcompat(8), SEE ALSO: no $name"
done
while IFS= read -r name; do
  sed -n '/^.Sh ENVIRONMENT/,/^.Sh FILES/p' docs/man/kcompat.8 | grep -qw "$name" || complain "kcompat(8), ENVIRONMENT: no $name"
done < <(grep -rhoE 'getenv\("[A-Z_]+"' src | grep -oE '[A-Z_]{3,}' | grep -v _UID | sort -u)

# Every option in an example of a manual page is an option of that command.
while read -r command words; do
  COLUMNS=200 kcompat "$command" --help >"$scratch/help" 2>&1
  for word in ${words//\\/}; do
    case $word in
    --*) grep -qE -- "(^|[ ,])${word%%=*}([=, ]|$)" "$scratch/help" || complain "manual, kcompat $command: no $word" ;;
    -?) grep -qE -- "(^|[ ,])${word}[, ]" "$scratch/help" || complain "manual, kcompat $command: no $word" ;;
    esac
  done
done < <(grep -hoE '^\.Dl ([#$] )?kcompat [a-z]+ [^|>]*' docs/man/*.8 | sed -E 's/^\.Dl ([#$] )?kcompat //')

# The same requirement twice is one flag.
status 0 kcompat require --format=env -k "$new" map:hash map:hash '?map:hash' map:arena
[ "$(cat "$scratch/out")" = $'KCOMPAT_MAP_HASH=yes\nKCOMPAT_MAP_ARENA=yes' ] || complain "env: $(cat "$scratch/out")"
status 3 kcompat require --format=c -k "$new" feature:trampoline feature:trampoline
[ "$(grep -c '^#define KCOMPAT_FEATURE_TRAMPOLINE ' "$scratch/out")" -eq 1 ] || complain "c: $(cat "$scratch/out")"
exit $bad
