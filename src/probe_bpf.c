/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe_bpf.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int call_kernel(int command, void *attr, size_t size)
{
	long ret = syscall(__NR_bpf, command, attr, size);

	return ret < 0 ? -errno : (int)ret;
}

int bpf_call(struct bpf_sys *sys, int command, void *attr, size_t size)
{
	uint64_t start_ns = sys->timed ? now_ns() : 0;
	int ret = sys->call ? sys->call(sys->context, command, attr, size)
			    : call_kernel(command, attr, size);

	sys->call_cnt++;
	if (sys->timed)
		sys->inside_ns += now_ns() - start_ns;
	return ret;
}

int bpf_load(struct bpf_sys *sys, const struct bpf_load_attr *attr)
{
	size_t size = sizeof(*attr);

	if (!attr->prog_token_fd && !attr->fd_array_cnt)
		size = offsetof(struct bpf_load_attr, prog_token_fd);
	if (size < sizeof(*attr) && !attr->fd_array)
		size = offsetof(struct bpf_load_attr, fd_array);
	/* The verifier writes only log_true_size, which is outside of what is sent then. */
	return bpf_call(sys, BPF_PROG_LOAD, (void *)attr, size);
}
