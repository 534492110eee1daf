/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are read and written whole. `root` and `path`: see util/root.h.
 */
#ifndef KCOMPAT_UTIL_FILE_H
#define KCOMPAT_UTIL_FILE_H

#include <stddef.h>

#include "util/error.h"
#include "util/root.h"

/* Larger files are refused. Files that kcompat reads whole are much smaller. */
#define FILE_SIZE_MAX_BYTES (1024u * 1024 * 1024)

struct file_bytes {
	unsigned char *data; /* malloc'd, followed by a NUL that size does not count */
	size_t size;
};

/* The name without its directories. A path that ends in a slash stays whole. */
const char *path_base(const char *path);

/* Reads up to `want` bytes from the start. Fewer: the file is shorter. */
struct error *file_read_head(const char *path, size_t want, void *head, size_t *got_bytes);
/* The same of a file that is open, which stays at its place; `name` is for messages. */
struct error *file_read_head_open(
	int fd, const char *name, size_t want, void *head, size_t *got_bytes);
/* Reads to the end and ignores st_size (files of /proc and /sys report 0 or 4096). */
struct error *file_read(const char *root, const char *path, struct file_bytes *ret);
/* Like file_read for a small text. Trailing white space is removed. The caller frees *ret. */
struct error *file_read_line(const char *root, const char *path, char **ret);
/* Like file_read, of a file that is open; `name` is for messages. */
struct error *file_read_open(int fd, const char *name, struct file_bytes *ret);
void file_bytes_deinit(struct file_bytes *bytes); /* NULL-safe */

/*
 * Replaces a file atomically: temporary file in the same directory, fsync, rename. On an error the
 * old file is unchanged and no temporary file is left. The new file has the owner of the old one, if
 * we may give it away, and its rights to read, write and run, and no other mode bit. A link is
 * replaced by the file and never followed, except for a link to what this process has open for
 * writing (/dev/stdout): that is written. A FIFO or a device is written in place.
 */
struct error *file_write_atomic(const char *path, const void *data, size_t size_bytes);

#define _cleanup_file_bytes_ __attribute__((cleanup(file_bytes_deinit)))

#endif
