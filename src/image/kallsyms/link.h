/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where an image without addresses is linked to, told by what its own pointers point to: they
 * stand in place, or as addends of relocations, and most point to the begin of something that has
 * a symbol.
 */
#ifndef KCOMPAT_IMAGE_KALLSYMS_LINK_H
#define KCOMPAT_IMAGE_KALLSYMS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "image/image.h"
#include "util/error.h"

/*
 * The number, a multiple of 4096, that added to the addresses of the symbols (ascending, relative
 * to something unknown) makes most of the image's pointers point to a symbol. *ret is 0 when none
 * stands out. The only error is lack of memory.
 */
struct error *kallsyms_vote(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret);

/*
 * For an image with address_is_offset and symbols that have their addresses: what the offset 0 is
 * linked to, from the symbol linux_banner and where its text is. False: no such symbol or text.
 */
bool kallsyms_link_by_banner(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret);
/* The same from the one relocation that puts `addend` at the image's offset `at`. */
bool kallsyms_link_by_relocation(
	const struct image *image, uint64_t at, uint64_t addend, uint64_t *ret);
/*
 * The same from the texts that the image's pointers point to; 0 when they do not tell. The only
 * error is lack of memory.
 */
struct error *kallsyms_link_by_texts(const struct image *image, uint64_t *ret);

#endif
