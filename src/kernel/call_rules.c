/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/call_rules.h"

#include <fnmatch.h>

const struct call_rule_info call_rules[CALL_RULE_CNT] = {
	[CALL_RULE_TRAP] = {"__bpf_trap", {CALL_TEXT_TRAP}},
	[CALL_RULE_PACKET_WRITE] = {"bpf_dynptr_slice_rdwr", {CALL_TEXT_PACKET_WRITE}},
	/* The words are about the iterator's start. Nothing else makes what the other two take. */
	[CALL_RULE_CSS_TASK_ITER] = {"bpf_iter_css_task_*", {CALL_TEXT_CSS_TASK_ITER}},
	[CALL_RULE_NO_KERNEL_CONTEXT] = {"bpf_cast_to_kern_ctx", {CALL_TEXT_NO_KERNEL_CONTEXT("%u")}},
	/*
	 * Its map cannot be inside another map (prog_array_map_ops has no map_meta_equal). Other maps
	 * can be, and a sleepable program may refer to the outer map.
	 */
	[CALL_RULE_SLEEPABLE_MAP] = {"bpf_tail_call",
		{CALL_TEXT_SLEEPABLE_MAP("array and hash maps"),
			CALL_TEXT_SLEEPABLE_MAP("array, hash, and ringbuf maps"),
			CALL_TEXT_SLEEPABLE_MAP("array, hash, ringbuf and local storage maps")}},
	/* It gives a reference, and takes one only in exchange for another. */
	[CALL_RULE_UNRELEASABLE] = {"bpf_kptr_xchg", {"Unreleased reference id=%d alloc_insn=%d"}},
};

bool call_rule_is_about(enum call_rule rule, const char *call)
{
	return !fnmatch(call_rules[rule].calls, call, 0);
}
