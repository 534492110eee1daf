/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context:, and what a context's own state means for the calls in it. */
#include "require/family.h"
#include "require/near.h"

#include <string.h>

enum tristate require_support_value(enum support_state state)
{
	switch (state) {
	case SUPPORT_OK:
		return TRISTATE_YES;
	case SUPPORT_UNSUPPORTED:
		return TRISTATE_NO;
	default:
		return TRISTATE_UNKNOWN;
	}
}

const char *require_support_reason(
	struct require_context *context, enum support_state state, const char *reason)
{
	if (reason)
		return reason;
	return snapshot_is_scanned(context->scope->snapshot) ? require_derivation(context)
							     : support_state_meaning(state);
}

struct require_verdict require_place_verdict(
	struct require_context *context, const struct snapshot_context *place)
{
	const char *why = require_support_reason(context, place->state, place->reason), *near = "";
	struct section section;

	if (place->rule && !strcmp(place->rule, RULE_NO_SUCH_TARGET) &&
		section_parse(place->name, &section))
		near = require_near_target(context, &section);
	return (struct require_verdict) {
		.value = require_support_value(place->state),
		.state = support_state_word(place->state),
		.errnum = place->errnum,
		.line = place->reason,
		.reason = require_with_errno(context,
			require_reason(
				context, "%s: %s%s", support_state_word(place->state), why, near),
			place->errnum),
	};
}

/* The record of the function that a section with a target names; NULL: the snapshot has none. */
static const struct snapshot_function *target_function(
	const struct require_context *context, const struct section *section)
{
	bool named = section->kind == SECTION_KPROBE || section->kind == SECTION_KRETPROBE ||
		section->kind == SECTION_KPROBE_MULTI || section->kind == SECTION_FUNCTION;

	return named ? snapshot_find_function(context->scope->snapshot, section->target) : NULL;
}

/* Was the row's context probed with the target that the name selects? */
static bool is_same_target(const struct require_context *context,
	const struct snapshot_context *base, const struct section *section)
{
	struct hook_type type;
	_cleanup_error_ struct error *error = hook_type_of(context->pool, section, &type);

	return !error && type.name && base->target && !strcmp(base->target, type.name);
}

const struct snapshot_context *require_find_place(
	struct require_context *context, const char *name)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	const struct snapshot_context *place = snapshot_find_context(snapshot, name);
	struct section section;

	if (place || context->scope->kernel || !section_parse(name, &section) || !section.target)
		return place;
	const struct snapshot_context *base = snapshot_find_context(snapshot, section.row->name);
	if (!base || base->state == SUPPORT_UNSUPPORTED)
		return base;
	const struct snapshot_function *function = target_function(context, &section);
	/* The load of an fentry program is kept for each function. */
	if (section.row->target == TARGET_FUNC && function && cell_state_usable(function->fentry.state))
		return base;
	if (section.row->target != TARGET_NONE)
		return is_same_target(context, base, &section) ? base : NULL;
	/* The kernel looks at these targets when a program is attached: that they exist decides. */
	if (function && !strcmp(function->state, "present"))
		return base;
	struct hook_answer there;
	return require_find_target(context, &section, &there) && there.value == TRISTATE_YES ? base
											   : NULL;
}

/*
 * A program of tp_btf loads for every tracepoint of BTF, so an image answers. What it may call can depend
 * on the tracepoint.
 */
static const struct snapshot_context *tracepoint_place(
	struct require_context *context, const char *name)
{
	const struct snapshot_context *base;
	struct hook_answer there;
	struct section section;

	if (context->scope->kernel || !section_parse(name, &section) ||
		section.row->target != TARGET_RAW_TP || section.row->prog_flags & BPF_F_SLEEPABLE)
		return NULL;
	base = snapshot_find_context(context->scope->snapshot, section.row->name);
	return base && require_find_target(context, &section, &there) && there.value == TRISTATE_YES
		? base
		: NULL;
}

/* What the files of an image say about a target that no program was loaded for. */
static struct require_verdict image_target(struct require_context *context,
	const struct section *section, const struct hook_answer *there)
{
	if (there->value == TRISTATE_NO)
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = support_state_word(SUPPORT_UNSUPPORTED),
			.reason = require_reason(context, "unsupported: %s%s", there->reason,
				require_near_target(context, section)),
		};
	return (struct require_verdict) {
		.reason = there->value == TRISTATE_YES
			? require_reason(context,
				  "the image has %s; a load on its kernel tells whether such a program may "
				  "use it",
				  section->target)
			: there->reason,
	};
}

/* A snapshot was not asked about this target. */
static struct require_verdict no_target(
	struct require_context *context, const char *name, const struct section *section)
{
	const struct snapshot_function *function = target_function(context, section);

	if (function && !strcmp(function->state, "absent"))
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = support_state_word(SUPPORT_UNSUPPORTED),
			.reason = require_reason(context, "unsupported: no function %s%s%s",
				section->target, function->reason ? ": " : "",
				function->reason ? function->reason : ""),
		};
	if (function && section->kind == SECTION_FUNCTION && function->fentry.state == CELL_REFUSED)
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = support_state_word(SUPPORT_UNSUPPORTED),
			.reason = function->fentry.evidence && function->fentry.evidence->line
				? function->fentry.evidence->line
				: "the verifier refuses it as a target",
		};
	struct hook_answer there;
	if (require_find_target(context, section, &there))
		return image_target(context, section, &there);
	return (struct require_verdict) {
		.reason = require_reason(context,
			"the snapshot was not asked about the target %s: on its kernel, kcompat probe "
			"--context='%s'",
			section->target, name)};
}

/*
 * A probe asks about the sleepable form of a struct_ops function only if it is named. If no function of
 * the type may sleep, this one may not.
 */
static bool sleepable_member(
	struct require_context *context, const char *name, struct require_verdict *ret)
{
	struct family_name family;

	if (!require_family_parse(context->pool, name, &family) || !family.member ||
		strcmp(family.stem, "struct_ops.s"))
		return false;
	const struct snapshot_context *type = snapshot_find_context(context->scope->snapshot,
		require_reason(context, "%s/%s", family.stem, family.type));
	if (type && type->state == SUPPORT_UNSUPPORTED)
		*ret = require_place_verdict(context, type);
	else
		*ret = (struct require_verdict) {
			.reason = require_reason(context,
				"the snapshot was not asked whether this function may sleep: on its kernel, "
				"kcompat probe --context='%s'",
				name)};
	return true;
}

struct require_verdict require_no_place(struct require_context *context, const char *name)
{
	struct require_verdict verdict;
	struct section section;

	if (!context->scope->kernel && section_parse(name, &section) && section.target)
		return no_target(context, name, &section);
	if (require_family_absent(context, name, &verdict))
		return verdict;
	if (!context->scope->kernel && sleepable_member(context, name, &verdict))
		return verdict;
	return (struct require_verdict) {
		.reason = require_reason(context,
			context->scope->kernel ? "the probe gave no answer for context %s"
					       : "the snapshot has no context %s",
			name),
	};
}

struct require_verdict require_place(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_context *place = require_find_place(context, node->name);

	if (!place)
		place = tracepoint_place(context, node->name);
	return place ? require_place_verdict(context, place)
		     : require_no_place(context, node->name);
}
