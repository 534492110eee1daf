/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel boots from, out of the files that were given: its packages, or an image with or
 * without a package beside it. Packages are read in place; nothing is written to disk.
 */
#ifndef KCOMPAT_LAB_IMAGE_H
#define KCOMPAT_LAB_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lab/arch.h"
#include "image/image.h"
#include "util/error.h"
#include "util/file.h"
#include "util/pool.h"

/* A module as its file has it, packed or not. */
struct lab_module_file {
	const char *name; /* as the kernel names it: "nf_conntrack" */
	unsigned char *data;
	size_t size_bytes;
};

struct lab_image {
	struct pool pool; /* of the texts and of the array */
	const struct lab_arch *arch;
	const char *release;
	struct file_bytes kernel; /* what qemu is given */
	struct file_bytes config; /* data NULL: none came with it */
	char kernel_sha256[65];
	const char *const *paths; /* borrowed: the files it came from */
	size_t path_cnt;
};

/*
 * ERROR_INPUT: none of the files holds a kernel, two do, or it is of no architecture that the lab
 * boots. The paths are borrowed.
 */
struct error *lab_image_open(const char *const *paths, size_t path_cnt, struct lab_image **ret);
void lab_image_close(struct lab_image *image); /* NULL-safe */

/*
 * Hands over each module of the image's packages that `wants` says it wants, in their order. The
 * callee of `take` owns file->data. `wants` sees the module's name and its path in the package.
 */
struct lab_module_visitor {
	bool (*wants)(void *context, const char *name, const char *path);
	struct error *(*take)(void *context, struct lab_module_file *file);
	void *context;
};
struct error *lab_image_modules(
	const struct lab_image *image, const struct lab_module_visitor *visitor);

#endif
