#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What completion offers: `kcompat complete` for each kind of word, the same options as --help, and the scripts for bash,
# fish and zsh. Needs kcompat and kcompat-lab in PATH; fish and zsh are left out where they are not installed.
set -u
cd "$(dirname "$0")/../.." || exit 2
bad=0
complain() {
  echo "$*"
  bad=1
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# The words, without what they mean, sorted.
words() { cut -f 1 | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'; }
# same WHAT FOUND WANTED
same() { [ "$2" = "$3" ] || complain "$1: offers '$2', not '$3'"; }
# complete WANTED PROGRAM WORD...
complete_words() {
  local wanted=$1 program=$2 found
  shift 2
  found=$("$program" complete -- "$@") || complain "$program complete $*: exit status $?"
  same "$program $*" "$(words <<<"$found")" "$wanted"
}

# Every command, and the options that its help shows, no more.
for program in kcompat kcompat-lab; do
  commands=$($program --help | sed -nE '/^Commands:/,/^$/s/^ {2}([a-z]+) .*/\1/p')
  [ "$(wc -w <<<"$commands")" -ge 3 ] || complain "$program --help shows no commands"
  complete_words "$(printf '%s\n' "$commands" help --help --version | words)" $program ""
  for command in $commands; do
    shown=$(COLUMNS=100 $program "$command" --help | sed -nE 's/^ {2}(-., | {4})(--[a-z-]+=?).*/\2/p' | words)
    complete_words "$shown" $program "$command" "-"
    # Each has a meaning.
    $program complete "$command" -- | awk -F '\t' '!$2 { exit 1 }' || complain "$command: an option without a meaning"
  done
done
complete_words 'probe' kcompat pro
complete_words 'require' kcompat help req
complete_words '' kcompat nothing --a

# Arguments of options, in their word and in the next one.
complete_words '--only=kfuncs,helpers' kcompat probe --only=kfuncs,he
complete_words 'contexts' kcompat probe --only con
complete_words '--only=helpers' kcompat diff --only=he
complete_words 'fentry.multi fentry.multi.s' kcompat probe -c fentry.m
complete_words '--verifier-log=bpf_loop@sk_msg' kcompat probe --verifier-log=bpf_loop@sk_ms
complete_words ':directories' kcompat probe --root=tests/fixtures/ro
complete_words ':files' kcompat probe -o tests/cli/compl
complete_words '' kcompat probe --threads=
complete_words 'interesting' kcompat probe --evidence i
complete_words 'pass' kcompat require --on-unknown pa
complete_words 'nagios' kcompat require --exit-style n
complete_words '--kernel=live :files' kcompat show --kernel=li
# An option that was given is offered again only if it may be repeated.
complete_words '' kcompat probe --threads=1 --thr
complete_words '--kernel=' kcompat show --kernel=live --kern

# Actions, their operands and their options.
complete_words 'check index page site table update' kcompat docs ''
complete_words 'function kfunc program_type type_tag' kcompat docs page ''
complete_words 'bpf_arena_alloc_pages' kcompat docs page kfunc bpf_arena_al
complete_words 'functions' kcompat docs -k shipped table f
complete_words 'kfuncs' kcompat docs index kf
complete_words ':directories' kcompat docs site tests/fix
complete_words ':files' kcompat docs check a.md tests/fix
complete_words '' kcompat docs site a tests/fix
complete_words '--format=csv --format=md' kcompat docs table --format=
complete_words '' kcompat docs site --format
complete_words '--baseline= --check= --help --kernel= --verbose' kcompat docs site --

# Operands: names of the shipped kernels and of the running one.
complete_words 'bpf_arena_alloc_pages' kcompat probe bpf_arena_al
complete_words 'bpf_arena_alloc_pages' kcompat show bpf_arena_al
complete_words ':files' kcompat scan Makef
complete_words ':files live' kcompat diff li
complete_words '' kcompat show 'bpf_arena_?'
complete_words '' kcompat show 'bpf_are*_al'
[ "$(kcompat complete probe a | wc -l)" -lt 500 ] || complain "all functions are offered for one letter"
if [ -r /sys/kernel/btf/vmlinux ]; then
  complete_words 'vfs_fallocate' kcompat probe vfs_falloc
  complete_words 'struct:super_block' kcompat require struct:super_bl
  complete_words 'lsm:file_permission' kcompat require lsm:file_perm
fi

# Requirements: the last part of a group, after a mark, and behind '@'.
complete_words 'map:' kcompat require ma
complete_words 'helper:bpf_loop@xdp.frags/devmap' kcompat require helper:bpf_loop@xdp.frags/d
complete_words 'any(map:arena,prog:' kcompat require 'any(map:arena,pro'
complete_words 'any(map:arena, prog:' kcompat require 'any(map:arena, pro'
complete_words '?cap:CAP_BPF' kcompat require '?cap:CAP_BP'
complete_words 'context:lwt_in context:lwt_out context:lwt_seg6local context:lwt_xmit' kcompat require --json context:lw
complete_words 'context:iter/bpf_map context:iter/bpf_map_elem' kcompat require context:iter/bpf_m
complete_words 'feature:spin_lock' kcompat require feature:spin_l
complete_words 'all(' kcompat require al

complete_words 'lockdown=confidentiality lockdown=integrity' kcompat-lab run --append lock
complete_words '--without-cap=CAP_BPF' kcompat-lab run --without-cap=CAP_BP
complete_words ':files riscv64-7.2' kcompat-lab check riscv64-7
complete_words ':files kcompat' kcompat-lab run amd64-6.1-cloud -- kco
complete_words ':files' kcompat-lab run --add tests/lab/comp

# A source that is missing offers nothing.
KCOMPAT_DATA=$scratch complete_words '' kcompat show bpf_arena_al_nothing

# bash: what replaces the part of the word that readline names.
# shellcheck source=/dev/null
source docs/completion/kcompat.bash
in_bash() {
  local wanted=$1 last=${2##*[[:space:]]}
  COMP_LINE=$2 COMP_POINT=${#2}
  # Bash splits unquoted words like this.
  if [[ $2 == *[\"\']* ]]; then last=${2##*[\"\']}; else last=${last##*[:=@(]}; fi
  _kcompat kcompat "$last" ''
  same "bash: $2" "$(printf '%s\n' "${COMPREPLY[@]}" | words)" "$wanted"
}
in_bash 'probe' 'kcompat pro'
in_bash '--without=' 'kcompat probe --witho'
in_bash 'kfuncs,helpers' 'kcompat probe --only=kfuncs,he'
in_bash 'sk_msg' 'kcompat probe --verifier-log=bpf_loop@sk_ms'
in_bash 'tests/fixtures/roots' 'kcompat probe --root=tests/fixtures/ro'
in_bash 'tests/cli/completion.sh' 'kcompat scan -o tests/cli/compl'
in_bash 'README.md' 'kcompat require -f README'
in_bash 'helper:bpf_loop@xdp.frags/devmap' "kcompat require 'helper:bpf_loop@xdp.frags/d"
in_bash 'xdp.frags/devmap' 'kcompat require helper:bpf_loop@xdp.frags/d'
in_bash 'any(map:arena,prog:' "kcompat require 'any(map:arena,pro"
in_bash 'any(map:arena, prog:' 'kcompat require "any(map:arena, pro'
in_bash 'kcompat' 'kcompat-lab run amd64-6.1-cloud -- kcompa'

# fish
in_fish() {
  local wanted=$1
  found=$(HOME=$scratch fish --no-config -c "source docs/completion/kcompat.fish; complete -C $2" 2>"$scratch/err" | words)
  same "fish: $2" "$found$(cat "$scratch/err")" "$wanted"
}
if command -v fish >/dev/null; then
  in_fish 'probe' '"kcompat pro"'
  in_fish '--only=kfuncs,helpers' '"kcompat probe --only=kfuncs,he"'
  in_fish '--output=Makefile' '"kcompat probe --output=Makef"'
  in_fish 'Makefile' '"kcompat scan Makef"'
  in_fish 'map:arena' '"kcompat require map:are"'
else
  echo "left out: fish is not installed"
fi

# zsh, in a terminal of its own: what Tab makes of a line.
in_zsh() {
  found=$(zsh -f tests/lib/zsh_complete.zsh "$2" 2>&1)
  same "zsh: $2" "$found" "$1"
}
if command -v zsh >/dev/null; then
  in_zsh 'kcompat probe ' 'kcompat pro'
  in_zsh 'kcompat probe --only=kfuncs,helpers ' 'kcompat probe --only=kfuncs,he'
  in_zsh 'kcompat scan Makefile ' 'kcompat scan Makef'
  in_zsh 'kcompat probe --output=Makefile ' 'kcompat probe --output=Makef'
  in_zsh 'kcompat require map:arena ' 'kcompat require map:are'
  in_zsh 'kcompat require map:' 'kcompat require ma'
else
  echo "left out: zsh is not installed"
fi
exit $bad
