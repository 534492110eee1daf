/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File descriptors. One with _cleanup_fd_ closes at the end of its scope; -1: nothing to close. */
#ifndef KCOMPAT_UTIL_DESCRIPTOR_H
#define KCOMPAT_UTIL_DESCRIPTOR_H

#include <stddef.h>
#include <unistd.h>

static inline void descriptor_cleanup(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ __attribute__((cleanup(descriptor_cleanup)))

/* Writes all of it. Returns 0 or an errno. */
int descriptor_write(int fd, const void *data, size_t size_bytes);

#endif
