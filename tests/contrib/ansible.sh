#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/ansible: the role on this machine: setup shows the fact, hosts are in the group of their verdict, and snapshots
# come to the controller. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
[ -n "$(command -v ansible-playbook)" ] || {
  echo "no ansible-playbook (Debian: ansible-core)"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
export ANSIBLE_HOME=$scratch/ansible ANSIBLE_LOCAL_TEMP=$scratch/ansible/tmp ANSIBLE_REMOTE_TEMP=$scratch/ansible/remote
export ANSIBLE_NOCOLOR=1 ANSIBLE_ROLES_PATH=$PWD/contrib/ansible/roles LC_ALL=C.UTF-8
python=$(command -v python3)
for host in good bad; do echo "$host ansible_connection=local ansible_python_interpreter=$python"; done >"$scratch/hosts"
# Two hosts on one machine have their files apart.
mkdir "$scratch/host_vars"
for host in good bad; do
  cat >"$scratch/host_vars/$host.yml" <<VARS
kcompat_binary: $(command -v kcompat)
kcompat_path: $scratch/$host/kcompat
kcompat_etc: $scratch/$host
kcompat_facts: $scratch/$host/facts.d
kcompat_collect: $scratch/collected
kcompat_requirements: |
  prog:socket_filter
  $([ $host = good ] && echo '?')struct:no_such_struct_anywhere
VARS
  mkdir "$scratch/$host"
done
status 0 timeout 300 ansible-playbook -i "$scratch/hosts" contrib/ansible/site.yml
verdict() { kcompat require --json --exit-style=report -f "$scratch/$1/agent.req" | jq -r .verdict; }
# The hosts of the plays for the groups: "Here the agent can run" comes first.
sed -n '/^TASK \[Here the agent can run/,/^PLAY/p' "$scratch/out" | grep -o '^ok: \[[a-z]*' >"$scratch/can"
sed -n '/^TASK \[Here it cannot/,/^PLAY/p' "$scratch/out" | grep -o '^ok: \[[a-z]*' >"$scratch/cannot"
for host in good bad; do
  file=cannot
  [ "$(verdict $host)" != satisfied ] || file=can
  grep -qx "ok: \[$host" "$scratch/$file" || complain "$host is $(verdict $host), and not in that group"
  status 0 timeout 120 ansible "$host" -i "$scratch/hosts" -m ansible.builtin.setup --tree "$scratch/tree" \
    -a "filter=ansible_local fact_path=$scratch/$host/facts.d"
  jq .ansible_facts.ansible_local.kcompat "$scratch/tree/$host" >"$scratch/fact"
  [ "$(jq -r .verdict "$scratch/fact")" = "$(verdict $host)" ] || complain "setup shows another verdict of $host: $(head -c 400 "$scratch/fact")"
  [ "$(jq -r .schema "$scratch/fact")" = kcompat/require/1 ] || complain "setup does not show the document of $host"
  status 0 kcompat require -q -k "$scratch/collected/$host.jsonl" prog:socket_filter
done
[ "$(verdict bad)" != satisfied ] || complain "bad is satisfied"
exit "$bad"
