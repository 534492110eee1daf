#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Linux 6.1, whose BTF tags no kfunc: probe --discover, with a context for each hook that kfuncs are registered for.
# usage: lab/suites/discover.sh DIRECTORY [OPTION-OF-KCOMPAT-LAB...]
# Writes DIRECTORY/amd64-6.1-cloud.json, which tests/lab/facts.sh holds against the image. Needs kcompat-lab in PATH.
set -uo pipefail
kernel=amd64-6.1-cloud
directory=$1
shift
# register_btf_kfunc_id_set() of 6.1 knows hooks for XDP, TC, struct_ops, tracing and syscall.
mkdir -p "$directory" && kcompat-lab run --timeout 600 "$@" "$kernel" -- kcompat probe --json --discover -c xdp -c tc \
  -c struct_ops/tcp_congestion_ops -c fentry -c syscall >"$directory/$kernel.json"
