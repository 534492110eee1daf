/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel image that never ran, as the bytes at its virtual addresses. All readers of images (BTF,
 * kallsyms, kfunc sets) use this form. The input is hostile: every access goes through the
 * functions below, which check bounds.
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

/* The largest unpacked image. A larger one is refused as a decompression bomb. */
#define IMAGE_SIZE_MAX_BYTES (512u * 1024 * 1024)
#define IMAGE_SECTION_MAX 65535
/* EM_LOONGARCH, missing from the headers of Debian 12. */
#define IMAGE_EM_LOONGARCH 258
/* Usually 20 bytes of SHA-1. ld can also write 16 (md5, uuid) and 8 (xxhash). */
#define IMAGE_BUILD_ID_MAX_BYTES 64

struct image_segment {
	const char *name; /* ".init.text"; "" when the image has no section headers */
	uint64_t address; /* in the running kernel, before any relocation */
	const unsigned char *data;
	size_t size_bytes;
	bool executable, writable;
	uint32_t section_index; /* for an ELF file with section headers; else 0 */
};

struct image {
	struct pool pool;
	uint16_t machine; /* EM_X86_64, EM_AARCH64, EM_PPC64, EM_S390, EM_RISCV, EM_ARM, ... */
	bool big_endian;
	uint8_t address_bytes; /* 4 or 8 */
	/*
	 * Sorted by address, not overlapping. For an ELF file: its SHF_ALLOC sections. For a raw
	 * Image (arm64, riscv64): one segment at the image's link address. If that is unknown, the
	 * address is 0 and address_is_offset is set.
	 */
	struct image_segment *segments;
	size_t segment_cnt;
	bool address_is_offset;
	/*
	 * A relocatable ELF file (a module), which has no addresses. Its sections get consecutive
	 * addresses from IMAGE_RELOCATABLE_ADDRESS on, and no relocation is applied. The
	 * relocations and .symtab are in `others`; section_index identifies sections.
	 */
	bool relocatable;
	/*
	 * For an ELF file: sections that are not loaded, such as .symtab or .debug_info (which may
	 * be compressed), and all but the first section at one address (an overlay). Sections
	 * without bytes in the file (.bss) are in neither list.
	 */
	struct image_segment *others;
	size_t other_cnt;
	bool no_code;         /* an ELF file without its code: a detached debug file */
	const char *machine_name; /* uname -m, but "arm" if the CPU decides; NULL: not known */
	const char *banner;   /* linux_banner, one line without its newline; NULL: not found */
	const char *release;  /* the banner's third word: "6.12.43+deb13-cloud-amd64" */
	const char *version;  /* the banner's end, from its "#" on: uname -v */
	const char *build_id; /* from the GNU note, in hexadecimal digits; NULL: not found */
	const char *format;   /* "bzImage (zstd)", "ELF", "arm64 Image (gzip)": for messages */
	/* The unpacked file that contains the segments; it starts at owned[0]. */
	size_t file_size_bytes;
	void *owned[4];       /* malloc'd buffers behind the segments; freed by image_destroy() */
};

#define IMAGE_RELOCATABLE_ADDRESS 0x100000000u

/*
 * Recognises an image by its content (never by a name) and unpacks it. `data` is malloc'd; this
 * function takes ownership, also on error. ERROR_INPUT says what is wrong with it.
 * A recognised file need not be a kernel. Without a banner it may be a module (relocatable), a
 * detached debug file (no_code), or any ELF file.
 * Known: ELF; x86 bzImage (Documentation/arch/x86/boot.rst); Image of arm64, riscv and loongarch
 * (Documentation/arch/{arm64/booting,riscv/boot-image-header}.rst); EFI zboot (linux
 * drivers/firmware/efi/libstub/zboot-header.S); a unified kernel image; zImage of arm; bzImage of
 * s390; vmlinuz of mips; a raw kernel without a header, by the machine in its init_uts_ns. Each may
 * also be compressed in any format of decompress().
 */
struct error *image_create(void *data, size_t size_bytes, struct image **ret);
/* Do the first bytes of a file look like an unpacked image? IMAGE_HEAD_BYTES are enough. */
#define IMAGE_HEAD_BYTES (65536 + 512)
bool image_recognised(const void *head, size_t size_bytes);
void image_destroy(struct image *image); /* NULL-safe */

/* The `size_bytes` bytes at `address`; NULL unless all are in one segment. */
const unsigned char *image_at(const struct image *image, uint64_t address, size_t size_bytes);
/* An unsigned number of 1, 2, 4 or 8 bytes in the image's byte order; false: outside. */
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
 * Sets the link address of a raw image, found from its symbols: its segment then starts at
 * `address`, and address_is_offset is false. Must not be called while others read the image.
 */
void image_set_link_address(struct image *image, uint64_t address);
/*
 * The value of "KEY=" in a module's .modinfo ("name", "vermagic"), the first of several. NULL:
 * there is none. The text lies in the image.
 */
const char *image_modinfo(const struct image *image, const char *key);
/*
 * The configuration that the image has in itself (CONFIG_IKCONFIG), as a gzip stream. False: there is
 * none. The bytes belong to the image. Nothing in them was checked.
 */
bool image_config(const struct image *image, const unsigned char **data, size_t *size_bytes);
const struct image_segment *image_segment_at(const struct image *image, uint64_t address);

/* Reads a kernel with debug information in less memory: half of its bytes are not needed. */

/* Smaller files are read whole. */
#define ELF_FILE_SPARSE_MIN_BYTES (64u * 1024 * 1024)

/*
 * Like file_read(). In a large linked ELF file, unused sections are zeros, which take no memory:
 * locations of variables (.debug_loc, .debug_loclists), unwinding (.debug_frame), indexes
 * (.debug_aranges), and relocations of debug information, which the linker has already applied
 * (it keeps them with --emit-relocs).
 */
struct error *elf_file_read(const char *path, struct file_bytes *ret);
/* The same of a file that is open, at its start; `name` is for messages. */
struct error *elf_file_read_open(int fd, const char *name, struct file_bytes *ret);

/* The BTF of an image: the bytes for kbtf_create(). */

/*
 * The section .BTF. In an image without section headers, the largest blob with a valid header and
 * valid lengths (a kernel also contains the small BTF of its built-in BPF programs). False: there
 * is none. The bytes belong to the image. Nothing else was checked. A module has split BTF over
 * its kernel's BTF.
 */
bool image_btf(const struct image *image, const unsigned char **data, size_t *size_bytes);
/* The length of the BTF at the start of these bytes, in either byte order; 0: not BTF. */
size_t btf_blob_length(const void *data, size_t size_bytes);
/*
 * Is it split BTF? Only BTF without a base has the empty string first (linux
 * btf_parse_str_sec()).
 */
bool btf_blob_is_split(const void *data, size_t size_bytes);

/* Pointers of an image whose values are in relocations instead of in place. */

/*
 * The address for modules. x86-64 code has sign-extended addresses of 32 bits (MODULES_VADDR,
 * Documentation/arch/x86/x86_64/mm.rst). Other architectures work with any address.
 */
#define MODULE_ADDRESS 0xffffffffa0000000u
/* Undefined symbols of a module get addresses below its own, this far apart. */
#define MODULE_EXTERN_STEP_BYTES 16u
#define MODULE_EXTERN_MAX 65536u

/*
 * Applies the R_*_RELATIVE relocations of a raw arm64 or riscv64 image (.rela.dyn; linux before 6.4
 * on arm64), whose pointers are 0 in place. Images with RELR or without relocations stay unchanged.
 * Needs the link address (see image_set_link_address()). Writes into the image's memory: must not
 * be called while others read it.
 */
void image_relocate_raw(struct image *image);

/*
 * For a module (image->relocatable): moves its segments to MODULE_ADDRESS, applies the relocations
 * of loaded sections for x86-64, arm64, ppc64le, riscv64 and s390x, and lists its symbols.
 * Undefined symbols ('U') are listed as 'T' with an invented address, because their names are
 * needed. Relocations of an unknown type are skipped; on ppc64le and riscv64 the instruction
 * becomes an illegal one. `*ret` lives in the image's pool.
 */
struct error *image_relocate_module(struct image *image, struct kernel_symbols **ret);

#endif
