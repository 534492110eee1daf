/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "system/system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Symbols with names and not more than lines, or an error and nothing. */
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
	if (!symbols->cnt || symbols->cnt + symbols->odd_lines != line_cnt)
		abort();
	for (size_t i = 0; i < symbols->cnt; i++) {
		if (!*symbols->list[i].name || strpbrk(symbols->list[i].name, " \t\n"))
			abort();
	}
	return 0;
}
