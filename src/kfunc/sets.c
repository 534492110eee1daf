/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kfunc/sets.h"
#include "kernel/kernel.h"
#include "kfunc/calls.h"
#include "kfunc/hooks.h"
#include "kfunc/struct_ops.h"
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* Byte offsets of the members that are read, from BTF. */
struct layout {
	uint32_t set, filter; /* struct btf_kfunc_id_set */
	bool has_filter;
	uint32_t cnt, flags, pairs; /* struct btf_id_set8 */
	uint32_t pair_size, pair_id, pair_flags;
};

struct loading {
	struct kfunc_code *code;
	struct pool *pool;
	struct kernel_kfuncs *kfuncs;
	struct layout layout;
	const struct kfunc_call *call;
};

struct error *kfunc_code_create(const struct kfunc_image *source, struct kfunc_code **ret)
{
	struct kfunc_code *code = calloc(1, sizeof(*code));

	if (!code)
		return error_no_memory();
	code->source = *source;
	struct error *error = code_map_create(source->image, source->symbols, &code->map);
	if (!error) {
		error = code_reader_create(source->image, &code->reader);
		if (error && error->code == ERROR_INPUT) {
			error_free(error);
			error = NULL;
		}
	}
	if (error)
		kfunc_code_destroy(code);
	else
		*ret = code;
	return error;
}

void kfunc_code_destroy(struct kfunc_code *code)
{
	if (!code)
		return;
	code_map_deinit(&code->map);
	code_reader_destroy(code->reader);
	free(code);
}

static bool sets_member_bytes(const struct kbtf *btf, uint32_t type, const char *name, uint32_t *type_id,
	uint32_t *offset)
{
	uint32_t bits;

	if (!kbtf_find_member(btf, type, name, type_id, &bits) || bits % 8)
		return false;
	*offset = bits / 8;
	return true;
}

static bool read_pair_layout(const struct kbtf *btf, uint32_t pairs_type, struct layout *layout)
{
	const struct btf_type *type = kbtf_type(btf, kbtf_skip_modifiers(btf, pairs_type));

	if (!type || kbtf_kind(type) != BTF_KIND_ARRAY)
		return false;
	uint32_t element =
		kbtf_skip_modifiers(btf, ((const struct btf_array *)kbtf_tail(type))->type);
	type = kbtf_type(btf, element);
	if (!type || kbtf_kind(type) != BTF_KIND_STRUCT || !type->size || type->size > 64)
		return false;
	layout->pair_size = type->size;
	return sets_member_bytes(btf, element, "id", NULL, &layout->pair_id) &&
		sets_member_bytes(btf, element, "flags", NULL, &layout->pair_flags);
}

/* False: sets have another form, as in linux 5.18 and 5.19, or do not exist. */
static bool sets_read_layout(const struct kbtf *btf, struct layout *layout)
{
	uint32_t kset = kbtf_find(btf, "btf_kfunc_id_set", BTF_KIND_STRUCT);
	uint32_t set = kbtf_find(btf, "btf_id_set8", BTF_KIND_STRUCT);
	uint32_t pairs_type;

	if (!kset || !set || !sets_member_bytes(btf, kset, "set", NULL, &layout->set) ||
		!sets_member_bytes(btf, set, "cnt", NULL, &layout->cnt) ||
		!sets_member_bytes(btf, set, "flags", NULL, &layout->flags) ||
		!sets_member_bytes(btf, set, "pairs", &pairs_type, &layout->pairs))
		return false;
	layout->has_filter = sets_member_bytes(btf, kset, "filter", NULL, &layout->filter);
	return read_pair_layout(btf, pairs_type, layout);
}

static bool sets_add_unresolved(struct loading *loading, const char *what)
{
	const struct kfunc_call *call = loading->call;
	const struct kfunc_unresolved unresolved = {
		.address = call->site,
		.function = pool_strdup(loading->pool, call->function ? call->function->name : "?"),
		.what = pool_strdup(loading->pool, what),
		.module = loading->code->source.module,
	};

	return unresolved.function && unresolved.what &&
		kernel_kfuncs_add_unresolved(loading->pool, loading->kfuncs, &unresolved);
}

/* The data symbol at the set, not one of its BTF_ID() entries. */
static const char *set_symbol(const struct kfunc_code *code, uint64_t address)
{
	for (size_t i = 0; i < code->source.symbols->cnt; i++) {
		const struct kernel_symbol *symbol = &code->source.symbols->list[i];
		if (symbol->address == address && strncmp(symbol->name, "__BTF_ID__", 10) &&
			strncmp(symbol->name, "__start_", 8) && strncmp(symbol->name, "__stop_", 7))
			return symbol->name;
	}
	return NULL;
}

struct set_place {
	uint64_t kset, set;
	uint32_t hook, cnt;
};

static bool read_filter(const struct loading *loading, uint64_t kset, struct kfunc_set *set)
{
	const struct kfunc_code *code = loading->code;
	uint64_t address;

	if (!loading->layout.has_filter)
		return true;
	if (!image_read(code->source.image, kset + loading->layout.filter,
		    code->source.image->address_bytes, &address))
		return false;
	if (!address)
		return true;
	const char *name = code_map_name(&code->map, address);
	set->filter_address = address;
	set->filter = pool_strdup(loading->pool, name ? name : "?");
	return set->filter != NULL;
}

/* A set is stored once, for all hooks that it is registered for. */
static struct error *find_set(struct loading *loading, const struct set_place *place, uint32_t *ret)
{
	const struct kfunc_code *code = loading->code;
	struct kernel_kfuncs *kfuncs = loading->kfuncs;
	struct kfunc_set set = {.address = place->kset, .module = code->source.module};
	uint64_t flags = 0;

	for (size_t i = 0; i < kfuncs->set_cnt; i++) {
		if (kfuncs->sets[i].address == set.address &&
			kfuncs->sets[i].module == set.module) {
			*ret = (uint32_t)i;
			return NULL;
		}
	}
	image_read(code->source.image, place->set + loading->layout.flags, 4, &flags);
	set.marked = flags & KFUNC_SET_KFUNCS;
	set.symbol = pool_strdup(loading->pool, set_symbol(code, place->set));
	*ret = (uint32_t)kfuncs->set_cnt;
	if (!read_filter(loading, place->kset, &set) ||
		!kernel_kfuncs_add_set(loading->pool, kfuncs, &set))
		return error_no_memory();
	return NULL;
}

/* false: damaged. */
static bool sets_read_pair(const struct loading *loading, const struct set_place *place, uint32_t index,
	struct kfunc_registration *registration)
{
	const struct kfunc_image *source = &loading->code->source;
	const struct layout *layout = &loading->layout;
	uint64_t at = place->set + layout->pairs + (uint64_t)index * layout->pair_size, id, flags;

	if (!image_read(source->image, at + layout->pair_id, 4, &id) ||
		!image_read(source->image, at + layout->pair_flags, 4, &flags))
		return false;
	const struct btf_type *func = kbtf_type(source->btf, (uint32_t)id);
	if (!func || kbtf_kind(func) != BTF_KIND_FUNC || !*kbtf_name(source->btf, func))
		return false;
	*registration = (struct kfunc_registration) {
		.hook = place->hook,
		.btf_id = (uint32_t)id,
		.flags = (uint32_t)flags,
		.name = kbtf_name(source->btf, func),
		.module = source->module,
	};
	return true;
}

/* resolve_btfids leaves 0 if BTF lacks the function. The kernel cannot call it either. */
static bool is_empty_pair(
	const struct loading *loading, const struct set_place *place, uint32_t index)
{
	const struct layout *layout = &loading->layout;
	uint64_t at = place->set + layout->pairs + (uint64_t)index * layout->pair_size, id;

	return image_read(loading->code->source.image, at + layout->pair_id, 4, &id) && !id;
}

static struct error *add_registrations(struct loading *loading, const struct set_place *place)
{
	struct kfunc_registration registration;
	uint32_t set;
	struct error *error = find_set(loading, place, &set);

	if (!error && loading->kfuncs->registration_cnt + place->cnt > KFUNC_REGISTRATION_MAX)
		return error_create(ERROR_INPUT, NULL, "more than %d registrations of kfuncs",
			KFUNC_REGISTRATION_MAX);
	for (uint32_t i = 0; i < place->cnt && !error; i++) {
		if (!sets_read_pair(loading, place, i, &registration)) {
			if (!is_empty_pair(loading, place, i) &&
				!sets_add_unresolved(loading,
					"the set is damaged: one of its ids is not a function"))
				error = error_no_memory();
			continue;
		}
		registration.set = set;
		registration.name = pool_strdup(loading->pool, registration.name);
		if (!registration.name ||
			!kernel_kfuncs_add(loading->pool, loading->kfuncs, &registration))
			error = error_no_memory();
	}
	return error;
}

static struct error *take_set(struct loading *loading, uint32_t hook, uint64_t kset)
{
	const struct image *image = loading->code->source.image;
	struct set_place place = {.kset = kset, .hook = hook};
	uint64_t cnt;

	if (!image_read(image, kset + loading->layout.set, image->address_bytes, &place.set) ||
		!place.set || !image_read(image, place.set + loading->layout.cnt, 4, &cnt) ||
		cnt > KFUNC_SET_CNT_MAX)
		return sets_add_unresolved(loading, "its argument points to no set") ? NULL
										: error_no_memory();
	place.cnt = (uint32_t)cnt;
	return add_registrations(loading, &place);
}

static const char *sets_type_name(const struct loading *loading, uint32_t id)
{
	const struct kbtf *btf = loading->code->source.btf;

	return pool_strdup(loading->pool, kbtf_name(btf, kbtf_type(btf, id)));
}

static struct error *take_dtors(struct loading *loading)
{
	const struct kfunc_call *call = loading->call;

	for (uint64_t i = 0; i < call->args[1]; i++) {
		const struct kfunc_dtor dtor = {
			.type_id = call->pairs[i].type_id,
			.func_id = call->pairs[i].func_id,
			.type = sets_type_name(loading, call->pairs[i].type_id),
			.func = sets_type_name(loading, call->pairs[i].func_id),
			.module = loading->code->source.module,
		};
		if (!dtor.type || !dtor.func ||
			!kernel_kfuncs_add_dtor(loading->pool, loading->kfuncs, &dtor))
			return error_no_memory();
	}
	return NULL;
}

static struct error *take_type(struct loading *loading)
{
	const struct kfunc_call *call = loading->call;
	const struct kernel_kfuncs *kfuncs = loading->kfuncs;
	uint32_t hook = call->args[0] < KFUNC_PROG_TYPE_MAX ? kfuncs->hook_of[call->args[0]]
							    : KFUNC_HOOK_UNKNOWN;

	if (hook < kfuncs->hook_cnt)
		return take_set(loading, hook, call->args[1]);
	if (hook == KFUNC_HOOK_NONE)
		return NULL; /* the kernel refuses it */
	return sets_add_unresolved(loading, "the hook of its program type is unknown")
		? NULL
		: error_no_memory();
}

static struct error *take_call(struct loading *loading)
{
	const struct kfunc_call *call = loading->call;
	struct kernel_kfuncs *kfuncs = loading->kfuncs;

	if (call->kind == KFUNC_CALL_OPS)
		return kfunc_ops_take(loading->code, call, loading->pool, kfuncs);
	if (!call->resolved)
		return sets_add_unresolved(loading, call->why) ? NULL : error_no_memory();
	switch (call->kind) {
	case KFUNC_CALL_TYPE:
		return take_type(loading);
	case KFUNC_CALL_HOOK:
		return (uint32_t)call->args[0] < kfuncs->hook_cnt
			? take_set(loading, (uint32_t)call->args[0], call->args[1])
			: NULL;
	case KFUNC_CALL_FMODRET:
		if (kfuncs->fmodret_hook < kfuncs->hook_cnt)
			return take_set(loading, kfuncs->fmodret_hook, call->args[0]);
		return sets_add_unresolved(loading, "BTF has no hook for fmod_ret") ? NULL
									       : error_no_memory();
	default:
		return take_dtors(loading);
	}
}

static struct error *take_calls(struct loading *loading, struct kfunc_calls *calls)
{
	struct error *error = NULL;

	loading->kfuncs->site_cnt += calls->site_cnt;
	for (size_t i = 0; i < calls->cnt && !error; i++) {
		loading->call = &calls->list[i];
		error = take_call(loading);
	}
	return error;
}

/*
 * register_btf_kfunc_id_set() refuses sets without the mark since 6.9 (6f3189f38a3e). A kernel that
 * has the mark in its sets also requires it. register_btf_fmodret_id_set() never requires it.
 */
static void drop_refused(struct kernel_kfuncs *kfuncs)
{
	bool marks = false;
	size_t kept = 0;

	for (size_t i = 0; i < kfuncs->set_cnt; i++)
		marks |= kfuncs->sets[i].marked;
	for (size_t i = 0; marks && i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		if (kfuncs->sets[one->set].marked || one->hook == kfuncs->fmodret_hook)
			kfuncs->registrations[kept++] = *one;
	}
	if (marks)
		kfuncs->registration_cnt = kept;
}

static struct error *load_calls(struct loading *loading)
{
	struct kfunc_code *code = loading->code;
	struct kfunc_calls calls;
	struct error *error = kfunc_calls_find(&code->map, code->reader, &calls);

	if (error)
		return error;
	if (!code->source.module)
		error = kfunc_hooks_read(
			&code->map, code->reader, calls.targets, code->source.btf, loading->kfuncs);
	if (!code->source.module)
		loading->kfuncs->struct_ops_calls = calls.targets[KFUNC_CALL_OPS] != 0;
	if (!code->source.module && !calls.targets[KFUNC_CALL_TYPE] && loading->kfuncs->hook_cnt)
		loading->kfuncs->incomplete = "the image has no symbol register_btf_kfunc_id_set";
	if (!error)
		error = take_calls(loading, &calls);
	if (!error && !code->source.module && !calls.targets[KFUNC_CALL_OPS])
		error = kfunc_ops_find_static(code, loading->pool, loading->kfuncs);
	kfunc_calls_deinit(&calls);
	if (!error)
		drop_refused(loading->kfuncs);
	return error;
}

/* Are the bytes at a symbol a set of kfuncs: with the mark, and with ascending ids of functions?
 */
static bool looks_like_set(const struct loading *loading, struct set_place *place)
{
	const struct image *image = loading->code->source.image;
	struct kfunc_registration one;
	uint64_t cnt, flags;
	uint32_t last = 0;

	if (!image_read(image, place->set + loading->layout.cnt, 4, &cnt) || !cnt ||
		cnt > KFUNC_SET_CNT_MAX ||
		!image_read(image, place->set + loading->layout.flags, 4, &flags) ||
		flags != KFUNC_SET_KFUNCS)
		return false;
	place->cnt = (uint32_t)cnt;
	for (uint32_t i = 0; i < place->cnt; i++) {
		if (!sets_read_pair(loading, place, i, &one) || one.btf_id <= last)
			return false;
		last = one.btf_id;
	}
	return true;
}

static bool sets_add_listed(struct loading *loading, const struct set_place *place, const char *symbol)
{
	const char *set = pool_strdup(loading->pool, symbol);
	struct kfunc_registration one;
	bool ok = set != NULL;

	for (uint32_t i = 0; ok && i < place->cnt; i++) {
		sets_read_pair(loading, place, i, &one);
		const struct kfunc_listed listed = {
			.btf_id = one.btf_id,
			.flags = one.flags,
			.name = pool_strdup(loading->pool, one.name),
			.set = set,
		};
		ok = listed.name &&
			kernel_kfuncs_add_listed(loading->pool, loading->kfuncs, &listed);
	}
	return ok;
}

/* The part of the image with its BTF ids: their section, or the range of the entries' symbols. */
static void find_id_range(const struct image *image, const struct kernel_symbols *symbols,
	uint64_t *first, uint64_t *last)
{
	const struct image_segment *section = image_section(image, ".BTF_ids");

	if (section) {
		*first = section->address;
		*last = section->address + section->size_bytes;
		return;
	}
	*first = UINT64_MAX;
	*last = 0;
	for (size_t i = 0; i < symbols->cnt; i++) {
		uint64_t address = symbols->list[i].address;
		if (strncmp(symbols->list[i].name, "__BTF_ID__", 10))
			continue;
		*first = address < *first ? address : *first;
		*last = address > *last ? address : *last;
	}
	/* The count and flags of a set come before its first entry. */
	*first = *first > 8 ? *first - 8 : 0;
}

/*
 * For images whose calls are not followed: the sets with data symbols of their own. Other bytes may
 * only look like a set.
 */
static struct error *list_sets(struct loading *loading)
{
	const struct kernel_symbols *symbols = loading->code->source.symbols;
	uint64_t last = 0; /* a set may have two names */
	uint64_t first_id, last_id;

	find_id_range(loading->code->source.image, symbols, &first_id, &last_id);

	for (size_t i = 0; i < symbols->cnt; i++) {
		struct set_place place = {.set = symbols->list[i].address};
		const char *name = symbols->list[i].name;
		if (symbol_is_function(&symbols->list[i]) || !strncmp(name, "__BTF_ID__", 10) ||
			place.set == last || place.set < first_id || place.set > last_id ||
			!looks_like_set(loading, &place))
			continue;
		last = place.set;
		if (loading->kfuncs->listed_cnt + place.cnt > KFUNC_REGISTRATION_MAX)
			return NULL;
		if (!sets_add_listed(loading, &place, name))
			return error_no_memory();
	}
	return NULL;
}

struct error *kfunc_sets_load(
	struct kfunc_code *code, struct pool *pool, struct kernel_kfuncs *kfuncs)
{
	struct loading loading = {.code = code, .pool = pool, .kfuncs = kfuncs};
	const struct kfunc_image *source = &code->source;
	struct error *error = NULL;

	if (!source->module) {
		error = kfunc_hooks_name(source->btf, pool, kfuncs);
		if (!error)
			error = kfunc_jit_read(&code->map, code->reader, kfuncs);
		kfunc_types_read(code, kfuncs);
	}
	if (!error && !kfuncs->hook_cnt && !source->module && kfunc_calls_exist(source->btf))
		kfuncs->incomplete =
			"this kernel has no enum btf_kfunc_hook: it lists kfuncs in code that kcompat does not read";
	/* Before 5.18, a kernel has only the struct_ops types. */
	if (!error && !kfuncs->hook_cnt && !source->module && code->reader)
		error = kfunc_ops_find_static(code, pool, kfuncs);
	if (error || !kfuncs->hook_cnt)
		return error;
	if (!sets_read_layout(source->btf, &loading.layout)) {
		kfuncs->incomplete = "this kernel's struct btf_kfunc_id_set has an unknown layout";
	} else if (!code->reader) {
		kfuncs->incomplete =
			"kcompat cannot follow calls that register kfuncs on this architecture";
		if (!source->module)
			error = list_sets(&loading);
	} else {
		error = load_calls(&loading);
	}
	return error;
}
