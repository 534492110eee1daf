/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of the file; private to the folder. */
#ifndef KCOMPAT_STORE_PIECES_H
#define KCOMPAT_STORE_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

/* 7 bits in a byte, the lowest first; the highest bit says that more follow. */
static inline void pieces_put(struct buf *out, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		buf_putc(out, (char)(value | 0x80));
	buf_putc(out, (char)value);
}

/* False: the bytes end before the number, or it has more than 63 bits. */
static inline bool pieces_read(const unsigned char **at, const unsigned char *end, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 63 && *at < end; shift += 7) {
		unsigned char byte = *(*at)++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

static inline uint32_t pieces_u32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void pieces_put_u32(struct buf *out, uint32_t value)
{
	for (int shift = 0; shift < 32; shift += 8)
		buf_putc(out, (char)(value >> shift));
}

#endif
