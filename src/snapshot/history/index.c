/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every name asks of a history: made once. */
#include "snapshot/history/index.h"

#include <stdlib.h>
#include <string.h>

#include "util/sort.h"
#include "util/strtab.h"

const struct context_map *history_context_map(
	const struct history *history, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < history->map_cnt; i++) {
		if (history->maps[i].list == snapshot->contexts)
			return &history->maps[i];
	}
	return NULL;
}

static bool add_map(struct history *history, struct texts *names, const struct snapshot *snapshot)
{
	struct pool *pool = &history->pool;
	size_t *rows = pool_calloc(pool, snapshot->context_cnt, sizeof(*rows));
	struct context_map *maps =
		pool_grow(pool, history->maps, history->map_cnt, &history->map_cap, sizeof(*maps));

	if (!rows || !maps)
		return false;
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const char *name = snapshot->contexts[i].name;
		rows[i] = texts_number(names, name, strlen(name));
	}
	history->maps = maps;
	maps[history->map_cnt++] = (struct context_map) {
		.list = snapshot->contexts, .cnt = snapshot->context_cnt, .rows = rows};
	return !names->failed;
}

static bool find_places(struct history *history, struct context_map *map)
{
	map->places = pool_calloc(&history->pool, history->context_cnt, sizeof(*map->places));
	for (size_t r = 0; map->places && r < history->context_cnt; r++)
		map->places[r] = SIZE_MAX;
	for (size_t i = map->cnt; map->places && i-- > 0;)
		map->places[map->rows[i]] = i;
	return map->places;
}

static bool take_names(struct history *history, const struct texts *names)
{
	bool ok = true;

	history->contexts = pool_calloc(&history->pool, names->cnt, sizeof(*history->contexts));
	history->context_cnt = history->contexts ? names->cnt : 0;
	for (size_t i = 0; i < history->context_cnt && ok; i++) {
		history->contexts[i] = pool_strdup(&history->pool, names->list[i]);
		ok = history->contexts[i];
	}
	return ok && history->contexts;
}

static bool index_contexts(struct history *history)
{
	struct texts names = {0};
	bool ok = true;

	for (size_t i = history->row_cnt; i-- > 0;) {
		for (size_t e = 0; e < history->rows[i].entry_cnt && ok; e++) {
			const struct snapshot *snapshot = history->rows[i].entries[e]->snapshot;
			ok = history_context_map(history, snapshot) ||
				add_map(history, &names, snapshot);
		}
	}
	ok = ok && take_names(history, &names);
	for (size_t i = 0; i < history->map_cnt && ok; i++)
		ok = find_places(history, &history->maps[i]);
	texts_deinit(&names);
	return ok;
}

struct module_kfunc {
	const char *name, *module;
	size_t order;
};

static int compare_module_kfuncs(const void *a, const void *b)
{
	const struct module_kfunc *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : order_numbers(left->order, right->order);
}

static bool add_module_kfuncs(struct history *history, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		const struct snapshot_kfunc *kfunc = &snapshot->kfuncs[i];
		if (!strcmp(kfunc->module, "vmlinux") ||
			(i && !strcmp(kfunc[-1].name, kfunc->name)))
			continue;
		struct module_kfunc *list = pool_grow(&history->pool, history->module_kfuncs,
			history->module_kfunc_cnt, &history->module_kfunc_cap, sizeof(*list));
		if (!list)
			return false;
		history->module_kfuncs = list;
		list[history->module_kfunc_cnt] = (struct module_kfunc) {
			kfunc->name, kfunc->module, history->module_kfunc_cnt};
		history->module_kfunc_cnt++;
	}
	return true;
}

/* Of several modules, that of the oldest kernel stays. */
static bool index_modules(struct history *history)
{
	struct module_kfunc *list;
	bool ok = true;
	size_t cnt = 0;

	for (size_t i = 0; i < history->row_cnt; i++) {
		for (size_t e = 0; e < history->rows[i].entry_cnt && ok; e++)
			ok = add_module_kfuncs(history, history->rows[i].entries[e]->snapshot);
	}
	list = history->module_kfuncs;
	if (list)
		qsort(list, history->module_kfunc_cnt, sizeof(*list), compare_module_kfuncs);
	for (size_t i = 0; i < history->module_kfunc_cnt; i++) {
		if (!cnt || strcmp(list[cnt - 1].name, list[i].name))
			list[cnt++] = list[i];
	}
	history->module_kfunc_cnt = cnt;
	return ok;
}

bool history_index(struct history *history)
{
	history->call_index = pool_calloc(&history->pool, 1, sizeof(*history->call_index));
	return history->call_index && index_contexts(history) && index_modules(history);
}

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct module_kfunc *)item)->name);
}

const char *history_module_of(const struct history *history, const char *kfunc)
{
	const struct module_kfunc *found = history->module_kfunc_cnt
		? bsearch(kfunc, history->module_kfuncs, history->module_kfunc_cnt, sizeof(*found),
			  compare_name)
		: NULL;

	return found ? found->module : NULL;
}
