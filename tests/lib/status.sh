# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Tests of commands source this file: the number of complaints is in $bad, the output of a command in $scratch.
bad=0
complain() {
  echo "$*"
  # shellcheck disable=SC2034 # the test's exit status
  bad=1
}

# status EXPECTED COMMAND...: output in $scratch/out, errors in $scratch/err.
status() {
  local expected=$1 found
  shift
  # shellcheck disable=SC2154 # the test's directory
  "$@" >"$scratch/out" 2>"$scratch/err"
  found=$?
  [ $found -eq "$expected" ] || complain "$*: exit status $found, expected $expected: $(head -n 3 "$scratch/err")"
}
printed() { grep -qF -e "$1" "$scratch/out" || complain "$2: does not print '$1'"; }
warned() { grep -qF -e "$1" "$scratch/err" || complain "$2: does not warn '$1'"; }
