/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries every function of BTF as a kfunc. This finds the kfuncs of a kernel whose BTF has no tags, and
 * proves that a list is complete for the contexts that answered.
 */
#ifndef KCOMPAT_PROBE_DISCOVER_H
#define KCOMPAT_PROBE_DISCOVER_H

#include "inventory/contexts.h"
#include "inventory/inventory.h"
#include "probe/module_fds.h"
#include "probe/probe.h"

/*
 * Tries them in one answering context of each program type, preferably a sleepable one. The set of a
 * kfunc depends on the program type (bpf_prog_type_to_kfunc_hook()). Adds functions that were
 * not refused to the candidates as KFUNC_SOURCE_DISCOVERED.
 */
struct error *kfuncs_discover(const struct probe_request *request, const struct kernel *kernel,
	const struct probe_contexts *contexts, const struct module_fds *fds, struct pool *pool,
	struct kfunc_candidates *candidates, struct probe_stats *stats);

#endif
