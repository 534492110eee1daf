/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/btf.h"
#include "btf/decl.h"

#include <string.h>

#define POINTER_BYTES 8 /* of a BPF program, on every architecture */
#define NAME_MAX_BYTES 256
#define STEPS_MAX (16 * KBTF_FIELDS_MAX) /* types visited, fields or not */

struct walk {
	const struct kbtf *btf;
	struct pool *pool;
	struct kbtf_field *list;
	size_t cnt, cap, steps;
	struct error *error;
};

static void walk_type(struct walk *walk, uint32_t id, const char *name, uint32_t offset, int depth);

static void too_much(struct walk *walk)
{
	if (!walk->error)
		walk->error = error_create(
			ERROR_INPUT, NULL, "BTF: a struct with too many fields, or nested too deeply");
}

/* Prints "__u32", not the type behind the typedef. NULL: no memory. */
static const char *type_text(struct walk *walk, uint32_t id)
{
	_cleanup_buf_ struct buf text = {0};

	kbtf_print_decl(walk->btf, id, "", &text);
	return text.failed ? NULL : pool_intern(walk->pool, buf_text(&text), text.len);
}

static void add_field(
	struct walk *walk, uint32_t id, const char *name, uint32_t offset, uint32_t size)
{
	if (!*name || !size)
		return;
	if (walk->cnt >= KBTF_FIELDS_MAX)
		return too_much(walk);
	struct kbtf_field *list =
		pool_grow(walk->pool, walk->list, walk->cnt, &walk->cap, sizeof(*list));
	const char *type = type_text(walk, id);
	if (!list || !type) {
		walk->error = error_no_memory();
		return;
	}
	walk->list = list;
	list[walk->cnt++] = (struct kbtf_field) {name, type, offset, size};
}

/* Bytes of a scalar; 0: no size, or a type with parts. */
static uint32_t scalar_size(const struct btf_type *type)
{
	switch (kbtf_kind(type)) {
	case BTF_KIND_PTR:
		return POINTER_BYTES;
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_FLOAT:
	case BTF_KIND_ENUM64:
		return type->size;
	default:
		return 0;
	}
}

static bool has_parts(const struct btf_type *type)
{
	return type && (kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION);
}

static uint32_t fields_size_of(const struct kbtf *btf, uint32_t id)
{
	uint64_t cnt = 1;

	for (int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, id));
		if (!type)
			return 0;
		if (kbtf_kind(type) != BTF_KIND_ARRAY) {
			uint64_t size = cnt * (has_parts(type) ? type->size : scalar_size(type));
			return size <= INT16_MAX ? (uint32_t)size : 0;
		}
		const struct btf_array *array = kbtf_tail(type);
		cnt *= array->nelems;
		if (cnt > INT16_MAX)
			return 0;
		id = array->type;
	}
	return 0;
}

static void walk_array(
	struct walk *walk, const struct btf_array *array, const char *name, uint32_t offset, int depth)
{
	uint32_t size = fields_size_of(walk->btf, array->type);

	if (strlen(name) > NAME_MAX_BYTES)
		return;
	for (uint32_t i = 0; size && i < array->nelems && !walk->error; i++) {
		const char *element = pool_printf(walk->pool, "%s[%u]", name, i);
		if (!element)
			walk->error = error_no_memory();
		else
			walk_type(walk, array->type, element, offset + i * size, depth + 1);
	}
}

static void walk_members(
	struct walk *walk, const struct btf_type *type, const char *name, uint32_t offset, int depth)
{
	const struct btf_member *members = kbtf_tail(type);

	for (uint32_t i = 0; i < kbtf_vlen(type) && !walk->error; i++) {
		const char *own = kbtf_string(walk->btf, members[i].name_off), *path = name;
		uint32_t bits = members[i].offset;
		if (kbtf_kind_flag(type) && bits >> 24) /* BTF_MEMBER_BITFIELD_SIZE() */
			continue;
		if (bits % 8 || bits / 8 > INT16_MAX || strlen(name) + strlen(own) > NAME_MAX_BYTES)
			continue;
		if (!*own && !has_parts(kbtf_type(walk->btf, kbtf_skip_modifiers(walk->btf, members[i].type))))
			continue;
		if (*own)
			path = *name ? pool_printf(walk->pool, "%s.%s", name, own) : own;
		if (!path)
			walk->error = error_no_memory();
		else
			walk_type(walk, members[i].type, path, offset + bits / 8, depth + 1);
	}
}

static void walk_type(struct walk *walk, uint32_t id, const char *name, uint32_t offset, int depth)
{
	const struct btf_type *type = kbtf_type(walk->btf, kbtf_skip_modifiers(walk->btf, id));

	if (depth > KBTF_DEPTH_MAX || walk->steps++ > STEPS_MAX)
		return too_much(walk);
	if (!type || offset > INT16_MAX) /* the largest offset of an instruction */
		return;
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return walk_members(walk, type, name, offset, depth);
	case BTF_KIND_ARRAY:
		return walk_array(walk, kbtf_tail(type), name, offset, depth);
	default:
		add_field(walk, id, name, offset, scalar_size(type));
	}
}

struct error *kbtf_fields(const struct kbtf *btf, uint32_t struct_id, struct pool *pool,
	struct kbtf_field **ret, size_t *cnt)
{
	struct walk walk = {.btf = btf, .pool = pool};

	walk_type(&walk, struct_id, "", 0, 0);
	if (walk.error)
		return walk.error;
	*ret = walk.list;
	*cnt = walk.cnt;
	return NULL;
}
