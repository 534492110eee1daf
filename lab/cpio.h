/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initramfs in the "newc" format of cpio (linux Documentation/driver-api/early-userspace/
 * buffer-format.rst). It is made in memory, without root and without files. All owners are root.
 */
#ifndef KCOMPAT_LAB_CPIO_H
#define KCOMPAT_LAB_CPIO_H

#include "util/buf.h"
#include "util/error.h"
#include "util/pool.h"

/* The format has 32 bits for a size, and a guest holds the data twice. */
#define LAB_CPIO_FILE_MAX_BYTES (256u * 1024 * 1024)

struct lab_cpio {
	struct buf bytes; /* the archive so far */
	struct pool pool;
	const char **names; /* the paths in it, without a leading '/' */
	size_t cnt, cap;
};

void lab_cpio_deinit(struct lab_cpio *cpio); /* NULL-safe */
/*
 * Paths start with '/'. Missing directories above are made. The kernel would use the second of two
 * files with one path, so the second is an ERROR_USAGE. A directory may be added again.
 */
struct error *lab_cpio_directory(struct lab_cpio *cpio, const char *path);
struct error *lab_cpio_file(struct lab_cpio *cpio, const char *path, const void *data,
	size_t size_bytes, unsigned permissions);
struct error *lab_cpio_device(
	struct lab_cpio *cpio, const char *path, unsigned major, unsigned minor);
/* Ends the archive. Do not add anything afterwards. */
struct error *lab_cpio_finish(struct lab_cpio *cpio);

#endif
