#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/python and contrib/go: answers and errors of the program arrive. Needs kcompat in PATH and python3.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
export PYTHONDONTWRITEBYTECODE=1
new=$PWD/tests/fixtures/snapshots/probed-6.18.json
# A program that always asks this snapshot.
printf '#!/bin/sh\nshift\nexec kcompat require -k "%s" "$@"\n' "$new" >"$scratch/program"
chmod 755 "$scratch/program"
status 0 env PYTHONPATH=contrib/python python3 -c '
import sys
from kcompat import require
for name, verdict in (("map:arena", "satisfied"), ("map:rhash", "missing"), ("feature:trampoline", "unknown")):
    answer = require(name, binary=sys.argv[1])
    assert answer["verdict"] == verdict and answer["requirements"][0]["requirement"] == name, answer
try:
    require("map:", binary=sys.argv[1])
except RuntimeError as error:
    assert "expected a map type" in str(error), error
else:
    raise AssertionError("no error")' "$scratch/program"
[ -n "$(command -v go)" ] || {
  cat "$scratch/err"
  echo "no go: contrib/go was not run"
  [ "$bad" -eq 0 ] || exit 1
  exit 77
}
export GOCACHE=$scratch/cache GO111MODULE=off
status 0 go build -o "$scratch/example" contrib/go/kcompat.go
[ -z "$(gofmt -l contrib/go)" ] || complain "gofmt would change contrib/go"
status 0 "$scratch/example" "$scratch/program" map:arena map:rhash feature:trampoline
printed 'missing 6.18.44' go
printed 'KCOMPAT_MAP_ARENA yes' go
printed 'KCOMPAT_FEATURE_TRAMPOLINE unknown' go
status 2 "$scratch/example" "$scratch/program" map:
warned 'expected a map type' go
exit "$bad"
