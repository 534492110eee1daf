/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps of an object: a variable of .maps each, whose members describe it (libbpf.c,
 * parse_btf_map_def()). */
#include "object/elf/parts.h"

#include <linux/bpf.h>

/* __uint(NAME, VALUE) is a pointer to an array of that many elements. */
static bool number_of(const struct kbtf *btf, uint32_t type_id, uint32_t *ret)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, type_id));

	if (!type || kbtf_kind(type) != BTF_KIND_PTR)
		return false;
	type = kbtf_type(btf, kbtf_skip_modifiers(btf, type->type));
	if (!type || kbtf_kind(type) != BTF_KIND_ARRAY)
		return false;
	*ret = ((const struct btf_array *)kbtf_tail(type))->nelems;
	return true;
}

static void read_member(
	const struct kbtf *btf, const struct btf_member *member, struct object_map *map)
{
	const struct {
		const char *name;
		uint32_t *value;
	} numbers[] = {
		{"type", &map->type},
		{"max_entries", &map->max_entries},
		{"map_flags", &map->flags},
		{"key_size", &map->key_bytes},
		{"value_size", &map->value_bytes},
	};
	const char *name = kbtf_string(btf, member->name_off);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (!strcmp(name, numbers[i].name))
			number_of(btf, member->type, numbers[i].value);
	}
	map->has_key_type |= !strcmp(name, "key");
	map->has_value_type |= !strcmp(name, "value");
	map->has_inner |= !strcmp(name, "values");
}

static void read_map(const struct kbtf *btf, uint32_t variable_id, struct object_map *map)
{
	const struct btf_type *variable = kbtf_type(btf, variable_id);

	map->name = kbtf_name(btf, variable);
	if (!variable || kbtf_kind(variable) != BTF_KIND_VAR)
		return;
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, variable->type));
	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT)
		return;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type); i++)
		read_member(btf, &members[i], map);
}

static struct error *refuse_legacy(struct object *object)
{
	if (!object_find_section(object, "maps"))
		return NULL;
	return object_refuse(object,
		"its maps are in a section 'maps', which libbpf dropped in 1.0: declare them in SEC(\".maps\")");
}

struct error *object_read_maps(struct object *object)
{
	struct error *error = refuse_legacy(object);
	uint32_t id = object->btf ? kbtf_find(object->btf, ".maps", BTF_KIND_DATASEC) : 0;
	const struct btf_type *type = id ? kbtf_type(object->btf, id) : NULL;

	if (error || !type)
		return error;
	const struct btf_var_secinfo *variables = kbtf_tail(type);
	object->maps = pool_calloc(&object->pool, kbtf_vlen(type), sizeof(*object->maps));
	if (!object->maps)
		return error_no_memory();
	for (uint32_t i = 0; i < kbtf_vlen(type); i++)
		read_map(object->btf, variables[i].type, &object->maps[object->map_cnt++]);
	return NULL;
}
