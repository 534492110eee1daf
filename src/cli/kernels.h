/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels of a command line: "live", "shipped", snapshots, directories of them, images to scan. */
#ifndef KCOMPAT_CLI_KERNELS_H
#define KCOMPAT_CLI_KERNELS_H

#include "cli/supervise.h"
#include "history/history.h"

struct cli_args;

/* The data that a snapshot from a scan borrows. A zeroed struct is empty. */
struct opened {
	struct kernels kernels;
	struct opened_part *parts;
	size_t part_cnt;
};
void opened_deinit(struct opened *opened); /* NULL-safe */
#define _cleanup_opened_ __attribute__((cleanup(opened_deinit)))

/*
 * Adds the kernels that `word` names. The running kernel and images are read only for `wanted`, or
 * for all names if `wanted` is empty.
 */
struct error *opened_add(struct opened *opened, const char *word, const struct history_wanted *wanted);
/*
 * The same for several words. Running kernels come first: they cannot be probed after the process
 * of `args` was confined, which happens then. In a process that is confined, they are left out.
 */
struct error *opened_add_words(struct opened *opened, const struct cli_args *args,
	const char *const *words, size_t cnt, const struct history_wanted *wanted);
/* Is it the running kernel? */
bool opened_is_live(const char *word);
/* The files of others that opened_add() reads for `word`. */
struct error *opened_reads(const char *word, struct foreign *foreign);
/* The shipped snapshots: not of others. */
struct error *opened_reads_shipped(struct foreign *foreign);
/* Adds the kernels of an image, a package or another input of scan. */
struct error *opened_add_image(
	struct opened *opened, const char *path, const struct history_wanted *wanted);
/* The files of the first kernel that was scanned; NULL: none was. */
const struct kernel *opened_files(const struct opened *opened);
/* Adds the shipped snapshots. Their absence is an error only if they are needed. */
struct error *opened_add_shipped(
	struct opened *opened, const struct history_wanted *wanted, bool needed);
/* Prints the files that could not be read on standard error. Returns their number. */
size_t opened_complain(const struct opened *opened);

#endif
