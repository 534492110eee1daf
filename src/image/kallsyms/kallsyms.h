/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a kernel image from its own kallsyms tables: no symbol table is needed, so a
 * stripped vmlinuz is enough. What scripts/kallsyms.c of linux writes and kernel/kallsyms.c reads:
 *
 *   num_syms      u32
 *   names         per symbol a length (one byte, or two from 0x80 on since 6.1) and so many bytes,
 *                 each the number of a token; what they spell begins with the nm letter
 *   markers       u32, where each 256th name begins
 *   token_table   256 strings; characters that occur in names stand for themselves
 *   token_index   u16, where each string begins
 *
 * and the addresses in one of the encodings below, before num_syms (until 6.4) or behind
 * token_index (404bad70fcf7, 6.5). Nothing is concluded from a version: stable branches move
 * tables. The table kallsyms_seqs_of_names (6.2, and 6.1.y) is not needed.
 */
#ifndef KCOMPAT_IMAGE_KALLSYMS_KALLSYMS_H
#define KCOMPAT_IMAGE_KALLSYMS_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "image/image.h"
#include "util/error.h"
#include "util/pool.h"

/* Beyond these the tables are refused: some ten times what the largest kernels have. */
#define KALLSYMS_CNT_MAX (4u * 1024 * 1024)
/* The kernel's own limit was 128, then 512. */
#define KALLSYMS_NAME_LEN_MAX_BYTES 4096u
#define KALLSYMS_TEXT_MAX_BYTES (256u * 1024 * 1024) /* all names together */
/* Below this there are no two markers, and no kernel. */
#define KALLSYMS_CNT_MIN 257u

/* X(enumerator, name, meaning) */
#define KALLSYMS_ENCODINGS(X)                                                                      \
	X(PLACE, "place-relative", "s32, from the entry's own address (a081b5789255, 7.0)")        \
	X(BASE, "base-relative", "u32, from relative_base, which lies behind them (4.6 to 6.19)")  \
	X(PERCPU, "base-relative with per-CPU",                                                    \
		"s32, absolute from 0 on, negative ones from relative_base - 1 downwards "         \
		"(ABSOLUTE_PERCPU: x86-64 until 6.14)")                                            \
	X(POINTER, "absolute", "as wide as a pointer (before 4.6; 32 bit since 7.0)")

enum kallsyms_encoding {
#define KALLSYMS_ENCODING_ENUM(name, text, meaning) KALLSYMS_ENCODING_##name,
	KALLSYMS_ENCODINGS(KALLSYMS_ENCODING_ENUM)
#undef KALLSYMS_ENCODING_ENUM
	KALLSYMS_ENCODING_CNT
};

/* Where the tables are. Addresses are those of the image's segments. */
struct kallsyms_layout {
	enum kallsyms_encoding encoding;
	bool addresses_first;  /* before num_syms, not behind token_index */
	bool has_data;         /* KALLSYMS_ALL: without it only the symbols of code are listed */
	bool base_recovered;   /* relative_base waits for a relocation and was found by pointers */
	uint64_t num_syms, names, markers, token_table, token_index, addresses;
	uint64_t relative_base; /* of BASE and PERCPU; else 0 */
	/*
	 * What to add to an address of the image's segments for the address it runs at before any
	 * randomization: 0 but for an image with address_is_offset, of which it is the link address
	 * (see image_set_link_address()). Where that could not be told link_known is false, and
	 * symbols of the encoding PLACE carry offsets into the image instead of addresses.
	 */
	uint64_t link_address;
	bool link_known;
};

const char *kallsyms_encoding_name(enum kallsyms_encoding encoding);

/*
 * The symbols by address, as the kernel lists them; names and list live in `pool`. All of them or
 * ERROR_INPUT, which says what was found and what was wrong with it: lengths and markers agree,
 * every name is printable and begins with a letter, addresses ascend, _text or _stext is among
 * them, and code lies where the image has code. `layout` may be NULL.
 */
struct error *image_kallsyms(const struct image *image, struct pool *pool,
	struct kernel_symbols **ret, struct kallsyms_layout *layout);

#endif
