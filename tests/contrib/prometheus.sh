#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/prometheus: the rules ask for metrics and labels that kcompat writes, and promtool's tests of them pass. Needs
# kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
status 0 kcompat require --format=prometheus --exit-style=report -f tests/fixtures/requirements/agent.req \
  -k tests/fixtures/snapshots/probed-6.18.json
while read -r metric; do
  printed "# TYPE $metric gauge" "$metric"
done < <(sed -n 's/^ *expr: //p' contrib/prometheus/kcompat.rules.yml | grep -oE '\bkcompat_[a-z_]+' | sort -u)
for label in optional=\"false\" requirement= kernel=; do printed "$label" "a label"; done
[ -n "$(command -v promtool)" ] || {
  echo "no promtool (Debian: prometheus): the rules were not tested"
  [ "$bad" -eq 0 ] || exit 1
  exit 77
}
status 0 promtool check metrics <"$scratch/out"
status 0 promtool check rules contrib/prometheus/kcompat.rules.yml
status 0 promtool test rules contrib/prometheus/kcompat.test.yml
sed 's/== 0$/== 1/' contrib/prometheus/kcompat.rules.yml >"$scratch/kcompat.rules.yml"
cp contrib/prometheus/kcompat.test.yml "$scratch"
status 1 promtool test rules "$scratch/kcompat.test.yml"
exit "$bad"
