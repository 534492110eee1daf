/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kfuncs that an image registers: struct btf_kfunc_id_set and struct btf_id_set8 (layouts
 * from its BTF), reached from the calls that register them. vmlinux first, then modules.
 */
#ifndef KCOMPAT_KFUNC_SETS_H
#define KCOMPAT_KFUNC_SETS_H

#include "kernel/kernel.h"
#include "code/code.h"

/* The kernel refuses sets above BTF_KFUNC_SET_MAX_CNT (256). A larger one means a damaged image. */
#define KFUNC_SET_CNT_MAX 1024
#define KFUNC_REGISTRATION_MAX 16384

struct kfunc_image {
	const struct image *image;            /* relocated, see image/image.h */
	const struct kernel_symbols *symbols; /* of this image only */
	const struct kbtf *btf;               /* of a module: split BTF on top of the kernel's */
	const char *module;                   /* NULL: vmlinux */
};

/* For several questions about the code of one image. */
struct kfunc_code {
	struct kfunc_image source;
	struct code_map map;
	struct code_reader *reader; /* NULL: kcompat does not follow code of this architecture */
};

/* Borrows what `source` points to. Errors: no memory. */
struct error *kfunc_code_create(const struct kfunc_image *source, struct kfunc_code **ret);
void kfunc_code_destroy(struct kfunc_code *code); /* NULL-safe */

/*
 * Adds to `kfuncs` (kernel_kfuncs_init() before the first, kernel_kfuncs_finish() after the last).
 * Unresolved calls are counted in it. Texts are copied into `pool`. Errors: no memory; ERROR_INPUT
 * for more calls or registrations than any kernel has.
 */
struct error *kfunc_sets_load(
	struct kfunc_code *code, struct pool *pool, struct kernel_kfuncs *kfuncs);

#endif
