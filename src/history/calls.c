/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every kernel says about every call: a program type and a context ask for all of it. */
#include "history/index.h"

static bool take_calls(struct history *history, const struct subjects *subjects)
{
	history->calls = pool_calloc(&history->pool, subjects->cnt, sizeof(*history->calls));
	for (size_t i = 0; history->calls && i < subjects->cnt; i++) {
		if (subject_is_call(subjects->list[i].kind))
			history->calls[history->call_cnt++] = subjects->list[i];
	}
	history->call_findings = history->calls
		? pool_calloc(&history->pool, history->row_cnt * history->call_cnt,
			  sizeof(*history->call_findings))
		: NULL;
	return history->call_findings;
}

static struct error *find_calls(struct history *history)
{
	struct finding *ret = history->call_findings;
	struct error *error = NULL;

	for (size_t row = 0; row < history->row_cnt; row++) {
		for (size_t i = 0; i < history->call_cnt && !error; i++)
			error = history_find(
				history, row, &history->calls[i], &history->pool, ret++);
	}
	return error;
}

struct error *history_index_calls(struct history *history)
{
	struct subjects subjects = {0};
	struct error *error = subjects_find(history, NULL, 0, &subjects);

	if (!error && !take_calls(history, &subjects))
		error = error_no_memory();
	if (!error)
		error = find_calls(history);
	subjects_deinit(&subjects);
	return error;
}
