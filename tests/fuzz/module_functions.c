/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "scan/module_functions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct module_functions *functions)
{
	for (size_t i = 0; i < functions->symbol_cnt; i++) {
		if (!*functions->symbols[i].name || !strchr("tTW", functions->symbols[i].type))
			abort();
	}
	for (size_t i = 0; i < functions->prototype_cnt; i++) {
		if (!functions->prototypes[i].function || !*functions->prototypes[i].text)
			abort();
	}
}

static void read_module(const struct image *image, struct module_functions *functions)
{
	static const char *const patterns[] = {"*", "of_module"};
	_cleanup_pool_ struct pool pool = {0};
	struct symbol_filter *filter;
	struct kbtf *btf = NULL;
	const unsigned char *bytes;
	size_t size;
	bool stripped;

	if (symbol_filter_create(&pool, patterns, 2, &filter))
		abort();
	error_free(module_functions_add_symbols(functions, image, "some", filter, &stripped));
	void *copy = image_btf(image, &bytes, &size) ? malloc(size) : NULL;
	if (!copy)
		return;
	memcpy(copy, bytes, size);
	error_free(kbtf_create(copy, size, KBTF_MALLOC, NULL, &btf));
	if (btf)
		error_free(module_functions_add_prototypes(functions, btf, "some", filter));
	kbtf_destroy(btf);
}

/* An ELF file: names and known letters, or an error. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_functions functions = {0};
	struct kernel kernel = {0};
	struct image *image = NULL;
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	error_free(image_create(copy, size, &image));
	if (!image)
		return 0;
	read_module(image, &functions);
	check(&functions);
	if (module_functions_publish(&functions, 1, &kernel))
		abort();
	kernel_deinit(&kernel);
	image_destroy(image);
	return 0;
}
