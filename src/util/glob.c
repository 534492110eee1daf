/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/glob.h"

#include <fnmatch.h>
#include <string.h>

bool glob_any(const char *const *globs, size_t cnt, const char *name)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!fnmatch(globs[i], name, 0))
			return true;
	}
	return !cnt;
}

bool glob_recognise(const char *text)
{
	return strpbrk(text, "*?[\\");
}
