/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of bpf/ on the running kernel: loaded, and where that is asked for executed. */
#ifndef KCOMPAT_PROBE_PROGRAM_PROGRAMS_H
#define KCOMPAT_PROBE_PROGRAM_PROGRAMS_H

#include "kernel/kernel.h"
#include "probe/probe.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/*
 * Fills snapshot->programs: an entry for each program in each context it is tried in (as far as
 * request->contexts lets it), and for perf events in each way to attach it. `reason` is NULL only
 * for ran and loadable. Then the cells of what a program calls become ran or loadable in that
 * context, where the snapshot has such cells that were asked for; a cell is never made less.
 *
 * What a program that was run (request->run) gave is compared with what it had to give. Where it
 * differs the state is unknown. Programs run only in this process, and everything is closed again:
 * maps, links, events. Maps are made by libbpf and so not through request->sys.
 *
 * Errors: lack of memory, an interrupt. Not thread-safe: libbpf's hooks are global.
 */
struct error *probe_programs(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

#endif
