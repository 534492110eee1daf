/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a kernel image from its own kallsyms tables. A stripped vmlinuz is enough, because
 * no symbol table is needed. linux scripts/kallsyms.c writes the tables, kernel/kallsyms.c reads
 * them:
 *
 *   num_syms      u32
 *   names         per symbol a length (one byte, or two from 0x80 on since 6.1) and so many bytes,
 *                 each the number of a token; the expanded text starts with the nm letter
 *   markers       u32, the position of each 256th name
 *   token_table   256 strings; a character that occurs in names is its own token
 *   token_index   u16, the position of each string
 *
 * The addresses have one of the encodings below. They are before num_syms (until 6.4) or after
 * token_index (404bad70fcf7, 6.5). The version decides nothing here: stable branches move
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

/* Larger tables are refused. The limits are about ten times the largest kernels. */
#define KALLSYMS_CNT_MAX (4u * 1024 * 1024)
/* The kernel's own limit was 128, then 512. */
#define KALLSYMS_NAME_LEN_MAX_BYTES 4096u
#define KALLSYMS_TEXT_MAX_BYTES (256u * 1024 * 1024) /* all names together */
/* Fewer symbols have less than two markers. Every kernel has more. */
#define KALLSYMS_CNT_MIN 257u

/* X(enumerator, name, meaning) */
#define KALLSYMS_ENCODINGS(X)                                                                      \
	X(PLACE, "place-relative", "s32, from the entry's own address (a081b5789255, 7.0)")        \
	X(BASE, "base-relative", "u32, from relative_base, which follows them (4.6 to 6.19)")      \
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

/* The places of the tables, as addresses in the image's segments. */
struct kallsyms_layout {
	enum kallsyms_encoding encoding;
	bool addresses_first;  /* before num_syms, not after token_index */
	bool has_data;         /* KALLSYMS_ALL: without it, only code symbols are listed */
	bool base_recovered;   /* relative_base needs a relocation and was found from pointers */
	uint64_t num_syms, names, markers, token_table, token_index, addresses;
	uint64_t relative_base; /* for BASE and PERCPU; else 0 */
	/*
	 * Added to an address in the image's segments, it gives the run-time address before
	 * randomization. It is the link address of an image with address_is_offset (see
	 * image_set_link_address()), else 0. If the link address is unknown, link_known is false,
	 * and symbols of the encoding PLACE have offsets into the image instead of addresses.
	 */
	uint64_t link_address;
	bool link_known;
};

const char *kallsyms_encoding_name(enum kallsyms_encoding encoding);

/*
 * The symbols by address, as the kernel lists them. Names and list live in `pool`. Returns all
 * symbols, or ERROR_INPUT with what was found and what is wrong. Checks: lengths and markers agree,
 * every name is printable and starts with a letter, addresses ascend, _text or _stext is listed,
 * and code symbols point to the image's code. `layout` may be NULL.
 */
struct error *image_kallsyms(const struct image *image, struct pool *pool,
	struct kernel_symbols **ret, struct kallsyms_layout *layout);

#endif
