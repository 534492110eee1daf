#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Forty hostile names through every output of every command (tests/cli/hostile_text.py). Needs kcompat in PATH.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
python3 tests/cli/hostile_text.py "$scratch"
