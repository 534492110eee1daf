/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate's answer as text, as a shell's assignments, as C, and as JSON (kcompat/require/1).
 * Everything is appended to `out`, whose stickiness tells of a lack of memory; what came from a
 * kernel or a file is stripped of control characters first.
 */
#ifndef KCOMPAT_REQUIRE_RENDER_H
#define KCOMPAT_REQUIRE_RENDER_H

#include "require/require.h"
#include "util/buf.h"

#define REQUIRE_SCHEMA "kcompat/require/1"

/* "no       ?map:arena: unsupported: ...", a line for each requirement. */
void render_require_text(
	const struct require_list *list, const struct require_answer *answer, struct buf *out);

/*
 * One line as monitoring plugins print it. `settled` is the answer after --on-unknown, which the
 * status word follows.
 */
void render_require_nagios(const struct require_list *list, const struct require_answer *answer,
	enum tristate settled, struct buf *out);

/* KCOMPAT_NAME=yes|no|unknown, for eval. The flags have passed require_flag_check(). */
void render_require_env(
	const struct require_list *list, const struct require_answer *answer, struct buf *out);

/*
 * #define KCOMPAT_NAME 1 for yes and 0 otherwise: unknown never reads as yes, and has a second
 * KCOMPAT_NAME_UNKNOWN 1.
 */
void render_require_c(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, struct buf *out);

/* In require/json.c. `settled` as above. */
void render_require_json(const struct require_list *list, const struct require_answer *answer,
	const struct require_scope *scope, enum tristate settled, struct buf *out);

#endif
