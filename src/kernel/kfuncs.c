/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

static const char *const flag_names[KFUNC_FLAG_CNT] = {
#define KFUNC_FLAG_ROW(bit, name) [bit] = name,
	KFUNC_FLAGS(KFUNC_FLAG_ROW)};

const char *kfunc_flag_name(unsigned int bit)
{
	return bit < KFUNC_FLAG_CNT ? flag_names[bit] : NULL;
}

void kernel_kfuncs_init(struct kernel_kfuncs *kfuncs)
{
	*kfuncs = (struct kernel_kfuncs) {
		.common_hook = KFUNC_HOOK_NONE,
		.fmodret_hook = KFUNC_HOOK_NONE,
	};
	for (size_t i = 0; i < KFUNC_PROG_TYPE_MAX; i++)
		kfuncs->hook_of[i] = KFUNC_HOOK_UNKNOWN;
}

/* Appends to one of the lists; false: no memory. The types of list and element are checked here. */
#define APPEND(pool, list, cnt, cap, value)                                                        \
	do {                                                                                       \
		void *grown = pool_grow(pool, list, cnt, &(cap), sizeof(*(list)));                 \
		if (!grown)                                                                        \
			return false;                                                              \
		list = grown;                                                                      \
		list[cnt++] = *(value);                                                            \
		return true;                                                                       \
	} while (0)

bool kernel_kfuncs_add_set(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_set *set)
{
	APPEND(pool, kfuncs->sets, kfuncs->set_cnt, kfuncs->set_cap, set);
}

bool kernel_kfuncs_add(struct pool *pool, struct kernel_kfuncs *kfuncs,
	const struct kfunc_registration *registration)
{
	APPEND(pool, kfuncs->registrations, kfuncs->registration_cnt, kfuncs->registration_cap,
		registration);
}

bool kernel_kfuncs_add_listed(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_listed *listed)
{
	APPEND(pool, kfuncs->listed, kfuncs->listed_cnt, kfuncs->listed_cap, listed);
}

bool kernel_kfuncs_add_dtor(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_dtor *dtor)
{
	APPEND(pool, kfuncs->dtors, kfuncs->dtor_cnt, kfuncs->dtor_cap, dtor);
}

bool kernel_kfuncs_add_struct_ops(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_struct_ops *ops)
{
	APPEND(pool, kfuncs->struct_ops, kfuncs->struct_ops_cnt, kfuncs->struct_ops_cap, ops);
}

bool kernel_kfuncs_add_unresolved(
	struct pool *pool, struct kernel_kfuncs *kfuncs, const struct kfunc_unresolved *unresolved)
{
	APPEND(pool, kfuncs->unresolved, kfuncs->unresolved_cnt, kfuncs->unresolved_cap,
		unresolved);
}

static int compare_module(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_registration(const void *a, const void *b)
{
	const struct kfunc_registration *x = a, *y = b;
	int order = order_numbers(x->hook, y->hook);

	if (!order)
		order = strcmp(x->name, y->name);
	if (!order)
		order = compare_module(x->module, y->module);
	if (!order)
		order = order_numbers(x->btf_id, y->btf_id);
	return order ? order : order_numbers(x->set, y->set);
}

static bool same_registration(
	const struct kfunc_registration *a, const struct kfunc_registration *b)
{
	return a->hook == b->hook && a->btf_id == b->btf_id && a->set == b->set &&
		!compare_module(a->module, b->module);
}

void kernel_kfuncs_finish(struct kernel_kfuncs *kfuncs)
{
	size_t kept = 0;

	kfuncs->entry_cnt += kfuncs->registration_cnt;
	if (kfuncs->registration_cnt)
		qsort(kfuncs->registrations, kfuncs->registration_cnt,
			sizeof(*kfuncs->registrations), compare_registration);
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		if (!kept || !same_registration(&kfuncs->registrations[kept - 1], one))
			kfuncs->registrations[kept++] = *one;
	}
	kfuncs->registration_cnt = kept;
}

bool kfunc_calls_exist(const struct kbtf *btf)
{
	uint32_t aux = kbtf_find(btf, "bpf_prog_aux", BTF_KIND_STRUCT);

	return !aux || kbtf_find_member(btf, aux, "kfunc_tab", NULL, NULL) ||
		kbtf_find(btf, "btf_kfunc_hook", BTF_KIND_ENUM);
}
