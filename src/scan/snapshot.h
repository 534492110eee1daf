/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was read of an image as a snapshot: `scan` prints it, other commands look at it. */
#ifndef KCOMPAT_SCAN_SNAPSHOT_H
#define KCOMPAT_SCAN_SNAPSHOT_H

#include "scan/scan.h"
#include "snapshot/snapshot.h"

/*
 * Fills an empty snapshot with identity, predicted cells, and the kernel functions of these names and
 * globs (0: the watch list), with their facts where these were read. `scanned` and `names` outlive
 * the snapshot.
 */
struct error *scanned_describe(struct scanned *scanned, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

#endif
