/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels a command line names: "live", "shipped", our files and directories of them, images to scan. */
#ifndef KCOMPAT_CLI_KERNELS_H
#define KCOMPAT_CLI_KERNELS_H

#include "history/history.h"

/* What a scan borrows as long as its snapshot is used. A zeroed struct is an empty one. */
struct opened {
	struct kernels kernels;
	struct opened_part *parts;
	size_t part_cnt;
};
void opened_deinit(struct opened *opened); /* NULL-safe */
#define _cleanup_opened_ __attribute__((cleanup(opened_deinit)))

/*
 * Adds what `word` names; of the running kernel and of images only what is wanted is asked, but of
 * all names when `wanted` has none.
 */
struct error *opened_add(struct opened *opened, const char *word, const struct history_wanted *wanted);
/* The shipped snapshots; where there are none that is an error only when they are needed. */
struct error *opened_add_shipped(
	struct opened *opened, const struct history_wanted *wanted, bool needed);
/* Prints on standard error what could not be read; how many such problems there were. */
size_t opened_complain(const struct opened *opened);

#endif
