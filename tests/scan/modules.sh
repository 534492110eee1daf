#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `kcompat scan`: functions of modules, and when a missing name is absent. The kernel is a list of symbols, and its
# modules are objects made here. Needs kcompat in PATH, and gcc and strip.
set -uo pipefail
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
bad=0
complain() {
  echo "$*"
  bad=1
}

release=6.1.0-test
printf '%s\n' 'ffffffff81000000 T _text' 'ffffffff81000000 T _stext' 'ffffffff81000010 T in_kernel' \
  'ffffffff81000020 d kernel_data' 'ffffffff81000030 B _end' >System.map-$release

# module FILE NAME SOURCE: a module of that release.
module() {
  mkdir -p "$(dirname "$1")"
  {
    printf 'static const char name[] __attribute__((section(".modinfo"), used)) = "name=%s";\n' "$2"
    printf 'static const char magic[] __attribute__((section(".modinfo"), used)) = "vermagic=%s SMP ";\n' $release
    echo "$3"
  } | gcc -O1 -x c -c -o "$1" -
}
modules=root/lib/modules/$release
alpha='static __attribute__((noinline, used)) int alpha_static(int a) { return a + 1; }
  int alpha_global(int a) { return alpha_static(a); }
  __attribute__((weak)) int alpha_weak(void) { return 1; }
  int in_kernel_too(void); int alpha_data = 3;
  int common_name(void) { return in_kernel_too(); }
  static __attribute__((used)) int alpha_start(void) { return 0; }
  int init_module(void) __attribute__((alias("alpha_start")));'
beta='__attribute__((section(".init.text"))) int beta_setup(void) { return 2; }
  static __attribute__((used)) int common_name(void) { return 5; }
  __attribute__((used)) static int beta_clone(void) __asm__("beta_clone.isra.0");
  static int beta_clone(void) { return 4; }'
module $modules/kernel/net/alpha.ko alpha "$alpha"
module $modules/kernel/net/beta-two.ko beta_two "$beta"
printf 'kernel/net/alpha.ko\nkernel/net/beta-two.ko\n' >$modules/modules.order

# told NAME... : scans System.map and the files in `given`, into out.
given=(root)
told() {
  local names=() name
  for name in "$@"; do names+=(--name "$name"); done
  timeout 30 kcompat scan --json "${names[@]}" "${options[@]}" System.map-$release "${given[@]}" >out 2>err
  status=$?
}
options=()
# expect NAME STATE REASON-PATTERN [SYMBOLS]: SYMBOLS as "NAME TYPE MODULE,..."
expect() {
  local state reason symbols
  IFS='|' read -r state reason symbols < <(jq -r --arg name "$1" '.functions[] | select(.name == $name) |
    "\(.state)|\(.reason // "")|\([.symbols[] | "\(.name) \(.type) \(.module)"] | join(","))"' out)
  # shellcheck disable=SC2053 # a pattern
  if [ "$state" != "$2" ] || [[ $reason != $3 ]] || [ "$symbols" != "${4-}" ]; then
    complain "$1 (${given[*]} ${options[*]}): $state|$reason|$symbols, expected $2|$3|${4-}"
  fi
}

all=(alpha_static alpha_global alpha_weak alpha_data in_kernel in_kernel_too beta_setup beta_clone common_name
  kernel_data nowhere)
told "${all[@]}"
# Some of them are no function of this kernel.
[ $status -eq 1 ] || complain "a whole kernel: exit status $status: $(cat err)"
expect alpha_static present '' 'alpha_static t alpha'
expect alpha_global present '' 'alpha_global T alpha'
expect alpha_weak present '' 'alpha_weak W alpha'
expect beta_setup present '' 'beta_setup T beta_two'
expect beta_clone present 'only under names*' 'beta_clone.isra.0 t beta_two'
expect common_name present '' 'common_name T alpha,common_name t beta_two'
expect in_kernel present '' 'in_kernel T vmlinux'
for name in in_kernel_too alpha_data nowhere; do expect $name absent "neither in the kernel's symbols nor*"; done
expect kernel_data absent 'the symbol of that name is data*'
! jq -e '.source.facts | index("modules")' out >/dev/null || complain "no BTF was given, but the kfuncs of modules are known"
told 'alpha_*' 'common*'
[ "$(jq -r '[.functions[].name] | join(" ")' out)" = 'alpha_global alpha_start alpha_static alpha_weak common_name' ] ||
  complain "globs: $(jq -c '[.functions[].name]' out)"
# asks NAME STATUS WORDS: what require says of the snapshot in out.
asks() {
  kcompat require -k out "func:$1" >said 2>&1
  status=$?
  if [ $status -ne "$2" ] || ! grep -qF -e "$3" said; then
    complain "require func:$1 (${options[*]}): $status, $(cat said)"
  fi
}
# What a glob did not find is absent, and another name was not looked for.
asks alpha_static 0 'present'
asks alpha_nowhere 1 "absent: neither in the kernel's symbols nor in those of its modules"
asks beta_setup 3 'the snapshot holds nothing about this function'
options=(--no-modules)
told 'alpha_*' in_kernel
asks alpha_nowhere 3 'not in the kernel itself; its modules were not read'
options=()

# Absence needs all modules: each of these cases lacks a part.
incomplete() {
  told alpha_static in_kernel nowhere
  expect in_kernel present '' 'in_kernel T vmlinux'
  expect nowhere unknown "not in the kernel itself; $1"
}
given=()
incomplete 'its modules were not given'
expect alpha_static unknown '*its modules were not given'
given=(root) options=(--no-modules)
incomplete 'its modules were not read (--no-modules)'
options=()
mv $modules/modules.order order
incomplete 'no input lists all its modules (modules.order)'
expect alpha_static present '' 'alpha_static t alpha'
{ cat order; echo kernel/net/gamma.ko; } >$modules/modules.order
incomplete '1 of its 3 modules were not read (the first: gamma)'
cp order $modules/modules.order
given=("$modules/kernel/net/alpha.ko")
incomplete 'no input lists all its modules (modules.order)'
given=(root)
head -c 700 $modules/kernel/net/beta-two.ko >short && mv short $modules/kernel/net/beta-two.ko
incomplete '1 of its 2 modules were not read (the first: beta_two)'
expect alpha_static present '' 'alpha_static t alpha'
module $modules/kernel/net/beta-two.ko beta_two "$beta"
strip --strip-unneeded $modules/kernel/net/alpha.ko
incomplete '1 of its modules were stripped of the names of static functions'
expect alpha_static unknown '*stripped*'
module $modules/kernel/net/alpha.ko alpha "$alpha"

# Modules of another release are not read and not needed.
mkdir -p root/lib/modules/6.2.0-next/kernel
sed "s/$release/6.2.0-next/" $modules/kernel/net/alpha.ko >root/lib/modules/6.2.0-next/kernel/other.ko
echo kernel/absent.ko >root/lib/modules/6.2.0-next/modules.order
told alpha_static nowhere
expect alpha_static present '' 'alpha_static t alpha'
expect nowhere absent '*'
[ "$(jq '[.environment.limits[].what | select(test("6.2.0"))] | length' out)" -eq 0 ] ||
  complain "another release is a limit: $(jq -c .environment.limits out)"

# Both kernels of one root directory read their own modules.
mkdir root/boot
for one in $release 6.2.0-next; do cp System.map-$release "root/boot/System.map-$one"; done
echo kernel/alpha.ko >root/lib/modules/6.2.0-next/modules.order
timeout 30 kcompat scan --format=jsonl --name 'alpha_st*' --name nowhere root >out 2>err
[ $? -eq 1 ] || complain "two kernels: $(cat err)"
[ "$(grep -c 'nowhere: nothing in .* has this name' err)" -eq 2 ] || complain "two kernels: says $(cat err)"
for one in $release 6.2.0-next; do
  got=$(jq -r --arg release "$one" 'select(.kernel.release == $release) |
    [.functions[] | "\(.name) \(.state)"] | join(" ")' out)
  [ "$got" = 'alpha_start present alpha_static present nowhere absent' ] || complain "two kernels, $one: $got"
done

exit $bad
