/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the kernel inside the boot formats. */
#include "image/format.h"
#include "util/array.h"

#include <elf.h>
#include <string.h>

static uint32_t le32(const unsigned char *data)
{
	return (uint32_t)data[3] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[1] << 8 | data[0];
}

static uint16_t le16(const unsigned char *data)
{
	return (uint16_t)(data[1] << 8 | data[0]);
}

static bool range_fits(size_t size, uint64_t offset, uint64_t length)
{
	return offset <= size && length <= size - offset;
}

static struct error *outside(const char *what)
{
	return error_create(ERROR_INPUT, NULL,
		"%s: the kernel in it lies outside the file: truncated?", what);
}

/* struct setup_header, Documentation/arch/x86/boot.rst: offsets in the file. */
#define X86_SETUP_SECTS 0x1f1
#define X86_SYSSIZE 0x1f4
#define X86_BOOT_FLAG 0x1fe
#define X86_MAGIC 0x202
#define X86_VERSION 0x206
#define X86_PAYLOAD_OFFSET 0x248
#define X86_PAYLOAD_LENGTH 0x24c
#define X86_HEADER_SIZE 0x250
#define X86_SECTOR 512u
#define X86_PARAGRAPH 16u
#define X86_SETUP_SECTS_DEFAULT 4u
/* linux 2.6.26 added payload_offset and payload_length. */
#define X86_VERSION_PAYLOAD 0x208u

static bool x86_recognise(const unsigned char *data, size_t size)
{
	return size >= X86_HEADER_SIZE && data[X86_BOOT_FLAG] == 0x55 &&
		data[X86_BOOT_FLAG + 1] == 0xaa && !memcmp(data + X86_MAGIC, "HdrS", 4);
}

/*
 * The code that unpacks the kernel follows it. An image truncated in that code still has the
 * kernel, but cannot boot. The size counts paragraphs; the file may end in the middle of the last.
 */
static bool x86_is_whole(const unsigned char *data, size_t size, unsigned int sectors)
{
	uint64_t paragraphs = le32(data + X86_SYSSIZE);

	return (sectors + 1) * X86_SECTOR + paragraphs * X86_PARAGRAPH < size + X86_PARAGRAPH;
}

static struct error *x86_payload(
	const unsigned char *data, size_t size, struct image_payload *payload)
{
	unsigned int version = le16(data + X86_VERSION), sectors = data[X86_SETUP_SECTS];

	if (version < X86_VERSION_PAYLOAD)
		return error_create(ERROR_INPUT, NULL,
			"bzImage: boot protocol %u.%02u does not contain the kernel's offset",
			version >> 8, version & 0xff);
	sectors = sectors ? sectors : X86_SETUP_SECTS_DEFAULT;
	uint64_t offset = (sectors + 1) * X86_SECTOR + (uint64_t)le32(data + X86_PAYLOAD_OFFSET);
	uint32_t length = le32(data + X86_PAYLOAD_LENGTH);
	if (length < 8 || !range_fits(size, offset, length) || !x86_is_whole(data, size, sectors))
		return outside("bzImage");
	*payload = (struct image_payload) {
		.format = "bzImage",
		.offset = (size_t)offset,
		.size_bytes = length,
		/* The build appends the unpacked length; a gzip stream already ends with it. */
		.expected_bytes = le32(data + offset + length - 4),
		.exact = true,
		.address_bytes = 8,
	};
	return NULL;
}

/* drivers/firmware/efi/libstub/zboot-header.S */
#define ZBOOT_MAGIC 4
#define ZBOOT_PAYLOAD_OFFSET 8
#define ZBOOT_PAYLOAD_SIZE 12
#define ZBOOT_COMPRESSION 24
#define ZBOOT_HEADER_SIZE 64

static bool zboot_recognise(const unsigned char *data, size_t size)
{
	return size >= ZBOOT_HEADER_SIZE && !memcmp(data, "MZ", 2) &&
		!memcmp(data + ZBOOT_MAGIC, "zimg", 4);
}

static struct error *zboot_payload(
	const unsigned char *data, size_t size, struct image_payload *payload)
{
	uint32_t offset = le32(data + ZBOOT_PAYLOAD_OFFSET),
		 length = le32(data + ZBOOT_PAYLOAD_SIZE);

	if (length < 8 || !range_fits(size, offset, length))
		return outside("EFI zboot");
	if (compression_detect(data + offset, length) == COMPRESSION_NONE)
		return error_create(ERROR_INPUT, NULL,
			"EFI zboot: unknown compression \"%.*s\"",
			(int)strnlen((const char *)data + ZBOOT_COMPRESSION, 8),
			(const char *)data + ZBOOT_COMPRESSION);
	*payload = (struct image_payload) {
		.format = "EFI zboot",
		.offset = offset,
		.size_bytes = length,
	};
	return NULL;
}

/* arch/arm/boot/compressed/head.S: LC0 and the words after the first branch. */
#define ARM_MAGIC 0x24
#define ARM_ENDIAN 0x30
#define ARM_HEADER_SIZE 0x34
static const unsigned char arm_magic[] = {0x18, 0x28, 0x6f, 0x01};
static const unsigned char arm_magic_big[] = {0x01, 0x6f, 0x28, 0x18};

static bool arm_recognise(const unsigned char *data, size_t size)
{
	return size >= ARM_HEADER_SIZE &&
		(!memcmp(data + ARM_MAGIC, arm_magic, 4) ||
			!memcmp(data + ARM_MAGIC, arm_magic_big, 4));
}

static struct error *arm_payload(
	const unsigned char *data, size_t size, struct image_payload *payload)
{
	*payload = (struct image_payload) {
		.format = "zImage",
		.offset = ARM_HEADER_SIZE,
		.size_bytes = size - ARM_HEADER_SIZE,
		.search = true,
		.machine = EM_ARM,
		/* The word is 0x04030201 in the kernel's byte order; BE8 swaps only the code. */
		.big_endian = data[ARM_ENDIAN] == 4,
		.address_bytes = 4,
	};
	return NULL;
}

/* arch/s390/boot/head.S: IPL starts at 0, the kernel's own entry with its name at 0x10000. */
#define S390_MAGIC 0x10008
static const unsigned char s390_magic[] = "S390EP";

static bool s390_recognise(const unsigned char *data, size_t size)
{
	return size >= S390_MAGIC + sizeof(s390_magic) &&
		!memcmp(data + S390_MAGIC, s390_magic, sizeof(s390_magic) - 1);
}

static struct error *s390_payload(
	const unsigned char *data, size_t size, struct image_payload *payload)
{
	(void)data;
	*payload = (struct image_payload) {
		.format = "s390 bzImage",
		.offset = S390_MAGIC,
		.size_bytes = size - S390_MAGIC,
		.search = true,
		.machine = EM_S390,
		.big_endian = true,
		.address_bytes = 8,
	};
	return NULL;
}

/* The header of a PE file, and its table of sections (Microsoft's PE format). */
#define PE_HEADER_OFFSET 60
#define PE_SECTION_CNT 6
#define PE_OPTIONAL_SIZE 20
#define PE_HEADER_SIZE 24
#define PE_SECTION_SIZE 40
#define PE_SECTION_MEMORY_SIZE 8
#define PE_SECTION_FILE_SIZE 16
#define PE_SECTION_FILE_OFFSET 20

/* The section headers and their number; 0: not a PE file. */
static unsigned int pe_sections(const unsigned char *data, size_t size, const unsigned char **ret)
{
	if (size < PE_HEADER_OFFSET + 4 || memcmp(data, "MZ", 2))
		return 0;
	uint64_t at = le32(data + PE_HEADER_OFFSET);
	if (!range_fits(size, at, PE_HEADER_SIZE) || memcmp(data + at, "PE\0", 4))
		return 0;
	unsigned int cnt = le16(data + at + PE_SECTION_CNT);
	at += PE_HEADER_SIZE + le16(data + at + PE_OPTIONAL_SIZE);
	if (at >= size)
		return 0;
	*ret = data + at;
	return cnt < (size - at) / PE_SECTION_SIZE ? cnt
						   : (unsigned int)((size - at) / PE_SECTION_SIZE);
}

/* The header of the section; NULL: not a PE file, or no section of that name. */
static const unsigned char *pe_section(const unsigned char *data, size_t size, const char name[8])
{
	const unsigned char *section = NULL;
	unsigned int cnt = pe_sections(data, size, &section);

	for (; cnt; cnt--, section += PE_SECTION_SIZE) {
		if (!memcmp(section, name, 8))
			return section;
	}
	return NULL;
}

/* A raw kernel has no length field, but its PE header for EFI has one. */
static bool pe_is_whole(const unsigned char *data, size_t size)
{
	const unsigned char *section = NULL;
	unsigned int cnt = pe_sections(data, size, &section);

	for (; cnt; cnt--, section += PE_SECTION_SIZE) {
		if (!range_fits(size, le32(section + PE_SECTION_FILE_OFFSET),
			    le32(section + PE_SECTION_FILE_SIZE)))
			return false;
	}
	return true;
}

/* https://uapi-group.org/specifications/specs/unified_kernel_image: a boot stub with a kernel in it. */
static const char uki_section[8] = ".linux";

static bool uki_recognise(const unsigned char *data, size_t size)
{
	return pe_section(data, size, uki_section);
}

static struct error *uki_payload(
	const unsigned char *data, size_t size, struct image_payload *payload)
{
	const unsigned char *section = pe_section(data, size, uki_section);
	uint32_t offset = le32(section + PE_SECTION_FILE_OFFSET);
	uint32_t length = le32(section + PE_SECTION_FILE_SIZE),
		 in_memory = le32(section + PE_SECTION_MEMORY_SIZE);

	/* The size in the file includes padding. */
	if (in_memory && in_memory < length)
		length = in_memory;
	if (length < 8 || !range_fits(size, offset, length))
		return outside("unified kernel image");
	*payload = (struct image_payload) {
		.format = "unified kernel image",
		.offset = offset,
		.size_bytes = length,
	};
	return NULL;
}

static const struct {
	bool (*recognise)(const unsigned char *data, size_t size);
	struct error *(*payload)(
		const unsigned char *data, size_t size, struct image_payload *payload);
} wrappers[] = {
	{uki_recognise, uki_payload},
	{zboot_recognise, zboot_payload},
	{x86_recognise, x86_payload},
	{arm_recognise, arm_payload},
	{s390_recognise, s390_payload},
};

bool image_find_payload(
	const unsigned char *data, size_t size, struct image_payload *payload, struct error **error)
{
	enum compression compression = compression_detect(data, size);

	if (compression != COMPRESSION_NONE) {
		*payload = (struct image_payload) {.size_bytes = size};
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++) {
		if (!wrappers[i].recognise(data, size))
			continue;
		*error = wrappers[i].payload(data, size, payload);
		return !*error;
	}
	return false;
}

/* Documentation/arch/arm64/booting.rst, riscv/boot-image-header.rst: headers of 64 bytes. */
#define RAW_HEADER_SIZE 64
#define ARM64_MAGIC 56
#define ARM64_FLAGS 24
#define RISCV_MAGIC 48
#define RISCV_MAGIC2 56
/* LINUX_PE_MAGIC of include/linux/pe.h, after "MZ"; x86 and zboot have it too. */
#define PE_LINUX_MAGIC 56
#define PE_MACHINE_LOONGARCH64 0x6264

static bool pe_machine_is(const unsigned char *data, size_t size, unsigned int machine)
{
	static const unsigned char magic[] = {0xcd, 0x23, 0x82, 0x81};
	uint32_t header = le32(data + PE_HEADER_OFFSET);

	return !memcmp(data, "MZ", 2) && !memcmp(data + PE_LINUX_MAGIC, magic, sizeof(magic)) &&
		range_fits(size, header, 6) && !memcmp(data + header, "PE\0", 4) &&
		le16(data + header + 4) == machine;
}

bool image_raw_recognise(const unsigned char *data, size_t size, struct image_raw *ret)
{
	if (size < RAW_HEADER_SIZE)
		return false;
	if (!memcmp(data + ARM64_MAGIC, "ARM\x64", 4))
		*ret = (struct image_raw) {"arm64 Image", EM_AARCH64, data[ARM64_FLAGS] & 1, 8};
	else if (!memcmp(data + RISCV_MAGIC, "RISCV\0\0", 8) ||
		!memcmp(data + RISCV_MAGIC2, "RSC\x05", 4))
		/* 32-bit kernels have the same header; no field distinguishes them. */
		*ret = (struct image_raw) {"riscv Image", EM_RISCV, false, 8};
	else if (pe_machine_is(data, size, PE_MACHINE_LOONGARCH64))
		*ret = (struct image_raw) {"loongarch Image", IMAGE_EM_LOONGARCH, false, 8};
	else
		return false;
	return true;
}

bool image_recognised(const void *head, size_t size)
{
	struct image_raw raw;

	if (image_elf_recognise(head, size) || image_raw_recognise(head, size, &raw))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++) {
		if (wrappers[i].recognise(head, size))
			return true;
	}
	return false;
}

struct error *image_fill_raw(
	struct image *image, const unsigned char *data, size_t size, const struct image_raw *raw)
{
	struct image_segment *segment = pool_alloc(&image->pool, sizeof(*segment));

	if (!segment)
		return error_no_memory();
	if (!pe_is_whole(data, size))
		return outside(raw->format);
	*segment = (struct image_segment) {
		.name = "",
		.data = data,
		.size_bytes = size,
		.executable = true,
		.writable = true,
	};
	image->segments = segment;
	image->segment_cnt = 1;
	image->address_is_offset = true;
	image->machine = raw->machine;
	image->big_endian = raw->big_endian;
	image->address_bytes = raw->address_bytes;
	return NULL;
}
