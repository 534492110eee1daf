#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that play an archive: from here on apt knows nothing but $scratch/sources.list, signed or not, and caches lie
# in $scratch. Lists are copies, as those of a mirror are; a plain list of a local archive would be a link to it.
# The script that sources this has `scratch`.
: "${scratch:?}"
cat >"$scratch/apt.conf" <<CONF
Dir::Etc::sourcelist "$scratch/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$scratch/state";
Dir::State::status "/dev/null";
Dir::Cache "$scratch/state";
APT::Sandbox::User "";
Acquire::AllowInsecureRepositories "true";
APT::Get::AllowUnauthenticated "true";
APT::Architectures { "amd64"; };
Acquire::GzipIndexes "true";
CONF
export APT_CONFIG=$scratch/apt.conf KCOMPAT_CACHE=$scratch/cache TMPDIR=$scratch/tmp
# Each question is put to the archive as it is then.
export KCOMPAT_LISTS_MINUTES=0
