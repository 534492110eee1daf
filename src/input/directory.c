/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory: an unpacked package, the files of a kernel, or a root directory. In a root
 * directory, only its own files and the usual places of kernels and modules are read.
 */
#include "image/image.h"
#include "input/source.h"
#include "input/unread.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/array.h"
#include "util/budget.h"
#include "util/file.h"

/* Walked in this order: kernels before modules. */
static const char *const places[] = {"boot", "lib/modules", "usr/lib/modules", "usr/lib/debug/boot",
	"usr/lib/debug/lib/modules", "usr/lib/debug/usr/lib/modules"};

static bool is_root(const char *path)
{
	struct stat status;
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++) {
		char *whole;
		if (asprintf(&whole, "%s/%s", path, places[i]) < 0)
			return false;
		found = !stat(whole, &status) && S_ISDIR(status.st_mode);
		free(whole);
	}
	return found;
}

static struct error *directory_add_module(struct input *input, const char *path)
{
	const char **list = pool_grow(&input->pool, input->module_paths, input->module_cnt,
		&input->module_cap, sizeof(*list));
	const char *copy = pool_strdup(&input->pool, path);

	if (!list || !copy)
		return error_no_memory();
	input->module_paths = list;
	list[input->module_cnt++] = copy;
	input->module_seen = true;
	return NULL;
}

static struct error *read_whole(struct input *input, const char *path, enum input_kind kind)
{
	struct file_bytes bytes;
	struct error *error = elf_file_read(path, &bytes);

	return error ? error : input_add(input, path, kind, bytes.data, bytes.size, false);
}

static struct error *directory_look_at(struct input *input, const char *path, unsigned char *head)
{
	FILE *file = fopen(path, "rbe");

	if (!file)
		return input_add_problem(input, error_errno(errno, NULL, "%s", path));
	size_t size = fread(head, 1, INPUT_HEAD_BYTES, file);
	enum input_kind kind = input_classify_member(path, head, size);
	if (kind == INPUT_NONE && input_head_is_short(head, size)) {
		size += fread(head + size, 1, INPUT_HEAD_MAX_BYTES - size, file);
		kind = input_classify_member(path, head, size);
	}
	fclose(file);
	/* A raw kernel has no header: all of it tells. */
	if (kind == INPUT_NONE && input_is_kernel_name(path))
		kind = INPUT_IMAGE;
	if (kind == INPUT_NONE)
		return input_add_problem(input, unread_explain(path, head, size));
	if (kind == INPUT_MODULE && input_is_debug_path(path))
		return NULL;
	return kind == INPUT_MODULE ? directory_add_module(input, path)
				    : input_add_problem(input, read_whole(input, path, kind));
}

static int directory_by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

struct walk {
	struct input *input;
	unsigned char *head;
	size_t file_cnt;
	bool flat; /* the directory's own files, not subdirectories */
};

/* Symbolic links are skipped: a target inside the directory is found anyway. */
static struct error *walk_entries(struct walk *walk, FTS *fts)
{
	struct error *error = NULL;
	FTSENT *entry;

	while (!error && (entry = fts_read(fts))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
			entry->fts_info == FTS_NS)
			error = input_add_problem(walk->input,
				error_errno(entry->fts_errno, NULL, "%s", entry->fts_path));
		if (walk->flat && entry->fts_info == FTS_D && entry->fts_level)
			fts_set(fts, entry, FTS_SKIP);
		if (entry->fts_info != FTS_F)
			continue;
		if (!S_ISREG(entry->fts_statp->st_mode))
			continue;
		if (++walk->file_cnt > INPUT_FILE_MAX)
			return error_create(ERROR_INPUT, "name the directory of one kernel",
				"%s: more than %d files", walk->input->path, INPUT_FILE_MAX);
		budget_add(entry->fts_statp);
		error = directory_look_at(walk->input, entry->fts_path, walk->head);
	}
	return error;
}

static struct error *walk_place(struct walk *walk, const char *path)
{
	char *const roots[] = {(char *)path, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, directory_by_name);

	if (!fts)
		return error_errno(errno, NULL, "%s", path);
	struct error *error = walk_entries(walk, fts);
	fts_close(fts);
	return error;
}

/* /lib is a link to /usr/lib on a merged system: each directory once. */
static bool walked_before(const struct stat *status, size_t cnt, const struct stat *now)
{
	for (size_t i = 0; i < cnt; i++) {
		if (status[i].st_dev == now->st_dev && status[i].st_ino == now->st_ino)
			return true;
	}
	return false;
}

/* Absolute links of a captured tree would lead to files of this machine. */
static bool directory_inside(const char *root, const char *path)
{
	char *whole_root = realpath(root, NULL), *whole = realpath(path, NULL);
	size_t len = whole_root ? strlen(whole_root) : 0;
	bool is = whole_root && whole && !strncmp(whole, whole_root, len) &&
		(len == 1 || whole[len] == '/' || !whole[len]);

	free(whole_root);
	free(whole);
	return is;
}

static struct error *walk_root(struct walk *walk)
{
	struct stat seen[ARRAY_SIZE(places)];
	size_t seen_cnt = 0;

	walk->flat = true;
	struct error *error = walk_place(walk, walk->input->path);
	walk->flat = false;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !error; i++) {
		char *path;
		struct stat status;
		if (asprintf(&path, "%s/%s", walk->input->path, places[i]) < 0)
			return error_no_memory();
		if (!stat(path, &status) && S_ISDIR(status.st_mode) &&
			!walked_before(seen, seen_cnt, &status)) {
			seen[seen_cnt++] = status;
			error = directory_inside(walk->input->path, path)
				? walk_place(walk, path)
				: input_add_problem(walk->input,
					  error_create(ERROR_INPUT, NULL,
						  "%s: link to outside the directory, not followed",
						  path));
		}
		free(path);
	}
	return error;
}

struct error *input_open_directory(struct input *input)
{
	struct walk walk = {.input = input, .head = malloc(INPUT_HEAD_MAX_BYTES)};

	if (!walk.head)
		return error_no_memory();
	input->format = "directory";
	struct error *error =
		is_root(input->path) ? walk_root(&walk) : walk_place(&walk, input->path);
	free(walk.head);
	if (error || input->item_cnt || input->module_cnt || input->problem_cnt)
		return error;
	return error_create(ERROR_INPUT, "name a directory with a kernel image, modules or BTF",
		"%s: this directory contains no kernel and no module", input->path);
}

/* An unreadable file is a problem. The next one is tried. */
struct error *input_next_of_directory(struct input *input, struct input_item **ret)
{
	while (input->module_next < input->module_cnt) {
		const char *path = input->module_paths[input->module_next++];
		struct file_bytes bytes;
		struct error *error = file_read("", path, &bytes);
		if (error) {
			error = input_add_problem(input, error);
			if (error)
				return error;
			continue;
		}
		struct input_item *item = input_item_create(path);
		if (!item) {
			free(bytes.data);
			return error_no_memory();
		}
		error = input_item_fill(item, INPUT_MODULE, bytes.data, bytes.size);
		if (error)
			input_item_destroy(item);
		else
			*ret = item;
		return error;
	}
	return NULL;
}
