/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * data/lists/features.txt and optional.txt: facts about a feature that no kernel image contains. A feature
 * is a name, or a call: "bpf_loop@xdp". "kfunc@xdp" are the calls of kfuncs that are not for all types.
 */
#ifndef KCOMPAT_HISTORY_FEATURES_H
#define KCOMPAT_HISTORY_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#define FEATURE_CALL "%s@%s" /* function, program type */
#define FEATURE_CALL_MAX 256  /* bytes; longer ones are not in the lists */

struct feature_origin {
	const char *version, *commit; /* "v6.7", 40 hex digits; not terminated */
	size_t version_len, commit_len;
};

/* False: the table lacks the name. */
bool feature_origin_find(const char *name, struct feature_origin *ret);
/* The option that a function or call depends on: a kernel may lack it at any version. False: none. */
#define FEATURE_OPTION_MAX 64
bool feature_option_find(const char *name, char ret[FEATURE_OPTION_MAX]);
bool feature_is_optional(const char *name);

#endif
