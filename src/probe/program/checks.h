/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of the catalog ask for beside their globals, as functions. */
#ifndef KCOMPAT_PROBE_PROGRAM_CHECKS_H
#define KCOMPAT_PROBE_PROGRAM_CHECKS_H

#include "probe/program/catalog.h"
#include "probe/program/object.h"

/* What a check of a set's own found out; "" for nothing to say. */
struct program_finding {
	bool as_expected;
	char text[200];
};

/* `resource` is the set's arena, or the perf events. */
typedef void program_check_fn(
	const struct program_object *object, const void *resource, struct program_finding *ret);
/* NULL for PROGRAM_CHECK_NONE. */
program_check_fn *program_check_of(enum program_check check);

/* Fills the map of a set with `fill_map`; 0 or -errno. */
int program_fill_map(const struct program_object *object);

#endif
