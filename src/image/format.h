/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internal to the folder: the wrappers of a kernel, and the functions that fill struct image. */
#ifndef KCOMPAT_IMAGE_FORMAT_H
#define KCOMPAT_IMAGE_FORMAT_H

#include "util/decompress.h"
#include "image/image.h"

/* The kernel in a wrapper, according to its header. All values are checked against the size. */
struct image_payload {
	const char *format; /* "bzImage": static */
	size_t offset, size_bytes;
	size_t expected_bytes; /* unpacked; 0: unknown */
	bool exact;            /* the unpacked size must be expected_bytes */
	bool search;      /* the payload starts at or after offset: try every magic number */
	uint16_t machine; /* machine of a raw kernel inside; 0: the kernel's header has it */
	bool big_endian;
	uint8_t address_bytes;
};

/*
 * False: an unknown wrapper (*error unchanged) or a damaged one (*error set).
 */
bool image_find_payload(const unsigned char *data, size_t size_bytes, struct image_payload *payload,
	struct error **error);

/* A raw kernel: Image of arm64, riscv, loongarch. */
struct image_raw {
	const char *format;
	uint16_t machine;
	bool big_endian;
	uint8_t address_bytes;
};
bool image_raw_recognise(const unsigned char *data, size_t size_bytes, struct image_raw *ret);
/* The same for a kernel without a header, by its own name of the machine. Reads all bytes. */
bool image_raw_by_name(const unsigned char *data, size_t size_bytes, struct image_raw *ret);
/* One segment over all bytes, at offset 0. */
struct error *image_fill_raw(struct image *image, const unsigned char *data, size_t size_bytes,
	const struct image_raw *raw);

bool image_elf_recognise(const void *data, size_t size_bytes);
/* The segments and others point into `data`. */
struct error *image_fill_elf(struct image *image, const unsigned char *data, size_t size_bytes);
/* A kernel in a section of an ELF file (powerpc's zImage, mips' vmlinuz). False: there is none. */
bool image_elf_payload(const struct image *image, struct image_payload *payload,
	const unsigned char *data, size_t size_bytes);

/* Sets banner, release and version. They stay NULL without a banner. */
struct error *image_find_banner(struct image *image);
struct error *image_find_build_id(struct image *image);
/* Sets machine_name. */
struct error *image_find_machine(struct image *image);

#endif
