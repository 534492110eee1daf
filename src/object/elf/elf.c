/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file itself. Its own reader: BPF objects are small, of one class, and never need a library's
 * repairs. */
#include "object/elf/parts.h"

#include <linux/bpf.h>
#include <stdlib.h>

#define SECTION_MAX 65000u /* section numbers from 0xff00 on are reserved */

struct error *object_bad(const char *why)
{
	return error_create(ERROR_INPUT, "compile it again", "damaged BPF object: %s", why);
}

bool object_recognise(const void *bytes, size_t size)
{
	const unsigned char *ident = bytes;
	uint16_t machine;

	if (size < sizeof(Elf64_Ehdr) || memcmp(ident, ELFMAG, SELFMAG) ||
		ident[EI_CLASS] != ELFCLASS64)
		return false;
	memcpy(&machine, ident + offsetof(Elf64_Ehdr, e_machine), sizeof(machine));
	bool swapped = (ident[EI_DATA] == ELFDATA2MSB) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	return (swapped ? bswap_16(machine) : machine) == EM_BPF;
}

#define FIELD(object, at, type, member, get) get(object, (at) + offsetof(type, member))

static bool lies_inside(const struct object *object, uint64_t offset, uint64_t size)
{
	return offset <= object->size_bytes && size <= object->size_bytes - offset;
}

static struct error *read_section(
	struct object *object, const unsigned char *at, struct object_section *ret)
{
	uint64_t offset = FIELD(object, at, Elf64_Shdr, sh_offset, object_long);

	*ret = (struct object_section) {
		.name = "",
		.size_bytes = FIELD(object, at, Elf64_Shdr, sh_size, object_long),
		.type = FIELD(object, at, Elf64_Shdr, sh_type, object_word),
		.link = FIELD(object, at, Elf64_Shdr, sh_link, object_word),
		.info = FIELD(object, at, Elf64_Shdr, sh_info, object_word),
		.flags = FIELD(object, at, Elf64_Shdr, sh_flags, object_long),
	};
	if (ret->type == SHT_NOBITS || ret->type == SHT_NULL)
		return NULL;
	if (!lies_inside(object, offset, ret->size_bytes))
		return object_bad("a section lies outside of the file");
	ret->data = object->bytes + offset;
	return NULL;
}

/* "" for an offset outside: no name. */
static const char *string_of(const struct object_section *table, uint32_t offset)
{
	return offset < table->size_bytes ? (const char *)table->data + offset : "";
}

static bool is_string_table(const struct object *object, uint32_t index)
{
	if (!index || index >= object->section_cnt)
		return false;
	const struct object_section *table = &object->sections[index];
	return table->data && table->size_bytes && !table->data[table->size_bytes - 1];
}

static struct error *read_sections(struct object *object)
{
	const unsigned char *header = object->bytes;
	uint64_t offset = FIELD(object, header, Elf64_Ehdr, e_shoff, object_long);
	uint32_t cnt = FIELD(object, header, Elf64_Ehdr, e_shnum, object_half);
	uint32_t names = FIELD(object, header, Elf64_Ehdr, e_shstrndx, object_half);
	struct error *error = NULL;

	if (FIELD(object, header, Elf64_Ehdr, e_shentsize, object_half) != sizeof(Elf64_Shdr) ||
		!cnt || cnt > SECTION_MAX ||
		!lies_inside(object, offset, (uint64_t)cnt * sizeof(Elf64_Shdr)))
		return object_bad("no table of sections");
	object->sections = pool_calloc(&object->pool, cnt, sizeof(*object->sections));
	if (!object->sections)
		return error_no_memory();
	object->section_cnt = cnt;
	const unsigned char *at = object->bytes + offset;
	for (uint32_t i = 0; i < cnt && !error; i++)
		error = read_section(object, at + i * sizeof(Elf64_Shdr), &object->sections[i]);
	if (error)
		return error;
	if (!is_string_table(object, names))
		return object_bad("no names of sections");
	for (uint32_t i = 0; i < cnt; i++)
		object->sections[i].name = string_of(&object->sections[names],
			FIELD(object, at + i * sizeof(Elf64_Shdr), Elf64_Shdr, sh_name,
				object_word));
	return NULL;
}

uint32_t object_find_section(const struct object *object, const char *name)
{
	for (uint32_t i = 1; i < object->section_cnt; i++) {
		if (!strcmp(object->sections[i].name, name))
			return i;
	}
	return 0;
}

static struct object_symbol read_symbol(
	const struct object *object, const struct object_section *names, const unsigned char *at)
{
	unsigned char info = at[offsetof(Elf64_Sym, st_info)];

	return (struct object_symbol) {
		.name = string_of(names, FIELD(object, at, Elf64_Sym, st_name, object_word)),
		.value = FIELD(object, at, Elf64_Sym, st_value, object_long),
		.size = FIELD(object, at, Elf64_Sym, st_size, object_long),
		.section = FIELD(object, at, Elf64_Sym, st_shndx, object_half),
		.type = ELF64_ST_TYPE(info),
		.bind = ELF64_ST_BIND(info),
	};
}

static struct error *read_symbols(struct object *object, struct object_symbols *symbols)
{
	const struct object_section *table = NULL;

	for (uint32_t i = 1; i < object->section_cnt; i++) {
		if (object->sections[i].type != SHT_SYMTAB)
			continue;
		if (table)
			return object_bad("two tables of symbols");
		table = &object->sections[i];
	}
	if (!table || !table->data)
		return error_create(ERROR_INPUT, "give the object as the compiler wrote it",
			"BPF object without symbols: it was stripped");
	if (!is_string_table(object, table->link))
		return object_bad("no names of symbols");
	symbols->cnt = table->size_bytes / sizeof(Elf64_Sym);
	symbols->list = pool_calloc(&object->pool, symbols->cnt, sizeof(*symbols->list));
	if (!symbols->list)
		return error_no_memory();
	for (size_t i = 0; i < symbols->cnt; i++)
		symbols->list[i] = read_symbol(object, &object->sections[table->link],
			table->data + i * sizeof(Elf64_Sym));
	return NULL;
}

static void read_insn(const struct object *object, const unsigned char *at, struct object_insn *ret)
{
	uint8_t low = at[1] & 15, high = at[1] >> 4;

	*ret = (struct object_insn) {
		.code = at[0],
		.dst = object->big_endian ? high : low,
		.src = object->big_endian ? low : high,
		.off = (int16_t)object_half(object, at + 2),
		.imm = (int32_t)object_word(object, at + 4),
	};
}

static struct error *read_insns(struct object *object, struct object_section *section)
{
	uint32_t cnt = (uint32_t)(section->size_bytes / sizeof(struct bpf_insn));

	if (section->size_bytes % sizeof(struct bpf_insn))
		return object_bad("a section of code is no whole number of instructions");
	section->insns = pool_calloc(&object->pool, cnt, sizeof(*section->insns));
	section->links = pool_calloc(&object->pool, cnt, sizeof(*section->links));
	if (!section->insns || !section->links)
		return error_no_memory();
	section->insn_cnt = cnt;
	for (uint32_t i = 0; i < cnt; i++)
		read_insn(object, section->data + i * sizeof(struct bpf_insn), &section->insns[i]);
	return NULL;
}

static struct error *read_code(struct object *object)
{
	uint64_t total = 0;
	struct error *error = NULL;

	for (uint32_t i = 1; i < object->section_cnt && !error; i++) {
		struct object_section *section = &object->sections[i];
		if (section->type != SHT_PROGBITS || !(section->flags & SHF_EXECINSTR) ||
			section->size_bytes < sizeof(struct bpf_insn))
			continue;
		total += section->size_bytes / sizeof(struct bpf_insn);
		error = total > OBJECT_INSN_MAX
			? error_create(ERROR_INPUT, NULL,
				  "BPF object with more than %u instructions", OBJECT_INSN_MAX)
			: read_insns(object, section);
	}
	return error;
}

struct error *object_read_elf(struct object *object, struct object_symbols *symbols)
{
	if (!object_recognise(object->bytes, object->size_bytes))
		return error_create(ERROR_INPUT, "give a file that clang -target bpf wrote",
			"not a BPF object (64-bit ELF for the machine EM_BPF)");
	object_set_order(object);
	if (FIELD(object, object->bytes, Elf64_Ehdr, e_type, object_half) != ET_REL)
		return object_bad("not a relocatable file");
	struct error *error = read_sections(object);
	if (!error)
		error = read_symbols(object, symbols);
	return error ? error : read_code(object);
}
