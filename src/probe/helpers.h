/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers that are tried only on request, and helpers that a policy hides. */
#ifndef KCOMPAT_PROBE_HELPERS_H
#define KCOMPAT_PROBE_HELPERS_H

#include "probe/probe.h"

/*
 * Not NULL: do not try this helper. get_func_proto() makes the kernel print a warning. Such a helper is
 * tried only if the user names it or wants the full matrix.
 */
const struct evidence *helper_withheld(
	const struct probe_request *request, const struct snapshot_helper *helper);

/*
 * Call it after the cells. A policy or a missing capability hides some helpers from every program. The
 * message is the same as for a wrong program type, so a refusal of these helpers becomes blocked.
 */
struct error *helpers_conclude(
	const struct kernel *kernel, const struct bpf_sys *sys, struct snapshot *snapshot);

#endif
