/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "input/system/ftrace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(enum names_format format, const char *text, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	const char **names;
	size_t cnt, odd_lines;

	if (names_parse(&pool, format, text, size, &names, &cnt, &odd_lines))
		abort();
	for (size_t i = 0; i < cnt; i++) {
		if (!*names[i] || (i && strcmp(names[i - 1], names[i]) > 0) ||
			!names_count(names, cnt, names[i]))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(NAMES_TRACEABLE, (const char *)data, size);
	parse(NAMES_KPROBE_BLACKLIST, (const char *)data, size);
	return 0;
}
