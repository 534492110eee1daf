/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object/core/spec.h"

#include <stdlib.h>
#include <string.h>

bool core_is_field(uint32_t kind)
{
	return kind <= CORE_FIELD_RSHIFT;
}

bool core_is_type(uint32_t kind)
{
	return (kind >= CORE_TYPE_ID_LOCAL && kind <= CORE_TYPE_SIZE) || kind == CORE_TYPE_MATCHES;
}

bool core_is_enumerator(uint32_t kind)
{
	return kind == CORE_ENUMERATOR_EXISTS || kind == CORE_ENUMERATOR_VALUE;
}

const char *core_kind_subject(uint32_t kind)
{
	return core_is_field(kind)         ? "field"
		: core_is_type(kind)       ? "type"
		: core_is_enumerator(kind) ? "enumerator"
					   : NULL;
}

bool core_kind_is_test(uint32_t kind)
{
	return kind == CORE_FIELD_EXISTS || kind == CORE_TYPE_EXISTS || kind == CORE_TYPE_MATCHES ||
		kind == CORE_ENUMERATOR_EXISTS;
}

const struct btf_type *core_type(const struct kbtf *btf, uint32_t id)
{
	static const struct btf_type void_type;

	return id ? kbtf_type(btf, id) : &void_type;
}

const struct btf_type *core_skip(const struct kbtf *btf, uint32_t *id)
{
	for (int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *type = core_type(btf, *id);
		switch (type ? kbtf_kind(type) : 0) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			*id = type->type;
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static const struct btf_type *size_step(
	const struct kbtf *btf, const struct btf_type *type, uint64_t *cnt)
{
	const struct btf_array *array = kbtf_tail(type);

	switch (kbtf_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_DECL_TAG:
	case BTF_KIND_VAR:
		return core_type(btf, type->type);
	case BTF_KIND_ARRAY:
		if (array->nelems && *cnt > UINT32_MAX / array->nelems)
			return NULL;
		*cnt *= array->nelems;
		return core_type(btf, array->type);
	default:
		return NULL;
	}
}

int64_t core_size(const struct kbtf *btf, uint32_t id)
{
	const struct btf_type *type = core_type(btf, id);
	uint64_t cnt = 1;

	for (int depth = 0; type && depth < CORE_DEPTH_MAX; depth++) {
		switch (kbtf_kind(type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FLOAT:
		case BTF_KIND_DATASEC:
			return cnt && type->size > UINT32_MAX / cnt ? -1
								    : (int64_t)(cnt * type->size);
		case BTF_KIND_PTR:
			return cnt > UINT32_MAX / 8 ? -1 : (int64_t)(cnt * 8);
		default:
			type = size_step(btf, type, &cnt);
		}
	}
	return -1;
}

bool core_is_enum(const struct btf_type *type)
{
	return kbtf_kind(type) == BTF_KIND_ENUM || kbtf_kind(type) == BTF_KIND_ENUM64;
}

bool core_is_composite(const struct btf_type *type)
{
	return kbtf_kind(type) == BTF_KIND_STRUCT || kbtf_kind(type) == BTF_KIND_UNION;
}

bool core_same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return kbtf_kind(a) == kbtf_kind(b) || (core_is_enum(a) && core_is_enum(b));
}

/* The last "___" between other characters starts the flavour. */
size_t core_essential_len(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len < 5 ? 0 : len - 4; i-- > 0;) {
		if (name[i] != '_' && !strncmp(name + i + 1, "___", 3) && name[i + 4] != '_')
			return i + 1;
	}
	return len;
}

bool core_same_essential(const char *a, const char *b)
{
	size_t len = core_essential_len(a);

	return len == core_essential_len(b) && !strncmp(a, b, len);
}

uint32_t core_member_bits(const struct btf_type *type, const struct btf_member *member)
{
	return kbtf_kind_flag(type) ? member->offset & 0xffffff : member->offset;
}

uint32_t core_int_word(const struct btf_type *type)
{
	return *(const uint32_t *)kbtf_tail(type);
}

bool core_is_flexible(
	const struct kbtf *btf, const struct core_step *step, const struct btf_array *array)
{
	if (!step || !step->name || array->nelems)
		return false;
	const struct btf_type *type = core_type(btf, step->type_id);
	return type && step->index + 1 == kbtf_vlen(type);
}

/* "0:1:2" into numbers; -1: it is something else, or too long. */
static int parse_numbers(const char *access, uint32_t *numbers)
{
	int cnt = 0;

	if (*access == ':')
		return -1;
	while (*access) {
		char *end;
		if (*access == ':')
			access++;
		if (cnt == CORE_SPEC_MAX || *access < '0' || *access > '9')
			return -1;
		unsigned long number = strtoul(access, &end, 10);
		if (number > INT32_MAX || (*end && *end != ':'))
			return -1;
		numbers[cnt++] = (uint32_t)number;
		access = end;
	}
	return cnt ? cnt : -1;
}

static int parse_enumerator(const struct kbtf *btf, const struct btf_type *type,
	const uint32_t *numbers, int cnt, struct core_spec *ret)
{
	uint32_t name_off;

	if (!core_is_enum(type) || cnt != 1 || numbers[0] >= kbtf_vlen(type))
		return -1;
	kbtf_enumerator(type, numbers[0], &name_off);
	ret->steps[0].name = kbtf_string(btf, name_off);
	return 0;
}

static int parse_member(
	const struct btf_type *type, uint32_t index, uint32_t *id, struct core_spec *ret)
{
	if (index >= kbtf_vlen(type))
		return -1;
	const struct btf_member *member = (const struct btf_member *)kbtf_tail(type) + index;
	const char *name = kbtf_string(ret->btf, member->name_off);
	ret->bit_offset += core_member_bits(type, member);
	if (*name)
		ret->steps[ret->len++] = (struct core_step) {*id, index, name};
	else if (member->name_off)
		return -1;
	*id = member->type;
	return 0;
}

static int parse_element(
	const struct btf_type *type, uint32_t index, uint32_t *id, struct core_spec *ret)
{
	const struct btf_array *array = kbtf_tail(type);

	*id = array->type;
	if (!core_skip(ret->btf, id))
		return -1;
	if (!core_is_flexible(ret->btf, &ret->steps[ret->len - 1], array) && index >= array->nelems)
		return -1;
	ret->steps[ret->len++] = (struct core_step) {*id, index, NULL};
	int64_t size = core_size(ret->btf, *id);
	if (size < 0)
		return -1;
	ret->bit_offset += index * (uint32_t)size * 8;
	return 0;
}

static int parse_field(uint32_t id, const uint32_t *numbers, int cnt, struct core_spec *ret)
{
	int64_t size = core_size(ret->btf, id);

	if (size < 0)
		return -1;
	ret->bit_offset = numbers[0] * (uint32_t)size * 8;
	for (int i = 1; i < cnt; i++) {
		const struct btf_type *type = core_skip(ret->btf, &id);
		int failed = !type                ? -1
			: core_is_composite(type) ? parse_member(type, numbers[i], &id, ret)
			: kbtf_kind(type) == BTF_KIND_ARRAY
			? parse_element(type, numbers[i], &id, ret)
			: -1;
		if (failed)
			return -1;
	}
	return 0;
}

int core_parse(const struct kbtf *btf, uint32_t root, const char *access, uint32_t kind,
	struct core_spec *ret)
{
	uint32_t numbers[CORE_SPEC_MAX], id = root;

	*ret = (struct core_spec) {.btf = btf, .root = root, .kind = kind};
	if (core_is_type(kind))
		return strcmp(access, "0") ? -1 : 0;
	int cnt = parse_numbers(access, numbers);
	const struct btf_type *type = core_skip(btf, &id);
	if (cnt < 0 || !type)
		return -1;
	ret->steps[ret->len++] = (struct core_step) {id, numbers[0], NULL};
	if (core_is_enumerator(kind))
		return parse_enumerator(btf, type, numbers, cnt, ret);
	return core_is_field(kind) ? parse_field(id, numbers, cnt, ret) : -1;
}

static const char *kind_word(const struct btf_type *type)
{
	switch (kbtf_kind(type)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	default:
		return "";
	}
}

void core_describe(const struct kbtf *local, uint32_t type_id, uint32_t kind, const char *access,
	struct buf *out)
{
	const struct btf_type *type = kbtf_type(local, type_id);
	struct core_spec spec;

	if (!type) {
		buf_printf(out, "type %u", type_id);
		return;
	}
	const char *name = kbtf_name(local, type);
	buf_printf(out, "%s%s", kind_word(type), *name ? name : "(without a name)");
	if (core_is_type(kind) || core_parse(local, type_id, access, kind, &spec))
		return;
	if (core_is_enumerator(kind)) {
		buf_printf(out, ".%s", spec.steps[0].name);
		return;
	}
	for (int i = 0; i < spec.len; i++) {
		if (spec.steps[i].name)
			buf_printf(out, ".%s", spec.steps[i].name);
		else if (i || spec.steps[i].index)
			buf_printf(out, "[%u]", spec.steps[i].index);
	}
}
