/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kfuncs are to be asked about: from tags, modules, the shipped list, the command line. */
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
	bool tagged;                  /* vmlinux BTF has bpf_kfunc tags at all */
};

/* names: globs; none: all. A name without a wildcard is tried if it is any BTF function. */
struct error *kfuncs_find(struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct pool *pool, struct kfunc_candidates *candidates);
struct error *kfuncs_add(struct pool *pool, struct kfunc_candidates *candidates,
	struct kfunc_candidate candidate);
void kfuncs_sort(struct kfunc_candidates *candidates);

/* The snapshot's rows for the candidates, with prototypes; cells are allocated, not filled. */
struct error *kfuncs_describe(const struct kernel *kernel, const struct kfunc_candidates *candidates,
	struct snapshot *snapshot);

/* The helpers of a kernel: its BTF's enum bpf_func_id, or the shipped list where there is no BTF. */

/* Fills snapshot->helpers, cells allocated and empty; names: globs, none for all. */
struct error *helpers_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/* Kernel functions that one may hook: in the symbols, in BTF, traceable. */

/* The names of data/lists/watch.txt, in `pool`. */
struct error *functions_watched(struct pool *pool, const char ***ret, size_t *ret_cnt);

/* Fills snapshot->functions for these names and globs; without any, for data/lists/watch.txt. */
struct error *functions_find(const struct kernel *kernel, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot);

/* Program types and attach types, concluded from the contexts that were tried. */

/*
 * Every type of this kernel's BTF and of our tables: ok when a context of it loads. One that no
 * context stands for is unknown.
 */
struct error *program_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);
struct error *attach_types_conclude(const struct kernel *kernel, struct snapshot *snapshot);

#endif
