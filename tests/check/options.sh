#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat check says about functions that an option builds, on the shipped kernels: none of them has a function that it
# calls not built, and it names the option. Needs kcompat in PATH, and a clang for BPF.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
compiler=$(tools/bpf-compiler) || exit 77
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
"$compiler" -target bpf -mcpu=v3 -O2 -g -c -o "$scratch/options.o" tests/fixtures/objects/options.bpf.c || exit 2
kcompat check --json "$scratch/options.o" -k shipped >"$scratch/answer"

# rows FILTER: "KERNEL NAME REASON" of the needs.
rows() {
  jq -r ".objects[0].programs[].kernels[] | .kernel as \$kernel | .needs[] | select($1) | \"\\(\$kernel) \\(.name) \\(.reason)\"" "$scratch/answer"
}
rows '.reason | contains("not set in the kernel")' >"$scratch/not-built"
[ "$(wc -l <"$scratch/not-built")" -gt 40 ] || {
  echo "an option decides $(wc -l <"$scratch/not-built") times"
  bad=1
}
while read -r kernel name _; do
  zcat "data/snapshots/$kernel.json.gz" | jq -e --arg name "${name##*/}" '[.kfuncs[].name, .functions[].name] | index($name) | not' >/dev/null || {
    echo "$kernel has $name"
    bad=1
  }
done <"$scratch/not-built"

# Where the option is set, the function is there.
zcat data/snapshots/arm64-7.2.json.gz | jq -e '.config.CONFIG_NET_SCH_BPF == "y"' >/dev/null || {
  echo "arm64-7.2 has no CONFIG_NET_SCH_BPF: take another kernel"
  bad=1
}
grep -q '^arm64-7.2 bpf_qdisc_skb_drop ' "$scratch/not-built" && {
  echo "arm64-7.2 has CONFIG_NET_SCH_BPF"
  bad=1
}
# A context that an option switches off.
rows '.kind == "context" and .name == "lsm/file_open" and .state == "unmet" and (.hint // "" | contains("CONFIG_BPF_LSM"))' >"$scratch/lsm"
jq -r '.objects[0].programs[] | select(.name == "opens").kernels[] | select(.load == "unmet") | .kernel' "$scratch/answer" >"$scratch/refused"
while read -r kernel; do
  zcat "data/snapshots/$kernel.json.gz" | jq -e '.config.CONFIG_BPF_LSM == null' >/dev/null && ! grep -q "^$kernel " "$scratch/lsm" && {
    echo "$kernel: no hint about CONFIG_BPF_LSM"
    bad=1
  }
done <"$scratch/refused"
exit $bad
