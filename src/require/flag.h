/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that --format=env and --format=c give to requirements: KCOMPAT_ and upper-case
 * letters, digits and '_', so that no shell and no preprocessor reads anything else into them.
 */
#ifndef KCOMPAT_REQUIRE_FLAG_H
#define KCOMPAT_REQUIRE_FLAG_H

#include "require/parse.h"

#define REQUIRE_FLAG_PREFIX "KCOMPAT_"
/* --format=c says with a second flag of this ending that the first one is not known to be no. */
#define REQUIRE_FLAG_UNKNOWN "_UNKNOWN"

/* Of an expression: "kfunc:bpf_loop@xdp" gives "KCOMPAT_KFUNC_BPF_LOOP_XDP". NULL: no memory. */
const char *require_flag_make(struct pool *pool, const char *expression);
/* Of a name of letters, digits and '_' that someone gave; "arena" and "KCOMPAT_ARENA" give one
 * flag. */
const char *require_flag_spell(struct pool *pool, const char *name);

/*
 * Two different requirements that would set the same flag, or one that would set the _UNKNOWN
 * flag of another: an ERROR_USAGE that names both.
 */
struct error *require_flag_check(const struct require_list *list);

#endif
