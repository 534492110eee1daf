#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `make install` into a directory: what is there works, and `make uninstall` leaves no file. Needs kcompat in PATH and make.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
# The same flags as in `make check`: other flags would rebuild all objects.
build=$(realpath --relative-to=. "$(dirname "$(command -v kcompat)")")
root=$scratch/root
run_make() {
  make -s --no-print-directory BUILD="$build" EXTRA_CFLAGS=-Werror PREFIX=/usr DESTDIR="$root" "$@" >"$scratch/said" 2>&1 ||
    complain "make $*: exit status $?: $(tail -n 5 "$scratch/said")"
  [ ! -s "$scratch/said" ] || complain "make $* says: $(head -n 5 "$scratch/said")"
}
run_make install

# Each manual page, schema and snapshot, and each completion under the name of its command.
for file in docs/man/*.8; do cmp -s "$file" "$root/usr/share/man/man8/${file##*/}" || complain "not installed: $file"; done
for file in docs/schema/*.json; do cmp -s "$file" "$root/usr/share/kcompat/schema/${file##*/}" || complain "not installed: $file"; done
for file in data/{snapshots,probed,checks}/*.gz data/kernels.kts; do cmp -s "$file" "$root/usr/share/kcompat/${file#data/}" || complain "not installed: $file"; done
while IFS= read -r file; do
  cmp -s "$file" "$root/usr/share/doc/kcompat/$file" || complain "not installed: $file"
done < <(git ls-files contrib)
[ -x "$root/usr/share/doc/kcompat/contrib/xargs/kcompat-scan-line" ] || complain "contrib/xargs/kcompat-scan-line does not run"
for program in kcompat kcompat-lab; do
  bash -c '. "$1" && complete -p "$2"' - "$root/usr/share/bash-completion/completions/$program" $program >/dev/null ||
    complain "no completion of bash for $program"
  [ -s "$root/usr/share/fish/vendor_completions.d/$program.fish" ] || complain "no completion of fish for $program"
  "$root/usr/bin/$program" --version >/dev/null || complain "$program does not run"
done
grep -q '^#compdef kcompat kcompat-lab' "$root/usr/share/zsh/site-functions/_kcompat" || complain "no completion of zsh"
[ -z "$(find "$root" -type f -perm /022)" ] || complain "others can write: $(find "$root" -type f -perm /022 | head -n 3)"
# The installed program finds the installed snapshots: the same answer as the built one.
"$root/usr/bin/kcompat" show --json -k shipped bpf_arena_free_pages >"$scratch/installed" || complain "show: exit status $?"
kcompat show --json -k shipped bpf_arena_free_pages >"$scratch/built"
cmp -s "$scratch/installed" "$scratch/built" || complain "the installed program shows other kernels"

touch "$root/usr/share/kcompat/snapshots/of-an-older-version.json.gz" "$root/usr/bin/of-others"
run_make uninstall
left=$(find "$root" -type d -name kcompat)
[ -z "$left" ] || complain "left: $left"
[ "$(find "$root" -type f)" = "$root/usr/bin/of-others" ] || complain "left: $(find "$root" -type f | head -n 5)"
exit $bad
