/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a name that show found on no kernel. */
#ifndef KCOMPAT_CLI_SHOW_MISSING_H
#define KCOMPAT_CLI_SHOW_MISSING_H

#include <stdbool.h>

#include "snapshot/history/history.h"
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
};

/* The label lives in `pool`. */
struct error *missing_name_judge(const struct history *history, const char *name,
	struct pool *pool, struct missing_name *ret);

/*
 * One line: what is known, and the command that would tell. `near` is a similar name, or NULL. With
 * `ask_live`, the BTF of the running kernel tells whether it is a type or a tracepoint.
 */
struct error *missing_name_describe(
	const struct missing_name *missing, const char *near, bool ask_live, struct buf *out);

#endif
