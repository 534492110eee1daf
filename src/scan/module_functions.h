/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of a module that never was loaded, those that were asked for, by symbols and BTF. */
#ifndef KCOMPAT_SCAN_MODULE_FUNCTIONS_H
#define KCOMPAT_SCAN_MODULE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "image/image.h"

/* Of any number of modules; a zeroed one is empty. */
struct module_functions {
	struct pool pool; /* of all below, the names included */
	struct kernel_symbol
		*symbols; /* without addresses: a module has none before it is loaded */
	size_t symbol_cnt, symbol_cap;
	struct kernel_prototype *prototypes;
	size_t prototype_cnt, prototype_cap;
};

/*
 * Adds the symbols of functions that are defined in an executable section of `image`, an unpacked
 * module of any architecture, and that the filter wants. Their type is nm's letter, by the
 * symbol's binding; the kernel itself writes a capital letter for what is exported. Labels that the
 * kernel's own kallsyms leaves out too are left out (is_mapping_symbol() of linux
 * include/linux/module_symbol.h).
 * *stripped: static functions lack their symbols, so that a name that is missing proves nothing.
 * `module` must live as long as the functions. ERROR_INPUT for damaged tables.
 */
struct error *module_functions_add_symbols(struct module_functions *functions,
	const struct image *image, const char *module, const struct symbol_filter *filter,
	bool *stripped);

/* The same for the functions of its BTF. */
struct error *module_functions_add_prototypes(struct module_functions *functions,
	const struct kbtf *btf, const char *module, const struct symbol_filter *filter);

/* Moves everything into the kernel, in an order that does not depend on that of the modules. */
struct error *module_functions_publish(
	struct module_functions *functions, size_t cnt, struct kernel *kernel);

#endif
