/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kfuncs are to be asked about: from tags, modules, the shipped list, the command line. */
#ifndef KCOMPAT_INVENTORY_KFUNCS_H
#define KCOMPAT_INVENTORY_KFUNCS_H

#include "probe/cells.h"

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

/*
 * BTF descriptors of the modules that have candidates, for fd_array: index 0 is vmlinux (no
 * descriptor), module i of the kernel is at i + 1, or -1 where there is none to be had.
 */
struct module_fds {
	int *fds; /* owned; kernel->module_cnt + 1 */
	size_t cnt;
};
struct error *module_fds_open(struct bpf_sys *sys, const struct kernel *kernel, struct module_fds *fds);
void module_fds_close(struct module_fds *fds); /* NULL-safe */

/* The snapshot's rows for the candidates, with prototypes; cells are allocated, not filled. */
struct error *kfuncs_describe(const struct kernel *kernel, const struct kfunc_candidates *candidates,
	struct snapshot *snapshot);
/*
 * After the cells: flags that the verifier's words prove; and candidates that only the list or
 * only the command line named, which every answering context refused, are functions of that name
 * and no kfuncs here.
 */
struct error *kfuncs_conclude(const struct kfunc_candidates *candidates, struct snapshot *snapshot);

#endif
