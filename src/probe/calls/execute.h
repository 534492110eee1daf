/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Executes planned programs: only those of data/lists/runs.txt, and only by test runs of the kernel. */
#ifndef KCOMPAT_PROBE_CALLS_EXECUTE_H
#define KCOMPAT_PROBE_CALLS_EXECUTE_H

#include "probe/calls/planner.h"
#include "probe/calls/runs.h"

/* Can programs of the planner's context be executed by a test run? */
bool execute_can(const struct planner *planner);
/*
 * Loads the program of the recipe and executes it once. False: it was not accepted, it could not be executed, or the
 * call in it was not reached. The pools of `run` outlive the call.
 */
bool execute_call(struct planner *planner, const struct callee *callee, const struct safe_run *run,
	struct run_outcome *outcome);

#endif
