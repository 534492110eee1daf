#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Rules a compiler does not check: licence line, file and function length, shell scripts, man pages.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
bad=0
complain() {
  echo "$1"
  bad=1
}

while IFS= read -r file; do
  head -n 3 "$file" | grep -q 'SPDX-License-Identifier' || complain "$file: no SPDX-License-Identifier"
done < <(git ls-files '*.[chS]' '*.sh' '*.py' '*.js' '*.css' '*.html' Makefile '*.mk' .ci/run .ci/packages tests/run 'tools/*')

mapfile -t sources < <(git ls-files 'src/*.[ch]' 'lab/*.[ch]')
for file in "${sources[@]}"; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 700 ] || complain "$file: $lines lines, 700 are the limit"
done

# A function starts with a line "{" in the first column and ends with "}" there.
awk '
  FNR == 1 { start = 0 }
  /^\{$/ { start = FNR }
  /^\}$/ && start { if (FNR - start > 80) { print FILENAME ":" start ": a function of " FNR - start " lines, 80 are the limit"; bad = 1 } start = 0 }
  END { exit bad }
' "${sources[@]}" || bad=1

# One place prints, and escapes what it prints; output.c keeps output in a file.
grep -nE '\b(v?f?printf|f?puts|f?putc|putchar|fwrite|perror|dprintf)\(' "${sources[@]}" |
  grep -vE '^(src/cli/(print|output)\.c|lab/guest/|lab/suites/)' && complain "printed past src/cli/print.c"

mapfile -t scripts < <(git ls-files '*.sh' 'contrib/*/kcompat-scan*' .ci tools tests/run tests/bench tests/probe/compare-bpftool)
shellcheck "${scripts[@]}" || bad=1
for page in docs/man/*; do
  mandoc -T lint -W warning "$page" || bad=1
done

exit $bad
