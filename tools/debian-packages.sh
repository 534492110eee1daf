#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian packages of any suite and architecture, for the scripts that source this file.
#
# apt downloads them from this machine's mirror. It uses a separate apt state below
# ${KCOMPAT_CACHE:-~/.cache/kcompat}, and installs nothing. A script sets these before it sources this file:
#   program   its name, for messages
#   scratch   a private directory, which the script deletes
#   offline   not empty: no archive is asked, and what the cache has is used
# This file sets `cache`. Packages are lines "VERSION PACKAGE SHA256 FILE"; FILE is below $cache/packages.
#
#   packages_ready                        true if apt exists and is set up for Debian, and the keys of its archive
#                                         are there (KCOMPAT_KEYRING), else prints the reason
#   find_packages SUITES ARCH PATTERN [WITHOUT-VERSION...]
#                                         the newest kernel package whose whole name matches (awk's pattern),
#                                         and its parts, if it is split
#   named_packages SUITES ARCH NAME...    packages of exactly these names
# Each uses the first suite of "SUITE[,SUITE...]" that has all packages. It prints that suite's apt configuration
# in the first line, then the packages. These functions read them:
#   download CONF VERSION PACKAGE SHA256 FILE
#   download_all                          everything on standard input, in the form above
#   obtain SUITES ARCH PATTERN            find_packages and download_all, for the newest available version
# They keep existing files, and refuse files without the SHA-256 of apt's signed index.
# Lists of packages are updated in each run, or if they are older than KCOMPAT_LISTS_MINUTES: apt needs seconds to see
# that nothing is new. If a package is gone then, they are updated all the same.
# If a signature or a hash is wrong, each prints that and returns 4: somebody may be lying, so nothing else is tried
# instead. What cannot be had is 1, and 3 from obtain.
: "${program:?}" "${scratch:?}"
mkdir -p "${KCOMPAT_CACHE:=${HOME:?}/.cache/kcompat}" && cache=$(realpath "$KCOMPAT_CACHE") || exit 2
keyring=${KCOMPAT_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

# Lines "archive URI" and "security URI": the Debian mirrors of this machine, and its mirrors of security updates.
mirrors() {
  local uri release
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
    while read -r uri release; do
      case $release in
      bullseye-security | bookworm-security | trixie-security) echo "security $uri" ;;
      bullseye | bookworm | trixie | forky | sid | stable | testing | unstable) echo "archive $uri" ;;
      esac
    done
}
# first WORD: the URI behind the first such word on standard input.
first() { awk -v word="$1" '$1 == word { print $2; exit }'; }

packages_ready() {
  local all
  command -v apt-get >/dev/null || {
    echo "$program: apt-get is missing" >&2
    return 1
  }
  all=$(mirrors)
  archive=$(first archive <<<"$all") security=$(first security <<<"$all")
  [ -n "$archive" ] || {
    echo "$program: this machine's apt has no source of Debian packages (see sources.list(5))" >&2
    return 1
  }
  [ -s "$keyring" ] || {
    echo "$program: $keyring is missing, so no signature can be checked (apt-get install debian-archive-keyring)" >&2
    return 1
  }
}

# asked CONF COMMAND...: apt-get's own messages, and 4 if they tell of a wrong signature or hash. apt has no other sign
# of it: with older lists, it exits with 0 then.
asked() {
  local conf=$1 status
  shift
  LC_ALL=C apt-get -c "$conf" -qq "$@" >&2 2>"$scratch/apt.said"
  status=$?
  cat "$scratch/apt.said" >&2
  ! grep -qE '^[EW]: .*(GPG error|signature verification|Hash Sum mismatch|File has unexpected size)|^E: .* is not signed' \
    "$scratch/apt.said" || {
    echo "$program: refused: a signature or a hash is wrong" >&2
    return 4
  }
  [ $status -eq 0 ]
}

# are_young CONF: were the lists updated lately, from the sources of now?
are_young() {
  local updated=${1%/*}/updated
  cmp -s "$updated" "${1%/*}/sources.list" && find "$updated" -mmin "-${KCOMPAT_LISTS_MINUTES:-0}" | grep -q .
}

# update CONF: the lists. If the mirror has only some of them, the newest of them are used.
update() {
  local updated=${1%/*}/updated
  [ -z "${offline:-}" ] || return 0
  rm -f "$updated"
  asked "$1" update
  case $? in
  0) cp "${1%/*}/sources.list" "$updated" ;;
  4)
    rm -f "${1%/*}"/lists/partial/*
    return 4
    ;;
  *) echo "$program: not all package lists in ${1%/*} are up to date" >&2 ;;
  esac
}

# update_again CONF: false if this run has updated the lists already.
update_again() {
  local ready=${1%/*}
  ready=$scratch/${ready##*/}.ready
  [ -z "${offline:-}" ] && [ "$(cat "$ready")" = young ] && echo updated >"$ready" && update "$1"
}

# Prints the apt configuration of one suite and architecture. Its lists are updated, unless they are young.
apt_state() {
  local suite=$1 architecture=$2 state=$cache/apt/$1-$2 trust="signed-by=$keyring" lists=young
  [ ! -e "$scratch/$suite-$architecture.ready" ] || {
    echo "$state/apt.conf"
    return
  }
  mkdir -p "$state/lists/partial" "$state/archives/partial" || return
  {
    echo "deb [arch=$architecture $trust] $archive $suite main"
    case $suite in
    *-backports | sid | experimental) ;;
    *) [ -z "$security" ] || echo "deb [arch=$architecture $trust] $security $suite-security main" ;;
    esac
  } >"$state/sources.list"
  cat >"$state/apt.conf" <<CONF
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$state";
Dir::State::status "/dev/null";
Dir::Cache "$state";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
CONF
  are_young "$state/apt.conf" || {
    lists=updated
    update "$state/apt.conf" || return
  }
  echo $lists >"$scratch/$suite-$architecture.ready"
  echo "$state/apt.conf"
}

# index CONF PATTERN: every package whose name matches, from all lists of that state.
index() {
  local list
  # shellcheck disable=SC2016 # apt's own variable
  apt-get -c "$1" indextargets --format '$(FILENAME)' 'Created-By: Packages' |
    while read -r list; do
      /usr/lib/apt/apt-helper cat-file "$list"
      echo
    done |
    awk -v pattern="^($2)\$" '
      /^Package: / { package = $2 ~ pattern ? $2 : "" }
      package == "" { next }
      /^Version: / { version = $2 }
      /^Architecture: / { architecture = $2 }
      /^SHA256: / { sha256 = $2 }
      /^$/ {
        file = package "_" version "_" architecture ".deb"
        gsub(":", "%3a", file)
        if (sha256 != "") print version, package, sha256, file
        package = sha256 = ""
      }'
}

# newest PATTERN: the package on standard input that matches and has the highest version.
newest() {
  awk -v pattern="^($1)\$" '$2 ~ pattern' | sort -k 1,1V -k 2,2 | tail -n 1 | grep .
}

# kernel_packages CONF PATTERN [WITHOUT-VERSION...]: the newest kernel that matches, and its parts, if it is
# split.
kernel_packages() {
  local all version package rest part
  all=$(index "$1" 'linux-.*' | awk -v without=" ${*:3} " '!index(without, " " $1 " ")') || return
  read -r version package _ <<<"$(newest "$2" <<<"$all")"
  [ -n "$package" ] || return 1
  newest "$2" <<<"$all"
  rest=${package#linux-binary}
  [ "$rest" != "$package" ] || return 0
  rest=${rest#-unsigned}
  for part in linux-base linux-modules; do
    awk -v version="$version" -v package="$part$rest" '$1 == version && $2 == package' <<<"$all" |
      tail -n 1
  done
}

# exactly CONF NAME...: the newest package of each name; reports missing names.
exactly() {
  local conf=$1 all name pattern
  shift
  pattern=$(printf '%s\n' "$@" | sed 's/[.+]/[&]/g' | paste -sd '|')
  all=$(index "$conf" "$pattern") || return
  for name in "$@"; do
    newest "${name//[+]/[+]}" <<<"$all" || {
      conf=${conf%/apt.conf}
      echo "$program: no package $name in ${conf##*/}" >&2
      return 1
    }
  done
}

# first_suite SUITES ARCH FUNCTION ARGUMENT...: finds the first suite for which the function succeeds. Prints its
# configuration, then the output of the function.
first_suite() {
  local suite conf lines
  for suite in ${1//,/ }; do
    conf=$(apt_state "$suite" "$2")
    case $? in
    0) ;;
    4) return 4 ;;
    *) continue ;;
    esac
    lines=$("$3" "$conf" "${@:4}") || continue
    printf '%s\n' "$conf" "$lines"
    return 0
  done
  return 1
}

find_packages() { first_suite "$1" "$2" kernel_packages "${@:3}"; }
named_packages() { first_suite "$1" "$2" exactly "${@:3}"; }

# archive_of CONF PACKAGE=VERSION: the archive with the package, as the part of its URI before "/pool/".
archive_of() {
  apt-get -c "$1" --print-uris download "$2" 2>/dev/null | sed -n "s|^'\\([^']*\\)/pool/[^']*'.*|\\1|p"
}

# answers CONF ARCHIVE: does the archive still have the suite? Tests its signed list of lists, or the directory
# of a local archive, which may have no such list.
answers() {
  local suite
  suite=$(awk -v archive="$2" '{ sub("/+$", "", $(NF - 2)) }
    $(NF - 2) == archive { print archive "/dists/" $(NF - 1); exit }' "${1%/*}/sources.list")
  case $suite in
  "") ;;
  file:*) [ -d "${suite#file:}" ] ;;
  *) /usr/lib/apt/apt-helper -c "$1" -o Acquire::Retries=0 download-file "$suite/InRelease" \
    "$scratch/InRelease" >/dev/null 2>&1 ;;
  esac
}

# reachable CONF PACKAGE=VERSION: distinguishes an archive that is down from one that lacks a package. It is
# tested once: nothing more is downloaded from an archive that is down.
reachable() {
  local archive
  archive=$(archive_of "$1" "$2")
  [ -n "$archive" ] || return 0
  ! grep -qsxF -- "$archive" "$scratch/unreachable" || return
  answers "$1" "$archive" || {
    echo "$archive" >>"$scratch/unreachable"
    return 1
  }
}

# In a directory of its own: nothing is kept of a file that is refused.
download() (
  mkdir -p "$cache/packages" && cd "$cache/packages" || return
  echo "$4  $5" | sha256sum --check --status 2>/dev/null && return
  [ -z "${offline:-}" ] || return 1
  [ ! -e "$scratch/unreachable" ] || reachable "$1" "$3=$2" || return
  rm -f "$5"
  new=$(mktemp -d -p . .new-XXXXXX) && trap 'rm -rf "$cache/packages/$new"' EXIT && cd "$new" || return
  asked "$1" download "$3=$2" || return
  echo "$4  $5" | sha256sum --check --status || {
    echo "$program: $5: refused: not the SHA-256 of the index" >&2
    return 4
  }
  mv "$5" ..
)

download_all() {
  local conf version package sha256 file status
  read -r conf || return
  while read -r version package sha256 file; do
    download "$conf" "$version" "$package" "$sha256" "$file" </dev/null || {
      status=$?
      echo "$program: $package $version cannot be downloaded" >&2
      return $status
    }
  done
}

# obtain SUITES ARCH PATTERN: downloads the newest available kernel package and its parts, and prints their lines of
# find_packages. An archive may drop packages before its index does, so older ones are tried. If the archive is down,
# or gives something else than it signed, they are not tried.
obtain() {
  local found gone=() version package status where=gone
  [ -z "${offline:-}" ] || where="not in the cache"
  while found=$(find_packages "$@" "${gone[@]}") || { status=$? && false; }; do
    status=0
    download_all <<<"$found" >&2 || status=$?
    read -r version package _ <<<"${found#*$'\n'}"
    case $status in
    0)
      printf '%s\n' "$found"
      return 0
      ;;
    4)
      echo "$program: $package $version: no older one is used instead" >&2
      return 4
      ;;
    esac
    [ -n "${offline:-}" ] || reachable "${found%%$'\n'*}" "$package=$version" || {
      echo "$program: the archive of $package $version cannot be reached" >&2
      return 3
    }
    ! update_again "${found%%$'\n'*}" || continue
    echo "$program: $package $version is $where: the next one that matches is looked for" >&2
    gone+=("$version")
  done
  [ "$status" -ne 4 ] || return 4
  echo "$program: no package $3 of $1 for $2 can be had" >&2
  return 3
}
