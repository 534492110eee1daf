#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/update-calls: the figures of a small snapshot, lines of other kernels, and a file that is no snapshot. Needs jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
name=amd64-6.1-cloud
bad=0
complain() {
  echo "$*"
  bad=1
}

mkdir -p "$scratch"/{tools,docs,data/probed,results}
cp tools/update-calls tools/lab-page "$scratch/tools/"
cp data/kernels.txt "$scratch/data/"
cp "data/probed/$name."* "$scratch/data/probed/"
echo '{"name":"arm64-6.12","release":"r","contexts":2,"loadable":3,"against":{},"no_way":0,"permitted":0}' >"$scratch/data/calls.jsonl"
# Of four permitted calls, one is loadable, one is refused in a sleepable program alone, two stay. The sleep check of
# xdp/b came before the arguments, so this call was not permitted.
cat >"$scratch/results/$name.json" <<'EOF'
{"source": {"kind": "probed"}, "kernel": {"release": "6.1.0-1"}, "contexts": [{"state": "ok"}, {"state": "blocked"}, {"state": "ok"}],
 "kfuncs": [{"name": "a", "cells": {"tc": "loadable", "xdp": "conditional"}}, {"name": "b", "cells": {"tc": "permitted", "xdp": "conditional"}}],
 "helpers": [{"name": "c", "cells": {"tc": "permitted", "xdp": "refused"}}],
 "evidence": {"kfunc/a@tc": {"rule": "real-call", "line": "recipe plain"},
  "kfunc/a@xdp": {"rule": "sleepable", "line": "kernel function a is sleepable but the program is not"},
  "kfunc/b@xdp": {"rule": "sleepable", "line": "program must be sleepable to call sleepable kfunc b"},
  "kfunc/b@tc": {"rule": "no-way", "line": "no way was found to come by sk_buff in this context"},
  "kfunc/bpf_iter_css_task_new@tc": {"rule": "css-task-iter", "line": ""}}}
EOF

"$scratch/tools/update-calls" "$scratch/results" || complain "exit status $?"
got=$(head -n 1 "$scratch/data/calls.jsonl")
expected='{"name":"amd64-6.1-cloud","release":"6.1.0-1","contexts":2,"loadable":1,"against":{"sleepable":1},"no_way":1,"permitted":2}'
[ "$got" = "$expected" ] || complain "got $got, expected $expected"
[ "$(wc -l <"$scratch/data/calls.jsonl")" -eq 2 ] || complain "the line of another kernel is gone"
grep -qF "| $name | 6.1.0-1 | 2 | 4 | 1 | 25 % | 1 | 1 | 1 |" "$scratch/docs/lab.md" ||
  complain "no row in docs/lab.md: $(grep -F "6.1.0-1" "$scratch/docs/lab.md")"

echo '{"source": {"kind": "predicted"}, "kernel": {"release": "6.1.0-2"}}' >"$scratch/results/$name.json"
"$scratch/tools/update-calls" "$scratch/results" 2>"$scratch/err" && complain "a prediction is taken for a probe"
grep -q "left out" "$scratch/err" || complain "no reason: $(cat "$scratch/err")"
grep -qF '"release":"6.1.0-1"' "$scratch/data/calls.jsonl" || complain "the line of a kernel is lost"
exit $bad
