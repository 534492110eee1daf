#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does what kcompat takes for a hostile file stay within the budget of kcompat-scan(8)? No file of less than 1 MiB may
# take more than 512 MiB or 20 s of processor time, and none at all more than 2 GiB. Needs kcompat in PATH, python3,
# and for one of the inputs the packages of tests/lib/kernel.sh.
# Exit status 1: a file takes more, or is not refused as it should be; 77: skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=/dev/null
. tests/lib/kernel.sh
if grep -q __asan_init "$(command -v kcompat)"; then
  echo "a build with AddressSanitizer takes other memory"
  exit 77
fi
image=""
if ! command -v zstd >"$scratch/reason"; then
  echo "left out: code in an image: zstd is not installed"
elif ! kernel_unpack amd64-6.12-cloud; then
  echo "left out: code in an image: $(tail -n 1 "$scratch/reason")"
fi
python3 tests/scan/limits.py "$scratch" ${image:+"$image"}
