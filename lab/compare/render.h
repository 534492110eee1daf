/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The results of comparisons (compare/compare.h): a table with a line for each kernel, and the
 * details of one line. All append to `out`, which stays failed after a lack of memory.
 */
#ifndef KCOMPAT_LAB_COMPARE_RENDER_H
#define KCOMPAT_LAB_COMPARE_RENDER_H

#include "lab/compare/compare.h"
#include "util/buf.h"

#define COMPARE_SCHEMA "kcompat/compare/1"

struct compare_row {
	const char *name;                    /* "amd64-6.12-cloud" */
	const struct compare_result *result; /* NULL: no result ... */
	const char *failure;                 /* ... for this reason */
};

/* Each column is as wide as its widest entry. */
void render_compare_table(const struct compare_row *rows, size_t row_cnt, struct buf *out);

/*
 * The number of cells that each rule explains, the reasons of unknown cells, and every difference
 * without a rule. With `all`, also the explained differences.
 */
void render_compare_details(
	const char *name, const struct compare_result *result, bool all, struct buf *out);

/* Everything, in the form of docs/schema/compare.json; in compare/json.c. */
void render_compare_json(
	const char *name, const struct compare_result *result, struct buf *out);

#endif
