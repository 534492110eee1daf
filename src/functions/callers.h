/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who calls whom by the instructions alone, for images without debug information: calls, and jumps
 * that leave the function, whose target is where another function begins. x86-64 and arm64. Calls
 * through pointers, and those the kernel patches in when it boots, are not seen. It is
 * instructions that are read, by their length, and no bytes that look like one; only where an
 * instruction is not known the rest of that function is left out.
 */
#ifndef KCOMPAT_FUNCTIONS_CALLERS_H
#define KCOMPAT_FUNCTIONS_CALLERS_H

#include "functions/build.h"
#include "functions/symbols.h"
#include "image/image.h"
#include "util/error.h"

/* Functions longer than this are damaged symbol tables. */
#define CALLERS_FUNCTION_MAX_BYTES (1u << 20)

struct callers_unknown {
	const char *why;     /* no caller could be read; NULL: they were */
	size_t function_cnt; /* read to the first instruction that is not known, and no further */
};

/*
 * One node for each function by its symbols and a link for each call. Names go into `pool`.
 * Errors: no memory.
 */
struct error *code_callers_load(const struct image *code, const struct code_symbols *symbols,
	struct pool *pool, struct function_parts *ret, struct callers_unknown *unknown);

#endif
