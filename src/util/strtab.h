/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers distinct texts from 0, in the order of their first use. */
#ifndef KCOMPAT_UTIL_STRTAB_H
#define KCOMPAT_UTIL_STRTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"

/* A zeroed struct is an empty table. */
struct texts {
	struct pool pool;
	const char **list; /* [cnt]; in the pool */
	size_t cnt, cap;
	uint32_t *hashes; /* [cnt]; in the pool: most texts that differ are never looked at */
	size_t hash_cap;
	uint32_t *slots; /* number + 1, 0: free; open addressing, slot_cnt a power of two */
	size_t slot_cnt;
	bool failed; /* no memory: the numbers since then are wrong */
};

/* The number of the text, which is copied when it is new. */
size_t texts_number(struct texts *texts, const char *text, size_t len_bytes);
void texts_deinit(struct texts *texts); /* NULL-safe */

#endif
