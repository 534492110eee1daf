/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/evidence_shares.h"

#include <stdlib.h>

static int evidence_shares_compare_places(const void *a, const void *b)
{
	return evidence_compare(
		*(const struct evidence *const *)a, *(const struct evidence *const *)b);
}

/*
 * The evidence that saves most if all `cnt` cells share it; NULL: sharing saves nothing. `wanted` has
 * the evidence of each cell, and is sorted here. `without` has the evidence that the cell would share
 * otherwise.
 */
static const struct evidence *most_worth(
	const struct evidence **wanted, const struct evidence *const *without, size_t cnt)
{
	const struct evidence *best = NULL;
	size_t needed = 0; /* how many cells need evidence of their own */

	for (size_t i = 0; i < cnt; i++)
		needed += !evidence_same(wanted[i], without[i]);
	if (needed > 1)
		qsort(wanted, cnt, sizeof(*wanted), evidence_shares_compare_places);
	for (size_t i = 0, end; needed > 1 && i < cnt; i = end) {
		for (end = i + 1; end < cnt && evidence_same(wanted[i], wanted[end]);)
			end++;
		size_t left = cnt - (end - i);
		if (!evidence_is_empty(wanted[i]) && left + 1 < needed) {
			needed = left + 1;
			best = wanted[i];
		}
	}
	return best;
}

/* Room for the cells of one row or column. */
struct line_cells {
	const struct evidence **wanted, **without;
	size_t cnt;
};

static void line_add(
	struct line_cells *line, const struct evidence_shares *shares, size_t row, size_t context)
{
	line->wanted[line->cnt] = shares->rows[row][context].evidence;
	line->without[line->cnt++] = evidence_shared(shares, row, context);
}

static void share_column(struct evidence_shares *shares, struct line_cells *line, size_t context,
	enum cell_state state)
{
	line->cnt = 0;
	for (size_t row = 0; row < shares->row_cnt; row++) {
		if (shares->rows[row][context].state == state)
			line_add(line, shares, row, context);
	}
	shares->of_column[context * CELL_STATE_CNT + state] =
		most_worth(line->wanted, line->without, line->cnt);
}

static void share_row(
	struct evidence_shares *shares, struct line_cells *line, size_t row, enum cell_state state)
{
	line->cnt = 0;
	for (size_t context = 0; context < shares->context_cnt; context++) {
		if (shares->rows[row][context].state == state)
			line_add(line, shares, row, context);
	}
	shares->of_row[row * CELL_STATE_CNT + state] =
		most_worth(line->wanted, line->without, line->cnt);
}

bool evidence_shares_find(struct evidence_shares *shares, struct pool *pool,
	const struct cell **rows, size_t row_cnt, size_t context_cnt)
{
	size_t longest = row_cnt > context_cnt ? row_cnt : context_cnt;
	struct line_cells line = {
		.wanted = pool_calloc(pool, longest + 1, sizeof(*line.wanted)),
		.without = pool_calloc(pool, longest + 1, sizeof(*line.without)),
	};

	*shares = (struct evidence_shares) {
		.rows = rows,
		.row_cnt = row_cnt,
		.context_cnt = context_cnt,
		.of_column = pool_calloc(
			pool, (context_cnt + 1) * CELL_STATE_CNT, sizeof(*shares->of_column)),
		.of_row = pool_calloc(
			pool, (row_cnt + 1) * CELL_STATE_CNT, sizeof(*shares->of_row)),
	};
	if (!line.wanted || !line.without || !shares->of_column || !shares->of_row)
		return false;
	for (size_t i = 0; i < context_cnt * CELL_STATE_CNT; i++)
		share_column(shares, &line, i / CELL_STATE_CNT, i % CELL_STATE_CNT);
	for (size_t i = 0; i < row_cnt * CELL_STATE_CNT; i++)
		share_row(shares, &line, i / CELL_STATE_CNT, i % CELL_STATE_CNT);
	return true;
}

const struct evidence *evidence_shared(
	const struct evidence_shares *shares, size_t row, size_t context)
{
	enum cell_state state = shares->rows[row][context].state;
	const struct evidence *of_row = shares->of_row[row * CELL_STATE_CNT + state];

	return of_row ? of_row : shares->of_column[context * CELL_STATE_CNT + state];
}
