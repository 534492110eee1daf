/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/shipped.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "util/buf.h"
#include "util/file.h"
#include "util/suggest.h"
#include "util/version.h"

#define LIST_HINT "kcompat kernels lists those that are shipped"

const char *shipped_probed(struct pool *pool, const char *shipped)
{
	return pool_printf(pool, "%s/../probed", shipped);
}

const char *shipped_store(struct pool *pool, const char *shipped)
{
	return pool_printf(pool, "%s/../kernels.kts", shipped);
}

const char *shipped_checks(struct pool *pool, const char *shipped)
{
	return pool_printf(pool, "%s/../checks", shipped);
}

struct error *shipped_add(struct kernels *kernels, const struct history_wanted *wanted, bool needed)
{
	const char *path = kernels_shipped(&kernels->pool);
	const char *probed = path ? shipped_probed(&kernels->pool, path) : NULL;

	if (!path && needed)
		return error_create(ERROR_NOT_FOUND,
			"set KCOMPAT_DATA, or name kernels with --kernel",
			"no shipped snapshots found beside this program");
	if (!path)
		return NULL;
	struct error *error = kernels_add(kernels, path, wanted);
	if (!error && probed && kernels_recognise(probed))
		error = kernels_add(kernels, probed, wanted);
	return error;
}

void shipped_deinit(struct shipped *shipped)
{
	if (shipped)
		kernels_deinit(&shipped->kernels);
}

const struct kernel_entry *shipped_first(const struct shipped_kernel *kernel)
{
	return kernel->predicted ? kernel->predicted : kernel->probed;
}

static struct shipped_kernel *find_name(struct shipped *shipped, const char *name)
{
	for (size_t i = 0; i < shipped->cnt; i++) {
		if (!strcmp(shipped->list[i].name, name))
			return &shipped->list[i];
	}
	shipped->list[shipped->cnt] = (struct shipped_kernel) {.name = name};
	return &shipped->list[shipped->cnt++];
}

static int compare_kernels(const void *a, const void *b)
{
	const struct shipped_kernel *left = a, *right = b;
	unsigned int x = version_parse(left->parts.version),
		     y = version_parse(right->parts.version);
	int order = strcmp(left->parts.arch, right->parts.arch);

	if (x != y)
		return x < y ? -1 : 1;
	return order ? order : strcmp(left->parts.flavor, right->parts.flavor);
}

struct error *shipped_read(struct shipped *ret)
{
	/* No name is wanted: an identity is enough. */
	const struct history_wanted none = {.names = (const char *const[]) {NULL}};
	struct kernels *kernels = &ret->kernels;
	struct error *error = shipped_add(kernels, &none, true);

	if (error)
		return error;
	ret->list = pool_calloc(&kernels->pool, kernels->cnt, sizeof(*ret->list));
	if (!ret->list)
		return error_no_memory();
	for (size_t i = 0; i < kernels->cnt; i++) {
		const struct kernel_entry *entry = &kernels->list[i];
		/* A file of functions alone is no snapshot. */
		if (!entry->path)
			continue;
		struct shipped_kernel *kernel = find_name(ret, entry->name);
		if (snapshot_is_scanned(entry->snapshot))
			kernel->predicted = entry;
		else
			kernel->probed = entry;
		if (!kernel_name_read(&kernels->pool, &shipped_first(kernel)->snapshot->kernel,
			    &kernel->parts))
			return error_no_memory();
	}
	qsort(ret->list, ret->cnt, sizeof(*ret->list), compare_kernels);
	return NULL;
}

struct error *shipped_no_such(const struct shipped *shipped, const char *word)
{
	struct suggestion near = {0};
	_cleanup_buf_ struct buf todo = {0};

	for (size_t i = 0; i < shipped->cnt; i++)
		suggest_consider(&near, word, shipped->list[i].name);
	if (near.best)
		buf_printf(&todo, "did you mean '%s'?", near.best);
	return error_create(ERROR_NOT_FOUND, near.best ? buf_text(&todo) : LIST_HINT,
		"%s: no such file, and no shipped kernel of that name", word);
}

bool shipped_is_called(const struct shipped_kernel *kernel, const char *word)
{
	return kernel_is_called(kernel->name, &shipped_first(kernel)->snapshot->kernel, word);
}

static struct error *unknown_name(const char *word)
{
	_cleanup_shipped_ struct shipped shipped = {0};
	struct error *error = shipped_read(&shipped);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return shipped_no_such(&shipped, word);
}

struct error *shipped_add_named(
	struct kernels *kernels, const char *word, const struct history_wanted *wanted)
{
	size_t first = kernels->cnt;
	struct error *error = shipped_add(kernels, wanted, false);

	if (error || kernels_keep(kernels, first, word))
		return error;
	return unknown_name(word);
}

/* Kernels that a word names, narrowed until one is left or nothing narrows them. */
struct choice {
	const struct shipped_kernel **list;
	size_t cnt;
};

/* Without one that fits, all stay. */
static void narrow(struct choice *choice, const char *arch, const char *flavor)
{
	size_t cnt = 0;

	for (size_t i = 0; i < choice->cnt; i++) {
		const struct shipped_kernel *kernel = choice->list[i];
		if ((!arch || !strcmp(kernel->parts.arch, arch)) &&
			(!flavor || !strcmp(kernel->parts.flavor, flavor)))
			choice->list[cnt++] = kernel;
	}
	if (cnt)
		choice->cnt = cnt;
}

static struct error *several(const struct choice *choice, const char *word)
{
	_cleanup_buf_ struct buf names = {0};

	for (size_t i = 0; i < choice->cnt; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", choice->list[i]->name);
	return error_create(
		ERROR_USAGE, "name one of them", "%s: several kernels: %s", word, buf_text(&names));
}

static struct error *choose(const struct shipped *shipped, struct pool *pool, const char *word,
	const struct shipped_kernel **ret)
{
	struct choice choice = {pool_calloc(pool, shipped->cnt, sizeof(*choice.list)), 0};
	struct utsname host;

	if (!choice.list)
		return error_no_memory();
	for (size_t i = 0; i < shipped->cnt; i++) {
		if (shipped_is_called(&shipped->list[i], word))
			choice.list[choice.cnt++] = &shipped->list[i];
	}
	if (!choice.cnt)
		return shipped_no_such(shipped, word);
	if (choice.cnt > 1 && !uname(&host))
		narrow(&choice, kernel_arch_name(host.machine), NULL);
	if (choice.cnt > 1)
		narrow(&choice, NULL, FLAVOR_GENERIC);
	if (choice.cnt > 1)
		return several(&choice, word);
	*ret = choice.list[0];
	return NULL;
}

static const char *existing(struct pool *pool, const char *directory, const char *name)
{
	const char *path = pool_printf(pool, "%s/%s.json.gz", directory, name);

	return path && file_exists("", path) ? path : NULL;
}

bool shipped_file(struct pool *pool, const char *word, struct shipped_paths *ret)
{
	const char *path = strchr(word, '/') ? NULL : kernels_shipped(pool);
	const char *probed = path ? shipped_probed(pool, path) : NULL;

	*ret = (struct shipped_paths) {
		.predicted = path ? existing(pool, path, word) : NULL,
		.probed = probed ? existing(pool, probed, word) : NULL,
	};
	return ret->predicted || ret->probed;
}

struct error *shipped_choose(struct pool *pool, const char *word, struct shipped_paths *ret)
{
	_cleanup_shipped_ struct shipped shipped = {0};
	const struct shipped_kernel *kernel = NULL;

	/* The name of a file needs no look into the others. */
	if (shipped_file(pool, word, ret))
		return NULL;
	struct error *error = shipped_read(&shipped);
	if (error && error->code == ERROR_NOT_FOUND) {
		error_free(error);
		return shipped_no_such(&shipped, word);
	}
	if (!error)
		error = choose(&shipped, pool, word, &kernel);
	if (error)
		return error;
	*ret = (struct shipped_paths) {
		.predicted = kernel->predicted ? pool_strdup(pool, kernel->predicted->path) : NULL,
		.probed = kernel->probed ? pool_strdup(pool, kernel->probed->path) : NULL,
	};
	return ret->predicted || ret->probed ? NULL : error_no_memory();
}
