/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/symbols.h"
#include "kernel/kernel.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* One entry of either class. */
struct entry {
	uint32_t name, section;
	uint64_t value, size;
	uint8_t info;
};

struct table {
	const struct image *image;
	const struct image_segment *symbols, *strings, *extended;
	const struct image_segment **by_index; /* segments by section_index; NULL: not loaded */
	uint32_t index_cnt;
	size_t entry_bytes;
};

static struct entry read_entry(const struct table *table, size_t index)
{
	const unsigned char *at = table->symbols->data + index * table->entry_bytes;
	bool wide = table->entry_bytes == sizeof(Elf64_Sym);
	struct entry entry = {
		.name = (uint32_t)image_number(table->image, at, 4),
		.info = at[wide ? 4 : 12],
		.section = (uint32_t)image_number(table->image, at + (wide ? 6 : 14), 2),
		.value = image_number(table->image, at + (wide ? 8 : 4), wide ? 8 : 4),
		.size = image_number(table->image, at + (wide ? 16 : 8), wide ? 8 : 4),
	};

	if (entry.section == SHN_XINDEX && table->extended &&
		table->extended->size_bytes / 4 > index)
		entry.section = (uint32_t)image_number(table->image, table->extended->data + index * 4, 4);
	return entry;
}

static const char *name_at(const struct table *table, uint32_t offset)
{
	const struct image_segment *strings = table->strings;

	if (offset >= strings->size_bytes ||
		!memchr(strings->data + offset, 0, strings->size_bytes - offset))
		return "";
	return (const char *)strings->data + offset;
}

static enum function_binding binding_of(uint8_t info)
{
	switch (ELF64_ST_BIND(info)) {
	case STB_LOCAL:
		return FUNCTION_BINDING_LOCAL;
	case STB_GLOBAL:
		return FUNCTION_BINDING_GLOBAL;
	case STB_WEAK:
		return FUNCTION_BINDING_WEAK;
	default:
		return FUNCTION_BINDING_UNKNOWN;
	}
}

static bool symbols_is_label(const char *name)
{
	/* Mapping symbols of arm and riscv, and the assembler's own labels. */
	return *name == '$' || !strncmp(name, ".L", 2) || !function_name_is_sane(name);
}

static bool take_entry(const struct table *table, size_t index, struct code_symbol *ret)
{
	struct entry entry = read_entry(table, index);
	unsigned int type = ELF64_ST_TYPE(entry.info);

	if (type == STT_SECTION || type == STT_FILE || type == STT_TLS || !entry.section)
		return false;
	const struct image_segment *segment =
		entry.section < table->index_cnt ? table->by_index[entry.section] : NULL;
	bool function = type == STT_FUNC || type == STT_GNU_IFUNC;
	if (function && (!segment || !segment->executable))
		return false;
	if (table->image->relocatable && !segment)
		return false;
	*ret = (struct code_symbol) {
		.name = name_at(table, entry.name),
		.address = entry.value + (table->image->relocatable ? segment->address : 0),
		.size_bytes = entry.size,
		.binding = binding_of(entry.info),
		.function = function,
		.label = type == STT_NOTYPE && segment && segment->executable,
		.section = segment ? segment->name : NULL,
	};
	/* The lowest bit of a Thumb function's address is a flag. */
	if (function && table->image->machine == EM_ARM)
		ret->address &= ~(uint64_t)1;
	return !symbols_is_label(ret->name);
}

static struct error *index_segments(struct table *table, struct pool *pool)
{
	const struct image *image = table->image;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		if (image->segments[i].section_index >= table->index_cnt)
			table->index_cnt = image->segments[i].section_index + 1;
	}
	table->by_index = pool_calloc(pool, table->index_cnt + 1, sizeof(*table->by_index));
	if (!table->by_index)
		return error_no_memory();
	for (size_t i = 0; i < image->segment_cnt; i++)
		table->by_index[image->segments[i].section_index] = &image->segments[i];
	return NULL;
}

static int symbols_compare_symbol(const void *a, const void *b)
{
	const struct code_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return strcmp(x->name, y->name);
}

struct error *code_symbols_elf(
	struct pool *pool, const struct image *image, struct code_symbols *ret)
{
	struct table table = {
		.image = image,
		.symbols = image_section(image, ".symtab"),
		.strings = image_section(image, ".strtab"),
		.extended = image_section(image, ".symtab_shndx"),
		.entry_bytes = image->address_bytes == 8 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym),
	};

	if (!table.symbols || !table.strings)
		return error_create(ERROR_NOT_FOUND, NULL, "the image has no symbol table");
	size_t cnt = table.symbols->size_bytes / table.entry_bytes;
	if (cnt > CODE_SYMBOL_MAX)
		return error_create(ERROR_INPUT, NULL, "its symbol table has %zu entries", cnt);
	struct error *error = index_segments(&table, pool);
	struct code_symbol *list = error ? NULL : pool_calloc(pool, cnt + 1, sizeof(*list));
	if (!list)
		return error ? error : error_no_memory();
	*ret = (struct code_symbols) {.list = list, .sized = true};
	for (size_t i = 1; i < cnt; i++)
		ret->cnt += take_entry(&table, i, &list[ret->cnt]);
	qsort(list, ret->cnt, sizeof(*list), symbols_compare_symbol);
	return NULL;
}

static enum function_binding binding_of_letter(char type)
{
	return type == 'w' || type == 'W' ? FUNCTION_BINDING_WEAK
		: type >= 'a'             ? FUNCTION_BINDING_LOCAL
					  : FUNCTION_BINDING_GLOBAL;
}

struct error *code_symbols_listed(
	struct pool *pool, const struct kernel_symbols *symbols, struct code_symbols *ret)
{
	struct code_symbol *list = pool_calloc(pool, symbols->cnt + 1, sizeof(*list));

	if (!list)
		return error_no_memory();
	*ret = (struct code_symbols) {.list = list};
	for (size_t i = 0; i < symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &symbols->list[i];
		if (symbol->module || symbols_is_label(symbol->name))
			continue;
		list[ret->cnt++] = (struct code_symbol) {
			.name = symbol->name,
			.address = symbol->address,
			.binding = binding_of_letter(symbol->type),
			.function = symbol_is_function(symbol),
		};
	}
	qsort(list, ret->cnt, sizeof(*list), symbols_compare_symbol);
	return NULL;
}

size_t code_symbols_from(const struct code_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (symbols->list[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct code_symbol *code_symbols_at(const struct code_symbols *symbols, uint64_t address)
{
	size_t at = address == UINT64_MAX ? symbols->cnt : code_symbols_from(symbols, address + 1);

	while (at && !symbols->list[at - 1].function)
		at--;
	if (!at)
		return NULL;
	const struct code_symbol *symbol = &symbols->list[at - 1];
	if (symbols->sized && address - symbol->address >= symbol->size_bytes &&
		address != symbol->address)
		return NULL;
	return symbol;
}
