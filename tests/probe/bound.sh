#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Metadata kfuncs of XDP: with a network device that takes a program, a real call is loadable, and its example says how to
# load it. Without one, the answer is unknown, and the reason names what is missing. Needs kcompat in PATH, jq, clang.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/status.sh
kfunc=bpf_xdp_metadata_rx_hash
clang=$(tools/bpf-compiler) || exit 1
cc -D_GNU_SOURCE -I. -o "$scratch/network" tests/lib/network.c lab/guest/veth.c || exit 1
cc -o "$scratch/load" tests/lib/load_object.c -lbpf || exit 1
"$scratch/network" veth true 2>"$scratch/err" || {
  echo "no network namespace with a pair of veth: $(cat "$scratch/err")"
  exit 77
}
in_network() { "$scratch/network" "$@"; }

in_network veth kcompat probe --json -c xdp -c tc -o "$scratch/with.json" --only contexts,kfuncs "$kfunc" || exit 1
state=$(jq -r '.kfuncs[0].cells.xdp' "$scratch/with.json")
case $state in
null | absent)
  echo "this kernel has no $kfunc"
  exit 77
  ;;
blocked)
  echo "a policy blocks calls of kfuncs"
  exit 77
  ;;
esac
[ "$state" = loadable ] || complain "with a device, $kfunc@xdp is $state"
line=$(jq -r '.evidence["kfunc/bpf_xdp_metadata_rx_hash@xdp"].line' "$scratch/with.json")
[ "$line" = "recipe load=device-bound" ] || complain "its evidence is $line"
# No other program type can be bound.
state=$(jq -r '.kfuncs[0].cells.tc' "$scratch/with.json")
[ "$state" = impossible ] || complain "with a device, $kfunc@tc is $state"
status 0 in_network veth kcompat require "kfunc:$kfunc@xdp>=loadable"
# A bare call is no proof, and does not become one.
in_network veth kcompat probe --bare --json -c xdp -o "$scratch/bare.json" "$kfunc" || complain "probe --bare: $?"
state=$(jq -r '.kfuncs[0].cells.xdp' "$scratch/bare.json")
[ "$state" = conditional ] || complain "with --bare, $kfunc@xdp is $state"

# The example: a reader who binds the program to a device can load it; as it is, it cannot be loaded.
status 0 in_network veth kcompat probe --example "$kfunc@xdp"
printed "loaded with BPF_F_XDP_DEV_BOUND_ONLY for the network device lab" example
printed "bpf_program__set_ifindex" example
cp "$scratch/out" "$scratch/one.bpf.c"
$clang -g -O2 -Wall -Werror -target bpf "-I/usr/include/$(gcc -dumpmachine)" -c "$scratch/one.bpf.c" -o "$scratch/one.bpf.o" ||
  complain "clang refuses the example"
status 0 in_network veth "$scratch/load" --bound "$scratch/one.bpf.o"
status 1 in_network veth "$scratch/load" "$scratch/one.bpf.o"
warned "device-bound" "the example, bound to no device"

# Without a device: unknown, never a no.
in_network none kcompat probe --json -c xdp -o "$scratch/without.json" --only contexts,kfuncs "$kfunc" || exit 1
state=$(jq -r '.kfuncs[0].cells.xdp' "$scratch/without.json")
[ "$state" = unknown ] || complain "without a device, $kfunc@xdp is $state"
status 3 in_network none kcompat require "kfunc:$kfunc@xdp"
status 1 in_network none kcompat probe --example "$kfunc@xdp"
printed "no network device here takes a bound program" "an example without a device"
exit "${bad:-2}"
