/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kfuncs to try: from tags, modules, the shipped list and the command line. */
#ifndef KCOMPAT_INVENTORY_INVENTORY_H
#define KCOMPAT_INVENTORY_INVENTORY_H

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"

struct kfunc_candidate {
	const char *name;
	const struct kernel_module *module; /* NULL: vmlinux */
	uint32_t btf_id;
	unsigned int found_by; /* mask of 1u << enum kfunc_source */
	bool fastcall;         /* tagged bpf_fastcall */
};

struct kfunc_candidates {
	struct kfunc_candidate *list; /* sorted by name, then module, after kfuncs_find() */
	size_t cnt, cap;
	bool tagged;                  /* vmlinux BTF has at least one bpf_kfunc tag */
};

/* names: globs; none: all. A name without a wildcard is tried if BTF has a function of that name. */
struct error *kfuncs_find(struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct pool *pool, struct kfunc_candidates *candidates);
struct error *kfuncs_add(struct pool *pool, struct kfunc_candidates *candidates,
	struct kfunc_candidate candidate);
void kfuncs_sort(struct kfunc_candidates *candidates);

/* The snapshot's rows for the candidates, with prototypes; cells are allocated, not filled. */
struct error *kfuncs_describe(const struct kernel *kernel, const struct kfunc_candidates *candidates,
	struct snapshot *snapshot);

/* The helpers of a kernel, from enum bpf_func_id of its BTF. Without BTF, from the shipped list. */

/* Fills snapshot->helpers. Cells are allocated and empty. names: globs; none: all. */
struct error *helpers_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/* Kernel functions that a program can hook: whether they are in the symbols, in BTF, traceable. */

/* The names of data/lists/watch.txt, in `pool`. */
struct error *functions_watched(struct pool *pool, const char ***ret, size_t *ret_cnt);

/* Fills snapshot->functions for these names and globs. Without any, it uses data/lists/watch.txt. */
struct error *functions_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/* Program types and attach types, derived from the contexts that were tried. */

/*
 * Every type of this kernel's BTF and of our tables. It is ok if a context of it loads. A type without
 * a context is unknown.
 */
struct error *program_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);
struct error *attach_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);

#endif
