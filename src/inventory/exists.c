/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a kernel have what the name of a section says that a program attaches to? */
#include "inventory/hooks.h"
#include "util/array.h"

#include <string.h>

static struct error *symbol_exists(struct hooks *hooks, const char *name, struct hook_answer *ret)
{
	struct hook_symbols found = hook_symbols(hooks, name);
	const char *doubt = hook_symbols_doubt(hooks);

	if (found.function_cnt)
		return hook_yes(ret);
	if (found.data_cnt)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"%s is data, not a function", name);
	if (found.changed)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"no function has this name; the compiler changed it to %s", found.changed);
	if (doubt)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"no function %s was found, but %s", name, doubt);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"the kernel and its loaded modules have no function %s", name);
}

static struct error *function_exists(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *name = hook_function_name(hooks, section);

	return name ? symbol_exists(hooks, name, ret) : error_no_memory();
}

static struct error *functions_exist(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *glob = section->target;
	const char *doubt = hooks->kernel->traceable ? NULL : hook_symbols_doubt(hooks);

	if (!strpbrk(glob, "*?["))
		return symbol_exists(hooks, glob, ret);
	size_t cnt = hook_count(hooks, glob);
	if (cnt) {
		struct error *error = hook_say(hooks, ret, TRISTATE_YES, HOOK_NEED_NONE, "%zu function%s match%s", cnt,
			cnt == 1 ? "" : "s", cnt == 1 ? "es" : "");
		ret->match_cnt = cnt;
		return error;
	}
	if (doubt)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"no function matches, but %s", doubt);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET, "no function matches");
}

static struct error *syscall_exists(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *symbol = hook_syscall_symbol(hooks, section->target);
	const char *doubt = hook_symbols_doubt(hooks);

	if (!symbol && doubt)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"no system call %s was found, but %s", section->target, doubt);
	if (!symbol)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"the kernel has no function for a system call %s", section->target);
	return hook_say(hooks, ret, TRISTATE_YES, HOOK_NEED_NONE, "%s%s", symbol,
		hook_is_stub(hooks, symbol) ? " only returns ENOSYS" : "");
}

static struct error *without_btf(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *why = kernel->btf_missing ? kernel->btf_missing : "it was not read";
	bool by_btf = section->row->target != TARGET_NONE;

	return hook_say(hooks, ret, by_btf && kernel->btf_absent ? TRISTATE_NO : TRISTATE_UNKNOWN,
		HOOK_NEED_TARGET, by_btf ? "it attaches by BTF, and %s" : "BTF lists tracepoints, and %s",
		why);
}

static bool module_has_btf(const struct kernel *kernel, const struct hook_type *type)
{
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (hook_type_is_in(type, kernel->modules[i].name))
			return true;
	}
	return false;
}

static struct error *not_in_btf(struct hooks *hooks, const struct section *section,
	const struct hook_type *type, struct hook_answer *ret)
{
	bool tracepoint = type->kind == BTF_KIND_TYPEDEF;
	const char *what = tracepoint ? "tracepoint " : section->kind == SECTION_FUNCTION ? "function " : "";
	const char *name = tracepoint ? type->name + strlen(HOOK_TYPE_TRACEPOINT) : type->name;

	if (!type->module)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"no %s%s in the BTF of the kernel%s", what, name,
			section->kind != SECTION_LSM && hooks->kernel->module_cnt
				? " and its loaded modules"
				: "");
	if (hook_type_is_in(type, "vmlinux") || module_has_btf(hooks->kernel, type))
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET, "no %s%s in the BTF of %.*s",
			what, name, (int)type->module_len, type->module);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"module %.*s is not loaded, or has no BTF", (int)type->module_len, type->module);
}

/*
 * Functions and hooks of BTF, and tracepoints: include/trace/bpf_probe.h makes a typedef
 * btf_trace_NAME for every one that BPF programs can use.
 */
static struct error *in_btf(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	struct hook_type type;
	struct error *error = hook_type_of(hooks->pool, section, &type);

	if (error)
		return error;
	if (!hooks->kernel->btf)
		return without_btf(hooks, section, ret);
	if (hook_type_find(hooks->kernel, &type).id)
		return hook_yes(ret);
	return not_in_btf(hooks, section, &type, ret);
}

static bool is_listed_event(const struct kernel *kernel, const char *category, size_t len, const char *name)
{
	for (size_t i = 0; i < kernel->event_cnt; i++) {
		const char *event = kernel->events[i];
		if (!strncmp(event, category, len) && event[len] == ':' && !strcmp(event + len + 1, name))
			return true;
	}
	return false;
}

/* Without tracefs. Events of these categories are not tracepoints of BTF. */
static struct error *event_by_btf(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	static const char *const others[] = {
		"syscalls/", "ftrace/", "kprobes/", "uprobes/", "synthetic/", "probe/", "fprobes/"};
	static const char remedy[] =
		"tracefs lists events by category, and it cannot be read here (as root: mount -t "
		"tracefs tracefs /sys/kernel/tracing)";

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strncmp(section->target, others[i], strlen(others[i])))
			return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET, "%s", remedy);
	}
	struct error *error = in_btf(hooks, section, ret);
	if (error || ret->value != TRISTATE_YES)
		return error;
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
		"the kernel has a tracepoint %s; %s", strchr(section->target, '/') + 1, remedy);
}

static struct error *tracepoint_exists(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *target = section->target, *slash = strchr(target, '/');

	if (!slash)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"an event is named CATEGORY/NAME");
	if (!kernel->events)
		return event_by_btf(hooks, section, ret);
	if (is_listed_event(kernel, target, (size_t)(slash - target), slash + 1))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"tracefs has no event %.*s:%s", (int)(slash - target), target, slash + 1);
}

struct error *hook_exists(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	if (!section->target)
		return hook_yes(ret);
	switch (section->kind) {
	case SECTION_KPROBE:
	case SECTION_KRETPROBE:
		return function_exists(hooks, section, ret);
	case SECTION_KPROBE_MULTI:
	case SECTION_FUNCTION_MULTI:
		return functions_exist(hooks, section, ret);
	case SECTION_SYSCALL:
		return syscall_exists(hooks, section, ret);
	case SECTION_UPROBE:
	case SECTION_UPROBE_MULTI:
	case SECTION_USDT:
		return hook_in_file(hooks, section, ret);
	case SECTION_TRACEPOINT:
		return tracepoint_exists(hooks, section, ret);
	case SECTION_RAW_TRACEPOINT:
	case SECTION_FUNCTION:
	case SECTION_LSM:
		return in_btf(hooks, section, ret);
	case SECTION_PROGRAM:
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"it replaces a function of a loaded program, and no program is given");
	default:
		return hook_yes(ret);
	}
}
