/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Were all modules of a kernel read? Only then does a name that is missing prove something. */
#ifndef KCOMPAT_SCAN_MODULE_LIST_H
#define KCOMPAT_SCAN_MODULE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/kernel.h"
#include "input/input.h"

/* The modules that were read; a zeroed one is empty. */
struct module_census {
	const char **names;
	size_t cnt, cap;
	size_t stripped_cnt; /* without the symbols of static functions */
	/* Modules of which the one or the other could not be read; they may stand in `names`. */
	size_t kfuncs_unread_cnt, functions_unread_cnt;
};

/* Why something may be missing, a clause; NULL: nothing is. */
struct module_verdict {
	const char *kfuncs_missing, *functions_missing;
	const char *remedy; /* against the former, else the latter; NULL: there is none */
};

/*
 * The name a module has once it is loaded, in `pool`: of its .modinfo (since linux 4.16), else of
 * its file. NULL: no memory.
 */
const char *module_name(struct pool *pool, const struct input_item *module);

/* `name` lives as long as the pool. */
struct error *module_census_add(
	struct module_census *census, struct pool *pool, const char *name, bool stripped);

/*
 * All modules were read when modules.order of the kernel's inputs lists none that was not (linux
 * scripts/Makefile.modinst installs it: every module of the build, also of those that a
 * distribution ships in other packages), or when the configuration says that the kernel takes none.
 * Texts live in the kernel's pool.
 */
struct error *module_census_conclude(const struct module_census *census, struct kernel *kernel,
	const struct input_kernel *input, bool left_unread, struct module_verdict *ret);

#endif
