/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All calls of an image that register kfuncs (include/linux/btf.h, include/linux/bpf.h), with their
 * constant arguments.
 */
#ifndef KCOMPAT_KFUNC_CALLS_H
#define KCOMPAT_KFUNC_CALLS_H

#include "code/code.h"

enum kfunc_call_kind {
	KFUNC_CALL_TYPE,    /* register_btf_kfunc_id_set(program type, set) */
	KFUNC_CALL_HOOK,    /* __register_btf_kfunc_id_set(hook, set) */
	KFUNC_CALL_FMODRET, /* register_btf_fmodret_id_set(set) */
	KFUNC_CALL_DTORS,   /* register_btf_id_dtor_kfuncs(records, their number, owner) */
	KFUNC_CALL_OPS,     /* __register_bpf_struct_ops(ops) */
	KFUNC_CALL_KIND_CNT,
};

/* struct btf_id_dtor_kfunc */
struct kfunc_call_pair {
	uint32_t type_id, func_id;
};
#define KFUNC_CALL_PAIR_MAX 16

/* One set of arguments; a call in a loop has several. */
struct kfunc_call {
	enum kfunc_call_kind kind;
	uint64_t site;
	const struct kernel_symbol *function;
	bool resolved; /* all required arguments are known */
	uint64_t args[2];
	struct kfunc_call_pair
		pairs[KFUNC_CALL_PAIR_MAX]; /* of KFUNC_CALL_DTORS; args[1] of them */
	const char *why;                    /* not resolved: the unknown argument */
};

struct kfunc_calls {
	struct kfunc_call *list; /* owned; sorted by site */
	size_t cnt, cap;
	size_t site_cnt; /* calls of the first four kinds: places in the code */
	uint64_t targets[KFUNC_CALL_KIND_CNT]; /* 0: the image has no such function */
};

struct error *kfunc_calls_find(
	const struct code_map *map, struct code_reader *reader, struct kfunc_calls *ret);
void kfunc_calls_deinit(struct kfunc_calls *calls); /* NULL-safe */

/*
 * How code_visitor.call() treats a function of any kernel: the tracer's hook, return thunks,
 * functions that do not return. CODE_GO_ON for all others.
 */
enum code_next code_call_by_name(const struct code_map *map, uint64_t target, bool tail);

#endif
