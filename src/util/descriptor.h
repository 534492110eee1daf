/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file descriptor that closes at the end of its scope; -1: nothing to close. */
#ifndef KCOMPAT_UTIL_DESCRIPTOR_H
#define KCOMPAT_UTIL_DESCRIPTOR_H

#include <unistd.h>

static inline void descriptor_cleanup(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_fd_ __attribute__((cleanup(descriptor_cleanup)))

#endif
