#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contrib/slurm on a cluster of one node, which this test starts: six kernels, one task killed, one node lost and its task
# requeued, a second submission; the merged result has the bytes of a plain run. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
for program in slurmctld slurmd sbatch scontrol squeue; do
  [ -n "$(command -v $program)" ] || {
    echo "no $program (Debian: slurm-wlm): only tests/contrib/scan.sh runs the script"
    exit 77
  }
done
[ "$(id -u)" -eq 0 ] || {
  echo "slurmd needs root"
  exit 77
}
scratch=$(mktemp -d) || exit 2
. tests/lib/status.sh
export SLURM_CONF=$scratch/slurm.conf
host=$(hostname -s)
# Ends the processes of this cluster: those whose environment has its configuration. PROGRAM...
end() {
  local pid program
  for program in "$@"; do
    for pid in $(pgrep -x "$program"); do
      ! { tr "\0" "\n" <"/proc/$pid/environ"; } 2>/dev/null | grep -qx "SLURM_CONF=$SLURM_CONF" || kill -9 "$pid"
    done
  done
}
trap 'end slurmstepd slurmd slurmctld; rm -rf "$scratch"' EXIT
mkdir "$scratch"/{state,spool,results,hold,bin}
chmod 755 "$scratch"
# For a Slurm that is not installed: SLURM_PLUGINS is its directory of plugins, SLURM_STEPD its slurmstepd.
plugins=${SLURM_PLUGINS:+PluginDir=$SLURM_PLUGINS}
cat >"$SLURM_CONF" <<CONF
$plugins
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
JobRequeue=1
ReturnToService=2
SchedulerType=sched/builtin
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000
PartitionName=test Nodes=$host Default=YES State=UP
CONF
# within SECONDS COMMAND...: until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}
# shellcheck disable=SC2317 # called by within
idle() { sinfo -h -o %T | grep -q idle; }
start_node() {
  slurmd -f "$SLURM_CONF" ${SLURM_STEPD:+-d "$SLURM_STEPD"} >"$scratch/said" 2>&1 || complain "slurmd: $(cat "$scratch/said")"
}
slurmctld -f "$SLURM_CONF" >"$scratch/said" 2>&1 || complain "slurmctld: $(cat "$scratch/said")"
start_node
within 30 idle || {
  echo "no cluster here: $(tail -n 3 "$scratch/slurmctld.log" "$scratch/slurmd.log" 2>&1)"
  exit 77
}

for i in 1 2 3 4 5 6; do
  mkdir "$scratch/kernel$i"
  for k in $(seq $((i * 20))); do printf 'ffffffff81%06x T function_%d\n' $((k * 64)) "$k"; done >"$scratch/kernel$i/System.map-6.$i.0"
  echo "CONFIG_BPF=y" >"$scratch/kernel$i/config-6.$i.0"
  echo "$scratch/kernel$i"
done >"$scratch/list"
while read -r directory; do kcompat scan --format=jsonl "$directory"; done <"$scratch/list" >"$scratch/plain" 2>/dev/null
# A kcompat that waits as long as there is a file for its kernel.
cat >"$scratch/bin/kcompat" <<SH
#!/bin/sh
for word; do last=\$word; done
echo \$\$ >>"$scratch/started.\${last##*/}"
while [ -e "$scratch/hold/\${last##*/}" ]; do sleep 0.1; done
exec "$(command -v kcompat)" "\$@"
SH
chmod 755 "$scratch/bin/kcompat"
touch "$scratch/hold/kernel1" "$scratch/hold/kernel2"
submit() {
  PATH=$scratch/bin:$PATH sbatch --parsable --chdir="$scratch" --mem=64M --array=1-6%2 "$PWD/contrib/slurm/kcompat-scan.sbatch" \
    "$scratch/list" "$scratch/results"
}
# shellcheck disable=SC2317 # called by within
finished() { [ -z "$(squeue -h -j "$1")" ]; }
results() { find "$scratch/results" -type f | wc -l; }

job=$(submit) || complain "sbatch: exit status $?"
within 30 test -s "$scratch/started.kernel1" -a -s "$scratch/started.kernel2" || complain "two tasks do not run: $(squeue)"
# One task is killed, and the node is lost with the other one.
kill -9 "$(cat "$scratch/started.kernel1")"
rm "$scratch/hold/kernel1"
touch "$scratch/hold/kernel3"
within 30 test -s "$scratch/started.kernel3" || complain "no other task runs: $(squeue)"
end slurmd slurmstepd
kill -9 "$(cat "$scratch/started.kernel2")" "$(cat "$scratch/started.kernel3")"
scontrol update nodename="$host" state=down reason=lost || complain "scontrol: exit status $?"
[ "$(results)" -eq 0 ] || complain "results of tasks that did not end: $(ls -a "$scratch/results")"
rm "$scratch"/hold/*
rm -rf "$scratch"/spool/*
start_node
# Slurm waits two minutes before it starts a task again.
within 30 idle || complain "the node does not come back: $(sinfo)"
for task in $(squeue -h -r -j "$job" -o %i); do scontrol update jobid="$task" starttime=now >/dev/null 2>&1; done
within 60 finished "$job" || complain "the array does not end: $(squeue)"
[ "$(results)" -eq 5 ] || complain "after the first submission: $(ls -a "$scratch/results"), $(cat "$scratch"/*.log | tail -n 5)"
[ ! -e "$scratch/results/000001.jsonl" ] || complain "the killed task has a result"
job=$(submit)
within 60 finished "$job" || complain "the second array does not end: $(squeue)"
cat "$scratch"/results/*.jsonl >"$scratch/all.jsonl"
cmp -s "$scratch/all.jsonl" "$scratch/plain" || complain "not the bytes of a plain run: $(ls "$scratch/results")"
[ "$(wc -l <"$scratch/all.jsonl")" -eq 6 ] || complain "not six kernels"
exit "$bad"
