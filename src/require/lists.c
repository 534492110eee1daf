/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog:, map:, link:, attach:, feature:, tag:, func: and config: from the lists of a snapshot. */
#include <stddef.h>
#include <string.h>

#include "require/known.h"
#include "require/near.h"
#include "require/rules.h"
#include "util/buf.h"

static const struct list_rule {
	size_t offset; /* of the struct snapshot_features */
	const char *noun;
	const char *before; /* in front of the name in that list */
} lists[REQUIRE_KIND_CNT] = {
	[REQUIRE_PROG] = {offsetof(struct snapshot, program_types), "program type", ""},
	[REQUIRE_MAP] = {offsetof(struct snapshot, map_types), "map type", ""},
	[REQUIRE_LINK] = {offsetof(struct snapshot, link_types), "link type", ""},
	[REQUIRE_ATTACH] = {offsetof(struct snapshot, attach_types), "attach type", ""},
	[REQUIRE_FEATURE] = {offsetof(struct snapshot, features), "feature", ""},
	[REQUIRE_TAG] = {offsetof(struct snapshot, features), "type tag", "tag:"},
};

static const struct snapshot_features *list_of(
	const struct snapshot *snapshot, const struct list_rule *rule)
{
	return (const void *)((const char *)snapshot + rule->offset);
}

static struct require_verdict lists_unknown(const char *reason)
{
	return (struct require_verdict) {.reason = reason};
}

static const char *feature_reason(
	struct require_context *context, const struct snapshot_feature *feature)
{
	const char *why = require_support_reason(context, feature->state, feature->reason);

	return require_with_errno(context,
		require_reason(context, "%s: %s", support_state_word(feature->state), why),
		feature->errnum);
}

/* Of the kernel's list, and of kcompat's tables. */
static const char *near_listed(
	struct require_context *context, const struct require_node *node, const char *name)
{
	const struct snapshot_features *features =
		list_of(context->scope->snapshot, &lists[node->kind]);
	struct suggestion near = {0};

	for (size_t i = 0; i < features->cnt; i++)
		suggest_consider(&near, name, features->list[i].name);
	if (require_is_type(node->kind))
		require_type_near(node->kind, name, &near);
	return require_near(context, &near);
}

/* The running kernel lists the names of a kind as an enum in its BTF. */
static struct require_verdict unlisted_live(
	struct require_context *context, const struct require_node *node, const char *near)
{
	const struct kernel *kernel = context->scope->files;
	const char *noun = lists[node->kind].noun, *type = require_type_enum(node->kind);
	const char *enumerator = require_type_enumerator(context->pool, node->kind, node->name);

	if (!enumerator)
		context->no_memory = true;
	switch (require_type_in_kernel(kernel, NULL, node->kind, node->name)) {
	case TRISTATE_UNKNOWN:
		return lists_unknown(require_reason(context,
			"unknown %s, and the kernel's BTF has no enum %s to look it up in%s", noun,
			type, near));
	case TRISTATE_YES:
		return lists_unknown(require_reason(context,
			"the kernel has %s; the probe gave no answer for it", enumerator));
	default:
		return (struct require_verdict) {
			.value = TRISTATE_NO,
			.state = "absent",
			.reason = require_reason(context, "absent: the kernel's enum %s has no %s%s",
				type, enumerator, near),
		};
	}
}

static struct require_verdict unlisted(
	struct require_context *context, const struct require_node *node, const char *name)
{
	const struct list_rule *rule = &lists[node->kind];
	const struct snapshot_features *features = list_of(context->scope->snapshot, rule);
	const char *near = near_listed(context, node, name);
	bool typed = require_is_type(node->kind);

	/* An image's enum proves absence as well. Presence there is no proof that it can be used. */
	if (typed && (context->scope->kernel ||
			     (context->scope->files && require_type_in_kernel(context->scope->files, NULL,
							       node->kind, node->name) == TRISTATE_NO)))
		return unlisted_live(context, node, near);
	if (!context->scope->kernel && snapshot_is_scanned(context->scope->snapshot) &&
		(!typed || !features->cnt))
		return lists_unknown(require_reason(context,
			"a scan cannot list the %ss of a kernel; run kcompat probe on it%s",
			rule->noun, near));
	if (!typed)
		return lists_unknown(require_reason(
			context, "no %s of that name was probed%s", rule->noun, near));
	if (!features->cnt)
		return lists_unknown(require_reason(
			context, "the snapshot has no %ss: they were left out when it was made", rule->noun));
	const char *not_whole = require_not_whole(context);
	if (not_whole)
		return lists_unknown(require_reason(context,
			"the snapshot's list of %ss may be incomplete: %s%s", rule->noun, not_whole,
			near));
	return (struct require_verdict) {
		.value = TRISTATE_NO,
		.state = "absent",
		.reason = require_reason(context, "absent: not among this kernel's %zu %ss%s",
			features->cnt, rule->noun, near),
	};
}

struct require_verdict require_listed(
	struct require_context *context, const struct require_node *node)
{
	const struct list_rule *rule = &lists[node->kind];
	const char *name = require_reason(context, "%s%s", rule->before, node->name);
	const struct snapshot *snapshot = context->scope->snapshot;
	const struct snapshot_feature *feature =
		snapshot_find_feature(list_of(snapshot, rule), name);

	if (!feature)
		return unlisted(context, node, name);
	return (struct require_verdict) {
		.value = require_support_value(feature->state),
		.state = support_state_word(feature->state),
		.line = feature->reason,
		.errnum = feature->errnum,
		.reason = feature_reason(context, feature),
	};
}

static const char *present_reason(
	struct require_context *context, const struct snapshot_function *function)
{
	_cleanup_buf_ struct buf text = {0};

	buf_puts(&text, "present");
	for (size_t i = 0; i < function->symbol_cnt && i < 3; i++)
		buf_printf(&text, "%s %c %s", i ? "," : ": symbol", function->symbols[i].type,
			function->symbols[i].name);
	if (function->symbol_cnt > 3)
		buf_printf(&text, " and %zu more", function->symbol_cnt - 3);
	if (function->prototype_cnt)
		buf_printf(&text, "%s BTF %s", function->symbol_cnt ? ";" : ":",
			function->prototypes[0]);
	if (function->reason)
		buf_printf(&text, "; %s", function->reason);
	if (function->collision)
		buf_puts(&text, "; several functions share the name");
	if (text.failed)
		context->no_memory = true;
	return require_reason(context, "%s", buf_text(&text));
}

static enum tristate function_value(const char *state)
{
	if (!strcmp(state, "present"))
		return TRISTATE_YES;
	return strcmp(state, "absent") ? TRISTATE_UNKNOWN : TRISTATE_NO;
}

static const char *missing_function(struct require_context *context, const char *name)
{
	if (context->scope->kernel)
		return "the probe gave no answer for this function";
	return require_reason(context,
		snapshot_is_scanned(context->scope->snapshot)
			? "the snapshot holds nothing about this function: kcompat scan --name=%s"
			: "the snapshot holds nothing about this function: kcompat probe %s",
		name);
}

/* A search for a glob that the name matches did not find it. */
static struct require_verdict not_found(
	struct require_context *context, const struct snapshot_function_glob *glob)
{
	return (struct require_verdict) {
		.value = function_value(glob->state),
		.state = glob->state,
		.reason = require_reason(context, "%s: %s", glob->state,
			glob->reason ? glob->reason : "it was looked for"),
	};
}

struct require_verdict require_function(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_function *function =
		snapshot_find_function(context->scope->snapshot, node->name);
	const struct snapshot_function_glob *glob =
		snapshot_find_function_glob(context->scope->snapshot, node->name);
	struct require_verdict verdict = {0};

	if (!function && glob)
		return not_found(context, glob);
	if (!function)
		return lists_unknown(missing_function(context, node->name));
	verdict.value = function_value(function->state);
	verdict.state = function->state;
	if (verdict.value == TRISTATE_YES)
		verdict.reason = present_reason(context, function);
	else
		verdict.reason = require_reason(context, "%s%s%s%s", function->state,
			function->reason ? ": " : "", function->reason ? function->reason : "",
			verdict.value == TRISTATE_NO ? require_near_function(context, node->name) : "");
	return verdict;
}

/* "text" and text are one value; an option that is not set has the value n. */
static bool same_value(const char *set, const char *wanted)
{
	size_t len = strlen(set);

	if (!strcmp(set, wanted))
		return true;
	return len >= 2 && set[0] == '"' && *wanted != '"' && strlen(wanted) == len - 2 &&
		!strncmp(set + 1, wanted, len - 2);
}

struct require_verdict require_config(
	struct require_context *context, const struct require_node *node)
{
	const struct kernel *kernel = context->scope->kernel;
	const struct snapshot *snapshot = context->scope->snapshot;
	const char *source =
		kernel ? kernel->environment.config_source : snapshot->environment.config_source;
	/* An empty configuration means that the part was left out. */
	bool read = kernel ? source != NULL
			   : snapshot->config_cnt && snapshot_has_fact(snapshot, "config");

	if (!read)
		return lists_unknown(kernel ? "the kernel's configuration cannot be read here"
				      : "the snapshot holds no configuration");
	const char *set = kernel
		? kernel_config_value(kernel, node->name)
		: kernel_config_find(snapshot->config, snapshot->config_cnt, node->name);
	bool wanted =
		node->value ? same_value(set ? set : "n", node->value) : set && strcmp(set, "n");
	return (struct require_verdict) {
		.value = wanted ? TRISTATE_YES : TRISTATE_NO,
		.state = set ? "set" : "not set",
		.reason = require_reason(context, "%s%s%s%s", set ? "=" : "not set", set ? set : "",
			source ? " in " : "", source ? source : ""),
	};
}
