/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between require.c and the files that know one group of kinds each; not for others. */
#ifndef KCOMPAT_REQUIRE_RULES_H
#define KCOMPAT_REQUIRE_RULES_H

#include "require/require.h"

struct require_context {
	const struct require_scope *scope;
	struct pool *pool; /* of the answer */
	bool no_memory;
};

/* A reason made of pieces. Never NULL: without memory it sets no_memory and gives "". */
const char *require_reason(struct require_context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "TEXT (EPERM)"; TEXT alone for 0. */
const char *require_with_errno(struct require_context *context, const char *text, int errnum);

/*
 * Was something left out of the snapshot on request (fact "filtered")? What is asked of the
 * running kernel has been probed for the question, so that nothing of it is missing.
 */
bool require_is_part(const struct require_context *context);
/* "derived from the image, not observed: btf, config": what an answer rests on that no load gave. */
const char *require_derivation(struct require_context *context);
/*
 * Why a name that the snapshot does not list may not be taken for absent; NULL: it may, since BTF
 * was read and nothing was left out on request.
 */
const char *require_not_whole(const struct require_context *context);

/* A context's own state; and one that the snapshot does not have. */
struct require_verdict require_place_verdict(
	struct require_context *context, const struct snapshot_context *place);
struct require_verdict require_no_place(struct require_context *context, const char *name);
enum tristate require_support_value(enum support_state state);
/* `reason`, or where it is NULL what the state means; of an image what it was derived from. */
const char *require_support_reason(
	struct require_context *context, enum support_state state, const char *reason);

struct require_verdict require_kfunc(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_helper(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_place(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_listed(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_function(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_config(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_type(
	struct require_context *context, const struct require_node *node);

#endif
