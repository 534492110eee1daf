/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/run.h"
#include "probe/program/catalog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PACKET_BYTES 64

static struct run_result run_failed(const char *step, int ret)
{
	return (struct run_result) {.step = step, .errnum = -ret};
}

static struct run_result run_test_run(struct kit *kit, int prog_fd, void *packet, uint32_t packet_size)
{
	union bpf_attr attr = {0};

	attr.test.prog_fd = (uint32_t)prog_fd;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = packet_size;
	int ret = bpf_call(&kit->sys, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	if (ret < 0)
		return run_failed("BPF_PROG_TEST_RUN", ret);
	return (struct run_result) {.has_retval = true, .retval = attr.test.retval};
}

static struct run_result run_on_packet(struct kit *kit, int prog_fd)
{
	unsigned char packet[PACKET_BYTES];

	memset(packet, PROGRAM_PACKET_BYTE, sizeof(packet));
	return run_test_run(kit, prog_fd, packet, sizeof(packet));
}

static struct run_result run_without_context(struct kit *kit, int prog_fd)
{
	return run_test_run(kit, prog_fd, NULL, 0);
}

/* The program is attached only during its own test run, which calls the traced function. */
static struct run_result run_fentry(struct kit *kit, int prog_fd)
{
	union bpf_attr attr = {0};

	attr.raw_tracepoint.prog_fd = (uint32_t)prog_fd;
	_cleanup_fd_ int link =
		bpf_call(&kit->sys, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr.raw_tracepoint));
	if (link < 0)
		return run_failed("BPF_RAW_TRACEPOINT_OPEN", link);
	struct run_result result = run_test_run(kit, prog_fd, NULL, 0);
	result.has_retval = false; /* it is the traced function's */
	return result;
}

/* The part of union bpf_iter_link_info for iterators over tasks (linux 6.1 and later). */
struct iter_task_info {
	uint32_t tid, pid, pid_fd;
};

static int link_iterator(struct kit *kit, int prog_fd, const struct iter_task_info *info)
{
	struct kit_link_attr attr = {
		.prog_fd = (uint32_t)prog_fd, .attach_type = ATTACH_TRACE_ITER};

	if (!info)
		return kit_link(kit, &attr, 0);
	attr.more64[0] = (uintptr_t)info;
	attr.more32[2] = sizeof(*info);
	return kit_link(kit, &attr, sizeof(uint64_t) + sizeof(uint32_t));
}

/* Reads the iterator. The program runs during the read. */
static struct run_result read_iterator(struct kit *kit, int link_fd)
{
	union bpf_attr create = {.iter_create.link_fd = (uint32_t)link_fd};
	char buffer[4096];
	ssize_t got;

	if (link_fd < 0)
		return run_failed("BPF_LINK_CREATE", link_fd);
	_cleanup_fd_ int iterator =
		bpf_call(&kit->sys, BPF_ITER_CREATE, &create, sizeof(create.iter_create));
	if (iterator < 0)
		return run_failed("BPF_ITER_CREATE", iterator);
	do
		got = read(iterator, buffer, sizeof(buffer));
	while (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)));
	return got < 0 ? run_failed("read of the iterator", -errno) : (struct run_result) {0};
}

static struct run_result run_iterator(struct kit *kit, int prog_fd)
{
	_cleanup_fd_ int link = link_iterator(kit, prog_fd, NULL);

	return read_iterator(kit, link);
}

/* Iterates over this thread alone, if the kernel supports that. */
static struct run_result run_task_iterator(struct kit *kit, int prog_fd)
{
	const struct iter_task_info info = {.tid = (uint32_t)gettid()};
	_cleanup_fd_ int narrow = link_iterator(kit, prog_fd, &info);

	return narrow < 0 ? run_iterator(kit, prog_fd) : read_iterator(kit, narrow);
}

const struct run_method *run_method_of_type(uint32_t prog_type)
{
	static const struct run_method packet = {"test_run", run_on_packet};
	static const struct run_method no_context = {"test_run", run_without_context};

	switch (prog_type) {
	case PROG_TYPE_XDP:
	case PROG_TYPE_SOCKET_FILTER:
	case PROG_TYPE_SCHED_CLS:
	case PROG_TYPE_SCHED_ACT:
	case PROG_TYPE_CGROUP_SKB:
	case PROG_TYPE_LWT_IN:
	case PROG_TYPE_LWT_OUT:
	case PROG_TYPE_LWT_XMIT:
		return &packet;
	case PROG_TYPE_SYSCALL:
	case PROG_TYPE_RAW_TRACEPOINT:
		return &no_context;
	default:
		return NULL;
	}
}

const struct run_method *run_method_for(const struct attempt_context *context)
{
	static const struct run_method fentry = {"fentry", run_fentry};
	static const struct run_method iterator = {"iterator", run_iterator};
	static const struct run_method task_iterator = {"iterator", run_task_iterator};

	switch (context->row->prog_type) {
	case PROG_TYPE_XDP:
	case PROG_TYPE_SCHED_CLS:
	case PROG_TYPE_SYSCALL:
		return run_method_of_type(context->row->prog_type);
	case PROG_TYPE_TRACING:
		if (context->row->attach_type == ATTACH_TRACE_FENTRY)
			return &fentry;
		if (context->row->attach_type != ATTACH_TRACE_ITER)
			return NULL;
		return strcmp(context->target, "bpf_iter_task") ? &iterator : &task_iterator;
	default:
		return NULL;
	}
}
