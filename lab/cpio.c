/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/cpio.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

struct entry {
	unsigned mode;
	const void *data;
	size_t size_bytes;
	unsigned major, minor; /* of a device */
};

void lab_cpio_deinit(struct lab_cpio *cpio)
{
	if (!cpio)
		return;
	buf_deinit(&cpio->bytes);
	pool_destroy(&cpio->pool);
	*cpio = (struct lab_cpio) {0};
}

static void align(struct buf *bytes)
{
	buf_pad(bytes, '\0', -bytes->len & 3);
}

static void cpio_put(struct lab_cpio *cpio, const char *name, const struct entry *entry)
{
	struct buf *bytes = &cpio->bytes;

	/* magic, inode, mode, uid, gid, links, mtime, size, device (2), device node (2), name,
	 * check */
	buf_printf(bytes, "070701%08zX%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
		cpio->cnt, entry->mode, 0, 0, 1, 0, entry->size_bytes, 0, 0, entry->major,
		entry->minor, strlen(name) + 1, 0);
	buf_add(bytes, name, strlen(name) + 1);
	align(bytes);
	buf_add(bytes, entry->data, entry->size_bytes);
	align(bytes);
}

static bool has(const struct lab_cpio *cpio, const char *name)
{
	for (size_t i = 0; i < cpio->cnt; i++) {
		if (!strcmp(cpio->names[i], name))
			return true;
	}
	return false;
}

static struct error *put_new(struct lab_cpio *cpio, const char *name, const struct entry *entry)
{
	const char **names =
		pool_grow(&cpio->pool, cpio->names, cpio->cnt, &cpio->cap, sizeof(*names));

	if (!names)
		return error_no_memory();
	cpio->names = names;
	names[cpio->cnt++] = name;
	cpio_put(cpio, name, entry);
	return cpio->bytes.failed ? error_no_memory() : NULL;
}

/* Adds the directories above `name`, and `name` itself if it `is_directory`. */
static struct error *put_directories(struct lab_cpio *cpio, const char *name, bool is_directory)
{
	const struct entry directory = {.mode = S_IFDIR | 0755};
	const char *end = name;
	struct error *error = NULL;

	while (!error && *end) {
		end = strchrnul(end + 1, '/');
		if (!*end && !is_directory)
			break;
		char *parent = pool_strndup(&cpio->pool, name, (size_t)(end - name));
		if (!parent)
			return error_no_memory();
		if (!has(cpio, parent))
			error = put_new(cpio, parent, &directory);
	}
	return error;
}

static struct error *cpio_add(struct lab_cpio *cpio, const char *path, const struct entry *entry)
{
	const char *name = pool_strdup(&cpio->pool, path + strspn(path, "/"));

	if (!name)
		return error_no_memory();
	if (has(cpio, name))
		return error_create(ERROR_USAGE, NULL, "/%s: added twice to the guest", name);
	struct error *error = put_directories(cpio, name, false);
	return error ? error : put_new(cpio, name, entry);
}

struct error *lab_cpio_directory(struct lab_cpio *cpio, const char *path)
{
	return put_directories(cpio, path + strspn(path, "/"), true);
}

struct error *lab_cpio_file(struct lab_cpio *cpio, const char *path, const void *data,
	size_t size_bytes, unsigned permissions)
{
	struct entry entry = {
		.mode = S_IFREG | (permissions & 07777), .data = data, .size_bytes = size_bytes};

	if (size_bytes > LAB_CPIO_FILE_MAX_BYTES)
		return error_create(ERROR_USAGE, NULL, "%s: larger than %u MiB", path,
			LAB_CPIO_FILE_MAX_BYTES >> 20);
	return cpio_add(cpio, path, &entry);
}

struct error *lab_cpio_device(
	struct lab_cpio *cpio, const char *path, unsigned major, unsigned minor)
{
	return cpio_add(cpio, path,
		&(struct entry) {.mode = S_IFCHR | 0600, .major = major, .minor = minor});
}

struct error *lab_cpio_finish(struct lab_cpio *cpio)
{
	cpio_put(cpio, "TRAILER!!!", &(struct entry) {0});
	return cpio->bytes.failed ? error_no_memory() : NULL;
}
