/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel functions one may hook: in kallsyms, in BTF, traceable, attachable by fentry. */
#ifndef KCOMPAT_INVENTORY_FUNCTIONS_H
#define KCOMPAT_INVENTORY_FUNCTIONS_H

#include "inventory/contexts.h"

/* The names of data/lists/watch.txt, in `pool`. */
struct error *functions_watched(struct pool *pool, const char ***ret, size_t *ret_cnt);

/*
 * Fills snapshot->functions for the request's names (globs), or for data/lists/watch.txt without any.
 * `fentry` is that context after its controls, NULL when it was not asked for: its state tells
 * whether a load per function says anything.
 */
struct error *functions_find(const struct probe_request *request, const struct kernel *kernel,
	const struct probe_context *fentry, struct snapshot *snapshot);

#endif
