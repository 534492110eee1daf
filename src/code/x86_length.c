/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/code.h"

#include <stdbool.h>

/*
 * The bytes after an opcode (Intel SDM volume 2, appendix A, 64-bit mode), one letter per opcode,
 * sixteen a row:
 *   .  nothing                     !  no such instruction
 *   m  ModRM                       c  ModRM that always names registers
 *   M  ModRM and 8 bits            Z  ModRM and an operand of 16 or 32 bits
 *   1  8 bits                      2  16 bits                3  24 bits
 *   z  16 or 32 bits               q  16, 32 or 64 bits      o  an address
 *   s  a distance of 8 bits        r  a distance of 32 bits
 *   g  ModRM, and 8 bits when its middle is 0 or 1           G  as g, but 16 or 32 bits
 */
static const char one_byte[] = "mmmm1z!!mmmm1z!!"
			       "mmmm1z!!mmmm1z!!"
			       "mmmm1z!!mmmm1z!!"
			       "mmmm1z!!mmmm1z!!"
			       "!!!!!!!!!!!!!!!!"
			       "................"
			       "!!!m!!!!zZ1M...."
			       "ssssssssssssssss"
			       "MZ!Mmmmmmmmmmmmm"
			       "..........!....."
			       "oooo....1z......"
			       "11111111qqqqqqqq"
			       "MM2.!!MZ3.2..1!."
			       "mmmm!!!.mmmmmmmm"
			       "ssss1111rr!s...."
			       "!.!!..gG......mm";
static const char two_byte[] = "mmmm!.....!.!m.M"
			       "mmmmmmmmmmmmmmmm"
			       "cccc!!!!mmmmmmmm"
			       "......!.!!!!!!!!"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "MMMMmmm.mm!!mmmm"
			       "rrrrrrrrrrrrrrrr"
			       "mmmmmmmmmmmmmmmm"
			       "...mMm!!...mMmmm"
			       "mmmmmmmmmmMmmmmm"
			       "mmMmMMMm........"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm"
			       "mmmmmmmmmmmmmmmm";

/* A read position in one instruction. After the end, bytes are 0 and `at` is too large. */
struct cursor {
	const unsigned char *data;
	size_t size, at;
	bool narrow, short_addresses, wide; /* prefixes 66 and 67, REX.W */
};

static unsigned char x86_length_peek(const struct cursor *cursor)
{
	return cursor->at < cursor->size ? cursor->data[cursor->at] : 0;
}

static unsigned char x86_length_next(struct cursor *cursor)
{
	unsigned char byte = x86_length_peek(cursor);

	cursor->at++;
	return byte;
}

static void skip_prefixes(struct cursor *cursor)
{
	for (;; cursor->at++) {
		switch (x86_length_peek(cursor)) {
		case 0x66:
			cursor->narrow = true;
			continue;
		case 0x67:
			cursor->short_addresses = true;
			continue;
		case 0xf0:
		case 0xf2:
		case 0xf3:
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			continue;
		}
		break;
	}
	if ((x86_length_peek(cursor) & 0xf0) == 0x40)
		cursor->wide = x86_length_next(cursor) & 8;
}

/* Skips ModRM, SIB and displacement. Returns the middle field of ModRM. */
static unsigned int skip_modrm(struct cursor *cursor, bool registers)
{
	unsigned char modrm = x86_length_next(cursor);
	unsigned int mode = registers ? 3 : modrm >> 6, base = modrm & 7;

	if (mode != 3 && base == 4)
		base = x86_length_next(cursor) & 7;
	if (mode == 1)
		cursor->at += 1;
	else if (mode == 2 || (mode == 0 && base == 5))
		cursor->at += 4;
	return modrm >> 3 & 7;
}

/* VEX and EVEX select the map and include the effect of 66, F2 and F3. */
static char vector_form(struct cursor *cursor)
{
	unsigned char first = x86_length_next(cursor), map = 1;

	if (first != 0xc5)
		map = x86_length_peek(cursor) & (first == 0x62 ? 7 : 0x1f);
	cursor->at += first == 0xc5 ? 1 : first == 0xc4 ? 2 : 3;
	unsigned char opcode = x86_length_next(cursor);
	if (map == 1)
		return two_byte[opcode];
	if (map == 3)
		return 'M';
	return map == 2 || map == 5 || map == 6 ? 'm' : '!';
}

static char x86_length_form_of(struct cursor *cursor)
{
	unsigned char first = x86_length_peek(cursor);

	if (first == 0xc4 || first == 0xc5 || first == 0x62)
		return vector_form(cursor);
	cursor->at++;
	if (first != 0x0f)
		return one_byte[first];
	unsigned char second = x86_length_next(cursor);
	if (second != 0x38 && second != 0x3a)
		return two_byte[second];
	cursor->at++;
	return second == 0x38 ? 'm' : 'M';
}

unsigned int x86_length(const unsigned char *data, size_t size, unsigned int *relative)
{
	struct cursor cursor = {.data = data, .size = size < 15 ? size : 15};

	skip_prefixes(&cursor);
	char form = x86_length_form_of(&cursor);
	unsigned int operand = cursor.narrow && !cursor.wide ? 2 : 4;
	*relative = form == 'r' ? 4 : form == 's' ? 1 : 0;
	switch (form) {
	case 'm':
	case 'c':
	case 'M':
	case 'Z':
		skip_modrm(&cursor, form == 'c');
		cursor.at += form == 'M' ? 1 : form == 'Z' ? operand : 0;
		break;
	case 'g':
	case 'G':
		if (skip_modrm(&cursor, false) < 2)
			cursor.at += form == 'g' ? 1 : operand;
		break;
	case '1':
	case '2':
	case '3':
		cursor.at += (size_t)(form - '0');
		break;
	case 'q':
		cursor.at += cursor.wide ? 8 : operand;
		break;
	case 'z':
		cursor.at += operand;
		break;
	case 'o':
		cursor.at += cursor.short_addresses ? 4 : 8;
		break;
	case '!':
		return 0;
	default:
		cursor.at += *relative;
	}
	return cursor.at <= cursor.size ? (unsigned int)cursor.at : 0;
}
