/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KCOMPAT_UTIL_GLOB_H
#define KCOMPAT_UTIL_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Does one of the globs match? An empty list matches everything. */
bool glob_any(const char *const *globs, size_t cnt, const char *name);
/* Has the text a character that only globs have? */
bool glob_recognise(const char *text);

#endif
