/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A byte of flags (big-endian, 32 bit, no address), then the image. */
#include <ctype.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/kallsyms/kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All symbols in order, each with a name, or an error and nothing. */
static void check(const struct kernel_symbols *symbols)
{
	bool found = false;

	if (symbols->cnt < KALLSYMS_CNT_MIN || symbols->cnt > KALLSYMS_CNT_MAX)
		abort();
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if ((!isalpha((unsigned char)symbol->type) && symbol->type != '?') ||
			!*symbol->name || strpbrk(symbol->name, " \t\n\177"))
			abort();
		if (i && symbols->list[i - 1].address > symbol->address)
			abort();
		found |= !strcmp(symbol->name, "_text") || !strcmp(symbol->name, "_stext");
	}
	if (!found)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_symbols *symbols = NULL;
	struct kallsyms_layout layout;

	if (!size)
		return 0;
	bool wide = !(*data & 2), offset = *data & 4;
	uint64_t link = wide ? 0xffffffff81000000u : 0xc0300000u;
	struct image_segment segment = {.name = "",
		.address = offset ? 0 : link,
		.data = data + 1,
		.size_bytes = size - 1,
		.executable = true};
	const struct image image = {.machine = EM_AARCH64,
		.big_endian = *data & 1,
		.address_bytes = wide ? 8 : 4,
		.segments = &segment,
		.segment_cnt = 1,
		.address_is_offset = offset};
	_cleanup_error_ struct error *error = image_kallsyms(&image, &pool, &symbols, &layout);

	if (error ? error->code != ERROR_INPUT || symbols || pool.blocks : !symbols)
		abort();
	if (symbols)
		check(symbols);
	return 0;
}
