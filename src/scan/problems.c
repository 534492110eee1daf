/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/scan.h"

struct error *scan_settle(struct scanned *scanned, const char *what, struct error *error)
{
	struct pool *pool = &scanned->kernel.pool;

	if (!error || error->code == ERROR_NO_MEMORY || error->code == ERROR_INTERRUPTED)
		return error;
	const char **problems = pool_grow(pool, scanned->problems, scanned->problem_cnt,
		&scanned->problem_cap, sizeof(*problems));
	const char *text = pool_printf(pool, "%s: %s", what, error->what);
	error_free(error);
	if (!problems || !text)
		return error_no_memory();
	scanned->problems = problems;
	problems[scanned->problem_cnt++] = text;
	kernel_add_limit(&scanned->kernel, text, "give another file of that kernel");
	return NULL;
}
