#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/kubernetes: the manifests are valid, their commands run, and the rule asks for a label that is written. Needs
# kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
python3 -c 'import yaml' 2>/dev/null || {
  echo "no Python module yaml (Debian: python3-yaml)"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
python3 tests/contrib/kubernetes.py "$scratch" 2>"$scratch/err" || complain "the manifests: $(tail -n 4 "$scratch/err")"

# The command of the DaemonSet, with its mounts in the scratch directory.
mkdir "$scratch/features.d" "$scratch/requirements"
cp "$scratch/agent.req" "$scratch/requirements"
mapfile -t words <"$scratch/report"
[ "${words[0]}" = /bin/kcompat ] || complain "another program: ${words[0]}"
for i in "${!words[@]}"; do [[ ${words[i]} != /* ]] || words[i]=$scratch${words[i]}; done
status 0 kcompat "${words[@]:1}"
grep -qE '^kcompat=(satisfied|missing|unknown)$' "$scratch/features.d/kcompat" || complain "no verdict: $(cat "$scratch/features.d/kcompat")"
while read -r label; do
  grep -q "^$label=" "$scratch/features.d/kcompat" || complain "the rule asks for $label, which no node has"
done <"$scratch/labels"
[ -s "$scratch/labels" ] || complain "the rule asks for nothing"

# A task of the Job.
mkdir "$scratch/in" "$scratch/in/kernel" "$scratch/results"
printf 'ffffffff81000040 T first\n' >"$scratch/in/kernel/System.map-6.1.0"
echo 'CONFIG_BPF=y' >"$scratch/in/kernel/config-6.1.0"
printf 'other\nkernel/System.map-6.1.0 kernel/config-6.1.0\n' >"$scratch/in/packages.list"
(cd "$scratch/in" && JOB_COMPLETION_INDEX=1 sh -c "$(sed "s|/out/|$scratch/results/|" "$scratch/scan")") >"$scratch/said" 2>&1 ||
  complain "a task: $(cat "$scratch/said")"
status 0 kcompat require -q -k "$scratch/results/1.jsonl" config:CONFIG_BPF=y
exit "$bad"
