#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What kcompat-lab asks of tools/debian-packages.sh, which stands before this text in the shell that it starts:
#   kernel SUITES ARCH PATTERN    paths of the packages of the newest kernel that can be had, a line each
#   emulator PACKAGE...           a directory below the cache with these packages, unpacked, of the suite that
#                                 this machine runs or of its backports, which have the newer ones
# Exit status: 0; 3 it cannot be had, and standard error says why.
: "${program:?}" "${scratch:?}" "${cache:?}"

kernel() {
  local found file
  found=$(obtain "$@") || return
  while read -r _ _ _ file; do
    echo "$cache/packages/$file"
  done <<<"${found#*$'\n'}"
}

# The suite of this machine and its backports as one, so that each can have what the other needs.
emulator_state() {
  local host=$1 suite=$2 state=$cache/apt/emulator part
  mkdir -p "$state/lists/partial" "$state/archives/partial" || return
  for part in "$suite" "$suite-backports"; do
    apt_state "$part" "$host" >/dev/null || return
    cat "$cache/apt/$part-$host/sources.list"
  done >"$state/sources.list"
  sed "s|$cache/apt/$suite-$host|$state|" "$cache/apt/$suite-$host/apt.conf" >"$state/apt.conf" || return
  # What is installed already is not taken.
  cat >>"$state/apt.conf" <<CONF
Dir::State::status "/var/lib/dpkg/status";
Debug::NoLocking "1";
CONF
  apt-get -c "$state/apt.conf" -qq update >&2 && echo "$state"
}

emulator() {
  local host suite state target=$cache/emulator file
  [ ! -e "$target/complete" ] || {
    echo "$target"
    return 0
  }
  # shellcheck disable=SC1091 # of this machine
  host=$(dpkg --print-architecture) && suite=$(. /etc/os-release && echo "$VERSION_CODENAME") &&
    state=$(emulator_state "$host" "$suite") || return 3
  rm -rf "$target" "$state"/archives/*.deb
  echo "$program: downloading qemu from $suite-backports, which is unpacked into $target" >&2
  apt-get -c "$state/apt.conf" -qq -y --download-only -t "$suite-backports" install "$@" >&2 || return 3
  mkdir -p "$target" || return 3
  for file in "$state"/archives/*.deb; do
    dpkg-deb -x "$file" "$target" && rm -f "$file" || return 3
  done
  touch "$target/complete" && echo "$target"
}

packages_ready || exit 3
"$@"
