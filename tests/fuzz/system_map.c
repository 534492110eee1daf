/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/system/system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines that may have a label of the assembler, which is neither a symbol nor odd (system/kallsyms.c). */
static size_t count_labels(const uint8_t *data, size_t size)
{
	size_t cnt = 0;
	bool marked = false;

	for (size_t i = 0; i < size; i++) {
		uint8_t next = i + 1 < size ? data[i + 1] : '\n';
		marked |= data[i] == 1 || data[i] == 2 || (data[i] == ' ' && (next == '\n' || next == '\t'));
		if (data[i] != '\n')
			continue;
		cnt += marked;
		marked = false;
	}
	return cnt;
}

/* Symbols with names, and each line is one of them, odd or a label; or an error and nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = NULL;
	_cleanup_error_ struct error *error = system_map_parse(&pool, data, size, &symbols);
	size_t line_cnt = 0;

	if (error ? error->code != ERROR_INPUT || symbols || pool.blocks : !symbols)
		abort();
	for (size_t i = 0; i < size; i++)
		line_cnt += data[i] == '\n';
	if (!symbols)
		return 0;
	size_t told = symbols->cnt + symbols->odd_lines;
	if (!symbols->cnt || told > line_cnt || told + count_labels(data, size) < line_cnt)
		abort();
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (!*symbols->list[i].name || strpbrk(symbols->list[i].name, " \t\n"))
			abort();
	}
	return 0;
}
