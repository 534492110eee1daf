/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image that never ran, as the bytes that would lie at its virtual addresses: the one
 * form that every reader of images (BTF, kallsyms, kfunc sets) works on. Hostile input: every
 * access goes through the functions below, which check.
 */
#ifndef KCOMPAT_LOAD_IMAGE_H
#define KCOMPAT_LOAD_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util_error.h"
#include "util_pool.h"

/* What an image may unpack to; a larger one is refused as a decompression bomb. */
#define IMAGE_SIZE_MAX_BYTES (512u * 1024 * 1024)

struct image_segment {
	const char *name;          /* ".init.text"; "" when the image has no section headers */
	uint64_t address;          /* where it lies when the kernel runs, before any relocation */
	const unsigned char *data;
	size_t size_bytes;
	bool executable, writable;
};

struct image {
	struct pool pool;
	uint16_t machine;          /* EM_X86_64, EM_AARCH64, EM_PPC64, EM_S390, EM_RISCV, EM_ARM, ... */
	bool big_endian;
	uint8_t address_bytes;     /* 4 or 8 */
	/*
	 * Sorted by address, not overlapping. Of an ELF file its SHF_ALLOC sections; of a raw Image
	 * (arm64, riscv64) one segment whose address is the image's link address where it can be
	 * told, else 0 and address_is_offset is set.
	 */
	struct image_segment *segments;
	size_t segment_cnt;
	bool address_is_offset;
	/* Of an ELF file: sections that are not loaded, as .BTF of a module or .symtab. */
	struct image_segment *others;
	size_t other_cnt;
	const char *banner;        /* linux_banner, one line without its newline; NULL: not found */
	const char *format;        /* "bzImage (zstd)", "ELF", "arm64 Image (gzip)": for messages */
	void *owned[4];            /* malloc'd buffers behind the segments; freed by image_deinit() */
};

/*
 * Recognises an image by its content (never by a name) and unpacks it. `data` is malloc'd and
 * taken over, also on error. ERROR_INPUT says what is wrong with it.
 */
struct error *image_create(void *data, size_t size_bytes, struct image **ret);
void image_destroy(struct image *image); /* NULL-safe */

/* The `size_bytes` bytes at `address`, or NULL when not all of them are in one segment. */
const unsigned char *image_at(const struct image *image, uint64_t address, size_t size_bytes);
/* An unsigned number of 1, 2, 4 or 8 bytes in the image's byte order; false when not there. */
bool image_read(const struct image *image, uint64_t address, size_t size_bytes, uint64_t *ret);
/* Segment or other section by name; NULL: none, or an image without section headers. */
const struct image_segment *image_section(const struct image *image, const char *name);
const struct image_segment *image_segment_at(const struct image *image, uint64_t address);

#endif
