/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the names, markers and tokens of kallsyms in an image by their content. */
#ifndef KCOMPAT_IMAGE_KALLSYMS_TABLES_H
#define KCOMPAT_IMAGE_KALLSYMS_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"
#include "util/error.h"

#define KALLSYMS_TOKEN_CNT 256u

/* All tables lie in one segment. Positions are bytes from its start. */
struct kallsyms_tables {
	const struct image *image;
	const struct image_segment *segment;
	size_t num_syms, names, markers, token_table, token_index;
	uint32_t cnt;                          /* symbols */
	uint16_t token_at[KALLSYMS_TOKEN_CNT]; /* from token_table */
	uint16_t token_len_bytes[KALLSYMS_TOKEN_CNT];
};

/*
 * ERROR_INPUT if the image has no such tables, or if they contradict each other. The message says
 * how far the best candidate matched. On success, all `cnt` names lie in the segment.
 */
struct error *kallsyms_tables_find(const struct image *image, struct kallsyms_tables *ret);

/*
 * Sets *len_bytes to the length of the name at `at`. Returns the position of its first byte; 0: the
 * name does not end before `end`.
 */
size_t kallsyms_name_at(
	const struct image_segment *segment, size_t at, size_t end, size_t *len_bytes);

/* The first position from `at` on whose address is a multiple of `align`, a power of two. */
static inline size_t kallsyms_align(const struct image_segment *segment, size_t at, size_t align)
{
	return at + (-(segment->address + at) & (align - 1));
}

#endif
