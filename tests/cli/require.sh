#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where require prints: the answers on standard output in every format, errors on standard error. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
new=tests/fixtures/snapshots/probed-6.18.json
# empty FILE WHAT
empty() { [ ! -s "$scratch/$1" ] || complain "$2: standard ${1/err/error} has $(head -n 2 "$scratch/$1")"; }

for form in '' --format=text --format=json --json --format=env --format=c --exit-style=systemd --on-unknown=pass; do
  # shellcheck disable=SC2086 # no argument where it is empty
  status 1 kcompat require $form -k "$new" map:hash map:rhash
  [ -s "$scratch/out" ] || complain "require $form: nothing on standard output"
  empty err "require $form"
done
status 2 kcompat require --exit-style=nagios -k "$new" map:hash map:rhash
printed 'KCOMPAT CRITICAL' nagios
printed 'no       map:rhash' nagios
empty err nagios
status 1 kcompat require -k "$new" map:hash map:rhash
printed 'yes      map:hash: ok' text
printed 'no       map:rhash: unsupported' text
for question in map:hash map:rhash; do
  kcompat require -q -k "$new" "$question" >"$scratch/out" 2>"$scratch/err"
  empty out "require -q $question"
  empty err "require -q $question"
done
for form in '' -q --format=json --format=env --format=c --exit-style=plain; do
  # shellcheck disable=SC2086 # no argument where it is empty
  status 2 kcompat require $form -k "$new" map:
  warned 'kcompat: requirement 1' "require $form with a mistake"
  empty out "require $form with a mistake"
done
# An answer that cannot be printed is no success.
if [ -w /dev/full ]; then
  kcompat require -k "$new" map:hash >/dev/full 2>"$scratch/err"
  [ $? -eq 2 ] || complain "a full standard output is no error"
  warned 'standard output: No space left on device' 'a full standard output'
fi
exit $bad
