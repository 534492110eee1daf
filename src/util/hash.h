/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), for tables without many hostile keys. */
#ifndef KCOMPAT_UTIL_HASH_H
#define KCOMPAT_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t hash_bytes(const char *text, size_t len_bytes)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len_bytes; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

#endif
