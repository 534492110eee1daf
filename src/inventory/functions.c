/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory/inventory.h"
#include "util/embed.h"
#include "util/lines.h"
#include "btf/decl.h"
#include "kernel/kernel.h"
#include "util/glob.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

struct finder {
	const struct kernel *kernel;
	struct snapshot *snapshot;
	struct symbol_index *index; /* NULL: no symbols */
	const char **names;
	size_t name_cnt, name_cap, glob_cap;
};

static struct error *functions_add_name(struct finder *finder, const char *name, size_t len)
{
	struct pool *pool = &finder->snapshot->pool;
	const char **names = pool_grow(
		pool, finder->names, finder->name_cnt, &finder->name_cap, sizeof(*names));
	const char *copy = pool_intern(pool, name, len);

	if (!names || !copy)
		return error_no_memory();
	finder->names = names;
	names[finder->name_cnt++] = copy;
	return NULL;
}

struct error *functions_watched(struct pool *pool, const char ***ret, size_t *ret_cnt)
{
	const char **names = NULL;
	size_t cnt = 0, cap = 0, len;

	for (const char *at = embed_watch, *line; list_next_line(&at, &line, &len);) {
		names = pool_grow(pool, names, cnt, &cap, sizeof(*names));
		const char *name = names ? pool_strndup(pool, line, len) : NULL;
		if (!name)
			return error_no_memory();
		names[cnt++] = name;
	}
	*ret = names;
	*ret_cnt = cnt;
	return NULL;
}

static void functions_sort_unique(struct finder *finder)
{
	size_t kept = 0;

	if (finder->name_cnt)
		qsort(finder->names, finder->name_cnt, sizeof(*finder->names), compare_texts);
	for (size_t i = 0; i < finder->name_cnt; i++) {
		if (!kept || strcmp(finder->names[kept - 1], finder->names[i]))
			finder->names[kept++] = finder->names[i];
	}
	finder->name_cnt = kept;
}

static struct error *expand_by_types(
	struct finder *finder, const struct kbtf *btf, const char *pattern)
{
	struct error *error = NULL;

	for (uint32_t id = kbtf_first_id(btf); !error && id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		const char *name = kbtf_name(btf, type);
		if (kbtf_kind(type) == BTF_KIND_FUNC && glob_any(&pattern, 1, name))
			error = functions_add_name(finder, name, strlen(name));
	}
	return error;
}

static struct error *expand_by_btf(struct finder *finder, const char *pattern)
{
	const struct kernel *kernel = finder->kernel;
	struct error *error =
		kernel->btf ? expand_by_types(finder, kernel->btf, pattern) : NULL;

	for (size_t i = 0; i < kernel->module_cnt && !error; i++)
		error = expand_by_types(finder, kernel->modules[i].btf, pattern);
	for (size_t i = 0; i < finder->kernel->prototype_cnt && !error; i++) {
		const char *name = finder->kernel->prototypes[i].function;
		if (glob_any(&pattern, 1, name))
			error = functions_add_name(finder, name, strlen(name));
	}
	return error;
}

static struct error *expand_pattern(struct finder *finder, const char *pattern)
{
	const char **found;
	size_t cnt = 0;

	if (!glob_recognise(pattern))
		return functions_add_name(finder, pattern, strlen(pattern));
	struct error *error = expand_by_btf(finder, pattern);
	if (!error && finder->index)
		error = symbol_index_expand(
			finder->index, &finder->snapshot->pool, &pattern, 1, &found, &cnt);
	for (size_t i = 0; i < cnt && !error; i++)
		error = functions_add_name(finder, found[i], strlen(found[i]));
	return error;
}

/* The symbols of the function's base name, in the file's order. */
static const struct kernel_symbol *first_symbol(const struct finder *finder, const char *name)
{
	_cleanup_pool_ struct pool pool = {0};
	size_t len = symbol_base_length(name, NULL);
	const char *base = name[len] ? pool_strndup(&pool, name, len) : name;

	return finder->index && base ? symbol_index_first(finder->index, base) : NULL;
}

/* Is it a symbol of the name as it is written: with its compiler suffixes, if it has any? */
static bool is_meant(const struct kernel_symbol *symbol, const char *name)
{
	return !name[symbol_base_length(name, NULL)] || !strcmp(symbol->name, name);
}

static const struct kernel_symbol *next_meant(
	const struct finder *finder, const struct kernel_symbol *symbol, const char *name)
{
	/* jiffies, init_task: data */
	while (symbol && (!symbol_is_function(symbol) || !is_meant(symbol, name)))
		symbol = symbol_index_next(finder->index, symbol);
	return symbol;
}

/* Counts them first: most functions have one symbol, and there may be a million functions. */
static struct error *functions_take_symbols(struct finder *finder, struct snapshot_function *function)
{
	const char *name = function->name;
	const struct kernel_symbol *first = next_meant(finder, first_symbol(finder, name), name);
	size_t cnt = 0, same = 0;

	for (const struct kernel_symbol *symbol = first; symbol;
		symbol = next_meant(finder, symbol_index_next(finder->index, symbol), name))
		cnt++;
	if (!cnt)
		return NULL;
	function->symbols = pool_calloc(&finder->snapshot->pool, cnt, sizeof(*function->symbols));
	if (!function->symbols)
		return error_no_memory();
	for (const struct kernel_symbol *symbol = first; symbol;
		symbol = next_meant(finder, symbol_index_next(finder->index, symbol), name)) {
		function->symbols[function->symbol_cnt++] = (struct snapshot_symbol) {
			.name = symbol->name,
			.module = symbol->module ? symbol->module : "vmlinux",
			.type = symbol->type,
			.address = symbol->address,
		};
		same += !strcmp(symbol->name, name);
	}
	function->collision = same > 1;
	return NULL;
}

static struct error *functions_add_prototype(
	struct finder *finder, const char *prototype, struct snapshot_function *function, size_t *cap)
{
	struct pool *pool = &finder->snapshot->pool;
	const char **list = pool_grow(
		pool, function->prototypes, function->prototype_cnt, cap, sizeof(*list));
	const char *text = pool_strdup(pool, prototype);

	if (!list || !text)
		return error_no_memory();
	function->prototypes = list;
	list[function->prototype_cnt++] = text;
	return NULL;
}

static struct error *take_prototypes(
	struct finder *finder, const struct kbtf *btf, struct snapshot_function *function, size_t *cap)
{
	uint32_t id = kbtf_find(btf, function->name, BTF_KIND_FUNC);
	struct error *error = NULL;

	for (; id >= kbtf_first_id(btf) && !error; id = kbtf_find_next(btf, id)) {
		_cleanup_buf_ struct buf prototype = {0};
		kbtf_print_func(btf, id, &prototype);
		error = functions_add_prototype(finder, buf_text(&prototype), function, cap);
	}
	return error;
}

/* Adds the prototypes of modules whose BTF is not in memory. */
static struct error *take_kept_prototypes(
	struct finder *finder, struct snapshot_function *function, size_t *cap)
{
	const struct kernel *kernel = finder->kernel;
	struct error *error = NULL;

	for (size_t i = kernel_first_prototype(kernel, function->name);
		i < kernel->prototype_cnt && !error &&
		!strcmp(kernel->prototypes[i].function, function->name);
		i++)
		error = functions_add_prototype(finder, kernel->prototypes[i].text, function, cap);
	return error;
}

static struct error *take_all_prototypes(struct finder *finder, struct snapshot_function *function)
{
	const struct kernel *kernel = finder->kernel;
	size_t cap = 0;
	struct error *error =
		kernel->btf ? take_prototypes(finder, kernel->btf, function, &cap) : NULL;

	for (size_t i = 0; i < kernel->module_cnt && !error; i++)
		error = take_prototypes(finder, kernel->modules[i].btf, function, &cap);
	return error ? error : take_kept_prototypes(finder, function, &cap);
}

static enum tristate listed(const char **names, size_t cnt, const char *name)
{
	if (!names)
		return TRISTATE_UNKNOWN;
	return names_count(names, cnt, name) ? TRISTATE_YES : TRISTATE_NO;
}

/* Why a name may be a function although it is not in the symbols; NULL: it is not a function. */
static const char *functions_doubt(struct finder *finder, const char *name)
{
	const struct kernel *kernel = finder->kernel;
	const struct kernel_symbols *symbols = kernel->symbols;

	if (!symbols)
		return kernel->symbols_missing ? kernel->symbols_missing : "the symbols were not read";
	if (symbols->odd_lines)
		return "not in the symbols, but some symbols could not be read";
	if (symbols->cut)
		return "not in the symbols, but they are truncated";
	if (symbols->modules_missing)
		return pool_printf(&finder->snapshot->pool, "not in the kernel itself; %s",
			symbols->modules_missing);
	if (symbols->module_filter && !symbol_filter_wants(symbols->module_filter, name))
		return "not in the kernel itself; the symbols of its modules were not searched";
	return NULL;
}

static const char *where_looked(const struct kernel *kernel)
{
	return kernel->symbols->module_filter
		? "neither in the kernel's symbols nor in those of its modules"
		: kernel->btf ? "neither in kallsyms nor in BTF"
			      : "not in kallsyms";
}

/* What holds for the names that match a glob and were not found. */
static struct error *conclude_glob(struct finder *finder, const char *pattern)
{
	struct snapshot *snapshot = finder->snapshot;
	struct snapshot_function_glob *list = pool_grow(&snapshot->pool, snapshot->function_globs,
		snapshot->function_glob_cnt, &finder->glob_cap, sizeof(*list));
	const char *glob = pool_strdup(&snapshot->pool, pattern);
	const char *doubt = functions_doubt(finder, pattern);

	if (!list || !glob)
		return error_no_memory();
	snapshot->function_globs = list;
	list[snapshot->function_glob_cnt++] = (struct snapshot_function_glob) {
		.glob = glob,
		.state = doubt ? "unknown" : "absent",
		.reason = doubt ? doubt : where_looked(finder->kernel),
	};
	return NULL;
}

static void conclude_state(struct finder *finder, struct snapshot_function *function)
{
	const struct kernel *kernel = finder->kernel;
	const char *reason;
	bool plain = false;

	for (size_t i = 0; i < function->symbol_cnt; i++)
		plain |= !strcmp(function->symbols[i].name, function->name);
	if (function->symbol_cnt || function->prototype_cnt) {
		function->state = "present";
		if (function->symbol_cnt && !plain)
			function->reason = "only under names the compiler changed";
		else if (!function->symbol_cnt && kernel->symbols)
			function->reason = functions_doubt(finder, function->name)
				? "in BTF only; no symbol of that name was found"
				: "in BTF only; no symbol of that name, so no fentry program and no kprobe "
				  "can attach to it";
	} else if ((reason = functions_doubt(finder, function->name))) {
		function->state = "unknown";
		function->reason = reason;
	} else {
		function->state = "absent";
		function->reason = symbol_index_first(finder->index, function->name)
			? "the symbol of that name is data, not a function"
			: where_looked(kernel);
	}
}

static struct error *functions_describe(struct finder *finder, struct snapshot_function *function)
{
	const struct kernel *kernel = finder->kernel;
	struct error *error = functions_take_symbols(finder, function);

	if (!error)
		error = take_all_prototypes(finder, function);
	if (error)
		return error;
	function->traceable = listed(kernel->traceable, kernel->traceable_cnt, function->name);
	function->kprobe_blacklisted =
		listed(kernel->kprobe_blacklist, kernel->kprobe_blacklist_cnt, function->name);
	conclude_state(finder, function);
	return NULL;
}

static struct error *inventory_functions_find(struct finder *finder, const char *const *names, size_t name_cnt)
{
	struct snapshot *snapshot = finder->snapshot;
	const char **watched = NULL;
	size_t watched_cnt = 0;
	struct error *error =
		name_cnt ? NULL : functions_watched(&snapshot->pool, &watched, &watched_cnt);

	for (size_t i = 0; i < watched_cnt && !error; i++)
		error = expand_pattern(finder, watched[i]);
	for (size_t i = 0; i < name_cnt && !error; i++)
		error = expand_pattern(finder, names[i]);
	for (size_t i = 0; i < name_cnt && !error; i++)
		error = glob_recognise(names[i]) ? conclude_glob(finder, names[i]) : NULL;
	if (error)
		return error;
	functions_sort_unique(finder);
	snapshot->functions = pool_calloc(
		&snapshot->pool, finder->name_cnt, sizeof(*snapshot->functions));
	if (!snapshot->functions)
		return error_no_memory();
	for (size_t i = 0; i < finder->name_cnt && !error; i++) {
		snapshot->functions[i].name = finder->names[i];
		error = functions_describe(finder, &snapshot->functions[i]);
		snapshot->function_cnt++;
	}
	return error;
}

struct error *functions_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot)
{
	struct finder finder = {.kernel = kernel, .snapshot = snapshot};
	struct error *error =
		kernel->symbols ? symbol_index_create(kernel->symbols, &finder.index) : NULL;

	if (!error)
		error = inventory_functions_find(&finder, names, name_cnt);
	symbol_index_destroy(finder.index);
	return error;
}
