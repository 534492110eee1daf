#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The twelve questions of contrib/sql: their answers on a fleet whose answers are known, and the same ones from PostgreSQL
# where it is installed. Needs kcompat in PATH, jq and python3. Starts a database of its own, in a directory of its own.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
python3 -c 'import sqlite3' 2>/dev/null || {
  echo "no libsqlite3"
  exit 77
}
scratch=$(mktemp -d) || exit 2
server=""
# shellcheck disable=SC2317 # the trap calls it
end() {
  [ -z "$server" ] || run "$server/pg_ctl" -D "$scratch/pg/data" -m immediate -s stop >/dev/null 2>&1
  rm -rf "$scratch"
}
trap end EXIT
status=0
complain() {
  echo "$1"
  status=1
}
scanned=tests/fixtures/snapshots/scanned-6.1.json
probed=$scratch/probed.json
jq '.environment.lockdown = "none" | .environment.lsm = ["lockdown", "bpf"] | .config.CONFIG_BPF_LSM = "y"' \
  tests/fixtures/snapshots/probed-6.18.json >"$probed"
mkdir "$scratch/hosts"
# Three hosts with one answer, one that lost its privileges, one under lockdown, one with an old kernel since today.
for name in web1 web2 web3 changed; do cp "$probed" "$scratch/hosts/$name.json"; done
jq '.environment.capabilities = [] | .map_types[].state = "blocked" | .helpers[].cells[] = "blocked" |
  .contexts[].state = "blocked"' "$probed" >"$scratch/hosts/poor.json"
jq '.environment.lockdown = "integrity" | .environment.lsm = ["lockdown"]' "$probed" >"$scratch/hosts/locked.json"
touch -d '2026-03-20' "$scratch"/hosts/*.json
touch -d '2026-03-01' "$scratch/hosts/web3.json"
store=$scratch/fleet.db
kcompat db add "$store" --hosts "$scratch/hosts" >"$scratch/out" || complain "$(cat "$scratch/out")"
jq '.map_types |= map(select(.name != "arena")) | .kernel.release = "6.1.0-older" | .source.kind = "probed"' "$probed" >"$scratch/changed.json"
touch -d '2026-03-21' "$scratch/changed.json"
kcompat db add "$store" --host changed "$scratch/changed.json" >"$scratch/out" || complain "$(cat "$scratch/out")"
kcompat db add "$store" "$scanned" >"$scratch/out" || complain "$(cat "$scratch/out")"

contrib/sql/ask.py "$store" contrib/sql/questions.sql >"$scratch/answers" || complain "ask.py: $?"
[ "$(grep -c '^[0-9]*\. .* ms)$' "$scratch/answers")" -eq 12 ] || complain "not twelve questions: $(cat "$scratch/answers")"
# answer NUMBER LINE: the question has this line in its answer
answer() {
  sed -n "/^$1\\. /,/^[0-9]/p" "$scratch/answers" | grep -qxF "    $2" ||
    complain "question $1: no '$2': $(sed -n "/^$1\\. /,/^$(($1 + 1))\\. /p" "$scratch/answers")"
}
# What the fixture says of the calls that are asked about.
state=$(jq -r '[.kfuncs[] | select(.name == "bpf_dynptr_from_xdp") | .cells.xdp][0] // "not listed"' "$probed")
case $state in ran | loadable | permitted) word=yes ;; "not listed") word=unknown ;; *) word=no ;; esac
answer 1 "$word $state 6 changed"
helper=$(jq -r '[.helpers[] | select(.name == "bpf_loop") | .cells.xdp][0] // "not listed"' "$probed")
case $helper in
ran | loadable | permitted) answer 2 "$(jq -r .kernel.release "$probed") blocked None 1" ;;
*) answer 2 "$(jq -r .kernel.release "$probed") $helper None 4" ;;
esac
answer 5 "$(kcompat db groups --json "$store" | jq -r '.groups[0].fingerprint[:12]') 3 1 $(jq -r .kernel.release "$probed") web1"
answer 6 "$(jq -r .kernel.release "$probed") 3 3 2 1 2 2 5"
answer 7 "changed map arena ok not listed"
answer 9 "y 1 locked"
answer 12 "web3 $(jq -r .kernel.release "$probed") $(date -d '2026-03-01' +%s)"

# The store's answers are those of the gate.
printf '%s\n' map:ringbuf map:arena helper:bpf_loop@xdp >"$scratch/a.req"
kcompat db groups --json "$store" -f "$scratch/a.req" |
  jq -r '.groups | map(.names -= ["scanned-6.1"]) | map(select(.names != [])) | group_by(.verdict) |
    map("    \(.[0].verdict) \(map(.names | length) | add)")[]' | sort >"$scratch/gate"
sed -n '/^3\. /,/^4\. /p' "$scratch/answers" | grep '^    ' | cut -d' ' -f1-6 | sort >"$scratch/sql"
diff "$scratch/gate" "$scratch/sql" || complain "question 3 answers otherwise than the gate"

# PostgreSQL does not run as root.
for server in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /none)")" ""; do
  [ -z "$server" ] || [ ! -x "$server/initdb" ] || [ ! -x "$server/postgres" ] || break
done
[ -n "$server" ] || {
  [ "$status" -ne 0 ] || echo "SQLite only: PostgreSQL is not installed"
  exit "$status"
}
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then user=nobody; fi
# shellcheck disable=SC2317 # also for the trap
run() {
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
chmod 755 "$scratch"
mkdir "$scratch/pg" && chmod 700 "$scratch/pg"
if [ "$(id -u)" -eq 0 ]; then chown 65534:65534 "$scratch/pg"; fi
if ! run "$server/initdb" -D "$scratch/pg/data" -U "$user" -E UTF8 --locale=C.UTF-8 -A trust -N >"$scratch/out" 2>&1 ||
  ! run "$server/pg_ctl" -D "$scratch/pg/data" -s -w -o "-c listen_addresses='' -k $scratch/pg -c fsync=off" -l "$scratch/pg/log" start \
    >"$scratch/out" 2>&1; then
  server=""
  [ "$status" -ne 0 ] || echo "SQLite only: PostgreSQL does not start: $(tail -n 1 "$scratch/out")"
  exit "$status"
fi
sql() { run "$server/psql" -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 -h "$scratch/pg" -U "$user" postgres "$@"; }
contrib/sql/to_postgresql.py "$store" | sql >"$scratch/out" 2>&1 || complain "copy: $(tail -n 3 "$scratch/out")"
sql -P null=None <contrib/sql/questions.sql >"$scratch/other" 2>&1 || complain "questions: $(tail -n 3 "$scratch/other")"
sed -n 's/^    //p' "$scratch/answers" | diff - "$scratch/other" || complain "PostgreSQL answers otherwise"
exit "$status"
