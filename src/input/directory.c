/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory: an unpacked package, the files of a kernel, or a root directory. In a root
 * directory, only its own files and the usual places of kernels and modules are read.
 *
 * Somebody else may change it meanwhile. It is held open, and no link in it is followed: what is a
 * directory when it is looked at, and a link when it is opened, does not lead out.
 */
#include "image/image.h"
#include "input/source.h"
#include "input/unread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/array.h"
#include "util/budget.h"
#include "util/descriptor.h"

#define DEPTH_MAX 128u

/* Walked in this order: kernels before modules. */
static const char *const places[] = {"/boot", "/lib/modules", "/usr/lib/modules",
	"/usr/lib/debug/boot", "/usr/lib/debug/lib/modules", "/usr/lib/debug/usr/lib/modules"};

struct walk {
	struct input *input;
	unsigned char *head;
	size_t file_cnt;
	unsigned int depth;
	bool flat;          /* the directory's own files, not subdirectories */
	const char **boots; /* boot images, then initramfs: read at the end */
	size_t boot_cnt, boot_cap;
	const char **initramfs;
	size_t initramfs_cnt, initramfs_cap;
};

static struct error *add_path(
	struct input *input, const char ***list, size_t *cnt, size_t *cap, const char *path)
{
	const char **grown = pool_grow(&input->pool, *list, *cnt, cap, sizeof(*grown));
	const char *copy = pool_strdup(&input->pool, path);

	if (!grown || !copy)
		return error_no_memory();
	*list = grown;
	grown[(*cnt)++] = copy;
	return NULL;
}

static struct error *directory_add_module(struct input *input, const char *path)
{
	input->module_seen = true;
	return add_path(input, &input->module_paths, &input->module_cnt, &input->module_cap, path);
}

static struct error *read_whole(struct input *input, int fd, const char *path, enum input_kind kind)
{
	struct file_bytes bytes;
	struct error *error = elf_file_read_open(fd, path, &bytes);

	return error ? error : input_add(input, path, kind, bytes.data, bytes.size, false);
}

/* A compressed file may give nothing before its first block is whole. */
static struct error *read_head(
	struct walk *walk, int fd, const char *path, size_t *size, enum input_kind *kind)
{
	static const size_t amounts[] = {INPUT_HEAD_BYTES, INPUT_HEAD_MAX_BYTES};

	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++) {
		struct error *error = file_read_head_open(fd, path, amounts[i], walk->head, size);
		if (error)
			return error;
		*kind = input_classify_member(path, walk->head, *size);
		if (*kind != INPUT_NONE || !input_head_is_short(walk->head, *size))
			break;
	}
	return NULL;
}

static struct error *look_at_file(struct walk *walk, int fd, const char *path)
{
	struct input *input = walk->input;
	enum input_kind kind;
	size_t size;
	struct error *error = read_head(walk, fd, path, &size, &kind);

	if (error)
		return input_add_problem(input, error);
	if (kind == INPUT_MODULE)
		return input_is_debug_path(path) ? NULL : directory_add_module(input, path);
	if (kind != INPUT_NONE)
		return input_add_problem(input, read_whole(input, fd, path, kind));
	if (members_is_boot_image(walk->head, size))
		return add_path(input, &walk->boots, &walk->boot_cnt, &walk->boot_cap, path);
	if (members_is_initramfs(walk->head, size))
		return add_path(input, &walk->initramfs, &walk->initramfs_cnt,
			&walk->initramfs_cap, path);
	/* A raw kernel has no header: all of it tells. */
	return input_add_problem(input, input_is_kernel_name(path)
			? read_whole(input, fd, path, INPUT_IMAGE)
			: unread_explain(path, walk->head, size));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static struct error *walk_directory(struct walk *walk, int fd, const char *path);

static struct error *look_at_open(struct walk *walk, int fd, const char *path)
{
	struct stat status;

	if (fstat(fd, &status))
		return input_add_problem(walk->input, error_errno(errno, NULL, "%s", path));
	if (S_ISDIR(status.st_mode))
		return walk_directory(walk, fd, path);
	if (!S_ISREG(status.st_mode))
		return NULL;
	if (++walk->file_cnt > INPUT_FILE_MAX)
		return error_create(ERROR_INPUT, "name the directory of one kernel",
			"%s: more than %d files", walk->input->path, INPUT_FILE_MAX);
	budget_add(&status);
	return look_at_file(walk, fd, path);
}

/* Links are skipped: a target inside the directory is found anyway. A device is not opened. */
static struct error *look_at(struct walk *walk, int directory, const char *path, const char *name)
{
	_cleanup_fd_ int fd = -1;
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW))
		return input_add_problem(walk->input, error_errno(errno, NULL, "%s", path));
	if (!S_ISREG(status.st_mode) && (!S_ISDIR(status.st_mode) || (walk->flat && !walk->depth)))
		return NULL;
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return input_add_problem(walk->input, error_errno(errno, NULL, "%s", path));
	walk->depth++;
	struct error *error = look_at_open(walk, fd, path);
	walk->depth--;
	return error;
}

static struct error *look_at_name(
	struct walk *walk, int directory, const char *path, const char *name)
{
	size_t len = strlen(path);
	char *whole;

	if (asprintf(&whole, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/", name) < 0)
		return error_no_memory();
	struct error *error = look_at(walk, directory, whole, name);
	free(whole);
	return error;
}

static struct error *walk_directory(struct walk *walk, int fd, const char *path)
{
	struct dirent **entries = NULL;
	struct error *error = NULL;

	if (walk->depth > DEPTH_MAX)
		return input_add_problem(walk->input,
			error_create(ERROR_INPUT, NULL, "%s: more than %u directories deep", path,
				DEPTH_MAX));
	int cnt = scandirat(fd, ".", &entries, is_entry, by_name);
	if (cnt < 0)
		return input_add_problem(walk->input, error_errno(errno, NULL, "%s", path));
	for (int i = 0; i < cnt; i++) {
		if (!error)
			error = look_at_name(walk, fd, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return error;
}

/* -1: there is none. A link leads where it led on the machine that the tree is of. */
static int open_place(const struct input *input, const char *place, struct error **error)
{
	int fd = -1;

	*error = root_open_at(input->top, input->path, place, O_RDONLY | O_DIRECTORY, &fd);
	return fd;
}

static bool is_root(const struct input *input)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++) {
		struct error *error;
		_cleanup_fd_ int fd = open_place(input, places[i], &error);
		error_free(error);
		found = fd >= 0;
	}
	return found;
}

/* Is it not there because of a link on the way to it, such as /lib? */
static bool leads_nowhere(const struct input *input, const char *place)
{
	char part[PATH_MAX];
	struct stat status;
	size_t len = 0;
	int fd;

	do {
		struct error *error;
		len += 1 + strcspn(place + len + 1, "/");
		snprintf(part, sizeof(part), "%.*s", (int)len, place);
		fd = open_place(input, part, &error);
		error_free(error);
		if (fd >= 0)
			close(fd);
	} while (fd >= 0 && place[len]);
	return fd < 0 && !fstatat(input->top, part + 1, &status, AT_SYMLINK_NOFOLLOW) &&
		S_ISLNK(status.st_mode);
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

static struct error *walk_place(struct walk *walk, int fd, const char *place)
{
	char *path;

	if (asprintf(&path, "%s%s", walk->input->path, place) < 0)
		return error_no_memory();
	struct error *error = walk_directory(walk, fd, path);
	free(path);
	return error;
}

static struct error *settle_place(struct input *input, const char *place, struct error *error)
{
	if (!error || (error->errnum != ENOENT && error->errnum != ENOTDIR))
		return input_add_problem(input, error);
	error_free(error);
	return !leads_nowhere(input, place)
		? NULL
		: input_add_problem(input,
			  error_create(ERROR_INPUT, NULL, "%s%s: a link to nothing in the directory",
				  input->path, place));
}

static struct error *walk_root(struct walk *walk)
{
	struct input *input = walk->input;
	struct stat seen[ARRAY_SIZE(places)];
	size_t seen_cnt = 0;

	walk->flat = true;
	struct error *error = walk_directory(walk, input->top, input->path);
	walk->flat = false;
	for (size_t i = 0; i < ARRAY_SIZE(places) && !error; i++) {
		struct error *missing;
		_cleanup_fd_ int fd = open_place(input, places[i], &missing);
		error = settle_place(input, places[i], missing);
		if (fd < 0 || error || fstat(fd, &seen[seen_cnt]) ||
			walked_before(seen, seen_cnt, &seen[seen_cnt]))
			continue;
		seen_cnt++;
		error = walk_place(walk, fd, places[i]);
	}
	return error;
}

static struct error *read_boots(const struct walk *walk)
{
	struct input *input = walk->input;
	struct error *error = NULL;

	for (size_t i = 0; i < walk->boot_cnt && !error; i++)
		error = input_add_boot(input, walk->boots[i]);
	/* Beside the files of modules, an initramfs has copies of some. */
	for (size_t i = 0; i < walk->initramfs_cnt && !error && !input->module_cnt; i++)
		error = input_add_boot(input, walk->initramfs[i]);
	return error;
}

static struct error *walk_all(struct input *input)
{
	struct walk walk = {.input = input, .head = malloc(INPUT_HEAD_MAX_BYTES)};

	if (!walk.head)
		return error_no_memory();
	struct error *error =
		is_root(input) ? walk_root(&walk) : walk_directory(&walk, input->top, input->path);
	free(walk.head);
	return error ? error : read_boots(&walk);
}

struct error *input_open_directory(struct input *input)
{
	input->format = "directory";
	input->top = open(input->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (input->top < 0)
		return error_errno(errno, NULL, "%s", input->path);
	struct error *error = walk_all(input);
	if (error || input->item_cnt || input->module_seen || input->problem_cnt)
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
		struct error *error = input_read_in(input, path, &bytes);
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
	return input_next_of_boots(input, ret);
}
