/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/near.h"

#include <string.h>

const char *require_near(struct require_context *context, const struct suggestion *near)
{
	/* The name itself can be in the list of another kernel. */
	return near->best && near->distance ? require_reason(context, " (did you mean '%s'?)", near->best) : "";
}

typedef void consider_function(const struct kbtf *btf, const struct btf_type *type, const char *name,
	const void *argument, struct suggestion *near);

/* Considers each type of the kernel's BTF and of its loaded modules. */
static void consider_btf(struct require_context *context, consider_function *consider,
	const char *name, const void *argument, struct suggestion *near)
{
	const struct kernel *kernel = context->scope->files;

	for (size_t i = 0; kernel && kernel->btf && i <= kernel->module_cnt; i++) {
		const struct kbtf *btf = i ? kernel->modules[i - 1].btf : kernel->btf;
		for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++)
			consider(btf, kbtf_type(btf, id), name, argument, near);
	}
}

static void consider_kind(const struct kbtf *btf, const struct btf_type *type, const char *name,
	const void *argument, struct suggestion *near)
{
	for (const unsigned int *kind = argument; *kind != BTF_KIND_UNKN; kind++) {
		if (kbtf_kind(type) == *kind)
			suggest_consider(near, name, kbtf_name(btf, type));
	}
}

/* The tag "bpf_kfunc" of a whole function names a kfunc. */
static void consider_tagged(const struct kbtf *btf, const struct btf_type *type, const char *name,
	const void *argument, struct suggestion *near)
{
	(void)argument;
	if (kbtf_kind(type) == BTF_KIND_DECL_TAG && !strcmp(kbtf_name(btf, type), "bpf_kfunc"))
		suggest_consider(near, name, kbtf_name(btf, kbtf_type(btf, type->type)));
}

const char *require_near_type(
	struct require_context *context, const char *name, const unsigned int *kinds)
{
	struct suggestion near = {0};

	consider_btf(context, consider_kind, name, kinds, &near);
	return require_near(context, &near);
}

const char *require_near_function(struct require_context *context, const char *name)
{
	static const unsigned int kinds[] = {BTF_KIND_FUNC, BTF_KIND_UNKN};
	const struct snapshot *snapshot = context->scope->snapshot;
	const struct kernel *kernel = context->scope->files;
	struct suggestion near = {0};

	consider_btf(context, consider_kind, name, kinds, &near);
	for (size_t i = 0; kernel && kernel->symbols && i < kernel->symbols->cnt; i++) {
		if (symbol_is_function(&kernel->symbols->list[i]))
			suggest_consider(&near, name, kernel->symbols->list[i].name);
	}
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

	consider_btf(context, consider_tagged, name, NULL, near);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		suggest_consider(near, name, snapshot->kfuncs[i].name);
}
