#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Misspelt words and names that nothing has: each is an error or a missing name, and the answer names the nearest one.
# Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
old=tests/fixtures/snapshots/scanned-6.1.json new=tests/fixtures/snapshots/probed-6.18.json

# answers STATUS TEXT COMMAND...: the status, and the text on standard error.
answers() {
  local expected=$1 text=$2
  shift 2
  status "$expected" "$@"
  warned "$text" "$*"
}
# refuses TEXT COMMAND...: an error, and nothing on standard output.
refuses() {
  local text=$1
  shift
  answers 2 "$text" "$@"
  [ ! -s "$scratch/out" ] || complain "$*: prints on standard output"
}
# lacks TEXT COMMAND...: the command says no such thing about a word that is far from all others.
lacks() {
  local text=$1
  shift
  "$@" >"$scratch/out" 2>"$scratch/err"
  ! grep -qF -e "$text" "$scratch/out" "$scratch/err" || complain "$*: says '$text'"
}

# Commands and options.
refuses "prob: no such command (did you mean 'probe'?)" kcompat prob
refuses "doc: no such command (did you mean 'docs'?)" kcompat doc
refuses "req: no such command (did you mean 'require'?)" kcompat req
refuses "--hlep: no such command (did you mean '--help'?)" kcompat --hlep
refuses "prbe: no such command (did you mean 'probe'?)" kcompat help prbe
refuses "--jsn: no such option (did you mean '--json'?)" kcompat probe --jsn
refuses "--outptu=x: no such option (did you mean '--output'?)" kcompat scan --outptu=x image
refuses "--kernal: no such option (did you mean '--kernel'?)" kcompat show --kernal shipped bpf_loop
refuses "--exitstyle=nagios: no such option (did you mean '--exit-style'?)" kcompat require --exitstyle=nagios map:hash
refuses "--hepl: no such option (did you mean '--help'?)" kcompat diff --hepl
refuses "--json=yes: the option takes no argument" kcompat probe --json=yes
lacks 'did you mean' kcompat colourful
lacks 'did you mean' kcompat probe --colourful
refuses '(see kcompat --help)' kcompat colourful
refuses '(see kcompat probe --help)' kcompat probe --colourful

# Words of options.
refuses "--only=kfun: no such part (did you mean 'kfuncs'?)" kcompat probe --only kfun
refuses "--only=helprs: no such part (did you mean 'helpers'?)" kcompat probe --only=kfuncs,helprs
refuses '--only=colourful: no such part (one of contexts, kfuncs,' kcompat probe --only colourful
refuses "--only=helpr: no such part (did you mean 'helpers'?)" kcompat diff --only helpr "$old" "$new"
refuses "--format=jsn: require has text, json, jsonl, md, csv, env, c, junit, sarif, github, prometheus, nfd (did you mean 'json'?)" kcompat require --format=jsn map:hash
refuses "--exit-style=nagio: no such value (did you mean 'nagios'?)" kcompat require -k "$new" --exit-style=nagio map:hash
refuses 'docs table: helpers: no such kind (one of kfuncs, functions)' kcompat docs table helpers
refuses "docs page: kfnc: no such kind (did you mean 'kfunc'?)" kcompat docs page kfnc bpf_loop
refuses 'docs index: helpers: no such kind (kfuncs)' kcompat docs index helpers
refuses "--policy hok: no such policy (did you mean 'hook'?)" kcompat docs page --policy hok kfunc bpf_skb_ct_lookup -k "$old"

# Contexts. The others of a list are no excuse.
refuses "--context=xpd: no context of this kernel matches (did you mean 'xdp'?)" kcompat probe --context xpd
refuses "--context=xpd: no context of this kernel matches (did you mean 'xdp'?)" kcompat probe -c syscall -c xpd bpf_loop
refuses "--context=fentri/vfs_read: no context of this kernel matches (did you mean 'fentry/vfs_read'?)" \
  kcompat probe -c fentri/vfs_read
refuses "--context=kretprobe: no context of this kernel matches (did you mean 'kprobe'?)" kcompat probe -c kretprobe
refuses 'colourful/*: no context of this kernel matches (kcompat probe --only contexts lists them)' \
  kcompat probe -c 'colourful/*'
refuses "xpd: this kernel has no such context (did you mean 'xdp'?)" kcompat probe --verifier-log bpf_loop@xpd
refuses "bpf_lop: no helper and no BTF function of this kernel (did you mean 'bpf_loop'?)" \
  kcompat probe --example bpf_lop@xdp

# Names. A name that nothing has is an answer; a name that is written as a requirement is none.
answers 1 "has this name (did you mean 'bpf_loop'?)" kcompat probe bpf_lop
printed 'function bpf_lop: absent' 'probe of a missing name'
answers 1 'nonexistent_*: nothing in ' kcompat probe 'nonexistent_*'
answers 1 "bpf_lop: nothing in" kcompat probe -c xdp bpf_loop bpf_lop
printed 'helper bpf_loop' 'probe of a name beside a missing one'
answers 1 'vfs_read: nothing of --only in' kcompat probe --only kfuncs vfs_read
answers 1 'xdp: nothing in' kcompat probe xdp
warned '(a context: kcompat probe -c xdp)' 'probe of a context'
status 0 kcompat probe -c xdp bpf_loop
[ ! -s "$scratch/err" ] || complain "warns of a name that is there"
refuses 'bpf_loop@xdp: probe takes a name without a context (kcompat probe bpf_loop -c xdp, or kcompat require kfunc:bpf_loop@xdp, or helper:bpf_loop@xdp)' \
  kcompat probe bpf_loop@xdp
refuses 'kfunc:bpf_loop: probe takes a name without its kind (kcompat probe bpf_loop, or kcompat require kfunc:bpf_loop)' \
  kcompat probe kfunc:bpf_loop
refuses 'map:hash: probe takes a name without its kind (kcompat require map:hash)' kcompat probe map:hash
refuses 'scan -n takes a name without its kind' kcompat scan -n func:vfs_read "$old"
refuses 'diff -n takes a name without a context' kcompat diff -n bpf_loop@xdp "$old" "$new"
answers 3 'show takes a name without a context (kcompat show bpf_loop, or kcompat require kfunc:bpf_loop@xdp)' \
  kcompat show -k "$new" bpf_loop@xdp
answers 3 'show takes a name without its kind (kcompat show tcx, or kcompat require link:tcx)' kcompat show -k "$new" link:tcx
answers 1 "bpf_arena_free_page: neither kernel is known to have it (did you mean 'bpf_arena_free_pages'?)" \
  kcompat diff -n bpf_arena_free_page -n bpf_loop "$old" "$new"
answers 1 "nonexistent_*: neither kernel is known to have it" kcompat diff -n 'nonexistent_*' "$old" "$new"
# There, but not of the kind that is compared.
answers 1 'bpf_loop: neither kernel is known to have it' kcompat diff --only kfunc -n bpf_loop "$old" "$new"
status 0 kcompat diff -n bpf_loop "$old" "$new"
answers 1 "bpf_lop: none of the kernels has that kfunc" kcompat docs page kfunc bpf_lop -k "$old"
# Of a kfunc's page, the nearest kfunc: the nearest name is that of a helper.
lacks "bpf_loop" kcompat docs page kfunc bpf_lop -k "$old"
answers 1 "that kfunc (did you mean 'bpf_skb_ct_lookup'?)" kcompat docs page kfunc bpf_skb_ct_lokup -k "$old"

# Requirements.
refuses "found 'kfnc', expected a kind (did you mean 'kfunc'?)" kcompat require kfnc:bpf_x
refuses "found 'xpd', expected a context (did you mean 'xdp'?)" kcompat require -k "$new" helper:bpf_loop@xpd
refuses "(did you mean 'fentry/vfs_read'?)" kcompat require -k "$new" context:fentri/vfs_read
refuses "(did you mean 'kretprobe'?)" kcompat require -k "$new" context:kretprob
refuses "(did you mean 'trampoline'?)" kcompat require -k "$new" feature:trampolin
refuses "(did you mean 'percpu_kptr'?)" kcompat require -k "$new" tag:percpu_ktpr
refuses "(did you mean 'xdp'?)" kcompat require -k data/snapshots/amd64-6.12-cloud.json.gz prog:xpd
refuses "found 'bpf_loop', expected a kind (write kfunc:bpf_loop or helper:bpf_loop)" kcompat require bpf_loop
refuses "found 'xdp', expected a kind (write context:xdp or prog:xdp)" kcompat require xdp
refuses 'kcompat probe lists what matches a pattern' kcompat require 'kfunc:bpf_arena_*'
answers 1 "(did you mean 'bpf_arena_free_pages'?)" kcompat probe bpf_arena_free_page
for text in '?lsm = context:lsm' '?lsm=context:lsm'; do
  refuses "expected the name before '?' (write 'lsm = ?context:lsm')" kcompat require -k "$new" "$text"
  echo "$text" >"$scratch/file.req"
  refuses "file.req:1:1: found '?', expected the name before '?' (write 'lsm = ?context:lsm')" \
    kcompat require -k "$new" -f "$scratch/file.req"
done
status 3 kcompat require -k "$new" --format=env 'lsm = context:lsm'
status 0 kcompat require -k "$new" 'lsm = ?context:lsm'

exit $bad
