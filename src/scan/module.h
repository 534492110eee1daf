/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modules of a scanned kernel bring: kfuncs, and the functions that were asked for. */
#ifndef KCOMPAT_SCAN_MODULE_H
#define KCOMPAT_SCAN_MODULE_H

#include "scan/scan.h"

/*
 * Reads every module of the kernel's inputs, on as many threads as there are processors. Adds
 * registrations to scanned->kfuncs and the modules that have some to kernel.modules, with their
 * BTF; of all modules the functions that options->functions asks for to kernel.symbols and
 * kernel.prototypes. Symbols are not added where those of the kernel itself are missing. Sets
 * scanned->modules_read, and modules_missing and module_filter of the symbols, also when there is
 * no module to read. A damaged module is a limit. Errors: no memory, interrupted, a package that
 * cannot be read on.
 */
struct error *scan_modules(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options, size_t *module_cnt);

#endif
