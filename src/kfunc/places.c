/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/places.h"

static const struct {
	const char *type, *member;
} fields[PLACE_FIELD_CNT] = {
#define PLACE_FIELD_ROW(name, type, member) [PLACE_##name] = {type, member},
	PLACE_FIELDS(PLACE_FIELD_ROW)};

void place_layout_read(const struct kbtf *btf, struct place_layout *layout)
{
	*layout = (struct place_layout) {0};
	for (size_t i = 0; i < PLACE_FIELD_CNT; i++) {
		uint32_t id = kbtf_find(btf, fields[i].type, BTF_KIND_STRUCT);
		layout->fields[i].known = id &&
			kbtf_find_member(
				btf, id, fields[i].member, NULL, &layout->fields[i].offset_bits);
	}
}

bool place_is(const struct place_layout *layout, enum place_field field, uint64_t offset)
{
	return layout->fields[field].known && layout->fields[field].offset_bits / 8 == offset;
}

static bool give(struct code_value value, struct code_value *ret)
{
	*ret = value;
	return true;
}

/* One bit among others: code masks the others out. Little-endian, like all code that is followed.
 */
static bool holds_bit(
	const struct place_layout *layout, enum place_field field, uint64_t offset, size_t size)
{
	uint64_t byte = layout->fields[field].offset_bits / 8;

	return layout->fields[field].known && size <= 4 && byte >= offset && byte < offset + size;
}

static bool load_prog(const struct place_layout *layout, const struct kfunc_place *place,
	enum tristate sleepable, uint64_t offset, size_t size, struct code_value *ret)
{
	if (size == 4 && place_is(layout, PLACE_PROG_TYPE, offset))
		return give(code_number(place->prog_type), ret);
	if (size == 4 && place_is(layout, PLACE_PROG_ATTACH_TYPE, offset))
		return give(code_number(place->attach_type), ret);
	/* Both at once. */
	if (size == 8 && place_is(layout, PLACE_PROG_TYPE, offset) &&
		place_is(layout, PLACE_PROG_ATTACH_TYPE, offset + 4))
		return give(
			code_number((uint64_t)place->attach_type << 32 | place->prog_type), ret);
	if (size == 8 && place_is(layout, PLACE_PROG_AUX, offset))
		return give(code_object(PLACE_OBJECT_AUX, 0), ret);
	if (sleepable && holds_bit(layout, PLACE_PROG_SLEEPABLE, offset, size)) {
		uint64_t bit = layout->fields[PLACE_PROG_SLEEPABLE].offset_bits - offset * 8;
		return give(code_number(sleepable == TRISTATE_YES ? 1ull << bit : 0), ret);
	}
	return false;
}

static bool load_aux(const struct place_layout *layout, const struct kfunc_place *place,
	enum tristate sleepable, uint64_t offset, size_t size, struct code_value *ret)
{
	if (size == 8 && place_is(layout, PLACE_AUX_OPS, offset))
		return give(code_number(place->ops ? place->ops->address : 0), ret);
	if (size == 4 && place->ops && place_is(layout, PLACE_AUX_MEMBER, offset))
		return give(code_number(place->member_bytes), ret);
	if (size == 4 && place->attach_btf_id && place_is(layout, PLACE_AUX_ATTACH_ID, offset))
		return give(code_number(place->attach_btf_id), ret);
	if (sleepable && size == 1 && place_is(layout, PLACE_AUX_SLEEPABLE, offset))
		return give(code_number(sleepable == TRISTATE_YES), ret);
	return false;
}

bool place_load(const struct place_layout *layout, const struct kfunc_place *place,
	enum tristate sleepable, uint32_t object, uint64_t offset, size_t size,
	struct code_value *ret)
{
	switch (object) {
	case PLACE_OBJECT_PROG:
		return load_prog(layout, place, sleepable, offset, size, ret);
	case PLACE_OBJECT_AUX:
		return load_aux(layout, place, sleepable, offset, size, ret);
	case PLACE_OBJECT_ENV:
		if (size != 8 || !place_is(layout, PLACE_ENV_PROG, offset))
			return false;
		return give(code_object(PLACE_OBJECT_PROG, 0), ret);
	default:
		return false;
	}
}
