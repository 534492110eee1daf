#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel has one name in all commands: kernels, show, diff, require and docs take the same words. Needs kcompat in
# PATH and jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh

# The list is that of the files.
status 0 kcompat kernels
find data/snapshots data/probed -type f -printf '%f\n' | sed -n 's/\.json\.gz$//p' | sort -u >"$scratch/files"
awk 'NR > 1 { print $1 }' "$scratch/out" | sort | diff "$scratch/files" - || complain "kernels: not the files"
for kind in predicted:snapshots probed:probed; do
  find "data/${kind#*:}" -type f -printf '%f\n' | sed -n 's/\.json\.gz$//p' | sort >"$scratch/files"
  awk -v kind="${kind%:*}" 'NR > 1 && index($0, kind) { print $1 }' "$scratch/out" | sort |
    diff "$scratch/files" - || complain "kernels: not what is ${kind%:*}"
done
status 0 kcompat kernels --json
cp "$scratch/out" "$scratch/list.json"
while read -r name release path; do
  [ "$(gzip -dc "$path" | jq -r .kernel.release)" = "$release" ] || complain "$name: is not $release"
done < <(jq -r '.kernels[] | .name as $name | .data[] | [$name, .release, .path] | @tsv' "$scratch/list.json")

# What the list prints can be typed, and so can a release, a label and a version.
release=$(jq -r '.kernels[] | select(.name == "amd64-6.12-cloud") | .release' "$scratch/list.json")
for word in amd64-6.12-cloud "$release" '6.12 amd64 cloud'; do
  status 0 kcompat kernels "$word"
  [ "$(awk 'NR > 1 { print $1 }' "$scratch/out")" = amd64-6.12-cloud ] || complain "kernels $word: $(cat "$scratch/out")"
  status 0 kcompat show --json -k "$word" bpf_loop
  [ "$(jq -c '[.kernels[] | [.version, .arch, .flavor]]' "$scratch/out")" = '[["6.12","amd64","cloud"]]' ] ||
    complain "show -k $word: $(head -c 300 "$scratch/out")"
  status 0 kcompat diff --json "$word" amd64-6.12-cloud
  [ "$(jq -c '[.kernels[].release] == ["'"$release"'", "'"$release"'"], .subjects' "$scratch/out")" = $'true\n[]' ] ||
    complain "diff $word: $(head -c 300 "$scratch/out")"
  status 0 kcompat require -q -k "$word" helper:bpf_loop@xdp map:arena
  status 0 kcompat docs table kfuncs --format=csv -n bpf_arena_free_pages -k "$word"
done
status 0 kcompat show --json -k 6.12 bpf_loop
jq -r '.kernels[] | select(.version == "6.12") | .name' "$scratch/list.json" | wc -l >"$scratch/expected"
jq '[.kernels[].version] | if unique == ["6.12"] then length else . end' "$scratch/out" | diff "$scratch/expected" - ||
  complain "show -k 6.12: not all kernels of 6.12"
# Several words, a name and a file.
status 0 kcompat show --json -k amd64-6.1 -k tests/fixtures/snapshots/probed-6.18.json bpf_loop
[ "$(jq -c '[.kernels[].version]' "$scratch/out")" = '["6.1","6.18"]' ] || complain "show: a name and a file"

# diff needs one: the ordinary flavor of this machine, or the only one. require takes that one, or else all.
case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch= ;; esac
if [ -n "$arch" ]; then
  status 0 kcompat diff --json 6.12 "$arch-6.12"
  [ "$(jq -c '.kernels[0] | [.arch, .flavor]' "$scratch/out")" = "[\"$arch\",\"generic\"]" ] || complain "diff 6.12"
fi
if [ "$arch" = amd64 ]; then
  status 0 kcompat require -q -k 6.16 helper:bpf_loop@xdp
fi
mkdir "$scratch/two"
cp data/snapshots/amd64-6.12-rt.json.gz data/snapshots/amd64-6.12-cloud.json.gz "$scratch/two"
KCOMPAT_DATA=$scratch/two status 2 kcompat diff 6.12 6.12
warned 'several kernels: amd64-6.12-cloud, amd64-6.12-rt' 'an ambiguous name'
for words in '-k 6.12' '-k shipped' "-k $scratch/two" '-k amd64-6.12-cloud -k amd64-6.12-rt'; do
  # shellcheck disable=SC2086 # several words
  KCOMPAT_DATA=$scratch/two kcompat require --json $words helper:bpf_loop >"$scratch/out" 2>"$scratch/err"
  [ "$(jq -c '[.kernels[].kernel.name]' "$scratch/out")" = '["amd64-6.12-cloud","amd64-6.12-rt"]' ] ||
    complain "require $words: asks $(head -c 200 "$scratch/out" "$scratch/err")"
done
rm "$scratch/two/amd64-6.12-rt.json.gz"
status 0 kcompat require -q -k "$scratch/two" helper:bpf_loop@xdp
kcompat show --pack -k "$scratch/two" >"$scratch/history.jsonl"
status 0 kcompat require -q -k "$scratch/history.jsonl" helper:bpf_loop@xdp
status 1 kcompat require -q -k "$scratch/history.jsonl" helper:bpf_no_such_helper
if [ -r /sys/kernel/btf/vmlinux ]; then
  status 0 kcompat require -q -k live struct:task_struct
fi

# A name that is not known: nothing on standard output, and the nearest one.
for command in 'kernels amd64-6.12-clod' 'show -k amd64-6.12-clod bpf_loop' 'diff amd64-6.12-clod live' \
  'require -k amd64-6.12-clod helper:bpf_loop' 'docs page kfunc bpf_arena_free_pages -k amd64-6.12-clod'; do
  # shellcheck disable=SC2086 # words
  status 2 kcompat $command
  warned "(did you mean 'amd64-6.12-cloud'?)" "$command"
  [ ! -s "$scratch/out" ] || complain "$command: prints"
done
KCOMPAT_DATA='' status 2 kcompat show -k nothing.json bpf_loop
warned 'nothing.json: no such file' 'without shipped kernels'

# -b takes the same names.
for word in amd64-6.12-cloud '6.12 amd64 cloud' "$release"; do
  status 0 kcompat show --json -k shipped -b "$word" bpf_loop
  [ "$(jq -r '.kernels[.baseline].release' "$scratch/out")" = "$release" ] || complain "-b $word"
done
exit "$bad"
