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

struct require_verdict require_no_place(struct require_context *context, const char *name)
{
	const struct kernel *kernel = context->scope->kernel;
	unsigned int kind;
	const char *symbol = target_symbol(context, name, &kind);

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
	const struct snapshot_context *place =
		snapshot_find_context(context->scope->snapshot, node->name);

	return place ? require_place_verdict(context, place)
		     : require_no_place(context, node->name);
}
