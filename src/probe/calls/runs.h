/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which real calls may be executed, and what they return: data/lists/runs.txt. A function is in that list only
 * if the program of the recipe touches nothing but its own maps, its own stack and the processor that it runs on.
 */
#ifndef KCOMPAT_PROBE_CALLS_RUNS_H
#define KCOMPAT_PROBE_CALLS_RUNS_H

#include <stdint.h>
#include <time.h>

#include "probe/calls/recipe.h"

enum run_value {
	RUN_NOTHING, /* the call has no result */
	RUN_ANY,     /* nobody knows the result before */
	RUN_NUMBER,
	RUN_POINTER, /* not NULL */
	RUN_CPU,     /* the number of a processor */
	RUN_TIME,    /* of `clock`, between two readings of it */
};

struct run_expectation {
	enum run_value value;
	int64_t number;
	clockid_t clock;
};

struct safe_run {
	struct run_expectation expectation;
	struct recipe recipe;
};

/* What is known of one execution. */
struct run_outcome {
	int64_t returned;
	bool has_value;                /* false: the function returns nothing */
	uint64_t before_ns, after_ns;  /* readings of the clock, for RUN_TIME */
	unsigned int cpu_cnt;          /* processors that are possible */
};

/*
 * The next line of the list at *at, which begins as a list (see util/lines.h), for the function. Texts are
 * interned in `pool`. False: there are no more, or no memory.
 */
bool runs_next(const char **at, const char *function, struct pool *pool, struct safe_run *run);
/* Is the function in the list? */
bool runs_has(const char *list, const char *function);

/* Does the call return what is expected? A function without a value does. */
bool run_fits(const struct run_expectation *expectation, const struct run_outcome *outcome);
/* "returned 0", "ran": the same for each execution that fits. */
void run_describe(const struct run_expectation *expectation, const struct run_outcome *outcome, struct buf *out);

#endif
