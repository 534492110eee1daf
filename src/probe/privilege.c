/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/privilege.h"
#include "probe/kit.h"
#include "util/array.h"

#include <errno.h>
#include <sys/resource.h>

enum { PERFMON = PRIVILEGE_PERFMON, NET_ADMIN = PRIVILEGE_NET_ADMIN };
static const unsigned char of_programs[PROG_TYPE_CNT] = {
	[PROG_TYPE_KPROBE] = PERFMON,
	[PROG_TYPE_TRACEPOINT] = PERFMON,
	[PROG_TYPE_PERF_EVENT] = PERFMON,
	[PROG_TYPE_RAW_TRACEPOINT] = PERFMON,
	[PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = PERFMON,
	[PROG_TYPE_TRACING] = PERFMON,
	[PROG_TYPE_LSM] = PERFMON,
	[PROG_TYPE_STRUCT_OPS] = PERFMON,
	[PROG_TYPE_EXT] = PERFMON | NET_ADMIN,
	[PROG_TYPE_SCHED_CLS] = NET_ADMIN,
	[PROG_TYPE_SCHED_ACT] = NET_ADMIN,
	[PROG_TYPE_XDP] = NET_ADMIN,
	[PROG_TYPE_LWT_IN] = NET_ADMIN,
	[PROG_TYPE_LWT_OUT] = NET_ADMIN,
	[PROG_TYPE_LWT_XMIT] = NET_ADMIN,
	[PROG_TYPE_LWT_SEG6LOCAL] = NET_ADMIN,
	[PROG_TYPE_SK_SKB] = NET_ADMIN,
	[PROG_TYPE_SK_MSG] = NET_ADMIN,
	[PROG_TYPE_LIRC_MODE2] = NET_ADMIN,
	[PROG_TYPE_FLOW_DISSECTOR] = NET_ADMIN,
	[PROG_TYPE_CGROUP_DEVICE] = NET_ADMIN,
	[PROG_TYPE_CGROUP_SOCK] = NET_ADMIN,
	[PROG_TYPE_CGROUP_SOCK_ADDR] = NET_ADMIN,
	[PROG_TYPE_CGROUP_SOCKOPT] = NET_ADMIN,
	[PROG_TYPE_CGROUP_SYSCTL] = NET_ADMIN,
	[PROG_TYPE_SOCK_OPS] = NET_ADMIN,
	[PROG_TYPE_NETFILTER] = NET_ADMIN,
};

unsigned int privilege_of_program(uint32_t prog_type)
{
	return prog_type < PROG_TYPE_CNT ? of_programs[prog_type] : 0;
}

unsigned int privilege_of_map(uint32_t map_type)
{
	switch (map_type) {
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_XSKMAP:
		return NET_ADMIN;
	default:
		return 0;
	}
}

static const char *missing_capability(const struct kernel *kernel, unsigned int needs)
{
	static const struct {
		unsigned int needed_for; /* 0: always */
		const char *name, *text;
	} capabilities[] = {
		{0, "CAP_BPF", "this process lacks CAP_BPF"},
		{PERFMON, "CAP_PERFMON", "this process lacks CAP_PERFMON"},
		{NET_ADMIN, "CAP_NET_ADMIN", "this process lacks CAP_NET_ADMIN"},
	};

	if (!kernel->environment.capabilities || kernel_has_capability(kernel, "CAP_SYS_ADMIN"))
		return NULL;
	if (!kernel->environment.capability_cnt)
		return "this process lacks every capability";
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
		bool needed = !capabilities[i].needed_for || capabilities[i].needed_for & needs;
		if (needed && !kernel_has_capability(kernel, capabilities[i].name))
			return capabilities[i].text;
	}
	return NULL;
}

/* Before 5.11, EPERM also means that RLIMIT_MEMLOCK is used up (bpf_charge_memlock()). */
static bool memlock_may_refuse(const struct kernel *kernel)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
		kernel_has_function(kernel, "__bpf_prog_charge", "vfs_read") == TRISTATE_YES;
}

const char *privilege_missing(const struct kernel *kernel, unsigned int needs, int errnum)
{
	bool in_namespace = kernel->environment.in_user_namespace;
	if (in_namespace && !kernel->environment.has_token)
		return "this process is in a user namespace, whose capabilities do not count here";
	const char *missing = missing_capability(kernel, needs);
	if (!missing && in_namespace)
		return "the BPF token does not delegate this, or a policy refuses it";
	if (missing || errnum != EPERM || !memlock_may_refuse(kernel))
		return missing;
	return "this kernel charges programs and maps against RLIMIT_MEMLOCK, which is too low and could "
	       "not be raised (ulimit -l unlimited, or CAP_SYS_RESOURCE), or a policy refuses this";
}
