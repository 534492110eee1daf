/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attaching to what the section names, on a kernel that no program ran on. A tracepoint is found by its name
 * (bpf_get_raw_tracepoint() of kernel/trace/bpf_trace.c), and its typedef in BTF is made beside it
 * (include/trace/bpf_probe.h).
 */
#include "object/check/parts.h"
#include "kernel/context.h"
#include "kernel/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *symbol)
{
	return strcmp(name, ((const struct kernel_symbol *)symbol)->name);
}

static const struct kernel_symbol *find_symbol(
	struct check_symbols *symbols, const char *name, bool of_modules)
{
	char base[512];
	size_t len = symbol_base_length(name, NULL);

	if (!symbols || !symbols->list || len >= sizeof(base))
		return NULL;
	if (symbols->is_sorted)
		return bsearch(name, symbols->list->list, symbols->list->cnt,
			sizeof(*symbols->list->list), compare_name);
	if (!symbols->index) {
		error_free(symbol_index_create(symbols->list, &symbols->index));
		if (!symbols->index)
			return NULL;
	}
	memcpy(base, name, len);
	base[len] = '\0';
	const struct kernel_symbol *symbol = symbol_index_first(symbols->index, base);
	while (symbol && (strcmp(symbol->name, name) || (symbol->module && !of_modules)))
		symbol = symbol_index_next(symbols->index, symbol);
	return symbol;
}

const struct kernel_symbol *check_symbol_find(struct check_symbols *symbols, const char *name)
{
	return find_symbol(symbols, name, true);
}

const struct kernel_symbol *check_symbol_of_kernel(struct check_symbols *symbols, const char *name)
{
	return find_symbol(symbols, name, false);
}

/*
 * A kretprobe is a kprobe at the entry (register_kretprobe() of kernel/kprobes.c), and a probe of many functions goes
 * through ftrace, as a trampoline does.
 */
struct error *check_attach_likewise(struct pool *pool, const char *name, const char **ret)
{
	struct section section;

	*ret = NULL;
	if (!section_parse(name, &section) || !section.target || strpbrk(section.target, "*?[:+"))
		return NULL;
	const char *way = section.kind == SECTION_KRETPROBE ? "kprobe"
		: section.kind == SECTION_KPROBE_MULTI      ? "fentry"
							    : NULL;
	if (!way)
		return NULL;
	*ret = pool_printf(pool, "%s/%s", way, section.target);
	return *ret ? NULL : error_no_memory();
}

static void is_met(struct check_need *need, const char *reason)
{
	need->state = CHECK_MET;
	need->predicted = true;
	need->reason = reason;
}

static bool has_type(const struct kernel *files, const char *prefix, const char *name, uint32_t kind)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%s%s", prefix, name);

	return files->btf && len > 0 && (size_t)len < sizeof(text) && kbtf_find(files->btf, text, kind);
}

static void answer_tracepoint(const struct kernel *files, const char *target, struct check_need *need)
{
	if (has_type(files, "btf_trace_", target, BTF_KIND_TYPEDEF))
		is_met(need, "derived from the image: the kernel has the tracepoint");
	else if (files->btf)
		need->reason = "the kernel itself has no such tracepoint; a module may have it";
}

/* The trampolines of other architectures came in steps. */
static void answer_hook(const struct check_kernel *kernel, const char *target, struct check_need *need)
{
	if (!strcmp(kernel->arch, "amd64") &&
		has_type(check_files_of(&kernel->scope), "bpf_lsm_", target, BTF_KIND_FUNC))
		is_met(need, "derived from the image: the kernel has the hook");
}

/* A weak one only returns ENOSYS. */
static bool has_call(struct check_symbols *symbols, const char *prefix, const char *name)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%s%s", prefix, name);
	const struct kernel_symbol *symbol = len > 0 && (size_t)len < sizeof(text)
		? check_symbol_of_kernel(symbols, text)
		: NULL;

	return symbol && (symbol->type == 'T' || symbol->type == 't');
}

static bool has_syscall(struct check_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < SYMBOL_SYSCALL_WRAPPERS; i++) {
		if (has_call(symbols, symbol_syscall_prefixes[i], name))
			return true;
	}
	return false;
}

/* An event for each system call (SYSCALL_METADATA() of include/linux/syscalls.h). */
static const char *call_of_event(const char *target)
{
	static const char *const prefixes[] = {"syscalls/sys_enter_", "syscalls/sys_exit_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (!strncmp(target, prefixes[i], strlen(prefixes[i])))
			return target + strlen(prefixes[i]);
	}
	return NULL;
}

bool check_target_has_symbol(const char *name)
{
	struct section section;

	if (!section_parse(name, &section) || !section.target)
		return false;
	return section.kind == SECTION_FUNCTION || section.kind == SECTION_SYSCALL ||
		(section.kind == SECTION_TRACEPOINT && call_of_event(section.target));
}

static void answer_event(const struct check_kernel *kernel, const char *target, struct check_need *need)
{
	const struct kernel *files = check_files_of(&kernel->scope);
	const char *call = call_of_event(target), *slash = strchr(target, '/');
	bool traced = check_has_option(kernel, CHECK_OPTION_FTRACE_SYSCALLS) == TRISTATE_YES;

	if (call && traced && has_syscall(kernel->symbols, call))
		is_met(need, "derived from the image: the kernel has the system call, and traces calls");
	else if (call || !slash)
		return;
	else if (has_type(files, "btf_trace_", slash + 1, BTF_KIND_TYPEDEF))
		need->reason = "the kernel has a tracepoint of that name; only its tracefs lists categories";
	else if (files->btf)
		need->reason = "the kernel itself has no such tracepoint; a module may have it";
}

static void answer_file(struct check_need *need)
{
	need->state = CHECK_CONDITIONAL;
	need->reason = "it attaches to a file of the machine, and the kernel does not matter";
	need->guard = "the file and its symbol are there";
}

void check_attach_from_files(
	const struct check_kernel *kernel, const char *name, struct check_need *need)
{
	const struct kernel *files = check_files_of(&kernel->scope);
	struct section section;

	if (kernel->scope.kernel || !files || !section_parse(name, &section) || !section.target)
		return;
	switch (section.kind) {
	case SECTION_RAW_TRACEPOINT:
		answer_tracepoint(files, section.target, need);
		break;
	case SECTION_LSM:
		answer_hook(kernel, section.target, need);
		break;
	case SECTION_TRACEPOINT:
		answer_event(kernel, section.target, need);
		break;
	case SECTION_SYSCALL:
		if (has_syscall(kernel->symbols, section.target))
			is_met(need, "derived from the image: the kernel has the system call");
		break;
	case SECTION_UPROBE:
	case SECTION_UPROBE_MULTI:
	case SECTION_USDT:
		answer_file(need);
		break;
	default:
		break;
	}
}
