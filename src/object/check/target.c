/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a program of fentry, fexit, tp_btf or lsm loads for a target of an image. The kernel asks
 * for a function in BTF whose prototype a trampoline can have, and for a symbol of exactly its name
 * (bpf_check_attach_target() of kernel/bpf/verifier.c). That ftrace can patch it matters only when
 * the program is attached.
 */
#include "object/check/parts.h"
#include "kernel/context.h"

#include <stdio.h>
#include <string.h>

/* The kernel keeps programs that run at the return away from functions that do not return
 * (noreturn_deny). */
static bool may_not_return(const char *function)
{
	static const char *const words[] = {
		"exit", "die", "dead", "panic", "halt", "idle", "stop", "fail"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(function, words[i]))
			return true;
	}
	return false;
}

/* bpf_lsm_disabled_hooks of kernel/bpf/bpf_lsm.c, of any version. */
static bool may_be_disabled(const char *hook)
{
	static const char *const names[] = {"vm_enough_memory", "inode_need_killpriv",
		"inode_getsecurity", "inode_listsecurity", "inode_copy_up_xattr", "getselfattr",
		"getprocattr", "setprocattr", "key_getsecurity", "audit_rule_match", "ismaclabel"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i], hook))
			return true;
	}
	return false;
}

const char *check_target_base(const char *name)
{
	struct section section;

	if (!section_parse(name, &section) || !section.target || strchr(section.target, ':'))
		return NULL;
	const char *row = section.row->name;
	bool answers = !strcmp(row, "fentry") || !strcmp(row, "tp_btf") ||
		(!strcmp(row, "fexit") && !may_not_return(section.target)) ||
		(!strcmp(row, "lsm") && !may_be_disabled(section.target));
	return answers ? row : NULL;
}

static void answer_function(
	const struct check_kernel *kernel, const char *target, struct check_need *need)
{
	const struct kernel *files = check_files_of(&kernel->scope);
	bool has_symbol = check_symbol_of_kernel(kernel->symbols, target);
	uint32_t id = kbtf_find(files->btf, target, BTF_KIND_FUNC);
	const char *problem = id ? kbtf_func_problem(files->btf, id) : NULL;

	if (!id) {
		need->reason = has_symbol
			? "the kernel has the function, and its BTF does not; a module may have another one"
			: "the kernel itself has no such function; a module may have it";
		return;
	}
	need->predicted = true;
	need->state = CHECK_UNMET;
	if (problem)
		need->reason = problem;
	else if (!has_symbol)
		need->reason =
			"BTF has the function, and the kernel has no symbol of exactly its name";
	else {
		need->state = CHECK_MET;
		need->reason = "the kernel has the function, and such programs load";
	}
}

/* A tracepoint is the typedef of its probes, and a hook the function that BPF programs replace. */
static void answer_hook(
	const struct kernel *files, bool is_lsm, const char *target, struct check_need *need)
{
	char name[256];
	int len = snprintf(name, sizeof(name), "%s%s", is_lsm ? "bpf_lsm_" : "btf_trace_", target);
	bool fits = len > 0 && (size_t)len < sizeof(name);

	if (fits && kbtf_find(files->btf, name, is_lsm ? BTF_KIND_FUNC : BTF_KIND_TYPEDEF)) {
		need->predicted = true;
		need->state = CHECK_MET;
		need->reason = is_lsm ? "the kernel has the hook, and such programs load"
				      : "the kernel has the tracepoint, and such programs load";
	} else if (is_lsm) {
		need->predicted = true;
		need->state = CHECK_UNMET;
		need->reason = "the kernel has no such hook";
	} else
		need->reason = "the kernel itself has no such tracepoint; a module may have it";
}

void check_target_from_files(
	const struct check_kernel *kernel, const char *name, struct check_need *need)
{
	const struct kernel *files = check_files_of(&kernel->scope);
	struct section section;

	if (kernel->scope.kernel || !files || !files->btf || !section_parse(name, &section))
		return;
	bool is_lsm = !strcmp(section.row->name, "lsm");
	if (is_lsm || !strcmp(section.row->name, "tp_btf"))
		answer_hook(files, is_lsm, section.target, need);
	else if (files->symbols && kernel_symbols_are_whole(files->symbols))
		answer_function(kernel, section.target, need);
}
