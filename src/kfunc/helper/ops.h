/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions that return prototypes of helpers. They are in struct bpf_verifier_ops of each
 * program type (bpf_verifier_ops[], linux kernel/bpf/verifier.c) and struct_ops type, and in struct
 * bpf_iter_reg of each iterator (kernel/bpf/bpf_iter.c).
 */
#ifndef KCOMPAT_KFUNC_HELPER_OPS_H
#define KCOMPAT_KFUNC_HELPER_OPS_H

#include "kernel/kernel.h"
#include "kfunc/sets.h"

#define HELPER_ITER_MAX 64

struct helper_iter {
	char name[64];     /* "task" */
	uint64_t function; /* get_func_proto; 0: none of its own */
	bool several;      /* several were found, and they differ */
};

struct helper_ops {
	const struct kfunc_code *code;
	uint64_t table; /* bpf_verifier_ops[]; 0: not found */
	uint32_t type_cnt;
	struct helper_iter iters[HELPER_ITER_MAX];
	size_t iter_cnt;
};

void helper_ops_read(const struct kfunc_code *code, struct helper_ops *ops);
/* get_func_proto() for the program; 0: none, or unknown if *why was set. */
uint64_t helper_ops_function(
	const struct helper_ops *ops, const struct kfunc_place *place, const char **why);
/* NULL: the iterator was not found. */
const struct helper_iter *helper_ops_iter(const struct helper_ops *ops, const char *name);

#endif
