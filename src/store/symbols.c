/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The section of symbols: see store/form.h. */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#include "util/sort.h"

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

/* The bytes before an entry have a symbol of their own in kernels with CALL_PADDING or CFI_CLANG. */
static bool is_padding(const char *name)
{
	return !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

/* A name with other characters is of no function that anybody asks for. */
static bool is_plain(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (*c <= ' ' || *c >= 0x7f || *c == '#')
			return false;
	}
	return *name;
}

static size_t choose(const struct kernel_symbols *symbols, struct entry *list)
{
	size_t cnt = 0;

	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (!symbol->module && symbol_is_function(symbol) && !is_padding(symbol->name) &&
			is_plain(symbol->name))
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

static void take_letters(
	struct taker *taker, const char *name, const struct store_line *line, size_t key)
{
	struct kernel_symbols *symbols = taker->symbols;

	for (size_t i = key + 1; i < line->len; i++) {
		struct kernel_symbol *list = pool_grow(
			taker->pool, symbols->list, symbols->cnt, &taker->cap, sizeof(*list));
		if (!list) {
			taker->no_memory = true;
			return;
		}
		taker->bad |= !is_letter(line->text[i]);
		symbols->list = list;
		list[symbols->cnt++] = (struct kernel_symbol) {.name = name, .type = line->text[i]};
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
		take_letters(taker, name, line, key);
	else
		taker->no_memory = true;
}

static void take_of_block(struct taker *taker, const struct store_block *block, size_t line)
{
	char *const *keys = block->keys;

	if (keys)
		take_letters(taker, keys[line], &block->lines[line],
			(size_t)(keys[line + 1] - keys[line]) - 1);
	else
		take_line(taker, &block->lines[line]);
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

static struct error *count_lines(const struct store *store, size_t kernel, size_t *ret)
{
	size_t cnt = store_section_index(store, STORE_SYMBOLS)->cnt;
	struct error *error = NULL;

	for (size_t i = 0; i < cnt && !error; i++) {
		_cleanup_block_ struct store_block scratch = {0};
		const struct store_block *block;
		error = store_look_at_block(store, STORE_SYMBOLS, i, &scratch, &block);
		for (size_t k = 0; !error && k < block->cnt; k++)
			*ret += store_line_is_of(store, block, k, kernel);
	}
	return error;
}

struct error *store_symbols_on_demand(
	const struct store *store, size_t kernel, struct pool *pool, struct kernel_symbols **ret)
{
	size_t cnt = store_section_index(store, STORE_SYMBOLS)->cnt, line_cnt = 0;
	struct taker taker;
	struct error *error = count_lines(store, kernel, &line_cnt);

	if (!error)
		error = begin(pool, line_cnt + line_cnt / 8, &taker);
	for (size_t i = 0; i < cnt && !error; i++) {
		_cleanup_block_ struct store_block scratch = {0};
		const struct store_block *block;
		error = store_look_at_block(store, STORE_SYMBOLS, i, &scratch, &block);
		for (size_t k = 0; !error && k < block->cnt; k++) {
			if (store_line_is_of(store, block, k, kernel))
				take_of_block(&taker, block, k);
		}
	}
	return error ? error : finish(&taker, ret);
}
