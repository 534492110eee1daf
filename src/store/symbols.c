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

/* How many symbols the lines are; SIZE_MAX: one is damaged. */
static size_t count_symbols(const struct store_line *lines, size_t cnt)
{
	size_t all = 0;

	for (size_t i = 0; i < cnt; i++) {
		size_t key = store_key_length(&lines[i]);
		for (size_t k = 0; k < key; k++) {
			if (lines[i].text[k] <= ' ' || lines[i].text[k] >= 0x7f)
				return SIZE_MAX;
		}
		for (size_t k = key + 1; k < lines[i].len; k++, all++) {
			if (!is_letter(lines[i].text[k]))
				return SIZE_MAX;
		}
	}
	return all;
}

static struct error *fill(
	const struct store_line *lines, size_t cnt, struct pool *pool, struct kernel_symbols *symbols)
{
	for (size_t i = 0; i < cnt; i++) {
		size_t key = store_key_length(&lines[i]);
		const char *name = pool_strndup(pool, lines[i].text, key);
		if (!name)
			return error_no_memory();
		for (size_t k = key + 1; k < lines[i].len; k++)
			symbols->list[symbols->cnt++] =
				(struct kernel_symbol) {.name = name, .type = lines[i].text[k]};
	}
	return NULL;
}

struct error *store_read_symbols(
	const struct buf *text, struct pool *pool, struct kernel_symbols **ret)
{
	_cleanup_pool_ struct pool scratch = {0};
	struct kernel_symbols *symbols = pool_alloc(pool, sizeof(*symbols));
	struct symbol_filter *nothing = NULL;
	struct store_line *lines = NULL;
	size_t line_cnt = 0;
	struct error *error = symbols ? store_split_lines(text, &scratch, &lines, &line_cnt) : error_no_memory();
	size_t cnt = error ? 0 : count_symbols(lines, line_cnt);

	if (!error && cnt == SIZE_MAX)
		error = error_create(ERROR_INPUT, NULL, "a symbol of the store is damaged");
	/* No function of a module was looked for. */
	if (!error)
		error = symbol_filter_create(pool, NULL, 0, &nothing);
	if (error)
		return error;
	*symbols = (struct kernel_symbols) {
		.list = pool_calloc(pool, cnt, sizeof(*symbols->list)),
		.addresses_hidden = true,
		.module_filter = nothing,
	};
	error = symbols->list ? fill(lines, line_cnt, pool, symbols) : error_no_memory();
	*ret = symbols;
	return error;
}
