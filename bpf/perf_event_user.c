// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* User space of perf_event.bpf.c: opens an event and attaches a program to it. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "probe/program/perf_user.h"

/* An event of this thread on any CPU. It is closed on exec, and counts nothing until it is enabled. */
int perf_event_open(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	attr->disabled = 1;
	attr->exclude_kernel = attr->exclude_hv = 1;
	int event = (int)syscall(SYS_perf_event_open, attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return event < 0 ? -errno : event;
}

/* The program stays attached until the event is closed. */
int perf_event_attach_by_ioctl(int event, int program)
{
	return ioctl(event, PERF_EVENT_IOC_SET_BPF, program) ? -errno : 0;
}

/* The program stays attached until the link is closed. It reads `cookie` with bpf_get_attach_cookie(). */
int perf_event_attach_by_link(int event, int program, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .perf_event.bpf_cookie = cookie);
	int link = bpf_link_create(program, event, BPF_PERF_EVENT, &options);
	return link < 0 ? -errno : link;
}

int perf_event_enable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0) ? -errno : 0;
}

int perf_event_disable(int event)
{
	return ioctl(event, PERF_EVENT_IOC_DISABLE, 0) ? -errno : 0;
}
