/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attaches a loaded program to what the name of its section selects. */
#ifndef KCOMPAT_PROBE_HOOK_ATTACH_H
#define KCOMPAT_PROBE_HOOK_ATTACH_H

#include "kernel/context.h"
#include "probe/kit.h"

/* The system call that an errno comes from. */
enum attach_step { ATTACH_STEP_NONE, ATTACH_STEP_EVENT, ATTACH_STEP_LINK };
const char *attach_step_word(enum attach_step step); /* "perf_event_open", "attach" */

/* Is this way of attaching known here? False: uprobes, struct_ops, cgroups, ... */
bool hook_attach_is_known(const struct section *section);
/*
 * Attaches and detaches at once. 0, or -errno with the step that failed. A glob is tried with its first
 * match in kernel->traceable.
 *
 * Trampolines and raw tracepoints: BPF_RAW_TRACEPOINT_OPEN. kprobe: an event of the PMU "kprobe", whose
 * function is found by its name (perf_kprobe_event_init(), linux kernel/events/core.c;
 * create_local_trace_kprobe(), kernel/trace/trace_kprobe.c), and PERF_EVENT_IOC_SET_BPF. kprobe.multi,
 * lsm_cgroup and iterators: BPF_LINK_CREATE.
 */
int hook_attach(struct kit *kit, const struct section *section, int prog, enum attach_step *step);

/* The number in a file of sysfs or tracefs, such as the type of a PMU; 0: none. */
unsigned long hook_read_number(const char *path);

#endif
