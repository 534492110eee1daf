#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The functions that kcompat-lab runs. Its shell reads tools/debian-packages.sh before this text:
#   kernel SUITES ARCH PATTERN    paths of the packages of the newest available kernel, one per line
#   emulator PACKAGE...           a directory below the cache with these packages, unpacked. They come from the
#                                 suite of this machine, or from its backports if these are newer
# Exit status: 0; 3 not available, and standard error has the reason; 4 a signature or a hash is wrong.
: "${program:?}" "${scratch:?}" "${cache:?}"

kernel() {
  local found file
  found=$(obtain "$@") || return
  while read -r _ _ _ file; do
    echo "$cache/packages/$file"
  done <<<"${found#*$'\n'}"
}

# Combines the suite of this machine and its backports, so that a package of one can depend on the other.
emulator_state() {
  local host=$1 suite=$2 state=$cache/apt/emulator part
  mkdir -p "$state/lists/partial" "$state/archives/partial" || return
  for part in "$suite" "$suite-backports"; do
    apt_state "$part" "$host" >/dev/null || return
    cat "$cache/apt/$part-$host/sources.list"
  done >"$state/sources.list"
  sed "s|$cache/apt/$suite-$host|$state|" "$cache/apt/$suite-$host/apt.conf" >"$state/apt.conf" || return
  # Installed packages are not fetched.
  cat >>"$state/apt.conf" <<CONF
$(apt-config dump --format '%f "%v";%n' Dir::State::status)
Debug::NoLocking "1";
CONF
  update "$state/apt.conf" && echo "$state"
}

emulator() {
  local host suite state target=$cache/emulator file status
  [ ! -e "$target/complete" ] || {
    echo "$target"
    return 0
  }
  # shellcheck disable=SC1091 # of this machine
  host=$(dpkg --print-architecture) && suite=$(. /etc/os-release && echo "$VERSION_CODENAME") &&
    state=$(emulator_state "$host" "$suite") || return $?
  rm -rf "$target" "$state"/archives/*.deb
  echo "$program: downloading qemu from $suite-backports, which is unpacked into $target" >&2
  [ -z "${offline:-}" ] || return 3
  asked "$state/apt.conf" -y --download-only -t "$suite-backports" install "$@" || {
    status=$?
    rm -f "$state"/archives/*.FAILED "$state"/archives/partial/*
    [ $status -ne 4 ] || return 4
    return 3
  }
  mkdir -p "$target" || return 3
  for file in "$state"/archives/*.deb; do
    dpkg-deb -x "$file" "$target" && rm -f "$file" || return 3
  done
  touch "$target/complete" && echo "$target"
}

packages_ready || exit 3
"$@"
