/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of bpf/: where each is tried, what a run of it must give, and which functions that
 * proves. One table; adding a program is adding a row to probe/program/catalog.c.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_CATALOG_H
#define KCOMPAT_PROBE_PROGRAM_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/kit.h"
#include "probe/program/object.h"

/* Global `name` must be `value`, plus the global `plus` when there is one. Inputs are globals, too.
 */
struct program_expectation {
	const char *name; /* NULL ends a list; PROGRAM_RETVAL is what the program returned */
	uint64_t value;
	const char *plus;
};
#define PROGRAM_RETVAL "return value"
#define PROGRAM_EXPECTATION_MAX 3

/* Inputs that are the same everywhere. */
#define PROGRAM_ROUND_CNT 100
#define PROGRAM_ELEMENT_CNT 5

/* What a check of a set's own found out; "" for nothing to say. */
struct program_finding {
	bool as_expected;
	char text[200];
};

struct program_entry {
	const char *function;        /* in the object */
	const char *name;            /* "percpu_kptr_array.alloc" */
	const char *const *contexts; /* NULL-terminated */
	/* Lists that NULL ends, or NULL. The first two: what a run as expected has called. */
	const char *const *kfuncs, *const *helpers;
	const char *const *kfuncs_aside;  /* called in branches such a run need not take */
	const char *const *kfuncs_before; /* not called: what made the objects it works on */
	struct program_expectation expect[PROGRAM_EXPECTATION_MAX + 1];
	/* Looks beyond the globals, after the expectations held; NULL: nothing to look at. */
	void (*check)(const struct program_object *object, const void *resource,
		struct program_finding *ret);
	bool may_lack_memory; /* an allocation may fail at first: try again */
	bool perf; /* attached to perf events, see probe/program/perf.h, which is `resource` then */
};

struct program_set {
	const char *name; /* of the file in bpf/ */
	const char *data, *data_end;
	const struct program_entry *programs;
	size_t program_cnt;
	bool arena; /* needs one, and hands it to `check` as resource */
	/* Makes the object ready, once; returns 0 or -errno. NULL: nothing to do. */
	int (*prepare)(struct kit *kit, const struct program_object *object);
};

extern const struct program_set program_sets[];
extern const size_t program_set_cnt;

#endif
