/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/evidence_shares.h"
#include "util/sort.h"

static const struct evidence nothing = {0};

const char *evidence_matrix_word(enum evidence_matrix matrix)
{
	static const char *const words[] = {
#define EVIDENCE_MATRIX_WORD(name, word, key) word,
		EVIDENCE_MATRICES(EVIDENCE_MATRIX_WORD)
#undef EVIDENCE_MATRIX_WORD
	};

	return words[matrix];
}

const char *evidence_matrix_key(enum evidence_matrix matrix)
{
	static const char *const keys[] = {
#define EVIDENCE_MATRIX_KEY(name, word, key) key,
		EVIDENCE_MATRICES(EVIDENCE_MATRIX_KEY)
#undef EVIDENCE_MATRIX_KEY
	};

	return keys[matrix];
}

/* Narrow strips come first: the first strip with a cell gives its evidence. */
enum scope { SCOPE_CELLS, SCOPE_ROW, SCOPE_COLUMNS };

#define EVERY UINT32_MAX /* row or context */

/* A group with one row. Strips with the same contexts are joined later. */
struct strip {
	struct evidence_group group; /* without rows */
	uint32_t row;                /* EVERY: all */
};

/* A cell, or the column of a context and state, and its evidence. */
struct place {
	const struct evidence *evidence;
	enum cell_state state;
	uint32_t context;
};

struct strips {
	struct pool pool; /* temporary: no group uses it */
	struct pool *kept;
	struct strip *list;
	size_t cnt, cap;
	struct place *places; /* of the current row or column */
	size_t place_cnt;
	bool failed; /* no memory */
};

static int evidence_compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = evidence_compare(a->evidence, b->evidence);

	if (!order)
		order = order_numbers(a->state, b->state);
	return order ? order : order_numbers(a->context, b->context);
}

static int evidence_compare_contexts(const struct evidence_group *a, const struct evidence_group *b)
{
	int order = order_numbers(a->context_cnt, b->context_cnt);

	for (size_t i = 0; !order && i < a->context_cnt; i++)
		order = order_numbers(a->contexts[i], b->contexts[i]);
	return order;
}

/* 0: only the row differs. */
static int compare_groups(const struct evidence_group *a, const struct evidence_group *b)
{
	int order = order_numbers(a->scope, b->scope);

	if (!order)
		order = evidence_compare(a->evidence, b->evidence);
	if (!order)
		order = order_numbers(a->matrix, b->matrix);
	if (!order)
		order = order_numbers(a->state, b->state);
	return order ? order : evidence_compare_contexts(a, b);
}

static int compare_strips(const void *left, const void *right)
{
	const struct strip *a = left, *b = right;
	int order = compare_groups(&a->group, &b->group);

	return order ? order : order_numbers(a->row, b->row);
}

static void add_strip(struct strips *strips, uint32_t row, const struct evidence_group *group)
{
	struct strip *list = pool_grow(
		&strips->pool, strips->list, strips->cnt, &strips->cap, sizeof(*list));

	if (!list) {
		strips->failed = true;
		return;
	}
	strips->list = list;
	list[strips->cnt] = (struct strip) {.group = *group, .row = row};
	if (!list[strips->cnt].group.evidence)
		list[strips->cnt].group.evidence = &nothing;
	strips->cnt++;
}

static void evidence_add_place(struct strips *strips, const struct evidence *evidence,
	enum cell_state state, size_t context)
{
	strips->places[strips->place_cnt++] =
		(struct place) {evidence, state, (uint32_t)context};
}

/* Makes one strip of all places with the same evidence and state, and clears the places. */
static void cut_places(
	struct strips *strips, uint32_t row, enum evidence_matrix matrix, enum scope scope)
{
	const struct place *places = strips->places;
	size_t cnt = strips->place_cnt, end;

	strips->place_cnt = 0;
	if (cnt)
		qsort(strips->places, cnt, sizeof(*places), evidence_compare_places);
	for (size_t i = 0; i < cnt; i = end) {
		for (end = i + 1; end < cnt && places[end].state == places[i].state &&
			evidence_same(places[end].evidence, places[i].evidence);)
			end++;
		uint32_t *contexts = pool_calloc(strips->kept, end - i, sizeof(*contexts));
		if (!contexts) {
			strips->failed = true;
			return;
		}
		for (size_t k = i; k < end; k++)
			contexts[k - i] = places[k].context;
		add_strip(strips, row, &(struct evidence_group) {.evidence = places[i].evidence,
			.matrix = matrix, .state = places[i].state, .contexts = contexts,
			.context_cnt = end - i, .scope = scope});
	}
}

/* Makes strips of the cells that have evidence of their own. */
static void cut_cells(struct strips *strips, const struct evidence_shares *shares, size_t row,
	enum evidence_matrix matrix)
{
	const struct cell *cells = shares->rows[row];

	for (size_t i = 0; i < shares->context_cnt; i++) {
		if (cells[i].state != CELL_NONE &&
			!evidence_same(cells[i].evidence, evidence_shared(shares, row, i)))
			evidence_add_place(strips, cells[i].evidence, CELL_STATE_CNT, i);
	}
	cut_places(strips, (uint32_t)row, matrix, SCOPE_CELLS);
}

static void cut_row(struct strips *strips, const struct evidence_shares *shares, size_t row,
	enum evidence_matrix matrix)
{
	const struct evidence **of_row = shares->of_row + row * CELL_STATE_CNT;

	for (int state = CELL_NONE + 1; state < CELL_STATE_CNT; state++) {
		if (of_row[state])
			add_strip(strips, (uint32_t)row,
				&(struct evidence_group) {.evidence = of_row[state],
					.matrix = matrix, .state = state, .scope = SCOPE_ROW});
	}
}

static void cut_columns(struct strips *strips, const struct evidence_shares *shares,
	enum evidence_matrix matrix)
{
	for (size_t i = 0; i < shares->context_cnt * CELL_STATE_CNT; i++) {
		enum cell_state state = i % CELL_STATE_CNT;
		if (state != CELL_NONE && shares->of_column[i])
			evidence_add_place(strips, shares->of_column[i], state, i / CELL_STATE_CNT);
	}
	cut_places(strips, EVERY, matrix, SCOPE_COLUMNS);
}

static const struct cell *row_cells(
	const struct snapshot *snapshot, enum evidence_matrix matrix, size_t row)
{
	return matrix == EVIDENCE_OF_KFUNCS ? snapshot->kfuncs[row].cells
					    : snapshot->helpers[row].cells;
}

static void cut_matrix(
	struct strips *strips, const struct snapshot *snapshot, enum evidence_matrix matrix)
{
	size_t cnt = matrix == EVIDENCE_OF_KFUNCS ? snapshot->kfunc_cnt : snapshot->helper_cnt;
	const struct cell **rows = pool_calloc(&strips->pool, cnt + 1, sizeof(*rows));
	struct evidence_shares shares;

	for (size_t i = 0; rows && i < cnt; i++)
		rows[i] = row_cells(snapshot, matrix, i);
	if (!rows || !evidence_shares_find(&shares, &strips->pool, rows, cnt, snapshot->context_cnt)) {
		strips->failed = true;
		return;
	}
	for (size_t i = 0; i < cnt; i++) {
		cut_cells(strips, &shares, i, matrix);
		cut_row(strips, &shares, i, matrix);
	}
	cut_columns(strips, &shares, matrix);
}

/* Joins the strips of one group, from `first` on. Returns the first strip of the next group; 0: no memory. */
static size_t evidence_join(struct evidence_groups *groups, const struct strips *strips, size_t first)
{
	const struct strip *list = strips->list;
	size_t end = first + 1;

	while (end < strips->cnt && !compare_groups(&list[first].group, &list[end].group))
		end++;
	struct evidence_group *grown = pool_grow(
		&groups->pool, groups->list, groups->cnt, &groups->cap, sizeof(*grown));
	uint32_t *rows = pool_calloc(&groups->pool, end - first, sizeof(*rows));
	if (!grown || !rows)
		return 0;
	groups->list = grown;
	grown[groups->cnt] = list[first].group;
	if (list[first].row != EVERY) {
		grown[groups->cnt].rows = rows;
		grown[groups->cnt].row_cnt = end - first;
	}
	groups->cnt++;
	for (size_t i = first; i < end; i++)
		rows[i - first] = list[i].row;
	return end;
}

bool evidence_groups_init(struct evidence_groups *groups, const struct snapshot *snapshot)
{
	*groups = (struct evidence_groups) {0};
	struct strips strips = {.kept = &groups->pool};
	size_t at = 0;

	strips.places = pool_calloc(
		&strips.pool, (snapshot->context_cnt + 1) * CELL_STATE_CNT, sizeof(*strips.places));
	strips.failed = !strips.places;
	for (int i = 0; i < EVIDENCE_MATRIX_CNT && !strips.failed; i++)
		cut_matrix(&strips, snapshot, i);
	if (strips.cnt)
		qsort(strips.list, strips.cnt, sizeof(*strips.list), compare_strips);
	while (!strips.failed && at < strips.cnt) {
		at = evidence_join(groups, &strips, at);
		strips.failed = !at;
	}
	pool_destroy(&strips.pool);
	return !strips.failed;
}

void evidence_groups_deinit(struct evidence_groups *groups)
{
	if (!groups)
		return;
	pool_destroy(&groups->pool);
	*groups = (struct evidence_groups) {0};
}
