#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/systemd: systemd-analyze accepts the units, and their commands write what the units say. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
kcompat=$(command -v kcompat)

# The commands, with the files in the scratch directory.
mkdir -p "$scratch/root"/{etc/kcompat,var/lib/prometheus/node-exporter,var/lib/kcompat}
cp tests/fixtures/requirements/agent.req "$scratch/root/etc/kcompat"
commands=0
while IFS= read -r line; do
  read -ra words <<<"${line#*=}"
  [ "${words[0]}" = /usr/bin/kcompat ] || complain "another program: $line"
  for i in "${!words[@]}"; do [[ ${words[i]} != /etc/* && ${words[i]} != /var/* ]] || words[i]=$scratch/root${words[i]}; done
  commands=$((commands + 1))
  "$kcompat" "${words[@]:1}" >"$scratch/out" 2>&1
  found=$?
  case $line in
  ExecStart=*) [ $found -eq 0 ] || complain "$line: exit status $found: $(head -n 3 "$scratch/out")" ;;
  *) [[ $found =~ ^[013]$ ]] || complain "$line: exit status $found: $(head -n 3 "$scratch/out")" ;;
  esac
done < <(grep -h '^Exec' contrib/systemd/*)
[ $commands -eq 3 ] || complain "$commands commands, not 3"
grep -q '^kcompat_verdict{kernel="live"}' "$scratch/root/var/lib/prometheus/node-exporter/kcompat.prom" || complain "no report for Prometheus"
status 0 kcompat require -q -k "$scratch/root/var/lib/kcompat/kernel.jsonl" prog:socket_filter

[ -n "$(command -v systemd-analyze)" ] || {
  echo "no systemd-analyze: the units were not verified"
  [ "$bad" -eq 0 ] || exit 1
  exit 77
}
mkdir "$scratch/units" "$scratch/units/agent.service.d"
for unit in contrib/systemd/kcompat-report.*; do sed "s|/usr/bin/kcompat|$kcompat|" "$unit" >"$scratch/units/${unit##*/}"; done
printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >"$scratch/units/agent.service"
sed "s|/usr/bin/kcompat|$kcompat|" contrib/systemd/agent.conf >"$scratch/units/agent.service.d/agent.conf"
systemd-analyze verify --man=no "$scratch"/units/*.{service,timer} >"$scratch/out" 2>&1 || complain "systemd-analyze: $(head -n 5 "$scratch/out")"
! grep -F "$scratch/units" "$scratch/out" || complain "systemd-analyze warns"
# It finds what is wrong.
sed -i 's/^Type=oneshot/Type=once/' "$scratch/units/kcompat-report.service"
systemd-analyze verify --man=no "$scratch/units/kcompat-report.service" >"$scratch/out" 2>&1
grep -q 'Type' "$scratch/out" || complain "systemd-analyze finds no mistake"
exit "$bad"
