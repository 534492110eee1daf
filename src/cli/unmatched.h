/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and globs of a command line that no kfunc, helper or function of the kernel matches. */
#ifndef KCOMPAT_CLI_UNMATCHED_H
#define KCOMPAT_CLI_UNMATCHED_H

#include "cli/cli.h"
#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

struct unmatched_question {
	const char *const *names;
	size_t name_cnt;
	bool contexts; /* the command has -c CONTEXT */
	bool parts;    /* only the parts of --only were asked for */
};

/*
 * Says which they are on standard error, each with the nearest name of `kernel`. *status OK becomes
 * MISSING if there is one, else UNKNOWN if the kernel does not tell whether it has one.
 */
struct error *unmatched_report(const struct snapshot *snapshot, const struct kernel *kernel,
	const struct unmatched_question *question, int *status);

#endif
