/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hook of each program type, where its kfuncs are looked up. It comes from enum btf_kfunc_hook
 * of the image's BTF, and from the switch of bpf_prog_type_to_kfunc_hook(). The compiler inlines
 * that switch into register_btf_kfunc_id_set() (linux kernel/bpf/btf.c).
 */
#ifndef KCOMPAT_KFUNC_HOOKS_H
#define KCOMPAT_KFUNC_HOOKS_H

#include "kernel/kernel.h"
#include "kfunc/calls.h"
#include "kfunc/sets.h"

/* Fills hooks, hook_cnt, common_hook and fmodret_hook; nothing if BTF lacks the enum. */
struct error *kfunc_hooks_name(
	const struct kbtf *btf, struct pool *pool, struct kernel_kfuncs *kfuncs);
/* Fills hook_of, up to the last of enum bpf_prog_type. */
struct error *kfunc_hooks_read(const struct code_map *map, struct code_reader *reader,
	const uint64_t *targets, const struct kbtf *btf, struct kernel_kfuncs *kfuncs);
/*
 * Fills jit and jit_*: the results of bpf_jit_supports_kfunc_call() and similar functions (weak and
 * false in kernel/bpf/core.c). Any architecture. Unknown is not an error.
 */
struct error *kfunc_jit_read(
	const struct code_map *map, struct code_reader *reader, struct kernel_kfuncs *kfuncs);
/* Fills prog_type_built from bpf_prog_types[], or without its symbol from bpf_verifier_ops[]. */
void kfunc_types_read(const struct kfunc_code *code, struct kernel_kfuncs *kfuncs);

/* The number after the last enumerator; 0 if BTF lacks the enum. */
uint32_t kfunc_prog_type_cnt(const struct kbtf *btf);

#endif
