#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stores of snapshots: what `db add` takes and refuses, that a store answers as its snapshots do, and what stands for
# what in -k. Needs kcompat in PATH, jq, python3 and libsqlite3.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
top=$PWD
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
status=0
complain() {
  echo "$1"
  status=1
}
python3 -c 'import sqlite3' 2>/dev/null || {
  echo "no libsqlite3"
  exit 77
}
probed=$top/tests/fixtures/snapshots/probed-6.18.json scanned=$top/tests/fixtures/snapshots/scanned-6.1.json
cd "$scratch" || exit 2

# refused TEXT COMMAND...: exit status 2, the text on standard error, nothing on standard output
refused() {
  local text=$1 result
  shift
  "$@" >out 2>err
  result=$?
  [ "$result" -eq 2 ] || complain "$*: exit status $result"
  [ ! -s out ] || complain "$*: prints on standard output"
  grep -qF -- "$text" err || complain "$*: no '$text': $(cat err)"
}
# says TEXT COMMAND...
says() {
  local text=$1
  shift
  "$@" >out 2>&1
  grep -qF -- "$text" out || complain "$*: no '$text': $(cat out)"
}
# ask SQL
ask() {
  python3 -c 'import sqlite3, sys
for row in sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute(sys.argv[2]): print(*row, sep="|")' "$1" "$2"
}

# Everything that is added, however it comes.
mkdir hosts
cp "$probed" hosts/web1.json
gzip -c "$probed" >hosts/web2.json.gz
jq -c . "$scanned" >hosts/db1.jsonl
says '3 added, 0 known: it has 3 hosts and 0 files, 2 different snapshots' kcompat db add fleet.db --hosts hosts
says '0 added, 3 known' kcompat db add --hosts fleet.db hosts
cp fleet.db before.db
says '0 added, 1 known' kcompat db add fleet.db --host db1 hosts/db1.jsonl
cmp -s fleet.db before.db || complain "what adds nothing changes the store"
says '1 added, 0 known: it has 3 hosts and 1 files' kcompat db add fleet.db "$scanned"
kcompat db add fleet.db --host web3 - <"$probed" >out || complain "standard input: $?"
cat hosts/db1.jsonl hosts/db1.jsonl | kcompat db add lines.db - >out || complain "lines: $?"
says 'it has 0 hosts and 3 files' kcompat db add lines.db "$probed"
[ "$(ask lines.db 'SELECT name FROM origin ORDER BY name' | tr '\n' ' ')" = 'probed-6.18 stdin:1 stdin:2 ' ] ||
  complain "names of files: $(ask lines.db 'SELECT name FROM origin')"
# The same order makes the same file; what the host says of itself is no name.
jq '.kernel.host = "web9" | .host = "web9"' "$probed" >liar.json
kcompat db add liar.db --host web1 liar.json >out || complain "unknown keys: $?"
[ "$(ask liar.db 'SELECT name FROM host')" = web1 ] || complain "a snapshot names its host"

refused 'no such action' kcompat db ad fleet.db
refused 'SNAPSHOT... is missing' kcompat db add fleet.db
refused 'no effect' kcompat db add fleet.db --host a --hosts "$probed"
refused 'several snapshots, and one host' kcompat db add fleet.db --host a hosts/db1.jsonl hosts/web1.json
refused 'give --hosts' kcompat db add fleet.db --host a hosts
refused 'standard input has no name' kcompat db add fleet.db --hosts - </dev/null
refused 'control character' kcompat db add fleet.db --host "$(printf 'a\nb')" "$probed"
refused '1 to 255 bytes' kcompat db add fleet.db --host "" "$probed"
refused 'several snapshots, and one host' kcompat db add fleet.db --host a <(cat hosts/db1.jsonl hosts/db1.jsonl)
refused 'No such file' kcompat db add fleet.db nothing.json
refused 'no snapshot in it' kcompat db add fleet.db "$(mkdir -p empty && echo empty)"
refused 'expected kcompat/snapshot/1' kcompat db add fleet.db <(echo '{"schema":"kcompat/require/1"}')
refused 'no store of snapshots' kcompat db add hosts/web1.json "$probed"
refused '/nothing/x.db: No such file' kcompat db add /nothing/x.db "$probed"
# What is no file, or not whole, is no store; tests/unit/fleet has hostile content.
mkfifo fifo.db && mkdir directory.db
for what in fifo.db directory.db; do
  refused "$what" timeout 10 kcompat db add "$what" "$probed"
  refused "$what" timeout 10 kcompat db groups "$what"
done
refused 'FIFO' timeout 10 kcompat require -k fifo.db map:arena
head -c 50000 fleet.db >cut.db
refused 'a damaged store: it has 50000 bytes' kcompat require -k cut.db map:arena
refused 'a damaged store' kcompat db add cut.db "$probed"
refused 'not of kcompat/db/1' kcompat require -k "$(python3 -c 'import sqlite3
sqlite3.connect("other.db").executescript("CREATE TABLE meta (key, value); CREATE TABLE host (name)")' && echo other.db)" map:arena
# A store in WAL mode may have a part of it in another file.
cp fleet.db wal.db
python3 -c 'import sqlite3, os
store = sqlite3.connect("wal.db")
store.execute("PRAGMA journal_mode = WAL")
store.execute("DELETE FROM seen")
store.commit()
os._exit(0)'
refused 'in WAL mode' kcompat require -k wal.db map:arena
refused 'in WAL mode' kcompat db add wal.db "$probed"
# A journal beside it is not read.
cp fleet.db journal.db
head -c 4096 /dev/urandom >journal.db-journal
kcompat require -q -k journal.db:host=web1 map:arena || complain "a journal beside a store: $?"
# A link is replaced and never followed.
ln -s target.db link.db
cp fleet.db target.db
says '1 added' kcompat db add link.db --host more "$probed"
if [ -L link.db ] || ! cmp -s target.db fleet.db; then complain "db add follows a link"; fi
kcompat require -q -k link.db:host=more map:arena || complain "the store that replaced a link"
ln -s fleet.db to.db
kcompat require -q -k to.db:host=web1 map:arena || complain "a link to a store is not read: $?"
jq --arg long "$(printf '%05000d' 0)" '.map_types[0].reason = $long' "$probed" >long.json
refused 'a text of more than 4096 bytes' kcompat db add fleet.db long.json
python3 -c 'print("{" + " " * (33 << 20) + "}")' >large.json
refused 'larger than 33554432 bytes' kcompat db add fleet.db large.json
mkfifo fifo
refused 'a FIFO' timeout 10 kcompat db add fleet.db fifo
# Nothing of a call that fails stays, and what is written is complete.
cp fleet.db before.db
refused 'a text of more' kcompat db add fleet.db --host web8 long.json
cmp -s fleet.db before.db || complain "a call that failed changed the store"
[ -z "$(find . -maxdepth 1 -name '.fleet*' -o -name 'fleet.db?*')" ] || complain "a file is left: $(ls -A)"
if [ -w /dev/full ]; then
  kcompat db groups fleet.db >/dev/full 2>err && complain "a full disk is no error"
fi
# Two at once: both stay.
for i in 1 2 3 4 5 6; do kcompat db add together.db --host "h$i" "$probed" >/dev/null 2>&1 & done
wait
[ "$(ask together.db 'SELECT count(*) FROM host')" = 6 ] || complain "adding at once loses hosts: $(ask together.db 'SELECT name FROM host')"

# What stands for what.
rows() { kcompat require --format=csv -k "$1" map:arena | cut -d, -f1 | tail -n +2 | tr -d '"' | sort | tr '\n' ' '; }
[ "$(rows fleet.db)" = 'db1 scanned-6.1 web1 web2 web3 ' ] || complain "fleet.db: $(rows fleet.db)"
says '"web2"' kcompat require --json -k fleet.db:host=web2 -k fleet.db:host=db1 map:arena
kcompat require -q -k fleet.db:host=web1 map:arena || complain "host=web1: $?"
kcompat require -q -k fleet.db:host=db1 map:arena
[ $? -eq 1 ] || complain "host=db1: not missing"
refused 'no host web9 in it' kcompat require -k fleet.db:host=web9 map:arena
refused 'no kernel 9.9 in it' kcompat require -k fleet.db:9.9 map:arena
says 'kfunc bpf_arena_free_pages' kcompat show -k fleet.db:host=web1 bpf_arena_free_pages
kcompat diff --exit-code fleet.db:host=web1 "$probed" >out || complain "diff: $(cat out)"
kcompat diff --exit-code fleet.db:db1 "$scanned" >out || complain "diff of a scan: $(cat out)"
for what in 'bpf_arena_free_pages' 'xdp' 'bpf_loop'; do
  cmp -s <(kcompat show --json -k fleet.db:host=web1 "$what" | jq -S 'del(.kernels[]?.name)') \
    <(kcompat show --json -k hosts/web1.json "$what" | jq -S 'del(.kernels[]?.name)') || complain "show $what: another answer"
done
# The newest one holds, and an older one does not become it.
touch -d 2020-01-01 hosts/db1.jsonl
kcompat db add fleet.db --host web1 hosts/db1.jsonl >out || complain "older: $(cat out)"
kcompat require -q -k fleet.db:host=web1 map:arena || complain "an older snapshot became the newest"
touch -d 2030-01-01 hosts/db1.jsonl
kcompat db add fleet.db --host web1 hosts/db1.jsonl >out || complain "newer: $(cat out)"
kcompat require -q -k fleet.db:host=web1 map:arena
[ $? -eq 1 ] || complain "the newest snapshot does not hold"
[ "$(ask fleet.db "SELECT changes FROM host WHERE name = 'web1'")" = 3 ] || complain "changes: $(ask fleet.db 'SELECT * FROM host')"

# Groups.
[ "$(kcompat db groups --json fleet.db | jq -c '[.by, (.groups[] | .count)]')" = '["all",3,2]' ] || complain "groups: $(kcompat db groups --json fleet.db)"
echo 'map:arena' >a.req
[ "$(kcompat db groups --json fleet.db -f a.req | jq -c '[.by, .requirements, (.groups[] | .answers, .verdict, .names)]')" = \
  '["asked",["map:arena"],"n","missing",["db1","scanned-6.1","web1"],"y","satisfied",["web2","web3"]]' ] ||
  complain "groups by asked: $(kcompat db groups --json fleet.db -f a.req)"
says '5 hosts and files, 2 groups by what was asked' kcompat db groups fleet.db -f a.req
refused 'no such grouping' kcompat db groups fleet.db --by=host
refused 'no requirements are given' kcompat db groups fleet.db --by=asked
jq 'del(.kfuncs[] | select(.module != "vmlinux")) | .kfuncs += [{"name": "bpf_of_module", "module": "m", "prototype": null,
  "flags": null, "found_by": ["list"], "cells": {"xdp": "permitted"}}]' "$probed" >hosts/module.json
jq 'del(.kfuncs[] | select(.module != "vmlinux"))' "$probed" >hosts/plain.json
kcompat db add core.db --hosts hosts/module.json hosts/plain.json >out || complain "modules: $(cat out)"
[ "$(kcompat db groups --json core.db | jq '.groups | length')" = 2 ] || complain "a module changes no group"
[ "$(kcompat db groups --json --by=core core.db | jq '.groups | length')" = 1 ] || complain "--by=core: a module makes a group"
cd "$top" || exit 2
if python3 -c 'import jsonschema' 2>/dev/null; then
  for by in "" --by=core "-f $scratch/a.req"; do
    # shellcheck disable=SC2086 # words
    kcompat db groups --json $by "$scratch/fleet.db" >"$scratch/groups.json"
    tests/schema/schema.py docs/schema/groups.json "$scratch/groups.json" || complain "db groups $by: not by its schema"
  done
fi

# All shipped snapshots and thousands of requirements: the bytes are the same.
mkdir "$scratch/all"
for directory in snapshots probed; do
  for file in data/"$directory"/*.json.gz; do ln -s "$PWD/$file" "$scratch/all/$directory-${file##*/}"; done
done
kcompat db add "$scratch/all.db" --hosts "$scratch/all" >"$scratch/out" || complain "shipped: $(cat "$scratch/out")"
tests/cli/db-requirements.py data/snapshots/amd64-7.2-cloud.json.gz data/probed/amd64-6.12-cloud.json.gz \
  data/snapshots/s390x-6.12.json.gz >"$scratch/all.req" || complain "no requirements"
[ "$(wc -l <"$scratch/all.req")" -ge 1500 ] || complain "only $(wc -l <"$scratch/all.req") requirements"
kcompat require --format=jsonl -k "$scratch/all" -f "$scratch/all.req" >"$scratch/of.files"
kcompat require --format=jsonl -k "$scratch/all.db" -f "$scratch/all.req" >"$scratch/of.store"
[ "$(wc -l <"$scratch/of.files")" -eq "$(find "$scratch/all" -name '*.json.gz' | wc -l)" ] || complain "not all kernels were asked"
cmp "$scratch/of.files" "$scratch/of.store" || complain "the store answers otherwise than its snapshots"
[ "$(ask "$scratch/all.db" "SELECT count(*) FROM now")" = "$(find "$scratch/all" -name '*.json.gz' | wc -l)" ] || complain "hosts are missing"
exit "$status"
