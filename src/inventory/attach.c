/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an attachment takes besides the target and the program: one check for each thing. */
#include "inventory/hooks.h"
#include "util/array.h"

#include <string.h>

#define CONTROL "vfs_read" /* every kernel has this function */
#define CHECKS_MAX 9

typedef struct error *attach_check(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret);

/* Does the kernel have a function? Every question asks a few times, so the index is used. */
static enum tristate has_function(const struct hooks *hooks, const char *name)
{
	if (hooks->index && symbol_index_first(hooks->index, name))
		return TRISTATE_YES;
	if (hooks->index && symbol_index_first(hooks->index, CONTROL) &&
		kernel_symbols_are_whole(hooks->kernel->symbols))
		return TRISTATE_NO;
	return kernel_has_function(hooks->kernel, name, CONTROL);
}

/* A function that the kernel has only with the options that `need` is about. */
static struct error *needs_function(struct hooks *hooks, const char *function, enum hook_need need,
	const char *what, struct hook_answer *ret)
{
	enum tristate there = has_function(hooks, function);

	if (there == TRISTATE_YES)
		return hook_yes(ret);
	return hook_say(hooks, ret, there, need,
		there == TRISTATE_NO ? "this kernel has no %s" : "whether this kernel has %s is not known",
		what);
}

static struct error *has_kprobes(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	struct error *error = needs_function(
		hooks, "register_kprobe", HOOK_NEED_KPROBES, "kprobes (CONFIG_KPROBES)", ret);

	(void)section;
	if (error || ret->value != TRISTATE_YES)
		return error;
	return needs_function(hooks, "create_local_trace_kprobe", HOOK_NEED_KPROBES,
		"kprobe events for perf (CONFIG_KPROBE_EVENTS, CONFIG_PERF_EVENTS)", ret);
}

static struct error *has_uprobes(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "create_local_trace_uprobe", HOOK_NEED_UPROBES,
		"uprobe events for perf (CONFIG_UPROBE_EVENTS, CONFIG_PERF_EVENTS)", ret);
}

static struct error *has_uprobe_multi(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "uprobe_multi_link_handler", HOOK_NEED_UPROBES,
		"links to many uprobes (CONFIG_UPROBES)", ret);
}

static struct error *has_fprobe(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "register_fprobe_ips", HOOK_NEED_FPROBE,
		"links to many kprobes (CONFIG_FPROBE)", ret);
}

static struct error *has_perf_events(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "perf_trace_init", HOOK_NEED_PERF_EVENTS,
		"trace events for perf (CONFIG_PERF_EVENTS, CONFIG_EVENT_TRACING)", ret);
}

/* register_fentry(): ftrace patches the function's entry to call the trampoline. */
static struct error *has_trampolines(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "register_ftrace_direct", HOOK_NEED_TRAMPOLINE,
		"trampolines on kernel functions: programs load and do not attach "
		"(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)",
		ret);
}

static struct error *has_multi_trampolines(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	return needs_function(hooks, "bpf_tracing_multi_attach", HOOK_NEED_TRAMPOLINE,
		"trampolines on many kernel functions", ret);
}

/* security_locked_down(LOCKDOWN_KPROBES) in __register_trace_kprobe(). */
static struct error *is_not_locked_down(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *lockdown = hooks->kernel->environment.lockdown;

	(void)section;
	if (!lockdown || strcmp(lockdown, "confidentiality"))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_LOCKDOWN,
		"the kernel is locked down (confidentiality), which refuses every kprobe event");
}

/* The function whose name or address a probe event takes; NULL: no memory. */
static const char *probed_function(struct hooks *hooks, const struct section *section)
{
	return section->kind == SECTION_SYSCALL ? hook_syscall_symbol(hooks, section->target)
					     : hook_function_name(hooks, section);
}

/*
 * trace_kprobe_create() counts the symbols of a name, data too, and refuses several. Kernels without
 * that code take the first one.
 */
static struct error *is_one_of_name(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *name = probed_function(hooks, section);

	if (!name)
		return error_no_memory();
	struct hook_symbols found = hook_symbols(hooks, name);
	size_t cnt = found.function_cnt + found.data_cnt;
	if (cnt <= 1)
		return hook_yes(ret);
	enum tristate counts = has_function(hooks, "count_mod_symbols");
	if (counts == TRISTATE_YES)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_ONE_OF_NAME,
			"%zu symbols have this name, and this kernel refuses a name that is not unique",
			cnt);
	return hook_say(hooks, ret, counts == TRISTATE_NO ? TRISTATE_YES : TRISTATE_UNKNOWN,
		HOOK_NEED_ONE_OF_NAME, "%zu symbols have this name, and the first one is probed", cnt);
}

/* Another name of the same address may be on a list of the kernel. */
static struct error *addresses_hidden(
	struct hooks *hooks, enum hook_need need, const char *name, struct hook_answer *ret)
{
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, need,
		"%s is not on the kernel's list under this name, and the addresses of symbols are "
		"hidden (kernel.kptr_restrict)",
		name);
}

static struct error *is_allowed(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *name = probed_function(hooks, section);

	if (!name)
		return error_no_memory();
	if (!kernel->kprobe_blacklist)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_KPROBE_ALLOWED,
			"the kprobe blacklist cannot be read (/sys/kernel/debug/kprobes/blacklist, as root)");
	enum tristate listed = hook_listed(
		hooks, kernel->kprobe_blacklist, kernel->kprobe_blacklist_cnt, name);
	if (listed == TRISTATE_YES)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_KPROBE_ALLOWED,
			"%s is on the kprobe blacklist", name);
	if (listed == TRISTATE_UNKNOWN)
		return addresses_hidden(hooks, HOOK_NEED_KPROBE_ALLOWED, name, ret);
	return hook_yes(ret);
}

/* The kernel frees the code of .init when it has started. */
static bool is_freed(const struct hooks *hooks, const struct kernel_symbol *symbol)
{
	struct hook_symbols begin = hook_symbols(hooks, "_sinittext");
	struct hook_symbols end = hook_symbols(hooks, "_einittext");

	return symbol->address && begin.first && end.first &&
		symbol->address >= begin.first->address && symbol->address < end.first->address;
}

static struct error *is_kept(struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *name = probed_function(hooks, section);

	if (!name)
		return error_no_memory();
	const struct kernel_symbol *symbol = hook_symbols(hooks, name).first;
	if (symbol && is_freed(hooks, symbol))
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_CODE,
			"%s is code of the kernel's start, which is freed", name);
	return hook_yes(ret);
}

static struct error *traceable_unread(struct hooks *hooks, struct hook_answer *ret)
{
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TRACE_ENTRY,
		"which functions ftrace can patch is not known: available_filter_functions of tracefs "
		"cannot be read");
}

/* within_notrace_func(): such kernels refuse what ftrace cannot patch. */
static struct error *is_traced_if_needed(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *name = probed_function(hooks, section);

	if (!name)
		return error_no_memory();
	if (has_function(hooks, "__within_notrace_func") == TRISTATE_NO)
		return hook_yes(ret);
	if (!kernel->traceable)
		return traceable_unread(hooks, ret);
	enum tristate traced = hook_listed(hooks, kernel->traceable, kernel->traceable_cnt, name);
	if (traced == TRISTATE_YES)
		return hook_yes(ret);
	if (traced == TRISTATE_UNKNOWN)
		return addresses_hidden(hooks, HOOK_NEED_TRACE_ENTRY, name, ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TRACE_ENTRY,
		"ftrace cannot patch %s, and this kernel allows kprobe events only where it can", name);
}

/* arch_prepare_kprobe(): only a decoder of instructions knows where one begins. */
static struct error *is_at_entry(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	if (!hook_has_offset(section))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_ATTACH,
		"whether an instruction begins at this offset is not known: --attach tries it");
}

/* arch/x86/kernel/kprobes/core.c, kretprobe_blacklist: it returns on another stack. */
static struct error *can_return(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *name = probed_function(hooks, section);

	if (!name)
		return error_no_memory();
	if (strcmp(name, "__switch_to"))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_KPROBE_ALLOWED,
		"kretprobes refuse %s", name);
}

static struct error *is_traced_by_any(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;

	if (!kernel->traceable)
		return traceable_unread(hooks, ret);
	size_t cnt = hook_count(hooks, section->target);
	if (!cnt && !strpbrk(section->target, "*?[")) {
		enum tristate listed = hook_listed(
			hooks, kernel->traceable, kernel->traceable_cnt, section->target);
		if (listed == TRISTATE_UNKNOWN)
			return addresses_hidden(hooks, HOOK_NEED_TRACE_ENTRY, section->target, ret);
		cnt = listed == TRISTATE_YES;
	}
	struct error *error = cnt
		? hook_say(hooks, ret, TRISTATE_YES, HOOK_NEED_NONE, "%zu function%s", cnt,
			  cnt == 1 ? "" : "s")
		: hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TRACE_ENTRY,
			  "ftrace can patch no function of this name");
	ret->match_cnt = cnt;
	return error;
}

/* The function that a trampoline is put on. */
static const char *entered_function(struct hooks *hooks, const struct section *section)
{
	struct hook_type type;
	_cleanup_error_ struct error *error = hook_type_of(hooks->pool, section, &type);

	return error ? NULL : type.name;
}

/* bpf_check_attach_target(): "The address of function %s cannot be found". */
static bool has_no_symbol(const struct hooks *hooks, const char *name)
{
	struct hook_symbols found = hook_symbols(hooks, name);

	return !found.function_cnt && !found.data_cnt && !found.changed && !hook_symbols_doubt(hooks);
}

/*
 * bpf_check_attach_target() takes the first of several functions of a name. The list of ftrace does not
 * tell them apart.
 */
static struct error *has_entry(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *name = entered_function(hooks, section);

	if (!name)
		return error_no_memory();
	if (has_no_symbol(hooks, name))
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"BTF has %s, and no symbol has this name to find its address by", name);
	if (!kernel->traceable)
		return traceable_unread(hooks, ret);
	size_t traced = names_count(kernel->traceable, kernel->traceable_cnt, name);
	size_t cnt = hook_symbols(hooks, name).function_cnt;
	enum tristate listed = hook_listed(hooks, kernel->traceable, kernel->traceable_cnt, name);
	/* Under another name of the first one's address. */
	if (!traced && listed == TRISTATE_YES)
		return hook_yes(ret);
	if (!traced && listed == TRISTATE_UNKNOWN)
		return addresses_hidden(hooks, HOOK_NEED_TRACE_ENTRY, name, ret);
	if (!traced)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TRACE_ENTRY,
			"ftrace has no place to patch in %s", name);
	if (traced < cnt)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_ONE_OF_NAME,
			"%zu functions have this name, ftrace can patch %zu of them, and the first in "
			"memory decides: --attach tries it",
			cnt, traced);
	if (cnt > 1)
		return hook_say(hooks, ret, TRISTATE_YES, HOOK_NEED_NONE,
			"%zu functions have this name, and the first in memory is the target", cnt);
	return hook_yes(ret);
}

/* Registers that pass arguments; a trampoline of an older kernel saves nothing else. */
static const struct {
	const char *machine;
	uint32_t cnt;
} argument_registers[] = {
	{"x86_64", 6}, {"aarch64", 8}, {"riscv64", 8}, {"s390x", 5}, {"ppc64le", 8}, {"loongarch64", 8},
};

static uint32_t registers_of(const struct kernel *kernel)
{
	const char *machine = kernel->identity.machine;

	for (size_t i = 0; machine && i < ARRAY_SIZE(argument_registers); i++) {
		if (!strcmp(argument_registers[i].machine, machine))
			return argument_registers[i].cnt;
	}
	return 0;
}

static bool passes_struct(const struct kbtf *btf, const struct btf_param *params, uint32_t cnt)
{
	for (uint32_t i = 0; i < cnt; i++) {
		const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, params[i].type));
		if (type && (kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION))
			return true;
	}
	return false;
}

/* arch_prepare_bpf_trampoline() of each architecture: ENOTSUPP when a program is attached. */
static struct error *can_pass_arguments(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	struct hook_type type;
	struct error *error = hook_type_of(hooks->pool, section, &type);

	if (error)
		return error;
	struct hook_place place = hook_type_find(hooks->kernel, &type);
	const struct kbtf *btf = place.btf;
	const struct btf_type *func = place.id ? kbtf_type(btf, place.id) : NULL;
	const struct btf_type *proto = func ? kbtf_type(btf, func->type) : NULL;
	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return hook_yes(ret);
	uint32_t cnt = kbtf_vlen(proto);
	if (passes_struct(btf, kbtf_tail(proto), cnt))
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_ARGUMENTS,
			"whether a trampoline of this kernel can pass a struct by value is not known: "
			"--attach tries it");
	if (cnt > registers_of(hooks->kernel))
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_ARGUMENTS,
			"whether a trampoline of this kernel can pass %u arguments is not known: "
			"--attach tries it",
			cnt);
	return hook_yes(ret);
}

static struct error *is_active_lsm(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	enum tristate active = kernel_has_lsm(hooks->kernel, "bpf");

	(void)section;
	if (active == TRISTATE_YES)
		return hook_yes(ret);
	return hook_say(hooks, ret, active, HOOK_NEED_ACTIVE_LSM,
		active == TRISTATE_NO
			? "the security module bpf is not active, so the hook is never called: boot "
			  "with it in lsm="
			: "whether the security module bpf is active is not known: "
			  "/sys/kernel/security/lsm cannot be read");
}

static struct error *has_cgroup2(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	enum tristate mounted = hooks->kernel->environment.cgroup2;

	(void)section;
	if (mounted == TRISTATE_YES)
		return hook_yes(ret);
	return hook_say(hooks, ret, mounted, HOOK_NEED_CGROUP2,
		mounted == TRISTATE_NO ? "no hierarchy of cgroup v2 is mounted (mount -t cgroup2 cgroup2 "
					 "/sys/fs/cgroup)"
				       : "whether a hierarchy of cgroup v2 is mounted is not known");
}

/*
 * Each of these programs attaches to an event of perf_event_open(2), which asks this process for more
 * than the load does: kernel.perf_event_paranoid above 2 (Debian, Ubuntu, Android) wants CAP_SYS_ADMIN,
 * and a BPF token is of no use there.
 */
static struct error *may_open_events(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel_environment *environment = &hooks->kernel->environment;

	(void)section;
	if (environment->in_user_namespace)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_PERMISSION,
			"it attaches through perf_event_open(2), which asks for CAP_PERFMON in the initial "
			"user namespace");
	if (environment->perf_events == TRISTATE_NO)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_PERMISSION,
			"it attaches through perf_event_open(2), which is refused to this process "
			"(kernel.perf_event_paranoid, seccomp)");
	return hook_yes(ret);
}

/* bpf_prog_attach_check_attach_type(): everybody may load such a program, if anybody may. */
static struct error *may_filter_cgroup(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	(void)section;
	if (kernel_has_capability(hooks->kernel, "CAP_NET_ADMIN"))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_PERMISSION,
		"it loads without CAP_NET_ADMIN, and is not attached without");
}

static attach_check *const checks[][CHECKS_MAX] = {
	[SECTION_KPROBE] = {has_kprobes, is_one_of_name, is_allowed, is_kept, is_traced_if_needed,
		is_at_entry, is_not_locked_down, may_open_events},
	[SECTION_KRETPROBE] = {has_kprobes, is_one_of_name, is_allowed, is_kept, is_traced_if_needed,
		is_at_entry, is_not_locked_down, can_return, may_open_events},
	[SECTION_SYSCALL] = {has_kprobes, is_one_of_name, is_allowed, is_traced_if_needed,
		is_not_locked_down, may_open_events},
	[SECTION_KPROBE_MULTI] = {has_fprobe, is_traced_by_any},
	[SECTION_UPROBE] = {has_uprobes, may_open_events},
	[SECTION_UPROBE_MULTI] = {has_uprobe_multi},
	[SECTION_USDT] = {has_uprobes, may_open_events},
	[SECTION_TRACEPOINT] = {has_perf_events, may_open_events},
	[SECTION_FUNCTION] = {has_trampolines, has_entry, can_pass_arguments},
	[SECTION_FUNCTION_MULTI] = {has_multi_trampolines, is_traced_by_any},
	[SECTION_LSM] = {has_trampolines, has_entry, is_active_lsm},
	[SECTION_PROGRAM] = {NULL},
};

static bool is_of_cgroup(const struct context_row *row)
{
	return row->attach_type == ATTACH_LSM_CGROUP ||
		!strncmp(row->name, "cgroup", strlen("cgroup")) || row->prog_type == PROG_TYPE_SOCK_OPS;
}

static bool is_of_perf_event(const struct context_row *row)
{
	return row->prog_type == PROG_TYPE_PERF_EVENT;
}

static bool is_cgroup_filter(const struct context_row *row)
{
	return row->prog_type == PROG_TYPE_CGROUP_SKB;
}

/* What a program takes whether or not it has a target. */
static const struct {
	bool (*is_of)(const struct context_row *row);
	attach_check *check;
} row_checks[] = {
	{is_of_cgroup, has_cgroup2},
	{is_of_perf_event, may_open_events},
	{is_cgroup_filter, may_filter_cgroup},
};

/* A missing thing decides. Otherwise a thing that is not known does. */
static void attach_take(struct hook_answer *best, const struct hook_answer *answer)
{
	if (best->value == TRISTATE_NO)
		return;
	if (answer->value == TRISTATE_NO || best->value == TRISTATE_YES) {
		size_t match_cnt = best->match_cnt;
		const char *reason = best->reason;
		*best = *answer;
		if (!best->match_cnt)
			best->match_cnt = match_cnt;
		if (!best->reason && best->value == TRISTATE_YES)
			best->reason = reason;
	}
}

struct error *hook_attaches(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	struct hook_answer answer;
	struct error *error = hook_yes(ret);
	size_t cnt = section->kind < ARRAY_SIZE(checks) && section->target ? CHECKS_MAX : 0;

	for (size_t i = 0; i < cnt && checks[section->kind][i] && !error; i++) {
		error = checks[section->kind][i](hooks, section, &answer);
		if (!error)
			attach_take(ret, &answer);
	}
	for (size_t i = 0; i < ARRAY_SIZE(row_checks) && !error; i++) {
		if (!row_checks[i].is_of(section->row))
			continue;
		error = row_checks[i].check(hooks, section, &answer);
		if (!error)
			attach_take(ret, &answer);
	}
	return error;
}
