/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts about a kernel's functions, from the given files. */
#ifndef KCOMPAT_SCAN_FUNCTIONS_H
#define KCOMPAT_SCAN_FUNCTIONS_H

#include "scan/scan.h"

/*
 * Fills scanned->functions from debug information, if given, or from symbols and code, if
 * options->function_facts is set. Unreadable parts are problems or limits of the kernel. Call it
 * after symbols and BTF are loaded. Errors: no memory, or interrupted.
 */
struct error *scan_functions(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options);

#endif
