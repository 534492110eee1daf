/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of the kernel asked that is nearest to a missing one. */
#ifndef KCOMPAT_REQUIRE_NEAR_H
#define KCOMPAT_REQUIRE_NEAR_H

#include "require/rules.h"
#include "util/suggest.h"

/* " (did you mean 'arena'?)", or "" if no name is near. */
const char *require_near(struct require_context *context, const struct suggestion *near);

/* The same for a function, from BTF and symbols. A snapshot gives the functions that it holds. */
const char *require_near_function(struct require_context *context, const char *name);
/* The same for the target of a section, from the files that list such targets. */
const char *require_near_target(struct require_context *context, const struct section *section);
/* The same for `name` among the rest of the BTF names that begin with the prefix. */
const char *require_near_prefixed(
	struct require_context *context, const char *name, const char *prefix, unsigned int kind);
/* For a kfunc: adds the names of BTF's tagged functions and of the snapshot's kfuncs. */
void require_consider_kfuncs(
	struct require_context *context, const char *name, struct suggestion *near);
/* For a type: the BTF types of these kinds; BTF_KIND_UNKN ends the list. */
const char *require_near_type(
	struct require_context *context, const char *name, const unsigned int *kinds);

#endif
