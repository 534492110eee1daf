/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All types, tracepoints, LSM hooks, system calls and functions of the stored kernels whose names match a glob, one
 * after another: which kernels have each, and where it is another one than before.
 */
#ifndef KCOMPAT_HISTORY_MATCHES_H
#define KCOMPAT_HISTORY_MATCHES_H

#include "snapshot/history/types.h"

struct type_match {
	enum type_kind kind;
	const char *name;
	/* By row of the history: 0 if the kernel itself does not have it, or is in no store. Equal numbers: the
	 * type, or the prototype, is the same in both. */
	const uint64_t *forms;
};
#define TYPE_MATCH_UNTYPED 1 /* the form of what has no prototype in BTF, and of a system call */

/* The match lasts until it returns. *stop ends the search. */
typedef struct error *matches_take(void *context, const struct type_match *match, bool *stop);
/* `kinds`: mask of 1u << enum type_kind. By kind, then by name. */
struct error *matches_find(const struct history *history, const char *glob, unsigned int kinds,
	matches_take *take, void *context);

#endif
