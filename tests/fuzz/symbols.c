/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "input/system/kallsyms.h"
#include "util/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kernel_symbols *parse(struct pool *pool, const char *text, size_t size, size_t piece)
{
	struct symbols_parser parser = {.pool = pool};
	struct line_splitter splitter = {.each = symbols_parse_line, .context = &parser};
	struct kernel_symbols *symbols = NULL;
	bool ok = true;

	for (size_t at = 0; ok && at < size; at += piece)
		ok = line_splitter_feed(
			&splitter, text + at, size - at < piece ? size - at : piece);
	ok = ok && line_splitter_finish(&splitter);
	line_splitter_deinit(&splitter);
	if (!ok || symbols_finish(&parser, &symbols))
		abort();
	symbols_parser_deinit(&parser);
	return symbols;
}

static void compare(const struct kernel_symbols *a, const struct kernel_symbols *b)
{
	if (a->cnt != b->cnt || a->odd_lines != b->odd_lines ||
		a->addresses_hidden != b->addresses_hidden)
		abort();
	for (size_t i = 0; i < a->cnt; i++) {
		const struct kernel_symbol *one = &a->list[i], *two = &b->list[i];
		if (one->address != two->address || one->type != two->type ||
			strcmp(one->name, two->name) || !one->module != !two->module ||
			(one->module && strcmp(one->module, two->module)))
			abort();
	}
}

/* Every symbol is found again under its base name. */
static void look_up(struct pool *pool, const struct kernel_symbols *symbols)
{
	struct symbol_index *index;

	if (symbol_index_create(symbols, &index))
		abort();
	for (size_t i = 0; i < symbols->cnt && i < 64; i++) {
		const struct kernel_symbol *wanted = &symbols->list[i], *found;
		char *base =
			pool_strndup(pool, wanted->name, symbol_base_length(wanted->name, NULL));
		if (!*base || !symbol_base_equals(wanted->name, base))
			abort();
		found = symbol_index_first(index, base);
		while (found && found != wanted)
			found = symbol_index_next(index, found);
		if (!found)
			abort();
	}
	symbol_index_destroy(index);
}

/* The first byte is the size of the pieces; the result must not depend on it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};

	if (!size)
		return 0;
	const char *text = (const char *)data + 1;
	const struct kernel_symbols *whole = parse(&pool, text, size - 1, size);
	compare(whole, parse(&pool, text, size - 1, (size_t)data[0] + 1));
	look_up(&pool, whole);
	return 0;
}
