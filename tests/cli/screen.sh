#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a person sees of kcompat: one screen of probe, the pager of long output, colours and progress on a terminal.
# Needs kcompat in PATH, python3, setpriv and jq. Exit status 1: something is wrong; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
for tool in python3 setpriv jq; do
  if ! command -v $tool >/dev/null; then
    echo "no $tool"
    exit 77
  fi
done
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
unset COLUMNS NO_COLOR PAGER KCOMPAT_PAGER LESS
failed=0
complain() {
  echo "FAILED $*"
  failed=1
}

# fits NAME COLUMNS: the text on standard input is a screen: no more than 30 lines, none wider, with all of its parts.
fits() {
  local text lines wide part
  text=$(cat)
  lines=$(wc -l <<<"$text")
  [ "$lines" -le 30 ] || complain "$1: $lines lines"
  wide=$(awk -v max="$2" 'length($0) > max' <<<"$text")
  [ -z "$wide" ] || complain "$1: wider than $2 columns: $wide"
  for part in '^kernel ' '^Features that agents ask for' '^kcompat probe --all ' '^kcompat probe NAME ' '^kcompat require '; do
    grep -qE "$part" <<<"$text" || complain "$1: no line '$part'"
  done
  for part in 'BTF (CO-RE)' 'ring buffer' 'bounded loops' fentry 'LSM active' 'LSM programs' struct_ops sched_ext arena tokens; do
    tr -s '\n ' ' ' <<<"$text" | grep -qF "$part" || complain "$1: nothing about $part"
  done
  ! grep -q $'\033' <<<"$text" || complain "$1: an escape sequence"
}

kcompat probe >"$scratch/privileged" 2>"$scratch/err" || complain "probe: exit status $?"
[ ! -s "$scratch/err" ] || complain "probe: on standard error: $(cat "$scratch/err")"
fits "probe" 80 <"$scratch/privileged"
COLUMNS=60 kcompat probe --bare | fits "probe, 60 columns" 60
COLUMNS=200 kcompat probe --root tests/fixtures/roots/debian-5.10-container | fits "files, 200 columns" 200

# Lines of a table and its reasons fit.
object=$(dirname "$(command -v kcompat)")/bpf/arena.bpf.o
for width in 60 80 200; do
  for command in "check $object -k 6.12 -k 6.1" 'require -k shipped map:arena kfunc:bpf_arena_free_pages@xdp' \
    'show -k shipped bpf_arena_free_pages' 'show -k shipped xdp' 'diff amd64-6.12-cloud amd64-7.2-cloud'; do
    # shellcheck disable=SC2086 # words
    wide=$(COLUMNS=$width kcompat $command | awk -v max=$width 'length($0) > max')
    [ -z "$wide" ] || complain "$command, $width columns: $wide"
  done
done

# The counts are those of the whole snapshot, and a feature says what the gate says.
kcompat probe --json -o "$scratch/kernel.json" || complain "probe --json"
jq -r '[.contexts[].state] | group_by(.) | map("\(length) \(.[0])") | .[]' "$scratch/kernel.json" >"$scratch/counts"
while read -r count; do
  grep -q "^Contexts: .*\b$count" "$scratch/privileged" || complain "contexts: not $count"
done <"$scratch/counts"
for list in kfuncs helpers; do
  column=$([ $list = kfuncs ] && echo 2 || echo 3)
  said=$(awk -v column="$column" '/^Functions/ { on = 1; next } on && NF == 0 { exit } on { sum += $column } END { print sum + 0 }' "$scratch/privileged")
  listed=$(jq ".$list | length" "$scratch/kernel.json")
  [ "$said" -eq "$listed" ] || complain "$list: the states count $said, the snapshot has $listed"
done
said=$(awk '/^Functions/ { on = 1; next } on && NF == 0 { exit } on && $1 ~ /^(ran|loadable|permitted)$/ { sum += $2 } END { print sum + 0 }' "$scratch/privileged")
listed=$(jq '[.kfuncs[] | select(.cells | to_entries | any(.value | IN("ran", "loadable", "permitted")))] | length' "$scratch/kernel.json")
[ "$said" -eq "$listed" ] || complain "kfuncs that can be called: $said, not $listed"
# answer LABEL: the word in front of it
answer() {
  awk -v label="$1" '/^Features/ { on = 1; next } on && NF == 0 { exit }
    on && /^  [a-z]/ { word = $1 } on && index($0, label) { print word; exit }' "$scratch/privileged"
}
while read -r requirement label; do
  kcompat require "$requirement" >/dev/null 2>&1
  case $? in 0) gate=yes ;; 1) gate=no ;; *) gate=unknown ;; esac
  [ "$(answer "$label")" = $gate ] || complain "$label: '$(answer "$label")', and the gate says $gate"
done <<'LIST'
feature:vmlinux_btf BTF (CO-RE)
map:ringbuf ring buffer
feature:bounded_loops bounded loops
all(context:fentry,feature:trampoline) fentry
context:struct_ops/sched_ext_ops sched_ext
map:arena arena
LIST

# Without privileges, and in the names that a container has.
if [ "$(id -u)" -eq 0 ]; then
  cp "$(command -v kcompat)" "$scratch/kcompat"
  chmod 755 "$scratch/kcompat"
  nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$scratch/kcompat")
  "${nobody[@]}" probe | fits "without privileges" 80
  COLUMNS=60 "${nobody[@]}" probe | fits "without privileges, 60 columns" 60
  "${nobody[@]}" probe | grep -q 'remedy: ' || complain "without privileges: no remedy"
fi
if unshare -Ur true 2>/dev/null; then
  unshare -Ur kcompat probe | fits "user namespace" 80
fi

# The whole, and parts of it.
kcompat probe --all >"$scratch/all" || complain "--all"
[ "$(wc -l <"$scratch/all")" -gt 300 ] || complain "--all: only $(wc -l <"$scratch/all") lines"
# Right above each table stand the letters that it uses, and its columns.
awk '
  /^Columns/ { keys = "" ; columns = 1; next }
  /^States/ { states = 1; next }
  states && /^  . / { keys = keys substr($0, 3, 1); next }
  /^[0-9]+ (kfuncs|helpers) / { if (!columns || !states) print "no key above: " $0; table = 1; columns = states = 0; tables++; next }
  table && NF == 0 { table = 0 }
  table { for (i = 1; i <= length($NF); i++) if (index(keys, substr($NF, i, 1)) == 0) print "no key for " substr($NF, i, 1) ": " $0 }
  END { if (!tables) print "no table" }' "$scratch/all" | head -n 3 >"$scratch/wrong"
# A kernel that can be asked nothing has no table.
if grep -q '^Contexts: .*; 0 ok' "$scratch/all"; then
  echo "no context can be asked: no matrix"
elif [ -s "$scratch/wrong" ]; then
  complain "--all: $(cat "$scratch/wrong")"
fi
kcompat probe -c xdp >"$scratch/xdp" || complain "-c xdp"
! grep -qE '^(Map types|Features|Kernel functions)' "$scratch/xdp" || complain "-c xdp: says what is not about xdp"
[ "$(wc -l <"$scratch/xdp")" -lt 300 ] || complain "-c xdp: $(wc -l <"$scratch/xdp") lines"

# On a terminal. Each line of terminal.py's output is "ok" or what is wrong.
python3 tests/cli/terminal.py "$scratch" >"$scratch/terminal" 2>&1 || complain "terminal: $(cat "$scratch/terminal")"
exit $failed
