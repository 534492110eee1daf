/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/contexts.h"
#include "inventory/inventory.h"
#include "util/suggest.h"

#include <string.h>

static void consider_helpers(
	const struct snapshot *helpers, const char *name, struct suggestion *near)
{
	for (size_t i = 0; i < helpers->helper_cnt; i++)
		suggest_consider(near, name, helpers->helpers[i].name);
}

static void consider_functions(const struct kbtf *btf, const char *name, struct suggestion *near)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) == BTF_KIND_FUNC)
			suggest_consider(near, name, kbtf_name(btf, type));
	}
}

void inventory_consider_symbols(
	const struct kernel_symbols *symbols, const char *name, struct suggestion *near)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (symbol_is_function(&symbols->list[i]))
			suggest_consider(near, name, symbols->list[i].name);
	}
}

struct error *inventory_near_name(
	const struct kernel *kernel, const char *name, struct pool *pool, const char **ret)
{
	struct snapshot *helpers = snapshot_create();
	struct suggestion near = {0};
	struct error *error = helpers ? helpers_find(kernel, NULL, 0, helpers) : error_no_memory();

	*ret = NULL;
	if (!error)
		consider_helpers(helpers, name, &near);
	if (kernel->btf)
		consider_functions(kernel->btf, name, &near);
	for (size_t i = 0; i < kernel->module_cnt; i++)
		consider_functions(kernel->modules[i].btf, name, &near);
	if (kernel->symbols)
		inventory_consider_symbols(kernel->symbols, name, &near);
	if (!error && near.best && !(*ret = pool_strdup(pool, near.best)))
		error = error_no_memory();
	snapshot_destroy(helpers);
	return error;
}

/* The context of a section: probe names "kprobe", and not "kretprobe". */
static struct error *canonical(const char *section, struct pool *pool, const char **ret)
{
	char name[256];

	if (!context_canonical(section, name, sizeof(name)))
		return NULL;
	*ret = pool_strdup(pool, name);
	return *ret ? NULL : error_no_memory();
}

static struct error *near_context(
	const struct kernel *kernel, const char *name, struct pool *pool, const char **ret)
{
	struct probe_contexts contexts;
	const char *near = NULL;
	struct error *error = contexts_expand(kernel, NULL, 0, pool, &contexts);
	const char **names = error ? NULL : pool_calloc(pool, contexts.cnt, sizeof(*names));

	*ret = NULL;
	if (!error && !names)
		error = error_no_memory();
	for (size_t i = 0; !error && i < contexts.cnt; i++)
		names[i] = contexts.list[i].name;
	if (!error)
		*ret = near = context_near(name, names, contexts.cnt, pool);
	return error || !near ? error : canonical(near, pool, ret);
}

struct error *inventory_context_todo(
	const struct kernel *kernel, const char *name, struct pool *pool, const char **ret)
{
	const char *near;
	struct error *error = near_context(kernel, name, pool, &near);

	if (error)
		return error;
	*ret = near ? pool_printf(pool, "did you mean '%s'?", near)
		    : "kcompat probe --only contexts lists them";
	return *ret ? NULL : error_no_memory();
}
