/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/argument.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util/budget.h"
#include "util/reading.h"

const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static struct error *argument_read_all(int fd, const char *name, size_t max_bytes, struct buf *out)
{
	char chunk[65536];
	size_t start = out->len;

	for (;;) {
		struct error *error = reading_wait(fd);
		if (error)
			return error;
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (!got)
			return NULL;
		if (got < 0)
			return error_errno(errno, NULL, "%s", name);
		buf_add(out, chunk, (size_t)got);
		if (out->failed)
			return error_no_memory();
		if (out->len - start > max_bytes)
			return error_create(
				ERROR_INPUT, NULL, "%s: larger than %zu bytes", name, max_bytes);
	}
}

/*
 * Opening a FIFO, or reading it, could wait for ever. A pipe that the shell has opened ("<(...)",
 * /dev/fd/63) has a writer, or had one.
 */
static bool is_fifo(int fd, const struct stat *status)
{
	struct statfs system;

	return S_ISFIFO(status->st_mode) && !fstatfs(fd, &system) && system.f_type != PIPEFS_MAGIC;
}

static struct error *argument_open(const char *path, int *ret, struct stat *status)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, status)) {
		int errnum = errno;
		if (fd >= 0)
			close(fd);
		return error_errno(errnum, NULL, "%s", path);
	}
	if (is_fifo(fd, status)) {
		close(fd);
		return error_create(ERROR_INPUT,
			"give a regular file, or - and redirect standard input",
			"%s: a FIFO, not a file: reading it could wait for ever", path);
	}
	/* What has no data yet is waited for from here on. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	*ret = fd;
	return NULL;
}

static struct error *argument_read(
	const char *path, size_t max_bytes, bool budgeted, struct buf *out)
{
	/* Does not open /dev/stdin: a socket cannot be opened a second time. */
	bool is_stdin = !strcmp(path, "-");
	size_t start = out->len;
	struct stat status = {0};
	int fd = STDIN_FILENO;
	struct error *error = is_stdin ? NULL : argument_open(path, &fd, &status);

	if (error)
		return error;
	if (budgeted)
		budget_add(&status);
	error = argument_read_all(fd, input_name(path), max_bytes, out);
	if (!error && budgeted && !S_ISREG(status.st_mode))
		budget_add_bytes(out->len - start);
	if (!is_stdin)
		close(fd);
	return error;
}

struct error *input_read(const char *path, size_t max_bytes, struct buf *out)
{
	return argument_read(path, max_bytes, false, out);
}

struct error *input_read_kernel(const char *path, size_t max_bytes, struct buf *out)
{
	return argument_read(path, max_bytes, true, out);
}

struct error *input_open_kernel(const char *path, int *ret, bool *is_stream)
{
	struct stat status = {0};

	*is_stream = true;
	*ret = STDIN_FILENO;
	if (!strcmp(path, "-"))
		return NULL;
	struct error *error = argument_open(path, ret, &status);
	if (error)
		return error;
	*is_stream = !S_ISREG(status.st_mode);
	if (!*is_stream)
		budget_add(&status);
	return NULL;
}
