/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of kernels that are given by their paths: what `kcompat scan` takes, too. */
#ifndef KCOMPAT_LAB_PATHS_H
#define KCOMPAT_LAB_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/pool.h"

#define LAB_PATHS_MAX 100000

struct lab_paths {
	const char **paths;
	size_t cnt, cap;
};

/*
 * Appends `path`, or the files below it if it is a directory: packages, kernel images, configurations
 * and modules, sorted. Symbolic links are not followed. ERROR_INPUT: a directory without such a file,
 * or with more than LAB_PATHS_MAX.
 */
struct error *lab_paths_expand(struct pool *pool, const char *path, struct lab_paths *ret);

const char *lab_path_base(const char *path); /* behind the last slash */

/* By the name of a file, or of a member of a package. */
bool lab_path_is_kernel(const char *path);
bool lab_path_is_config(const char *path);
bool lab_path_is_module(const char *path);
bool lab_path_is_builtin_list(const char *path); /* modules.builtin: what is no module in this build */

#endif
