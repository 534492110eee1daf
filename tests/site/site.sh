#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The site of `kcompat docs --html`: its files, and tests/site/site.py in headless Chromium over the shipped snapshots
# and over a hostile one. Needs kcompat in PATH, jq, python3, chromium, chromedriver, and npm for axe-core.
# Screenshots for a visual check are left in build/site-screens.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
screens=build/site-screens
bad=0
complain() {
  echo "$*"
  bad=1
}

# refuses WORDS COMMAND...: exit status 2, and an error with the words.
refuses() {
  local words=$1 found
  shift
  "$@" >"$scratch/out" 2>"$scratch/err"
  found=$?
  [ $found -eq 2 ] || complain "$*: exit status $found, expected 2"
  grep -qF -e "$words" "$scratch/err" || complain "$*: does not say '$words': $(head -n 2 "$scratch/err")"
}

kcompat docs --html "$scratch/site" || complain "cannot make the site"
kernels=$(find data/snapshots data/probed -name '*.json.gz' | wc -l)
size=$(du -sb "$scratch/site" | cut -f 1)
[ "$size" -lt $((5 << 20)) ] || complain "the site of $kernels snapshots has $size bytes"

# The same input gives the same bytes, also over an older site. A file that kcompat did not write stays.
cp -r "$scratch/site" "$scratch/again"
echo damaged >"$scratch/again/data/core.js"
kcompat docs --html "$scratch/again" || complain "cannot make the site again"
diff -r "$scratch/site" "$scratch/again" || complain "made again the site is another one"
mkdir "$scratch/foreign"
echo '<h1>mine</h1>' >"$scratch/foreign/index.html"
refuses 'kcompat did not write' kcompat docs --html "$scratch/foreign"
[ "$(ls "$scratch/foreign")" = index.html ] || complain "writes beside a page that is not its own"
refuses 'Not a directory' kcompat docs --html "$scratch/foreign/index.html"
refuses 'its parent must exist' kcompat docs --html "$scratch/no/such"

# A name is checked when it is read; every other text may be markup.
# shellcheck disable=SC2016 # jq's variables
jq '"<img src=x onerror=window.hacked=1>" as $evil | .contexts[0].name as $first |
  .kernel.release = "6.1.0-" + $evil | .kernel.flavor = $evil | .kernel.version = $evil |
  .kfuncs[0].name as $name | .kfuncs[0].prototype = "int f(</code></pre></script>" + $evil + "\u2028\u0001)" |
  .functions += [{name: "evil", state: "present", symbols: [], prototypes: [$evil], collision: false, traceable: null,
    kprobe_blacklisted: null, reason: $evil}] | .functions |= sort_by(.name) |
  .map_types += [{name: "evil", state: "unsupported", reason: $evil, errno: 22}] |
  .contexts[1] |= (.state = "unknown" | .reason = "<b>" + $evil) |
  .evidence["kfunc/" + $name + "@" + $first] =
    {errno: 22, line: ("<b>\u0001" + $evil + "</b><script>window.hacked=1</script>"), rule: $evil}' \
  tests/fixtures/snapshots/scanned-6.1.json >"$scratch/evil.json" || complain "cannot make the hostile snapshot"
jq '.kfuncs[0].name = "<img src=x>"' tests/fixtures/snapshots/scanned-6.1.json >"$scratch/name.json"
refuses 'expected a name' kcompat docs --html "$scratch/name" -k "$scratch/name.json"
[ ! -e "$scratch/name" ] || complain "makes a directory for a snapshot that it refuses"
kcompat docs --html "$scratch/evil" -k "$scratch/evil.json" || complain "cannot make the hostile site"
! grep -q '<' "$scratch"/evil/data/*.js || complain "markup stands in the data as it is"

for tool in python3 chromium chromedriver; do
  if ! command -v $tool >/dev/null; then
    [ $bad -eq 0 ] || exit 1
    echo "no $tool (apt-get install chromium chromium-driver python3)"
    exit 77
  fi
done

# One version of axe-core, checked by its digest.
version=4.10.3
sum=0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
package=build/axe-core-$version.tgz
mkdir -p "$screens"
right() { echo "$sum  $package" | sha256sum --check --status 2>/dev/null; }
right || (cd build && timeout 120 npm pack --silent "axe-core@$version") >/dev/null 2>&1
axe=()
if right; then
  tar -xzOf "$package" package/axe.min.js >"$scratch/axe.js" && axe=("$scratch/axe.js")
else
  echo "skip accessibility: axe-core $version could not be fetched by npm"
fi

export PYTHONDONTWRITEBYTECODE=1
python3 tests/site/site.py hostile "$scratch/evil" || bad=1
python3 tests/site/site.py broken "$scratch/evil" || bad=1
python3 tests/site/site.py shipped "$scratch/site" data/probed "$screens" "${axe[@]}" || bad=1
exit $bad
