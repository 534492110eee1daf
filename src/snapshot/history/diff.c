/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/diff.h"

#include <string.h>

void differences_deinit(struct differences *differences)
{
	if (differences)
		pool_destroy(&differences->pool);
}

/* Copies the comparison: the result is much smaller than the pool of the comparison. */
static bool copy_comparison(
	struct pool *pool, const struct comparison *from, struct comparison *ret)
{
	bool ok = true;

	*ret = *from;
	ret->unknown = pool_strdup(pool, from->unknown);
	ret->list = pool_calloc(pool, from->cnt, sizeof(*ret->list));
	ok = ret->list && (ret->unknown || !from->unknown);
	for (size_t i = 0; ok && i < from->cnt; i++) {
		const struct change *change = &from->list[i];
		ret->list[i] = (struct change) {.what = change->what,
			.before = pool_strdup(pool, change->before),
			.after = pool_strdup(pool, change->after),
			.contexts = pool_strdup(pool, change->contexts)};
		ok = !change->before == !ret->list[i].before &&
			!change->after == !ret->list[i].after &&
			!change->contexts == !ret->list[i].contexts;
	}
	return ok;
}

static struct error *diff_add(
	struct differences *ret, const struct subject *subject, const struct comparison *from)
{
	struct comparison kept;
	const struct comparison *comparison = &kept;

	struct difference *list =
		pool_grow(&ret->pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));

	if (!list || !copy_comparison(&ret->pool, from, &kept))
		return error_no_memory();
	ret->list = list;
	list[ret->cnt++] = (struct difference) {*subject, *comparison};
	ret->changed += comparison->cnt > 0;
	ret->untold += comparison->unknown != NULL;
	ret->per_kind[subject->kind] += comparison->cnt > 0;
	return NULL;
}

struct error *compare_history(const struct history *history, const struct subjects *subjects,
	unsigned int kinds, bool deep, struct differences *ret)
{
	for (size_t i = 0; i < subjects->cnt; i++) {
		const struct subject *subject = &subjects->list[i];
		_cleanup_pool_ struct pool pool = {0};
		struct comparison comparison;
		if (!(kinds & 1u << subject->kind))
			continue;
		struct error *error = compare_subject(
			history, &history->pairs[0], subject, deep, &pool, &comparison);
		/* An unknown counts only if one of the two kernels has the name. */
		if (!error && (comparison.cnt || (comparison.unknown && !comparison.nowhere)))
			error = diff_add(ret, subject, &comparison);
		if (error)
			return error;
	}
	return NULL;
}
