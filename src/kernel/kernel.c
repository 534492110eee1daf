/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

void kernel_deinit(struct kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < kernel->module_cnt; i++)
		kbtf_destroy(kernel->modules[i].btf);
	kbtf_destroy(kernel->btf);
	pool_destroy(&kernel->pool);
	*kernel = (struct kernel) {0};
}

int kernel_compare_modules(const void *a, const void *b)
{
	return strcmp(
		((const struct kernel_module *)a)->name, ((const struct kernel_module *)b)->name);
}

static int compare_option(const void *name, const void *option)
{
	return strcmp(name, ((const struct kernel_config_option *)option)->name);
}

const char *kernel_config_find(
	const struct kernel_config_option *options, size_t cnt, const char *name)
{
	const struct kernel_config_option *option =
		cnt ? bsearch(name, options, cnt, sizeof(*option), compare_option) : NULL;

	return option ? option->value : NULL;
}

const char *kernel_config_value(const struct kernel *kernel, const char *name)
{
	return kernel_config_find(kernel->config, kernel->config_cnt, name);
}

size_t kernel_first_prototype(const struct kernel *kernel, const char *function)
{
	size_t low = 0, high = kernel->prototype_cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(kernel->prototypes[middle].function, function) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool kernel_has_capability(const struct kernel *kernel, const char *name)
{
	if (kernel->environment.in_user_namespace && !kernel->environment.has_token)
		return false;
	for (size_t i = 0; i < kernel->environment.capability_cnt; i++) {
		if (!strcmp(kernel->environment.capabilities[i], name))
			return true;
	}
	return false;
}

static bool symbol_is_there(const struct kernel_symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (symbol_base_equals(symbols->list[i].name, name))
			return true;
	}
	return false;
}

bool kernel_symbols_are_whole(const struct kernel_symbols *symbols)
{
	return !symbols->odd_lines && !symbols->cut;
}

enum tristate kernel_has_function(const struct kernel *kernel, const char *name, const char *control)
{
	if (!name)
		return TRISTATE_UNKNOWN;
	if (kernel->btf && kbtf_find(kernel->btf, name, BTF_KIND_FUNC))
		return TRISTATE_YES;
	/* BTF leaves out functions whose arguments were optimised away. Symbols have them. */
	if (kernel->symbols && symbol_is_there(kernel->symbols, name))
		return TRISTATE_YES;
	if (kernel->symbols && !kernel_symbols_are_whole(kernel->symbols))
		return TRISTATE_UNKNOWN;
	if (kernel->symbols && symbol_is_there(kernel->symbols, control))
		return TRISTATE_NO;
	if (kernel->btf && kbtf_find(kernel->btf, control, BTF_KIND_FUNC))
		return TRISTATE_NO;
	return TRISTATE_UNKNOWN;
}

enum tristate kernel_has_lsm(const struct kernel *kernel, const char *name)
{
	const struct kernel_environment *environment = &kernel->environment;

	if (!environment->lsm)
		return TRISTATE_UNKNOWN;
	for (size_t i = 0; i < environment->lsm_cnt; i++) {
		if (!strcmp(environment->lsm[i], name))
			return TRISTATE_YES;
	}
	return TRISTATE_NO;
}

void kernel_add_limit(struct kernel *kernel, const char *what, const char *remedy)
{
	struct kernel_environment *environment = &kernel->environment;

	for (size_t i = 0; i < environment->limit_cnt; i++) {
		if (!strcmp(environment->limits[i].what, what))
			return;
	}
	struct kernel_limit *limits = pool_grow(&kernel->pool, environment->limits,
		environment->limit_cnt, &environment->limit_cap, sizeof(*limits));
	struct kernel_limit limit = {
		.what = pool_strdup(&kernel->pool, what),
		.remedy = pool_strdup(&kernel->pool, remedy),
	};
	if (!limits || !limit.what)
		return;
	limits[environment->limit_cnt++] = limit;
	environment->limits = limits;
}
