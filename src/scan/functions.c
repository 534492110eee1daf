/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/functions.h"
#include "functions/dwarf/dwarf.h"
#include "functions/functions.h"

static const struct image *image_of(const struct input_item *item)
{
	return item ? item->image : NULL;
}

/* An input without facts about functions is not faulty. */
static struct error *tell_failure(struct scanned *scanned, const struct input_kernel *input,
	struct error *error)
{
	const struct input_item *item = input->debug ? input->debug : input->image;

	if (error->code != ERROR_NOT_FOUND)
		return scan_settle(scanned, item->name, error);
	kernel_add_limit(&scanned->kernel,
		pool_printf(&scanned->kernel.pool, "facts about functions are unknown: %s",
			error->what),
		"give the vmlinux or the debug file of that build");
	error_free(error);
	return NULL;
}

struct error *scan_functions(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options)
{
	struct kernel *kernel = &scanned->kernel;
	const struct image *image = image_of(input->image), *debug = image_of(input->debug);
	struct functions_input source = {
		.debug = debug && dwarf_is_there(debug) ? debug : NULL,
		.code = image && !image->no_code ? image : NULL,
		.symbols = kernel->symbols,
		.btf = kernel->btf,
		.btf_absent = kernel->btf_absent,
		.stop = options->stop,
	};

	if (!source.debug && (!options->function_facts || !source.code))
		return NULL;
	/* Symbols with sizes and sections, for an image without them. */
	if (!source.debug)
		source.debug = debug;
	struct error *error = source.debug ? functions_load(&source, &scanned->functions)
					   : code_functions_load(&source, &scanned->functions);
	if (!error && options->functions_by_code && scanned->functions->sources & 1u << FUNCTION_SOURCE_DWARF)
		error = code_functions_load(&source, &scanned->by_code);
	if (error)
		return tell_failure(scanned, input, error);
	for (size_t i = 0; i < scanned->functions->limit_cnt; i++)
		kernel_add_limit(kernel, scanned->functions->limits[i], NULL);
	return NULL;
}
