/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packages of a listed kernel, from the mirror of the host's apt, or from the cache below
 * ${KCOMPAT_CACHE:-~/.cache/kcompat}. The functions of tools/debian-packages.sh fetch them.
 */
#ifndef KCOMPAT_LAB_PACKAGES_H
#define KCOMPAT_LAB_PACKAGES_H

#include <stdbool.h>

#include "lab/kernels.h"
#include "util/error.h"
#include "util/pool.h"

struct lab_packages {
	struct pool pool;
	const char *const
		*paths; /* the first contains the image; each file matches the signed index */
	size_t cnt;
};

/* State of one run for all kernels: the package lists that are up to date. */
struct lab_mirror {
	char scratch[512]; /* a directory; "" until the first package */
	bool offline;      /* ask no archive */
};
void lab_mirror_deinit(struct lab_mirror *mirror);

/*
 * The newest version that matches. If the mirror no longer has it, the next one is used, and
 * standard error says so. ERROR_NOT_FOUND: no version is available, and standard error has the
 * reason. ERROR_INPUT: a signature or a hash is wrong, and no other version is tried.
 */
struct error *lab_packages_get(
	struct lab_mirror *mirror, const struct lab_kernel *kernel, struct lab_packages *ret);
/* qemu and its dependencies, unpacked below the cache; *dir is in the pool. */
struct error *lab_packages_qemu(struct lab_mirror *mirror, struct pool *pool, const char **dir);
/* The directory of an earlier lab_packages_qemu() in the cache; NULL: there is none. */
const char *lab_packages_cached_qemu(struct pool *pool);
void lab_packages_deinit(struct lab_packages *packages); /* NULL-safe */

#endif
