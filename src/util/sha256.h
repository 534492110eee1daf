/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), by nettle. */
#ifndef KCOMPAT_UTIL_SHA256_H
#define KCOMPAT_UTIL_SHA256_H

#include <stddef.h>

#include "util/error.h"

#define DIGEST_TEXT_BYTES 65 /* 64 hex digits and a NUL */

void digest_bytes(const void *data, size_t size_bytes, char text[DIGEST_TEXT_BYTES]);
/* The digest of a regular file, read in pieces. "" for anything else (a directory, a pipe). */
struct error *digest_file(const char *path, char text[DIGEST_TEXT_BYTES]);

#endif
