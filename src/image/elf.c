/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/format.h"
#include "util/sort.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/* The section with the kernel in a powerpc wrapper (arch/powerpc/boot/wrapper). */
#define POWERPC_PAYLOAD ".kernel:vmlinux.strip"

bool image_elf_recognise(const void *data, size_t size)
{
	return size >= EI_NIDENT && !memcmp(data, ELFMAG, SELFMAG);
}

static void end_elf(Elf **elf)
{
	if (*elf)
		elf_end(*elf);
}

static struct error *elf_bad(const char *why)
{
	return error_create(ERROR_INPUT, NULL, "ELF: %s", why);
}

static struct error *bad_by_library(const char *what)
{
	return error_create(ERROR_INPUT, NULL, "ELF: %s: %s", what, elf_errmsg(-1));
}

struct reader {
	struct image *image;
	Elf *elf;
	const unsigned char *data;
	size_t size;
	size_t names;          /* index of the section name table */
	uint64_t next_address; /* for the sections of a relocatable file */
	size_t segment_cap, other_cap;
};

static struct error *add_segment(struct reader *reader, const struct image_segment *segment)
{
	struct image *image = reader->image;
	struct image_segment *list = pool_grow(&image->pool, image->segments, image->segment_cnt,
		&reader->segment_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	image->segments = list;
	list[image->segment_cnt++] = *segment;
	return NULL;
}

static struct error *add_other(struct reader *reader, const struct image_segment *segment)
{
	struct image *image = reader->image;
	struct image_segment *list = pool_grow(
		&image->pool, image->others, image->other_cnt, &reader->other_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	image->others = list;
	list[image->other_cnt++] = *segment;
	return NULL;
}

static bool elf_inside(const struct reader *reader, uint64_t offset, uint64_t length)
{
	return offset <= reader->size && length <= reader->size - offset;
}

/* Assigns addresses to a module's sections, with their alignment. */
static bool elf_place(struct reader *reader, const GElf_Shdr *header, uint64_t *address)
{
	uint64_t align = header->sh_addralign ? header->sh_addralign : 1;

	if (align > 1u << 21 || (align & (align - 1)))
		return false;
	*address = (reader->next_address + align - 1) & ~(align - 1);
	reader->next_address = *address + header->sh_size;
	return true;
}

static struct error *read_section(struct reader *reader, Elf_Scn *section, size_t index)
{
	struct image *image = reader->image;
	GElf_Shdr header;

	if (!gelf_getshdr(section, &header))
		return bad_by_library("section header");
	const char *name = elf_strptr(reader->elf, reader->names, header.sh_name);
	struct image_segment segment = {
		.name = pool_strdup(&image->pool, name ? name : ""),
		.address = header.sh_addr,
		.executable = header.sh_flags & SHF_EXECINSTR,
		.writable = header.sh_flags & SHF_WRITE,
		.section_index = (uint32_t)index,
	};
	if (!segment.name)
		return error_no_memory();
	if (header.sh_type == SHT_NOBITS && segment.executable && header.sh_size)
		image->no_code = true;
	if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL || !header.sh_size)
		return NULL;
	if (!elf_inside(reader, header.sh_offset, header.sh_size))
		return error_create(ERROR_INPUT, NULL,
			"ELF: section %s lies outside the file: truncated?", segment.name);
	segment.data = reader->data + header.sh_offset;
	segment.size_bytes = (size_t)header.sh_size;
	if (!(header.sh_flags & SHF_ALLOC) || (header.sh_flags & SHF_COMPRESSED))
		return add_other(reader, &segment);
	if (image->relocatable && !elf_place(reader, &header, &segment.address))
		return error_create(
			ERROR_INPUT, NULL, "ELF: section %s: bad alignment", segment.name);
	return add_segment(reader, &segment);
}

static struct error *read_sections(struct reader *reader, size_t cnt)
{
	struct error *error = NULL;

	if (elf_getshdrstrndx(reader->elf, &reader->names))
		return bad_by_library("section names");
	if (!reader->names || reader->names >= cnt)
		return elf_bad("the section names are missing");
	for (size_t i = 1; i < cnt && !error; i++) {
		Elf_Scn *section = elf_getscn(reader->elf, i);
		error = section ? read_section(reader, section, i) : bad_by_library("section");
	}
	return error;
}

/* Without section headers: the segments that a boot loader loads. */
static struct error *read_programs(struct reader *reader)
{
	struct error *error = NULL;
	size_t cnt = 0;

	if (elf_getphdrnum(reader->elf, &cnt))
		return bad_by_library("program headers");
	for (size_t i = 0; i < cnt && i < IMAGE_SECTION_MAX && !error; i++) {
		GElf_Phdr header;
		if (!gelf_getphdr(reader->elf, (int)i, &header))
			return bad_by_library("program header");
		if (header.p_type != PT_LOAD || !header.p_filesz)
			continue;
		if (!elf_inside(reader, header.p_offset, header.p_filesz))
			return elf_bad("a segment lies outside the file: truncated?");
		struct image_segment segment = {
			.name = "",
			.address = header.p_vaddr,
			.data = reader->data + header.p_offset,
			.size_bytes = (size_t)header.p_filesz,
			.executable = header.p_flags & PF_X,
			.writable = header.p_flags & PF_W,
		};
		error = add_segment(reader, &segment);
	}
	return error;
}

static int compare_segment(const void *a, const void *b)
{
	const struct image_segment *one = a, *two = b;

	if (one->address != two->address)
		return one->address < two->address ? -1 : 1;
	return order_numbers(one->section_index, two->section_index);
}

/*
 * Sections with the same address are a linker overlay. They are loaded elsewhere, and the kernel
 * copies one of them to that address at boot (.vectors* of arm, in linux
 * arch/arm/include/asm/vmlinux.lds.h). The image does not say which one. The first section keeps
 * the address, the others keep only their names.
 */
static struct error *set_overlays_aside(struct reader *reader)
{
	struct image *image = reader->image;
	size_t kept = 1;

	for (size_t i = 1; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		if (image->relocatable || segment->address != image->segments[kept - 1].address) {
			image->segments[kept++] = *segment;
			continue;
		}
		struct error *error = add_other(reader, segment);
		if (error)
			return error;
	}
	image->segment_cnt = kept;
	return NULL;
}

static struct error *sort_segments(struct reader *reader)
{
	struct image *image = reader->image;

	if (!image->segment_cnt)
		return NULL;
	qsort(image->segments, image->segment_cnt, sizeof(*image->segments), compare_segment);
	struct error *error = set_overlays_aside(reader);
	if (error)
		return error;
	for (size_t i = 0; i < image->segment_cnt; i++) {
		const struct image_segment *segment = &image->segments[i];
		if (segment->size_bytes > UINT64_MAX - segment->address)
			return error_create(ERROR_INPUT, NULL,
				"ELF: section %s is too long for its address", segment->name);
		if (i && segment->address - segment[-1].address < segment[-1].size_bytes)
			return error_create(ERROR_INPUT, NULL, "ELF: sections %s and %s overlap",
				segment[-1].name, segment->name);
	}
	return NULL;
}

static struct error *read_elf(struct reader *reader)
{
	struct image *image = reader->image;
	GElf_Ehdr header;
	size_t cnt = 0;

	if (elf_kind(reader->elf) != ELF_K_ELF || !gelf_getehdr(reader->elf, &header))
		return bad_by_library("header");
	image->machine = header.e_machine;
	image->big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
	image->address_bytes = header.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
	image->relocatable = header.e_type == ET_REL;
	reader->next_address = IMAGE_RELOCATABLE_ADDRESS;
	/* libelf reports no section headers if the table lies outside the file. */
	if (elf_getshdrnum(reader->elf, &cnt) || cnt > IMAGE_SECTION_MAX ||
		(header.e_shoff && !cnt))
		return elf_bad("the section header table lies outside the file: truncated?");
	struct error *error = cnt > 1 ? read_sections(reader, cnt) : read_programs(reader);
	if (!error && !image->segment_cnt && !image->other_cnt)
		error = elf_bad("it has no sections or segments");
	return error ? error : sort_segments(reader);
}

struct error *image_fill_elf(struct image *image, const unsigned char *data, size_t size)
{
	__attribute__((cleanup(end_elf))) Elf *elf = NULL;

	elf_version(EV_CURRENT);
	/* Opened only for reading: libelf does not write to it. */
	elf = elf_memory((char *)data, size);
	if (!elf)
		return bad_by_library("not readable");
	struct reader reader = {.image = image, .elf = elf, .data = data, .size = size};
	return read_elf(&reader);
}

/* linux arch/mips/boot/compressed: the kernel is a raw one, somewhere in the data. */
static bool mips_payload(const struct image *image, struct image_payload *payload, size_t size)
{
	*payload = (struct image_payload) {.format = "mips vmlinuz", .size_bytes = size, .search = true};
	return image->machine == EM_MIPS && !image->relocatable && !image->no_code;
}

bool image_elf_payload(const struct image *image, struct image_payload *payload,
	const unsigned char *data, size_t size)
{
	const struct image_segment *section = image_section(image, POWERPC_PAYLOAD);

	if (!section)
		return mips_payload(image, payload, size);
	if (section->data < data || section->data > data + size)
		return false;
	*payload = (struct image_payload) {
		.format = "powerpc zImage",
		.offset = (size_t)(section->data - data),
		.size_bytes = section->size_bytes,
	};
	return compression_detect(section->data, section->size_bytes) != COMPRESSION_NONE;
}
