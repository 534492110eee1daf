/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers from instructions alone, for images without debug information, on x86-64 and arm64. It
 * finds calls, and jumps out of the function, to the start of another function. It does not see
 * calls through pointers or calls that the kernel patches in at boot. Instructions are decoded one
 * after another. After an unknown instruction, the rest of that function is skipped.
 */
#ifndef KCOMPAT_FUNCTIONS_CALLERS_H
#define KCOMPAT_FUNCTIONS_CALLERS_H

#include "functions/build.h"
#include "functions/symbols.h"
#include "image/image.h"
#include "util/error.h"

/* A longer function means a damaged symbol table. */
#define CALLERS_FUNCTION_MAX_BYTES (1u << 20)

struct callers_unknown {
	const char *why;     /* why no callers were read; NULL: they were */
	size_t function_cnt; /* functions read only to their first unknown instruction */
};

/*
 * One node for each function by its symbols and a link for each call. Names go into `pool`.
 * Errors: no memory.
 */
struct error *code_callers_load(const struct image *code, const struct code_symbols *symbols,
	struct pool *pool, struct function_parts *ret, struct callers_unknown *unknown);

#endif
