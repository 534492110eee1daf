/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of the kernel's configuration that build what a program needs. An answer about one takes the whole
 * configuration. tests/check/options.sh compares the functions with the shipped snapshots.
 */
#include "object/check/parts.h"
#include "util/array.h"
#include "util/glob.h"

#include <string.h>

/*
 * Functions, and types of struct_ops, that are in a file of one option: drivers/hid/bpf/Makefile, net/sched/Makefile, and
 * kernel/sched/build_policy.c.
 */
static const struct {
	const char *glob;
	enum check_option option;
} built[] = {
	{"hid_bpf_*", CHECK_OPTION_HID_BPF},
	{"bpf_qdisc_*", CHECK_OPTION_NET_SCH_BPF},
	{"Qdisc_ops", CHECK_OPTION_NET_SCH_BPF},
	{"scx_bpf_*", CHECK_OPTION_SCHED_CLASS_EXT},
	{"sched_ext_ops", CHECK_OPTION_SCHED_CLASS_EXT},
};

/* The first words of contexts, the longest one first, and what include/linux/bpf_types.h and link types take. */
static const struct {
	const char *context;
	enum check_option option;
} contexts[] = {
	{"lsm_cgroup", CHECK_OPTION_BPF_LSM},
	{"lsm", CHECK_OPTION_BPF_LSM},
	{"kprobe.multi", CHECK_OPTION_FPROBE},
	{"kprobe.session", CHECK_OPTION_FPROBE},
	{"kprobe", CHECK_OPTION_BPF_EVENTS},
	{"uprobe", CHECK_OPTION_BPF_EVENTS},
	{"tracepoint", CHECK_OPTION_BPF_EVENTS},
	{"raw_tracepoint", CHECK_OPTION_BPF_EVENTS},
	{"perf_event", CHECK_OPTION_BPF_EVENTS},
	{"tp_btf", CHECK_OPTION_BPF_EVENTS},
	{"fentry", CHECK_OPTION_DYNAMIC_FTRACE_WITH_DIRECT_CALLS},
	{"fexit", CHECK_OPTION_DYNAMIC_FTRACE_WITH_DIRECT_CALLS},
	{"fmod_ret", CHECK_OPTION_DYNAMIC_FTRACE_WITH_DIRECT_CALLS},
	{"cgroup", CHECK_OPTION_CGROUP_BPF},
	{"lirc_mode2", CHECK_OPTION_BPF_LIRC_MODE2},
	{"netfilter", CHECK_OPTION_NETFILTER_BPF_LINK},
	{"lwt", CHECK_OPTION_LWTUNNEL_BPF},
	{"netkit", CHECK_OPTION_NETKIT},
	{"sk_msg", CHECK_OPTION_NET_SOCK_MSG},
	{"sk_skb", CHECK_OPTION_NET_SOCK_MSG},
	{"struct_ops/Qdisc_ops", CHECK_OPTION_NET_SCH_BPF},
	{"struct_ops/hid_bpf_ops", CHECK_OPTION_HID_BPF},
	{"struct_ops/sched_ext_ops", CHECK_OPTION_SCHED_CLASS_EXT},
	{"struct_ops", CHECK_OPTION_BPF_JIT},
};

static const char *const names[] = {
#define OPTION_NAME(name) [CHECK_OPTION_##name] = "CONFIG_" #name,
	CHECK_OPTIONS(OPTION_NAME)
#undef OPTION_NAME
};

static enum check_option option_of_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(built); i++) {
		if (glob_any(&built[i].glob, 1, name))
			return built[i].option;
	}
	return CHECK_OPTION_CNT;
}

/* "fentry" is the first word of "fentry.s/vfs_read". */
static bool begins_with(const char *context, const char *words)
{
	size_t len = strlen(words);

	return !strncmp(context, words, len) && (!context[len] || strchr("./_", context[len]));
}

static enum check_option option_of_context(const char *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++) {
		if (begins_with(context, contexts[i].context))
			return contexts[i].option;
	}
	return CHECK_OPTION_CNT;
}

struct error *check_ask_option(struct check *check, enum check_option option)
{
	if (option == CHECK_OPTION_CNT || check->asks_options[option])
		return NULL;
	return check_ask_one(check, &check->asks_options[option], "config", names[option], NULL);
}

struct error *check_ask_option_of_name(struct check *check, const char *name)
{
	return check_ask_option(check, option_of_name(name));
}

struct error *check_ask_option_of_context(struct check *check, const char *context)
{
	return check_ask_option(check, option_of_context(context));
}

enum tristate check_has_option(const struct check_kernel *kernel, enum check_option option)
{
	const struct require_node *node =
		option == CHECK_OPTION_CNT ? NULL : kernel->check->asks_options[option];

	return node ? require_verdict_of(kernel->answer, node)->value : TRISTATE_UNKNOWN;
}

static const char *missing(const struct check_kernel *kernel, enum check_option option)
{
	return check_has_option(kernel, option) == TRISTATE_NO ? names[option] : NULL;
}

const char *check_option_of_name(const struct check_kernel *kernel, const char *name)
{
	return missing(kernel, option_of_name(name));
}

const char *check_option_of_context(const struct check_kernel *kernel, const char *context)
{
	return missing(kernel, option_of_context(context));
}
