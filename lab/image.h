/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selects the files that a kernel boots from. The input is its packages, or an image with or
 * without a package. Packages are read in place, and nothing is written to disk.
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

/* A module file, packed or not. */
struct lab_module_file {
	const char *name; /* the kernel's name of it: "nf_conntrack" */
	unsigned char *data;
	size_t size_bytes;
};

struct lab_image {
	struct pool pool; /* of the texts and of the array */
	const struct lab_arch *arch;
	const char *release;
	struct file_bytes kernel; /* the file for qemu */
	struct file_bytes config; /* data NULL: none was given */
	char kernel_sha256[65];
	const char *const *paths; /* borrowed: the input files */
	size_t path_cnt;
};

/*
 * ERROR_INPUT: no file contains a kernel, or two do, or the lab does not boot its architecture. The
 * paths are borrowed.
 */
struct error *lab_image_open(const char *const *paths, size_t path_cnt, struct lab_image **ret);
/* Does the file contain a kernel image? Reads the names of a package. */
struct error *lab_image_has_kernel(const char *path, bool *ret);
void lab_image_close(struct lab_image *image); /* NULL-safe */

/* Is the module a part of the kernel itself, according to modules.builtin of its packages? */
struct error *lab_image_has_builtin(const struct lab_image *image, const char *name, bool *ret);

/*
 * Calls `take` for each module of the image's packages that `wants` accepts, in their order. `take`
 * owns file->data. `wants` gets the module's name and its path in the package.
 */
struct lab_module_visitor {
	bool (*wants)(void *context, const char *name, const char *path);
	struct error *(*take)(void *context, struct lab_module_file *file);
	void *context;
};
struct error *lab_image_modules(
	const struct lab_image *image, const struct lab_module_visitor *visitor);

#endif
