/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a relocation writes, from the path in a type. */
#include "object/core/spec.h"

struct field {
	const struct btf_type *type; /* behind typedefs */
	uint32_t type_id;
	uint32_t byte_offset, bytes, bits;
	uint32_t bit_offset;
	bool is_bitfield;
};

/* Of an array, the size of its elements: that is what an instruction loads. */
static int element_bytes(const struct kbtf *btf, uint32_t id, uint32_t *ret)
{
	const struct btf_type *type = core_skip(btf, &id);

	for (int depth = 0; type && kbtf_kind(type) == BTF_KIND_ARRAY; depth++) {
		if (depth == CORE_DEPTH_MAX)
			return -1;
		id = ((const struct btf_array *)kbtf_tail(type))->type;
		type = core_skip(btf, &id);
	}
	int64_t size = type ? core_size(btf, id) : -1;
	if (size < 0)
		return -1;
	*ret = (uint32_t)size;
	return 0;
}

static int value_of_element(const struct core_spec *spec, const struct core_step *step,
	enum core_kind kind, struct core_value *ret)
{
	int64_t size = core_size(spec->btf, step->type_id);

	ret->validate = true;
	if (kind == CORE_FIELD_OFFSET) {
		ret->value = spec->bit_offset / 8;
		ret->type_id = step->type_id;
		return element_bytes(spec->btf, step->type_id, &ret->bytes);
	}
	ret->value = (uint64_t)size;
	return kind == CORE_FIELD_SIZE && size >= 0 ? 0 : -1;
}

/* The smallest load that holds all bits of a bit field. */
static int place_bitfield(struct field *field)
{
	field->bytes = field->type->size;
	if (!field->bytes)
		return -1;
	for (;;) {
		field->byte_offset = field->bit_offset / 8 / field->bytes * field->bytes;
		if (field->bit_offset + field->bits - field->byte_offset * 8 <= field->bytes * 8)
			return 0;
		if (field->bytes >= 8)
			return -1;
		field->bytes *= 2;
	}
}

static int place_field(
	const struct core_spec *spec, const struct core_step *step, struct field *ret)
{
	const struct btf_type *type = core_type(spec->btf, step->type_id);
	const struct btf_member *member = (const struct btf_member *)kbtf_tail(type) + step->index;

	*ret = (struct field) {.type_id = member->type, .bit_offset = spec->bit_offset};
	ret->type = core_skip(spec->btf, &ret->type_id);
	ret->bits = kbtf_kind_flag(type) ? member->offset >> 24 : 0;
	ret->is_bitfield = ret->bits > 0;
	if (!ret->type)
		return -1;
	if (ret->is_bitfield)
		return place_bitfield(ret);
	int64_t size = core_size(spec->btf, ret->type_id);
	if (size < 0)
		return -1;
	ret->bytes = (uint32_t)size;
	ret->bits = ret->bytes * 8;
	ret->byte_offset = spec->bit_offset / 8;
	return 0;
}

static bool is_signed(const struct btf_type *type)
{
	if (core_is_enum(type))
		return kbtf_kind_flag(type);
	return kbtf_kind(type) == BTF_KIND_INT &&
		(BTF_INT_ENCODING(core_int_word(type)) & BTF_INT_SIGNED);
}

static int value_of_field(const struct core_spec *spec, const struct core_step *step,
	enum core_kind kind, bool big_endian, struct core_value *ret)
{
	struct field field;

	if (place_field(spec, step, &field))
		return -1;
	uint32_t bit = field.bit_offset - field.byte_offset * 8;
	ret->validate =
		!field.is_bitfield || kind == CORE_FIELD_SIGNED || kind == CORE_FIELD_RSHIFT;
	switch (kind) {
	case CORE_FIELD_OFFSET:
		ret->value = field.byte_offset;
		if (field.is_bitfield)
			return 0;
		ret->type_id = field.type_id;
		return element_bytes(spec->btf, field.type_id, &ret->bytes);
	case CORE_FIELD_SIZE:
		ret->value = field.bytes;
		return 0;
	case CORE_FIELD_SIGNED:
		ret->value = is_signed(field.type);
		return 0;
	case CORE_FIELD_LSHIFT:
		ret->value = big_endian ? (8 - field.bytes) * 8 + bit : 64 - (bit + field.bits);
		return 0;
	default: /* CORE_FIELD_RSHIFT */
		ret->value = 64 - field.bits;
		return 0;
	}
}

static int value_of_type(const struct core_spec *spec, enum core_kind kind, struct core_value *ret)
{
	int64_t size;

	ret->validate = kind != CORE_TYPE_ID_TARGET;
	if (kind == CORE_TYPE_ID_TARGET) {
		ret->value = spec->root;
		return 0;
	}
	if (kind != CORE_TYPE_SIZE) {
		ret->value = 1;
		return 0;
	}
	size = core_size(spec->btf, spec->root);
	ret->value = (uint64_t)size;
	return size < 0 ? -1 : 0;
}

int core_value_of(
	const struct core_spec *spec, enum core_kind kind, bool big_endian, struct core_value *ret)
{
	uint32_t name_off;

	*ret = (struct core_value) {.validate = true};
	if (kind == CORE_FIELD_EXISTS || kind == CORE_ENUMERATOR_EXISTS) {
		ret->value = spec != NULL;
		return 0;
	}
	if (!spec) {
		ret->poison = !core_is_type(kind);
		return 0;
	}
	if (core_is_type(kind))
		return value_of_type(spec, kind, ret);
	const struct core_step *last = &spec->steps[spec->len - 1];
	if (kind == CORE_ENUMERATOR_VALUE) {
		ret->value = (uint64_t)kbtf_enumerator(
			core_type(spec->btf, last->type_id), last->index, &name_off);
		return 0;
	}
	return last->name ? value_of_field(spec, last, kind, big_endian, ret)
			  : value_of_element(spec, last, kind, ret);
}
