/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/paths.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

const char *lab_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool ends(const char *text, const char *with)
{
	size_t len = strlen(text), with_len = strlen(with);

	return len > with_len && !strcmp(text + len - with_len, with);
}

/* Debian's names since 2.0: boot/vmlinu[xz]-RELEASE, from 6.19 on usr/lib/modules/RELEASE/vmlinuz.
 */
bool lab_path_is_kernel(const char *path)
{
	return begins(lab_path_base(path), "vmlinu") || begins(lab_path_base(path), "Image");
}

bool lab_path_is_config(const char *path)
{
	return begins(lab_path_base(path), "config-") || !strcmp(lab_path_base(path), "config");
}

bool lab_path_is_module(const char *path)
{
	const char *end = strstr(lab_path_base(path), ".ko");

	return end && end != lab_path_base(path) && (!end[3] || end[3] == '.');
}

bool lab_path_is_builtin_list(const char *path)
{
	return !strcmp(lab_path_base(path), "modules.builtin");
}

static struct error *paths_add(struct pool *pool, const char *path, struct lab_paths *ret)
{
	const char **paths = pool_grow(pool, ret->paths, ret->cnt, &ret->cap, sizeof(*paths));
	const char *copy = pool_strdup(pool, path);

	if (!paths || !copy)
		return error_no_memory();
	ret->paths = paths;
	paths[ret->cnt++] = copy;
	return NULL;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_wanted(const FTSENT *entry)
{
	const char *name = entry->fts_name;

	return entry->fts_info == FTS_F &&
		(ends(name, ".deb") || ends(name, ".rpm") || lab_path_is_kernel(name) ||
			lab_path_is_config(name) || lab_path_is_module(name) ||
			lab_path_is_builtin_list(name));
}

static struct error *walk(struct pool *pool, FTS *tree, const char *path, struct lab_paths *ret)
{
	size_t before = ret->cnt;
	struct error *error = NULL;
	FTSENT *entry;

	while (!error && (entry = fts_read(tree))) {
		if (is_wanted(entry))
			error = paths_add(pool, entry->fts_path, ret);
		if (!error && ret->cnt > LAB_PATHS_MAX)
			error = error_create(ERROR_INPUT, "name the kernel's own directory",
				"%s: more than %d files", path, LAB_PATHS_MAX);
	}
	if (!error && ret->cnt == before)
		error = error_create(ERROR_INPUT, NULL,
			"%s: no package, kernel image or module in this directory", path);
	return error;
}

struct error *lab_paths_expand(struct pool *pool, const char *path, struct lab_paths *ret)
{
	struct stat status;
	char *roots[] = {pool_strdup(pool, path), NULL};

	if (!roots[0])
		return error_no_memory();
	if (stat(path, &status))
		return error_errno(errno, NULL, "%s", path);
	if (!S_ISDIR(status.st_mode))
		return paths_add(pool, path, ret);
	/* A final slash follows a link to a directory. */
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!tree)
		return error_errno(errno, NULL, "%s", path);
	struct error *error = walk(pool, tree, path, ret);
	fts_close(tree);
	return error;
}
