#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages for distributions: debian/ (without a complaint of lintian), packaging/kcompat.spec, and the root of
# packaging/Containerfile, each built from the files that git knows, and what is in it runs. A kind whose tools are not
# installed is left out: dpkg-buildpackage and dh, lintian, rpmbuild; the container's root needs root and a static build.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0 done=0
complain() {
  echo "$*"
  bad=1
}
version=$(sed -n 's/^VERSION := //p' Makefile)
# One version in all of them.
grep -q "^kcompat ($version) " debian/changelog || complain "debian/changelog: not $version"
grep -q "^Version: *$version$" packaging/kcompat.spec || complain "kcompat.spec: not $version"

git ls-files -z | tar -c --null -T - --transform "s,^,kcompat-$version/," >"$scratch/source.tar" || exit 2

# shows WHERE PROGRAM...: it runs there and finds the snapshots beside it.
shows() {
  local where=$1 found
  shift
  found=$("$@" show --json -k shipped bpf_arena_free_pages 2>&1 | jq -r '.subjects[0].name // .[0].name // empty' 2>/dev/null)
  [ -n "$found" ] || complain "$where: kcompat show finds no shipped kernel"
}

build_deb() {
  tar -xf "$scratch/source.tar" -C "$scratch" && cd "$scratch/kcompat-$version" || return
  DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage -us -uc -b -d
}
if command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null; then
  (build_deb) >"$scratch/log" 2>&1 || complain "dpkg-buildpackage: $(tail -n 20 "$scratch/log")"
  for file in "$scratch"/*.deb; do
    case $file in *dbgsym*) continue ;; esac
    dpkg-deb -x "$file" "$scratch/deb" || complain "${file##*/}: not unpacked"
  done
  for file in usr/bin/kcompat usr/bin/kcompat-lab usr/share/man/man8/kcompat-lab.8.gz usr/share/man/man8/kcompat-probe.8.gz \
    usr/share/zsh/vendor-completions/_kcompat; do
    [ -e "$scratch/deb/$file" ] || complain "no package has $file"
  done
  shows "the Debian package" "$scratch/deb/usr/bin/kcompat"
  dpkg-deb -f "$scratch"/kcompat_*.deb Recommends | grep -q libunicorn || complain "the emulator is not recommended"
  if command -v lintian >/dev/null; then
    lintian --fail-on error,warning "$scratch"/*.changes >"$scratch/log" 2>&1 || complain "lintian: $(cat "$scratch/log")"
  else
    echo "left out: lintian is not installed"
  fi
  done=1
else
  echo "left out: dpkg-buildpackage or dh is not installed"
fi

if command -v rpmbuild >/dev/null; then
  gzip -1 <"$scratch/source.tar" >"$scratch/kcompat-$version.tar.gz"
  rpmbuild -bb --nodeps --define "_topdir $scratch/rpm" --define "_sourcedir $scratch" --define "debug_package %{nil}" \
    packaging/kcompat.spec >"$scratch/log" 2>&1 || complain "rpmbuild: $(tail -n 20 "$scratch/log")"
  mkdir "$scratch/rpmroot"
  for file in "$scratch"/rpm/RPMS/*/*.rpm; do
    rpm2archive - <"$file" | tar -xz -C "$scratch/rpmroot" || complain "${file##*/}: not unpacked"
  done
  shows "the rpm" "$scratch/rpmroot/usr/bin/kcompat"
  done=1
else
  echo "left out: rpmbuild is not installed"
fi

# The root that the Containerfile describes, without a tool for containers.
arch=$(dpkg --print-architecture 2>/dev/null) || arch=
# In a chroot whose root is no mount point, unshare(1) cannot make a mount namespace.
if [ "$(id -u)" -eq 0 ] && [ -n "$arch" ] && [ -x "build/static-$arch/kcompat" ] && unshare --mount true 2>/dev/null; then
  awk -v arch="$arch" '$1 == "COPY" { sub(/\$\{ARCH\}/, arch); print $2, $3 }' packaging/Containerfile >"$scratch/copies"
  [ -s "$scratch/copies" ] || complain "Containerfile: nothing is copied"
  while read -r from to; do
    mkdir -p "$scratch/container/$(dirname "$to")"
    cp -r "$from" "$scratch/container$to" || complain "Containerfile: no $from"
  done <"$scratch/copies"
  mkdir "$scratch/container/proc"
  # shellcheck disable=SC2016 # of the inner shell
  shows "the container" unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" /bin/kcompat "$@"' \
    "$scratch/container"
  done=1
else
  echo "left out: the container's root needs root, a mount namespace and build/static-$arch (make static)"
fi
[ "$bad" -ne 0 ] || [ "$done" -eq 1 ] || exit 77
exit $bad
