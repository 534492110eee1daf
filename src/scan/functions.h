/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a kernel's functions, from those parts of it that were given. */
#ifndef KCOMPAT_SCAN_FUNCTIONS_H
#define KCOMPAT_SCAN_FUNCTIONS_H

#include "scan/scan.h"

/*
 * Fills scanned->functions: by debug information where some was given; by symbols and code where
 * options->function_facts asks for it. What could not be read is a problem or a limit of the
 * kernel. Wants its symbols and BTF. Errors: no memory, or interrupted.
 */
struct error *scan_functions(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options);

#endif
