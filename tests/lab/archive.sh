#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the tests that need packages of Debian's archive, with simulated archives: one with an older revision than the
# shipped snapshot's, one with a newer revision, one that is down, with and without packages in the cache. The tests
# must pass with every revision. Without a package they are skipped, with the reason. A script simulates the program.
# Needs apt, dpkg-deb, jq.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
for tool in apt-get dpkg-deb; do
  command -v $tool >/dev/null || {
    echo "no $tool"
    exit 77
  }
done
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
bad=0
complain() {
  echo "$*"
  bad=1
}
repo=$scratch/repo
list=$repo/dists/bookworm/main/binary-amd64
mkdir -p "$repo/pool" "$list" "$scratch/state/lists/partial" "$scratch/played" "$scratch/tmp" || exit 2

# archive NUMBER: it has linux-image-6.1.0-NUMBER-cloud-amd64 alone.
archive() {
  local name=linux-image-6.1.0-$1-cloud-amd64 root=$scratch/root-$1
  mkdir -p "$root/DEBIAN" || return
  printf '%s\n' "Package: $name" "Version: 6.1.$1-1" "Architecture: amd64" "Maintainer: nobody <a@b>" \
    "Description: a kernel" >"$root/DEBIAN/control"
  dpkg-deb --build --root-owner-group "$root" "$repo/pool/$name.deb" >/dev/null || return
  {
    cat "$root/DEBIAN/control"
    echo "Filename: pool/$name.deb"
    echo "Size: $(stat -c %s "$repo/pool/$name.deb")"
    echo "SHA256: $(sha256sum "$repo/pool/$name.deb" | cut -d ' ' -f 1)"
    echo
  } >"$list/Packages"
  at "file:$repo"
}
# at URI: where the machine's apt finds its archive, which nobody signed.
at() {
  echo "deb [arch=amd64] $1 bookworm main" >"$scratch/sources.list"
  rm -rf "$scratch/state/lists" && mkdir -p "$scratch/state/lists/partial"
  apt-get -qq update >/dev/null 2>&1
}
. tests/lib/apt.sh

# A scan of such a package is the shipped snapshot, but for its inputs, BTF and one kfunc more or less.
gzip -dc data/snapshots/amd64-6.1-cloud.json.gz >"$scratch/shipped.json" || exit 1
cat >"$scratch/played/kcompat" <<SH
#!/bin/bash
# scan OPTION... -o OUT FILE
while [ \$# -gt 1 ]; do
  [ "\$1" != -o ] || out=\$2
  shift
done
of_a_set='select(.module == "vmlinux" and (.found_by | index("kfunc_set")))'
case \$1 in
*6.1.0-1-*) change="first(.kfuncs[] | \$of_a_set | .name) as \\\$gone | .kfuncs |= map(select(.name != \\\$gone))" ;;
*) change=".kfuncs += [first(.kfuncs[] | \$of_a_set) | .name = \"one_more\"]" ;;
esac
jq -c --arg name "\${1##*/}" --arg sha256 "\$(sha256sum "\$1" | cut -d ' ' -f 1)" \\
  ".source.inputs = [{name: \\\$name, sha256: \\\$sha256}] | .kernel.btf_sha256 = \\\$sha256 | \$change" "$scratch/shipped.json" >"\$out"
SH
chmod 755 "$scratch/played/kcompat"

# fresh STATUS WORDS: how tests/data/fresh.sh ends here, and what its last line has.
fresh() {
  local status
  PATH=$scratch/played:$PATH bash tests/data/fresh.sh >"$scratch/out" 2>&1
  status=$?
  [ $status -eq "$1" ] || complain "data/fresh.sh: exit status $status, expected $1: $(cat "$scratch/out")"
  grep -qF -e "$2" "$scratch/out" || complain "data/fresh.sh: does not say \"$2\": $(cat "$scratch/out")"
}
at http://127.0.0.1:9/debian
fresh 77 "no package"
archive 1
fresh 0 "another revision"
grep -q '^<' "$scratch/out" || complain "an older one: not what it lacks: $(cat "$scratch/out")"
archive 999
fresh 0 "> one_more"

# The cache has both now. Neither the archive nor its lists are wanted for what was booted.
cat >"$scratch/played/kcompat-lab" <<SH
#!/bin/bash
file=\$(ls "$scratch"/cache/packages/linux-image-6.1.0-\$(<"$scratch/booted")-cloud-amd64_*)
jq -c --arg release "6.1.0-\$(<"$scratch/booted")-cloud-amd64" --arg sha256 "\$(sha256sum "\$file" | cut -d ' ' -f 1)" \\
  '.kernel.release = \$release | .kernel.btf_sha256 = \$sha256 | .source.facts += ["discovered"] |
    .kfuncs |= map(select(.module == "vmlinux") | .found_by += ["discover"])' "$scratch/shipped.json"
SH
chmod 755 "$scratch/played/kcompat-lab"
at http://127.0.0.1:9/debian
for booted in 1 999; do
  echo $booted >"$scratch/booted"
  rm -rf "$scratch/discovered"
  # shellcheck disable=SC2031 # the PATH of this line alone
  PATH=$scratch/played:$PATH bash lab/suites/discover.sh "$scratch/discovered" >"$scratch/out" 2>&1 ||
    complain "discover.sh: $(cat "$scratch/out")"
  jq -e --arg name "linux-image-6.1.0-$booted-cloud-amd64_6.1.$booted-1_amd64.deb" '.source.inputs[0].name == $name' \
    "$scratch/discovered/scanned/amd64-6.1-cloud.json" >/dev/null || complain "not the package that was booted was scanned"
  # The played images have one kfunc less or more than the probe finds.
  ! bash tests/lab/facts.sh "$scratch/discovered" >"$scratch/out" 2>&1 || complain "a kfunc too many or too few is not seen"
  grep -q 'bad *--discover: only found' "$scratch/out" || complain "not compared: $(cat "$scratch/out")"
done

# Without an answer and without a cache: skipped, with the reason in the last line.
rm -rf "$KCOMPAT_CACHE"
rm "$scratch/played/kcompat-lab"
for test in tests/lab/boot.sh tests/lab/functions-all.sh; do
  [ "$(uname -m)" = x86_64 ] || continue
  bash $test >"$scratch/out" 2>&1
  status=$?
  [ $status -eq 77 ] || complain "$test: exit status $status, expected 77: $(cat "$scratch/out")"
  tail -n 1 "$scratch/out" | grep -q '^no package: ' || complain "$test: does not say why: $(cat "$scratch/out")"
done
[ -z "$(ls "$scratch/tmp")" ] || complain "left behind: $(ls "$scratch/tmp")"
exit $bad
