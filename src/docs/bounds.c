/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first version that can have a call, from refusals, absences and the table of first versions. */
#include <stdio.h>

#include "docs/parts.h"
#include "util/version.h"

/* Raises the bound to the version of a line of the table, if the table has the name. */
static void raise_bound(struct call_bound *bound, const char *name, unsigned int first)
{
	struct feature_origin origin;
	unsigned int version = feature_origin_find(name, &origin) ? version_parse(origin.version) : 0;
	bool again = version == bound->version && bound->origin.version;

	/* A kernel has it before the table does: a backport, or another thing of that name. */
	if (!version || version > first || version < bound->version || again)
		return;
	*bound = (struct call_bound) {.version = version, .origin = origin};
}

/* Is the kfunc registered for all program types? Then it does not wait for a type to get kfuncs. */
static bool is_for_all_types(
	const struct since *since, const struct since_function *function, size_t version)
{
	for (uint32_t type = 0; type < PROG_TYPE_CNT; type++) {
		const struct since_point *point = &since_calls(since, function, type)[version];
		if (point->cell && point->cell->state == CELL_REFUSED)
			return false;
	}
	return true;
}

static void raise_by_calls(struct call_bound *bound, const struct since *since,
	const struct since_function *function, enum prog_type type, const struct since_point *first)
{
	const char *word = prog_type_word(type);
	size_t version = (size_t)(first - since_calls(since, function, type));
	char key[FEATURE_CALL_MAX];
	struct feature_origin origin;

	snprintf(key, sizeof(key), FEATURE_CALL, function->subject.name, word);
	raise_bound(bound, key, first->version);
	bound->exact = feature_origin_find(key, &origin) && origin.version == bound->origin.version;
	if (bound->exact || function->subject.kind != SUBJECT_KFUNC || is_for_all_types(since, function, version))
		return;
	snprintf(key, sizeof(key), FEATURE_CALL, "kfunc", word);
	raise_bound(bound, key, first->version);
}

struct call_bound call_bound_find(const struct since *since, const struct since_function *function,
	enum prog_type type, const struct since_known *known)
{
	struct call_bound bound = {.version = since_earliest(known)};

	raise_bound(&bound, function->subject.name, known->first->version);
	raise_bound(&bound, prog_type_enumerator(type), known->first->version);
	raise_by_calls(&bound, since, function, type, known->first);
	return bound;
}

void put_bound_tag(struct buf *out, const struct call_bound *bound, unsigned int first)
{
	if ((bound->exact || bound->version == first) && bound->origin.version)
		put_origin_tag(out, &bound->origin);
	else
		put_range_tag(out, bound->version, first);
}
