/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/sort.h"

int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int compare_u64(const void *a, const void *b)
{
	return order_numbers(*(const uint64_t *)a, *(const uint64_t *)b);
}
