# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Kernels of data/kernels.txt, for the tests that source this file at the top of the tree with `scratch` set.

# kernel_files NAME: paths of the packages of that kernel, a line each: the newest available ones, which then stay in
# the cache. So later changes of the archive do not affect the results for a file. Without a package it fails, and the
# last line on standard error has the reason.
kernel_files() (
  # shellcheck disable=SC2034 # read by debian-packages.sh
  program=${0##*/}
  # shellcheck disable=SC1091 # part of this repository
  . tools/debian-packages.sh
  packages_ready || exit 3
  read -r suites architecture pattern <<<"$(awk -v name="$1" '$4 == name { print $1, $2, $3 }' data/kernels.txt)"
  found=$(obtain "$suites" "$architecture" "$pattern") || exit
  while read -r _ _ _ file; do
    # Set by debian-packages.sh.
    echo "${cache:?}/packages/$file"
  done <<<"${found#*$'\n'}"
)

# kernel_unpack NAME: the files of its packages in $scratch/tree, and the path of its image in $image. Without a package it
# fails, and $scratch/reason has the reason.
kernel_unpack() {
  local files file
  files=$(kernel_files "$1" 2>"$scratch/reason") || return
  while IFS= read -r file; do dpkg-deb -x "$file" "$scratch/tree" || return; done <<<"$files"
  # shellcheck disable=SC2034 # read by who calls
  image=$(find "$scratch/tree/boot" -name 'vmlinuz-*')
}
