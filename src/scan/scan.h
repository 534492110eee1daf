/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of a kernel that never ran, from the combined inputs. */
#ifndef KCOMPAT_SCAN_SCAN_H
#define KCOMPAT_SCAN_SCAN_H

#include <stdatomic.h>

#include "input/input.h"
#include "kernel/kernel.h"
#include "kfunc/verdicts.h"
#include "snapshot/snapshot.h"

/* The time of each step, in nanoseconds of wall time, summed over several kernels. */
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
	struct kernel_functions *by_code; /* the same from its code alone, if that was asked for; may be NULL */
	struct helper_verdicts *helpers; /* NULL likewise */
	const atomic_bool *stop;         /* of the options */
	bool modules_read;               /* all its modules, with their kfuncs */
	const char **problems;           /* unreadable parts, one line each */
	size_t problem_cnt, problem_cap;
};

struct scan_options {
	bool no_modules;
	bool no_code; /* no instruction is followed, so no call can be predicted */
	bool function_facts; /* also read without debug information */
	bool functions_by_code; /* and from the code alone, besides debug information: scanned->by_code */
	/* Names and globs of the functions to find in modules; outlive the result. */
	const char *const *functions;
	size_t function_cnt;
	const atomic_bool *stop; /* may be NULL */
};

/*
 * Borrows the images of `input`, which outlive the result. A damaged or missing part is a problem
 * and a limit of the kernel, and facts that depend on it are unknown. Errors: no memory, or
 * interrupted.
 */
struct error *scan_load(const struct input_kernel *input, const struct scan_options *options,
	struct scan_times *times, struct scanned **ret);
/*
 * Turns a failure that is a state of this kernel into a problem and a limit, frees it and returns
 * NULL. Returns errors that must end the scan.
 */
struct error *scan_settle(struct scanned *scanned, const char *what, struct error *error);
void scanned_destroy(struct scanned *scanned); /* NULL-safe */

/* The facts of an image as a snapshot: `scan` prints it, other commands read it. */

/*
 * Fills an empty snapshot with identity, predicted cells, and the kernel functions of these names
 * and globs (0: the watch list), with facts that were read. `scanned` and `names` outlive the
 * snapshot.
 */
struct error *scanned_describe(struct scanned *scanned, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

#endif
