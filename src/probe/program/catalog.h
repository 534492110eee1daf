/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of bpf/: the contexts where each is tried, the expected results of a run, and the
 * functions that a run proves. To add a program, add a row to probe/program/catalog.c.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_CATALOG_H
#define KCOMPAT_PROBE_PROGRAM_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Global `name` must be `value`, plus the global `plus` if it is set. Inputs are globals, too.
 */
struct program_expectation {
	const char *name; /* NULL ends a list; PROGRAM_RETVAL is the program's return value */
	uint64_t value;
	const char *plus;
};
#define PROGRAM_RETVAL "return value"
#define PROGRAM_EXPECTATION_MAX 3

/* Inputs that are the same for all programs. */
#define PROGRAM_ROUND_CNT 100
#define PROGRAM_ELEMENT_CNT 5
#define PROGRAM_PACKET_BYTE 0x5a /* every byte of the packet that xdp and tc programs get */

/* Checks of a run in addition to its globals. probe/program/checks.c has the functions. */
enum program_check {
	PROGRAM_CHECK_NONE,
	PROGRAM_CHECK_ARENA_WRITTEN,
	PROGRAM_CHECK_ARENA_FREED,
	PROGRAM_CHECK_ARENA_MISALIGNED,
	PROGRAM_CHECK_PERF_STACKS,
	PROGRAM_CHECK_PERF_ADDRESSES,
	PROGRAM_CHECK_PERF_COOKIE,
	PROGRAM_CHECK_CNT
};

/*
 * The events that programs of perf events are attached to, and the ways to attach. The result of a run has
 * both in its method: "link/page-faults".
 * X(word, type and number of the event, private to probe/program/perf.c: period, how to make events, least hits)
 */
#define PERF_EVENTS(X)                                                                             \
	X("page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, 1, touch_pages, EVENT_CNT) \
	X("task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 1000000, burn_time, 1)       \
	X("cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 5000000, burn_time, 1)       \
	X("breakpoint", PERF_TYPE_BREAKPOINT, 0, 1, write_watched, EVENT_CNT)                      \
	X("tracepoint", PERF_TYPE_TRACEPOINT, 0, 1, make_none, 1)
/* X(name of a PMU whose events are other hooks): kernels refuse programs of perf events there. */
#define PERF_PMUS(X) X("kprobe") X("uprobe")
/* X(word, the call, private: the function, the cookie that a program reads) */
#define PERF_METHODS(X)                                                                            \
	X("ioctl", "PERF_EVENT_IOC_SET_BPF", attach_by_ioctl, LOST_COOKIE)                         \
	X("link", "BPF_LINK_CREATE", attach_by_link, COOKIE)

struct program_entry {
	const char *function;        /* in the object */
	const char *name;            /* "percpu_kptr_array.alloc" */
	const char *const *contexts; /* NULL-terminated */
	/* NULL-terminated lists, or NULL. A run with the expected result has called the first two. */
	const char *const *kfuncs, *const *helpers;
	const char *const *kfuncs_aside;  /* called in branches that such a run may not take */
	const char *const *kfuncs_before; /* not called here: they made the objects that it uses */
	struct program_expectation expect[PROGRAM_EXPECTATION_MAX + 1];
	enum program_check check; /* runs if all globals have the expected values */
	bool may_lack_memory; /* an allocation may fail at first: try again */
	bool perf; /* attached to perf events, see probe/program/perf.h */
};

struct program_set {
	const char *name; /* of the file in bpf/ */
	const char *data, *data_end;
	const struct program_entry *programs;
	size_t program_cnt;
	bool arena; /* needs an arena */
	bool fill_map; /* "counted_map" gets PROGRAM_ELEMENT_CNT elements before a run */
};

extern const struct program_set program_sets[];
extern const size_t program_set_cnt;

#endif
