/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions, externs, and what the instructions refer to. */
#include "object/elf/parts.h"

#include <linux/bpf.h>
#include <stdlib.h>

#define CALL (BPF_JMP | BPF_CALL)
#define LOAD_IMM64 (BPF_LD | BPF_IMM | BPF_DW)

static int compare_functions(const void *a, const void *b)
{
	const struct object_function *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->first != y->first ? (x->first < y->first ? -1 : 1) : 0;
}

static bool is_code(const struct object *object, uint32_t section)
{
	return section && section < object->section_cnt && object->sections[section].insns;
}

static struct error *add_function(struct object *object, const struct object_symbol *symbol)
{
	const struct object_section *section = &object->sections[symbol->section];
	uint64_t first = symbol->value / sizeof(struct bpf_insn);
	uint64_t cnt = symbol->size / sizeof(struct bpf_insn);
	bool text = !strcmp(section->name, ".text");

	if (symbol->value % sizeof(struct bpf_insn) || first > section->insn_cnt ||
		cnt > section->insn_cnt - first || !cnt)
		return object_bad("a function lies outside of its section");
	object->functions[object->function_cnt++] = (struct object_function) {
		.name = symbol->name,
		.section = symbol->section,
		.first = (uint32_t)first,
		.cnt = (uint32_t)cnt,
		.global = symbol->bind != STB_LOCAL,
		.is_program = !text,
	};
	return text || symbol->bind != STB_LOCAL
		? NULL
		: object_refuse(object,
			  "program %s is static: libbpf takes only "
			  "global programs",
			  symbol->name);
}

/* A single function in .text is a program without a section name, for old loaders. */
static struct error *read_functions(struct object *object, const struct object_symbols *symbols)
{
	struct error *error = NULL;

	object->functions = pool_calloc(&object->pool, symbols->cnt, sizeof(*object->functions));
	if (!object->functions)
		return error_no_memory();
	for (size_t i = 0; i < symbols->cnt && !error; i++) {
		if (symbols->list[i].type == STT_FUNC && is_code(object, symbols->list[i].section))
			error = add_function(object, &symbols->list[i]);
	}
	if (object->function_cnt)
		qsort(object->functions, object->function_cnt, sizeof(*object->functions),
			compare_functions);
	return error;
}

/* The VAR or FUNC of that name in a DATASEC; 0: none. */
uint32_t object_find_in_datasec(const struct kbtf *btf, const char *datasec, const char *name)
{
	uint32_t id = btf ? kbtf_find(btf, datasec, BTF_KIND_DATASEC) : 0;
	const struct btf_type *type = id ? kbtf_type(btf, id) : NULL;
	const struct btf_var_secinfo *variables = type ? kbtf_tail(type) : NULL;

	for (uint32_t i = 0; type && i < kbtf_vlen(type); i++) {
		const struct btf_type *found = kbtf_type(btf, variables[i].type);
		if (found && !strcmp(kbtf_name(btf, found), name))
			return variables[i].type;
	}
	return 0;
}

static enum object_extern_kind kind_of_ksym(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = kbtf_type(btf, id);

	if (kbtf_kind(type) == BTF_KIND_FUNC)
		return OBJECT_EXTERN_KFUNC;
	if (kbtf_kind(type) != BTF_KIND_VAR)
		return OBJECT_EXTERN_UNKNOWN;
	return kbtf_skip_modifiers(btf, type->type) ? OBJECT_EXTERN_KSYM : OBJECT_EXTERN_ADDRESS;
}

static struct object_extern make_extern(
	const struct object *object, const struct object_symbol *symbol)
{
	struct object_extern made = {.name = symbol->name,
		.weak = symbol->bind == STB_WEAK,
		.kind = OBJECT_EXTERN_UNKNOWN};

	made.type_id = object_find_in_datasec(object->btf, ".kconfig", symbol->name);
	if (made.type_id) {
		made.kind = OBJECT_EXTERN_KCONFIG;
		return made;
	}
	made.type_id = object_find_in_datasec(object->btf, ".ksyms", symbol->name);
	if (made.type_id)
		made.kind = kind_of_ksym(object->btf, made.type_id);
	return made;
}

/* numbers[i] is the extern of symbol i, plus one. Only symbols that a relocation names are asked.
 */
static uint32_t extern_of(
	struct object *object, const struct object_symbol *symbol, uint32_t *number)
{
	if (!*number) {
		object->externs[object->extern_cnt] = make_extern(object, symbol);
		*number = ++object->extern_cnt;
	}
	return *number - 1;
}

static uint32_t map_of(const struct object *object, const char *name)
{
	for (uint32_t i = 0; i < object->map_cnt; i++) {
		if (!strcmp(object->maps[i].name, name))
			return i;
	}
	return UINT32_MAX;
}

/*
 * The instruction's own immediate adds to the symbol: of a call it counts instructions from behind
 * the call, of an address bytes (libbpf.c, bpf_program__record_reloc()).
 */
static struct object_link link_of(const struct object *object, const struct object_symbol *symbol,
	const struct object_insn *insn)
{
	struct object_link link = {.index = symbol->section};

	if (is_code(object, symbol->section)) {
		link.kind = OBJECT_LINK_CODE;
		if (insn->code == CALL)
			link.offset = symbol->type == STT_SECTION
				? (int64_t)insn->imm + 1
				: (int64_t)(symbol->value / sizeof(struct bpf_insn));
		else
			link.offset = (int64_t)(symbol->value / sizeof(struct bpf_insn)) +
				insn->imm / (int64_t)sizeof(struct bpf_insn);
		return link;
	}
	if (!strcmp(object->sections[symbol->section].name, ".maps")) {
		link.index = map_of(object, symbol->name);
		link.kind = OBJECT_LINK_MAP;
		return link;
	}
	link.kind = OBJECT_LINK_DATA;
	link.offset = (int64_t)(symbol->value + (uint64_t)(int64_t)insn->imm);
	return link;
}

static struct error *read_relocation(struct object *object, struct object_section *section,
	const struct object_symbols *symbols, uint32_t *numbers, const unsigned char *at)
{
	uint64_t offset = object_long(object, at + offsetof(Elf64_Rel, r_offset));
	uint64_t info = object_long(object, at + offsetof(Elf64_Rel, r_info));
	uint64_t symbol_at = ELF64_R_SYM(info), insn_at = offset / sizeof(struct bpf_insn);

	if (symbol_at >= symbols->cnt || insn_at >= section->insn_cnt)
		return object_bad("a relocation refers to nothing");
	const struct object_symbol *symbol = &symbols->list[symbol_at];
	const struct object_insn *insn = &section->insns[insn_at];
	struct object_link *link = &section->links[insn_at];
	if (insn->code != CALL && insn->code != LOAD_IMM64)
		return object_bad("a relocation is not at a call or an address");
	if (!symbol->section)
		*link = (struct object_link) {.kind = OBJECT_LINK_EXTERN,
			.index = extern_of(object, symbol, &numbers[symbol_at])};
	else if (symbol->section < object->section_cnt) {
		*link = link_of(object, symbol, insn);
		/* Old loaders took such a section for a map. */
		if (!strncmp(object->sections[symbol->section].name, "maps/", 5))
			return object_refuse(object,
				"its map %s is in a section of its own, which libbpf does not take: declare it in SEC(\".maps\")",
				symbol->name);
	}
	return NULL;
}

static struct error *read_relocations(struct object *object, const struct object_symbols *symbols)
{
	uint32_t *numbers = pool_calloc(&object->pool, symbols->cnt, sizeof(*numbers));
	struct error *error = NULL;

	object->externs = pool_calloc(&object->pool, symbols->cnt, sizeof(*object->externs));
	if (!numbers || !object->externs)
		return error_no_memory();
	for (uint32_t i = 1; i < object->section_cnt; i++) {
		const struct object_section *table = &object->sections[i];
		if (table->type != SHT_REL || !table->data || !is_code(object, table->info))
			continue;
		for (uint64_t at = 0; !error && at + sizeof(Elf64_Rel) <= table->size_bytes;
			at += sizeof(Elf64_Rel))
			error = read_relocation(object, &object->sections[table->info], symbols,
				numbers, table->data + at);
	}
	return error;
}

struct error *object_read_code(struct object *object, const struct object_symbols *symbols)
{
	struct error *error = read_functions(object, symbols);

	return error ? error : read_relocations(object, symbols);
}
