/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helpers of this kernel: its BTF's enum bpf_func_id, or the shipped list where there is no BTF. */
#ifndef KCOMPAT_PROBE_HELPERS_H
#define KCOMPAT_PROBE_HELPERS_H

#include "probe.h"

/* Fills snapshot->helpers, cells allocated and empty; names: globs, none for all. */
struct error *helpers_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/*
 * After the cells. Some helpers are hidden from every program by a policy or a missing capability
 * in the same words as by the program's type: a refusal of those is no answer and becomes blocked.
 */
struct error *helpers_conclude(
	const struct kernel *kernel, const struct bpf_sys *sys, struct snapshot *snapshot);

#endif
