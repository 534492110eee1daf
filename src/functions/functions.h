/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of all functions of a kernel or module, from whatever there is of it. */
#ifndef KCOMPAT_FUNCTIONS_FUNCTIONS_H
#define KCOMPAT_FUNCTIONS_FUNCTIONS_H

#include <stdatomic.h>

#include "kernel/kernel.h"
#include "btf/btf.h"
#include "image/image.h"
#include "util/error.h"

/* All are borrowed and must be of one build; each may be NULL, but `debug` and `code` both. */
struct functions_input {
	const struct image *debug; /* with debug information or .symtab; may be `code` */
	/* The bytes that run. A module has been through image_relocate_module(). NULL: `debug` is
	 * whole. */
	const struct image *code;
	const struct kernel_symbols *symbols; /* for an image without .symtab */
	struct kbtf *btf;                     /* gets an index */
	unsigned int threads;                 /* 0: as many as there are processors */
	const atomic_bool *stop;              /* may be NULL */
};

/*
 * Instances, inlining, callers and prototypes by debug information. ERROR_NOT_FOUND without it,
 * ERROR_INPUT when the build ids of debug and code differ or it is damaged, ERROR_INTERRUPTED.
 * What could not be read is a limit of the result.
 */
struct error *dwarf_functions_load(
	const struct functions_input *input, struct kernel_functions **ret);
/*
 * Without debug information: symbols, BTF, and direct callers from the code (functions/callers.h).
 * Inlining is unknown. ERROR_NOT_FOUND when there are no symbols either.
 */
struct error *code_functions_load(
	const struct functions_input *input, struct kernel_functions **ret);
/* The first where there is debug information; where that is damaged, the second, with a limit. */
struct error *functions_load(const struct functions_input *input, struct kernel_functions **ret);

#endif
