/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The struct_ops maps of an object: libbpf looks up the type and its members in the kernel when the
 * object is loaded, whichever program is wanted (libbpf.c, bpf_map__init_kern_struct_ops()).
 */
#include "object/check/parts.h"

#include <string.h>

static const char missing_type[] = "the kernel and its loaded modules have no such struct_ops";

static const struct btf_member *find_member(
	const struct kbtf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		if (!strcmp(kbtf_string(btf, members[i].name_off), name))
			return &members[i];
	}
	return NULL;
}

/* Does the object give the member a value or a program? Bytes of a pointer are 0: a relocation
 * fills them. */
static bool is_set(const struct object *object, const struct object_ops *ops, const char *name,
	uint32_t from, uint32_t to)
{
	const unsigned char *data = object->sections[ops->section].data;

	for (uint32_t i = 0; i < object->function_cnt; i++) {
		const struct object_function *function = &object->functions[i];
		if (function->ops_member && !strcmp(function->ops_member, name) &&
			!strcmp(function->ops_type, ops->type))
			return true;
	}
	for (uint32_t at = from; data && at < to && at < ops->size_bytes; at++) {
		if (data[ops->start + at])
			return true;
	}
	return false;
}

static uint32_t member_end(const struct btf_type *type, uint32_t number)
{
	const struct btf_member *members = kbtf_tail(type);

	return number + 1 < kbtf_vlen(type) ? members[number + 1].offset / 8 : type->size;
}

/* The first member that the object sets and the kernel lacks; NULL: none. */
static const char *missing_member(const struct object *object, const struct object_ops *ops,
	const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *local = kbtf_type(object->btf, ops->type_id);
	const struct btf_type *target = kbtf_type(btf, id);
	const struct btf_member *members = kbtf_tail(local);

	if (kbtf_kind_flag(local))
		return NULL;
	for (uint32_t i = 0; i < kbtf_vlen(local); i++) {
		const char *name = kbtf_string(object->btf, members[i].name_off);
		if (*name && !find_member(btf, target, name) &&
			is_set(object, ops, name, members[i].offset / 8, member_end(local, i)))
			return name;
	}
	return NULL;
}

struct error *check_struct_ops(struct pool *pool, const struct world *world,
	const struct object_ops *ops, struct check_need *need)
{
	const struct kernel *files = check_files_of(&world->kernel->scope);
	uint32_t id, value_id;

	need->state = CHECK_UNKNOWN;
	need->reason = "the kernel's types were not read";
	if (!files || !files->btf)
		return NULL;
	const char *value = pool_printf(pool, "bpf_struct_ops_%s", ops->type);
	if (!value)
		return error_no_memory();
	const struct kbtf *btf = world_find_type(world, ops->type, BTF_KIND_STRUCT, &id);
	bool found = btf && kbtf_find(btf, value, BTF_KIND_STRUCT);
	const char *member = found ? missing_member(world->object, ops, btf, id) : NULL;
	/* The value's type is in the module that the struct_ops belongs to. */
	if (!found && btf && world_find_type(world, value, BTF_KIND_STRUCT, &value_id))
		found = true;
	bool not_built = !found && check_option_of_name(world->kernel, ops->type);
	need->state = found && !member                              ? CHECK_MET
		: found || not_built || world->kernel->scope.kernel ? CHECK_UNMET
								    : CHECK_UNKNOWN;
	need->reason = member ? pool_printf(pool, "the kernel's struct has no member %s", member)
		: found       ? "the kernel has it"
		: not_built   ? CHECK_NOT_BUILT
		: need->state == CHECK_UNMET ? missing_type
					     : "the kernel itself lacks it; a module may have it";
	return NULL;
}
