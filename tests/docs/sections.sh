#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs check and update: over the shipped snapshots and fixtures, with pages that cannot be read or written.
# Needs kcompat in PATH and jq.
# shellcheck disable=SC2016 # backticks of Markdown
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
pages=$scratch/pages
. tests/lib/status.sh
has_line() { grep -qxF -e "$1" "$2" || complain "$2 lacks the line '$1'"; }
lacks() { ! grep -qF -e "$1" "$2" || complain "$2 has '$1'"; }

# From the history of Linux: arenas could sleep until 7.0, and a perf event cannot sleep.
cp -r tests/fixtures/docs "$pages"
status 1 kcompat docs check "$pages"
printed 'BPF_PROG_TYPE_XDP changed from' 'a call that came later'
printed 'EACCES: program must be sleepable to call sleepable kfunc bpf_arena_free_pages' 'the verifier'
printed 'no marker in it, so nothing about BPF_PROG_TYPE_SYSCALL is checked' 'a page without a marker'
diff -r tests/fixtures/docs "$pages" || complain "check changes pages"

# The patch makes the same pages as update.
status 1 kcompat docs check --format=diff "$pages/kfuncs" "$pages/program-type"
cp "$scratch/out" "$scratch/patch"
cp -r "$pages" "$scratch/patched"
(cd "$scratch/patched" && sed "s#^\(---\|+++\) \([ab]\)/.*/pages/#\1 \2/#" "$scratch/patch" | patch --binary -s -p1) ||
  complain "patch does not apply"
status 0 kcompat docs update "$pages"
diff -r "$pages" "$scratch/patched" || complain "update and the patch differ"
page=$pages/kfuncs/bpf_arena_free_pages.md
has_line '- [`BPF_PROG_TYPE_XDP`](../program-type/BPF_PROG_TYPE_XDP.md) :octicons-tag-24: v7.0 - ' "$page"
has_line '- [`BPF_PROG_TYPE_SYSCALL`](../program-type/BPF_PROG_TYPE_SYSCALL.md)' "$page"
has_line '- [`BPF_PROG_TYPE_LSM`](../program-type/BPF_PROG_TYPE_LSM.md)' "$page"
# It is as old as the function, which 6.1 lacks, and 6.12 permits it.
has_line '- `BPF_PROG_TYPE_KPROBE` :octicons-tag-24: v6.9-v6.12 - ' "$page"
has_line '	Until v6.19: It may sleep; this note was written by hand.  ' "$page"
# Text outside the markers, carriage returns and a last line without a newline are unchanged.
page=$pages/program-type/BPF_PROG_TYPE_XDP.md
[ "$(tail -c 25 "$page")" = 'The last line has no end.' ] || complain "the end of $page changed"
[ "$(grep -c $'\r$' "$page")" -eq "$(grep -c '' "$page")" ] || [ "$(grep -vc $'\r$' "$page")" -eq 1 ] ||
  complain "$page has lines without a carriage return"
lacks 'currently no kfuncs' "$page"
cmp -s tests/fixtures/docs/program-type/BPF_PROG_TYPE_SYSCALL.md "$pages/program-type/BPF_PROG_TYPE_SYSCALL.md" ||
  complain "a page without a marker changed"

# A second update changes nothing.
cp -rp "$pages" "$scratch/once"
status 0 kcompat docs update "$pages"
diff -r "$pages" "$scratch/once" || complain "the second update changes pages"
[ -z "$(find "$pages" -newer "$scratch/out" -type f)" ] || complain "the second update writes pages"
status 0 kcompat docs check "$pages"
printed '0 facts differ' 'what was updated'

# A tag that is earlier than a kernel without the function. A type or an optional function may be left out of a kernel.
tags=$scratch/tags
mkdir "$tags"
# tag NAME VERSION [LINK]
tag() {
  printf '# `%s`\n\n<!-- [FEATURE_TAG](%s) -->\n%s\n<!-- [/FEATURE_TAG] -->\n' "$1" "$1" \
    "${3:+[}:octicons-tag-24: $2${3:+]($3)}" >"$tags/$1.md"
}
tag bpf_arena_free_pages v4.4
tag scx_bpf_kick_cpu v6.12
tag BPF_LINK_TYPE_KPROBE_MULTI v5.18
status 1 kcompat docs check "$tags"
printed '1 fact differs' 'the early tag alone'
printed 'a later version lacks it; 6.1 amd64 cloud does not have it' 'the reason'
status 0 kcompat docs update "$tags"
has_line '[:octicons-tag-24: v6.9](https://github.com/torvalds/linux/commit/317460317a02a1af512697e6e964298dedd8a163)' \
  "$tags/bpf_arena_free_pages.md"
# The table of first versions is not contradicted by the shipped kernels.
grep -v '^#' data/lists/features.txt | while read -r name version commit; do
  tag "$name" "$version" "https://github.com/torvalds/linux/commit/$commit"
done
status 0 kcompat docs check "$tags"

# A kernel that is built without the option refuses the call, which is no answer.
mkdir "$scratch/option"
printf '# `bpf_dynptr_from_skb`\n<!-- [KFUNC_PROG_REF] -->\n<!-- [/KFUNC_PROG_REF] -->\n' >"$scratch/option/page.md"
status 0 kcompat docs update "$scratch/option"
grep -q '^- `BPF_PROG_TYPE_STRUCT_OPS` \[:octicons-tag-24: v6.16\](.*) - $' "$scratch/option/page.md" ||
  complain "bpf_dynptr_from_skb: $(grep STRUCT_OPS "$scratch/option/page.md")"

# In a part of a tree, the links of lines that change stay.
mkdir "$scratch/part"
cp -r tests/fixtures/docs/kfuncs "$scratch/part/"
status 0 kcompat docs update "$scratch/part"
has_line '- [`BPF_PROG_TYPE_XDP`](../program-type/BPF_PROG_TYPE_XDP.md) :octicons-tag-24: v7.0 - ' \
  "$scratch/part/kfuncs/bpf_arena_free_pages.md"

# Both policies: a registered kfunc stays with one policy and is removed with the other.
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$pages/kfuncs/"
old='-k tests/fixtures/snapshots/scanned-6.1.json -k tests/fixtures/snapshots/probed-6.18.json'
# shellcheck disable=SC2086 # several words
status 0 kcompat docs update --policy hook $old "$pages/kfuncs"
has_line '- [`BPF_PROG_TYPE_XDP`](../program-type/BPF_PROG_TYPE_XDP.md)' "$pages/kfuncs/bpf_arena_free_pages.md"
# shellcheck disable=SC2086
status 0 kcompat docs update $old "$pages/kfuncs"
lacks BPF_PROG_TYPE_XDP "$pages/kfuncs/bpf_arena_free_pages.md"

# A function that these kernels lack changes nothing.
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$pages/kfuncs/"
status 0 kcompat docs check -k tests/fixtures/snapshots/scanned-6.1.json "$pages/kfuncs"

# C signatures.
status 1 kcompat docs check --signature c --json -k data/snapshots/amd64-7.3-cloud.json.gz "$pages/kfuncs"
jq -e '.differences[] | select(.marker == "KFUNC_DEF" and
  .new == "void bpf_arena_free_pages(void *p__map, void __arena *ptr__ign, u32 page_cnt)")' "$scratch/out" \
  >"$scratch/difference" || complain "no C signature: $(cat "$scratch/out")"
if python3 -c 'import jsonschema' 2>/dev/null; then
  tests/schema/schema.py docs/schema/docs.json "$scratch/out" || complain "docs does not follow its schema"
  kcompat docs check --json tests/fixtures/docs >"$scratch/all.json"
  tests/schema/schema.py docs/schema/docs.json "$scratch/all.json" || complain "docs does not follow its schema"
fi

# Pages that cannot be read or written are reported with file and line and left unchanged. The others are done.
mkdir "$scratch/mixed"
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$scratch/mixed/a_good.md"
printf 'one\n<!-- [KFUNC_PROG_REF] -->\n' >"$scratch/mixed/b_unclosed.md"
printf '# x\n\377\n' >"$scratch/mixed/c_latin1.md"
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$scratch/mixed/d_read_only.md"
chmod 444 "$scratch/mixed/d_read_only.md"
cp -r "$scratch/mixed" "$scratch/before"
status 2 kcompat docs update "$scratch/mixed"
warned 'b_unclosed.md:2: [KFUNC_PROG_REF] is never closed' 'an unclosed marker'
warned 'c_latin1.md:2: not UTF-8 text' 'a page that is not UTF-8'
warned 'd_read_only.md: read-only' 'a read-only page'
for file in b_unclosed.md c_latin1.md d_read_only.md; do
  cmp -s "$scratch/mixed/$file" "$scratch/before/$file" || complain "$file was touched"
done
cmp -s "$scratch/mixed/a_good.md" "$scratch/before/a_good.md" && complain "a good page beside bad ones was not updated"
[ "$(find "$scratch/mixed" -type f | wc -l)" -eq 4 ] || complain "files are left behind"

# A patch has the written changes, and a page keeps its owner.
status 2 kcompat docs update --format=diff "$scratch/mixed/d_read_only.md"
[ ! -s "$scratch/out" ] || complain "a patch of a page that was not written"
if [ "$(id -u)" -eq 0 ]; then
  cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$scratch/owned.md"
  chown 65534:65533 "$scratch/owned.md"
  chmod 640 "$scratch/owned.md"
  status 0 kcompat docs update "$scratch/owned.md"
  [ "$(stat -c %u:%g:%a "$scratch/owned.md")" = 65534:65533:640 ] || complain "a page changes its owner or mode"
fi

# A byte order mark before the heading; a name of another kind.
mkdir "$scratch/mark"
printf '\357\273\277# `bpf_arena_free_pages`\n<!-- [KFUNC_PROG_REF] -->\n<!-- [/KFUNC_PROG_REF] -->\n' \
  >"$scratch/mark/page.md"
status 0 kcompat docs update "$scratch/mark"
has_line '- `BPF_PROG_TYPE_SYSCALL` :octicons-tag-24: v6.9-v6.12 - ' "$scratch/mark/page.md"
! grep '^- ' "$scratch/mark/page.md" | grep -v ':octicons-tag-24: ' || complain "a new line does not say since when"
[ "$(head -c 3 "$scratch/mark/page.md")" = $'\357\273\277' ] || complain "the byte order mark is gone"
printf '# `bpf_loop`\n<!-- [KFUNC_PROG_REF] -->\n<!-- [/KFUNC_PROG_REF] -->\n' >"$scratch/mark/page.md"
status 0 kcompat docs check "$scratch/mark"
printed 'has a kfunc of that name' 'the page of a helper with a section of kfuncs'

# A symbolic link stays, and its target is written.
mkdir "$scratch/links"
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$scratch/target.md"
ln -s ../target.md "$scratch/links/bpf_arena_free_pages.md"
status 0 kcompat docs update "$scratch/links"
[ -L "$scratch/links/bpf_arena_free_pages.md" ] || complain "a link became a file"
cmp -s "$scratch/target.md" tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md && complain "what a link leads to was not updated"

# In a directory, only files are pages, and a broken link is reported.
mkdir -p "$scratch/odd/directory.md"
mkfifo "$scratch/odd/waits.md"
ln -s directory.md "$scratch/odd/link.md"
cp tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md "$scratch/odd/"
status 0 timeout 30 kcompat docs update "$scratch/odd"
ln -s nowhere "$scratch/odd/nowhere.md"
status 2 timeout 30 kcompat docs check "$scratch/odd"
warned 'odd/nowhere.md: ' 'a link that leads nowhere'

# Nothing to do, usage.
printf '# nothing\n' >"$scratch/plain.md"
status 1 kcompat docs check "$scratch/plain.md"
warned 'none of the given pages has a marker' 'a tree without markers'
status 1 kcompat docs update "$scratch/plain.md"
status 2 kcompat docs "$pages"
status 2 kcompat docs check
status 2 kcompat docs
warned 'docs: no action given (one of check, update, page,' 'no action'
status 2 kcompat docs chek "$pages"
warned "chek: kcompat docs has no such action (did you mean 'check'?)" 'a misspelt action'
status 2 kcompat docs check --policy both "$pages"
status 2 kcompat docs check --signature rust "$pages"
status 2 kcompat docs check --format=csv "$pages"
status 2 kcompat docs update --name x "$pages"
status 2 kcompat docs site "$scratch/site" --policy hook
warned '--policy: no effect with docs site' 'an option that would do nothing'
status 2 kcompat docs site "$scratch/site" --json
warned '--json: no effect with docs site' 'a form of a site'
status 2 kcompat docs table kfuncs --signature c
status 2 kcompat docs page function vfs_read --format=csv
status 2 kcompat docs check "$scratch/nowhere"
jq '.schema = "kcompat/snapshot/2"' tests/fixtures/snapshots/probed-6.18.json >"$scratch/newer.json"
status 2 kcompat docs check -k "$scratch/newer.json" "$pages"
warned newer.json 'a snapshot of a newer schema'

# Text from snapshots is never markup and never moves the cursor. The subject of a heading may have any bytes.
jq '.reasons |= map(.line = "\u001b[2J`x`")' tests/fixtures/snapshots/probed-6.18.json >"$scratch/evil.json"
printf '# `\033[2J|<b>`\n<!-- [KFUNC_PROG_REF] -->\n<!-- [/KFUNC_PROG_REF] -->\n' >"$scratch/evil.md"
status 1 kcompat docs check -k "$scratch/evil.json" "$scratch/evil.md" tests/fixtures/docs
printf '<!-- [KFUNC_PROG_REF] -->\n\033[2J%0999d\n<!-- [/KFUNC_PROG_REF] -->\n' 0 >"$scratch/evil_line.md"
status 2 kcompat docs check "$scratch/evil_line.md"
! grep -q $'\033' "$scratch/err" || complain "an escape character is in a message"
[ "$(wc -c <"$scratch/err")" -lt 500 ] || complain "a message holds a whole long line"
! grep -q $'\033' "$scratch/out" || complain "an escape character is printed"
jq '.kfuncs |= map(.prototype = "int f(`)\n<!-- [/KFUNC_DEF] -->")' \
  tests/fixtures/snapshots/probed-6.18.json >"$scratch/evil.json"
rm -r "$pages"
cp -r tests/fixtures/docs "$pages"
status 0 kcompat docs update -k "$scratch/evil.json" "$pages"
status 0 kcompat docs check -k "$scratch/evil.json" "$pages"
! grep -rq -e 'int f(' "$pages" || complain "a snapshot writes markup into a page"
exit $bad
