/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps of an object: a variable of .maps each, whose members describe it (libbpf.c,
 * parse_btf_map_def()). */
#include "object/core/spec.h"
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

/* __type(NAME, TYPE) is a pointer to the type. */
static uint32_t pointed_type(const struct kbtf *btf, uint32_t type_id)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, type_id));

	return type && kbtf_kind(type) == BTF_KIND_PTR ? kbtf_skip_modifiers(btf, type->type) : 0;
}

static uint32_t bytes_of_pointed(const struct kbtf *btf, uint32_t type_id)
{
	int64_t bytes = core_size(btf, pointed_type(btf, type_id));

	return bytes > 0 && bytes <= UINT32_MAX ? (uint32_t)bytes : 0;
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
	if (!strcmp(name, "key")) {
		map->has_key_type = true;
		map->key_bytes = bytes_of_pointed(btf, member->type);
	} else if (!strcmp(name, "value")) {
		map->has_value_type = true;
		map->value_type_id = pointed_type(btf, member->type);
		map->value_bytes = bytes_of_pointed(btf, member->type);
	}
	map->has_inner |= !strcmp(name, "values");
}

static void read_members(const struct kbtf *btf, const struct btf_type *type, struct object_map *map)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++)
		read_member(btf, &members[i], map);
}

/* __array(values, struct { ... }) is an array of pointers to the struct; of programs, to functions. */
static const struct btf_type *inner_of(const struct kbtf *btf, const struct btf_type *type)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		if (strcmp(kbtf_string(btf, members[i].name_off), "values"))
			continue;
		const struct btf_type *values =
			kbtf_type(btf, kbtf_skip_modifiers(btf, members[i].type));
		if (!values || kbtf_kind(values) != BTF_KIND_ARRAY)
			return NULL;
		uint32_t element = ((const struct btf_array *)kbtf_tail(values))->type;
		const struct btf_type *inner = kbtf_type(btf, pointed_type(btf, element));
		return inner && kbtf_kind(inner) == BTF_KIND_STRUCT ? inner : NULL;
	}
	return NULL;
}

static struct error *read_inner(
	struct object *object, const struct btf_type *outer, struct object_map *map)
{
	const struct btf_type *type = inner_of(object->btf, outer);

	if (!type)
		return NULL;
	struct object_map *inner = pool_calloc(&object->pool, 1, sizeof(*inner));
	if (!inner)
		return error_no_memory();
	inner->name = map->name;
	read_members(object->btf, type, inner);
	map->inner = inner;
	return NULL;
}

static struct error *read_map(struct object *object, uint32_t variable_id, struct object_map *map)
{
	const struct kbtf *btf = object->btf;
	const struct btf_type *variable = kbtf_type(btf, variable_id);

	map->name = kbtf_name(btf, variable);
	if (!variable || kbtf_kind(variable) != BTF_KIND_VAR)
		return NULL;
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, variable->type));
	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT)
		return NULL;
	read_members(btf, type, map);
	return read_inner(object, type, map);
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
	for (uint32_t i = 0; i < kbtf_vlen(type) && !error; i++)
		error = read_map(object, variables[i].type, &object->maps[object->map_cnt++]);
	return error;
}
