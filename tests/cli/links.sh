#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Links that lead elsewhere, and links that another user exchanges: nothing is written or read through them.
# Needs kcompat in PATH, and python3.
# shellcheck disable=SC2015 # a complaint is for either
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
. tests/lib/status.sh
snapshot=$PWD/tests/fixtures/snapshots/probed-6.18.json
page=tests/fixtures/docs/kfuncs/bpf_arena_free_pages.md
has() { [ "$(cat "$1")" = "$2" ] || complain "$3: $1 has '$(head -c 200 "$1")'"; }

# A page and a link change places while the page is updated. What the link leads to never gets the page's text.
mkdir "$scratch/tree" "$scratch/safe"
cat >"$scratch/swap.py" <<'PY'
import ctypes, os, sys, time
os.chdir(sys.argv[1])
libc, end = ctypes.CDLL(None), time.monotonic() + 60
while time.monotonic() < end:
    libc.renameat2(-100, b"bpf_arena_free_pages.md", -100, b"link", 2)
    time.sleep(0.00002)
PY
ln -s "$scratch/safe/file" "$scratch/tree/link"
echo "of another" >"$scratch/safe/file"
python3 "$scratch/swap.py" "$scratch/tree" &
swapper=$!
trap 'kill $swapper 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in $(seq 60); do
  # A new page, while the other one of the pair is the link.
  { echo "STRANGE LINE" && cat "$page"; } >"$scratch/page"
  mv "$scratch/page" "$scratch/tree/bpf_arena_free_pages.md"
  [ -L "$scratch/tree/link" ] || ln -sfn "$scratch/safe/file" "$scratch/tree/link"
  timeout 60 kcompat docs update -k "$snapshot" "$scratch/tree" >"$scratch/out" 2>"$scratch/err"
  status=$?
  [ $status -le 2 ] || complain "update ends with $status"
done
kill $swapper && wait $swapper 2>/dev/null
has "$scratch/safe/file" "of another" "a page that changes"
[ -z "$(find "$scratch/tree" "$scratch/safe" -name '.kcompat-*')" ] || complain "temporary files are left"

# A directory and a link change places while a root directory is read. Its home is not read, and no link leads there.
mkdir -p "$scratch/machine/boot/maps" "$scratch/machine/home/maps"
for i in $(seq 20); do
  printf 'ffffffff81%06x T func_boot_%d\n' 64 "$i" 128 "$i" >"$scratch/machine/boot/maps/$i.map"
  printf 'ffffffff81%06x T func_home_%d\n' 64 "$i" 128 "$i" >"$scratch/machine/home/maps/$i.map"
done
ln -s ../home/maps "$scratch/machine/boot/link"
sed -i 's/b"bpf_arena_free_pages.md", -100/sys.argv[2].encode(), -100/' "$scratch/swap.py"
python3 "$scratch/swap.py" "$scratch/machine/boot" maps &
swapper=$!
read_cnt=0
for _ in $(seq 40); do
  timeout 60 kcompat scan --json -n 'func_*' "$scratch/machine" >"$scratch/out" 2>"$scratch/err"
  status=$?
  [ $status -le 2 ] || complain "scan of a directory that changes ends with $status"
  ! grep -q func_home_ "$scratch/out" || complain "scan follows a link that was a directory before"
  grep -q func_boot_ "$scratch/out" && read_cnt=$((read_cnt + 1))
done
kill $swapper && wait $swapper 2>/dev/null
[ $read_cnt -gt 0 ] || complain "a directory that changes is never read: $(head -n 3 "$scratch/err")"

# A page behind a link is written where it lies, if its owner made the link.
mkdir "$scratch/linked" "$scratch/pages"
cp "$page" "$scratch/pages/bpf_arena_free_pages.md"
ln -s ../pages/bpf_arena_free_pages.md "$scratch/linked/bpf_arena_free_pages.md"
status 0 kcompat docs update -k "$snapshot" "$scratch/linked"
cmp -s "$page" "$scratch/pages/bpf_arena_free_pages.md" && complain "the page behind a link is not updated"
[ -L "$scratch/linked/bpf_arena_free_pages.md" ] || complain "the link is gone"
if [ "$(id -u)" -eq 0 ]; then
  cp "$page" "$scratch/pages/bpf_arena_free_pages.md"
  chown -h 65534 "$scratch/linked/bpf_arena_free_pages.md"
  status 2 kcompat docs update -k "$snapshot" "$scratch/linked"
  warned "a link of user 65534 to a page of user 0" "a link to a page of another"
  cmp "$page" "$scratch/pages/bpf_arena_free_pages.md" || complain "a page of another is written"
  # Only reading harms nobody.
  status 1 kcompat docs check -k "$snapshot" "$scratch/linked"
fi
# A page that another user may replace keeps its owner, and loses what makes a program another's.
cp "$page" "$scratch/pages/bpf_arena_free_pages.md"
chmod 6755 "$scratch/pages/bpf_arena_free_pages.md"
status 0 kcompat docs update -k "$snapshot" "$scratch/pages"
[ "$(stat -c %a "$scratch/pages/bpf_arena_free_pages.md")" = 755 ] || complain "mode bits of a page are copied"

# --output: a link makes room for the file. Standard output is not replaced.
echo program >"$scratch/safe/program" && chmod 4755 "$scratch/safe/program"
ln -s safe/program "$scratch/out-link"
status 0 kcompat show -k "$snapshot" -o "$scratch/out-link" bpf_arena_free_pages
has "$scratch/safe/program" program "--output to a link"
[ ! -L "$scratch/out-link" ] && [ ! -u "$scratch/out-link" ] || complain "--output to a link: $(ls -l "$scratch/out-link")"
ln -s /proc/self/fd/1 "$scratch/stdout"
{ echo before && kcompat show -k "$snapshot" -o "$scratch/stdout" bpf_arena_free_pages && echo after; } >"$scratch/both"
[ "$(head -n 1 "$scratch/both")" = before ] && [ "$(tail -n 1 "$scratch/both")" = after ] &&
  [ "$(wc -l <"$scratch/both")" -gt 5 ] || complain "--output to standard output overwrites: $(cat "$scratch/both")"
[ -L "$scratch/stdout" ] || complain "the link to standard output is no link any more"

# site: no link below its directory is followed, and a full disk leaves what was there.
mkdir "$scratch/site" "$scratch/safe/data"
ln -s ../safe/data "$scratch/site/data"
status 2 kcompat docs site "$scratch/site" -k "$snapshot"
warned "$scratch/site/data" "a linked data"
[ -z "$(ls "$scratch/safe/data")" ] || complain "site writes through a link"
[ "$(ls -A "$scratch/site")" = data ] || complain "site leaves a part of a site: $(ls -A "$scratch/site")"
mkdir "$scratch/disk"
cat >"$scratch/full.sh" <<'SH'
mount -t tmpfs -o size=2m none "$1" || exit 77
kcompat docs site "$1/site" -k "$2" || exit 1
(cd "$1/site" && find . -type f -exec sha256sum {} + | sort) >"$3/before"
[ -s "$3/before" ] || exit 1
# Fill it up, but for a few pages.
head -c 4m /dev/zero >"$1/filler" 2>/dev/null
truncate -s -64k "$1/filler"
kcompat docs site "$1/site" -k "$2" && echo "a full disk is no error" && exit 1
(cd "$1/site" && find . -type f -exec sha256sum {} + | sort) | diff "$3/before" - || exit 1
kcompat docs site "$1/new" -k "$2" && echo "a full disk is no error" && exit 1
[ ! -e "$1/new" ] || { echo "half a site is left: $(ls -A "$1/new")" && exit 1; }
SH
# A process in a chroot may not make a user namespace.
fill() {
  unshare -rm true 2>/dev/null || return 77
  unshare -rm bash "$scratch/full.sh" "$scratch/disk" "$snapshot" "$scratch" >"$scratch/full" 2>&1
}
fill
case $? in
0) ;;
77) echo "a tmpfs cannot be mounted, so no disk is full" ;;
*) complain "a full disk: $(cat "$scratch/full")" ;;
esac

# --root: every file of the tree is a link to a file of another machine, by its path and by "..".
here=$scratch/here
for path in proc/sys/kernel/{osrelease,version,arch,kptr_restrict,unprivileged_bpf_disabled} proc/self/status \
  proc/kallsyms proc/config boot/config-6.6.6-host sys/kernel/security/{lsm,lockdown} \
  sys/kernel/tracing/available_filter_functions; do
  for form in absolute relative; do
    mkdir -p "$here/${path%/*}" "$scratch/$form/${path%/*}"
    echo "6.6.6-host" >"$here/$path"
  done
  ln -s "$here/$path" "$scratch/absolute/$path"
  ln -s "../../../../../../../../../../$here/$path" "$scratch/relative/$path"
done
mkdir -p "$here/sys/kernel/btf" && echo "6.6.6-host" >"$here/sys/kernel/btf/vmlinux"
for form in absolute relative; do
  ln -s "$here/sys/kernel/btf" "$scratch/$form/sys/kernel/btf"
  status 0 kcompat probe --root "$scratch/$form" --json
  ! grep -q '6\.6\.6-host' "$scratch/out" || complain "--root leaves its tree through $form links"
done
# On the machine that a tree comes from, those links lead to its own files.
mkdir -p "$scratch/absolute$here/proc/sys/kernel"
echo "7.7.7-tree" >"$scratch/absolute$here/proc/sys/kernel/osrelease"
status 0 kcompat probe --root "$scratch/absolute"
printed "7.7.7-tree" "a link inside of a tree"
# A release that is a path does not lead out either.
mkdir -p "$scratch/path/proc/sys/kernel"
echo "../../../../../../../../..$here/boot/config-6.6.6-host" >"$scratch/path/proc/sys/kernel/osrelease"
echo 'CONFIG_HOST_ONLY=y' >>"$here/boot/config-6.6.6-host"
mkdir -p "$scratch/path/boot/config-.."
status 0 kcompat probe --root "$scratch/path" --json
! grep -q 'HOST_ONLY' "$scratch/out" || complain "--root follows a release out of its tree"
exit $bad
