#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the bash completion of kcompat-lab match the program? Needs kcompat-lab in PATH.
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=/dev/null
source docs/completion/kcompat-lab.bash
bad=0

same() { # WHAT PROGRAM COMPLETION: two lists of words
  local lines
  lines=$(diff <(tr -s ' \t\n' '\n' <<<"$2" | sed '/^$/d' | sort -u) <(tr -s ' \t\n' '\n' <<<"$3" | sed '/^$/d' | sort -u)) || {
    echo "$1: < only the program, > only the completion"
    echo "$lines"
    bad=1
  }
}

commands=$(kcompat-lab --help | sed -nE '/^Commands:/,/^$/s/^ {2}([a-z]+) .*/\1/p')
# shellcheck disable=SC2154 # of the completion
same commands "$commands" "$_kcompat_lab_commands"
for command in $commands; do
  help=$(COLUMNS=100 kcompat-lab "$command" --help)
  same "options of $command" "$(sed -nE 's/^ {2}(-., | {4})(--[a-z-]+=?).*/\2/p' <<<"$help")" "$(_kcompat_lab_options "$command")"
  while read -r letter long; do
    same "$command $letter" "$long" "$(_kcompat_lab_long "$command" "$letter")"
  done < <(sed -nE 's/^ {2}(-.), (--[a-z-]+)=.*/\1 \2/p' <<<"$help")
done

# offers WORDS WORD...: the words offered after these words, sorted.
offers() {
  local want=$1
  shift
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
  _kcompat_lab kcompat-lab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  same "'$*'" "$want" "${COMPREPLY[*]-}"
}
offers check kcompat-lab che
offers --quick kcompat-lab check --qu
offers --sysctl= kcompat-lab run --sys
offers "lockdown=confidentiality lockdown=integrity" kcompat-lab run --append lock
offers CAP_BPF kcompat-lab run --without-cap = CAP_B
offers "$(kcompat-lab list | awk '$1 ~ /^amd64-6.1-/ { print $1 }')" kcompat-lab run amd64-6.1-
offers riscv64-7.2 kcompat-lab check riscv64-7
offers "" kcompat-lab run --memory 10
offers kcompat kcompat-lab run amd64-6.1-cloud -- kco
offers tests/lab/completion.sh kcompat-lab run --add tests/lab/comp
offers tests/lab/completion.sh kcompat-lab run amd64-6.1-cloud -- tests/lab/comp
exit $bad
