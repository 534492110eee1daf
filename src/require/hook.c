/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach: with a target, and the kinds that ask whether a target exists. */
#include <string.h>

#include "btf/decl.h"
#include "require/near.h"
#include "require/rules.h"

static struct require_verdict no_memory(struct require_context *context)
{
	context->no_memory = true;
	return (struct require_verdict) {.reason = ""};
}

static const char *presence(enum tristate value)
{
	return value == TRISTATE_YES ? "present" : value == TRISTATE_NO ? "absent" : NULL;
}

static struct hook_place target_type(
	struct require_context *context, const struct section *section)
{
	struct hook_type type;
	_cleanup_error_ struct error *error = hook_type_of(context->pool, section, &type);

	context->no_memory |= error != NULL;
	return error ? (struct hook_place) {0} : hook_type_find(context->scope->files, &type);
}

/* "4 arguments: ...": those of typedef void (*btf_trace_NAME)(void *, ...) after the first; NULL: no such. */
static const char *tracepoint_arguments(
	struct require_context *context, const struct section *section)
{
	_cleanup_buf_ struct buf text = {0};
	struct hook_place place = target_type(context, section);
	const struct kbtf *btf = place.btf;
	/* A kernel without BTF may be known to have the tracepoint: it is among its symbols. */
	const struct btf_type *type = btf && place.id ? kbtf_type(btf, kbtf_skip_modifiers(btf, place.id)) : NULL;

	if (type && kbtf_kind(type) == BTF_KIND_PTR)
		type = kbtf_type(btf, type->type);
	if (!type || kbtf_kind(type) != BTF_KIND_FUNC_PROTO || !kbtf_vlen(type))
		return NULL;
	const struct btf_param *params = kbtf_tail(type);
	uint32_t cnt = kbtf_vlen(type) - 1;
	buf_printf(&text, "%u argument%s", cnt, cnt == 1 ? "" : "s");
	for (uint32_t i = 1; i <= cnt; i++) {
		buf_puts(&text, i == 1 ? ": " : ", ");
		kbtf_print_decl(btf, params[i].type, "", &text);
	}
	if (text.failed)
		context->no_memory = true;
	return require_reason(context, "%s", buf_text(&text));
}

/* The category of an event is in no image and no store. */
static const char *event_reason(struct require_context *context, const struct section *section,
	const struct hook_answer *answer)
{
	const char *slash = section->target ? strchr(section->target, '/') : NULL;
	const char *arguments = slash ? tracepoint_arguments(context, section) : NULL;

	if (context->scope->kernel || !arguments)
		return answer->reason;
	return require_reason(context,
		"the kernel has a tracepoint %s with %s; only the tracefs of its running kernel lists categories "
		"(raw_tracepoint:%s asks without one)",
		slash + 1, arguments, slash + 1);
}

static struct require_verdict target_verdict(struct require_context *context,
	const struct require_node *node, const struct section *section,
	const struct hook_answer *answer)
{
	struct require_verdict verdict = {.value = answer->value, .state = presence(answer->value)};

	bool event = node->kind == REQUIRE_TRACEPOINT;
	const char *reason = answer->reason;

	if (answer->value == TRISTATE_YES && (event || node->kind == REQUIRE_RAW_TRACEPOINT))
		reason = tracepoint_arguments(context, section);
	else if (event && answer->value == TRISTATE_UNKNOWN)
		reason = event_reason(context, section, answer);
	verdict.reason = require_reason(context, "%s%s%s%s",
			verdict.state ? verdict.state : "unknown", reason ? ": " : "",
			reason ? reason : "",
			answer->value == TRISTATE_NO ? require_near_target(context, section) : "");
	return verdict;
}

static bool is_stub(struct require_context *context, const char *name)
{
	const char *symbol = hook_syscall_symbol(context->hooks, name);

	return symbol && hook_is_stub(context->hooks, symbol);
}

struct require_verdict require_target(
	struct require_context *context, const struct require_node *node)
{
	struct section section;
	struct hook_answer answer;

	if (!context->scope->files)
		return (struct require_verdict) {
			.reason = require_reason(context,
				"the snapshot does not hold the %ss of its kernel: ask the kernel itself",
				require_kind_word(node->kind))};
	if (!section_parse(node->context, &section) || !require_find_target(context, &section, &answer))
		return no_memory(context);
	if (answer.value == TRISTATE_YES && node->kind == REQUIRE_SYSCALL && is_stub(context, node->name))
		answer = (struct hook_answer) {TRISTATE_NO, HOOK_NEED_TARGET,
			"this kernel was built without it: its function only returns ENOSYS", 0};
	struct require_verdict verdict = target_verdict(context, node, &section, &answer);
	verdict.predicted = !context->scope->kernel && answer.value == TRISTATE_YES;
	return verdict;
}

/* A kernel without this set of ids disables no hook (kernel/bpf/bpf_lsm.c, since 6.12). */
static bool disables_no_hook(struct require_context *context)
{
	const struct kernel *kernel = context->scope->kernel;

	return kernel->symbols && symbols_list_data(kernel->symbols) &&
		kernel_has_function(kernel, "bpf_lsm_disabled_hooks", "vfs_read") == TRISTATE_NO;
}

static const char *sleepable_words(struct require_context *context, const char *hook)
{
	const struct snapshot_context *place = snapshot_find_context(context->scope->snapshot,
		require_reason(context, "lsm.s/%s", hook));

	if (!place || place->state == SUPPORT_UNKNOWN || place->state == SUPPORT_BLOCKED)
		return "whether its programs may sleep is not known";
	return place->state == SUPPORT_OK ? "its programs may sleep" : "its programs may not sleep";
}

/* Whether the hook exists is a fact of the types; whether a program may use it is not. */
static struct require_verdict target_of_types(
	struct require_context *context, const struct require_node *node)
{
	const struct require_scope *scope = context->scope;
	struct require_scope of_types = *scope;

	if (!scope->files)
		of_types.files = scope->types;
	context->scope = &of_types;
	struct require_verdict verdict = require_target(context, node);
	context->scope = scope;
	return verdict;
}

struct require_verdict require_lsm(struct require_context *context, const struct require_node *node)
{
	const struct snapshot_context *place =
		snapshot_find_context(context->scope->snapshot, node->context);

	if (!place) {
		struct require_verdict there = target_of_types(context, node);
		if (there.value == TRISTATE_YES)
			there = (struct require_verdict) {
				.reason = "the image has the hook; a load on its kernel tells whether "
					  "programs may use it"};
		return there;
	}
	if (place->state == SUPPORT_OK)
		return (struct require_verdict) {
			.value = TRISTATE_YES,
			.state = "present",
			.reason = require_reason(
				context, "present: %s", sleepable_words(context, node->name)),
		};
	struct require_verdict exists = context->scope->kernel
		? require_target(context, node)
		: (struct require_verdict) {0};
	if (exists.value == TRISTATE_YES && place->state != SUPPORT_UNSUPPORTED &&
		disables_no_hook(context)) {
		exists.reason = "present: this kernel disables no hook; a load was not possible here";
		return exists;
	}
	return require_place_verdict(context, place);
}

static bool is_no_target(const struct snapshot_attach *attach)
{
	return attach->possible == TRISTATE_NO && attach->missing &&
		!strcmp(attach->missing, hook_need_id(HOOK_NEED_TARGET));
}

static struct require_verdict attach_verdict(struct require_context *context,
	const struct section *section, const struct snapshot_attach *attach)
{
	const char *seen = attach->observed ? "a program was attached and detached"
					    : "a program loads, and all that it takes is there";
	struct require_verdict verdict = {
		.value = attach->possible,
		.state = attach->possible == TRISTATE_UNKNOWN ? "unknown"
			: attach->possible == TRISTATE_NO     ? "missing"
			: attach->observed                    ? "attached"
							      : "attachable",
		.missing = attach->missing,
		.errnum = attach->errnum,
		.line = attach->reason,
	};

	if (attach->possible == TRISTATE_YES)
		verdict.reason = require_reason(context, "%s%s%s", seen, attach->reason ? "; " : "",
			attach->reason ? attach->reason : "");
	else
		verdict.reason = require_with_errno(context,
			require_reason(context, "%s%s: %s%s",
				attach->possible == TRISTATE_NO ? "missing " : "unknown ",
				attach->missing ? attach->missing : "", attach->reason ? attach->reason : "",
				is_no_target(attach) ? require_near_target(context, section) : ""),
			attach->errnum);
	return verdict;
}

/* What a snapshot says about a function, for the two ways that it holds. */
static struct require_verdict attach_by_function(
	struct require_context *context, const struct section *section)
{
	const struct snapshot *snapshot = context->scope->snapshot;
	const struct snapshot_function *function =
		snapshot_find_function(snapshot, section->target);
	enum function_attach way =
		section->kind == SECTION_KPROBE ? FUNCTION_ATTACH_KPROBE : FUNCTION_ATTACH_FENTRY;

	if (!function || strcmp(function->state, "present"))
		return (struct require_verdict) {
			.value = function && !strcmp(function->state, "absent") ? TRISTATE_NO
										: TRISTATE_UNKNOWN,
			.missing = function ? "target" : NULL,
			.reason = function && function->reason
				? function->reason
				: require_reason(context,
					  "the snapshot holds nothing about %s: ask the kernel itself",
					  section->target)};
	if (function->attached)
		return attach_verdict(context, section,
			&(struct snapshot_attach) {
				.possible = function->attached[way].possible,
				.missing = function->attached[way].possible == TRISTATE_YES ? NULL : "attach",
				.reason = function->attached[way].reason,
				.errnum = function->attached[way].errnum,
				.observed = true,
			});
	if (function->facts) {
		struct function_attachability facts = function_attachability(function->facts,
			snapshot->function_sources, function->prototype_cnt, way);
		return (struct require_verdict) {
			.value = facts.possible,
			.predicted = true,
			.reason = require_reason(context, "derived from the image%s%s",
				facts.reason ? ": " : "", facts.reason ? facts.reason : ""),
		};
	}
	return (struct require_verdict) {
		.reason = "the snapshot holds no attachment to it: kcompat probe --attach"};
}

/* A type that only a link has is known if the link type is. */
static struct require_verdict attach_type_verdict(
	struct require_context *context, const struct require_node *node)
{
	struct require_verdict verdict = require_listed(context, node);
	struct require_node link = *node;

	if (verdict.value == TRISTATE_NO || attach_type_of_link(node->name) == ATTACH_NONE)
		return verdict;
	link.kind = REQUIRE_LINK;
	verdict = require_listed(context, &link);
	verdict.reason = require_reason(
		context, "only links have this type, as link:%s: %s", link.name, verdict.reason);
	return verdict;
}

struct require_verdict require_attach(
	struct require_context *context, const struct require_node *node)
{
	const struct snapshot_context *place;
	struct hook_answer answer;
	struct section section;

	if (!node->context)
		return attach_type_verdict(context, node);
	place = snapshot_find_context(context->scope->snapshot, node->context);
	if (!section_parse(node->context, &section))
		return require_no_place(context, node->context);
	if (place && place->attach)
		return attach_verdict(context, &section, place->attach);
	if (context->scope->kernel)
		return require_no_place(context, node->context);
	if (require_find_target(context, &section, &answer) && answer.value == TRISTATE_NO)
		return attach_verdict(context, &section,
			&(struct snapshot_attach) {.possible = TRISTATE_NO,
				.missing = hook_need_id(answer.missing),
				.reason = answer.reason});
	if (section.kind == SECTION_KPROBE ||
		(section.kind == SECTION_FUNCTION && section.row->target == TARGET_FUNC))
		return attach_by_function(context, &section);
	return (struct require_verdict) {
		.reason = require_reason(context,
			"the snapshot has no answer about %s: ask the kernel itself", node->context)};
}
