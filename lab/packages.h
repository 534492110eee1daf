/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packages of a kernel of the list, from the mirror that this machine's apt is set up for or
 * from the cache below ${KCOMPAT_CACHE:-~/.cache/kcompat}, by the functions of tools/debian-packages.sh.
 */
#ifndef KCOMPAT_LAB_PACKAGES_H
#define KCOMPAT_LAB_PACKAGES_H

#include "lab/kernels.h"
#include "util/error.h"
#include "util/pool.h"

struct lab_packages {
	struct pool pool;
	const char *const
		*paths; /* the first holds the image; each file is what the signed index says */
	size_t cnt;
};

/* What is known for all kernels of one run: which package lists are up to date. */
struct lab_mirror {
	char scratch[512]; /* a directory; "" until the first package */
};
void lab_mirror_deinit(struct lab_mirror *mirror);

/*
 * The newest version that matches. When that one is gone from the mirror the next is taken, and
 * standard error says so. ERROR_NOT_FOUND: none can be had, and standard error said why.
 */
struct error *lab_packages_get(
	struct lab_mirror *mirror, const struct lab_kernel *kernel, struct lab_packages *ret);
/* qemu with what it needs, unpacked below the cache; *dir is in the pool. */
struct error *lab_packages_qemu(struct lab_mirror *mirror, struct pool *pool, const char **dir);
void lab_packages_deinit(struct lab_packages *packages); /* NULL-safe */

#endif
