/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a directory that is held open. */
#include "input/source.h"

#include <fcntl.h>
#include <string.h>

#include "util/descriptor.h"

static struct error *open_in(const struct input *directory, const char *path, int *ret)
{
	return root_open_at(directory->top, directory->path, path + strlen(directory->path),
		O_RDONLY, ret);
}

struct error *input_read_in(
	const struct input *directory, const char *path, struct file_bytes *ret)
{
	_cleanup_fd_ int fd = -1;
	struct error *error = open_in(directory, path, &fd);

	return error ? error : file_read_open(fd, path, ret);
}
