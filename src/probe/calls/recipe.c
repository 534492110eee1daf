/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/recipe.h"

#include <string.h>

static struct recipe_choice *find(const struct recipe *recipe, const char *path)
{
	for (size_t i = 0; i < recipe->cnt; i++) {
		if (!strcmp(recipe->list[i].path, path))
			return (struct recipe_choice *)&recipe->list[i];
	}
	return NULL;
}

const char *recipe_get(const struct recipe *recipe, const char *path)
{
	const struct recipe_choice *choice = find(recipe, path);

	return choice ? choice->name : NULL;
}

bool recipe_set(struct recipe *recipe, const char *path, const char *name)
{
	struct recipe_choice *choice = find(recipe, path);

	if (choice) {
		choice->name = name;
		return true;
	}
	if (recipe->cnt == RECIPE_CHOICES_MAX)
		return false;
	recipe->list[recipe->cnt++] = (struct recipe_choice) {path, name};
	return true;
}

static void remove_at(struct recipe *recipe, size_t at)
{
	recipe->cnt--;
	memmove(recipe->list + at, recipe->list + at + 1,
		(recipe->cnt - at) * sizeof(*recipe->list));
}

void recipe_drop(struct recipe *recipe, const char *path)
{
	struct recipe_choice *choice = find(recipe, path);

	if (choice)
		remove_at(recipe, (size_t)(choice - recipe->list));
}

bool recipe_path_is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

void recipe_drop_below(struct recipe *recipe, const char *path)
{
	for (size_t i = recipe->cnt; i-- > 0;) {
		if (recipe_path_is_below(recipe->list[i].path, path) &&
			strcmp(recipe->list[i].path, path) != 0)
			remove_at(recipe, i);
	}
}

bool recipe_equal(const struct recipe *a, const struct recipe *b)
{
	if (a->cnt != b->cnt)
		return false;
	for (size_t i = 0; i < a->cnt; i++) {
		const char *name = recipe_get(b, a->list[i].path);
		if (!name || strcmp(name, a->list[i].name) != 0)
			return false;
	}
	return true;
}

void recipe_print(const struct recipe *recipe, struct buf *out)
{
	if (!recipe->cnt)
		buf_puts(out, RECIPE_PLAIN);
	for (size_t i = 0; i < recipe->cnt; i++)
		buf_printf(out, "%s%s=%s", i ? " " : "", recipe->list[i].path, recipe->list[i].name);
}

bool recipe_parse(const char *text, size_t len, struct pool *pool, struct recipe *recipe)
{
	const char *end = text + len;

	*recipe = (struct recipe) {.cnt = 0};
	if (len == strlen(RECIPE_PLAIN) && !strncmp(text, RECIPE_PLAIN, len))
		return true;
	while (text < end) {
		const char *space = memchr(text, ' ', (size_t)(end - text));
		const char *stop = space ? space : end;
		const char *equal = memchr(text, '=', (size_t)(stop - text));
		if (!equal || equal == text || equal + 1 == stop || equal - text >= RECIPE_PATH_MAX ||
			stop - equal > RECIPE_NAME_MAX)
			return false;
		const char *path = pool_intern(pool, text, (size_t)(equal - text));
		const char *name = pool_intern(pool, equal + 1, (size_t)(stop - equal - 1));
		if (!path || !name || !recipe_set(recipe, path, name))
			return false;
		text = space ? space + 1 : end;
	}
	return recipe->cnt > 0;
}
