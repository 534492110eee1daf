/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a name that show found on no kernel. */
#ifndef KCOMPAT_CLI_SHOW_MISSING_H
#define KCOMPAT_CLI_SHOW_MISSING_H

#include <stdbool.h>

#include "cli/unstored.h"
#include "util/buf.h"
#include "util/error.h"

/* Appended to for each missing name, while the history is there. */
struct missing_name {
	const char *name;
	bool absent; /* proved on every kernel */
	size_t silent_cnt, kernel_cnt; /* kernels that hold nothing about a function of that name */
	const char *silent; /* label of the first of them */
	size_t stored_cnt;  /* kernels whose types and functions were searched, too */
	const char *outside; /* the first kernel that is in no store; NULL: all are in one */
	const char *near;   /* the nearest name of those; NULL: none */
	struct unstored unstored; /* of a kernel in no store */
};

/* Texts live in `pool`. */
struct error *missing_name_judge(const struct history *history, const struct opened *opened, const char *name,
	struct pool *pool, struct missing_name *ret);

/* One line: what is known, and the command that would tell. `near` is a similar name, or NULL. */
void missing_name_describe(const struct missing_name *missing, const char *near, struct buf *out);

#endif
