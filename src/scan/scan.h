/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a kernel that never ran, from the inputs that were joined into one. */
#ifndef KCOMPAT_SCAN_SCAN_H
#define KCOMPAT_SCAN_SCAN_H

#include <stdatomic.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "kfunc/verdicts.h"
#include "snapshot/snapshot.h"

/* Where the time went, in nanoseconds of wall time; summed over several kernels. */
struct scan_times {
	uint64_t kallsyms_ns, btf_ns, functions_ns, sets_ns, modules_ns;
	size_t module_cnt;
};

struct scanned {
	struct kernel kernel;
	struct kernel_kfuncs kfuncs;
	struct kfunc_code *code;         /* NULL: no code was followed */
	struct kfunc_verdicts *verdicts; /* NULL likewise */
	struct kernel_functions *functions; /* of the kernel itself; NULL: not read */
	struct helper_verdicts *helpers; /* NULL likewise */
	const atomic_bool *stop;         /* of the options */
	bool modules_read;               /* all its modules, with their kfuncs */
	const char **problems;           /* parts that could not be read, one line each */
	size_t problem_cnt, problem_cap;
};

struct scan_options {
	bool no_modules;
	bool function_facts; /* read without debug information, too */
	/* Names and globs of the functions that are looked for in modules; outlive the result. */
	const char *const *functions;
	size_t function_cnt;
	const atomic_bool *stop; /* may be NULL */
};

/*
 * Borrows the images of `input`, which outlive the result. A part that is damaged or missing is a
 * problem and a limit of the kernel; what depends on it is then unknown. Errors: no memory, or
 * interrupted.
 */
struct error *scan_load(const struct input_kernel *input, const struct scan_options *options,
	struct scan_times *times, struct scanned **ret);
/*
 * A failure that is a state of this kernel: adds it to the problems and limits, frees it and
 * returns NULL, unless it ends all.
 */
struct error *scan_settle(struct scanned *scanned, const char *what, struct error *error);
void scanned_destroy(struct scanned *scanned); /* NULL-safe */

/* What was read of an image as a snapshot: `scan` prints it, other commands look at it. */

/*
 * Fills an empty snapshot with identity, predicted cells, and the kernel functions of these names and
 * globs (0: the watch list), with their facts where these were read. `scanned` and `names` outlive
 * the snapshot.
 */
struct error *scanned_describe(struct scanned *scanned, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

#endif
