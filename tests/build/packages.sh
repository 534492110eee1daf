#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# .ci/packages and tools/bpf-compiler on systems that this test makes up: which names each release gets, what is
# said where nothing can be installed, and that a system with everything needs no package manager. Package managers
# and compilers are played by scripts; nothing is installed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}

# The commands of this machine, without package managers, clang and the two that are to be missing.
mkdir "$scratch/bin" || exit 2
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do
  [ ! -d "$folder" ] || find -L "$folder" -maxdepth 1 -type f -perm /111 -exec ln -s -t "$scratch/bin" {} + 2>/dev/null
done
rm -f "$scratch"/bin/{apt-get,dnf,gcc,clang,mandoc,python3,sudo} "$scratch"/bin/clang-[0-9]*

# play NAME: standard input becomes that command.
play() {
  cat >"$scratch/bin/$1" && chmod 755 "$scratch/bin/$1"
}
# A compiler that finds every header but those in the file "lacks", and links everything.
echo "no such header" >"$scratch/lacks"
play gcc <<SH
#!/bin/bash
[[ " \$* " != *" -E "* ]] || { grep -F "<\$(<"$scratch/lacks")>" -A 1 || true; }
SH
printf "#!/bin/sh\n" | play python3
# A clang of this version, which is not asked for more.
clang() {
  play "$1" <<SH
#!/bin/bash
[ "\$1" != --version ] || exec echo "Some clang version $2 (here)"
[[ "\$*" != *-fsanitize=* ]]
SH
}
# packages ARGUMENT...: .ci/packages on the system $system.
packages() {
  printf '%s\n' "$system" >"$scratch/os-release"
  : >"$scratch/installed"
  PATH=$scratch/bin KCOMPAT_OS_RELEASE=$scratch/os-release .ci/packages "$@" >"$scratch/out" 2>&1 </dev/null
  status=$?
}
said() { grep -qF -e "$1" "$scratch/out" || complain "$system: does not say \"$1\": $(cat "$scratch/out")"; }
not_said() { ! grep -qF -e "$1" "$scratch/out" || complain "$system: says \"$1\": $(cat "$scratch/out")"; }
ended() { [ $status -eq "$1" ] || complain "$system: exit status $status, expected $1: $(cat "$scratch/out")"; }

# No package manager: everything that is missing is named, and what it is called elsewhere.
system='ID=alpine PRETTY_NAME="A system without either"'
packages build
ended 1
said "A system without either has neither apt-get nor dnf"
said "clang is missing (Debian: clang; Fedora: clang)"
not_said installing
clang clang 18.1.3
packages test
ended 1
said "clang 19 or newer is needed for the programs in bpf/: clang is version 18.1.3"
said "the command mandoc (Debian: mandoc; Fedora: mandoc)"
not_said "not found"
not_said header
echo "bpf/bpf.h" >"$scratch/lacks"
packages build
ended 1
said "the header bpf/bpf.h (Debian: libbpf-dev; Fedora: libbpf-devel)"
echo "no such header" >"$scratch/lacks"
# With everything there it says nothing, and a plain clang of any newer version is one.
clang clang 22.1.0-rc1
printf '#!/bin/sh\n' | play mandoc
packages test
ended 0
[ ! -s "$scratch/out" ] || complain "everything that is needed is there: $(cat "$scratch/out")"
[ "$(PATH=$scratch/bin tools/bpf-compiler)" = clang ] || complain "clang 22 is not taken"
clang clang 18.1.3
clang clang-20 20.1.0
[ "$(PATH=$scratch/bin tools/bpf-compiler)" = clang-20 ] || complain "clang-20 is not taken"
! PATH=$scratch/bin tools/bpf-compiler clang >"$scratch/out" 2>&1 || complain "clang 18 is taken"
said "clang is version 18.1.3"
rm "$scratch"/bin/{clang,clang-20,mandoc}

# installs WORD...: the package manager is asked for these, and not for those with a "!" before them.
installs() {
  local word
  for word in "$@"; do
    case $word in
    !*) ! grep -qx -e "${word#!}" "$scratch/installed" || complain "$system: $word: $(paste -sd ' ' "$scratch/installed")" ;;
    *) grep -qx -e "$word" "$scratch/installed" || complain "$system: not $word: $(paste -sd ' ' "$scratch/installed")" ;;
    esac
  done
}
rm -f "$scratch"/bin/{bpftool,chromium,chromedriver,strace}
# One that has what it is asked for, and one whose archive is down.
play apt-get <<SH
#!/bin/bash
[ ! -e "$scratch/down" ] || exit 100
printf '%s\n' "\$@" >>"$scratch/installed"
SH
as_root() { [ "$(id -u)" -eq 0 ] || printf '#!/bin/sh\nexec "$@"\n' | play sudo; }
as_root
for system in 'ID=debian VERSION_ID="12"' 'ID=debian VERSION_ID="13"' 'ID=debian' 'ID=ubuntu VERSION_ID="24.04"' \
  'ID=ubuntu VERSION_ID="26.04"'; do
  packages test
  case $system in
  *12*) installs clang-19 clang mandoc libclang-rt-14-dev bpftool chromium strace ;;
  *13*) installs clang mandoc libclang-rt-19-dev bpftool chromium !clang-19 ;;
  *24.04*) installs clang-19 clang mandoc libclang-rt-18-dev !bpftool !chromium ;;
  *26.04*) installs clang mandoc libclang-rt-dev bpftool !clang-19 !chromium ;;
  *) installs clang mandoc libclang-rt-dev bpftool chromium !clang-19 ;;
  esac
  installs install !gcc !libbpf-dev
  ended 1
  said "apt-get does not install everything on"
done
touch "$scratch/down"
system='ID=debian VERSION_ID="13" PRETTY_NAME="Debian 13"'
packages test
ended 1
said "cannot install mandoc"
said "the command mandoc (Debian: mandoc; Fedora: mandoc)"
# What nothing fails without is tried and may stay away.
clang clang 19.1.0
printf '#!/bin/sh\n' | play mandoc
packages test
ended 0
said "cannot install strace"
rm "$scratch"/bin/{apt-get,clang,mandoc}

play dnf <<SH
#!/bin/bash
printf '%s\n' "\$@" >>"$scratch/installed"
SH
system='ID=fedora VERSION_ID=42'
packages test
ended 1
installs install -y clang mandoc compiler-rt chromedriver !chromium-driver !gcc
exit $bad
