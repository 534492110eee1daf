/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the link address of an image without addresses from the image's own pointers. They are
 * stored in place or as addends of relocations. Most of them point to the start of an object that
 * has a symbol.
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
 * Finds the multiple of 4096 that, added to the symbols' addresses, makes most pointers of the
 * image point to a symbol. The addresses ascend and are relative to an unknown base. *ret is 0 if
 * no number clearly wins. The only error is lack of memory.
 */
struct error *kallsyms_vote(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret);

/*
 * The link address of offset 0, for an image with address_is_offset whose symbols have addresses.
 * Compares the symbol linux_banner with the place of its text. False: no such symbol or text.
 */
bool kallsyms_link_by_banner(
	const struct image *image, const struct kernel_symbol *list, size_t cnt, uint64_t *ret);
/* The same from the one relocation that puts `addend` at the image's offset `at`. */
bool kallsyms_link_by_relocation(
	const struct image *image, uint64_t at, uint64_t addend, uint64_t *ret);
/*
 * The same from the texts that the image's pointers point to; 0: no clear result. The only error is
 * lack of memory.
 */
struct error *kallsyms_link_by_texts(const struct image *image, uint64_t *ret);

#endif
