/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packing for files that kcompat writes. util/decompress.h unpacks. */
#ifndef KCOMPAT_UTIL_GZIP_H
#define KCOMPAT_UTIL_GZIP_H

#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"

/*
 * Appends the bytes as one member of a gzip stream (RFC 1952). Its header has no time and no name:
 * equal bytes give equal members, with the same version of zlib. ERROR_NO_MEMORY is the only error.
 */
struct error *gzip_add(struct buf *out, const void *data, size_t size_bytes);

#endif
