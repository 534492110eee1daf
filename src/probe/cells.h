/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix: one load for each call in each context, on several threads. */
#ifndef KCOMPAT_PROBE_CELLS_H
#define KCOMPAT_PROBE_CELLS_H

#include "inventory/contexts.h"
#include "probe/probe.h"
#include "probe/verdict.h"

/* One row: a call and its cells. */
struct call {
	const char *name;
	enum call_kind kind;
	struct bpf_insn insn;
	struct cell *cells; /* [contexts->cnt] */
	const struct evidence *withheld; /* NULL: try it; else every cell is unknown for this reason */
};

struct cells_job {
	const struct probe_request *request;
	const struct probe_contexts *contexts;
	const struct call *calls;
	size_t call_cnt;
	const int *fd_array;   /* NULL: no kfunc of a module */
	bool drop_refusals;    /* keep no evidence of plain refusals, because it is not used */
	struct pool *pool;     /* where evidence goes */
	enum probe_phase phase;
	size_t turn, turn_cnt; /* of a phase of several jobs, which is this one, from 0? 0 of 0: the only one */
};

/*
 * Fills every cell. If the control of a context passed, its cells get one load each. The other cells
 * get their context's state. Adds to `stats`. Errors: no memory, interrupted.
 */
struct error *cells_run(const struct cells_job *job, struct probe_stats *stats, size_t *unrecognised);

#endif
