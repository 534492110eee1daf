#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the commands in the EXAMPLES of the manual pages, with files of the names that they use. A command must not end
# with an error: its options and words exist, and its recipe for jq fits the JSON. Commands that need what no test has,
# such as an image in /boot, are left out and named. Needs kcompat in PATH, jq and a compiler for BPF.
set -uo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
for tool in jq gzip; do
  if ! command -v $tool >/dev/null; then
    echo "no $tool"
    exit 77
  fi
done
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/work"
cd "$scratch/work" || exit 2
# An example asks for programs of this name.
sed 's/reads_state/trace_enter/' "$top/tests/fixtures/objects/task.bpf.c" >program.bpf.c
if ! compiler=$("$top/tools/bpf-compiler") ||
  ! "$compiler" -target bpf -mcpu=v3 -O2 -g -c -o program.bpf.o program.bpf.c; then
  echo "no compiler for BPF"
  exit 77
fi
# The examples name these.
mkdir -p docs/linux snapshots
cp -r "$top"/tests/fixtures/docs/* docs/linux/
printf 'map:ringbuf\npercpu = ?tag:percpu_kptr\n' | tee agent.req features.req kernel.req >needs.txt
: >program.profile
for name in amd64-6.1-cloud amd64-6.12-cloud; do cp "$top/data/probed/$name.json.gz" snapshots/; done
gzip -dc snapshots/amd64-6.12-cloud.json.gz >6.12.json
cp snapshots/amd64-6.1-cloud.json.gz 6.1.json.gz
kcompat db add fleet.db --hosts 6.12.json 2>err || { cat err; exit 1; }
kcompat db add fleet.db --host=web1 6.12.json || exit 1
ran=0 failed=0

# examples PAGE: the commands, each ended by a NUL. In a literal block, a line that begins with a blank, a quote or a
# backslash before it continues the one above.
examples() {
  sed -n '/^\.Sh EXAMPLES/,/^\.Sh \(SEE\|CAVEATS\)/p' "$1" | sed 's/\\(aq/'"'"'/g; s/\\e/\\/g; s/\\-/-/g' | awk '
    /^\.Bd/ { block = 1; next }
    /^\.Ed/ { block = 0; printf "%c", 0; next }
    /^\.Dl / { sub(/^\.Dl /, ""); printf "%s%c", $0, 0; next }
    /^\./ { next }
    block { if ($0 !~ /^[ \t'"'"']/ && $0 ~ /^([$#] )?(kcompat|jq|eval|comm|mv|zcat|apt)/ && !open) printf "%c", 0
      print
      open += gsub(/'"'"'/, "&") % 2
      open %= 2 }'
}

# What no test has, and what shows how another program uses kcompat.
left_out() {
  case $1 in
  *vmlinu* | */boot/* | */srv/* | *linux-image* | *apt-get* | *ExecStart* | *'define command'* | *kcompat-lab* | *old.json* | *image.json* | *kernels.jsonl* | *zcat*) return 0 ;;
  esac
  return 1
}

for page in "$top"/docs/man/kcompat*.8; do
  while IFS= read -r -d '' command; do
    command=$(sed 's/^[$#] //; s|/etc/agent/||g' <<<"$command")
    [ -n "${command//[$'\n ']/}" ] || continue
    if left_out "$command"; then
      echo "left out: ${page##*/}: ${command%%$'\n'*}"
      continue
    fi
    bash -c "agent() { :; }"$'\n'"$command" >out 2>err </dev/null
    status=$?
    ran=$((ran + 1))
    case $status in
    0 | 1 | 3) ;;
    *) failed=1 && echo "FAILED ${page##*/}: $command: exit status $status: $(head -n 3 err)" ;;
    esac
    if grep -q '^jq: ' err; then
      failed=1 && echo "FAILED ${page##*/}: $command: $(cat err)"
    fi
  done < <(examples "$page")
done
[ $ran -ge 35 ] || { failed=1 && echo "only $ran examples were found"; }
echo "$ran examples"
exit $failed
