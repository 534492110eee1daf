# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernels of data/kernels.txt, for the tests that source this file at the top of the tree with `scratch` set.

# kernel_files NAME: paths of the packages of that kernel, a line each: the newest that can be had, which lie in
# the cache from then on. What a test finds out about such a file holds for that file, whatever the archive has next.
# Where none can be had it fails, and the last line on standard error says why.
kernel_files() (
  # shellcheck disable=SC2034 # read by debian-packages.sh
  program=${0##*/}
  # shellcheck disable=SC1091 # part of this repository
  . tools/debian-packages.sh
  packages_ready || exit 3
  read -r suites architecture pattern <<<"$(awk -v name="$1" '$4 == name { print $1, $2, $3 }' data/kernels.txt)"
  found=$(obtain "$suites" "$architecture" "$pattern") || exit 3
  while read -r _ _ _ file; do
    # Set by debian-packages.sh.
    echo "${cache:?}/packages/$file"
  done <<<"${found#*$'\n'}"
)
