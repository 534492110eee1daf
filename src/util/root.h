/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place that opens files below a root directory. `root` is "" for the running system, or a
 * captured tree (`--root DIR`), which somebody else made; `path` starts with '/'. In a tree, links
 * lead where they led on the machine that it came from: "/" and ".." of a link never leave the tree.
 */
#ifndef KCOMPAT_UTIL_ROOT_H
#define KCOMPAT_UTIL_ROOT_H

#include <stdbool.h>

#include "util/error.h"

/*
 * Like open(2) with `flags`: O_RDONLY, also with O_DIRECTORY. The caller closes *ret. In a tree,
 * opening waits for nobody, and what is neither a regular file nor a directory is an ERROR_INPUT.
 */
struct error *root_open(const char *root, const char *path, int flags, int *ret);
/* The same below a directory that is open, whatever has its name now: `root` is for messages. */
struct error *root_open_at(
	int top, const char *root, const char *path, int flags, int *ret);
/* Does root/path exist? */
bool file_exists(const char *root, const char *path);

#endif
