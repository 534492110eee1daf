#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/xargs, and the script of contrib/slurm as Slurm calls it: in any order, with a task that was killed, and twice, the
# merged result has the bytes of a plain run. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
export PATH=$PWD/contrib/xargs:$PATH

# Six small kernels: their symbols and configurations.
for i in 1 2 3 4 5 6; do
  mkdir "$scratch/kernel$i"
  for k in $(seq $((i * 20))); do printf 'ffffffff81%06x T function_%d\n' $((k * 64)) "$k"; done >"$scratch/kernel$i/System.map-6.$i.0"
  echo "CONFIG_BPF=y" >"$scratch/kernel$i/config-6.$i.0"
  echo "$scratch/kernel$i"
done >"$scratch/list"
while read -r directory; do
  kcompat scan --format=jsonl "$directory" || complain "scan $directory: exit status $?"
done <"$scratch/list" >"$scratch/plain" 2>"$scratch/err"
[ "$(wc -l <"$scratch/plain")" -eq 6 ] || complain "a plain run has $(wc -l <"$scratch/plain") lines"
[ "$(jq -r .kernel.release "$scratch/plain" | sort -u | wc -l)" -eq 6 ] || complain "not six kernels"

# same WHAT: of $scratch/results
same() {
  cat "$scratch"/results/*.jsonl >"$scratch/all.jsonl"
  cmp -s "$scratch/all.jsonl" "$scratch/plain" || complain "$1: not the bytes of a plain run"
  [ "$(find "$scratch/results" -type f | wc -l)" -eq 6 ] || complain "$1: other files: $(ls -a "$scratch/results")"
}
fresh() { rm -rf "$scratch/results" && mkdir "$scratch/results"; }

fresh
seq 6 | xargs -P 3 -n 1 kcompat-scan-line "$scratch/list" "$scratch/results" 2>"$scratch/err" || complain "xargs: $(cat "$scratch/err")"
same xargs
if [ -n "$(command -v parallel)" ] && parallel --version 2>/dev/null | grep -q GNU; then
  fresh
  parallel kcompat-scan-line "$scratch/list" "$scratch/results" ::: 1 2 3 4 5 6 2>"$scratch/err" || complain "parallel: $(cat "$scratch/err")"
  same parallel
fi

# A kcompat that dies in its second task, as from a lost node.
mkdir "$scratch/bin"
printf '#!/bin/sh\ncase "$*" in *kernel2*) kill -9 $$ ;; esac\nexec "%s" "$@"\n' "$(command -v kcompat)" >"$scratch/bin/kcompat"
chmod 755 "$scratch/bin/kcompat"
fresh
task() { SLURM_ARRAY_TASK_ID=$1 bash contrib/slurm/kcompat-scan.sbatch "$scratch/list" "$scratch/results" 2>"$scratch/err"; }
for i in 6 1 2 5 3 4; do PATH=$scratch/bin:$PATH task $i; done 2>/dev/null
[ "$(find "$scratch/results" -type f | wc -l)" -eq 5 ] || complain "a killed task: $(ls -a "$scratch/results")"
# The second submission scans only what is missing.
touch -d '2000-01-01' "$scratch"/results/*.jsonl
for i in 1 2 3 4 5 6; do task $i || complain "task $i, again: exit status $?: $(cat "$scratch/err")"; done
same 'the second submission'
[ "$(find "$scratch/results" -newermt 2001-01-01 -type f -printf '%f')" = 000002.jsonl ] || complain "the second submission scanned others, too"
task 7 && complain "a task without a line succeeds"
grep -q 'line 7 has no packages' "$scratch/err" || complain "task 7: $(cat "$scratch/err")"
status 0 kcompat require -k "$scratch/all.jsonl" config:CONFIG_BPF=y
printed '6 of 6 kernels satisfied: satisfied' 'the merged result'
exit "$bad"
