/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context:, and what a context's own state means for the calls in it. */
#include <string.h>

#include "require/rules.h"
#include "util/array.h"

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
	const char *why = require_support_reason(context, place->state, place->reason);

	return (struct require_verdict) {
		.value = require_support_value(place->state),
		.state = support_state_word(place->state),
		.errnum = place->errnum,
		.line = place->reason,
		.reason = require_with_errno(context,
			require_reason(context, "%s: %s", support_state_word(place->state), why),
			place->errnum),
	};
}

/*
 * Each kernel has its own iterators and struct_ops types: returns the BTF object that the context's
 * name stands for. NULL for other contexts.
 */
static const char *target_symbol(
	struct require_context *context, const char *name, unsigned int *kind)
{
	static const struct {
		const char *before, *symbol;
		unsigned int kind;
	} families[] = {
		{"iter/", "bpf_iter_", BTF_KIND_FUNC},
		{"iter.s/", "bpf_iter_", BTF_KIND_FUNC},
		{"struct_ops/", "bpf_struct_ops_", BTF_KIND_STRUCT},
		{"struct_ops.s/", "bpf_struct_ops_", BTF_KIND_STRUCT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		size_t len = strlen(families[i].before);
		if (strncmp(name, families[i].before, len))
			continue;
		/* "struct_ops/NAME/MEMBER" is a member's context. */
		int target_len = (int)strcspn(name + len, "/");
		*kind = families[i].kind;
		return require_reason(
			context, "%s%.*s", families[i].symbol, target_len, name + len);
	}
	return NULL;
}

static bool in_any_btf(const struct kernel *kernel, const char *symbol, unsigned int kind)
{
	if (kbtf_find(kernel->btf, symbol, kind))
		return true;
	for (size_t i = 0; i < kernel->module_cnt; i++) {
		if (kbtf_find(kernel->modules[i].btf, symbol, kind))
			return true;
	}
	return false;
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
static bool is_same_target(const struct snapshot_context *base, const struct section *section)
{
	static const char *const prefixes[] = {"", "bpf_lsm_", "btf_trace_"};

	for (size_t i = 0; base->target && i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i]);
		if (!strncmp(base->target, prefixes[i], len) &&
			!strcmp(base->target + len, section->target))
			return true;
	}
	return false;
}

const struct snapshot_context *require_find_place(
	const struct require_context *context, const char *name)
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
		return is_same_target(base, &section) ? base : NULL;
	/* The kernel looks at these targets when a program is attached: that they exist decides. */
	return function && !strcmp(function->state, "present") ? base : NULL;
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
	return (struct require_verdict) {
		.reason = require_reason(context,
			"the snapshot was not asked about the target %s: on its kernel, kcompat probe "
			"--context='%s'",
			section->target, name)};
}

struct require_verdict require_no_place(struct require_context *context, const char *name)
{
	const struct kernel *kernel = context->scope->kernel;
	unsigned int kind;
	const char *symbol = target_symbol(context, name, &kind);
	struct section section;

	if (!kernel && section_parse(name, &section) && section.target)
		return no_target(context, name, &section);
	if (!kernel)
		return (struct require_verdict) {
			.reason = require_reason(context, "the snapshot has no context %s", name)};
	if (!symbol || !kernel->btf || in_any_btf(kernel, symbol, kind))
		return (struct require_verdict) {
			.reason = require_reason(
				context, "the probe gave no answer for context %s", name)};
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = support_state_word(SUPPORT_UNSUPPORTED),
		.reason = require_reason(context,
			"unsupported: no %s in the BTF of the kernel and its loaded modules",
			symbol),
	};
}

struct require_verdict require_place(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_context *place = require_find_place(context, node->name);

	return place ? require_place_verdict(context, place)
		     : require_no_place(context, node->name);
}
