/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section of symbols: see store/form.h. */
#include "store/data_names.h"
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#include "store/opened.h"
#include "util/sort.h"

/* A kernel has 30,000 to 70,000. */
#define EXPECTED_SYMBOLS 70000u

struct entry {
	const char *name;
	char type;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->type > y->type) - (x->type < y->type);
}

static size_t choose(const struct kernel_symbols *symbols, struct entry *list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (!symbol->module && symbol_is_function(symbol) && !store_is_padding(symbol->name) &&
			store_is_plain_symbol(symbol->name))
			list[cnt++] = (struct entry) {symbol->name, symbol->type};
	}
	if (cnt)
		qsort(list, cnt, sizeof(*list), compare_entries);
	return cnt;
}

struct error *store_emit_symbols(const struct kernel_symbols *symbols, struct store_lines *lines)
{
	struct entry *list = calloc(symbols->cnt + 1, sizeof(*list));
	struct buf *out = &lines->text[STORE_SYMBOLS];

	if (!list)
		return error_no_memory();
	size_t cnt = choose(symbols, list);
	for (size_t i = 0; i < cnt; i++) {
		bool again = i && !strcmp(list[i - 1].name, list[i].name);
		if (!again)
			buf_printf(out, "%s%s\t", i ? "\n" : "", list[i].name);
		buf_putc(out, list[i].type);
	}
	if (cnt)
		buf_putc(out, '\n');
	free(list);
	return out->failed ? error_no_memory() : NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '?';
}

/* The symbols of lines, which are hostile input. */
struct taker {
	struct pool *pool;
	struct kernel_symbols *symbols;
	size_t cap;
	bool bad, no_memory;
};

static void take_letters(struct taker *taker, const char *name, const char *letters, size_t cnt)
{
	struct kernel_symbols *symbols = taker->symbols;

	for (size_t i = 0; i < cnt; i++) {
		struct kernel_symbol *list = pool_grow(
			taker->pool, symbols->list, symbols->cnt, &taker->cap, sizeof(*list));
		if (!list) {
			taker->no_memory = true;
			return;
		}
		taker->bad |= !is_letter(letters[i]);
		symbols->list = list;
		list[symbols->cnt++] = (struct kernel_symbol) {.name = name, .type = letters[i]};
	}
}

/* Its text does not last. */
static void take_line(struct taker *taker, const struct store_line *line)
{
	size_t key = store_key_length(line);
	const char *name = pool_strndup(taker->pool, line->text, key);

	for (size_t i = 0; i < key; i++)
		taker->bad |= line->text[i] <= ' ' || line->text[i] >= 0x7f;
	if (name)
		take_letters(taker, name, line->text + key + 1, line->len - key - 1);
	else
		taker->no_memory = true;
}

/* `cap`: how many symbols to expect. */
static struct error *begin(struct pool *pool, size_t cap, struct taker *ret)
{
	struct kernel_symbols *symbols = pool_alloc(pool, sizeof(*symbols));
	struct symbol_filter *nothing = NULL;
	/* No function of a module was looked for. */
	struct error *error = symbol_filter_create(pool, NULL, 0, &nothing);

	if (error || !symbols)
		return error ? error : error_no_memory();
	*symbols = (struct kernel_symbols) {
		.list = pool_alloc(pool, (cap + 1) * sizeof(*symbols->list)),
		.addresses_hidden = true,
		.module_filter = nothing,
	};
	*ret = (struct taker) {.pool = pool, .symbols = symbols, .cap = cap + 1};
	return symbols->list ? NULL : error_no_memory();
}

static struct error *finish(const struct taker *taker, struct kernel_symbols **ret)
{
	if (taker->no_memory)
		return error_no_memory();
	if (taker->bad)
		return error_create(ERROR_INPUT, NULL, "a symbol of the store is damaged");
	*ret = taker->symbols;
	return NULL;
}

struct error *store_read_symbols(
	const struct buf *text, struct pool *pool, struct kernel_symbols **ret)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct store_line *lines = NULL;
	struct taker taker;
	size_t cnt = 0;
	struct error *error = begin(pool, 0, &taker);

	if (!error)
		error = store_split_lines(text, &scratch, &lines, &cnt);
	for (size_t i = 0; i < cnt && !error; i++)
		take_line(&taker, &lines[i]);
	return error ? error : finish(&taker, ret);
}

/* The symbols of a block that the kernel has. */
static void take_columns(const struct store *store, size_t kernel, const struct store_columns *columns,
	const struct store_line *names, struct taker *taker)
{
	for (size_t i = 0; i < columns->cnt; i++) {
		const struct store_line *key = &names[columns->keys[i]], *letters = &names[columns->words[i]];
		if (store_mask_has(store_mask(store, columns->masks[i]), kernel))
			take_letters(taker, key->text, letters->text, letters->len);
	}
}

struct data_source {
	const struct store *store;
	size_t kernel;
};

static struct error *find_data(const void *context, const char *name, char *type)
{
	const struct data_source *source = context;

	return store_find_data(source->store, source->kernel, name, type);
}

static struct error *offer_data(
	const struct store *store, size_t kernel, struct pool *pool, struct kernel_symbols *symbols)
{
	struct data_source *source = pool_alloc(pool, sizeof(*source));

	if (!source)
		return error_no_memory();
	*source = (struct data_source) {store, kernel};
	symbols->find_data = find_data;
	symbols->data_source = source;
	return NULL;
}

struct error *store_symbols_on_demand(
	const struct store *store, size_t kernel, struct pool *pool, struct kernel_symbols **ret)
{
	const struct store_index *index = store_section_index(store, STORE_SYMBOLS);
	const struct store_line *names;
	const struct store_columns *columns = NULL;
	struct taker taker;
	struct error *error = store_all_names(store, &names);

	if (!error)
		error = begin(pool, EXPECTED_SYMBOLS, &taker);
	for (size_t i = 0; i < index->cnt && !error; i++) {
		error = store_keep_columns(store, STORE_SYMBOLS, i, &columns);
		if (!error)
			take_columns(store, kernel, columns, names, &taker);
	}
	if (!error && store_kernel(store, kernel)->whole & 1u << STORE_DATA)
		error = offer_data(store, kernel, pool, taker.symbols);
	return error ? error : finish(&taker, ret);
}
