/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct_ops maps: variables whose pointers to functions are programs (libbpf.c,
 * bpf_object__collect_st_ops_relos()). */
#include "object/elf/parts.h"

#include <linux/bpf.h>

/* The member of a struct at this offset; NULL: none begins there. */
static const char *member_at(const struct kbtf *btf, const struct btf_type *type, uint64_t offset)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t bits = members[i].offset & (kbtf_kind_flag(type) ? 0xffffff : ~0u);
		if (bits == offset * 8)
			return kbtf_string(btf, members[i].name_off);
	}
	return NULL;
}

/* The struct of a variable in a section of struct_ops; 0: it is none. */
static uint32_t struct_of(const struct object *object, const struct object_variable *variable)
{
	uint32_t id = object_find_in_datasec(
		object->btf, object->sections[variable->section].name, variable->name);
	const struct btf_type *type = id ? kbtf_type(object->btf, id) : NULL;

	if (!type || kbtf_kind(type) != BTF_KIND_VAR)
		return 0;
	id = kbtf_skip_modifiers(object->btf, type->type);
	type = kbtf_type(object->btf, id);
	return type && kbtf_kind(type) == BTF_KIND_STRUCT ? id : 0;
}

/* The struct whose variable lies at the offset of a section, and the offset in it. */
static const struct btf_type *ops_struct(
	const struct object *object, uint32_t section, uint64_t *offset)
{
	const struct object_variable *variable = object_variable_at(object, section, *offset);
	uint32_t id = variable ? struct_of(object, variable) : 0;

	if (!id)
		return NULL;
	*offset -= variable->start;
	return kbtf_type(object->btf, id);
}

static bool is_ops_section(const char *name)
{
	return !strcmp(name, ".struct_ops") || !strcmp(name, ".struct_ops.link");
}

/* One in a section ?.struct_ops is made on request. */
static struct error *read_ops_maps(struct object *object)
{
	object->ops = pool_calloc(&object->pool, object->variable_cnt, sizeof(*object->ops));
	if (!object->ops)
		return error_no_memory();
	for (size_t i = 0; i < object->variable_cnt && object->btf; i++) {
		const struct object_variable *variable = &object->variables[i];
		uint32_t id = is_ops_section(object->sections[variable->section].name)
			? struct_of(object, variable)
			: 0;
		if (!id)
			continue;
		const char *type = kbtf_name(object->btf, kbtf_type(object->btf, id));
		const char *flavour = strstr(type, "___");
		size_t len = flavour && flavour > type ? (size_t)(flavour - type) : strlen(type);
		object->ops[object->ops_cnt++] = (struct object_ops) {
			.name = variable->name,
			.type = pool_strndup(&object->pool, type, len),
			.type_id = id,
			.section = variable->section,
			.start = variable->start,
			.size_bytes = variable->size_bytes,
		};
		if (!object->ops[object->ops_cnt - 1].type)
			return error_no_memory();
	}
	return NULL;
}

static void read_ops_pointer(struct object *object, uint32_t section,
	const struct object_symbols *symbols, const unsigned char *at)
{
	uint64_t offset = object_long(object, at + offsetof(Elf64_Rel, r_offset));
	uint64_t symbol_at = ELF64_R_SYM(object_long(object, at + offsetof(Elf64_Rel, r_info)));
	const struct btf_type *type = ops_struct(object, section, &offset);

	if (!type || symbol_at >= symbols->cnt)
		return;
	const struct object_symbol *symbol = &symbols->list[symbol_at];
	for (uint32_t i = 0; i < object->function_cnt; i++) {
		struct object_function *function = &object->functions[i];
		if (function->section != symbol->section ||
			function->first != symbol->value / sizeof(struct bpf_insn))
			continue;
		function->ops_type = kbtf_name(object->btf, type);
		function->ops_member = member_at(object->btf, type, offset);
	}
}

struct error *object_read_ops(struct object *object, const struct object_symbols *symbols)
{
	struct error *error = read_ops_maps(object);

	for (uint32_t i = 1; i < object->section_cnt && !error; i++) {
		const struct object_section *table = &object->sections[i];
		if (table->type != SHT_REL || !table->data || !table->info ||
			table->info >= object->section_cnt)
			continue;
		const struct object_section *section = &object->sections[table->info];
		if (strncmp(section->name, ".struct_ops", strlen(".struct_ops")))
			continue;
		for (uint64_t at = 0; at + sizeof(Elf64_Rel) <= table->size_bytes;
			at += sizeof(Elf64_Rel))
			read_ops_pointer(object, table->info, symbols, table->data + at);
	}
	return error;
}
