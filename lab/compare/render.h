/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of predictions (compare/compare.h): a table with a line for each kernel, and what is
 * behind one of its lines. All append to `out`, whose stickiness tells of a lack of memory.
 */
#ifndef KCOMPAT_LAB_COMPARE_RENDER_H
#define KCOMPAT_LAB_COMPARE_RENDER_H

#include "lab/compare/compare.h"
#include "util/buf.h"

#define COMPARE_SCHEMA "kcompat/compare/1"

struct compare_row {
	const char *name;                    /* "amd64-6.12-cloud" */
	const struct compare_result *result; /* NULL: there is none ... */
	const char *failure;                 /* ... because of this */
};

/* The columns are as wide as their widest entry. */
void render_compare_table(const struct compare_row *rows, size_t row_cnt, struct buf *out);

/*
 * How many cells each rule explains, why cells are unknown, and every difference that no rule
 * explains; with `all` the explained ones too.
 */
void render_compare_details(
	const char *name, const struct compare_result *result, bool all, struct buf *out);

/* Everything, as docs/schema/compare.json says; in compare/json.c. */
void render_compare_json(
	const char *name, const struct compare_result *result, struct buf *out);

#endif
