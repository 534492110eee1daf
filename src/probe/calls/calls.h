/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real calls. A bare call that fails at its arguments is no proof that any program can make it. For
 * each such cell, a program is planned that makes the call with arguments that the verifier takes.
 * Recipes of data/recipes.txt come first, then those that worked in other contexts, then a search.
 */
#ifndef KCOMPAT_PROBE_CALLS_CALLS_H
#define KCOMPAT_PROBE_CALLS_CALLS_H

#include "probe/cells.h"
#include "probe/kit.h"

struct calls_job {
	const struct probe_request *request;
	const struct probe_contexts *contexts;
	const struct call *calls; /* with their cells, as cells_run() filled them */
	size_t call_cnt;
	const int *fd_array;      /* as in struct cells_job */
	struct pool *pool;        /* where evidence goes */
};

/*
 * Permitted cells become loadable (rule RULE_REAL_CALL), impossible or conditional (rules for REAL_CALL
 * of probe/verdict.h), or stay, with RULE_NO_WAY if an argument could not be had. Errors: no memory,
 * interrupted.
 */
struct error *calls_prove(struct kit *kit, const struct calls_job *job, struct probe_stats *stats);

#endif
