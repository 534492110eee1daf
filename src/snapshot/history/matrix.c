/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All cells of one subject on all kernels, with equal kernels as one column. */
#include "snapshot/history/index.h"

#include <string.h>

struct matrix_maker {
	const struct history *history;
	const struct subject *subject;
	struct pool *pool;
	const struct call_index *calls; /* rows of a program type's or context's matrix */
	const char **rows;
	size_t row_cnt;
	enum cell_state *states; /* [history->row_cnt][row_cnt] */
	bool *says;              /* [history->row_cnt] */
};

static struct error *collect_calls(struct matrix_maker *maker)
{
	struct error *error = history_calls(maker->history, &maker->calls);

	if (error)
		return error;
	maker->row_cnt = maker->calls->call_cnt;
	maker->rows = pool_calloc(maker->pool, maker->row_cnt, sizeof(*maker->rows));
	for (size_t i = 0; maker->rows && i < maker->row_cnt; i++)
		maker->rows[i] = maker->calls->calls[i].name;
	return maker->rows ? NULL : error_no_memory();
}

/* The contexts of a snapshot that the subject is, or that are of its program type. */
struct caller {
	const struct snapshot *snapshot;
	size_t *contexts; /* indices */
	size_t cnt;
};

static bool caller_find(
	const struct matrix_maker *maker, const struct snapshot *snapshot, struct caller *ret)
{
	bool is_context = maker->subject->kind == SUBJECT_CONTEXT;

	*ret = (struct caller) {snapshot,
		pool_calloc(maker->pool, snapshot->context_cnt, sizeof(*ret->contexts)), 0};
	for (size_t i = 0; ret->contexts && i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		if (!strcmp(is_context ? context->name : context->program_type, maker->subject->name))
			ret->contexts[ret->cnt++] = i;
	}
	return ret->contexts;
}

static enum cell_state state_without(const struct finding *finding)
{
	return !strcmp(finding->state, "absent") ? CELL_ABSENT : CELL_UNKNOWN;
}

static struct error *fill_call_column(struct matrix_maker *maker, size_t row)
{
	const struct finding *findings = maker->calls->findings + row * maker->row_cnt;
	enum cell_state *states = maker->states + row * maker->row_cnt;
	struct caller caller = {0};

	maker->says[row] = true;
	for (size_t i = 0; i < maker->row_cnt; i++) {
		const struct finding *finding = &findings[i];
		bool present = finding_is_present(finding);
		/* Neighbours mostly are of the same snapshot. */
		if (present && finding->snapshot != caller.snapshot &&
			!caller_find(maker, finding->snapshot, &caller))
			return error_no_memory();
		states[i] = present
			? finding_best_of(finding, caller.contexts, caller.cnt).state
			: state_without(finding);
	}
	return NULL;
}

static struct error *fill_context_column(struct matrix_maker *maker, size_t row)
{
	enum cell_state *states = maker->states + row * maker->row_cnt;
	struct finding finding;
	struct error *error =
		history_find(maker->history, row, maker->subject, maker->pool, &finding);

	if (error || !finding_is_present(&finding))
		return error;
	const struct context_map *map = history_context_map(maker->history, finding.snapshot);
	maker->says[row] = map;
	for (size_t i = 0; map && i < map->cnt; i++)
		states[map->rows[i]] = finding_cell(&finding, &map->list[i]).state;
	return NULL;
}

static struct error *fill_columns(struct matrix_maker *maker)
{
	size_t cnt = maker->history->row_cnt;
	struct error *error = NULL;

	maker->states = pool_calloc(maker->pool, cnt * maker->row_cnt + 1, sizeof(*maker->states));
	maker->says = pool_calloc(maker->pool, cnt, sizeof(*maker->says));
	if (!maker->states || !maker->says)
		return error_no_memory();
	for (size_t i = 0; i < cnt && !error; i++)
		error = maker->calls ? fill_call_column(maker, i) : fill_context_column(maker, i);
	return error;
}

/* Probed and predicted states never share a column. */
static bool subjects_is_predicted(const struct history *history, size_t row)
{
	return snapshot_is_scanned(history->rows[row].entries[0]->snapshot);
}

static struct error *group_columns(struct matrix_maker *maker, struct call_matrix *ret)
{
	size_t cnt = maker->history->row_cnt, size = maker->row_cnt * sizeof(*maker->states);

	ret->columns = pool_calloc(maker->pool, cnt, sizeof(*ret->columns));
	ret->column_of = pool_calloc(maker->pool, cnt, sizeof(*ret->column_of));
	if (!ret->columns || !ret->column_of)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		const enum cell_state *states = maker->states + i * maker->row_cnt;
		size_t at = 0;
		while (at < ret->column_cnt &&
			(subjects_is_predicted(maker->history, ret->columns[at]) != subjects_is_predicted(maker->history, i) ||
				memcmp(states, maker->states + ret->columns[at] * maker->row_cnt, size)))
			at++;
		ret->column_of[i] = maker->says[i] ? at : SIZE_MAX;
		if (maker->says[i] && at == ret->column_cnt)
			ret->columns[ret->column_cnt++] = i;
	}
	ret->rows = maker->rows;
	ret->row_cnt = maker->row_cnt;
	ret->states = pool_calloc(
		maker->pool, ret->row_cnt * ret->column_cnt + 1, sizeof(*ret->states));
	for (size_t r = 0; ret->states && r < ret->row_cnt; r++) {
		for (size_t c = 0; c < ret->column_cnt; c++)
			ret->states[r * ret->column_cnt + c] =
				maker->states[ret->columns[c] * maker->row_cnt + r];
	}
	return ret->states ? NULL : error_no_memory();
}

struct error *call_matrix_make(const struct history *history, const struct subject *subject,
	struct pool *pool, struct call_matrix *ret)
{
	struct matrix_maker maker = {.history = history, .subject = subject, .pool = pool,
		.rows = history->contexts, .row_cnt = history->context_cnt};

	*ret = (struct call_matrix) {0};
	struct error *error = subject_is_call(subject->kind) ? NULL : collect_calls(&maker);
	if (!error)
		error = fill_columns(&maker);
	return error ? error : group_columns(&maker, ret);
}
