/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels from files that kcompat wrote: snapshots (plain or gzip, one or JSON Lines), histories
 * (history/file.h), all functions (snapshot/functions_file.h), and directories of these. What has
 * the same name but for its suffix is of one kernel.
 */
#ifndef KCOMPAT_HISTORY_KERNELS_H
#define KCOMPAT_HISTORY_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "history/file.h"
#include "snapshot/snapshot.h"
#include "util/error.h"
#include "util/pool.h"

struct functions_file; /* snapshot/function_views.h */

struct kernel_entry {
	const char *name; /* of its file without suffix; "live"; unique or not */
	const char *path; /* of its snapshot; NULL: of none */
	/* At least what was wanted of it; never NULL, empty where only functions are known. */
	struct snapshot *snapshot;
	struct functions_file *functions; /* NULL: not known */
	bool live;
	bool owned; /* the snapshot is this list's, not a pack's */
};

/* A zeroed struct is an empty one. */
struct kernels {
	struct pool pool;
	struct kernel_entry *list; /* in the order of adding */
	size_t cnt, cap;
	struct history_pack **packs;
	size_t pack_cnt, pack_cap;
	const char **problems; /* files of directories that could not be read, one line each */
	size_t problem_cnt, problem_cap;
};
void kernels_deinit(struct kernels *kernels); /* NULL-safe */
#define _cleanup_kernels_ __attribute__((cleanup(kernels_deinit)))

/*
 * Is it such a file, or a directory that has one? By its first bytes, in a directory by the suffixes
 * .json, .jsonl, .json.gz, .jsonl.gz and .functions.gz. False also for what cannot be read.
 */
bool kernels_recognise(const char *path);

/*
 * Adds all kernels of a file, or of a directory: there the history's entries are taken for the
 * snapshots they were made from, as far as those have not changed since, and a file that cannot be
 * read is a problem.
 */
struct error *kernels_add(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted);
/* Takes over the snapshot, also on an error. */
struct error *kernels_add_snapshot(
	struct kernels *kernels, const char *name, struct snapshot *snapshot, bool live);

/*
 * What a history says of the file of a snapshot: its size and its last 8 bytes, as HISTORY_TAIL_DIGITS
 * hex digits with a NUL.
 */
struct error *kernels_identify(
	const char *path, uint64_t *size_bytes, char tail[HISTORY_TAIL_DIGITS + 1]);

/*
 * The directory of the shipped snapshots: $KCOMPAT_DATA alone when that is set; else, seen from the
 * directory of this program, ../share/kcompat/snapshots (installed) or ../../data/snapshots (built).
 * In `pool`; NULL: there is none.
 */
const char *kernels_shipped(struct pool *pool);

#endif
