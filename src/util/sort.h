/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Orders: negative, 0 or positive as strcmp() says it. */
#ifndef KCOMPAT_UTIL_SORT_H
#define KCOMPAT_UTIL_SORT_H

#include <stdint.h>
#include <string.h>

static inline int order_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* NULL comes before every text. */
static inline int order_texts(const char *a, const char *b)
{
	if (!a || !b)
		return !!a - !!b;
	return a == b ? 0 : strcmp(a, b);
}

/* For qsort() and bsearch() over elements of const char * that are not NULL. */
int compare_texts(const void *a, const void *b);
/* The same for elements of uint64_t. */
int compare_u64(const void *a, const void *b);

#endif
