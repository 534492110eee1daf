/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/descriptor.h"
#include "util/root.h"

#define READ_SIZE_BYTES (128 * 1024)

void line_splitter_deinit(struct line_splitter *splitter)
{
	if (splitter)
		buf_deinit(&splitter->rest);
}

/* Keeps an unfinished line, up to the limit. */
static bool keep_rest(struct line_splitter *splitter, const char *data, size_t len)
{
	size_t room = LINE_LEN_MAX_BYTES - splitter->rest.len;

	if (len > room) {
		splitter->overlong = true;
		len = room;
	}
	buf_add(&splitter->rest, data, len);
	return !splitter->rest.failed;
}

static bool flush_rest(struct line_splitter *splitter, bool cut)
{
	bool ok = splitter->each(splitter->context, buf_text(&splitter->rest), splitter->rest.len,
		cut || splitter->overlong);

	buf_clear(&splitter->rest);
	splitter->overlong = false;
	return ok;
}

/* Completes a line: the kept part, then `data`. */
static bool lines_end_line(struct line_splitter *splitter, const char *data, size_t len)
{
	if (!splitter->rest.len && len <= LINE_LEN_MAX_BYTES)
		return splitter->each(splitter->context, data, len, false);
	return keep_rest(splitter, data, len) && flush_rest(splitter, false);
}

bool line_splitter_feed(struct line_splitter *splitter, const char *data, size_t len)
{
	while (len) {
		const char *newline = memchr(data, '\n', len);
		if (!newline)
			return keep_rest(splitter, data, len);
		if (!lines_end_line(splitter, data, (size_t)(newline - data)))
			return false;
		len -= (size_t)(newline - data) + 1;
		data = newline + 1;
	}
	return true;
}

bool line_splitter_finish(struct line_splitter *splitter)
{
	return !splitter->rest.len || flush_rest(splitter, true);
}

bool list_next_line(const char **at, const char **line, size_t *len)
{
	while (**at) {
		*line = *at;
		*len = strcspn(*at, "\n");
		*at += *len + ((*at)[*len] == '\n');
		if (*len && **line != '#')
			return true;
	}
	return false;
}

static struct error *lines_read_lines(
	int fd, const char *root, const char *path, struct line_splitter *splitter)
{
	struct error *error = NULL;
	char *chunk = malloc(READ_SIZE_BYTES);
	bool ok = chunk;
	ssize_t got = 1;

	while (ok && !error && got) {
		got = read(fd, chunk, READ_SIZE_BYTES);
		if (got < 0 && errno != EINTR)
			error = error_errno(errno, NULL, "%s%s", root, path);
		else if (got > 0)
			ok = line_splitter_feed(splitter, chunk, (size_t)got);
	}
	free(chunk);
	if (!error && !(ok && line_splitter_finish(splitter)))
		error = error_no_memory();
	return error;
}

struct error *file_read_lines(const char *root, const char *path, line_fn *each, void *context)
{
	_cleanup_line_splitter_ struct line_splitter splitter = {.each = each, .context = context};
	_cleanup_fd_ int fd = -1;
	struct error *error = root_open(root, path, O_RDONLY, &fd);

	return error ? error : lines_read_lines(fd, root, path, &splitter);
}
