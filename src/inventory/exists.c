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

/*
 * A tracepoint of BTF: typedef void (*btf_trace_NAME)(void *, ...), which include/trace/bpf_probe.h
 * makes for every tracepoint that BPF programs can use.
 */
static struct error *raw_tracepoint_exists(
	struct hooks *hooks, const char *name, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *type = pool_printf(hooks->pool, "btf_trace_%s", name);
	const struct kbtf *btf;

	if (!type)
		return error_no_memory();
	if (!kernel->btf)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"BTF lists tracepoints, and %s",
			kernel->btf_missing ? kernel->btf_missing : "it was not read");
	if (hook_find_type(kernel, type, BTF_KIND_TYPEDEF, &btf))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"no tracepoint %s in the BTF of the kernel and its loaded modules", name);
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
	struct hooks *hooks, const char *category, const char *name, struct hook_answer *ret)
{
	static const char *const others[] = {
		"syscalls/", "ftrace/", "kprobes/", "uprobes/", "synthetic/", "probe/", "fprobes/"};
	static const char remedy[] =
		"tracefs lists events by category, and it cannot be read here (as root: mount -t "
		"tracefs tracefs /sys/kernel/tracing)";

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strncmp(category, others[i], strlen(others[i])))
			return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET, "%s", remedy);
	}
	struct error *error = raw_tracepoint_exists(hooks, name, ret);
	if (error || ret->value != TRISTATE_YES)
		return error;
	return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
		"the kernel has a tracepoint %s; %s", name, remedy);
}

static struct error *tracepoint_exists(
	struct hooks *hooks, const char *target, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const char *slash = strchr(target, '/');

	if (!slash)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
			"an event is named CATEGORY/NAME");
	if (!kernel->events)
		return event_by_btf(hooks, target, slash + 1, ret);
	if (is_listed_event(kernel, target, (size_t)(slash - target), slash + 1))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"tracefs has no event %.*s:%s", (int)(slash - target), target, slash + 1);
}

static struct error *in_btf(struct hooks *hooks, const char *name, const char *shown, struct hook_answer *ret)
{
	const struct kernel *kernel = hooks->kernel;
	const struct kbtf *btf;

	if (!name)
		return error_no_memory();
	if (!kernel->btf)
		return hook_say(hooks, ret, kernel->btf_absent ? TRISTATE_NO : TRISTATE_UNKNOWN,
			HOOK_NEED_TARGET, "it attaches by BTF, and %s",
			kernel->btf_missing ? kernel->btf_missing : "it was not read");
	if (hook_find_type(kernel, name, BTF_KIND_FUNC, &btf))
		return hook_yes(ret);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET,
		"no %s in the BTF of the kernel and its loaded modules", shown);
}

static struct error *btf_function_exists(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	const char *name = hook_function_name(hooks, section);
	const char *shown = name ? pool_printf(hooks->pool, "function %s", name) : NULL;

	return shown ? in_btf(hooks, name, shown, ret) : error_no_memory();
}

static struct error *lsm_exists(struct hooks *hooks, const char *target, struct hook_answer *ret)
{
	const char *name = pool_printf(hooks->pool, "bpf_lsm_%s", target);

	return in_btf(hooks, name, name, ret);
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
		return tracepoint_exists(hooks, section->target, ret);
	case SECTION_RAW_TRACEPOINT:
		return raw_tracepoint_exists(hooks, section->target, ret);
	case SECTION_FUNCTION:
		return btf_function_exists(hooks, section, ret);
	case SECTION_LSM:
		return lsm_exists(hooks, section->target, ret);
	case SECTION_PROGRAM:
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"it replaces a function of a loaded program, and no program is given");
	default:
		return hook_yes(ret);
	}
}
