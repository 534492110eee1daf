/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tables in memory without many hostile keys. Eight bytes are taken at once, as FNV-1a takes one: names of a
 * kernel are read by the million, and its multiplication for each byte was a third of that time.
 */
#ifndef KCOMPAT_UTIL_HASH_H
#define KCOMPAT_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static inline uint32_t hash_bytes(const char *text, size_t len_bytes)
{
	uint64_t hash = len_bytes, word;

	for (; len_bytes >= sizeof(word); text += sizeof(word), len_bytes -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = hash_mix(hash, word);
	}
	word = 0;
	for (size_t i = 0; i < len_bytes; i++)
		word = word << 8 | (unsigned char)text[i];
	hash = hash_mix(hash, word);
	return (uint32_t)(hash ^ hash >> 17);
}

#endif
