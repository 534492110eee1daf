/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare_history.h"

#include <string.h>

void differences_deinit(struct differences *differences)
{
	if (differences)
		pool_destroy(&differences->pool);
}

static struct error *add(
	struct differences *ret, const struct subject *subject, const struct comparison *comparison)
{
	struct difference *list =
		pool_grow(&ret->pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));

	if (!list)
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
		struct comparison comparison;
		if (!(kinds & 1u << subject->kind))
			continue;
		struct error *error = compare_subject(
			history, &history->pairs[0], subject, deep, &ret->pool, &comparison);
		/* A name that one kernel alone may have, and the other does not tell of. */
		if (!error && (comparison.cnt || (comparison.unknown && !comparison.nowhere)))
			error = add(ret, subject, &comparison);
		if (error)
			return error;
	}
	return NULL;
}
