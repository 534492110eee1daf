/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/c_types.h"
#include "btf/decl.h"
#include "probe/calls/types.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 12

static struct c_struct *find_struct(struct c_types *types, const char *name, bool is_union)
{
	for (size_t i = 0; i < types->struct_cnt; i++) {
		if (!strcmp(types->structs[i].name, name))
			return &types->structs[i];
	}
	if (!*name || types->struct_cnt == C_STRUCTS_MAX) {
		types->failed = true;
		return NULL;
	}
	types->structs[types->struct_cnt] = (struct c_struct) {.name = name, .is_union = is_union};
	return &types->structs[types->struct_cnt++];
}

static void add_name(struct c_types *types, const struct kbtf *btf, const char *name, uint32_t type_id)
{
	for (size_t i = 0; i < types->name_cnt; i++) {
		if (!strcmp(types->names[i].name, name))
			return;
	}
	if (!*name || types->name_cnt == C_STRUCTS_MAX)
		types->failed = true;
	else
		types->names[types->name_cnt++] = (struct c_name) {btf, name, type_id};
}

static void add_type(struct c_types *types, const struct kbtf *btf, uint32_t type_id, unsigned int depth);

static void add_params(
	struct c_types *types, const struct kbtf *btf, const struct btf_type *proto, unsigned int depth)
{
	const struct btf_param *params = kbtf_tail(proto);

	for (uint32_t i = 0; i < kbtf_vlen(proto); i++)
		add_type(types, btf, params[i].type, depth);
}

static void add_type(struct c_types *types, const struct kbtf *btf, uint32_t type_id, unsigned int depth)
{
	const struct btf_type *type = kbtf_type(btf, type_id);

	if (!type_id)
		return;
	if (!type || depth == DEPTH_MAX) {
		types->failed = true;
		return;
	}
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		find_struct(types, kbtf_name(btf, type), kbtf_kind(type) == BTF_KIND_UNION);
		break;
	case BTF_KIND_FWD:
		find_struct(types, kbtf_name(btf, type), kbtf_kind_flag(type));
		break;
	case BTF_KIND_TYPEDEF:
		/* bool and the types of linux/types.h are there. */
		if (!strncmp(kbtf_name(btf, type), "__", 2))
			break;
		add_type(types, btf, kbtf_skip_modifiers(btf, type_id), depth + 1);
		add_name(types, btf, kbtf_name(btf, type), type_id);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		add_name(types, btf, kbtf_name(btf, type), type_id);
		break;
	case BTF_KIND_FUNC_PROTO:
		add_params(types, btf, type, depth + 1);
		add_type(types, btf, type->type, depth + 1);
		break;
	case BTF_KIND_ARRAY:
		add_type(types, btf, ((const struct btf_array *)kbtf_tail(type))->type, depth + 1);
		break;
	case BTF_KIND_TYPE_TAG: /* an attribute that a reader's headers may lack */
		types->failed = true;
		break;
	case BTF_KIND_INT:
		break;
	default:
		add_type(types, btf, type->type, depth + 1);
	}
}

void c_types_add(struct c_types *types, const struct kbtf *btf, uint32_t type_id)
{
	add_type(types, btf, type_id, 0);
}

void c_types_add_opaque(struct c_types *types, const char *name, uint32_t size_bytes)
{
	struct c_struct *found = find_struct(types, name, false);

	if (found)
		found->size_bytes = size_bytes;
}

static void take_member(
	struct c_types *types, struct c_struct *owner, const struct kbtf *btf, const struct btf_member *member)
{
	const char *name = kbtf_string(btf, member->name_off);

	for (size_t i = 0; i < owner->member_cnt; i++) {
		if (!strcmp(owner->members[i].name, name))
			return;
	}
	if (owner->member_cnt == C_MEMBERS_MAX)
		types->failed = true;
	else
		owner->members[owner->member_cnt++] = (struct c_member) {btf, name, member->type};
	add_type(types, btf, member->type, 0);
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, member->type));
	struct c_struct *inner = type && kbtf_kind(type) != BTF_KIND_PTR
		? find_struct(types, kbtf_name(btf, type), kbtf_kind(type) == BTF_KIND_UNION)
		: NULL;
	if (inner)
		inner->is_inside = true;
}

struct member_search {
	struct c_types *types;
	const struct kbtf *btf;
	const char *wanted;
	char *path;
	uint32_t *type_id;
};

static bool find_member(const struct member_search *search, const struct btf_type *type,
	struct c_struct *owner, uint32_t offset, unsigned int depth);

static bool is_wanted(const struct member_search *search, const struct btf_type *type, uint32_t offset)
{
	if (offset)
		return false;
	if (!search->wanted)
		return kbtf_kind(type) == BTF_KIND_PTR;
	return kbtf_kind(type) == BTF_KIND_STRUCT && !strcmp(kbtf_name(search->btf, type), search->wanted);
}

/* Inside the member, which begins `offset` bytes before what is looked for. */
static bool enter_member(const struct member_search *search, const struct btf_member *member,
	struct c_struct *owner, uint32_t offset, unsigned int depth)
{
	struct c_types *types = search->types;
	const struct btf_type *type =
		kbtf_type(search->btf, kbtf_skip_modifiers(search->btf, member->type));
	const char *name = kbtf_string(search->btf, member->name_off);
	size_t len = strlen(search->path);

	if (!type || depth == DEPTH_MAX)
		return false;
	bool found = is_wanted(search, type, offset);
	bool is_struct = kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION;
	if (!found && (!is_struct || offset >= type->size))
		return false;
	if (!*name)
		return find_member(search, type, owner, offset, depth + 1);
	if (len + strlen(name) + 2 > C_PATH_MAX)
		return false;
	sprintf(search->path + len, "%s%s", len ? "." : "", name);
	*search->type_id = member->type;
	if (!found) {
		struct c_struct *inner = *kbtf_name(search->btf, type)
			? find_struct(types, kbtf_name(search->btf, type), kbtf_kind(type) == BTF_KIND_UNION)
			: NULL;
		found = inner && find_member(search, type, inner, offset, depth + 1);
	}
	if (found)
		take_member(types, owner, search->btf, member);
	else
		search->path[len] = '\0';
	return found;
}

static bool find_member(const struct member_search *search, const struct btf_type *type,
	struct c_struct *owner, uint32_t offset, unsigned int depth)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t at = type_member_offset(type, &members[i]);
		if (at <= offset && enter_member(search, &members[i], owner, offset - at, depth))
			return true;
	}
	return false;
}

bool c_types_member(struct c_types *types, const struct kbtf *btf, uint32_t struct_id, uint32_t offset,
	const char *wanted, char path[static C_PATH_MAX], uint32_t *type_id)
{
	const struct btf_type *type = kbtf_type(btf, struct_id);
	const struct member_search search = {types, btf, wanted, path, type_id};

	*path = '\0';
	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT)
		return false;
	struct c_struct *owner = find_struct(types, kbtf_name(btf, type), false);
	return owner && find_member(&search, type, owner, offset, 0);
}

static void print_struct(struct c_types *types, struct c_struct *c, unsigned int depth, struct buf *out);

/* A member that is a struct itself needs that struct before. */
static void print_inner(struct c_types *types, const struct c_struct *c, unsigned int depth, struct buf *out)
{
	for (size_t i = 0; i < c->member_cnt; i++) {
		const struct c_member *member = &c->members[i];
		const struct btf_type *type =
			kbtf_type(member->btf, kbtf_skip_modifiers(member->btf, member->type_id));
		if (!type || (kbtf_kind(type) != BTF_KIND_STRUCT && kbtf_kind(type) != BTF_KIND_UNION))
			continue;
		struct c_struct *inner = find_struct(types, kbtf_name(member->btf, type), false);
		if (inner)
			print_struct(types, inner, depth + 1, out);
	}
}

static void print_struct(struct c_types *types, struct c_struct *c, unsigned int depth, struct buf *out)
{
	if (c->printed || depth == DEPTH_MAX)
		return;
	c->printed = true;
	print_inner(types, c, depth, out);
	buf_printf(out, "%s %s {", c->is_union ? "union" : "struct", c->name);
	if (c->size_bytes)
		buf_printf(out, "\n\t__u%s opaque[%u];\n", c->size_bytes % 8 ? "32" : "64",
			c->size_bytes / (c->size_bytes % 8 ? 4 : 8));
	else if (c->is_inside && !c->member_cnt)
		buf_puts(out, "\n\tchar opaque;\n"); /* clang 19 cannot take the address of an empty struct */
	for (size_t i = 0; i < c->member_cnt && !c->size_bytes; i++) {
		buf_puts(out, i ? "\t" : "\n\t");
		kbtf_print_decl(c->members[i].btf, c->members[i].type_id, c->members[i].name, out);
		buf_puts(out, ";\n");
	}
	buf_puts(out, c->member_cnt && !c->size_bytes ? "} __attribute__((preserve_access_index));\n" : "};\n");
}

static void print_name(const struct c_name *name, struct buf *out)
{
	const struct btf_type *type = kbtf_type(name->btf, name->type_id);
	uint32_t enumerator;

	if (kbtf_kind(type) == BTF_KIND_TYPEDEF) {
		buf_puts(out, "typedef ");
		kbtf_print_decl(
			name->btf, kbtf_skip_modifiers(name->btf, name->type_id), name->name, out);
		buf_puts(out, ";\n");
		return;
	}
	int64_t value = kbtf_vlen(type) ? kbtf_enumerator(type, 0, &enumerator) : 0;
	buf_printf(out, "enum %s { %s = %lld };\n", name->name,
		kbtf_vlen(type) ? kbtf_string(name->btf, enumerator) : "NONE", (long long)value);
}

void c_types_print(struct c_types *types, struct buf *out)
{
	for (size_t i = 0; i < types->struct_cnt; i++) {
		/* A typedef may name it in a prototype. */
		if (types->structs[i].member_cnt || types->name_cnt)
			buf_printf(out, "%s %s;\n", types->structs[i].is_union ? "union" : "struct",
				types->structs[i].name);
	}
	for (size_t i = 0; i < types->name_cnt; i++)
		print_name(&types->names[i], out);
	for (size_t i = 0; i < types->struct_cnt; i++)
		print_struct(types, &types->structs[i], 0, out);
}
