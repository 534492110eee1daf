/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do two snapshots answer every question in the same way? Their fingerprints say it: SHA-256 over
 * the sorted answers. What says why, or how the answers came to be, is not in them: evidence,
 * reasons, prototypes, where a name was found, the version of kcompat, the capabilities of the
 * process, the names of kernel and files.
 */
#ifndef KCOMPAT_SNAPSHOT_FINGERPRINT_H
#define KCOMPAT_SNAPSHOT_FINGERPRINT_H

#include "snapshot/snapshot.h"
#include "util/sha256.h"

struct fingerprint {
	char all[DIGEST_TEXT_BYTES]; /* 64 hex digits */
	/* Without kfuncs and functions of modules: which modules are loaded changes nothing. */
	char core[DIGEST_TEXT_BYTES];
};

/* False: no memory. */
bool snapshot_fingerprint(const struct snapshot *snapshot, struct fingerprint *ret);

#endif
