/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/checks.h"

#include <bpf/bpf.h>
#include <errno.h>

#include "probe/program/arena.h"
#include "probe/program/perf.h"

program_check_fn *program_check_of(enum program_check check)
{
	static program_check_fn *const functions[PROGRAM_CHECK_CNT] = {
		[PROGRAM_CHECK_ARENA_WRITTEN] = arena_check_written,
		[PROGRAM_CHECK_ARENA_FREED] = arena_check_freed,
		[PROGRAM_CHECK_ARENA_MISALIGNED] = arena_check_misaligned,
		[PROGRAM_CHECK_PERF_STACKS] = perf_check_stacks,
		[PROGRAM_CHECK_PERF_ADDRESSES] = perf_check_addresses,
		[PROGRAM_CHECK_PERF_COOKIE] = perf_check_cookie,
	};

	return functions[check];
}

/* The program that iterates over all maps of the system finds this one by its id. */
int program_fill_map(const struct program_object *object)
{
	int fd = program_object_map(object, "counted_map");
	uint64_t value = 1;

	for (uint32_t key = 0; key < PROGRAM_ELEMENT_CNT; key++) {
		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY))
			return -errno;
	}
	return 0;
}
