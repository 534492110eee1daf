/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/map_fields.h"

#include <fnmatch.h>

#include "kernel/context.h"

#define SPIN_LOCK_REFUSALS                                                                         \
	.tracing = MAP_FIELD_TRACING_LOCK,                                                         \
	.socket = "socket filter progs cannot use bpf_spin_lock yet",                              \
	.sleepable = "sleepable progs cannot use bpf_spin_lock yet"

/*
 * Lists and trees are left out. Their kfuncs and bpf_obj_new() are in one set, and an object may have the
 * list or tree with its lock. The check makes no call of theirs impossible.
 */
const struct map_field_info map_fields[MAP_FIELD_CNT] = {
	/* 5.15 until 7.0 */
	[MAP_FIELD_TIMER] = {"bpf_timer", 16, "bpf_timer_*",
		.tracing = "tracing progs cannot use bpf_timer yet"},
	/* 6.10 until 7.0 */
	[MAP_FIELD_WORKQUEUE] = {"bpf_wq", 16, "bpf_wq_*",
		.tracing = "tracing progs cannot use bpf_wq yet"},
	[MAP_FIELD_SPIN_LOCK] = {"bpf_spin_lock", 4, "bpf_spin_*lock", .in_objects = true,
		SPIN_LOCK_REFUSALS},
	[MAP_FIELD_RES_SPIN_LOCK] = {"bpf_res_spin_lock", 4, "bpf_res_spin_*", .field_type = "BPF_RES_SPIN_LOCK",
		SPIN_LOCK_REFUSALS},
};

enum map_field map_field_of_call(const char *name)
{
	enum map_field field = 0;

	while (field < MAP_FIELD_CNT && fnmatch(map_fields[field].calls, name, 0))
		field++;
	return field;
}

bool map_field_is_tracing(uint32_t prog_type)
{
	return prog_type == PROG_TYPE_KPROBE || prog_type == PROG_TYPE_TRACEPOINT ||
		prog_type == PROG_TYPE_PERF_EVENT || prog_type == PROG_TYPE_RAW_TRACEPOINT ||
		prog_type == PROG_TYPE_RAW_TRACEPOINT_WRITABLE;
}
