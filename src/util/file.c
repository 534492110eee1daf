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

void file_bytes_deinit(struct file_bytes *bytes)
{
	if (!bytes)
		return;
	free(bytes->data);
	*bytes = (struct file_bytes) {0};
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static struct error *open_below(const char *root, const char *path, int *ret)
{
	char *whole;

	if (asprintf(&whole, "%s%s", root, path) < 0)
		return error_no_memory();
	/* A captured root may hold a FIFO in place of a file. Opening it must not block. */
	int fd = open(whole, O_RDONLY | O_CLOEXEC | (*root ? O_NONBLOCK | O_NOCTTY : 0));
	struct error *error = fd < 0 ? error_errno(errno, NULL, "%s", whole) : NULL;
	struct stat status;

	if (!error && *root && !fstat(fd, &status) && !S_ISREG(status.st_mode) &&
		!S_ISDIR(status.st_mode)) {
		error = error_create(ERROR_INPUT, NULL, "%s: not a regular file", whole);
		close(fd);
		fd = -1;
	}
	free(whole);
	*ret = fd;
	return error;
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

struct error *file_read(const char *root, const char *path, struct file_bytes *ret)
{
	__attribute__((cleanup(close_descriptor))) int fd = -1;
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct stat status;
	size_t cap = 0;

	struct error *error = open_below(root, path, &fd);
	if (error)
		return error;
	/* The size is only a hint. One byte more lets the first read reach the end of the file. */
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > 0 &&
		status.st_size < FILE_SIZE_MAX_BYTES)
		cap = (size_t)status.st_size / 2 + 1;
	for (;;) {
		if (bytes.size == cap || !bytes.data) {
			error = file_grow(&bytes, &cap, path);
			if (error)
				return error;
		}
		ssize_t got = read(fd, bytes.data + bytes.size, cap - bytes.size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(errno, NULL, "%s%s", root, path);
		if (!got)
			break;
		bytes.size += (size_t)got;
	}
	bytes.data[bytes.size] = '\0';
	*ret = bytes;
	bytes = (struct file_bytes) {0};
	return NULL;
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

bool file_exists(const char *root, const char *path)
{
	char *whole;

	if (asprintf(&whole, "%s%s", root, path) < 0)
		return false;
	bool exists = !access(whole, F_OK);
	free(whole);
	return exists;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno;
		data += written;
		size -= (size_t)written;
	}
	return 0;
}

static struct error *write_in_place(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int errnum = fd < 0 ? errno : write_all(fd, data, size);

	if (fd >= 0 && close(fd) && !errnum)
		errnum = errno;
	return errnum ? error_errno(errnum, NULL, "%s", path) : NULL;
}

/* mkstemp() gives 0600. open() would give this mode. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* Keeps owner and mode of the replaced file, also when root writes it. `old` NULL: a new file. */
static int set_attributes(int fd, const struct stat *old)
{
	mode_t mode = old ? old->st_mode & 07777 : default_mode();

	/* Without the right to chown, the file becomes ours: drop setuid and setgid. */
	if (old && fchown(fd, old->st_uid, old->st_gid))
		mode &= 0777;
	return fchmod(fd, mode);
}

static int write_temporary(
	char *path, const void *data, size_t size, const struct stat *old, bool durable)
{
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return errno;
	int errnum = write_all(fd, data, size);
	if (!errnum && (set_attributes(fd, old) || (durable && fsync(fd))))
		errnum = errno;
	if (close(fd) && !errnum)
		errnum = errno;
	if (errnum)
		unlink(path);
	return errnum;
}

static struct error *file_replace(const char *path, const void *data, size_t size, bool durable)
{
	struct stat status;
	bool exists = !stat(path, &status);
	char *temporary;

	if (exists && !S_ISREG(status.st_mode))
		return write_in_place(path, data, size);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return error_no_memory();
	int errnum = write_temporary(temporary, data, size, exists ? &status : NULL, durable);
	if (!errnum && rename(temporary, path)) {
		errnum = errno;
		unlink(temporary);
	}
	free(temporary);
	return errnum ? error_errno(errnum, "use a writable directory with free space", "%s", path)
		      : NULL;
}

struct error *file_write_atomic(const char *path, const void *data, size_t size)
{
	return file_replace(path, data, size, true);
}

struct error *file_write_quick(const char *path, const void *data, size_t size)
{
	return file_replace(path, data, size, false);
}
