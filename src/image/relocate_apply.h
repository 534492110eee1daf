/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One relocation of a module, by the psABI of its machine. */
#ifndef KCOMPAT_IMAGE_RELOCATE_APPLY_H
#define KCOMPAT_IMAGE_RELOCATE_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct relocation {
	unsigned char *at; /* `room_bytes` of the section are left from here on */
	size_t room_bytes;
	uint32_t type;
	uint64_t value, place; /* symbol and addend; address of `at` */
	uint64_t toc;          /* ppc64: what its TOC-relative ones are relative to */
};

/* False: not a kind that is known, or not all of it lies in the section; nothing is written. */
bool relocation_apply(uint16_t machine, const struct relocation *relocation);
/* Has the machine such a kind that asks for nothing to be written? */
bool relocation_is_hint(uint16_t machine, uint32_t type);

#endif
