/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types without a name of one BTF that is being made, each once; private to the folder. */
#ifndef KCOMPAT_STORE_NAMELESS_H
#define KCOMPAT_STORE_NAMELESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* A zeroed struct is empty. */
struct nameless {
	struct buf words;   /* of all types, one behind another */
	uint32_t *places;   /* [cnt]: where each begins, in bytes */
	uint32_t *slots;    /* number + 1; 0: free */
	size_t cnt, cap, slot_cnt;
	bool failed; /* no memory: the numbers since then are wrong */
};
void nameless_deinit(struct nameless *types);
/* The number of the type with these words, from 0. It is added if it is new. */
size_t nameless_number(struct nameless *types, const uint32_t *words, size_t cnt);

#endif
