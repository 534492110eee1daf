/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of all functions of a kernel or module, from all files given. */
#ifndef KCOMPAT_FUNCTIONS_FUNCTIONS_H
#define KCOMPAT_FUNCTIONS_FUNCTIONS_H

#include <stdatomic.h>

#include "kernel/kernel.h"
#include "btf/btf.h"
#include "image/image.h"
#include "util/error.h"

/* All are borrowed and must be of one build. Each may be NULL, but not both `debug` and `code`. */
struct functions_input {
	const struct image *debug; /* with debug information or .symtab; may be `code` */
	/* The code that runs. For a module: after image_relocate_module(). NULL: `debug` has the
	 * code. */
	const struct image *code;
	const struct kernel_symbols *symbols; /* for an image without .symtab */
	struct kbtf *btf;                     /* gets an index */
	bool btf_absent;                      /* the kernel is known to have no BTF */
	unsigned int threads;                 /* 0: one for each processor */
	const atomic_bool *stop;              /* may be NULL */
};

/*
 * Instances, inlining, callers and prototypes from debug information. ERROR_NOT_FOUND without it.
 * ERROR_INPUT if the build ids of debug and code differ, or if it is damaged. ERROR_INTERRUPTED.
 * Unreadable parts are limits of the result.
 */
struct error *dwarf_functions_load(
	const struct functions_input *input, struct kernel_functions **ret);
/*
 * Without debug information: symbols, BTF, and direct callers from the code (functions/callers.h).
 * Inlining is unknown. ERROR_NOT_FOUND without symbols.
 */
struct error *code_functions_load(
	const struct functions_input *input, struct kernel_functions **ret);
/* Uses the first with debug information. Without it or if it is damaged (a limit), the second. */
struct error *functions_load(const struct functions_input *input, struct kernel_functions **ret);

#endif
