/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/show.h"

#include <string.h>

#include "snapshot/history/names.h"

static bool has_arch(const struct history *history, const char *arch)
{
	for (size_t i = 0; arch && i < history->row_cnt; i++) {
		if (!strcmp(history->rows[i].arch, arch))
			return true;
	}
	return false;
}

static size_t count_versions(const struct history *history, const char *arch, const char *flavor)
{
	size_t cnt = 0;

	for (size_t i = 0; i < history->row_cnt; i++)
		cnt += !history->rows[i].live && !strcmp(history->rows[i].arch, arch) &&
			!strcmp(history->rows[i].flavor, flavor);
	return cnt;
}

/* The first of several with the same number, but the ordinary one before others. */
static const char *choose_flavor(const struct history *history, const char *arch)
{
	const char *best = FLAVOR_GENERIC;
	size_t most = count_versions(history, arch, best);

	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		size_t cnt = count_versions(history, arch, row->flavor);
		if (!strcmp(row->arch, arch) && cnt > most) {
			most = cnt;
			best = row->flavor;
		}
	}
	return best;
}

bool series_choose(struct show *show)
{
	const struct history *history = show->history;
	const char *wanted = show->options->arch;
	struct series *ret = &show->series;

	*ret = (struct series) {
		.arch = has_arch(history, wanted) ? wanted : history->rows[history->baseline].arch,
		.rows = pool_calloc(show->pool, history->row_cnt, sizeof(*ret->rows)),
		.live = SIZE_MAX,
	};
	if (!ret->rows)
		return false;
	ret->flavor = choose_flavor(history, ret->arch);
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		if (row->live)
			ret->live = i;
		else if (!strcmp(row->arch, ret->arch) && !strcmp(row->flavor, ret->flavor))
			ret->rows[ret->cnt++] = i;
	}
	return true;
}

static size_t count_known(
	const struct history *history, const bool *known, const char *arch, const char *flavor)
{
	size_t cnt = 0;

	for (size_t i = 0; i < history->row_cnt; i++)
		cnt += known[i] && !history->rows[i].live && !strcmp(history->rows[i].arch, arch) &&
			!strcmp(history->rows[i].flavor, flavor);
	return cnt;
}

void series_choose_known(struct show *show, const bool *known)
{
	const struct history *history = show->history;
	struct series *series = &show->series;
	const struct history_row *best = NULL;
	size_t most = 0;

	if (count_known(history, known, series->arch, series->flavor))
		return;
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		size_t cnt = count_known(history, known, row->arch, row->flavor);
		/* The same architecture comes before any number of others. */
		size_t weight = cnt && !strcmp(row->arch, series->arch) ? cnt + history->row_cnt : cnt;
		if (weight > most) {
			most = weight;
			best = row;
		}
	}
	if (!best)
		return;
	series->arch = best->arch;
	series->flavor = best->flavor;
	series->cnt = 0;
	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		if (!row->live && !strcmp(row->arch, series->arch) && !strcmp(row->flavor, series->flavor))
			series->rows[series->cnt++] = i;
	}
}

bool series_has(const struct series *series, size_t row)
{
	for (size_t i = 0; i < series->cnt; i++) {
		if (series->rows[i] == row)
			return true;
	}
	return series->live == row;
}
