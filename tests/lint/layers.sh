#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares every #include of src/ with the table of folders in docs/architecture.md: a file includes headers of its
# own folder, public headers of folders it may use, and only the libraries of its folder. No folder uses itself
# through others.
# usage: tests/lint/layers.sh [TOP]
set -uo pipefail
cd "${1:-$(dirname "$0")/../..}" || exit 2

# Rows "| `folder` | contents | may use | public headers | libraries |" after the heading "Folders".
table=$(sed -n '/^## Folders/,/^## /p' docs/architecture.md | grep '^| `')
[ -n "$table" ] || {
  echo "docs/architecture.md: no table of folders"
  exit 1
}

# The includes are more than an argument can hold: they are lines that follow the table.
{
  printf '%s\n' "$table" | tr -d '`'
  grep -rnoE '^#include [<"][^>"]+[>"]' src --include='*.[chS]' | sed 's/#include //'
} | awk -F ' *[|] *' -v folders="$(cd src && printf '%s ' */)" '
  function complain(text) { print text; bad = 1 }
  function listed(list, word) { return index(" " list " ", " " word " ") > 0 }
  # The table names a library by the prefix of its headers: "bpf/", "jansson.h".
  function begins(list, header,    i, words, n) {
    n = split(list, words, " ")
    for (i = 1; i <= n; i++) if (words[i] != "" && index(header, words[i]) == 1) return 1
    return 0
  }
  # Is `goal` used by `from`, directly or through others?
  function reaches(from, goal, seen,    i, words, n) {
    if (seen[from]++) return 0
    n = split(uses[from], words, " ")
    for (i = 1; i <= n; i++) if (words[i] == goal || reaches(words[i], goal, seen)) return 1
    return 0
  }
  /^src\// { lines[++line_cnt] = $0; next }
  { known[$2] = 1; holds[$2] = $3; uses[$2] = $4; public[$2] = $5; libraries[$2] = $6; all = all " " $6 }
  END {
    n = split(folders, names, "/ ")
    for (i = 1; i <= n; i++) {
      if (names[i] == "") continue
      there[names[i]] = 1
      if (!known[names[i]]) complain("src/" names[i] ": not in the table of docs/architecture.md")
    }
    for (folder in known) {
      if (!there[folder]) complain("docs/architecture.md: " folder ": no such folder in src")
      if (holds[folder] == "") complain("docs/architecture.md: " folder ": does not say what it holds")
      split("", seen)
      if (reaches(folder, folder, seen)) complain("docs/architecture.md: " folder ": uses itself through others")
    }
    for (i = 1; i <= line_cnt; i++) {
      split(lines[i], part, ":")
      file = part[1]; header = part[3]
      split(file, path, "/")
      own = path[3] == "" ? "" : path[2]
      system_header = header ~ /^</
      gsub(/[<>"]/, "", header)
      if (system_header) {
        if (begins(all, header) && !begins(libraries[own], header))
          complain(file ": includes <" header ">, a library that its folder has not in the table")
        continue
      }
      split(header, target, "/")
      other = target[1]
      if (!known[other]) { complain(file ": includes " header ", which is in no folder of src"); continue }
      if (other == own) continue
      used[own, other] = 1
      if (own != "" && !listed(uses[own], other)) complain(file ": includes " header ", but " own " may not use " other)
      if (public[other] != "all" && !listed(public[other], substr(header, length(other) + 2)))
        complain(file ": includes " header ", which is private to " other)
    }
    for (folder in known) {
      n = split(uses[folder], words, " ")
      for (i = 1; i <= n; i++) if (words[i] != "" && !used[folder, words[i]])
        complain("docs/architecture.md: " folder ": may use " words[i] ", and does not")
    }
    exit bad
  }'
