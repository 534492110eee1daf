/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Helpers that only programs under the GPL may call: gpl_only of struct bpf_func_proto (check_helper_call() of
 * kernel/bpf/verifier.c). The images of 30 kernels from 5.10 to 7.3 have the same, and tests/unit/object/license.c asks
 * the running one. Two helpers have a prototype of another licence in one program type.
 */
#include "object/check/parts.h"
#include "util/array.h"

#include <string.h>

/* Sorted. */
static const char *const helpers[] = {"bpf_check_mtu", "bpf_copy_from_user_task", "bpf_fib_lookup",
	"bpf_get_branch_snapshot", "bpf_get_current_task", "bpf_get_current_task_btf", "bpf_get_func_ip",
	"bpf_get_stack", "bpf_get_stackid", "bpf_perf_event_output", "bpf_perf_event_read",
	"bpf_perf_event_read_value", "bpf_perf_prog_read_value", "bpf_probe_read", "bpf_probe_read_kernel",
	"bpf_probe_read_kernel_str", "bpf_probe_read_str", "bpf_probe_read_user", "bpf_probe_read_user_str",
	"bpf_probe_write_user", "bpf_read_branch_records", "bpf_seq_printf", "bpf_seq_printf_btf",
	"bpf_seq_write", "bpf_skb_output", "bpf_snprintf", "bpf_task_pt_regs", "bpf_tcp_check_syncookie",
	"bpf_tcp_gen_syncookie", "bpf_tcp_raw_check_syncookie_ipv4", "bpf_tcp_raw_check_syncookie_ipv6",
	"bpf_tcp_raw_gen_syncookie_ipv4", "bpf_tcp_raw_gen_syncookie_ipv6", "bpf_timer_cancel",
	"bpf_timer_init", "bpf_timer_set_callback", "bpf_timer_start", "bpf_trace_printk",
	"bpf_trace_vprintk", "bpf_xdp_output"};

static const struct {
	const char *helper, *context; /* programs of the context may have any licence */
} others[] = {
	{"bpf_get_stackid", "perf_event"},
	{"bpf_get_func_ip", "kprobe.multi"},
	{"bpf_get_func_ip", "kprobe.session"},
	{"bpf_get_func_ip", "uprobe.multi"},
	{"bpf_get_func_ip", "uprobe.session"},
};

bool check_helper_is_for_gpl(const char *helper, const char *context)
{
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strcmp(others[i].helper, helper) &&
			!strncmp(others[i].context, context, strlen(others[i].context)))
			return false;
	}
	while (at < ARRAY_SIZE(helpers) && strcmp(helpers[at], helper))
		at++;
	return at < ARRAY_SIZE(helpers);
}
