/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules of a scanned kernel that register kfuncs or are needed to name them. */
#ifndef KCOMPAT_LOAD_SCAN_MODULE_H
#define KCOMPAT_LOAD_SCAN_MODULE_H

#include "load_scan.h"

/*
 * Reads every module of the kernel's inputs, on as many threads as there are processors; those
 * without an id set in .BTF_ids are left at a glance. Adds registrations to scanned->kfuncs and the
 * modules that have some to kernel.modules. A damaged module is a limit. Errors: no memory,
 * interrupted, a package that cannot be read on.
 */
struct error *scan_modules(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options, size_t *module_cnt);

#endif
