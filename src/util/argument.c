/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/argument.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static struct error *argument_read_all(int fd, const char *name, size_t max_bytes, struct buf *out)
{
	char chunk[65536];
	size_t start = out->len;
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(errno, NULL, "%s", name);
		buf_add(out, chunk, (size_t)got);
		if (out->failed)
			return error_no_memory();
		if (out->len - start > max_bytes)
			return error_create(
				ERROR_INPUT, NULL, "%s: larger than %zu bytes", name, max_bytes);
	}
	return NULL;
}

struct error *input_read(const char *path, size_t max_bytes, struct buf *out)
{
	/* Does not open /dev/stdin: a socket cannot be opened a second time. */
	if (!strcmp(path, "-"))
		return argument_read_all(STDIN_FILENO, input_name(path), max_bytes, out);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(errno, NULL, "%s", path);
	struct error *error = argument_read_all(fd, path, max_bytes, out);
	close(fd);
	return error;
}
