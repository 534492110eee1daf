/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/system.h"

#include <string.h>

#include "kernel/kernel.h"
#include "input/system/kallsyms.h"
#include "util/lines.h"

static const char debian_note[] = "ffffffffffffffff B The real System.map is in ";

static struct error *no_symbols(const char *text, size_t size)
{
	if (size >= sizeof(debian_note) && !memcmp(text, debian_note, sizeof(debian_note) - 1))
		return error_create(ERROR_INPUT, "use the System.map of the -dbg package",
			"a placeholder for System.map, without symbols");
	return error_create(ERROR_INPUT, NULL, "it has no symbol line");
}

/*
 * Every kernel ends with _end (linux include/asm-generic/vmlinux.lds.h). A copy of kallsyms without
 * KALLSYMS_ALL has almost no data, and ends with the last section of code (scripts/kallsyms.c,
 * text_ranges).
 */
static bool comes_to_the_end(const struct kernel_symbols *symbols)
{
	bool end = false, code_end = false;

	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (symbol->module)
			continue;
		end |= !strcmp(symbol->name, "_end");
		code_end |= !strcmp(symbol->name, "_einittext");
	}
	return end || (code_end && !symbols_list_data(symbols));
}

struct error *system_map_parse(
	struct pool *pool, const void *data, size_t size, struct kernel_symbols **ret)
{
	_cleanup_pool_ struct pool memory = {0};
	__attribute__((cleanup(symbols_parser_deinit))) struct symbols_parser parser = {
		.pool = &memory};
	_cleanup_line_splitter_ struct line_splitter splitter = {
		.each = symbols_parse_line, .context = &parser};
	const char *text = data;

	if (size && text[size - 1] != '\n')
		return error_create(ERROR_INPUT, NULL, "truncated: its last line has no newline");
	if (!line_splitter_feed(&splitter, text, size) || !line_splitter_finish(&splitter))
		return error_no_memory();
	if (!parser.cnt)
		return no_symbols(text, size);
	struct error *error = symbols_finish(&parser, ret);
	if (error)
		return error;
	(*ret)->cut = !comes_to_the_end(*ret);
	pool_adopt(pool, &memory);
	return NULL;
}
