/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image that never ran, as the bytes that would lie at its virtual addresses: the one
 * form that every reader of images (BTF, kallsyms, kfunc sets) works on. Hostile input: every
 * access goes through the functions below, which check.
 */
#ifndef KCOMPAT_IMAGE_IMAGE_H
#define KCOMPAT_IMAGE_IMAGE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/error.h"
#include "util/pool.h"

/* What an image may unpack to; a larger one is refused as a decompression bomb. */
#define IMAGE_SIZE_MAX_BYTES (512u * 1024 * 1024)
#define IMAGE_SECTION_MAX 65535
/* EM_LOONGARCH, newer than the headers of Debian 12. */
#define IMAGE_EM_LOONGARCH 258
/* 20 bytes of SHA-1 are usual; linux scripts and ld know 16 (md5, uuid) and 8 (xxhash) too. */
#define IMAGE_BUILD_ID_MAX_BYTES 64

struct image_segment {
	const char *name; /* ".init.text"; "" when the image has no section headers */
	uint64_t address; /* where it lies when the kernel runs, before any relocation */
	const unsigned char *data;
	size_t size_bytes;
	bool executable, writable;
	uint32_t section_index; /* of an ELF file with section headers; else 0 */
};

struct image {
	struct pool pool;
	uint16_t machine; /* EM_X86_64, EM_AARCH64, EM_PPC64, EM_S390, EM_RISCV, EM_ARM, ... */
	bool big_endian;
	uint8_t address_bytes; /* 4 or 8 */
	/*
	 * Sorted by address, not overlapping. Of an ELF file its SHF_ALLOC sections; of a raw Image
	 * (arm64, riscv64) one segment whose address is the image's link address where it can be
	 * told, else 0 and address_is_offset is set.
	 */
	struct image_segment *segments;
	size_t segment_cnt;
	bool address_is_offset;
	/*
	 * A relocatable ELF file (a module): it has no addresses yet. The sections got some one
	 * after another from IMAGE_RELOCATABLE_ADDRESS on, and no relocation is applied. The
	 * relocations and .symtab are in `others`; section_index tells the sections apart.
	 */
	bool relocatable;
	/*
	 * Of an ELF file: sections that are not loaded, as .symtab or .debug_info (which may be
	 * compressed), and all but the first of those that begin at one address (an overlay). No section without bytes in the file (.bss) is in either list.
	 */
	struct image_segment *others;
	size_t other_cnt;
	bool no_code;         /* an ELF file whose code is not in it: a detached debug file */
	const char *banner;   /* linux_banner, one line without its newline; NULL: not found */
	const char *release;  /* the banner's third word: "6.12.43+deb13-cloud-amd64" */
	const char *version;  /* the banner's end, from its "#" on: uname -v */
	const char *build_id; /* of the GNU note, in hexadecimal digits; NULL: not found */
	const char *format;   /* "bzImage (zstd)", "ELF", "arm64 Image (gzip)": for messages */
	/* The unpacked file that the segments lie in, of which owned[0] is the begin. */
	size_t file_size_bytes;
	void *owned[4];       /* malloc'd buffers behind the segments; freed by image_destroy() */
};

#define IMAGE_RELOCATABLE_ADDRESS 0x100000000u

/*
 * Recognises an image by its content (never by a name) and unpacks it. `data` is malloc'd and
 * taken over, also on error. ERROR_INPUT says what is wrong with it.
 * Not everything that is recognised is a kernel: without a banner it may be a module
 * (relocatable), a detached debug file (no_code), or any ELF file.
 * Known: ELF; x86 bzImage (Documentation/arch/x86/boot.rst); Image of arm64, riscv and loongarch
 * (Documentation/arch/{arm64/booting,riscv/boot-image-header}.rst); EFI zboot (linux
 * drivers/firmware/efi/libstub/zboot-header.S); a unified kernel image; zImage of arm; bzImage of s390; all of them packed
 * once more by any compression that decompress() knows.
 */
struct error *image_create(void *data, size_t size_bytes, struct image **ret);
/* Do these bytes, the first of a file, look like one (unpacked)? IMAGE_HEAD_BYTES are enough. */
#define IMAGE_HEAD_BYTES (65536 + 512)
bool image_recognised(const void *head, size_t size_bytes);
void image_destroy(struct image *image); /* NULL-safe */

/* The `size_bytes` bytes at `address`, or NULL when not all of them are in one segment. */
const unsigned char *image_at(const struct image *image, uint64_t address, size_t size_bytes);
/* An unsigned number of 1, 2, 4 or 8 bytes in the image's byte order; false when not there. */
bool image_read(const struct image *image, uint64_t address, size_t size_bytes, uint64_t *ret);
/* A number of 2, 4 or 8 bytes at `data` in the image's byte order, whatever its alignment. */
static inline uint64_t image_number(
	const struct image *image, const unsigned char *data, size_t size_bytes)
{
	uint16_t half;
	uint32_t word;
	uint64_t pair;

	switch (size_bytes) {
	case 2:
		memcpy(&half, data, sizeof(half));
		return image->big_endian ? be16toh(half) : le16toh(half);
	case 4:
		memcpy(&word, data, sizeof(word));
		return image->big_endian ? be32toh(word) : le32toh(word);
	default:
		memcpy(&pair, data, sizeof(pair));
		return image->big_endian ? be64toh(pair) : le64toh(pair);
	}
}
/* Segment or other section by name; NULL: none, or an image without section headers. */
const struct image_segment *image_section(const struct image *image, const char *name);
/*
 * A raw image's link address was found out (from its symbols): from now on its segment begins at
 * `address` and address_is_offset is false. Must not be called while others read the image.
 */
void image_set_link_address(struct image *image, uint64_t address);
/*
 * Of a module: what "KEY=" in .modinfo says ("name", "vermagic"), the first of several; NULL when
 * there is none. The text lies in the image.
 */
const char *image_modinfo(const struct image *image, const char *key);
const struct image_segment *image_segment_at(const struct image *image, uint64_t address);

#endif
