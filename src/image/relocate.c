/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/image.h"
#include "image/relocate_apply.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

/* A table of relocations has at least so many entries in a row. */
#define TABLE_MIN 64

#ifndef R_RISCV_RELATIVE
#define R_RISCV_RELATIVE 3
#endif

/* Casts away const: the image owns the bytes, from malloc (image->owned). */
static unsigned char *writable(const struct image *image, uint64_t address, size_t size)
{
	return (unsigned char *)(uintptr_t)image_at(image, address, size);
}

static uint64_t little_u64(const unsigned char *at)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

static void relocate_store(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> i * 8);
}

/* Counts entries {offset, info, addend} from `at` on that refer to the image itself. */
static size_t count_relative(
	const struct image *image, const unsigned char *at, const unsigned char *end, uint64_t info)
{
	const struct image_segment *segment = &image->segments[0];
	size_t cnt = 0;

	for (; end - at >= 24; at += 24, cnt++) {
		uint64_t offset = little_u64(at) - segment->address;
		if (little_u64(at + 8) != info || offset >= segment->size_bytes)
			break;
	}
	return cnt;
}

static void apply_relative(const struct image *image, const unsigned char *at, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++, at += 24) {
		unsigned char *place = writable(image, little_u64(at), 8);
		if (place && !little_u64(place))
			relocate_store(place, little_u64(at + 16), 8);
	}
}

void image_relocate_raw(struct image *image)
{
	uint64_t info = image->machine == EM_AARCH64 ? R_AARCH64_RELATIVE
		: image->machine == EM_RISCV         ? R_RISCV_RELATIVE
						     : 0;

	if (!info || image->segment_cnt != 1 || image->segments[0].name[0] ||
		image->address_is_offset || image->big_endian)
		return;
	const unsigned char *data = image->segments[0].data;
	const unsigned char *end = data + image->segments[0].size_bytes;
	for (const unsigned char *at = data; end - at >= 24; at += 8) {
		size_t cnt = little_u64(at + 8) == info ? count_relative(image, at, end, info) : 0;
		if (cnt < TABLE_MIN)
			continue;
		apply_relative(image, at, cnt);
		at += cnt * 24 - 8;
	}
}

struct module {
	struct image *image;
	const struct image_segment *symtab, *strtab;
	struct kernel_symbols
		*symbols; /* by number of the ELF symbol; name NULL: not listed */
	uint64_t *values;
	size_t symbol_cnt;
	uint32_t extern_cnt;
	uint64_t toc; /* ppc64: ".TOC." */
};

static const struct image_segment *section_numbered(const struct image *image, uint32_t index)
{
	for (size_t i = 0; i < image->segment_cnt; i++) {
		if (image->segments[i].section_index == index)
			return &image->segments[i];
	}
	return NULL;
}

static const char *string_at(const struct image_segment *strings, uint32_t offset)
{
	if (offset >= strings->size_bytes ||
		!memchr(strings->data + offset, 0, strings->size_bytes - offset))
		return "";
	return (const char *)strings->data + offset;
}

static char symbol_type(const struct image_segment *segment, bool global)
{
	char type = segment->executable ? 't' : segment->writable ? 'd' : 'r';

	return global ? (char)(type - 'a' + 'A') : type;
}

static void list_symbol(struct module *module, const char *name, uint64_t address, char type)
{
	/* Mapping symbols of arm64 and the assembler's labels. */
	if (!*name || *name == '$' || !strncmp(name, ".L", 2))
		return;
	module->symbols->list[module->symbols->cnt++] =
		(struct kernel_symbol) {.address = address, .name = name, .type = type};
}

static Elf64_Sym symbol_numbered(const struct module *module, size_t index)
{
	const unsigned char *at = module->symtab->data + index * sizeof(Elf64_Sym);
	const struct image *image = module->image;

	return (Elf64_Sym) {
		.st_name = (Elf64_Word)image_number(image, at + offsetof(Elf64_Sym, st_name), 4),
		.st_info = at[offsetof(Elf64_Sym, st_info)],
		.st_shndx = (Elf64_Half)image_number(image, at + offsetof(Elf64_Sym, st_shndx), 2),
		.st_value = image_number(image, at + offsetof(Elf64_Sym, st_value), 8),
	};
}

static void take_symbol(struct module *module, size_t index)
{
	const Elf64_Sym symbol = symbol_numbered(module, index);
	const char *name = string_at(module->strtab, symbol.st_name);
	if (symbol.st_shndx == SHN_UNDEF && !strcmp(name, ".TOC.")) {
		module->values[index] = module->toc;
		return;
	}
	if (symbol.st_shndx == SHN_UNDEF) {
		if (!*name || module->extern_cnt == MODULE_EXTERN_MAX)
			return;
		module->values[index] =
			MODULE_ADDRESS - (uint64_t)++module->extern_cnt * MODULE_EXTERN_STEP_BYTES;
		list_symbol(module, name, module->values[index], 'T');
		return;
	}
	const struct image_segment *segment = section_numbered(module->image, symbol.st_shndx);
	if (!segment)
		return;
	module->values[index] = segment->address + symbol.st_value;
	if (ELF64_ST_TYPE(symbol.st_info) != STT_SECTION)
		list_symbol(module, name, module->values[index],
			symbol_type(segment, ELF64_ST_BIND(symbol.st_info) != STB_LOCAL));
}

static struct error *relocate_take_symbols(struct module *module)
{
	struct pool *pool = &module->image->pool;

	module->symtab = image_section(module->image, ".symtab");
	module->strtab = image_section(module->image, ".strtab");
	if (!module->symtab || !module->strtab)
		return error_create(ERROR_INPUT, NULL, "a module without symbols");
	module->symbol_cnt = module->symtab->size_bytes / sizeof(Elf64_Sym);
	module->symbols = pool_alloc(pool, sizeof(*module->symbols));
	module->values = pool_calloc(pool, module->symbol_cnt + 1, sizeof(*module->values));
	if (!module->symbols || !module->values)
		return error_no_memory();
	module->symbols->list =
		pool_calloc(pool, module->symbol_cnt + 1, sizeof(*module->symbols->list));
	if (!module->symbols->list)
		return error_no_memory();
	for (size_t i = 1; i < module->symbol_cnt; i++)
		take_symbol(module, i);
	return NULL;
}

struct section {
	const struct image_segment *target, *entries;
	size_t cnt;
};

static Elf64_Rela entry_numbered(
	const struct module *module, const struct section *section, size_t index)
{
	const unsigned char *at = section->entries->data + index * sizeof(Elf64_Rela);

	return (Elf64_Rela) {
		.r_offset = image_number(module->image, at, 8),
		.r_info = image_number(module->image, at + 8, 8),
		.r_addend = (Elf64_Sxword)image_number(module->image, at + 16, 8),
	};
}

static bool value_of(const struct module *module, const Elf64_Rela *entry, uint64_t *ret)
{
	uint32_t symbol = (uint32_t)ELF64_R_SYM(entry->r_info);

	if (symbol >= module->symbol_cnt)
		return false;
	*ret = module->values[symbol] + (uint64_t)entry->r_addend;
	return true;
}

/* The first entry at or after an offset: assemblers write them in order. */
static size_t find_entry(
	const struct module *module, const struct section *section, uint64_t offset)
{
	size_t low = 0, high = section->cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (entry_numbered(module, section, middle).r_offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * riscv64: the relocation of an address's low part refers to the instruction with the high part.
 * That instruction's relocation has the address.
 */
static bool low_part(
	const struct module *module, const struct section *section, uint64_t label, uint64_t *ret)
{
	uint64_t offset = label - section->target->address, value;

	for (size_t i = find_entry(module, section, offset); i < section->cnt; i++) {
		const Elf64_Rela entry = entry_numbered(module, section, i);
		if (entry.r_offset != offset)
			return false;
		if (ELF64_R_TYPE(entry.r_info) != R_RISCV_PCREL_HI20)
			continue;
		if (!value_of(module, &entry, &value))
			return false;
		*ret = value - label;
		return true;
	}
	return false;
}

static bool relocate(
	const struct module *module, const struct section *section, const Elf64_Rela *entry)
{
	const struct image_segment *target = section->target;
	uint16_t machine = module->image->machine;
	struct relocation relocation = {
		.at = writable(module->image, target->address + entry->r_offset, 1),
		.room_bytes = target->size_bytes - (size_t)entry->r_offset,
		.type = (uint32_t)ELF64_R_TYPE(entry->r_info),
		.place = target->address + entry->r_offset,
		.toc = module->toc,
	};
	bool low = machine == EM_RISCV &&
		(relocation.type == R_RISCV_PCREL_LO12_I || relocation.type == R_RISCV_PCREL_LO12_S);

	if (relocation_is_hint(machine, relocation.type))
		return true;
	return value_of(module, entry, &relocation.value) &&
		(!low || low_part(module, section, relocation.value, &relocation.value)) &&
		relocation_apply(machine, &relocation);
}

/* An instruction with a missing part would be read wrongly. Zeros are an illegal instruction. */
static void spoil(const struct module *module, const struct section *section, uint64_t offset)
{
	size_t size = module->image->machine == EM_RISCV ? 2 : 4;
	unsigned char *at = writable(
		module->image, section->target->address + (offset & ~(uint64_t)(size - 1)), size);

	if (at && section->target->executable &&
		(module->image->machine == EM_PPC64 || module->image->machine == EM_RISCV))
		memset(at, 0, size);
}

static void relocate_section(const struct module *module, const struct image_segment *entries)
{
	static const char prefix[] = ".rela";

	if (strncmp(entries->name, prefix, sizeof(prefix) - 1))
		return;
	const struct image_segment *target =
		image_section(module->image, entries->name + sizeof(prefix) - 1);
	if (!target || image_segment_at(module->image, target->address) != target)
		return;
	const struct section section = {
		.target = target,
		.entries = entries,
		.cnt = entries->size_bytes / sizeof(Elf64_Rela),
	};
	for (size_t i = 0; i < section.cnt; i++) {
		const Elf64_Rela entry = entry_numbered(module, &section, i);
		if (entry.r_offset < target->size_bytes && !relocate(module, &section, &entry))
			spoil(module, &section, entry.r_offset);
	}
}

/* The ABI puts it 32 KiB into the table of addresses. A module may have no such table. */
static uint64_t find_toc(const struct image *image)
{
	const struct image_segment *table = image_section(image, ".toc");

	if (!table)
		table = image_section(image, ".got");
	return (table ? table->address : MODULE_ADDRESS) + 0x8000;
}

struct error *image_relocate_module(struct image *image, struct kernel_symbols **ret)
{
	struct module module = {.image = image};

	if (image->address_bytes != 8)
		return error_create(ERROR_INPUT, NULL,
			"module relocations are not supported for this architecture");
	for (size_t i = 0; i < image->segment_cnt; i++)
		image->segments[i].address += MODULE_ADDRESS - IMAGE_RELOCATABLE_ADDRESS;
	module.toc = find_toc(image);
	struct error *error = relocate_take_symbols(&module);
	if (error)
		return error;
	for (size_t i = 0; i < image->other_cnt; i++)
		relocate_section(&module, &image->others[i]);
	*ret = module.symbols;
	return NULL;
}
