/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf/btf.h"

#include <string.h>

/* Where names are in the tail of a kind: every `step` words from its start. */
static const uint8_t name_steps[] = {
	[BTF_KIND_STRUCT] = 3,
	[BTF_KIND_UNION] = 3,
	[BTF_KIND_ENUM] = 2,
	[BTF_KIND_FUNC_PROTO] = 2,
	[BTF_KIND_ENUM64] = 3,
};

struct names {
	const struct kbtf *btf;
	uint32_t highest;
	bool astray; /* a name is outside, or starts in the middle of a string */
};

static void note_name(struct names *names, uint32_t offset)
{
	if (offset > names->highest)
		names->highest = offset;
	names->astray |= offset >= kbtf_string_end(names->btf) ||
		(offset && *kbtf_string(names->btf, offset - 1));
}

static void note_type(struct names *names, const struct btf_type *type)
{
	unsigned int kind = kbtf_kind(type);
	size_t step = kind < sizeof(name_steps) ? name_steps[kind] : 0;
	const uint32_t *words = kbtf_tail(type);

	note_name(names, type->name_off);
	for (uint32_t i = 0; step && i < kbtf_vlen(type); i++)
		note_name(names, words[i * step]);
}

static struct names note_all(const struct kbtf *btf)
{
	struct names names = {.btf = btf};

	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++)
		note_type(&names, kbtf_type(btf, id));
	return names;
}

/* The offset of the last own string from the first. Creation has checked its NUL. */
static uint32_t last_own_string(const struct kbtf *split, uint32_t base_end)
{
	uint32_t at = kbtf_string_end(split) - 1;

	while (at > base_end && *kbtf_string(split, at - 1))
		at--;
	return at - base_end;
}

/* 0: no type uses an own string. */
static uint32_t base_strings(
	const struct kbtf *split, const struct kbtf *base, const struct names *names)
{
	uint32_t base_end = kbtf_string_end(base);

	if (kbtf_string_end(split) == base_end)
		return 0;
	uint32_t last = last_own_string(split, base_end);
	return names->highest > last ? names->highest - last : 0;
}

struct error *kbtf_split_check(const struct kbtf *split, const struct kbtf *base)
{
	struct names names = note_all(split);
	uint32_t wanted = base_strings(split, base, &names), there = kbtf_string_end(base);

	/* `wanted` is a guess, right if the last own string is used. Only `astray` is evidence. */
	if (names.astray && wanted && wanted != there)
		return error_create(ERROR_INPUT, NULL,
			"its base probably has %u bytes of strings, this BTF has %u", wanted,
			there);
	if (names.astray)
		return error_create(
			ERROR_INPUT, NULL, "its names are not where that BTF has strings");
	if (!kbtf_references_hold(split))
		return error_create(
			ERROR_INPUT, NULL, "it refers to types that are not in that BTF");
	return NULL;
}

struct error *kbtf_split_base_strings(const void *data, size_t size, uint32_t *ret)
{
	/* An empty base: a header, no type, and the empty string. */
	static const struct {
		struct btf_header header;
		char strings[4];
	} nothing = {.header = {.magic = BTF_MAGIC,
			     .version = BTF_VERSION,
			     .hdr_len = sizeof(struct btf_header),
			     .str_len = 1}};
	struct kbtf *base = NULL, *split = NULL;

	struct error *error =
		kbtf_create((void *)&nothing, sizeof(nothing), KBTF_BORROWED, NULL, &base);
	if (!error)
		error = kbtf_create((void *)data, size, KBTF_BORROWED, base, &split);
	if (!error) {
		struct names names = note_all(split);
		*ret = base_strings(split, base, &names);
	}
	kbtf_destroy(split);
	kbtf_destroy(base);
	return error;
}
