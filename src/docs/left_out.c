/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tables leave out although kernels permit them: since_left_out(). */
#include <fnmatch.h>

#include "docs/since.h"
#include "util/array.h"

#define TYPE(name) (1ull << PROG_TYPE_##name)
/* is_tracing_prog_type(), linux kernel/bpf/verifier.c */
#define TRACING_TYPES                                                                              \
	(TYPE(KPROBE) | TYPE(TRACEPOINT) | TYPE(PERF_EVENT) | TYPE(RAW_TRACEPOINT) |               \
		TYPE(RAW_TRACEPOINT_WRITABLE))
#define ALL_TYPES (~0ull)
#define MAP(field) "needs a map with a " field ", which the verifier keeps from such programs on " \
		   "some kernels (check_map_prog_compatibility()); no kernel was asked"

static const char test_only[] = "exists only for tests of the kernel";

static const struct {
	const char *functions; /* a glob */
	unsigned long long types;
	const char *reason;
} rules[] = {
	{"bpf_spin_*", TRACING_TYPES | TYPE(SOCKET_FILTER), MAP("bpf_spin_lock")},
	{"bpf_res_spin_*", TRACING_TYPES | TYPE(SOCKET_FILTER), MAP("bpf_res_spin_lock")},
	{"bpf_timer_*", TRACING_TYPES, MAP("bpf_timer")},
	{"bpf_wq_*", TRACING_TYPES, MAP("bpf_wq")},
	{"bpf_list_*", TRACING_TYPES | TYPE(SOCKET_FILTER), MAP("bpf_list_head")},
	{"bpf_rbtree_*", TRACING_TYPES | TYPE(SOCKET_FILTER), MAP("bpf_rb_root")},
	/* net/bpf/test_run.c, tools/testing/selftests/bpf */
	{"bpf_fentry_test*", ALL_TYPES, test_only},
	{"bpf_modify_return_test*", ALL_TYPES, test_only},
	{"bpf_kfunc_call_*", ALL_TYPES, test_only},
	{"bpf_testmod_*", ALL_TYPES, test_only},
};

const char *since_left_out(enum since_policy policy, const char *function, enum prog_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (policy == SINCE_LOADABLE && rules[i].types >> type & 1 &&
			!fnmatch(rules[i].functions, function, 0))
			return rules[i].reason;
	}
	return NULL;
}
