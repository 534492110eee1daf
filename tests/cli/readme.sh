#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the commands in the console blocks of README.md and the guides in docs/ and compares what they print. Needs kcompat
# in PATH. Prints a line "ok", "skip" or "FAILED" for each command; exit status 1 if one failed.
#
# In a block
#   $ COMMAND    runs in one shell for all blocks, in a directory that contains only tests/fixtures/;
#   > MORE       continues it;
#   $ echo $?    is not run: the line below it is the expected exit status of the command above. Without
#                such a line, 0 is expected;
#   ...          matches any number of lines;
#   other lines  are the output, including standard error.
# All runs of digits are equal, and so are all runs of spaces.
#
# ```console                   Each line must be printed, in this order. Other lines may come only at
#                              a "...".
# ```console live              The output depends on the machine. The first word of each line must be
#                              the first word of a printed line, in any order, or name a state (which
#                              states occur depends on the kernel). A line that is indented by more
#                              than three spaces continues the one above and is not compared.
# ```console live if REQUIREMENT
#                              Skipped, with a report, if `kcompat require REQUIREMENT` is not
#                              satisfied.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/work"
mkdir "$scratch/work/tests" && ln -s "$top/tests/fixtures" "$scratch/work/tests/fixtures"
# The object of the examples.
compiler=$("$top/tools/bpf-compiler") && cp "$top/tests/fixtures/objects/task.bpf.c" "$scratch/work/program.bpf.c" &&
  (cd "$scratch/work" && "$compiler" -target bpf -mcpu=v3 -O2 -g -c -o program.bpf.o program.bpf.c) || exit 77
cd "$scratch/work" || exit 2
unset COLUMNS
failed=0 ran=0

# Reads the words for states from the file, instead of a second list.
# shellcheck disable=SC2016 # no command substitution, Markdown
states=$(sed -n 's/^| \([a-z]*\) | `.` | .*/\1/p' "$top/docs/answers.md")

normalise() {
  sed -E 's/[0-9]+/N/g; s/[ \t]+/ /g; s/ $//'
}

first_words() {
  awk 'NF { print $1 }' | normalise | sort -u
}

# Are all lines of $1 in $2, in order? Prints the first missing one.
compare_exactly() {
  awk -v expected=<(normalise < "$1") -v printed=<(normalise < "$2") '
    BEGIN {
      at = cnt = gap = 0
      while ((getline line < printed) > 0)
        lines[cnt++] = line
      while ((getline shown < expected) > 0) {
        if (shown == "...") { gap = 1; continue }
        if (gap)
          while (at < cnt && lines[at] != shown) at++
        if (at == cnt || lines[at] != shown) {
          print "not printed there: " shown
          exit
        }
        at++
        gap = 0
      }
      if (at < cnt && !gap)
        print "also printed: " lines[at]
    }'
}

compare_labels() {
  comm -23 <(grep -vE '^( {4}|\.\.\.$)' "$1" | first_words) <({
    first_words < "$2"
    [ -s "$2" ] && echo "$states"
  } | sort -u) | sed 's/^/no line begins with: /'
}

# One command and its expected result: $command, $wanted_status, the file shown.
check() {
  local status why
  [ -n "$command" ] || return 0
  ran=$((ran + 1))
  eval "$command" > "$scratch/printed" 2>&1
  status=$?
  if [ "$status" -ne "$wanted_status" ]; then
    why="exit status $status, not $wanted_status"
  elif [[ $kind == live* ]]; then
    why=$(compare_labels "$scratch/shown" "$scratch/printed")
  else
    why=$(compare_exactly "$scratch/shown" "$scratch/printed")
  fi
  if [ -z "$why" ]; then
    echo "ok $page:$line_number: ${command%%$'\n'*}"
  else
    echo "FAILED $page:$line_number: ${command%%$'\n'*}: ${why%%$'\n'*}"
    sed 's/^/    /' "$scratch/printed" | head -n 20
    failed=1
  fi
}

begin() {
  command=$1 wanted_status=0 line_number=$number
  : > "$scratch/shown"
}

begin_block() {
  local requirement=${kind#live if }
  inside=1 previous=
  number_of_block=$number
  begin ''
  if [[ $kind == "live if "* ]] && ! kcompat require --quiet "$requirement" 2> /dev/null; then
    echo "skip $page:$number_of_block: not on this kernel: $(kcompat require "$requirement" 2>&1)"
    inside=2
  fi
}

take_line() {
  case $line in
  "\$ echo \$?") previous='status' ;;
  "\$ "*)
    check
    begin "${line#"$ "}"
    previous='command'
    ;;
  "> "*)
    if [ "$previous" = command ]; then
      command+=$'\n'${line#"> "}
    else
      echo "$line" >> "$scratch/shown"
    fi
    ;;
  *)
    if [ "$previous" = status ]; then
      wanted_status=$line
    else
      echo "$line" >> "$scratch/shown"
    fi
    previous='output'
    ;;
  esac
}

# run_page PAGE: all console blocks of the page.
run_page() {
  page=$1 inside=0 number=0 command='' kind=''
  while IFS= read -r line; do
    number=$((number + 1))
    if [ "$inside" -eq 0 ]; then
      [[ $line == '```console'* ]] || continue
      kind=${line#'```console'}
      kind=${kind# }
      begin_block
    elif [[ $line == '```' ]]; then
      [ "$inside" -eq 2 ] || check
      inside=0
    elif [ "$inside" -eq 1 ]; then
      take_line
    fi
  done <"$top/$page"
  if grep -n 'FILL' "$top/$page"; then
    echo "FAILED $page: a figure of make bench is missing"
    failed=1
  fi
}
for page in README.md docs/guide.md docs/fleet.md; do run_page $page; done
# Two screens, and none wider than a window, but for what a command prints.
wide=$(awk '/^```/ { code = !code } !code && length($0) > 120' "$top/README.md")
if [ "$(wc -l <"$top/README.md")" -gt 120 ] || [ -n "$wide" ]; then
  echo "FAILED README.md: more than 120 lines, or wider than 120 columns: $wide"
  failed=1
fi
# Every link leads to a file or a part of a page.
for page in README.md docs/guide.md docs/fleet.md docs/answers.md docs/comparison.md docs/build.md; do
  while IFS= read -r link; do
    file=${link%%#*}
    [ -e "$top/$(dirname "$page")/$file" ] || {
      echo "FAILED $page: $link leads nowhere"
      failed=1
    }
  done < <(awk '/^```/ { code = !code } !code' "$top/$page" | grep -oE '\]\([^)#][^)]*\)' | sed 's/^](//;s/)$//' | grep -v :)
done
[ "$ran" -ge 20 ] || {
  echo "FAILED only $ran commands were run"
  failed=1
}
exit "$failed"
