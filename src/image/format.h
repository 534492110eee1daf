/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of load_image*: what wraps a kernel, and what fills struct image. */
#ifndef KCOMPAT_IMAGE_FORMAT_H
#define KCOMPAT_IMAGE_FORMAT_H

#include "util/decompress.h"
#include "image/image.h"

/* What a wrapper says about the kernel in it. Everything in it was checked against the size. */
struct image_payload {
	const char *format; /* "bzImage": static */
	size_t offset, size_bytes;
	size_t expected_bytes; /* unpacked, 0: not told */
	bool exact;            /* expected_bytes must come out */
	bool search;      /* the payload begins somewhere at or behind offset: try every magic */
	uint16_t machine; /* of a raw kernel inside, 0: the kernel inside tells */
	bool big_endian;
	uint8_t address_bytes;
};

/*
 * False: not a wrapper that is known, *error untouched, or one that is damaged: *error says how.
 */
bool image_find_payload(const unsigned char *data, size_t size_bytes, struct image_payload *payload,
	struct error **error);

/* A kernel that is the bytes themselves: Image of arm64, riscv, loongarch. */
struct image_raw {
	const char *format;
	uint16_t machine;
	bool big_endian;
	uint8_t address_bytes;
};
bool image_raw_recognise(const unsigned char *data, size_t size_bytes, struct image_raw *ret);
/* One segment over all bytes, at offset 0. */
struct error *image_fill_raw(struct image *image, const unsigned char *data, size_t size_bytes,
	const struct image_raw *raw);

bool image_elf_recognise(const void *data, size_t size_bytes);
/* The segments and others point into `data`. */
struct error *image_fill_elf(struct image *image, const unsigned char *data, size_t size_bytes);
/* A kernel packed into a section of an ELF file (powerpc's zImage); false: there is none. */
bool image_elf_payload(const struct image *image, struct image_payload *payload,
	const unsigned char *data, size_t size_bytes);

/* Sets banner, release and version; leaves them NULL when there is none. */
struct error *image_find_banner(struct image *image);
struct error *image_find_build_id(struct image *image);

#endif
