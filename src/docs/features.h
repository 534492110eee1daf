/* SPDX-License-Identifier: GPL-2.0-or-later */
/* data/lists/features.txt and optional.txt: facts about a feature that no kernel image contains. */
#ifndef KCOMPAT_DOCS_FEATURES_H
#define KCOMPAT_DOCS_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

struct feature_origin {
	const char *version, *commit; /* "v6.7", 40 hex digits; not terminated */
	size_t version_len, commit_len;
};

/* False: the table lacks the name. */
bool feature_origin_find(const char *name, struct feature_origin *ret);
/* Does the function depend on a configuration option? Then a kernel may lack it at any version. */
bool feature_is_optional(const char *name);

#endif
