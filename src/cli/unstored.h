/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernels that are in no store have under a name: only a store has a list of types for show. */
#ifndef KCOMPAT_CLI_UNSTORED_H
#define KCOMPAT_CLI_UNSTORED_H

#include "cli/kernels.h"

struct unstored {
	const char *requirement; /* that the kernel satisfies: "struct:task_struct"; NULL: no kernel has it */
	const char *kernel;      /* "live", or the name of an image */
	bool may_be_variable;    /* else: a kernel does not list its data */
};

/*
 * Asks the running kernel and images that were opened whether they have a type, a member, an enumerator, a
 * variable, a tracepoint, a hook or a system call of that name. Texts live in `pool`.
 */
struct error *unstored_find(const struct opened *opened, const char *name, struct pool *pool, struct unstored *ret);

#endif
