/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/require_kernels.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "util/array.h"
#include "util/glob.h"
#include "util/reading.h"
#include "util/sort.h"
#include "util/version.h"

/* Words of requirements that the environment or the configuration of a kernel answers. */
static bool asks_environment(const struct words *words)
{
	static const char *const kinds[] = {"active", "cap", "config", "sysctl"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (words->cnt &&
			bsearch(&kinds[i], words->list, words->cnt, sizeof(*words->list), compare_texts))
			return true;
	}
	return false;
}

/* A size: several options, which no requirement names, tell that of a page. */
static bool asks_size(const struct words *words)
{
	for (size_t i = 0; i < words->cnt; i++) {
		if (isdigit((unsigned char)*words->list[i]))
			return true;
	}
	return false;
}

/* Is it a snapshot, or a stream, which can only be one? What does not exist is named as a file. */
static bool is_snapshot(const char *path)
{
	struct stat status;

	return !strcmp(path, "-") || kernels_recognise(path) ||
		(!stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

/* Whether a function can be attached to is read from the code, which takes a second. */
static bool asks_about_functions(const struct history_wanted *wanted)
{
	for (size_t i = 0; i < wanted->name_cnt; i++) {
		if (!strcmp(wanted->names[i], "attach"))
			return true;
	}
	return false;
}

/* An image is scanned for all its names. Its files stay open: they have the types. */
static struct error *open_file(
	struct opened *opened, const char *path, const struct history_wanted *wanted)
{
	const struct history_wanted all = {0};
	const struct history_wanted functions = {.names = wanted->names, .name_cnt = wanted->name_cnt};

	/* The types of a kernel may be asked, and a store has nothing else that takes long. */
	opened->whole_stores = true;
	if (opened_is_store(path))
		return opened_add_store(opened, path, &functions);
	if (opened_is_fleet(path))
		return opened_add_fleet(opened, path, wanted);
	if (kernels_holds_several(path) || is_snapshot(path))
		return kernels_add(&opened->kernels, path, wanted);
	struct error *error = opened_add_image(
		opened, path, asks_about_functions(wanted) ? &functions : &all);
	return error && error->code == ERROR_INPUT ? error_prefix(error, "not a snapshot") : error;
}

/* What a load showed comes before what an image lets expect. */
static struct error *open_paths(struct opened *opened, const struct shipped_paths *paths,
	const struct history_wanted *wanted)
{
	return kernels_add(
		&opened->kernels, paths->probed ? paths->probed : paths->predicted, wanted);
}

static struct error *open_named(
	struct opened *opened, const char *word, bool alone, const struct history_wanted *wanted)
{
	struct shipped_paths paths;

	if (shipped_file(&opened->kernels.pool, word, &paths))
		return open_paths(opened, &paths, wanted);
	if (!alone || glob_recognise(word))
		return shipped_add_named(&opened->kernels, word, wanted);
	struct error *error = shipped_choose(&opened->kernels.pool, word, &paths);
	if (!error)
		return open_paths(opened, &paths, wanted);
	/* Nothing settles which one is meant, so all are. */
	if (error->code != ERROR_USAGE)
		return error;
	error_free(error);
	return shipped_add_named(&opened->kernels, word, wanted);
}

struct error *require_open(
	struct opened *opened, const char *word, bool alone, const struct words *words)
{
	static const char *const none[] = {NULL};
	const char *path;
	/* Without a word, no name is wanted, instead of all. */
	const struct history_wanted wanted = {
		.names = words->cnt ? words->list : none, .name_cnt = words->cnt, .lists = true};

	switch (kernel_word_of(word)) {
	case KERNEL_WORD_NAME:
		return open_named(opened, word, alone, &wanted);
	case KERNEL_WORD_SHIPPED:
		return shipped_add(&opened->kernels, &wanted, true);
	default:
		path = opened_path(&opened->kernels.pool, word);
		if (!path)
			return error_no_memory();
		reading_begin(path);
		return reading_end(path, open_file(opened, word, &wanted));
	}
}

/* A gate must not open because a file could not be read. */
static struct error *check_problems(const struct kernels *kernels)
{
	if (!kernels->problem_cnt)
		return NULL;
	for (size_t i = 0; i + 1 < kernels->problem_cnt; i++)
		cli_say("%s", kernels->problems[i]);
	return error_create(ERROR_INPUT, NULL, "%s", kernels->problems[kernels->problem_cnt - 1]);
}

/* Of the entries whose snapshots are asked. */
static struct error *read_environments(const struct kernels *kernels, const struct words *words,
	const struct require_kernel *list, size_t cnt)
{
	const char *const *options = asks_size(words) ? NULL : words->list;
	struct error *error = NULL;

	for (size_t i = 0; i < kernels->cnt && !error; i++) {
		const struct kernel_entry *entry = &kernels->list[i];
		size_t at = 0;
		while (at < cnt && list[at].scope.snapshot != entry->snapshot)
			at++;
		if (at < cnt)
			error = kernels_read_environment(entry, options, words->cnt);
	}
	return error;
}

/* The row with the same kernel from the other kind of source; NULL: none. */
static struct require_kernel *find_other(
	struct require_kernel *list, size_t cnt, const struct kernel_entry *entry)
{
	for (size_t i = 0; i < cnt; i++) {
		const struct snapshot *snapshot = list[i].scope.snapshot;
		if (!strcmp(list[i].name, entry->name) &&
			snapshot_is_scanned(snapshot) != snapshot_is_scanned(entry->snapshot) &&
			history_is_same_build(&snapshot->kernel, &entry->snapshot->kernel))
			return &list[i];
	}
	return NULL;
}

static struct error *fill_row(const struct opened *opened, const struct kernel *live,
	struct pool *pool, const struct kernel_entry *entry, struct require_kernel *ret)
{
	struct kernel_name name;

	if (!kernel_name_read(pool, &entry->snapshot->kernel, &name))
		return error_no_memory();
	*ret = (struct require_kernel) {
		.name = entry->name,
		.version = name.version,
		.arch = name.arch,
		.flavor = name.flavor,
		.scope =
			{
				.snapshot = entry->snapshot,
				.kernel = entry->live ? live : NULL,
				.files = entry->live ? live : opened_files(opened, entry->snapshot),
			},
	};
	return NULL;
}

static int compare_rows(const void *a, const void *b)
{
	const struct require_kernel *left = a, *right = b;
	int order = order_numbers(version_parse(left->version), version_parse(right->version));

	if (!order)
		order = strcmp(left->arch, right->arch);
	if (!order)
		order = strcmp(left->flavor, right->flavor);
	return order ? order : strcmp(left->name, right->name);
}

static int compare_names(const void *a, const void *b)
{
	const struct require_kernel *const *left = a, *const *right = b;
	int order = strcmp((*left)->name, (*right)->name);

	return order ? order : order_numbers((uintptr_t)*left, (uintptr_t)*right);
}

/* Kernels of one file, and of files with one name, are counted: "hosts:1", "hosts:2". */
static struct error *name_rows_apart(struct require_kernel *list, size_t cnt, struct pool *pool)
{
	struct require_kernel **sorted = pool_calloc(pool, cnt, sizeof(*sorted));

	if (!sorted)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++)
		sorted[i] = &list[i];
	qsort(sorted, cnt, sizeof(struct require_kernel *), compare_names);
	for (size_t first = 0, next; first < cnt; first = next) {
		const char *name = sorted[first]->name;
		next = first + 1;
		while (next < cnt && !strcmp(sorted[next]->name, name))
			next++;
		for (size_t i = first; i < next && next - first > 1; i++) {
			sorted[i]->name = pool_printf(pool, "%s:%zu", name, i - first + 1);
			if (!sorted[i]->name)
				return error_no_memory();
		}
	}
	return NULL;
}

struct error *require_list_kernels(const struct opened *opened, const struct kernel *live,
	const struct words *words, struct pool *pool, struct require_kernel **ret, size_t *ret_cnt)
{
	const struct kernels *kernels = &opened->kernels;
	struct require_kernel *list = pool_calloc(pool, kernels->cnt + 1, sizeof(*list));
	struct error *error = list ? check_problems(kernels) : error_no_memory();
	size_t cnt = 0;

	for (size_t i = 0; i < kernels->cnt && !error; i++) {
		const struct kernel_entry *entry = &kernels->list[i];
		struct require_kernel *other = find_other(list, cnt, entry);
		if (!other)
			error = fill_row(opened, live, pool, entry, &list[cnt++]);
		else if (!snapshot_is_scanned(entry->snapshot))
			error = fill_row(opened, live, pool, entry, other);
	}
	if (!error && !cnt)
		error = error_create(ERROR_NOT_FOUND, NULL, "no kernels found");
	if (!error)
		error = name_rows_apart(list, cnt, pool);
	if (!error && (asks_environment(words) || asks_size(words)))
		error = read_environments(kernels, words, list, cnt);
	if (error)
		return error;
	qsort(list, cnt, sizeof(*list), compare_rows);
	*ret = list;
	*ret_cnt = cnt;
	return NULL;
}

static struct error *ask_with_types(struct opened *opened, const struct words *words,
	enum require_unknown on_unknown, bool symbols, struct require_matrix *matrix, size_t at)
{
	const struct history_wanted wanted = {.names = words->list, .name_cnt = words->cnt};
	struct require_kernel *row = &matrix->kernels[at];
	const struct kernel_entry *entry = opened_entry(opened, row->scope.snapshot);
	struct opened_types types = {0};
	struct error *error = entry ? opened_find_types(opened, entry->snapshot, &wanted,
					      symbols, &types)
				    : NULL;

	row->scope.types = types.kernel;
	if (!error)
		error = require_matrix_evaluate(matrix, at, on_unknown);
	if (!error)
		error = kernel_types_check(types.kernel);
	if (!error)
		error = require_answer_own(matrix->list, &row->answer);
	row->scope.types = NULL;
	opened_types_drop(&types);
	return error;
}

struct error *require_ask_kernels(struct opened *opened, const struct words *words,
	enum require_unknown on_unknown, struct require_matrix *matrix)
{
	bool asks_types = require_asks_types(matrix->list) || require_asks_functions(matrix->list);
	struct require_needs needs = {0};
	struct error *error = require_needs(matrix->list, &needs);
	bool symbols = !error && needs.symbols;

	require_needs_deinit(&needs);
	for (size_t i = 0; i < matrix->cnt && !error; i++) {
		const struct kernel *files = matrix->kernels[i].scope.files;
		error = asks_types && !files
			? ask_with_types(opened, words, on_unknown, symbols, matrix, i)
			: require_matrix_evaluate(matrix, i, on_unknown);
		if (!error)
			error = kernel_types_check(files);
	}
	if (!error)
		require_matrix_conclude(matrix);
	return error;
}
