/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf/perf_event_user.c: the user space of a program of perf events, which pages show. */
#ifndef KCOMPAT_PROBE_PROGRAM_PERF_USER_H
#define KCOMPAT_PROBE_PROGRAM_PERF_USER_H

#include <linux/perf_event.h>
#include <stdint.h>

/* Descriptors that the caller closes, 0, or -errno. */
int perf_event_open(struct perf_event_attr *attr); /* switched off, and without kernel mode */
int perf_event_attach_by_ioctl(int event, int program);
int perf_event_attach_by_link(int event, int program, uint64_t cookie);
int perf_event_enable(int event);
int perf_event_disable(int event);

#endif
