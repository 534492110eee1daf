/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requested functions of a module that was never loaded, from symbols and BTF. */
#ifndef KCOMPAT_SCAN_MODULE_FUNCTIONS_H
#define KCOMPAT_SCAN_MODULE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "image/image.h"

/* The functions of any number of modules. A zeroed struct is empty. */
struct module_functions {
	struct pool pool; /* owns everything below, including names */
	struct kernel_symbol
		*symbols; /* without addresses: a module gets them when it is loaded */
	size_t symbol_cnt, symbol_cap;
	struct kernel_prototype *prototypes;
	size_t prototype_cnt, prototype_cap;
};

/*
 * Adds function symbols that the filter selects and an executable section of `image` defines.
 * `image` is an unpacked module of any architecture. The type is nm's letter, from the symbol's
 * binding; the kernel itself writes a capital letter for exported symbols. Labels that kallsyms
 * skips are skipped (is_mapping_symbol() of linux include/linux/module_symbol.h).
 * *stripped: static functions have no symbols, so a missing name proves nothing.
 * `module` must live as long as the functions. ERROR_INPUT: damaged tables.
 */
struct error *module_functions_add_symbols(struct module_functions *functions,
	const struct image *image, const char *module, const struct symbol_filter *filter,
	bool *stripped);

/* The same for the functions of its BTF. */
struct error *module_functions_add_prototypes(struct module_functions *functions,
	const struct kbtf *btf, const char *module, const struct symbol_filter *filter);

/* Moves everything into the kernel. The result does not depend on the order of the modules. */
struct error *module_functions_publish(
	struct module_functions *functions, size_t cnt, struct kernel *kernel);

#endif
