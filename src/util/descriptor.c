/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/descriptor.h"

#include <errno.h>

int descriptor_write(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t written = write(fd, at, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno;
		at += written;
		size -= (size_t)written;
	}
	return 0;
}
