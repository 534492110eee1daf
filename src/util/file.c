/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/descriptor.h"
#include "util/replace.h"

void file_bytes_deinit(struct file_bytes *bytes)
{
	if (!bytes)
		return;
	free(bytes->data);
	*bytes = (struct file_bytes) {0};
}

static struct error *file_grow(struct file_bytes *bytes, size_t *cap, const char *path)
{
	if (*cap > FILE_SIZE_MAX_BYTES)
		return error_create(ERROR_INPUT, NULL, "%s: larger than %u bytes", path,
			FILE_SIZE_MAX_BYTES);
	size_t larger = *cap ? *cap * 2 : 16384;
	unsigned char *data = realloc(bytes->data, larger + 1);
	if (!data)
		return error_no_memory();
	bytes->data = data;
	*cap = larger;
	return NULL;
}

struct error *file_read_open(int fd, const char *name, struct file_bytes *ret)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct stat status;
	size_t cap = 0;

	/* The size is only a hint. One byte more lets the first read reach the end of the file. */
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > 0 &&
		status.st_size < FILE_SIZE_MAX_BYTES)
		cap = (size_t)status.st_size / 2 + 1;
	for (;;) {
		if (bytes.size == cap || !bytes.data) {
			struct error *error = file_grow(&bytes, &cap, name);
			if (error)
				return error;
		}
		ssize_t got = read(fd, bytes.data + bytes.size, cap - bytes.size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(errno, NULL, "%s", name);
		if (!got)
			break;
		bytes.size += (size_t)got;
	}
	bytes.data[bytes.size] = '\0';
	*ret = bytes;
	bytes = (struct file_bytes) {0};
	return NULL;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

struct error *file_read_head(const char *path, size_t want, void *head, size_t *got)
{
	/* Opening a FIFO must not wait for its writer. Reading at an offset then fails. */
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? error_errno(errno, NULL, "%s", path)
		      : file_read_head_open(fd, path, want, head, got);
}

struct error *file_read_head_open(int fd, const char *name, size_t want, void *head, size_t *got)
{
	*got = 0;
	while (*got < want) {
		ssize_t part = pread(fd, (char *)head + *got, want - *got, (off_t)*got);
		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return error_errno(errno, NULL, "%s", name);
		if (!part)
			break;
		*got += (size_t)part;
	}
	return NULL;
}

struct error *file_read(const char *root, const char *path, struct file_bytes *ret)
{
	_cleanup_fd_ int fd = -1;
	char *name;
	struct error *error = root_open(root, path, O_RDONLY, &fd);

	if (error)
		return error;
	if (asprintf(&name, "%s%s", root, path) < 0)
		return error_no_memory();
	error = file_read_open(fd, name, ret);
	free(name);
	return error;
}

struct error *file_read_line(const char *root, const char *path, char **ret)
{
	struct file_bytes bytes;
	struct error *error = file_read(root, path, &bytes);

	if (error)
		return error;
	while (bytes.size && isspace(bytes.data[bytes.size - 1]))
		bytes.data[--bytes.size] = '\0';
	*ret = (char *)bytes.data;
	return NULL;
}

struct error *file_write_atomic(const char *path, const void *data, size_t size)
{
	_cleanup_place_ struct place place;
	struct error *error = place_open(path, &place);

	return error ? error : place_write(&place, data, size);
}
