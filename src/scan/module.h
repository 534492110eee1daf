/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules of a scanned kernel: their kfuncs, and the requested functions. */
#ifndef KCOMPAT_SCAN_MODULE_H
#define KCOMPAT_SCAN_MODULE_H

#include "scan/scan.h"

/*
 * Reads every module of the kernel's inputs, with one thread for each processor. Adds registrations
 * to scanned->kfuncs. Adds modules with kfuncs, and their BTF, to kernel.modules. Adds functions
 * in options->functions of all modules to kernel.symbols and kernel.prototypes. Adds no symbols if
 * the kernel's own are missing. Sets scanned->modules_read, and modules_missing and module_filter
 * of the symbols, also without modules. A damaged module adds a limit. Errors: no memory,
 * interrupted, an unreadable package.
 */
struct error *scan_modules(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options, size_t *module_cnt);

#endif
