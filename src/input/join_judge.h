/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of load_join*: is this thing of that kernel? */
#ifndef KCOMPAT_INPUT_JOIN_JUDGE_H
#define KCOMPAT_INPUT_JOIN_JUDGE_H

#include "kernel/kernel.h"
#include "input/input.h"

/* LIKELY: proven but for a build that differs in nothing that could be compared. */
enum judgement { JUDGE_NO, JUDGE_UNPROVEN, JUDGE_LIKELY, JUDGE_YES };

/*
 * Of any kind but MODULE. *why is a clause in `pool`, for JUDGE_NO what disproves it, for JUDGE_LIKELY
 * what speaks for it. The content decides; where it says nothing the names do. May fill
 * kernel->types. Errors: lack of memory.
 */
struct error *judge_item(struct pool *pool, struct input_kernel *kernel,
	const struct input_item *item, enum judgement *ret, const char **why);

/* BTF that is not a kernel's own: YES when it continues that of `kernel`, NO otherwise. */
struct error *judge_split(struct pool *pool, struct input_kernel *kernel, const void *data,
	size_t size_bytes, enum judgement *ret, const char **why);

/* Are the functions of BTF among the symbols? Never YES; `btf` may be damaged: UNPROVEN. */
struct error *judge_functions(struct pool *pool, const struct input_item *btf,
	const struct kernel_symbols *symbols, enum judgement *ret, const char **why);

/* A clause in `pool`, as every judge says it. Errors: lack of memory. */
struct error *judge_say(struct pool *pool, const char **why, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
