/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters of the texts that name evidence (fleet/schema.h). */
#ifndef KCOMPAT_FLEET_UTF8_H
#define KCOMPAT_FLEET_UTF8_H

#include <stdint.h>

#include "fleet/schema.h"
#include "util/buf.h"

static inline uint32_t evidence_character(int64_t number)
{
	uint32_t character = (uint32_t)number + EVIDENCE_FIRST - 1;

	return character < EVIDENCE_GAP_BEGIN ? character : character + EVIDENCE_GAP;
}

/* 0: it names none. */
static inline int64_t evidence_number(uint32_t character)
{
	if (character < EVIDENCE_FIRST ||
		(character >= EVIDENCE_GAP_BEGIN && character < EVIDENCE_GAP_BEGIN + EVIDENCE_GAP))
		return 0;
	return (int64_t)character - EVIDENCE_FIRST + 1 -
		(character < EVIDENCE_GAP_BEGIN ? 0 : EVIDENCE_GAP);
}

static inline void utf8_put(struct buf *out, uint32_t character)
{
	if (character < 0x80) {
		buf_putc(out, (char)character);
		return;
	}
	int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
	buf_putc(out, (char)(leads[more] | character >> (6 * more)));
	for (int i = more - 1; i >= 0; i--)
		buf_putc(out, (char)(0x80 | (character >> (6 * i) & 0x3f)));
}

/* The next character of a text, and *at behind it. UINT32_MAX: no UTF-8. At the end, 0. */
static inline uint32_t utf8_next(const char **at)
{
	const unsigned char *byte = (const unsigned char *)*at;
	int more = *byte < 0x80 ? 0
		: *byte < 0xc0  ? -1
		: *byte < 0xe0  ? 1
		: *byte < 0xf0  ? 2
		: *byte < 0xf8  ? 3
				: -1;
	uint32_t character = *byte & (more == 0 ? 0x7f : more > 0 ? 0x3f >> more : 0);

	if (!*byte)
		return 0;
	byte++;
	for (int i = 0; i < more; i++, byte++) {
		if ((*byte & 0xc0) != 0x80)
			return UINT32_MAX;
		character = character << 6 | (*byte & 0x3f);
	}
	*at = (const char *)byte;
	return more < 0 ? UINT32_MAX : character;
}

#endif
