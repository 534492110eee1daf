/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kfuncs of an image's kernel, and the ones that no program can call. */
#include "util/array.h"
#include "util/embed.h"
#include "util/lines.h"
#include "btf/btf.h"
#include "inventory/inventory.h"
#include "scan/predict/parts.h"
#include "util/glob.h"
#include "util/sort.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNC_REG_ARG_MAX 5 /* MAX_BPF_FUNC_REG_ARGS (include/linux/bpf.h) */

struct found {
	struct predict_kfunc *list;
	size_t cnt, cap;
};

static struct predict_kfunc *kfunc_find(struct found *found, const char *module, uint32_t btf_id)
{
	for (size_t i = 0; i < found->cnt; i++) {
		const char *other = found->list[i].module_name;
		if (found->list[i].btf_id == btf_id &&
			(module == other || (module && other && !strcmp(module, other))))
			return &found->list[i];
	}
	return NULL;
}

static struct predict_kfunc *kfunc_add(
	struct predict *predict, struct found *found, const struct predict_kfunc *kfunc)
{
	struct predict_kfunc *list =
		pool_grow(predict->pool, found->list, found->cnt, &found->cap, sizeof(*list));

	if (!list)
		return NULL;
	found->list = list;
	list[found->cnt] = *kfunc;
	return &list[found->cnt++];
}

static const struct kernel_module *module_named(const struct kernel *kernel, const char *name)
{
	for (size_t i = 0; name && i < kernel->module_cnt; i++) {
		if (!strcmp(kernel->modules[i].name, name))
			return &kernel->modules[i];
	}
	return NULL;
}

static struct error *add_registered(struct predict *predict, struct found *found)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		struct predict_kfunc *kfunc = kfunc_find(found, one->module, one->btf_id);
		if (!kfunc)
			kfunc = kfunc_add(predict, found,
				&(struct predict_kfunc) {
					.name = one->name,
					.module_name = one->module,
					.module =
						module_named(predict->source->kernel, one->module),
					.btf_id = one->btf_id,
					.found_by = 1u << KFUNC_SOURCE_SET,
					.fmodret_only = true,
				});
		if (!kfunc)
			return error_no_memory();
		if (one->hook == kfuncs->fmodret_hook)
			continue;
		kfunc->fmodret_only = false;
		kfunc->flags |= one->flags;
		kfunc->registration_cnt++;
	}
	return NULL;
}

/* Without known registrations: each kfunc of a set exists, with its flags. */
static struct error *kfunc_add_listed(struct predict *predict, struct found *found)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	for (size_t i = 0; i < kfuncs->listed_cnt; i++) {
		const struct kfunc_listed *one = &kfuncs->listed[i];
		struct predict_kfunc *kfunc = kfunc_find(found, NULL, one->btf_id);
		if (!kfunc)
			kfunc = kfunc_add(predict, found,
				&(struct predict_kfunc) {
					.name = one->name,
					.btf_id = one->btf_id,
					.found_by = 1u << KFUNC_SOURCE_SET,
				});
		if (!kfunc)
			return error_no_memory();
		kfunc->flags |= one->flags;
	}
	return NULL;
}

/* Each kfunc gets its part of one array of indices. */
static struct error *link_registrations(struct predict *predict, struct found *found)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	uint32_t *indexes =
		pool_calloc(predict->pool, kfuncs->registration_cnt + 1, sizeof(*indexes));
	size_t *filled = calloc(found->cnt + 1, sizeof(*filled));

	if (!indexes || !filled) {
		free(filled);
		return error_no_memory();
	}
	for (size_t i = 0, at = 0; i < found->cnt; at += found->list[i++].registration_cnt)
		found->list[i].registrations = indexes + at;
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		const struct predict_kfunc *kfunc = kfunc_find(found, one->module, one->btf_id);
		if (one->hook != kfuncs->fmodret_hook && kfunc)
			((uint32_t *)(uintptr_t)
					kfunc->registrations)[filled[kfunc - found->list]++] =
				(uint32_t)i;
	}
	free(filled);
	return NULL;
}

/* A tagged function is a kfunc even if it is not registered. The shipped list is used if sets are
 * unknown. */
static struct error *add_candidates(struct predict *predict, struct found *found)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	bool sure = !kfuncs->incomplete && !kfuncs->unresolved_cnt;
	struct kfunc_candidates candidates;
	struct error *error =
		kfuncs_find(predict->source->kernel, NULL, 0, predict->pool, &candidates);

	if (error)
		return error;
	for (size_t i = 0; i < candidates.cnt; i++) {
		const struct kfunc_candidate *one = &candidates.list[i];
		const char *module = one->module ? one->module->name : NULL;
		bool tagged = one->found_by & 1u << KFUNC_SOURCE_TAG;
		struct predict_kfunc *kfunc = kfunc_find(found, module, one->btf_id);
		if (kfunc)
			kfunc->found_by |= one->found_by;
		/* Only the list names it. If all sets are known, it is not a kfunc. */
		else if ((tagged || (!sure && !candidates.tagged)) &&
			!kfunc_add(predict, found,
				&(struct predict_kfunc) {
					.name = one->name,
					.module_name = module,
					.module = one->module,
					.btf_id = one->btf_id,
					.found_by = one->found_by,
				}))
			return error_no_memory();
	}
	return NULL;
}

static bool symbol_exists(const struct kernel_symbols *symbols, const char *name, size_t len)
{
	for (size_t i = 0; i < symbols->cnt; i++) {
		const char *other = symbols->list[i].name;
		if (!strncmp(other, name, len) && !other[len] && !symbols->list[i].module)
			return true;
	}
	return false;
}

/* No BTF: kallsyms has functions of the shipped list, but no program can call them. */
static struct error *add_by_symbol(struct predict *predict, struct found *found)
{
	const struct kernel_symbols *symbols = predict->source->kernel->symbols;
	size_t len;

	for (const char *at = embed_kfuncs, *line; symbols && list_next_line(&at, &line, &len);) {
		if (!symbol_exists(symbols, line, len))
			continue;
		const char *name = pool_strndup(predict->pool, line, len);
		if (!name ||
			!kfunc_add(predict, found,
				&(struct predict_kfunc) {
					.name = name,
					.found_by = 1u << KFUNC_SOURCE_SHIPPED,
				}))
			return error_no_memory();
	}
	return NULL;
}

static int kfunc_compare_kfunc(const void *a, const void *b)
{
	const struct predict_kfunc *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	/* In the order of a snapshot: by "vmlinux" or the module's name. */
	if (!order)
		order = strcmp(
			x->module_name ? x->module_name : "", y->module_name ? y->module_name : "");
	return order ? order : order_numbers(x->btf_id, y->btf_id);
}

/* Facts that hold for every kfunc of the kernel in every program. */
static struct prediction find_never(struct predict *predict)
{
	const struct kernel *kernel = predict->source->kernel;

	if (!kernel->btf && kernel->btf_absent)
		return prediction_make(predict, CELL_IMPOSSIBLE, PREDICT_NO_BTF,
			"this kernel has no BTF: no program can call any kfunc");
	if (!kernel->btf)
		return prediction_make(predict, CELL_UNKNOWN, PREDICT_BTF_UNREAD, "%s",
			kernel->btf_missing ? kernel->btf_missing
					    : "the kernel's BTF was not read");
	if (!predict->source->kfuncs->hook_cnt && !kfunc_calls_exist(kernel->btf))
		return prediction_make(predict, CELL_IMPOSSIBLE, PREDICT_NO_KFUNC_CALLS,
			"this kernel's struct bpf_prog_aux has no kfunc_tab: "
			"no program can call any kfunc");
	if (predict->source->kfuncs->jit == TRISTATE_NO)
		return prediction_make(predict, CELL_IMPOSSIBLE, PREDICT_NO_JIT,
			"bpf_jit_supports_kfunc_call() returns false on this kernel: "
			"no program can call any kfunc");
	return (struct prediction) {CELL_NONE, NULL};
}

/* find_kfunc_impl_proto() (kernel/bpf/verifier.c), called for a kfunc with this flag in a set. */
static void set_damaged(
	struct predict *predict, struct predict_kfunc *kfunc, const struct kbtf *btf)
{
	const char *impl = pool_printf(predict->pool, "%s_impl", kfunc->name);

	if (!impl)
		predict->no_memory = true;
	else if (!kbtf_find(btf, impl, BTF_KIND_FUNC))
		kfunc->damaged = prediction_make(predict, CELL_IMPOSSIBLE,
			PREDICT_NO_IMPLEMENTATION,
			"KF_IMPLICIT_ARGS, but BTF has no %s(): the kernel's build damaged it",
			impl);
}

static bool takes_arena(const struct kbtf *btf, const struct btf_type *proto)
{
	static const char *const suffixes[] = {"*__arena", "*__arena__nullable"};
	const struct btf_param *params = kbtf_tail(proto);

	for (uint32_t i = 0; i < kbtf_vlen(proto); i++) {
		if (glob_any(suffixes, 2, kbtf_string(btf, params[i].name_off)))
			return true;
	}
	return false;
}

/*
 * Arguments that the JIT must pass. The kernel checks this when it adds a call, for every program
 * (kernel/bpf/verifier.c, since 7.3): arguments beyond the registers, pointers into an arena.
 */
static void set_passed(
	struct predict *predict, struct predict_kfunc *kfunc, const struct kbtf *btf)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const struct btf_type *proto = kbtf_type(btf, kbtf_type(btf, kfunc->btf_id)->type);
	const struct {
		bool needed;
		const char *function, *lack;
		enum predict_rule rule;
		enum tristate answer;
	} needs[] = {
		{kbtf_vlen(proto) > FUNC_REG_ARG_MAX, "bpf_jit_supports_stack_args",
			"more arguments than fit into registers", PREDICT_NO_STACK_ARGS,
			kfuncs->jit_stack_args},
		{takes_arena(btf, proto), "bpf_jit_supports_arena_args", "pointers into an arena",
			PREDICT_NO_ARENA_ARGS, kfuncs->jit_arena_args},
	};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (!needs[i].needed || needs[i].answer == TRISTATE_YES)
			continue;
		kfunc->never = needs[i].answer == TRISTATE_NO
			? prediction_make(predict, CELL_IMPOSSIBLE, needs[i].rule,
				  "it takes %s, and %s() returns false on this kernel",
				  needs[i].lack, needs[i].function)
			: prediction_make(predict, CELL_UNKNOWN, PREDICT_JIT_UNKNOWN,
				  "it takes %s, and the answer of %s() on this kernel is unknown",
				  needs[i].lack, needs[i].function);
		return;
	}
}

static void set_never(struct predict *predict, struct predict_kfunc *kfunc)
{
	const struct kbtf *btf = kfunc->module_name
		? (kfunc->module ? kfunc->module->btf : NULL)
		: predict->source->kernel->btf;

	kfunc->never = predict->never;
	if (kfunc->never.state != CELL_NONE || !btf)
		return;
	const char *problem = kbtf_func_problem(btf, kfunc->btf_id);
	if (problem)
		kfunc->never = prediction_make(
			predict, CELL_IMPOSSIBLE, PREDICT_BAD_PROTOTYPE, "%s", problem);
	else
		set_passed(predict, kfunc, btf);
	if (kfunc->never.state == CELL_NONE && kfunc->flags & KFUNC_F_IMPLICIT_ARGS)
		set_damaged(predict, kfunc, btf);
}

/*
 * check_kfunc_call() refuses bpf_throw() if the JIT lacks support. The JIT also makes it refuse a
 * program with an arena map. With another map, calls for an arena load and do nothing: they are not
 * impossible.
 */
static void set_jitless(struct predict *predict, struct predict_kfunc *kfunc)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const struct {
		const char *names, *function, *lack;
		enum predict_rule rule;
		enum tristate answer;
		enum cell_state state;
	} needs[] = {
		{"bpf_throw", "bpf_jit_supports_exceptions", "no program can call it",
			PREDICT_NO_EXCEPTIONS, kfuncs->jit_exceptions, CELL_IMPOSSIBLE},
		{"bpf_arena_*", "bpf_jit_supports_arena",
			"it needs an arena map, and no program can use one", PREDICT_NO_ARENA,
			kfuncs->jit_arena, CELL_CONDITIONAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (kfunc->module_name || fnmatch(needs[i].names, kfunc->name, 0) ||
			needs[i].answer == TRISTATE_YES)
			continue;
		kfunc->jitless = needs[i].answer == TRISTATE_NO
			? prediction_make(predict, needs[i].state, needs[i].rule,
				  "%s() returns false on this kernel: %s", needs[i].function,
				  needs[i].lack)
			: prediction_make(predict, CELL_UNKNOWN, PREDICT_JIT_UNKNOWN,
				  "the answer of %s() on this kernel is unknown",
				  needs[i].function);
	}
}

static struct error *ask_device_bound(struct predict *predict, struct predict_kfunc *kfunc)
{
	const struct predict_source *source = predict->source;

	/* The set is vmlinux's. */
	kfunc->device_bound =
		kfunc->module_name || !source->kernel->btf ? TRISTATE_NO : TRISTATE_UNKNOWN;
	if (kfunc->device_bound == TRISTATE_NO || !source->is_device_bound)
		return NULL;
	return source->is_device_bound(source->code, kfunc->btf_id, &kfunc->device_bound);
}

struct error *predict_kfuncs_find(struct predict *predict)
{
	struct found found = {0};
	struct error *error = add_registered(predict, &found);

	if (!error)
		error = kfunc_add_listed(predict, &found);
	if (!error)
		error = predict->source->kernel->btf ? add_candidates(predict, &found)
						     : add_by_symbol(predict, &found);
	predict->never = find_never(predict);
	size_t kept = 0;
	for (size_t i = 0; i < found.cnt; i++) {
		/* An attach target of fmod_ret is not a kfunc. With the tag of kfuncs, it is shown
		 * as refused. */
		if (!found.list[i].fmodret_only || found.list[i].found_by & 1u << KFUNC_SOURCE_TAG)
			found.list[kept++] = found.list[i];
	}
	found.cnt = kept;
	if (!error && found.cnt)
		qsort(found.list, found.cnt, sizeof(*found.list), kfunc_compare_kfunc);
	if (!error)
		error = link_registrations(predict, &found);
	for (size_t i = 0; i < found.cnt && !error; i++) {
		set_never(predict, &found.list[i]);
		set_jitless(predict, &found.list[i]);
		error = ask_device_bound(predict, &found.list[i]);
	}
	predict->kfuncs = found.list;
	predict->kfunc_cnt = found.cnt;
	return error;
}
