/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that rows of the catalog need in addition to their globals. */
#ifndef KCOMPAT_PROBE_PROGRAM_CHECKS_H
#define KCOMPAT_PROBE_PROGRAM_CHECKS_H

#include "probe/program/catalog.h"
#include "probe/program/object.h"

/* The result of a check; "": nothing to report. */
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
