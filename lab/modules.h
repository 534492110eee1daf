/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules of an image and their dependencies, in an order that finit_module(2) accepts. Debian's
 * packages lack modules.dep, which the installation makes. So the dependencies come from .modinfo:
 * "depends" names modules, and "softdep" with "pre:" names modules or aliases
 * (scripts/mod/modpost.c; modprobe.d(5)).
 */
#ifndef KCOMPAT_LAB_MODULES_H
#define KCOMPAT_LAB_MODULES_H

#include "lab/image.h"
#include "util/error.h"

struct lab_module {
	const char *name;
	unsigned char *data; /* the ELF file, unpacked */
	size_t size_bytes;
	bool optional; /* only a soft dependency needs it */
};

struct lab_modules {
	struct pool pool; /* of names and the array; data is malloc'd */
	struct lab_module *modules;
	size_t cnt, cap;
	const char **missing; /* wanted names without a module; perhaps built in */
	size_t missing_cnt, missing_cap;
};

/* In `wanted`, '-' and '_' are equal. Errors: a damaged package or module, no memory. */
struct error *lab_modules_load(const struct lab_image *image, const char *const *wanted,
	size_t wanted_cnt, struct lab_modules *ret);
void lab_modules_deinit(struct lab_modules *modules); /* NULL-safe */

#endif
