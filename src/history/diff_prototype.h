/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two C declarations of one function. A parameter is the same one while it
 * keeps its name; one that left where another of the same type came, between the same neighbours, was
 * renamed, which is no change of the ABI. Order is compared among the parameters that both have.
 */
#ifndef KCOMPAT_HISTORY_DIFF_PROTOTYPE_H
#define KCOMPAT_HISTORY_DIFF_PROTOTYPE_H

#include <stdbool.h>

#include "util/pool.h"

/* Gets each change; texts live in the pool; before or after may be NULL. False: no memory. */
typedef bool change_fn(void *context, const char *what, const char *before, const char *after);

/*
 * `what` is "parameter added", "parameter removed", "parameter type changed", "parameter renamed",
 * "parameters reordered", "return type changed", or "prototype changed" where one of the two is no
 * declaration that can be taken apart.
 */
bool compare_prototypes(const char *before, const char *after, struct pool *pool, change_fn *each,
	void *context);

#endif
