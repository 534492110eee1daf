/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot_evidence.h"

#include <stdlib.h>
#include <string.h>

bool evidence_is_empty(const struct evidence *evidence)
{
	return !evidence || (!evidence->errnum && !evidence->line && !evidence->rule);
}

bool context_explains(const struct snapshot_context *context, enum cell_state state)
{
	static const enum cell_state states[SUPPORT_STATE_CNT] = {
		[SUPPORT_BLOCKED] = CELL_BLOCKED,
		[SUPPORT_UNKNOWN] = CELL_UNKNOWN,
		[SUPPORT_UNSUPPORTED] = CELL_UNSUPPORTED,
	};

	return context->state != SUPPORT_OK && states[context->state] == state;
}

struct evidence context_evidence(
	const struct snapshot *snapshot, const struct snapshot_context *context)
{
	if (context->state == SUPPORT_OK || !context->reason)
		return (struct evidence) {0};
	return (struct evidence) {
		.errnum = context->errnum,
		.line = context->reason,
		.rule = snapshot_is_scanned(snapshot) ? EVIDENCE_PREDICTED : EVIDENCE_OF_CONTEXT,
	};
}

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	return !a ? -1 : !b ? 1 : strcmp(a, b);
}

static int compare_evidence(const void *a, const void *b)
{
	static const struct evidence empty = {0};
	const struct evidence *left = *(const struct evidence *const *)a;
	const struct evidence *right = *(const struct evidence *const *)b;

	left = left ? left : &empty;
	right = right ? right : &empty;
	if (left == right)
		return 0;
	if (left->errnum != right->errnum)
		return left->errnum < right->errnum ? -1 : 1;
	int order = compare_text(left->line, right->line);
	return order ? order : compare_text(left->rule, right->rule);
}

bool evidence_same(const struct evidence *a, const struct evidence *b)
{
	return !compare_evidence(&a, &b);
}

/*
 * The evidence that saves most when it speaks for all `cnt` cells; NULL: nothing is saved.
 * `wanted`, which is sorted, has each cell's, and `without` what would speak for that cell
 * otherwise.
 */
static const struct evidence *most_worth(
	const struct evidence **wanted, const struct evidence *const *without, size_t cnt)
{
	const struct evidence *best = NULL;
	size_t needed = 0; /* how many cells would have their own */

	for (size_t i = 0; i < cnt; i++)
		needed += !evidence_same(wanted[i], without[i]);
	if (needed > 1)
		qsort(wanted, cnt, sizeof(*wanted), compare_evidence);
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
	for (size_t context = 0; context < shares->snapshot->context_cnt; context++) {
		if (shares->rows[row][context].state == state)
			line_add(line, shares, row, context);
	}
	shares->of_row[row * CELL_STATE_CNT + state] =
		most_worth(line->wanted, line->without, line->cnt);
}

bool evidence_shares_init(struct evidence_shares *shares, const struct snapshot *snapshot,
	const struct cell **rows, size_t row_cnt)
{
	size_t context_cnt = snapshot->context_cnt;
	size_t longest = row_cnt > context_cnt ? row_cnt : context_cnt;
	struct line_cells line = {
		.wanted = calloc(longest + 1, sizeof(*line.wanted)),
		.without = calloc(longest + 1, sizeof(*line.without)),
	};

	*shares = (struct evidence_shares) {
		.snapshot = snapshot,
		.rows = rows,
		.row_cnt = row_cnt,
		.of_context = calloc(context_cnt + 1, sizeof(*shares->of_context)),
		.of_column = calloc((context_cnt + 1) * CELL_STATE_CNT, sizeof(*shares->of_column)),
		.of_row = calloc((row_cnt + 1) * CELL_STATE_CNT, sizeof(*shares->of_row)),
	};
	bool ok = line.wanted && line.without && shares->of_context && shares->of_column &&
		shares->of_row;
	for (size_t i = 0; ok && i < context_cnt; i++)
		shares->of_context[i] = context_evidence(snapshot, &snapshot->contexts[i]);
	for (size_t i = 0; ok && i < context_cnt * CELL_STATE_CNT; i++)
		share_column(shares, &line, i / CELL_STATE_CNT, i % CELL_STATE_CNT);
	for (size_t i = 0; ok && i < row_cnt * CELL_STATE_CNT; i++)
		share_row(shares, &line, i / CELL_STATE_CNT, i % CELL_STATE_CNT);
	free(line.wanted);
	free(line.without);
	return ok;
}

void evidence_shares_deinit(struct evidence_shares *shares)
{
	if (!shares)
		return;
	free(shares->rows);
	free(shares->of_context);
	free(shares->of_column);
	free(shares->of_row);
	*shares = (struct evidence_shares) {0};
}

const struct evidence *evidence_shared(
	const struct evidence_shares *shares, size_t row, size_t context)
{
	enum cell_state state = shares->rows[row][context].state;
	const struct evidence *of_row = shares->of_row[row * CELL_STATE_CNT + state];
	const struct evidence *of_column = shares->of_column[context * CELL_STATE_CNT + state];

	if (of_row || of_column)
		return of_row ? of_row : of_column;
	return context_explains(&shares->snapshot->contexts[context], state)
		? &shares->of_context[context]
		: NULL;
}
