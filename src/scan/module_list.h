/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Were all modules of a kernel read? Only then does a missing name prove absence. */
#ifndef KCOMPAT_SCAN_MODULE_LIST_H
#define KCOMPAT_SCAN_MODULE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "input/input.h"

/* The modules that were read. A zeroed struct is empty. */
struct module_census {
	const char **names;
	size_t cnt, cap;
	size_t stripped_cnt; /* without the symbols of static functions */
	/* Modules with unreadable kfuncs, or with unreadable functions. They may be in `names`. */
	size_t kfuncs_unread_cnt, functions_unread_cnt;
};

/* Why modules may be missing, a clause; NULL: all were read. */
struct module_verdict {
	const char *kfuncs_missing, *functions_missing;
	const char *remedy; /* against the former, else the latter; NULL: no remedy */
};

/*
 * The name of the loaded module, in `pool`: from .modinfo (since linux 4.16), else from its file.
 * NULL: no memory.
 */
const char *module_name(struct pool *pool, const struct input_item *module);

/* `name` lives as long as the pool. */
struct error *module_census_add(
	struct module_census *census, struct pool *pool, const char *name, bool stripped);

/*
 * All modules were read if every module in modules.order was read. linux scripts/Makefile.modinst
 * installs this file with every module of the build, including those that a distribution ships in
 * other packages. A configuration without module support also proves it. Texts live in the kernel's
 * pool.
 */
struct error *module_census_conclude(const struct module_census *census, struct kernel *kernel,
	const struct input_kernel *input, bool left_unread, struct module_verdict *ret);

#endif
