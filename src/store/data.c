/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section of data's symbols: see store/form.h. */
#include "store/data_names.h"
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#define NO_LETTER "-"
#define NUMBERED '.'
#define UNTOLD '?' /* the letter of a name that a macro made */

/* A symbol by what is left of its name. */
struct entry {
	const char *key;
	char mark; /* the nm letter of the name itself; NUMBERED or the letter of what stands before it */
	bool own;  /* the first */
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (!order)
		order = y->own - x->own;
	return order ? order : (x->mark > y->mark) - (x->mark < y->mark);
}

static struct error *choose(
	const struct kernel_symbols *symbols, struct pool *pool, struct entry *list, size_t *cnt)
{
	_cleanup_buf_ struct buf key = {0};

	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		struct data_name name;
		bool function = symbol_is_function(symbol) && !store_is_padding(symbol->name);
		if (symbol->module || function || !store_is_plain_symbol(symbol->name))
			continue;
		buf_clear(&key);
		data_name_split(symbol->name, &key, &name);
		bool own = !name.prefix && !name.numbered;
		struct entry *entry = &list[(*cnt)++];
		*entry = (struct entry) {pool_strdup(pool, buf_text(&key)),
			own             ? symbol->type
				: name.prefix ? name.prefix
					      : NUMBERED,
			own};
		if (key.failed || !entry->key)
			return error_no_memory();
	}
	if (*cnt)
		qsort(list, *cnt, sizeof(*list), compare_entries);
	return NULL;
}

/* The marks of one key, from `i` on. Returns where the next key begins. */
static size_t put_line(const struct entry *list, size_t cnt, size_t i, struct buf *out)
{
	const size_t first = i;
	bool own = true;

	buf_printf(out, "%s\t%s", list[i].key, list[i].own ? "" : NO_LETTER);
	for (; i < cnt && !strcmp(list[i].key, list[first].key); i++) {
		if (own && !list[i].own)
			buf_putc(out, '\t');
		own = list[i].own;
		if (i == first || compare_entries(&list[i], &list[i - 1]))
			buf_putc(out, list[i].mark);
	}
	buf_putc(out, '\n');
	return i;
}

struct error *store_emit_data(const struct kernel_symbols *symbols, struct store_lines *lines)
{
	_cleanup_pool_ struct pool pool = {0};
	struct entry *list = calloc(symbols->cnt + 1, sizeof(*list));
	struct buf *out = &lines->text[STORE_DATA];
	size_t cnt = 0;

	if (!list)
		return error_no_memory();
	struct error *error = choose(symbols, &pool, list, &cnt);
	for (size_t i = 0; i < cnt && !error;)
		i = put_line(list, cnt, i, out);
	free(list);
	return error || !out->failed ? error : error_no_memory();
}

static bool has_name(const char *body, const struct data_name *name)
{
	const char *marks = strchr(body, '\t');

	if (name->prefix)
		return marks && strchr(marks, name->prefix);
	if (name->numbered)
		return marks && strchr(marks, NUMBERED);
	return *body != *NO_LETTER;
}

static struct error *find_data(const struct store *store, const char *name, struct pool *pool,
	struct data_name *split, struct store_records *ret)
{
	_cleanup_buf_ struct buf key = {0};
	struct store_records found = {0};

	data_name_split(name, &key, split);
	struct error *error =
		key.failed ? error_no_memory() : store_find(store, STORE_DATA, buf_text(&key), pool, &found);
	*ret = (struct store_records) {.list = found.list};
	for (size_t i = 0; i < found.cnt && !error; i++) {
		if (has_name(found.list[i].body, split))
			ret->list[ret->cnt++] = found.list[i];
	}
	return error;
}

struct error *store_find_data_of_any_number(
	const struct store *store, const char *name, struct pool *pool, struct store_records *ret)
{
	struct data_name split;

	return find_data(store, name, pool, &split, ret);
}

struct error *store_find_data(const struct store *store, size_t kernel, const char *name, char *type)
{
	_cleanup_pool_ struct pool pool = {0};
	struct store_records found = {0};
	struct data_name split;
	struct error *error = find_data(store, name, &pool, &split, &found);

	*type = '\0';
	/* Which number it is was not stored. */
	bool none = split.numbered || (split.prefix && strchr(DATA_PADDING, split.prefix));
	for (size_t i = 0; i < found.cnt && !error && !none; i++) {
		if (store_record_is_of(&found.list[i], kernel))
			*type = split.prefix ? UNTOLD : *found.list[i].body;
	}
	return error;
}
