/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internal to the folder: does an item belong to a kernel? */
#ifndef KCOMPAT_INPUT_JOIN_JUDGE_H
#define KCOMPAT_INPUT_JOIN_JUDGE_H

#include "kernel/kernel.h"
#include "input/input.h"

/* LIKELY: all comparable facts agree, but another build could have the same facts. */
enum judgement { JUDGE_NO, JUDGE_UNPROVEN, JUDGE_LIKELY, JUDGE_YES };

/*
 * For any kind except MODULE. *why is a clause in `pool`: the disproof for JUDGE_NO, the evidence
 * for JUDGE_LIKELY. The content decides. If it has no answer, the names decide. May fill
 * kernel->types. Errors: lack of memory.
 */
struct error *judge_item(struct pool *pool, struct input_kernel *kernel,
	const struct input_item *item, enum judgement *ret, const char **why);

/* For split BTF: YES if the BTF of `kernel` is its base, else NO. */
struct error *judge_split(struct pool *pool, struct input_kernel *kernel, const void *data,
	size_t size_bytes, enum judgement *ret, const char **why);

/* Are the functions of BTF among the symbols? Never YES. Damaged `btf`: UNPROVEN. */
struct error *judge_functions(struct pool *pool, const struct input_item *btf,
	const struct kernel_symbols *symbols, enum judgement *ret, const char **why);

/* Sets the clause *why of a judgement, in `pool`. Errors: lack of memory. */
struct error *judge_say(struct pool *pool, const char **why, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
