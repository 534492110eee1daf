/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recipes that are known for one function, the one that worked last first. */
#ifndef KCOMPAT_PROBE_CALLS_KNOWN_H
#define KCOMPAT_PROBE_CALLS_KNOWN_H

#include "probe/calls/recipe.h"
#include "snapshot/snapshot.h"

#define KNOWN_MAX 12

struct known_recipe {
	const struct recipe *recipe;
	const struct evidence *evidence; /* NULL: it has not worked yet */
};

struct known {
	struct known_recipe list[KNOWN_MAX];
	size_t cnt;
};

/* Takes the recipes of data/recipes.txt for the function. Texts live in `pool`. False: no memory. */
bool known_load(struct known *known, const char *function, struct pool *pool);
/* Adds a recipe at the front, unless it is known. NULL: no memory. */
struct known_recipe *known_add(struct known *known, const struct recipe *recipe, struct pool *pool);
/* Moves the recipe at `index` to the front. */
void known_prefer(struct known *known, size_t index);

#endif
