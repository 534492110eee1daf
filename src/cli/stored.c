/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels of a store (store/store.h) on a command line. */
#include <stdlib.h>
#include <string.h>

#include "cli/kernels.h"
#include "inventory/inventory.h"
#include "util/file.h"
#include "util/reading.h"

#define SUFFIX ".kts"

void opened_store_deinit(struct opened_store *opened)
{
	for (size_t i = 0; i < opened->kernel_cnt; i++) {
		kernel_deinit(opened->kernels[i]);
		free(opened->kernels[i]);
	}
	free(opened->kernels);
	free(opened->numbers);
	store_close(opened->callers);
	store_close(opened->store);
}

/* The callers of functions lie in a file beside the store, if there is one. */
static struct error *open_store(const char *path, struct store **ret, struct store **callers)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *beside = store_callers_path(&pool, path);
	struct error *error = store_open(path, ret);

	if (!error && !beside)
		error = error_no_memory();
	if (!error && file_exists("", beside))
		error = error_prefix(store_open(beside, callers), "%s", beside);
	return error;
}

/* The NAME of "STORE.kts:NAME"; NULL: the word is a path alone. */
static const char *name_in_store(const char *word)
{
	const char *colon = strstr(word, SUFFIX ":");

	return colon && !file_exists("", word) ? colon + strlen(SUFFIX ":") : NULL;
}

bool opened_is_store(const char *word)
{
	return strcmp(word, "-") && (name_in_store(word) || store_recognise(word));
}

const char *opened_path(struct pool *pool, const char *word)
{
	const char *name = name_in_store(word);
	size_t len = name ? (size_t)(name - word) - 1 : opened_fleet_path_length(word);

	return word[len] ? pool_strndup(pool, word, len) : word;
}

/* Adds what the store knows of these functions besides symbols and prototypes. */
static struct error *add_facts(const struct opened_store *from, size_t number, struct snapshot *snapshot)
{
	const char **names = pool_calloc(&snapshot->pool, snapshot->function_cnt, sizeof(*names));
	struct kernel_functions *functions = NULL;

	if (!names)
		return error_no_memory();
	for (size_t i = 0; i < snapshot->function_cnt; i++)
		names[i] = snapshot->functions[i].name;
	struct error *error = store_load_facts(
		from->store, from->callers, number, names, snapshot->function_cnt, &functions);
	if (error || !functions)
		return error;
	for (size_t i = 0; i < functions->cnt; i++) {
		const struct snapshot_function *function =
			snapshot_find_function(snapshot, functions->list[i].name);
		if (function && function->prototype_cnt == 1)
			functions->list[i].prototype = function->prototypes[0];
	}
	if (!snapshot_take_functions(snapshot, functions))
		error = error_no_memory();
	pool_adopt(&snapshot->pool, &functions->pool);
	kernel_functions_destroy(functions);
	return error;
}

/* A store has no answers about programs, so what it lacks is unknown, not absent. */
static struct error *describe(const struct opened_store *from, size_t number, const struct kernel *kernel,
	const struct history_wanted *wanted, struct snapshot *ret)
{
	if (!snapshot_take_kernel(ret, kernel, "scanned") || !snapshot_add_fact(ret, "store") ||
		!snapshot_add_fact(ret, "filtered"))
		return error_no_memory();
	struct error *error =
		functions_find(kernel, wanted->names, wanted->names ? wanted->name_cnt : 0, ret);
	return error ? error : add_facts(from, number, ret);
}

static struct error *add_kernel(struct opened *opened, struct opened_store *from, size_t number,
	const struct history_wanted *wanted)
{
	const char *name = store_kernel(from->store, number)->name;
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	struct snapshot *snapshot = snapshot_create();
	struct error *error = kernel && snapshot ? NULL : error_no_memory();

	if (!error)
		error = opened->whole_stores
			? store_load_on_demand(from->store, number, true, kernel)
			: store_load_functions(from->store, number, wanted->names,
				  wanted->names ? wanted->name_cnt : 0, kernel);
	if (!error)
		error = describe(from, number, kernel, wanted, snapshot);
	if (kernel) {
		from->numbers[from->kernel_cnt] = number;
		from->kernels[from->kernel_cnt++] = kernel;
	}
	if (error) {
		snapshot_destroy(snapshot);
		return error;
	}
	error = kernels_add_snapshot(&opened->kernels, name, snapshot, false);
	if (error)
		return error;
	struct kernel_entry *entry = &opened->kernels.list[opened->kernels.cnt - 1];
	entry->store = from->store;
	entry->store_number = number;
	return NULL;
}

/* A kfunc or a helper of some kernel: it has better answers than its prototype. */
static bool is_call(const struct opened *opened, const char *name)
{
	const struct kernels *kernels = &opened->kernels;

	for (size_t i = 0; i < kernels->cnt; i++) {
		if (snapshot_find_kfunc(kernels->list[i].snapshot, name) ||
			snapshot_find_helper(kernels->list[i].snapshot, name))
			return true;
	}
	return false;
}

static bool is_wanted(const struct store *store, size_t number, const char *name)
{
	const struct store_kernel *kernel = store_kernel(store, number);
	struct kernel model = {0};

	if (!name)
		return true;
	store_identify(kernel, &model);
	bool called = kernel_is_called(kernel->name, &model.identity, name);
	kernel_deinit(&model);
	return called;
}

static struct error *no_such_kernel(const struct store *store, const char *path, const char *name)
{
	_cleanup_buf_ struct buf names = {0};

	for (size_t i = 0; i < store_kernel_cnt(store); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", store_kernel(store, i)->name);
	if (!names.len)
		return error_create(ERROR_NOT_FOUND, "add some with kcompat scan --store", "%s: no kernel in it", path);
	return error_create(
		ERROR_NOT_FOUND, NULL, "%s: no kernel %s in it; it has %s", path, name, buf_text(&names));
}

static struct error *add_kernels(struct opened *opened, struct opened_store *from, const char *path,
	const char *name, const struct history_wanted *wanted)
{
	size_t cnt = store_kernel_cnt(from->store);
	struct error *error = NULL;

	from->kernels = calloc(cnt + 1, sizeof(struct kernel *));
	from->numbers = calloc(cnt + 1, sizeof(*from->numbers));
	if (!from->kernels || !from->numbers)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++) {
		if (is_wanted(from->store, i, name))
			error = add_kernel(opened, from, i, wanted);
	}
	if (!error && !from->kernel_cnt)
		error = no_such_kernel(from->store, path, name);
	return error;
}

struct error *opened_add_store(
	struct opened *opened, const char *word, const struct history_wanted *wanted)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *path = opened_path(&pool, word);
	struct opened_store *stores =
		reallocarray(opened->stores, opened->store_cnt + 1, sizeof(*stores));

	if (stores)
		opened->stores = stores;
	if (!stores || !path)
		return error_no_memory();
	struct opened_store *from = &stores[opened->store_cnt++];
	*from = (struct opened_store) {0};
	reading_begin(path);
	struct error *error = open_store(path, &from->store, &from->callers);
	return reading_end(path,
		error ? error : add_kernels(opened, from, path, name_in_store(word), wanted));
}

/* *ret NULL: none is shipped. */
static struct error *open_shipped(struct opened *opened, struct opened_store **ret, const char **path)
{
	struct pool *pool = &opened->kernels.pool;
	const char *shipped = kernels_shipped(pool);
	struct opened_store *stores;

	*ret = NULL;
	*path = shipped ? shipped_store(pool, shipped) : NULL;
	if (!*path || !file_exists("", *path))
		return NULL;
	stores = reallocarray(opened->stores, opened->store_cnt + 1, sizeof(*stores));
	if (!stores)
		return error_no_memory();
	opened->stores = stores;
	*ret = &stores[opened->store_cnt++];
	**ret = (struct opened_store) {0};
	return error_prefix(open_store(*path, &(*ret)->store, &(*ret)->callers), "%s", *path);
}

struct error *opened_add_shipped_store(
	struct opened *opened, const char *name, const struct history_wanted *wanted)
{
	struct opened_store *from = NULL;
	const char *path;
	struct error *error =
		opened->with_shipped_store ? open_shipped(opened, &from, &path) : NULL;

	if (error || !from)
		return error;
	const char **names = pool_calloc(&opened->kernels.pool, wanted->name_cnt + 1, sizeof(*names));
	size_t cnt = 0;
	if (!names)
		return error_no_memory();
	for (size_t i = 0; wanted->names && i < wanted->name_cnt; i++) {
		if (!is_call(opened, wanted->names[i]))
			names[cnt++] = wanted->names[i];
	}
	/* No name would mean the functions of the watch list. */
	if (!cnt)
		names[cnt++] = "";
	const struct history_wanted functions = {.names = names, .name_cnt = cnt};
	error = add_kernels(opened, from, path, name, &functions);
	/* A store may lack a kernel that has a snapshot. */
	if (error && error->code == ERROR_NOT_FOUND) {
		error_free(error);
		error = NULL;
	}
	return error;
}

static bool is_text(const char *text, const char *other)
{
	return *text && other && !strcmp(text, other);
}

/* By BTF; a kernel without it by what uname(2) says. */
static bool is_same_build(const struct store_kernel *kernel, const struct kernel_identity *identity)
{
	if (*kernel->btf_sha256 || identity->btf_sha256)
		return is_text(kernel->btf_sha256, identity->btf_sha256);
	return kernel->no_btf && is_text(kernel->release, identity->release) &&
		is_text(kernel->version, identity->version) && is_text(kernel->machine, identity->machine);
}

/*
 * Appends the functions that the snapshot does not have, and gives the others their facts: both are about one
 * build. What a probe has observed of them stays.
 */
static struct error *merge_functions(struct snapshot *snapshot, const struct snapshot *found)
{
	struct snapshot_function *list = pool_calloc(
		&snapshot->pool, snapshot->function_cnt + found->function_cnt, sizeof(*list));
	size_t cnt = snapshot->function_cnt;

	if (!list)
		return error_no_memory();
	for (size_t i = 0; i < snapshot->function_cnt; i++) {
		const struct snapshot_function *other =
			snapshot_find_function(found, snapshot->functions[i].name);
		list[i] = snapshot->functions[i];
		if (other && other->facts)
			list[i].facts = other->facts;
	}
	for (size_t i = 0; i < found->function_cnt; i++) {
		if (!snapshot_find_function(snapshot, found->functions[i].name))
			list[cnt++] = found->functions[i];
	}
	snapshot->functions = list;
	snapshot->function_cnt = cnt;
	if (found->function_sources)
		snapshot->function_sources = found->function_sources;
	qsort(list, cnt, sizeof(*list), snapshot_compare_functions);
	return NULL;
}

static struct error *add_functions(const struct opened_store *from, size_t number,
	const struct kernel *kernel, const struct history_wanted *wanted, struct snapshot *snapshot)
{
	struct snapshot *found = snapshot_create();
	struct error *error = found ? describe(from, number, kernel, wanted, found) : error_no_memory();

	if (!error)
		error = merge_functions(snapshot, found);
	if (!error)
		pool_adopt(&snapshot->pool, &found->pool);
	snapshot_destroy(found);
	return error;
}

static struct error *add_named_functions(const struct opened_store *from, size_t number,
	const struct kernel *kernel, const struct history_wanted *wanted, struct snapshot *snapshot)
{
	struct kernel named = {.btf = kernel->btf,
		.btf_absent = kernel->btf_absent,
		.btf_missing = kernel->btf_missing};
	struct error *error =
		store_find_symbols(from->store, number, wanted->names, wanted->name_cnt, &named);

	if (!error)
		error = add_functions(from, number, &named, wanted, snapshot);
	/* The functions borrow the names of their symbols. */
	pool_adopt(&snapshot->pool, &named.pool);
	return error;
}

static struct error *load_types(const struct opened_store *from, size_t number, bool symbols,
	const struct history_wanted *wanted, struct snapshot *snapshot, struct opened_types *types)
{
	types->kernel = calloc(1, sizeof(*types->kernel));
	if (!types->kernel)
		return error_no_memory();
	struct error *error = store_load_on_demand(from->store, number, symbols, types->kernel);
	types->snapshot = snapshot;
	types->functions = snapshot->functions;
	types->function_cnt = snapshot->function_cnt;
	types->function_sources = snapshot->function_sources;
	return error ? error
		     : add_named_functions(from, number, types->kernel, wanted, snapshot);
}

struct error *opened_shipped_types(struct opened *opened, const struct store **ret)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *shipped = kernels_shipped(&pool);
	const char *path = shipped ? shipped_store(&pool, shipped) : NULL;
	struct error *error = NULL;

	if (!opened->shipped_types && path && file_exists("", path))
		error = error_prefix(
			open_store(path, &opened->shipped_types, &opened->shipped_callers), "%s", path);
	*ret = opened->shipped_types;
	return error;
}

struct error *opened_find_build(struct opened *opened, const struct snapshot *snapshot,
	const struct store **ret, size_t *number, bool *found)
{
	struct error *error = opened_shipped_types(opened, ret);
	size_t at = 0, cnt = error || !*ret ? 0 : store_kernel_cnt(*ret);

	while (at < cnt && !is_same_build(store_kernel(*ret, at), &snapshot->kernel))
		at++;
	*number = at;
	*found = at < cnt;
	return error;
}

struct error *opened_find_types(struct opened *opened, struct snapshot *snapshot,
	const struct history_wanted *wanted, bool symbols, struct opened_types *ret)
{
	const struct store *store;
	size_t number;
	bool found;
	struct error *error = opened_find_build(opened, snapshot, &store, &number, &found);
	const struct opened_store from = {
		.store = opened->shipped_types, .callers = opened->shipped_callers};

	return found ? error_prefix(load_types(&from, number, symbols, wanted, snapshot, ret),
			       "the shipped types")
		     : error;
}

struct error *kernel_types_check(const struct kernel *files)
{
	return files ? kbtf_take_error(files->btf) : NULL;
}

void opened_types_drop(struct opened_types *types)
{
	if (!types)
		return;
	if (types->snapshot) {
		types->snapshot->functions = types->functions;
		types->snapshot->function_cnt = types->function_cnt;
		types->snapshot->function_sources = types->function_sources;
	}
	if (types->kernel)
		kernel_deinit(types->kernel);
	free(types->kernel);
	*types = (struct opened_types) {0};
}

const struct kernel_entry *opened_entry(const struct opened *opened, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < opened->kernels.cnt; i++) {
		if (opened->kernels.list[i].snapshot == snapshot)
			return &opened->kernels.list[i];
	}
	return NULL;
}

const struct kernel *opened_files_of_store(
	const struct opened *opened, const struct snapshot *snapshot)
{
	const struct kernel_entry *entry = opened_entry(opened, snapshot);

	if (!entry || !entry->store)
		return NULL;
	for (size_t i = 0; i < opened->store_cnt; i++) {
		const struct opened_store *store = &opened->stores[i];
		for (size_t k = 0; k < store->kernel_cnt && store->store == entry->store; k++) {
			if (store->numbers[k] == entry->store_number)
				return store->kernels[k];
		}
	}
	return NULL;
}
