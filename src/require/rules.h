/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by require.c and the files that each answer one group of kinds; private to them. */
#ifndef KCOMPAT_REQUIRE_RULES_H
#define KCOMPAT_REQUIRE_RULES_H

#include "inventory/inventory.h"
#include "require/require.h"

struct require_context {
	const struct require_scope *scope;
	struct pool *pool; /* of the answer */
	struct hooks *hooks; /* of the running kernel; NULL: not opened */
	bool no_memory;
};

/* A reason made of pieces. Never NULL: without memory it sets no_memory and gives "". */
const char *require_reason(struct require_context *context, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "TEXT (EPERM)"; TEXT alone for 0. */
const char *require_with_errno(struct require_context *context, const char *text, int errnum);

/*
 * Was something left out of the snapshot on request (fact "filtered")? The running kernel was
 * probed for this question, so its snapshot lacks nothing.
 */
bool require_is_part(const struct require_context *context);
/* "derived from the image, not observed: btf, config": the evidence of an answer without a load. */
const char *require_derivation(struct require_context *context);
/*
 * Why a name that the snapshot does not list is not proved absent; NULL: it is absent, because BTF
 * was read and nothing was left out on request.
 */
const char *require_not_whole(const struct require_context *context);

/* Is there no BTF of the kernel in the scope? Then *ret is unknown with the reason. */
bool require_without_btf(struct require_context *context, struct require_verdict *ret);
/* Is it an image whose modules may have types of their own? Only after the function above. */
bool require_modules_unread(const struct require_context *context);

/* Of the files of the kernel that is asked, which the scope has. NULL without memory. */
struct hooks *require_hooks(struct require_context *context);
/*
 * Does the kernel have a section's target, according to its files? A no is proved: what only a module
 * may have is unknown for an image. False: the scope has no files, the section has no target, or no
 * memory.
 */
bool require_find_target(
	struct require_context *context, const struct section *section, struct hook_answer *ret);

/*
 * The context of that name. In a snapshot, a context without the target answers for one with it if the
 * target makes no difference: the kernel looks at it later, and the snapshot shows that it exists.
 */
const struct snapshot_context *require_find_place(
	struct require_context *context, const char *name);
/* A context's own state; and a context that the snapshot lacks. */
struct require_verdict require_place_verdict(
	struct require_context *context, const struct snapshot_context *place);
struct require_verdict require_no_place(struct require_context *context, const char *name);
enum tristate require_support_value(enum support_state state);
/* `reason`, or the meaning of the state if it is NULL. For an image, also the source. */
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
struct require_verdict require_map(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_attach(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_target(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_lsm(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_config(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_type(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_enumerator(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_variable(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_capability(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_active_lsm(
	struct require_context *context, const struct require_node *node);
struct require_verdict require_sysctl(
	struct require_context *context, const struct require_node *node);

/* The first enum of this BTF that has the enumerator, also one without a name; 0: none. */
uint32_t require_find_enumerator(const struct kbtf *btf, const char *name, int64_t *value);

/*
 * If a policy or a missing privilege blocked the answer, the reason with the question that BTF still
 * answers: "...; ask 'enum:bpf_map_type.BPF_MAP_TYPE_ARENA': it needs no privilege".
 */
const char *require_still_answered(
	struct require_context *context, const struct require_node *node, const char *reason);

#endif
