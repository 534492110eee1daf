/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nearest name of the kernels that are in a store. */
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/history/stored.h"
#include "util/array.h"
#include "util/suggest.h"

struct nearest {
	struct pool *pool;
	const char *name;
	struct suggestion near;
	bool no_memory;
};

static void nearest_consider(struct nearest *nearest, const char *text)
{
	const char *was = nearest->near.best;

	suggest_consider(&nearest->near, nearest->name, text);
	if (nearest->near.best == was)
		return;
	/* The text is a cursor's. */
	nearest->near.best = pool_strdup(nearest->pool, text);
	nearest->no_memory |= !nearest->near.best;
}

static void consider_rest(struct nearest *nearest, const char *key, const char *prefix)
{
	size_t len = strlen(prefix);

	if (!strncmp(key, prefix, len))
		nearest_consider(nearest, key + len);
}

/* A tracepoint, a hook and a system call have names of their own. */
static void nearest_take(struct nearest *nearest, const struct store_record *record)
{
	if (*record->key == STORE_NAMELESS || strchr(record->key, '#') ||
		(record->section == STORE_SYMBOLS && strchr(record->key, '.')))
		return;
	nearest_consider(nearest, record->key);
	consider_rest(nearest, record->key, TRACEPOINT_PREFIX);
	consider_rest(nearest, record->key, LSM_PREFIX);
	for (size_t i = 0; i < SYMBOL_SYSCALL_WRAPPERS && record->section == STORE_SYMBOLS; i++)
		consider_rest(nearest, record->key, symbol_syscall_prefixes[i]);
}

static struct error *search_section(
	struct nearest *nearest, const struct store *store, enum store_section section)
{
	const struct store_record *record = NULL;
	struct store_cursor *cursor = NULL;
	struct error *error = store_cursor_create(store, section, "", &cursor);

	while (!error && !(error = store_cursor_next(cursor, &record)) && record)
		nearest_take(nearest, record);
	store_cursor_destroy(cursor);
	return error || !nearest->no_memory ? error : error_no_memory();
}

static struct error *search_all(const struct history *history, struct nearest *nearest)
{
	/* The other sections are about functions that one of these has. */
	static const enum store_section sections[] = {STORE_FUNCTIONS, STORE_TYPES, STORE_SYMBOLS, STORE_PROTOTYPES};
	const struct store **stores;
	size_t cnt;
	struct error *error = stored_list(history, nearest->pool, &stores, &cnt);

	for (size_t i = 0; i < cnt && !error; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(sections) && !error; k++)
			error = search_section(nearest, stores[i], sections[k]);
	}
	return error;
}

/* The members of every form of the type. *ret NULL: none is near. */
static struct error *nearest_member(const struct history *history, const char *type, const char *member,
	struct pool *pool, const char **ret)
{
	struct type_subject *list;
	struct suggestion near = {0};
	size_t cnt;
	struct error *error = types_find(history, type, pool, &list, &cnt);

	for (size_t i = 0; i < cnt && !error; i++) {
		for (size_t row = 0; row < history->row_cnt; row++) {
			const struct type_form *form = list[i].forms[row];
			for (size_t k = 0; form && k < form->part_cnt; k++)
				suggest_consider(&near, member, form->parts[k].name);
		}
	}
	*ret = near.best ? pool_printf(pool, "%s.%s", type, near.best) : NULL;
	return error || *ret || !near.best ? error : error_no_memory();
}

struct error *types_suggest(
	const struct history *history, const char *name, struct pool *pool, const char **ret)
{
	size_t len = strcspn(name, ".");
	const char *member = name[len] && len ? name + len + 1 : NULL;
	struct nearest nearest = {.pool = pool, .name = member ? pool_strndup(pool, name, len) : name};
	struct error *error = nearest.name ? NULL : error_no_memory();

	*ret = NULL;
	if (!error && member)
		error = nearest_member(history, nearest.name, member, pool, ret);
	if (!error && !*ret)
		error = search_all(history, &nearest);
	if (error || *ret || !nearest.near.best || !nearest.near.distance)
		return error;
	*ret = member ? pool_printf(pool, "%s.%s", nearest.near.best, member) : nearest.near.best;
	return *ret ? NULL : error_no_memory();
}
