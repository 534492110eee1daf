/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The documents of a file or of standard input: one snapshot, or JSON Lines. One gzip stream is
 * unpacked. Lines that are not compressed are never in memory together, so there may be any number
 * of them.
 */
#ifndef KCOMPAT_SNAPSHOT_DOCUMENTS_H
#define KCOMPAT_SNAPSHOT_DOCUMENTS_H

#include <stddef.h>

#include "util/error.h"

/* `number` from 1; 0: the file has nothing but this one. The text is valid only during the call. */
typedef struct error *document_fn(void *context, const char *text, size_t len_bytes, size_t number);

/*
 * Stops at the first error of `each`. Errors have the name of the file before them, and those of
 * the content of lines also their number. ERROR_INPUT: a document, or the content of a gzip stream,
 * has more than max_bytes.
 */
struct error *documents_each(const char *path, size_t max_bytes, document_fn *each, void *context);

#endif
