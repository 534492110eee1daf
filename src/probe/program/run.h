/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways to execute a loaded program that touch nothing but this process. */
#ifndef KCOMPAT_PROBE_PROGRAM_RUN_H
#define KCOMPAT_PROBE_PROGRAM_RUN_H

#include <stdint.h>

#include "probe/program/attempt.h"
#include "probe/kit.h"

struct run_result {
	const char *step; /* the failed step: "BPF_PROG_TEST_RUN"; NULL: it ran */
	int errnum;       /* of that step */
	bool has_retval;
	uint32_t retval; /* of the program */
};

typedef struct run_result run_fn(struct kit *kit, int prog_fd);

struct run_method {
	const char *name; /* "test_run", "fentry", "iterator" */
	run_fn *run;      /* runs it once; an iterator runs once for each element */
};

/* For a program that needs nothing but its type: a test run with a packet of its own, or with no context. NULL: none. */
const struct run_method *run_method_of_type(uint32_t prog_type);
/* NULL: programs of that context are only loaded. */
const struct run_method *run_method_for(const struct attempt_context *context);

#endif
