/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a program of fentry or fexit loads for a function of an image. The kernel asks for a
 * function in BTF whose prototype a trampoline can have, and for a symbol of exactly its name
 * (bpf_check_attach_target() of kernel/bpf/verifier.c). That ftrace can patch it matters only when
 * the program is attached.
 */
#include "object/check/parts.h"
#include "kernel/context.h"

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

static bool has_symbol(const struct kernel_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (!symbol->module && !strcmp(symbol->name, name))
			return true;
	}
	return false;
}

bool check_target_is_function(const char *name)
{
	struct section section;

	return section_parse(name, &section) && section.target && !strchr(section.target, ':') &&
		(!strcmp(section.row->name, "fentry") ||
			(!strcmp(section.row->name, "fexit") && !may_not_return(section.target)));
}

void check_target_from_files(
	const struct require_scope *scope, const char *name, struct check_need *need)
{
	const struct kernel *files = check_files_of(scope);
	struct section section;

	if (scope->kernel || !files || !files->btf || !files->symbols ||
		!kernel_symbols_are_whole(files->symbols) || !section_parse(name, &section))
		return;
	uint32_t id = kbtf_find(files->btf, section.target, BTF_KIND_FUNC);
	const char *problem = id ? kbtf_func_problem(files->btf, id) : NULL;
	if (!id) {
		need->reason = has_symbol(files->symbols, section.target)
			? "the kernel has the function, and its BTF does not; a module may have another one"
			: "the kernel itself has no such function; a module may have it";
		return;
	}
	need->predicted = true;
	need->state = CHECK_UNMET;
	if (problem)
		need->reason = problem;
	else if (!has_symbol(files->symbols, section.target))
		need->reason =
			"BTF has the function, and the kernel has no symbol of exactly its name";
	else {
		need->state = CHECK_MET;
		need->reason = "the kernel has the function, and such programs load";
	}
}
