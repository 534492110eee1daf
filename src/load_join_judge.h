/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of load_join*: is this thing of that kernel? */
#ifndef KCOMPAT_LOAD_JOIN_JUDGE_H
#define KCOMPAT_LOAD_JOIN_JUDGE_H

#include "load_join.h"

enum judgement { JUDGE_NO, JUDGE_UNPROVEN, JUDGE_YES };

/*
 * Of any kind but MODULE. For JUDGE_NO *why is a clause in `pool`. The content decides; where it
 * says nothing the names do. Errors: lack of memory.
 */
struct error *judge_item(struct pool *pool, const struct input_kernel *kernel,
	const struct input_item *item, enum judgement *ret, const char **why);

#endif
