/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two versions of a text as a unified diff, which patch(1) applies. */
#ifndef KCOMPAT_DOCS_UDIFF_H
#define KCOMPAT_DOCS_UDIFF_H

#include "util/buf.h"
#include "util/error.h"

/*
 * Appends nothing where they are equal. `path` stands behind "a/" and "b/", without slashes before it. Where the middle of the
 * texts differs in more lines than can be compared, all of it is one change.
 */
struct error *render_udiff(const char *path, const char *old, size_t old_len_bytes, const char *new,
	size_t new_len_bytes, struct buf *out);

#endif
