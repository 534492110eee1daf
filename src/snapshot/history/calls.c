/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every kernel says about every call: a program type and a context ask for all of it. */
#include "snapshot/history/index.h"

static bool take_calls(struct call_index *index, const struct subjects *subjects)
{
	index->calls = pool_calloc(&index->pool, subjects->cnt, sizeof(*index->calls));
	index->call_cnt = 0;
	for (size_t i = 0; index->calls && i < subjects->cnt; i++) {
		if (subject_is_call(subjects->list[i].kind))
			index->calls[index->call_cnt++] = subjects->list[i];
	}
	return index->calls;
}

static struct error *find_calls(const struct history *history, struct call_index *index)
{
	struct finding *findings =
		pool_calloc(&index->pool, history->row_cnt * index->call_cnt, sizeof(*findings));
	struct error *error = findings ? NULL : error_no_memory();

	for (size_t row = 0; row < history->row_cnt; row++) {
		for (size_t i = 0; i < index->call_cnt && !error; i++)
			error = history_find(history, row, &index->calls[i], &index->pool,
				&findings[row * index->call_cnt + i]);
	}
	if (!error)
		index->findings = findings;
	return error;
}

struct error *history_calls(const struct history *history, const struct call_index **ret)
{
	struct call_index *index = history->call_index;
	struct subjects subjects = {0};

	*ret = index;
	if (index->findings)
		return NULL;
	struct error *error = subjects_find(history, NULL, 0, &subjects);
	if (!error && !take_calls(index, &subjects))
		error = error_no_memory();
	if (!error)
		error = find_calls(history, index);
	subjects_deinit(&subjects);
	return error;
}
