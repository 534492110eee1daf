/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct bpf_struct_ops objects that an image registers (linux include/linux/bpf.h). */
#ifndef KCOMPAT_KFUNC_STRUCT_OPS_H
#define KCOMPAT_KFUNC_STRUCT_OPS_H

#include "kfunc/calls.h"
#include "kfunc/sets.h"

/* Adds the object of a KFUNC_CALL_OPS; one that cannot be told is left out: no kfunc hangs on it.
 */
struct error *kfunc_ops_take(const struct kfunc_code *code, const struct kfunc_call *call,
	struct pool *pool, struct kernel_kfuncs *kfuncs);

/*
 * Before 6.9 nothing registers them: a struct bpf_struct_ops lies at the symbol bpf_NAME of each
 * value type bpf_struct_ops_NAME (kernel/bpf/bpf_struct_ops_types.h), or without data symbols at
 * the one place that a pointer to that name speaks for.
 */
struct error *kfunc_ops_find_static(
	const struct kfunc_code *code, struct pool *pool, struct kernel_kfuncs *kfuncs);

#endif
