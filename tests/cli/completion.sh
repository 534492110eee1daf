#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the bash completion match the program? Needs kcompat in PATH and jq. Prints a line
# "ok NAME" or "FAILED NAME: why" for each check; exit status 1 if one failed.
# shellcheck disable=SC2154 # the lists that begin with _kcompat_ come from the completion
set -u

cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=/dev/null
source docs/completion/kcompat.bash
failed=0

# report NAME WHY: WHY is empty on success.
report() {
  if [[ -z $2 ]]; then
    echo "ok $1"
  else
    echo "FAILED $1: $2"
    failed=1
  fi
}

# The difference between two lists of lines, on one line.
difference() {
  diff <(sort -u <<< "$1") <(sort -u <<< "$2") | sed -n 's/^</only the program:/p; s/^>/only the completion:/p' |
    tr '\n' ' '
}

words() {
  tr -s ' \t\n' '\n' <<< "$*" | sed '/^$/d'
}

# Options in the form of --help: "--name", or "--name=" if it takes an argument.
shown_options() {
  COLUMNS=100 kcompat "$1" --help |
    sed -nE 's/^ {2}(-., | {4})(--[a-z-]+=?).*/\2/p'
}

# Letters that take an argument, as "-o --output".
shown_letters() {
  COLUMNS=100 kcompat "$1" --help | sed -nE 's/^ {2}(-.), (--[a-z-]+)=.*/\1 \2/p'
}

check_command() {
  local letter long

  report "options of $1" "$(difference "$(shown_options "$1")" "$(words "$(_kcompat_options "$1")")")"
  while read -r letter long; do
    report "$1 $letter" "$([[ $(_kcompat_long "$1" "$letter") == "$long" ]] || echo "is not $long")"
  done < <(shown_letters "$1")
}

# The words that the completion offers at the end of a line, sorted.
offered() {
  COMP_LINE=$1
  COMP_POINT=${#1}
  local last=${1##*[[:space:]]}

  # Bash splits unquoted words like this.
  if [[ $1 == *[\"\']* ]]; then
    last=${1##*[\"\']}
  else
    last=${last##*[:=@(]}
  fi
  _kcompat kcompat "$last" ''
  printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
}

# check_offer LINE WORDS: the words offered at the end of the line, sorted.
check_offer() {
  local found
  found=$(offered "$1")
  report "'$1'" "$([[ $found == "$2" ]] || echo "offers '$found', not '$2'")"
}

shown=$(kcompat --help | sed -nE '/^Commands:/,/^$/s/^ {2}([a-z]+) .*/\1/p')
report "commands" "$(difference "$shown" "$(words "$_kcompat_commands")")"
for command in $shown; do
  check_command "$command"
done

shown=$(COLUMNS=1000 kcompat probe --help | tr -s '\n ' ' ' |
  sed -E 's/.*separated by commas: ([a-z_, ]+) --no-helpers.*/\1/; s/,//g')
report "parts of --only" "$(difference "$(words "$shown")" "$(words "$_kcompat_parts")")"

# The contexts of the table. Names of iterators and struct_ops types come from the kernel.
shown=$(kcompat probe --only contexts --json | jq -r '.contexts[].name' |
  sed -E 's!^((iter|struct_ops)(\.s)?/).*!\1!')
known=$(words "$_kcompat_contexts")
# A kernel without BTF has none of these.
for family in iter/ iter.s/ struct_ops/ struct_ops.s/; do
  grep -qxF "$family" <<< "$shown" || known=$(grep -vxF "$family" <<< "$known")
done
report "contexts" "$(difference "$shown" "$known")"

shown=$(COLUMNS=100 kcompat require --help | sed -n '/^Requirements:/,/^$/p' | grep -oE '\b[a-z_-]+(:[A-Z]|\(A)' | sed 's/[A-Z]$//')
report "kinds of requirements" "$(difference "$shown" "$(words "$_kcompat_kinds")")"

check_offer 'kcompat pro' 'probe'
check_offer 'kcompat probe --no' '--no-helpers'
check_offer 'kcompat probe --only=kfuncs,he' 'kfuncs,helpers'
check_offer 'kcompat probe --only con' 'contexts'
check_offer 'kcompat probe -c fentry.m' 'fentry.multi fentry.multi.s'
check_offer 'kcompat probe --verifier-log=bpf_loop@sk_ms' 'sk_msg'
check_offer 'kcompat probe --root=tests/fixtures/ro' 'tests/fixtures/roots'
check_offer 'kcompat probe -o tests/cli/compl' 'tests/cli/completion.sh'
check_offer 'kcompat probe bpf_lo' ''
check_offer 'kcompat sc' 'scan'
check_offer 'kcompat scan --no' '--no-modules'
check_offer 'kcompat scan tests/cli/compl' 'tests/cli/completion.sh'
check_offer 'kcompat scan --json Makef' 'Makefile'
check_offer 'kcompat scan -o tests/cli/compl' 'tests/cli/completion.sh'
check_offer 'kcompat scan -n bpf_' ''
check_offer 'kcompat show -k shi' 'shipped'
check_offer 'kcompat show --kernel tests/cli/compl' 'tests/cli/completion.sh'
check_offer 'kcompat show bpf_lo' ''
check_offer 'kcompat diff --only=kfunc,hel' 'kfunc,helper'
check_offer 'kcompat diff li' 'live'
check_offer 'kcompat require --exit-style n' 'nagios'
check_offer 'kcompat require --format=' 'c env json text'
check_offer 'kcompat require -f README' 'README.md'
check_offer 'kcompat require ma' 'map:'
check_offer "kcompat require 'helper:bpf_loop@xdp.frags/d" 'helper:bpf_loop@xdp.frags/devmap'
check_offer 'kcompat require helper:bpf_loop@xdp.frags/d' 'xdp.frags/devmap'
check_offer "kcompat require 'any(map:arena,pro" 'any(map:arena,prog:'
check_offer 'kcompat require "any(map:arena, pro' 'any(map:arena, prog:'
check_offer 'kcompat require --json context:lw' 'lwt_in lwt_out lwt_seg6local lwt_xmit'
exit "$failed"
