/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that requirements can be about, before anything is known of the kernel that gives them sense. */
#ifndef KCOMPAT_CLI_REQUIRE_WORDS_H
#define KCOMPAT_CLI_REQUIRE_WORDS_H

#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

struct words {
	struct pool *pool;
	const char **list;
	size_t cnt, cap;
};

/* Adds every run of letters, digits and '_'. */
struct error *words_add(struct words *words, const char *text, size_t len_bytes);
/* For bsearch() with compare_texts(). */
void words_sort(struct words *words);

#endif
