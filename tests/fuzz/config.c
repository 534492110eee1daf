/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/system/system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Either an error, or a sorted list without doubles in which each option has a value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_config_option *list = NULL;
	size_t cnt = 0;
	_cleanup_error_ struct error *error = config_parse(&pool, data, size, &list, &cnt);

	if (error && (error->code != ERROR_INPUT || cnt || list))
		abort();
	for (size_t i = 0; i < cnt; i++) {
		if (strncmp(list[i].name, "CONFIG_", 7) || !*list[i].value ||
			!strcmp(list[i].value, "n"))
			abort();
		if (i && strcmp(list[i - 1].name, list[i].name) >= 0)
			abort();
	}
	return 0;
}
