#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/nagios: the command of the configuration gives each status of a plugin, with its line. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
line=$(sed -n 's/^ *command_line *//p' contrib/nagios/kcompat.cfg)
[ "${line%% *}" = /usr/bin/kcompat ] || complain "another program: $line"
argument=$(sed -n 's/^ *check_command *//p' contrib/nagios/kcompat.cfg)
command=$(sed -n 's/^ *command_name *//p' contrib/nagios/kcompat.cfg)
[ "${argument%%!*}" = "$command" ] || complain "the service has the command $argument, not $command"
new=tests/fixtures/snapshots/probed-6.18.json
# plugin STATUS WORD REQUIREMENT
plugin() {
  echo "$3" >"$scratch/one.req"
  read -ra words <<<"${line//\$ARG1\$/$scratch/one.req}"
  status "$1" kcompat "${words[@]:1}" -k "$new"
  [[ $(head -n 1 "$scratch/out") == "KCOMPAT $2 - "* ]] || complain "$3: $(head -n 1 "$scratch/out")"
  [ "$(grep -c '|' "$scratch/out")" -eq 0 ] || complain "$3: performance data"
}
plugin 0 OK map:arena
plugin 2 CRITICAL map:rhash
plugin 3 UNKNOWN feature:trampoline
mkdir "$scratch/hosts" && cp "$new" tests/fixtures/snapshots/scanned-6.1.json "$scratch/hosts"
status 2 kcompat require --exit-style=nagios -f "$scratch/one.req" map:arena -k "$scratch/hosts"
printed 'KCOMPAT CRITICAL - 0 of 2 kernels satisfied, 1 missing, 1 unknown: scanned-6.1' 'a fleet'
negate=$(command -v negate || echo /usr/lib/nagios/plugins/negate)
[ ! -x "$negate" ] || {
  status 0 "$negate" -s "$(command -v kcompat)" require --exit-style=nagios -k "$new" map:rhash
}
exit "$bad"
