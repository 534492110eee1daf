/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below a root directory. `root` is "" for the running system or a captured tree
 * (`--root DIR`); `path` starts with '/'. Symbolic links are followed as the system follows them.
 */
#ifndef KCOMPAT_UTIL_FILE_H
#define KCOMPAT_UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* Larger files are refused. Files that kcompat reads whole are much smaller. */
#define FILE_SIZE_MAX_BYTES (1024u * 1024 * 1024)

struct file_bytes {
	unsigned char *data; /* malloc'd, followed by a NUL that size does not count */
	size_t size;
};

/* Reads to the end and ignores st_size (files of /proc and /sys report 0 or 4096). */
struct error *file_read(const char *root, const char *path, struct file_bytes *ret);
/* Like file_read for a small text. Trailing white space is removed. The caller frees *ret. */
struct error *file_read_line(const char *root, const char *path, char **ret);
void file_bytes_deinit(struct file_bytes *bytes); /* NULL-safe */

/* Does root/path exist? */
bool file_exists(const char *root, const char *path);

/*
 * Replaces a file atomically: temporary file in the same directory, fsync, rename. On an error the
 * old file is unchanged and no temporary file is left. An existing file that is not regular
 * (/dev/stdout, a FIFO) is written in place.
 */
struct error *file_write_atomic(const char *path, const void *data, size_t size_bytes);
/*
 * The same without fsync. A crash of the machine may leave the file incomplete. For many files
 * that can be generated again.
 */
struct error *file_write_quick(const char *path, const void *data, size_t size_bytes);

#define _cleanup_file_bytes_ __attribute__((cleanup(file_bytes_deinit)))

#endif
