/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scan --store: adds kernels to a store (store/store.h). */
#ifndef KCOMPAT_CLI_SCAN_STORE_H
#define KCOMPAT_CLI_SCAN_STORE_H

#include "scan/scan.h"
#include "store/store.h"

/* The kernels to add. A zeroed struct is empty. */
struct scan_store {
	struct pool pool;
	struct store_addition *list;
	size_t cnt, cap;
};
void scan_store_deinit(struct scan_store *adding);

/*
 * Takes the types and functions of a scanned kernel. `snapshot` names the files that it was read from, and
 * `fallback` the kernel if it has no release. Nothing of them is borrowed. ERROR_INPUT: there is nothing
 * to store.
 */
struct error *scan_store_add(struct scan_store *adding, const struct scanned *scanned,
	const struct snapshot *snapshot, const char *fallback);
/*
 * Writes the kernels and those that `path` has; with `callers`, also to the file beside it (store_callers_path()).
 * Appends a line about each that was added to `out`.
 */
struct error *scan_store_write(
	const struct scan_store *adding, const char *path, bool callers, struct buf *out);

/* Drops the kernels of these names, also from the file beside it. */
struct error *scan_store_forget(const char *path, const char *const *names, size_t cnt);

#endif
