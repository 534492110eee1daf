/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by all JSON documents. Names come from BTF and symbol tables and may contain any byte. */
#ifndef KCOMPAT_UTIL_JSON_WRITE_H
#define KCOMPAT_UTIL_JSON_WRITE_H

#include <jansson.h>

#include "util/buf.h"

/* The text with U+FFFD for each byte that is not UTF-8, which jansson refuses; free() it. NULL: no memory. */
char *json_as_utf8(const char *text);
/* A string of it; null for NULL. Caller's; NULL: no memory. */
json_t *json_text_or_null(const char *text);
/*
 * Appends the document, which is taken over. `flags` are jansson's. Characters that are not printable
 * become escapes. False: no memory, also for a root of NULL.
 */
bool json_write(json_t *root, size_t flags, struct buf *out);

#endif
