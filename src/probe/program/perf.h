/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of perf events, attached to events of this thread in both ways that the kernel has: the
 * ioctl PERF_EVENT_IOC_SET_BPF, and a BPF link, which can have a cookie. perf_event_open() has
 * no attribute for a program (struct perf_event_attr, include/uapi/linux/perf_event.h, up
 * to linux 7.2). Some documentation describes a third method: the PMUs "kprobe" and "uprobe". Their
 * events are other hooks. They take programs of another type, in the same two ways. So do tracepoints: what a kernel
 * says to a program of perf events there is asked, too (perf_event_set_bpf_prog(), kernel/events/core.c).
 *
 * Programs are attached for milliseconds and count events that are made on purpose.
 */
#ifndef KCOMPAT_PROBE_PROGRAM_PERF_H
#define KCOMPAT_PROBE_PROGRAM_PERF_H

#include "probe/program/attempt.h"
#include "probe/program/checks.h"
#include "probe/kit.h"

/* A case is a pair of a method and an event. */
size_t perf_case_cnt(void);
/* "link/page-faults". */
void perf_case_name(size_t index, char *text, size_t size_bytes);

/*
 * Attaches the loaded program, makes events and checks the program's counts with `check`. The state is
 * ran, or loadable if the method refused the loaded program. It is blocked or unknown if there was no
 * event to attach to, or if the counts are wrong.
 */
void perf_run_case(const struct program_object *object,
	program_check_fn *check, int prog_fd, size_t index, struct attempt *ret);

/* Checks of probe/program/catalog.h. `resource` is private to probe/program/perf.c. */
void perf_check_stacks(
	const struct program_object *object, const void *resource, struct program_finding *ret);
void perf_check_addresses(
	const struct program_object *object, const void *resource, struct program_finding *ret);
void perf_check_cookie(
	const struct program_object *object, const void *resource, struct program_finding *ret);

#endif
