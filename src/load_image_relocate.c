/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_image_relocate.h"

#include <elf.h>
#include <string.h>

/* Fewer entries in a row are no table of relocations. */
#define TABLE_MIN 64

#ifndef R_RISCV_RELATIVE
#define R_RISCV_RELATIVE 3
#endif

/* The bytes are the image's own, from malloc (image->owned). */
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

static void store(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> i * 8);
}

/* Entries {offset, info, addend} from `at` on that speak of the image itself. */
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
			store(place, little_u64(at + 16), 8);
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
		*symbols; /* by number of the ELF symbol; name NULL: not one to list */
	uint64_t *values;
	size_t symbol_cnt;
	uint32_t extern_cnt;
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

static void take_symbol(struct module *module, size_t index)
{
	Elf64_Sym symbol;

	memcpy(&symbol, module->symtab->data + index * sizeof(symbol), sizeof(symbol));
	const char *name = string_at(module->strtab, symbol.st_name);
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

static struct error *take_symbols(struct module *module)
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

static bool apply_x86(unsigned char *at, size_t room, uint32_t type, uint64_t value, uint64_t place)
{
	size_t size = type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;

	if (room < size)
		return false;
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		store(at, value, size);
		return true;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_PC64:
		store(at, value - place, size);
		return true;
	default:
		return false;
	}
}

/* Puts `bits` of the value into the instruction at `at`, from bit `shift` on. */
static void insert(unsigned char *at, uint64_t value, unsigned int bits, unsigned int shift)
{
	uint32_t mask = ((1u << bits) - 1) << shift;
	uint32_t insn = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;

	store(at, (insn & ~mask) | ((uint32_t)value << shift & mask), 4);
}

static const struct {
	uint32_t type;
	uint8_t shift; /* of the low twelve bits of the address in a load or store */
} arm64_low_bits[] = {
	{R_AARCH64_ADD_ABS_LO12_NC, 0},
	{R_AARCH64_LDST8_ABS_LO12_NC, 0},
	{R_AARCH64_LDST16_ABS_LO12_NC, 1},
	{R_AARCH64_LDST32_ABS_LO12_NC, 2},
	{R_AARCH64_LDST64_ABS_LO12_NC, 3},
	{R_AARCH64_LDST128_ABS_LO12_NC, 4},
};

static bool apply_arm64_low(unsigned char *at, uint32_t type, uint64_t value)
{
	for (size_t i = 0; i < sizeof(arm64_low_bits) / sizeof(arm64_low_bits[0]); i++) {
		if (arm64_low_bits[i].type == type) {
			insert(at, (value & 0xfff) >> arm64_low_bits[i].shift, 12, 10);
			return true;
		}
	}
	return false;
}

static bool apply_arm64(
	unsigned char *at, size_t room, uint32_t type, uint64_t value, uint64_t place)
{
	uint64_t pages = (value >> 12) - (place >> 12);

	if (room < (type == R_AARCH64_ABS64 || type == R_AARCH64_PREL64 ? 8u : 4u))
		return false;
	switch (type) {
	case R_AARCH64_ABS64:
		store(at, value, 8);
		return true;
	case R_AARCH64_PREL64:
		store(at, value - place, 8);
		return true;
	case R_AARCH64_ABS32:
		store(at, value, 4);
		return true;
	case R_AARCH64_PREL32:
		store(at, value - place, 4);
		return true;
	case R_AARCH64_CALL26:
	case R_AARCH64_JUMP26:
		insert(at, (value - place) >> 2, 26, 0);
		return true;
	case R_AARCH64_CONDBR19:
		insert(at, (value - place) >> 2, 19, 5);
		return true;
	case R_AARCH64_ADR_PREL_PG_HI21:
	case R_AARCH64_ADR_PREL_PG_HI21_NC:
		insert(at, pages & 3, 2, 29);
		insert(at, pages >> 2, 19, 5);
		return true;
	default:
		return apply_arm64_low(at, type, value);
	}
}

static void apply(const struct module *module, const struct image_segment *target,
	const Elf64_Rela *relocation)
{
	uint32_t symbol = (uint32_t)ELF64_R_SYM(relocation->r_info);
	uint32_t type = (uint32_t)ELF64_R_TYPE(relocation->r_info);

	if (relocation->r_offset >= target->size_bytes || symbol >= module->symbol_cnt)
		return;
	size_t room = target->size_bytes - (size_t)relocation->r_offset;
	uint64_t place = target->address + relocation->r_offset;
	uint64_t value = module->values[symbol] + (uint64_t)relocation->r_addend;
	unsigned char *at = writable(module->image, place, 1);
	if (at && module->image->machine == EM_X86_64)
		apply_x86(at, room, type, value, place);
	else if (at && module->image->machine == EM_AARCH64)
		apply_arm64(at, room, type, value, place);
}

static void relocate_section(const struct module *module, const struct image_segment *section)
{
	static const char prefix[] = ".rela";

	if (strncmp(section->name, prefix, sizeof(prefix) - 1))
		return;
	const struct image_segment *target =
		image_section(module->image, section->name + sizeof(prefix) - 1);
	if (!target || image_segment_at(module->image, target->address) != target)
		return;
	for (size_t at = 0; section->size_bytes - at >= sizeof(Elf64_Rela);
		at += sizeof(Elf64_Rela)) {
		Elf64_Rela relocation;
		memcpy(&relocation, section->data + at, sizeof(relocation));
		apply(module, target, &relocation);
	}
}

struct error *image_relocate_module(struct image *image, struct kernel_symbols **ret)
{
	struct module module = {.image = image};

	if (image->big_endian || image->address_bytes != 8)
		return error_create(ERROR_INPUT, NULL,
			"relocations of modules are not read for this architecture");
	for (size_t i = 0; i < image->segment_cnt; i++)
		image->segments[i].address += MODULE_ADDRESS - IMAGE_RELOCATABLE_ADDRESS;
	struct error *error = take_symbols(&module);
	if (error)
		return error;
	for (size_t i = 0; i < image->other_cnt; i++)
		relocate_section(&module, &image->others[i]);
	*ret = module.symbols;
	return NULL;
}
