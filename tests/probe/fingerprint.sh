#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The fingerprints of a probe are the same in every form of JSON, for any number of threads, and without evidence. They
# change with what was asked. Needs kcompat in PATH, jq, and the right to load programs.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
status=0
complain() {
  echo "$1"
  status=1
}
# fingerprint OPTION...
fingerprint() {
  kcompat probe --only kfuncs,helpers,map_types -c xdp -c tc "$@" -o "$scratch/out" || complain "probe $*: $?"
  jq -c .fingerprint "$scratch/out"
}

plain=$(fingerprint --json)
[[ $plain == '{"all":"'*'","core":"'*'"}' ]] || complain "no fingerprint: $plain"
for options in --json --format=jsonl "--json --evidence=packed" "--format=jsonl --evidence=interesting" \
  "--json --without=evidence" "--json --threads=1" "--format=jsonl --threads=3" "--format=jsonl --threads=8 --evidence=packed"; do
  # shellcheck disable=SC2086 # words
  other=$(fingerprint $options)
  [ "$other" = "$plain" ] || complain "probe $options: $other, not $plain"
done
[ "$(fingerprint --json --without=config)" != "$plain" ] || complain "--without=config: all options are unknown, and nothing changes"
[ "$(fingerprint --json -c fentry)" != "$plain" ] || complain "another context changes nothing"
exit "$status"
