/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of bpf/ on the running kernel: loads them, and on request executes them. */
#ifndef KCOMPAT_PROBE_PROGRAM_PROGRAMS_H
#define KCOMPAT_PROBE_PROGRAM_PROGRAMS_H

#include "kernel/kernel.h"
#include "probe/probe.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/*
 * Fills snapshot->programs: an entry for each program in each of its contexts that matches
 * request->contexts, and for perf events in each way to attach it. `reason` is NULL only
 * for ran and loadable. In that context, the cells of the functions that a program calls become ran or
 * loadable, if the snapshot has these cells and they were requested. A cell never gets a weaker state.
 *
 * If programs are run (request->run), their results are compared with the expected ones. If a result
 * differs, the state is unknown. Programs run only in this process. Maps, links and events are closed
 * again. libbpf makes the maps, so they do not go through request->sys.
 *
 * Errors: no memory, an interrupt. Not thread-safe: libbpf's hooks are global.
 */
struct error *probe_programs(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);
/*
 * Tries only the sets of programs that call a kfunc or helper of the snapshot, for their cells. Lists
 * nothing. So a cell does not depend on what else was requested.
 */
struct error *programs_prove(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

#endif
