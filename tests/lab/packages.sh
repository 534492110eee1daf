#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which packages kcompat-lab uses, with an archive made by this test: the newest matching version; the next one if
# that is gone; the cache if the mirror is missing. A mirror that lies about a hash or a signature is refused.
# A script simulates qemu. Needs kcompat-lab in PATH, apt, dpkg-deb, gcc.
# shellcheck disable=SC2015 # a complaint is for either
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
for tool in apt-get dpkg-deb gcc; do
  command -v "$tool" >/dev/null || {
    echo "no $tool"
    exit 77
  }
done
[ "$(uname -m)" = x86_64 ] || {
  echo "its kernels are for x86-64"
  exit 77
}
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
repo=$scratch/repo
pool=$repo/pool list=$repo/dists/bookworm/main/binary-amd64
mkdir -p "$pool" "$list" "$scratch/guests/static-amd64" "$scratch/qemu" "$scratch/tmp" || exit 2

# package NUMBER: linux-image-6.1.0-NUMBER-cloud-amd64, with a kernel of that release.
package() {
  local name=linux-image-6.1.0-$1-cloud-amd64 root=$scratch/root-$1
  mkdir -p "$root/DEBIAN" "$root/boot" || return
  printf '%s\n' "Package: $name" "Version: 6.1.$1-1" "Architecture: amd64" "Maintainer: nobody <a@b>" \
    "Description: a kernel" >"$root/DEBIAN/control"
  cat >"$scratch/kernel.c" <<C
const char linux_banner[] = "Linux version 6.1.0-$1-cloud-amd64 (a@b) (gcc 12) #1 SMP Debian 6.1.$1-1 (2024-01-01)\n";
void _start(void) {}
C
  gcc -nostdlib -static -o "$root/boot/vmlinuz-6.1.0-$1-cloud-amd64" "$scratch/kernel.c" || return
  dpkg-deb --build --root-owner-group "$root" "$pool/$name.deb" >/dev/null || return
  {
    cat "$root/DEBIAN/control"
    echo "Filename: pool/$name.deb"
    echo "Size: $(stat -c %s "$pool/$name.deb")"
    echo "SHA256: $(sha256sum "$pool/$name.deb" | cut -d ' ' -f 1)"
    echo
  } >>"$list/Packages"
}
for number in 7 8 10; do package "$number" || exit 1; done

# The simulated qemu prints this name as the kernel's release.
echo 'int main(void) { return 0; }' >"$scratch/program.c"
gcc -static -o "$scratch/guests/static-amd64/init" "$scratch/program.c" || exit 1
cp "$scratch/guests/static-amd64/init" "$scratch/guests/static-amd64/kcompat"
cat >"$scratch/qemu/qemu-system-x86_64" <<'SH'
#!/bin/bash
[ "$1" != --version ] || exec echo "QEMU emulator version 10.0.2"
while [ $# -gt 1 ]; do
  [ "$1" != -kernel ] || grep -aom 1 'Linux version [^ ]*' "$2"
  shift
done
SH
chmod 755 "$scratch/qemu/qemu-system-x86_64"

# The machine's apt has only this archive, which is not signed.
echo "deb [arch=amd64] file:$repo bookworm main" >"$scratch/sources.list"
. tests/lib/apt.sh

mkdir -p "$scratch/state/lists/partial" && apt-get -qq update >"$scratch/update" 2>&1 ||
  complain "apt: $(cat "$scratch/update")"

# boots RELEASE [WORDS]: a kernel of that release boots, and standard error has the words.
boots() {
  timeout 100 kcompat-lab run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" amd64-6.1-cloud \
    >"$scratch/out" 2>"$scratch/err"
  grep -q "^console: Linux version $1\$" "$scratch/err" || complain "not $1 was booted: $(cat "$scratch/err")"
  grep -qF "${2:-}" "$scratch/err" || complain "does not say \"$2\": $(cat "$scratch/err")"
}

boots 6.1.0-10-cloud-amd64
[ -f "$KCOMPAT_CACHE/packages/linux-image-6.1.0-10-cloud-amd64_6.1.10-1_amd64.deb" ] || complain "not kept"
# From the cache, although the archive no longer has it.
mv "$pool/linux-image-6.1.0-10-cloud-amd64.deb" "$scratch/kept.deb"
boots 6.1.0-10-cloud-amd64
# Young lists are not updated, unless a package that they name is gone.
cp "$list/Packages" "$scratch/Packages"
package 11 || exit 1
KCOMPAT_LISTS_MINUTES=60 boots 6.1.0-10-cloud-amd64
mv "$KCOMPAT_CACHE/packages" "$scratch/packages"
KCOMPAT_LISTS_MINUTES=60 boots 6.1.0-11-cloud-amd64
rm -r "$KCOMPAT_CACHE/packages" "$pool/linux-image-6.1.0-11-cloud-amd64.deb"
mv "$scratch/packages" "$KCOMPAT_CACHE"
mv "$scratch/Packages" "$list"
# A damaged file in the cache is not used, and the next one is.
echo x >>"$KCOMPAT_CACHE/packages/linux-image-6.1.0-10-cloud-amd64_6.1.10-1_amd64.deb"
boots 6.1.0-8-cloud-amd64 "linux-image-6.1.0-10-cloud-amd64 6.1.10-1 is gone"

# refused WORDS [OPTION...]: no kernel boots, and standard error has the words. No part of what was refused stays.
refused() {
  timeout 100 kcompat-lab run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" "${@:2}" amd64-6.1-cloud \
    >"$scratch/out" 2>"$scratch/err"
  [ $? -eq 125 ] && grep -qF "$1" "$scratch/err" || complain "not refused with \"$1\": $(cat "$scratch/err")"
  ! grep -q "^console" "$scratch/err" || complain "booted: $(cat "$scratch/err")"
  ! grep -q "is gone" "$scratch/err" || complain "a lie is taken for a gap: $(cat "$scratch/err")"
  [ -z "$(find "$KCOMPAT_CACHE" "$scratch/tmp" -name '*.FAILED' -o -name '.new-*')" ] || complain "parts are left"
}
wrong="a signature or a hash"
# Another file of the archive under the name of the newest, longer, shorter, and of the same length.
rm -r "$KCOMPAT_CACHE/packages"
newest=$pool/linux-image-6.1.0-10-cloud-amd64.deb
cp "$pool/linux-image-6.1.0-7-cloud-amd64.deb" "$newest"
refused "$wrong"
{ cat "$scratch/kept.deb" && echo more; } >"$newest"
refused "$wrong"
head -c 100 "$scratch/kept.deb" >"$newest"
refused "$wrong"
tr '1' '2' <"$scratch/kept.deb" >"$newest"
refused "$wrong"
# Also with older ones in the cache.
mv "$newest" "$scratch/lie.deb"
boots 6.1.0-8-cloud-amd64
cp "$scratch/lie.deb" "$newest"
refused "$wrong"
# Nobody is asked who could lie.
boots_offline() {
  kcompat-lab run --offline --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" amd64-6.1-cloud \
    >"$scratch/out" 2>"$scratch/err"
  grep -q "^console: Linux version $1\$" "$scratch/err" || complain "--offline: not $1: $(cat "$scratch/err")"
}
boots_offline 6.1.0-8-cloud-amd64
cp "$scratch/kept.deb" "$newest"
boots 6.1.0-10-cloud-amd64
boots_offline 6.1.0-10-cloud-amd64
# An index that is not what its list says.
index="$(sha256sum "$list/Packages" | cut -d ' ' -f 1) $(stat -c %s "$list/Packages") main/binary-amd64/Packages"
# release: the list of the archive's index, with its hash.
release() {
  printf '%s\n' "Suite: bookworm" "Codename: bookworm" "Date: $(LC_ALL=C date -u -R)" "Architectures: amd64" \
    "Components: main" "SHA256:" " $index" >"$repo/dists/bookworm/Release"
}
release
boots 6.1.0-10-cloud-amd64
cp "$list/Packages" "$scratch/Packages"
sed -i 's/6\.1\.10-1/6.1.11-1/' "$list/Packages"
rm -rf "$KCOMPAT_CACHE/apt"
refused "$wrong"
cp "$scratch/Packages" "$list/Packages"

# Signatures: of the right key, of another one, of none, and without the keys.
if command -v gpg >/dev/null && command -v gpgv >/dev/null; then
  export GNUPGHOME=$scratch/gnupg
  mkdir -m 700 "$GNUPGHOME"
  for key in right wrong; do
    gpg -q --batch --passphrase '' --quick-generate-key "$key" ed25519 sign never 2>/dev/null &&
      gpg -q --export "$key" >"$scratch/$key.gpg" || complain "no key can be made"
  done
  # signed KEY: the list, signed with it.
  signed() {
    release
    gpg -q --batch --yes -u "$1" --clearsign -o "$repo/dists/bookworm/InRelease" "$repo/dists/bookworm/Release"
  }
  export KCOMPAT_KEYRING=$scratch/right.gpg
  sed -i '/AllowInsecure\|AllowUnauthenticated/d' "$APT_CONFIG"
  rm -rf "$KCOMPAT_CACHE"
  signed right && boots 6.1.0-10-cloud-amd64
  signed wrong && refused "$wrong"
  boots_offline 6.1.0-10-cloud-amd64
  signed right && sed -i 's/^Suite: .*/Suite: changed/' "$repo/dists/bookworm/InRelease" && refused "$wrong"
  rm "$repo/dists/bookworm/InRelease" && rm -rf "$KCOMPAT_CACHE/apt" && refused "$wrong"
  signed wrong && rm -rf "$KCOMPAT_CACHE" && refused "$wrong"
  signed right && boots 6.1.0-10-cloud-amd64
  KCOMPAT_KEYRING=$scratch/nothing refused "$scratch/nothing is missing"
  KCOMPAT_KEYRING=/dev/null refused "/dev/null is missing"
  gpgconf --kill all
else
  echo "no gpg: signatures are left out"
fi

# No package at all: a failure of the lab, without a boot.
rm -r "$KCOMPAT_CACHE/packages" "$pool"
timeout 100 kcompat-lab run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" amd64-6.1-cloud \
  >"$scratch/out" 2>"$scratch/err"
[ $? -eq 125 ] && grep -q "can be had" "$scratch/err" || complain "no package: $(cat "$scratch/err")"
! grep -q "^console" "$scratch/err" || complain "something was booted"

# A cache that cannot be written.
KCOMPAT_CACHE=/dev/full/x timeout 100 kcompat-lab run --qemu-dir "$scratch/qemu" --guest-dir "$scratch/guests" \
  amd64-6.1-cloud >"$scratch/out" 2>"$scratch/err"
[ $? -eq 125 ] || complain "a cache that cannot be: $(cat "$scratch/err")"
[ -z "$(ls "$scratch/tmp")" ] || complain "left behind: $(ls "$scratch/tmp")"

exit $bad
