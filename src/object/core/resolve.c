/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Candidates, and the one answer that all of them must give. */
#include "object/core/spec.h"
#include "util/pool.h"

#include <stdlib.h>
#include <string.h>

struct core_target {
	struct kbtf **list; /* the kernel, then its modules */
	size_t cnt;
	struct pool pool;
	/* Types whose own name has a flavour: a look-up by the name without it does not find them.
	 */
	struct candidate *flavoured;
	size_t flavoured_cnt, flavoured_cap;
};

struct candidate {
	const struct kbtf *btf;
	uint32_t id;
};

struct candidates {
	bool known;
	struct candidate *list;
	size_t cnt, cap;
};

struct core_relocator {
	const struct kbtf *local;
	const struct core_target *target;
	bool big_endian;
	struct pool pool;
	struct candidates *of_type; /* [type count], by the object's type id */
};

static struct error *find_flavoured(struct core_target *target, const struct kbtf *btf)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const char *name = kbtf_name(btf, kbtf_type(btf, id));
		if (!strstr(name, "___") || !name[core_essential_len(name)])
			continue;
		struct candidate *list = pool_grow(&target->pool, target->flavoured,
			target->flavoured_cnt, &target->flavoured_cap, sizeof(*list));
		if (!list)
			return error_no_memory();
		list[target->flavoured_cnt++] = (struct candidate) {btf, id};
		target->flavoured = list;
	}
	return NULL;
}

struct error *core_target_create(struct kbtf *kernel, struct kbtf *const *modules,
	size_t module_cnt, struct core_target **ret)
{
	struct core_target *target = calloc(1, sizeof(*target));
	struct error *error = target ? NULL : error_no_memory();

	if (!error) {
		target->list = pool_calloc(&target->pool, module_cnt + 1, sizeof(*target->list));
		if (!target->list)
			error = error_no_memory();
	}
	for (size_t i = 0; !error && i <= module_cnt; i++) {
		target->list[target->cnt] = i ? modules[i - 1] : kernel;
		error = kbtf_index(target->list[target->cnt]);
		if (!error && !kbtf_is_on_demand(target->list[target->cnt]))
			error = find_flavoured(target, target->list[target->cnt]);
		target->cnt++;
	}
	if (error)
		core_target_destroy(target);
	else
		*ret = target;
	return error;
}

void core_target_destroy(struct core_target *target)
{
	if (!target)
		return;
	pool_destroy(&target->pool);
	free(target);
}

struct error *core_relocator_create(const struct kbtf *local, bool big_endian,
	const struct core_target *target, struct core_relocator **ret)
{
	struct core_relocator *relocator = calloc(1, sizeof(*relocator));

	if (!relocator)
		return error_no_memory();
	*relocator = (struct core_relocator) {
		.local = local, .target = target, .big_endian = big_endian};
	relocator->of_type =
		pool_calloc(&relocator->pool, kbtf_type_cnt(local), sizeof(*relocator->of_type));
	if (!relocator->of_type) {
		core_relocator_destroy(relocator);
		return error_no_memory();
	}
	*ret = relocator;
	return NULL;
}

void core_relocator_destroy(struct core_relocator *relocator)
{
	if (!relocator)
		return;
	pool_destroy(&relocator->pool);
	free(relocator);
}

static struct error *add_candidate(
	struct core_relocator *relocator, struct candidates *candidates, struct candidate found)
{
	struct candidate *list = pool_grow(&relocator->pool, candidates->list, candidates->cnt,
		&candidates->cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	list[candidates->cnt++] = found;
	candidates->list = list;
	return NULL;
}

/* A module's own types only: kbtf_find() goes on in the base. */
static struct error *add_named(struct core_relocator *relocator, struct candidates *candidates,
	const struct kbtf *btf, const char *name, unsigned int kind)
{
	struct error *error = NULL;

	for (uint32_t id = kbtf_find(btf, name, kind); id >= kbtf_first_id(btf) && id && !error;
		id = kbtf_find_next(btf, id))
		error = add_candidate(relocator, candidates, (struct candidate) {btf, id});
	return error;
}

/* The types of a kernel that is read on demand whose name is this one with a flavour. */
struct flavours {
	struct core_relocator *relocator;
	struct candidates *candidates;
	const struct kbtf *btf;
	const char *name, *last;
	unsigned int kind;
	struct error *error;
};

static void take_flavour(void *context, const char *name)
{
	struct flavours *flavours = context;

	/* All types of one name come one behind another. */
	if (flavours->error || !core_same_essential(name, flavours->name) ||
		(flavours->last && !strcmp(flavours->last, name)))
		return;
	flavours->last = pool_strdup(&flavours->relocator->pool, name);
	flavours->error = flavours->last ? add_named(flavours->relocator, flavours->candidates,
						   flavours->btf, name, flavours->kind)
					 : error_no_memory();
}

static struct error *add_flavours(struct core_relocator *relocator, struct candidates *candidates,
	const struct kbtf *btf, const char *name, unsigned int kind)
{
	const char *prefix = pool_printf(&relocator->pool, "%s___", name);
	struct flavours flavours = {.relocator = relocator,
		.candidates = candidates,
		.btf = btf,
		.name = name,
		.kind = kind};

	if (!prefix)
		return error_no_memory();
	kbtf_each_name(btf, kind, prefix, take_flavour, &flavours);
	return flavours.error;
}

static struct error *add_of_kind(struct core_relocator *relocator, struct candidates *candidates,
	const struct kbtf *btf, const char *name, unsigned int kind)
{
	struct error *error = add_named(relocator, candidates, btf, name, kind);

	return error || !kbtf_is_on_demand(btf)
		? error
		: add_flavours(relocator, candidates, btf, name, kind);
}

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct error *add_of_btf(struct core_relocator *relocator, struct candidates *candidates,
	const struct kbtf *btf, const struct btf_type *type, const char *name)
{
	size_t before = candidates->cnt;
	struct error *error = add_of_kind(relocator, candidates, btf, name, kbtf_kind(type));
	const struct core_target *target = relocator->target;

	if (!error && core_is_enum(type))
		error = add_of_kind(relocator, candidates, btf, name,
			kbtf_kind(type) == BTF_KIND_ENUM ? BTF_KIND_ENUM64 : BTF_KIND_ENUM);
	for (size_t i = 0; i < target->flavoured_cnt && !error; i++) {
		const struct candidate *other = &target->flavoured[i];
		const struct btf_type *of = kbtf_type(other->btf, other->id);
		if (other->btf == btf && core_same_kind(of, type) &&
			core_same_essential(kbtf_name(btf, of), name))
			error = add_candidate(relocator, candidates, *other);
	}
	if (candidates->cnt > before)
		qsort(candidates->list + before, candidates->cnt - before,
			sizeof(*candidates->list), compare_candidates);
	return error;
}

/* Modules are asked only if the kernel has none. */
static struct error *find_candidates(
	struct core_relocator *relocator, uint32_t type_id, struct candidates *candidates)
{
	const struct btf_type *type = kbtf_type(relocator->local, type_id);
	const char *local = kbtf_name(relocator->local, type);
	const char *name = pool_strndup(&relocator->pool, local, core_essential_len(local));
	struct error *error = name ? NULL : error_no_memory();

	for (size_t i = 0; i < relocator->target->cnt && !error; i++) {
		if (i == 1 && candidates->cnt)
			break;
		error = add_of_btf(relocator, candidates, relocator->target->list[i], type, name);
	}
	candidates->known = !error;
	return error;
}

static bool is_unsigned_int(const struct btf_type *type)
{
	return kbtf_kind(type) == BTF_KIND_INT &&
		BTF_INT_ENCODING(core_int_word(type)) != BTF_INT_SIGNED;
}

/* Only pointers and unsigned integers can be loaded with another size. */
static bool is_bad_size(const struct kbtf *local, const struct core_value *original,
	const struct kbtf *btf, const struct core_value *value)
{
	const struct btf_type *a = core_type(local, original->type_id);
	const struct btf_type *b = core_type(btf, value->type_id);

	if (original->bytes == value->bytes)
		return false;
	if (kbtf_kind(a) == BTF_KIND_PTR && kbtf_kind(b) == BTF_KIND_PTR)
		return false;
	return !is_unsigned_int(a) || !is_unsigned_int(b);
}

struct choice {
	bool found;
	struct core_value value;
	const struct kbtf *btf;
	uint32_t bit_offset;
};

/* NULL: no objection; else why libbpf refuses. Leaves only the candidates that match. */
static const char *choose(struct core_relocator *relocator, const struct core_spec *local,
	struct candidates *candidates, struct choice *ret)
{
	struct core_spec spec;
	struct core_value value;
	size_t kept = 0;

	for (size_t i = 0; i < candidates->cnt; i++) {
		const struct candidate *at = &candidates->list[i];
		int found = core_match(local, at->btf, at->id, &spec);
		if (found < 0)
			return "the kernel's type cannot be compared";
		if (!found)
			continue;
		if (core_value_of(&spec, local->kind, relocator->big_endian, &value))
			return "the kernel's field cannot be read in this way";
		if (!ret->found)
			*ret = (struct choice) {true, value, at->btf, spec.bit_offset};
		else if (spec.bit_offset != ret->bit_offset || value.value != ret->value.value)
			return "the kernel has several types of that name, and they differ";
		candidates->list[kept++] = *at;
	}
	if (kept)
		candidates->cnt = kept;
	return NULL;
}

static const char *absence(uint32_t kind, bool no_type)
{
	if (no_type)
		return "the kernel has no such type";
	return core_is_field(kind)         ? "the kernel's type has no such field"
		: core_is_enumerator(kind) ? "the kernel's enum has no such enumerator"
					   : "the kernel's type differs";
}

static void conclude(struct core_relocator *relocator, const struct core_spec *local,
	const struct core_value *original, struct choice *choice, bool no_type,
	struct core_result *ret)
{
	if (!choice->found) {
		core_value_of(NULL, local->kind, relocator->big_endian, &choice->value);
		ret->reason = absence(local->kind, no_type);
		ret->no_type = no_type;
	}
	ret->outcome = choice->value.poison ? CORE_POISONED : CORE_RESOLVED;
	ret->original = original->value;
	ret->original_bytes = original->bytes;
	ret->validate = original->validate;
	ret->value = choice->value.value;
	ret->bytes = choice->value.bytes;
	ret->bad_size = choice->found && !choice->value.poison && core_is_field(local->kind) &&
		is_bad_size(relocator->local, original, choice->btf, &choice->value);
}

static void refuse(struct core_result *ret, const char *reason)
{
	ret->outcome = CORE_REFUSED;
	ret->reason = reason;
}

struct error *core_resolve(struct core_relocator *relocator, uint32_t type_id, uint32_t kind,
	const char *access, struct core_result *ret)
{
	const struct btf_type *type = kbtf_type(relocator->local, type_id);
	struct choice choice = {0};
	struct core_spec local;
	struct core_value original;

	*ret = (struct core_result) {0};
	if (kind >= CORE_KIND_CNT || !type) {
		refuse(ret, "no CO-RE relocation that libbpf knows");
		return NULL;
	}
	if (core_parse(relocator->local, type_id, access, kind, &local)) {
		refuse(ret, "the relocation does not fit the object's own type");
		return NULL;
	}
	if (kind == CORE_TYPE_ID_LOCAL) {
		ret->original = ret->value = type_id;
		return NULL;
	}
	if (!*kbtf_name(relocator->local, type)) {
		refuse(ret, "a type without a name cannot be looked up");
		return NULL;
	}
	struct candidates *candidates = &relocator->of_type[type_id];
	struct error *error =
		candidates->known ? NULL : find_candidates(relocator, type_id, candidates);
	if (error)
		return error;
	bool no_type = !candidates->cnt;
	const char *refusal = core_value_of(&local, kind, relocator->big_endian, &original)
		? "the object's own field cannot be read in this way"
		: choose(relocator, &local, candidates, &choice);
	if (refusal)
		refuse(ret, refusal);
	else
		conclude(relocator, &local, &original, &choice, no_type, ret);
	return NULL;
}
