/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct bpf_struct_ops objects that an image registers (linux include/linux/bpf.h). */
#ifndef KCOMPAT_KFUNC_STRUCT_OPS_H
#define KCOMPAT_KFUNC_STRUCT_OPS_H

#include "kfunc/calls.h"
#include "kfunc/sets.h"

/* Adds the object of a KFUNC_CALL_OPS. An unknown object is left out: no kfunc depends on it.
 */
struct error *kfunc_ops_take(const struct kfunc_code *code, const struct kfunc_call *call,
	struct pool *pool, struct kernel_kfuncs *kfuncs);

/*
 * Before 6.9, no call registers them. Each value type bpf_struct_ops_NAME has a struct
 * bpf_struct_ops at the symbol bpf_NAME (kernel/bpf/bpf_struct_ops_types.h). Without data symbols,
 * a pointer to that name locates it, if there is exactly one.
 */
struct error *kfunc_ops_find_static(
	const struct kfunc_code *code, struct pool *pool, struct kernel_kfuncs *kfuncs);

#endif
