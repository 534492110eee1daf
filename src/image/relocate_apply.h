/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies one relocation of a module, as the psABI of its machine defines it. */
#ifndef KCOMPAT_IMAGE_RELOCATE_APPLY_H
#define KCOMPAT_IMAGE_RELOCATE_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct relocation {
	unsigned char *at; /* place in the section, with `room_bytes` bytes left */
	size_t room_bytes;
	uint32_t type;
	uint64_t value, place; /* symbol and addend; address of `at` */
	uint64_t toc;          /* ppc64: the base of TOC-relative relocations */
};

/* False: an unknown type, or not all of it lies in the section. Then nothing is written. */
bool relocation_apply(uint16_t machine, const struct relocation *relocation);
/* Is it a type of the machine that writes nothing? */
bool relocation_is_hint(uint16_t machine, uint32_t type);

#endif
