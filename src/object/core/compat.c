/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a whole type is compatible with one of the kernel, or matches it. */
#include "object/core/spec.h"

#include <string.h>

/* All types that one question may compare: parameters can nest prototypes. */
#define TYPE_BUDGET 100000

static int compatible(const struct kbtf *local, uint32_t local_id, const struct kbtf *target,
	uint32_t target_id, int level, int *budget);

static int parameters_are_compatible(const struct kbtf *local, const struct btf_type *a,
	const struct kbtf *target, const struct btf_type *b, int level, int *budget)
{
	const struct btf_param *x = kbtf_tail(a), *y = kbtf_tail(b);

	if (kbtf_vlen(a) != kbtf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < kbtf_vlen(a); i++) {
		if (level <= 0)
			return -1;
		uint32_t local_id = x[i].type, target_id = y[i].type;
		if (!core_skip(local, &local_id) || !core_skip(target, &target_id))
			return -1;
		int found = compatible(local, local_id, target, target_id, level - 1, budget);
		if (found <= 0)
			return found;
	}
	return 1;
}

static int compatible(const struct kbtf *local, uint32_t local_id, const struct kbtf *target,
	uint32_t target_id, int level, int *budget)
{
	const struct btf_type *a = core_type(local, local_id), *b = core_type(target, target_id);

	if (!a || !b)
		return -1;
	if (!core_same_kind(a, b))
		return 0;
	for (int depth = 0; depth < CORE_DEPTH_MAX; depth++) {
		a = core_skip(local, &local_id);
		b = core_skip(target, &target_id);
		if (!a || !b || (*budget)-- <= 0)
			return -1;
		if (!core_same_kind(a, b))
			return 0;
		int found;
		switch (kbtf_kind(a)) {
		case 0: /* void */
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
			return 1;
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(core_int_word(a)) &&
				!BTF_INT_OFFSET(core_int_word(b));
		case BTF_KIND_ARRAY:
			local_id = ((const struct btf_array *)kbtf_tail(a))->type;
			target_id = ((const struct btf_array *)kbtf_tail(b))->type;
			break;
		case BTF_KIND_FUNC_PROTO:
			found = parameters_are_compatible(local, a, target, b, level, budget);
			if (found <= 0)
				return found;
			local_id = a->type;
			target_id = b->type;
			break;
		case BTF_KIND_PTR:
			local_id = a->type;
			target_id = b->type;
			break;
		default:
			return 0;
		}
	}
	return -1;
}

int core_types_are_compatible(
	const struct kbtf *local, uint32_t local_id, const struct kbtf *target, uint32_t target_id)
{
	int budget = TYPE_BUDGET;

	return compatible(local, local_id, target, target_id, CORE_DEPTH_MAX, &budget);
}

struct type_match {
	const struct kbtf *local, *target;
	int budget;
};

static int types_match(struct type_match *match, uint32_t local_id, uint32_t target_id,
	bool behind_pointer, int level);

static bool has_enumerator(const struct kbtf *btf, const struct btf_type *type, const char *name)
{
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t name_off;
		kbtf_enumerator(type, i, &name_off);
		if (core_same_essential(name, kbtf_string(btf, name_off)))
			return true;
	}
	return false;
}

static int enums_match(struct type_match *match, const struct btf_type *a, const struct btf_type *b)
{
	if (!core_is_enum(b) || a->size != b->size || kbtf_vlen(a) > kbtf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < kbtf_vlen(a); i++) {
		uint32_t name_off;
		kbtf_enumerator(a, i, &name_off);
		match->budget -= (int)(kbtf_vlen(b) & 0xffff);
		if (match->budget <= 0)
			return -1;
		if (!has_enumerator(match->target, b, kbtf_string(match->local, name_off)))
			return 0;
	}
	return 1;
}

static int member_matches(struct type_match *match, const struct btf_member *member,
	const struct btf_type *b, bool behind_pointer, int level)
{
	const struct btf_member *others = kbtf_tail(b);
	const char *name = kbtf_string(match->local, member->name_off);

	for (uint32_t i = 0; i < kbtf_vlen(b); i++) {
		if (!core_same_essential(name, kbtf_string(match->target, others[i].name_off)))
			continue;
		int found =
			types_match(match, member->type, others[i].type, behind_pointer, level - 1);
		if (found)
			return found;
	}
	return 0;
}

static int composites_match(struct type_match *match, const struct btf_type *a,
	const struct btf_type *b, bool behind_pointer, int level)
{
	const struct btf_member *members = kbtf_tail(a);

	if (behind_pointer)
		return kbtf_kind(a) == kbtf_kind(b) ||
			(kbtf_kind(b) == BTF_KIND_FWD &&
				(kbtf_kind(a) == BTF_KIND_UNION) == kbtf_kind_flag(b));
	if (kbtf_kind(a) != kbtf_kind(b) || kbtf_vlen(a) > kbtf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < kbtf_vlen(a); i++) {
		match->budget -= (int)(kbtf_vlen(b) & 0xffff);
		if (match->budget <= 0)
			return -1;
		int found = member_matches(match, &members[i], b, behind_pointer, level);
		if (found <= 0)
			return found;
	}
	return 1;
}

static bool forwards_match(const struct btf_type *a, const struct btf_type *b, bool behind_pointer)
{
	bool is_union = kbtf_kind_flag(a);

	if (kbtf_kind(b) == BTF_KIND_FWD)
		return is_union == kbtf_kind_flag(b);
	return behind_pointer && kbtf_kind(b) == (is_union ? BTF_KIND_UNION : BTF_KIND_STRUCT);
}

static bool ints_match(const struct btf_type *a, const struct btf_type *b)
{
	return kbtf_kind(b) == BTF_KIND_INT && a->size == b->size &&
		!((BTF_INT_ENCODING(core_int_word(a)) ^ BTF_INT_ENCODING(core_int_word(b))) &
			BTF_INT_SIGNED);
}

static int prototypes_match(struct type_match *match, const struct btf_type *a,
	const struct btf_type *b, bool behind_pointer, int level)
{
	const struct btf_param *x = kbtf_tail(a), *y = kbtf_tail(b);

	if (kbtf_kind(a) != kbtf_kind(b) || kbtf_vlen(a) != kbtf_vlen(b))
		return 0;
	for (uint32_t i = 0; i < kbtf_vlen(a); i++) {
		int found = types_match(match, x[i].type, y[i].type, behind_pointer, level - 1);
		if (found <= 0)
			return found;
	}
	return 1;
}

/* 2: the types behind a pointer, an array or a prototype decide. */
static int match_step(struct type_match *match, const struct btf_type *a, const struct btf_type *b,
	bool behind_pointer, int level)
{
	const struct btf_array *x = kbtf_tail(a), *y = kbtf_tail(b);
	int found;

	switch (kbtf_kind(a)) {
	case 0:
		return !kbtf_kind(b);
	case BTF_KIND_FWD:
		return forwards_match(a, b, behind_pointer);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return enums_match(match, a, b);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return composites_match(match, a, b, behind_pointer, level);
	case BTF_KIND_INT:
		return ints_match(a, b);
	case BTF_KIND_PTR:
		return kbtf_kind(b) == BTF_KIND_PTR ? 2 : 0;
	case BTF_KIND_ARRAY:
		return kbtf_kind(b) == BTF_KIND_ARRAY && x->nelems == y->nelems ? 2 : 0;
	case BTF_KIND_FUNC_PROTO:
		found = prototypes_match(match, a, b, behind_pointer, level);
		return found > 0 ? 2 : found;
	default:
		return 0;
	}
}

static int types_match(struct type_match *match, uint32_t local_id, uint32_t target_id,
	bool behind_pointer, int level)
{
	if (level <= 0)
		return -1;
	for (int depth = 0; depth < CORE_DEPTH_MAX; depth++) {
		const struct btf_type *a = core_skip(match->local, &local_id);
		const struct btf_type *b = core_skip(match->target, &target_id);
		if (!a || !b || match->budget-- <= 0)
			return -1;
		if (!core_same_essential(kbtf_name(match->local, a), kbtf_name(match->target, b)))
			return 0;
		int found = match_step(match, a, b, behind_pointer, level);
		if (found != 2)
			return found;
		bool array = kbtf_kind(a) == BTF_KIND_ARRAY;
		behind_pointer |= kbtf_kind(a) == BTF_KIND_PTR;
		local_id = array ? ((const struct btf_array *)kbtf_tail(a))->type : a->type;
		target_id = array ? ((const struct btf_array *)kbtf_tail(b))->type : b->type;
	}
	return -1;
}

int core_types_match(const struct kbtf *local, uint32_t local_id, const struct kbtf *target,
	uint32_t target_id, bool behind_pointer, int level)
{
	struct type_match match = {local, target, TYPE_BUDGET};

	return types_match(&match, local_id, target_id, behind_pointer, level);
}
