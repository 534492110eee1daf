/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers that are not asked about unless someone names them, and those that a policy hides. */
#ifndef KCOMPAT_PROBE_HELPERS_H
#define KCOMPAT_PROBE_HELPERS_H

#include "probe/probe.h"

/*
 * Not NULL for a helper that is not to be asked about: get_func_proto() itself makes the kernel
 * warn in its log, so only someone who names it, or wants the full matrix, gets an answer.
 */
const struct evidence *helper_withheld(
	const struct probe_request *request, const struct snapshot_helper *helper);

/*
 * After the cells. Some helpers are hidden from every program by a policy or a missing capability
 * in the same words as by the program's type: a refusal of those is no answer and becomes blocked.
 */
struct error *helpers_conclude(
	const struct kernel *kernel, const struct bpf_sys *sys, struct snapshot *snapshot);

#endif
