/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/helper/program.h"
#include "kernel/context.h"
#include "util/hash.h"

#include <endian.h>
#include <string.h>

static const struct {
	const char *type, *member;
	uint32_t bits;
} fields[HELPER_FIELD_CNT] = {
#define HELPER_FIELD_ROW(name, type, member, bits, words)                                          \
	[HELPER_FIELD_##name] = {type, member, bits},
	HELPER_FIELDS(HELPER_FIELD_ROW)};

static bool is_of_aux(size_t field)
{
	return !strcmp(fields[field].type, "bpf_prog_aux");
}

bool helper_layout_read(const struct kbtf *btf, struct helper_layout *layout)
{
	*layout = (struct helper_layout) {0};
	for (size_t i = 0; i < HELPER_FIELD_CNT; i++) {
		uint32_t id = kbtf_find(btf, fields[i].type, BTF_KIND_STRUCT), bits;
		if (!id || !kbtf_find_member(btf, id, fields[i].member, NULL, &bits) ||
			bits / 8 + 8 > HELPER_STRUCT_BYTES || (fields[i].bits > 1 && bits % 8))
			continue;
		layout->fields[i].known = true;
		layout->fields[i].offset_bits = bits;
	}
	return layout->fields[HELPER_FIELD_TYPE].known && layout->fields[HELPER_FIELD_AUX].known &&
		layout->fields[HELPER_FIELD_ATTACH_TYPE].known;
}

/* bpf_prog_load_fixup_attach_type() (kernel/bpf/syscall.c). */
static uint32_t fixed_attach_type(const struct kfunc_place *place)
{
	if (place->attach_type)
		return place->attach_type;
	if (place->prog_type == PROG_TYPE_CGROUP_SOCK)
		return ATTACH_CGROUP_INET_SOCK_CREATE;
	if (place->prog_type == PROG_TYPE_SK_REUSEPORT)
		return ATTACH_SK_REUSEPORT_SELECT;
	return 0;
}

void helper_values_take(const struct helper_place *place, struct helper_values *values)
{
	const struct kfunc_place *base = &place->base;
	bool replaces = base->prog_type == PROG_TYPE_EXT;

	*values = (struct helper_values) {
		.fields =
			{
				[HELPER_FIELD_TYPE] = base->prog_type,
				[HELPER_FIELD_ATTACH_TYPE] = fixed_attach_type(base),
				[HELPER_FIELD_AUX] = HELPER_AUX_ADDRESS,
				[HELPER_FIELD_SLEEPABLE] = place->sleepable,
				[HELPER_FIELD_JIT] = 1,
				[HELPER_FIELD_GPL] = 1,
				[HELPER_FIELD_AUX_SLEEPABLE] = place->sleepable,
				[HELPER_FIELD_ATTACH_ID] = base->attach_btf_id,
				[HELPER_FIELD_ATTACH_NAME] =
					place->attach_name ? HELPER_NAME_ADDRESS : 0,
				[HELPER_FIELD_OPS] = base->ops ? base->ops->address : 0,
				[HELPER_FIELD_MEMBER] = base->member_bytes,
				[HELPER_FIELD_TARGET_TYPE] = replaces ? PROG_TYPE_XDP : 0,
				[HELPER_FIELD_TARGET_ATTACH_TYPE] = replaces ? ATTACH_XDP : 0,
				[HELPER_FIELD_TARGET] = replaces ? HELPER_TARGET_ADDRESS : 0,
				[HELPER_FIELD_BTF] = HELPER_BTF_ADDRESS,
				[HELPER_FIELD_BACK] = HELPER_PROG_ADDRESS,
			},
		.name_hash = place->attach_name
			? hash_bytes(place->attach_name, strlen(place->attach_name))
			: 0,
	};
}

static void program_put(unsigned char *object, uint32_t offset_bits, uint32_t bits, uint64_t value)
{
	uint64_t little = htole64(value);

	if (bits == 1)
		object[offset_bits / 8] |= (unsigned char)((value & 1) << offset_bits % 8);
	else
		memcpy(object + offset_bits / 8, &little, bits / 8);
}

static bool write_name(const char *name, struct emulator *emulator)
{
	return !name ||
		(strlen(name) < HELPER_NAME_BYTES &&
			emulator_write_object(
				emulator, HELPER_NAME_ADDRESS, name, strlen(name) + 1));
}

bool helper_program_write(const struct helper_layout *layout, const struct helper_place *place,
	const struct helper_values *values, struct emulator *emulator)
{
	static const uint64_t addresses[] = {HELPER_PROG_ADDRESS, HELPER_AUX_ADDRESS};
	unsigned char objects[2][HELPER_STRUCT_BYTES] = {{0}};

	for (size_t i = 0; i < HELPER_FIELD_CNT; i++) {
		if (layout->fields[i].known)
			program_put(objects[is_of_aux(i)], layout->fields[i].offset_bits, fields[i].bits,
				values->fields[i]);
	}
	return emulator_write_object(emulator, addresses[0], objects[0], sizeof(objects[0])) &&
		emulator_write_object(emulator, addresses[1], objects[1], sizeof(objects[1])) &&
		write_name(place->attach_name, emulator);
}

uint32_t helper_fields_at(const struct helper_layout *layout, uint64_t address, size_t size)
{
	uint32_t mask = 0;

	if (address >= HELPER_NAME_ADDRESS && address < HELPER_NAME_ADDRESS + HELPER_NAME_BYTES)
		return 1u << HELPER_FIELD_ATTACH_NAME;
	for (size_t i = 0; i < HELPER_FIELD_CNT; i++) {
		uint64_t begin = (is_of_aux(i) ? HELPER_AUX_ADDRESS : HELPER_PROG_ADDRESS) +
			layout->fields[i].offset_bits / 8;
		uint64_t end = begin + (fields[i].bits + 7) / 8;
		if (layout->fields[i].known && address < end && begin < address + size)
			mask |= 1u << i;
	}
	return mask;
}

bool helper_values_equal(
	const struct helper_values *a, const struct helper_values *b, uint32_t mask)
{
	if (mask >> HELPER_FIELD_ATTACH_NAME & 1 && a->name_hash != b->name_hash)
		return false;
	for (size_t i = 0; i < HELPER_FIELD_CNT; i++) {
		if (mask >> i & 1 && a->fields[i] != b->fields[i])
			return false;
	}
	return true;
}
