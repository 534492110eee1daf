/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a file with debug information: what comes out must hold together. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "functions/functions.h"
#include "snapshot/functions_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct kernel_functions *functions)
{
	_cleanup_buf_ struct buf line = {0};

	for (size_t i = 0; i < functions->cnt; i++) {
		const struct kernel_function *function = &functions->list[i];
		if (!function_name_is_sane(function->name) ||
			(i && strcmp(function[-1].name, function->name) >= 0) ||
			(!function->symbol_cnt && !function->instance_cnt))
			abort();
		for (size_t n = 0; n < function->instance_cnt; n++) {
			const struct function_instance *instance = &function->instances[n];
			for (size_t c = 0; c < instance->direct_cnt; c++) {
				if (!instance->direct[c].function || !instance->direct[c].cnt)
					abort();
			}
			for (size_t c = 0; c < instance->inline_site_cnt; c++) {
				if (!kernel_functions_find(
					    functions, instance->inline_sites[c].function))
					abort();
			}
		}
		buf_clear(&line);
		functions_put_function(&line, function);
		if (line.failed || memchr(line.data, '\n', line.len))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_functions *functions = NULL;
	struct image *image = NULL;
	void *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	struct error *error = image_create(copy, size, &image);
	const struct functions_input input = {.debug = image, .threads = 1};
	if (!error)
		error = functions_load(&input, &functions);
	if (!error != !!functions || (error && !*error->what))
		abort();
	if (functions)
		check(functions);
	error_free(error);
	kernel_functions_destroy(functions);
	image_destroy(image);
	return 0;
}
