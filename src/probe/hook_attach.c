/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/hook_attach.h"
#include "util/array.h"
#include "util/file.h"
#include "util/glob.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME_MAX_BYTES 512
#define KPROBE_RETURNS 1u /* config of the PMU: /sys/bus/event_source/devices/kprobe/format/retprobe */
#define MULTI_RETURNS 1u  /* BPF_F_KPROBE_MULTI_RETURN */

struct attaching {
	struct kit *kit;
	const struct section *section;
	int prog;
	enum attach_step *step;
};

const char *attach_step_word(enum attach_step step)
{
	return step == ATTACH_STEP_EVENT ? "perf_event_open" : "attach";
}

static int detach(int link)
{
	kit_close_fd(link);
	return link < 0 ? link : 0;
}

/* Trampolines and tp_btf: the program knows its target. Raw tracepoints have a name. */
static int attach_raw(const struct attaching *attaching)
{
	const struct section *section = attaching->section;
	struct {
		uint64_t name;
		uint32_t prog_fd, pad;
	} open = {.prog_fd = (uint32_t)attaching->prog};

	if (section->row->target == TARGET_NONE)
		open.name = (uintptr_t)section->target;
	/* Not repeated: before 5.11, a program that failed to attach is refused with EBUSY then. */
	return detach(bpf_call(
		&attaching->kit->sys, BPF_RAW_TRACEPOINT_OPEN, &open, sizeof(open)));
}

unsigned long hook_read_number(const char *path)
{
	char *text = NULL;
	_cleanup_error_ struct error *error = file_read_line("", path, &text);
	unsigned long number = error ? 0 : strtoul(text, NULL, 10);

	free(text);
	return number;
}

/*
 * An event on the first processor. It is disabled until a program is attached. It counts and takes no
 * samples, as libbpf's: irq_work_exit and its kind refuse samples (TRACE_EVENT_PERF_PERM()).
 */
static int open_event(struct perf_event_attr *attr)
{
	attr->disabled = 1;
	attr->size = PERF_ATTR_SIZE_VER5;
	int fd = (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int attach_event(const struct attaching *attaching, struct perf_event_attr *attr)
{
	*attaching->step = ATTACH_STEP_EVENT;
	_cleanup_fd_ int event = open_event(attr);
	if (event < 0)
		return event;
	*attaching->step = ATTACH_STEP_LINK;
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, attaching->prog))
		return -errno;
	return ioctl(event, PERF_EVENT_IOC_ENABLE, 0) ? -errno : 0;
}

static int attach_kprobe(const struct attaching *attaching)
{
	const struct section *section = attaching->section;
	char name[NAME_MAX_BYTES];
	size_t len = strcspn(section->target, "+");
	struct perf_event_attr attr = {
		.type = (uint32_t)hook_read_number("/sys/bus/event_source/devices/kprobe/type"),
		.config = section->kind == SECTION_KRETPROBE ? KPROBE_RETURNS : 0,
		.kprobe_func = (uintptr_t)name,
	};

	*attaching->step = ATTACH_STEP_EVENT;
	if (!attr.type || len >= sizeof(name))
		return -ENODEV;
	memcpy(name, section->target, len);
	name[len] = '\0';
	if (section->target[len])
		attr.probe_offset = strtoull(section->target + len + 1, NULL, 0);
	return attach_event(attaching, &attr);
}

static int attach_tracepoint(const struct attaching *attaching)
{
	static const char *const directories[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT};
	char path[NAME_MAX_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(directories) && !attr.config; i++) {
		int len = snprintf(path, sizeof(path), "%s/events/%s/id", directories[i],
			attaching->section->target);
		if (len > 0 && (size_t)len < sizeof(path) && !strstr(attaching->section->target, ".."))
			attr.config = hook_read_number(path);
	}
	*attaching->step = ATTACH_STEP_EVENT;
	return attr.config ? attach_event(attaching, &attr) : -ENOENT;
}

static const char *first_match(const struct kernel *kernel, const char *glob)
{
	for (size_t i = 0; i < kernel->traceable_cnt; i++) {
		if (glob_any(&glob, 1, kernel->traceable[i]))
			return kernel->traceable[i];
	}
	return glob;
}

static int attach_link(const struct attaching *attaching, struct kit_link_attr *attr, size_t more)
{
	attr->prog_fd = (uint32_t)attaching->prog;
	attr->attach_type = (uint32_t)attaching->section->row->attach_type;
	return detach(kit_link(attaching->kit, attr, more));
}

/* more32[0]: flags, more32[1]: count, more64[1]: names. */
static int attach_multi(const struct attaching *attaching)
{
	const char *name = first_match(attaching->kit->kernel, attaching->section->target);
	uint64_t names = (uintptr_t)name;
	struct kit_link_attr attr = {0};

	attr.more32[0] = attaching->section->returns ? MULTI_RETURNS : 0;
	attr.more32[1] = 1;
	attr.more64[1] = (uintptr_t)&names;
	return attach_link(attaching, &attr, 4 * sizeof(uint64_t));
}

/*
 * The kernel has ten slots for hooks of LSM in cgroups, and EINVAL means that none is free. It frees one
 * a moment after a link is closed (linux kernel/bpf/cgroup.c, bpf_cgroup_atype_find()).
 */
static int attach_cgroup(const struct attaching *attaching)
{
	_cleanup_fd_ int cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct timespec moment = {.tv_nsec = 50000000};
	int ret = -EINVAL;

	if (cgroup < 0)
		return -errno;
	for (int tries = 0; tries < 20 && ret == -EINVAL; tries++) {
		struct kit_link_attr attr = {.target_fd = (uint32_t)cgroup};
		if (tries)
			nanosleep(&moment, NULL);
		ret = attach_link(attaching, &attr, 0);
	}
	return ret == -EINVAL ? -EAGAIN : ret;
}

static int (*way_of(const struct section *section))(const struct attaching *attaching)
{
	if (!section->target)
		return NULL;
	switch (section->kind) {
	case SECTION_FUNCTION:
	case SECTION_RAW_TRACEPOINT:
		return attach_raw;
	case SECTION_LSM:
		return section->row->attach_type == ATTACH_LSM_CGROUP ? attach_cgroup : attach_raw;
	case SECTION_KPROBE:
	case SECTION_KRETPROBE:
		return attach_kprobe;
	case SECTION_KPROBE_MULTI:
		return attach_multi;
	case SECTION_TRACEPOINT:
		return attach_tracepoint;
	default:
		return NULL;
	}
}

bool hook_attach_is_known(const struct section *section)
{
	return way_of(section);
}

int hook_attach(struct kit *kit, const struct section *section, int prog, enum attach_step *step)
{
	const struct attaching attaching = {kit, section, prog, step};

	*step = ATTACH_STEP_LINK;
	return way_of(section)(&attaching);
}
