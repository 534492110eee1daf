/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a table that are folded where they do not fit. */
#ifndef KCOMPAT_UTIL_COLUMNS_H
#define KCOMPAT_UTIL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

#define COLUMNS_UNLIMITED ((size_t)-1)

struct column {
	size_t width; /* of its longest text */
	bool is_number; /* its texts stand on the right */
};

/*
 * Appends a line with a text for each column, escaped (util/escape.h). A column that would pass `width` begins a
 * further line, four spaces deep: this depends on the columns alone, so the title and all rows of a table fold alike.
 */
void columns_put(struct buf *out, const struct column *columns, const char *const *texts, size_t cnt, size_t width);

#endif
