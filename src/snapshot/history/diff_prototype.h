/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two C declarations of one function. Parameters with the same name are the same
 * parameter. A parameter is renamed if another of the same type replaces it between the same
 * neighbours. A new name does not change the ABI. Only parameters in both declarations have an order.
 * Type tags ("__arena") are not compared: which of them a build has depends on its tools.
 */
#ifndef KCOMPAT_HISTORY_DIFF_PROTOTYPE_H
#define KCOMPAT_HISTORY_DIFF_PROTOTYPE_H

#include <stdbool.h>

#include "util/pool.h"

/* Receives each change. The texts live in the pool. before or after may be NULL. False: no memory. */
typedef bool change_fn(void *context, const char *what, const char *before, const char *after);

/*
 * `what` is "parameter added", "parameter removed", "parameter type changed", "parameter renamed",
 * "parameters reordered", "return type changed" or "prototype changed". The last one means that
 * kcompat cannot parse one of the two declarations.
 */
bool compare_prototypes(const char *before, const char *after, struct pool *pool, change_fn *each,
	void *context);

#endif
