/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/helper/calls.h"
#include "util/array.h"

#include <stddef.h>
#include <string.h>

static const struct helper_call calls[] = {
	{"capable", HELPER_CALL_CAPABLE, 0},
	{"ns_capable", HELPER_CALL_CAPABLE, 1},
	{"bpf_token_capable", HELPER_CALL_CAPABLE, 1},
	{"security_capable", HELPER_CALL_SECURITY, 2},
	{"security_locked_down", HELPER_CALL_LOCKDOWN, 0},
	{"bpf_get_btf_vmlinux", HELPER_CALL_BTF, 0},
	{"btf_type_by_id", HELPER_CALL_TYPE, 1},
	{"btf_name_by_offset", HELPER_CALL_STRING, 1},
	{"bpf_iter_get_func_proto", HELPER_CALL_ITER, 1},
	{"__fentry__", HELPER_CALL_NOTHING, 0},
	{"_mcount", HELPER_CALL_NOTHING, 0},
	{"_printk", HELPER_CALL_NOTHING, 0},
	{"printk", HELPER_CALL_NOTHING, 0},
	/* 0: say nothing. */
	{"___ratelimit", HELPER_CALL_NOTHING, 0},
	{"mutex_lock", HELPER_CALL_NOTHING, 0},
	{"mutex_unlock", HELPER_CALL_NOTHING, 0},
	{"__rcu_read_lock", HELPER_CALL_NOTHING, 0},
	{"__rcu_read_unlock", HELPER_CALL_NOTHING, 0},
	/* bpf_get_trace_printk_proto(): it makes the output of programs visible. */
	{"trace_printk_init_buffers", HELPER_CALL_NOTHING, 0},
	{"trace_set_clr_event", HELPER_CALL_NOTHING, 0},
	{"__set_printk_clr_event", HELPER_CALL_NOTHING, 0},
	{"queue_work_on", HELPER_CALL_NOTHING, 0},
};

const struct helper_call *helper_call_find(const char *function)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (!strcmp(calls[i].name, function))
			return &calls[i];
	}
	return NULL;
}
