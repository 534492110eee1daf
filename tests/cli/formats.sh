#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What require writes for other programs is what they read, also with hostile names and texts: formats.py has the rules,
# and xmllint, promtool, sh and cc are asked where they are there. Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
new=tests/fixtures/snapshots/probed-6.18.json old=tests/fixtures/snapshots/scanned-6.1.json

# A kernel whose texts are markup and commands of all these formats.
jq '.features += [{name: "trampolin3", state: "unsupported", errno: 22, reason: (
  "a \u001b[2J\u202e]]> <b a=\"1\">&amp; |x| `y` %0A%3A \\ \u0001 \n::error::forged\r\n=1+1,\"q\" */ # TYPE a gauge\n" +
  "</failure></testcase>\u0085")}] | .kernel.release = "6.1\"}\n<x>&,:%|"' "$old" >"$scratch/ho\"st<a>&,:%|"$'\n'.json
cat >"$scratch/a, b:%\"<&.req" <<'REQ'
map:arena
map:arena
feature:trampolin3
?feature:trampolin3
percpu = all(tag:percpu_kptr, kfunc:bpf_percpu_obj_drop_impl@tc)
config:CONFIG_CC_VERSION_TEXT="a|b, <c> 'd' %0A"
func:vfs_read
helper:bpf_loop@xdp
REQ
# More than ten of a kind.
for type in hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash trie lpm_trie \
  devmap sockmap; do echo "not(map:$type)"; done | grep -v ':trie' >"$scratch/many.req"
declare -A files=([agent]=tests/fixtures/requirements/agent.req [hostile]="$scratch/a, b:%\"<&.req" [many]="$scratch/many.req")
kernels=(-k "$new" -k "$old" -k "$scratch/ho\"st<a>&,:%|"$'\n'.json)

# report FORMAT OPTION...: in $scratch/report; the same as JSON in $scratch/facts.
report() {
  local format=$1
  shift
  kcompat require "$@" --json >"$scratch/facts"
  [ $? -ne 2 ] || complain "$*: error"
  jq 'if .kernels then . else {kernels: [.kernel.name = "one"], verdict} end' "$scratch/facts" >"$scratch/matrix"
  mv "$scratch/matrix" "$scratch/facts"
  kcompat require "$@" --format="$format" >"$scratch/report"
  [ $? -ne 2 ] || complain "$* --format=$format: error"
}
# Each with a matrix that fails, one that is satisfied and one kernel alone.
for format in junit sarif github prometheus csv md; do
  for question in agent hostile many; do
    for need in all any; do
      report $format --need=$need -f "${files[$question]}" "${kernels[@]}" --except='*host<*'
      tests/cli/formats.py $format "$scratch/facts" <"$scratch/report" 2>"$scratch/err" ||
        complain "$format of $question, $need: $(tail -n 3 "$scratch/err")"
      case $format in
      junit)
        [ -z "$(command -v xmllint)" ] || xmllint --noout "$scratch/report" 2>"$scratch/err" ||
          complain "xmllint: $(head -n 3 "$scratch/err")"
        ;;
      prometheus)
        [ -z "$(command -v promtool)" ] || promtool check metrics <"$scratch/report" >"$scratch/err" 2>&1 ||
          complain "promtool: $(head -n 3 "$scratch/err")"
        ;;
      esac
    done
  done
done
report nfd -f "${files[agent]}" -k "$new"
tests/cli/formats.py nfd "$scratch/facts" <"$scratch/report" 2>"$scratch/err" || complain "nfd: $(tail -n 3 "$scratch/err")"
# NFD reads no file above 64 KiB.
seq 1 2000 | sed 's/.*/name_of_a_feature_that_is_quite_long_& = map:hash/' >"$scratch/large.req"
status 2 kcompat require -k "$new" -f "$scratch/large.req" --format=nfd
warned 'NFD reads files of at most 64 KiB' 'nfd of 2000 labels'
# A build takes what all kernels have.
kcompat require -f "${files[agent]}" "${kernels[@]}" --format=c -o "$scratch/flags.h"
echo '#include "flags.h"
_Static_assert(KCOMPAT_MAP_RINGBUF == 1 && KCOMPAT_PERCPU == 0 && KCOMPAT_LINK_TCX == 0 && KCOMPAT_LINK_TCX_UNKNOWN, "flags");' >"$scratch/flags.c"
cc -Wall -Werror -fsyntax-only "$scratch/flags.c" 2>"$scratch/err" || complain "c: $(head -n 5 "$scratch/err")"
(
  # shellcheck disable=SC2031
  eval "$(kcompat require -f "${files[agent]}" "${kernels[@]}" --format=env)"
  [ "${KCOMPAT_MAP_RINGBUF:-} ${KCOMPAT_PERCPU:-} ${KCOMPAT_LINK_TCX:-}" = "yes no unknown" ]
) || complain "env: other flags"
exit $bad
