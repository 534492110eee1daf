/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of an object's type in a candidate of the kernel. */
#include "object/core/spec.h"

#include <string.h>

static int fields_are_compatible(
	const struct kbtf *local, uint32_t local_id, const struct kbtf *target, uint32_t target_id)
{
	for (int depth = 0; depth < KBTF_DEPTH_MAX; depth++) {
		const struct btf_type *a = core_skip(local, &local_id),
				      *b = core_skip(target, &target_id);
		if (!a || !b)
			return -1;
		if (core_is_composite(a) && core_is_composite(b))
			return 1;
		if (!core_same_kind(a, b))
			return 0;
		switch (kbtf_kind(a)) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return 1;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return !*kbtf_name(local, a) || !*kbtf_name(target, b) ||
				core_same_essential(kbtf_name(local, a), kbtf_name(target, b));
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(core_int_word(a)) &&
				!BTF_INT_OFFSET(core_int_word(b));
		case BTF_KIND_ARRAY:
			local_id = ((const struct btf_array *)kbtf_tail(a))->type;
			target_id = ((const struct btf_array *)kbtf_tail(b))->type;
			break;
		default:
			return 0;
		}
	}
	return -1;
}

struct member_search {
	const struct kbtf *local;
	uint32_t local_type; /* of the member that is looked for */
	const char *name;
	struct core_spec *spec;
	uint32_t next_id;
	int budget; /* members; structs without a name could be nested in themselves */
};

static int search_member(struct member_search *search, uint32_t id);

/* The member itself, or one inside it if it has no name. */
static int try_member(struct member_search *search, uint32_t struct_id,
	const struct btf_member *member, uint32_t index)
{
	struct core_spec *spec = search->spec;
	const char *name = kbtf_string(spec->btf, member->name_off);

	if (!*name)
		return search_member(search, member->type);
	if (strcmp(name, search->name))
		return 0;
	if (spec->len == CORE_SPEC_MAX)
		return -1;
	search->next_id = member->type;
	int found =
		fields_are_compatible(search->local, search->local_type, spec->btf, member->type);
	if (found)
		spec->steps[spec->len++] = (struct core_step) {struct_id, index, name};
	return found;
}

static int search_member(struct member_search *search, uint32_t id)
{
	struct core_spec *spec = search->spec;
	const struct btf_type *type = core_skip(spec->btf, &id);

	if (!type)
		return -1;
	if (!core_is_composite(type))
		return 0;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		if (spec->raw_len == CORE_SPEC_MAX || search->budget-- <= 0)
			return -1;
		uint32_t bits = core_member_bits(type, &members[i]);
		spec->bit_offset += bits;
		spec->raw_len++;
		bool named = *kbtf_string(spec->btf, members[i].name_off);
		int found = try_member(search, id, &members[i], i);
		/* A member of that name that does not fit ends the search in libbpf, too. */
		if (found ||
			(named &&
				!strcmp(kbtf_string(spec->btf, members[i].name_off), search->name)))
			return found;
		spec->bit_offset -= bits;
		spec->raw_len--;
	}
	return 0;
}

#define MEMBER_BUDGET 200000

static int match_member(const struct core_spec *local, const struct core_step *step,
	struct core_spec *ret, uint32_t *id)
{
	const struct btf_type *type = core_type(local->btf, step->type_id);
	const struct btf_member *member = (const struct btf_member *)kbtf_tail(type) + step->index;
	struct member_search search = {
		.local = local->btf,
		.local_type = member->type,
		.name = step->name,
		.spec = ret,
		.budget = MEMBER_BUDGET,
	};
	int found = search_member(&search, *id);

	if (found > 0)
		*id = search.next_id;
	return found;
}

/* The first element is the type itself: the path begins as an array of it. */
static int match_element(const struct core_step *step, const struct btf_type *type, bool first,
	struct core_spec *ret, uint32_t *id)
{
	if (!first) {
		const struct btf_array *array = kbtf_tail(type);
		if (kbtf_kind(type) != BTF_KIND_ARRAY)
			return 0;
		const struct core_step *before = ret->len ? &ret->steps[ret->len - 1] : NULL;
		if (!core_is_flexible(ret->btf, before, array) && step->index >= array->nelems)
			return 0;
		*id = array->type;
		if (!core_skip(ret->btf, id))
			return -1;
	}
	if (ret->raw_len == CORE_SPEC_MAX || ret->len == CORE_SPEC_MAX)
		return -1;
	ret->steps[ret->len++] = (struct core_step) {*id, step->index, NULL};
	ret->raw_len++;
	int64_t size = core_size(ret->btf, *id);
	if (size < 0)
		return -1;
	ret->bit_offset += step->index * (uint32_t)size * 8;
	return 1;
}

static int match_enumerator(const struct core_spec *local, uint32_t id, struct core_spec *ret)
{
	const struct btf_type *type = core_skip(ret->btf, &id);

	if (!type || !core_is_enum(type))
		return 0;
	for (uint32_t i = 0; i < kbtf_vlen(type); i++) {
		uint32_t name_off;
		kbtf_enumerator(type, i, &name_off);
		const char *name = kbtf_string(ret->btf, name_off);
		if (!core_same_essential(local->steps[0].name, name))
			continue;
		ret->steps[ret->len++] = (struct core_step) {id, i, name};
		return 1;
	}
	return 0;
}

int core_match(
	const struct core_spec *local, const struct kbtf *btf, uint32_t id, struct core_spec *ret)
{
	*ret = (struct core_spec) {.btf = btf, .root = id, .kind = local->kind};
	if (local->kind == CORE_TYPE_MATCHES)
		return core_types_match(local->btf, local->root, btf, id, false, CORE_DEPTH_MAX);
	if (core_is_type(local->kind))
		return core_types_are_compatible(local->btf, local->root, btf, id);
	if (core_is_enumerator(local->kind))
		return match_enumerator(local, id, ret);
	for (int i = 0; i < local->len; i++) {
		const struct core_step *step = &local->steps[i];
		const struct btf_type *type = core_skip(btf, &id);
		int found = !type    ? -1
			: step->name ? match_member(local, step, ret, &id)
				     : match_element(step, type, !i, ret, &id);
		if (found <= 0)
			return found;
	}
	return 1;
}
