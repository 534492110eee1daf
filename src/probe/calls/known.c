/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/known.h"
#include "util/embed.h"
#include "util/lines.h"

#include <string.h>

void known_prefer(struct known *known, size_t index)
{
	struct known_recipe first = known->list[index];

	memmove(known->list + 1, known->list, index * sizeof(*known->list));
	known->list[0] = first;
}

static bool append(struct known *known, const struct recipe *recipe, struct pool *pool)
{
	struct recipe *kept = pool_alloc(pool, sizeof(*kept));

	if (!kept)
		return false;
	*kept = *recipe;
	known->list[known->cnt++] = (struct known_recipe) {kept, NULL};
	return true;
}

struct known_recipe *known_add(struct known *known, const struct recipe *recipe, struct pool *pool)
{
	size_t at = 0;

	while (at < known->cnt && !recipe_equal(known->list[at].recipe, recipe))
		at++;
	if (at == known->cnt) {
		/* The one that worked longest ago gives up its place. */
		if (known->cnt == KNOWN_MAX)
			at = --known->cnt;
		if (!append(known, recipe, pool))
			return NULL;
	}
	known_prefer(known, at);
	return &known->list[0];
}

/* "FUNCTION RECIPE" a line. */
bool known_load(struct known *known, const char *function, struct pool *pool)
{
	const char *line;
	size_t len, name_len = strlen(function);
	struct recipe recipe;

	for (const char *at = embed_recipes; list_next_line(&at, &line, &len);) {
		if (len <= name_len + 1 || strncmp(line, function, name_len) != 0 ||
			line[name_len] != ' ' || known->cnt == KNOWN_MAX)
			continue;
		if (recipe_parse(line + name_len + 1, len - name_len - 1, pool, &recipe) &&
			!append(known, &recipe, pool))
			return false;
	}
	return true;
}
