/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hook each program type's kfuncs are looked up in: enum btf_kfunc_hook of the image's BTF,
 * and the switch of bpf_prog_type_to_kfunc_hook() as the compiler left it inside of
 * register_btf_kfunc_id_set() (linux kernel/bpf/btf.c).
 */
#ifndef KCOMPAT_KFUNC_HOOKS_H
#define KCOMPAT_KFUNC_HOOKS_H

#include "kernel/kernel.h"
#include "kfunc/calls.h"
#include "kfunc/sets.h"

/* Fills hooks, hook_cnt, common_hook and fmodret_hook; nothing when BTF has no such enum. */
struct error *kfunc_hooks_name(
	const struct kbtf *btf, struct pool *pool, struct kernel_kfuncs *kfuncs);
/* Fills hook_of, up to the last of enum bpf_prog_type. */
struct error *kfunc_hooks_read(const struct code_map *map, struct code_reader *reader,
	const uint64_t *targets, const struct kbtf *btf, struct kernel_kfuncs *kfuncs);
/*
 * Fills jit and jit_*: what bpf_jit_supports_kfunc_call() and its like return (weak and false in
 * kernel/bpf/core.c). Any architecture; unknown is no error.
 */
struct error *kfunc_jit_read(
	const struct code_map *map, struct code_reader *reader, struct kernel_kfuncs *kfuncs);
/* Fills prog_type_built from bpf_prog_types[], or without its symbol from bpf_verifier_ops[]. */
void kfunc_types_read(const struct kfunc_code *code, struct kernel_kfuncs *kfuncs);

/* The number after the last enumerator; 0 when BTF has no such enum. */
uint32_t kfunc_prog_type_cnt(const struct kbtf *btf);

#endif
