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

#include "kernel/kernel.h"
#include "util/error.h"
#include "util/file.h"
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

/* A kernel with debug information, of which half the bytes are not needed, in less memory. */

/* Smaller files are read whole. */
#define ELF_FILE_SPARSE_MIN_BYTES (64u * 1024 * 1024)

/*
 * Like file_read(). In a large linked ELF file the sections that nothing here reads are zeros,
 * which take no memory: where variables live (.debug_loc, .debug_loclists), unwinding
 * (.debug_frame), indexes (.debug_aranges), and relocations of debug information, which the linker
 * has applied and keeps for who asks for it (--emit-relocs).
 */
struct error *elf_file_read(const char *path, struct file_bytes *ret);

/* Where an image keeps its BTF: the bytes for kbtf_create(). */

/*
 * The section .BTF, or, of an image without section headers, the largest blob whose header and
 * lengths are right (a kernel also holds the small ones of its built-in BPF programs). False: it
 * has none. The bytes are the image's. They were not checked beyond that; those of a module are
 * split over its kernel's BTF.
 */
bool image_btf(const struct image *image, const unsigned char **data, size_t *size_bytes);
/* The length of the BTF at the begin of these bytes, of either byte order; 0: it is none. */
size_t btf_blob_length(const void *data, size_t size_bytes);
/*
 * Does it continue another's? Only BTF that stands by itself begins its strings with the empty one
 * (linux btf_parse_str_sec()).
 */
bool btf_blob_is_split(const void *data, size_t size_bytes);

/* Pointers of an image that stand in relocations instead of in place. */

/*
 * Where modules are put: x86-64 code has addresses of 32 bits that are extended by their sign
 * (MODULES_VADDR, Documentation/arch/x86/x86_64/mm.rst), other architectures do not mind.
 */
#define MODULE_ADDRESS 0xffffffffa0000000u
/* The names a module takes from others get addresses below its own, this far apart. */
#define MODULE_EXTERN_STEP_BYTES 16u
#define MODULE_EXTERN_MAX 65536u

/*
 * A raw image of arm64 or riscv64 whose pointers are 0 in place and stand in a table of
 * R_*_RELATIVE relocations (.rela.dyn; linux before 6.4 on arm64): writes them in place. Images
 * with RELR or without relocations are left as they are. Needs the link address (see
 * image_set_link_address()). Writes into the image's memory: not while others read it.
 */
void image_relocate_raw(struct image *image);

/*
 * A module (image->relocatable): moves its segments to MODULE_ADDRESS, applies the relocations of
 * what is loaded, for x86-64, arm64, ppc64le, riscv64 and s390x, and lists its symbols, those it takes from elsewhere
 * included, as undefined ones of type 'U' turned 'T': their addresses are made up, their names are
 * what matters. Relocations of a kind that is not known are left out; on
 * ppc64le and riscv64 the instruction is made an illegal one. `*ret` lives in the image's pool.
 */
struct error *image_relocate_module(struct image *image, struct kernel_symbols **ret);

#endif
