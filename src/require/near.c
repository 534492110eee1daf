/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/near.h"

#include <string.h>

const char *require_near(struct require_context *context, const struct suggestion *near)
{
	/* The name itself can be in the list of another kernel. */
	return near->best && near->distance ? require_reason(context, " (did you mean '%s'?)", near->best) : "";
}

/* A name that begins with a prefix is considered without it: the hook "file_open" is bpf_lsm_file_open. */
struct consideration {
	const char *name;
	size_t prefix_len;
	struct suggestion *near;
};

static void consider_name(void *context, const char *other)
{
	struct consideration *of = context;

	suggest_consider(of->near, of->name, other + of->prefix_len);
}

/* Considers the types of a kind in the kernel's BTF and of its loaded modules. */
static void consider_btf(struct require_context *context, const char *name, const char *prefix,
	unsigned int kind, struct suggestion *near)
{
	const struct kernel *kernel = context->scope->files;
	struct consideration of = {name, strlen(prefix), near};

	for (size_t i = 0; kernel && kernel->btf && i <= kernel->module_cnt; i++)
		kbtf_each_name(i ? kernel->modules[i - 1].btf : kernel->btf, kind, prefix,
			consider_name, &of);
}

/* The tag "bpf_kfunc" of a whole function names a kfunc. */
static void consider_tagged(const struct kbtf *btf, const char *name, struct suggestion *near)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) == BTF_KIND_DECL_TAG && !strcmp(kbtf_name(btf, type), "bpf_kfunc"))
			suggest_consider(near, name, kbtf_name(btf, kbtf_type(btf, type->type)));
	}
}

const char *require_near_type(
	struct require_context *context, const char *name, const unsigned int *kinds)
{
	struct suggestion near = {0};

	for (; *kinds != BTF_KIND_UNKN; kinds++)
		consider_btf(context, name, "", *kinds, &near);
	return require_near(context, &near);
}

static void consider_symbols(
	struct require_context *context, const char *name, struct suggestion *near)
{
	const struct kernel *kernel = context->scope->files;

	if (kernel && kernel->symbols)
		inventory_consider_symbols(kernel->symbols, name, near);
}

static void consider_syscalls(
	struct require_context *context, const char *name, struct suggestion *near)
{
	const struct kernel *kernel = context->scope->files;

	for (size_t i = 0; kernel && kernel->symbols && i < kernel->symbols->cnt; i++) {
		const char *call = hook_syscall_name(kernel->symbols->list[i].name);
		if (call && symbol_is_function(&kernel->symbols->list[i]))
			suggest_consider(near, name, call);
	}
}

/* "CATEGORY/NAME" of tracefs's "CATEGORY:NAME". Without tracefs, the tracepoints of BTF. */
static const char *near_event(struct require_context *context, const char *target)
{
	const struct kernel *kernel = context->scope->files;
	const char *slash = strchr(target, '/');
	struct suggestion near = {0};

	if (!slash)
		return "";
	int len = (int)(slash - target);
	if (!kernel->events) {
		consider_btf(context, slash + 1, HOOK_TYPE_TRACEPOINT, BTF_KIND_TYPEDEF, &near);
		return near.best && near.distance
			? require_reason(context, " (did you mean '%.*s/%s'?)", len, target, near.best)
			: "";
	}
	const char *event = require_reason(context, "%.*s:%s", len, target, slash + 1);
	for (size_t i = 0; i < kernel->event_cnt; i++)
		suggest_consider(&near, event, kernel->events[i]);
	const char *colon = near.best && near.distance ? strchr(near.best, ':') : NULL;
	return colon ? require_reason(context, " (did you mean '%.*s/%s'?)",
			       (int)(colon - near.best), near.best, colon + 1)
		     : "";
}

const char *require_near_target(struct require_context *context, const struct section *section)
{
	struct suggestion near = {0};

	if (!section->target || !context->scope->files)
		return "";
	switch (section->kind) {
	case SECTION_KPROBE:
	case SECTION_KRETPROBE:
	case SECTION_KPROBE_MULTI:
		consider_symbols(context, section->target, &near);
		break;
	case SECTION_SYSCALL:
		consider_syscalls(context, section->target, &near);
		break;
	case SECTION_TRACEPOINT:
		return near_event(context, section->target);
	case SECTION_FUNCTION:
		consider_btf(context, section->target, "", BTF_KIND_FUNC, &near);
		break;
	case SECTION_LSM:
		consider_btf(context, section->target, HOOK_TYPE_LSM, BTF_KIND_FUNC, &near);
		break;
	case SECTION_RAW_TRACEPOINT:
		consider_btf(context, section->target, HOOK_TYPE_TRACEPOINT, BTF_KIND_TYPEDEF, &near);
		break;
	default:
		return "";
	}
	return require_near(context, &near);
}

const char *require_near_prefixed(
	struct require_context *context, const char *name, const char *prefix, unsigned int kind)
{
	struct suggestion near = {0};

	consider_btf(context, name, prefix, kind, &near);
	return require_near(context, &near);
}

const char *require_near_function(struct require_context *context, const char *name)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	struct suggestion near = {0};

	consider_btf(context, name, "", BTF_KIND_FUNC, &near);
	consider_symbols(context, name, &near);
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		if (strcmp(snapshot->functions[i].state, "absent"))
			suggest_consider(&near, name, snapshot->functions[i].name);
	}
	return require_near(context, &near);
}

void require_consider_kfuncs(
	struct require_context *context, const char *name, struct suggestion *near)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	const struct kernel *kernel = context->scope->files;

	for (size_t i = 0; kernel && kernel->btf && i <= kernel->module_cnt; i++)
		consider_tagged(i ? kernel->modules[i - 1].btf : kernel->btf, name, near);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		suggest_consider(near, name, snapshot->kfuncs[i].name);
}
