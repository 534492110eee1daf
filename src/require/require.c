/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/require.h"

#include <stdarg.h>
#include <string.h>

#include "require/rules.h"
#include "util/array.h"
#include "util/buf.h"

/* The reason of a group quotes so many members, and counts the rest. */
#define QUOTED_MAX 4

typedef struct require_verdict rule_function(
	struct require_context *context, const struct require_node *node);

/* `of_files`: read from the kernel's own files, so an image proves as much as a running kernel. */
static const struct {
	rule_function *answer;
	bool of_files;
} rules[REQUIRE_KIND_CNT] = {
	[REQUIRE_KFUNC] = {require_kfunc, false},
	[REQUIRE_HELPER] = {require_helper, false},
	[REQUIRE_CONTEXT] = {require_place, false},
	[REQUIRE_PROG] = {require_listed, false},
	[REQUIRE_MAP] = {require_map, false},
	[REQUIRE_LINK] = {require_listed, false},
	[REQUIRE_ATTACH] = {require_attach, false},
	[REQUIRE_TRACEPOINT] = {require_target, true},
	[REQUIRE_RAW_TRACEPOINT] = {require_target, true},
	[REQUIRE_LSM] = {require_lsm, false},
	[REQUIRE_SYSCALL] = {require_target, true},
	[REQUIRE_FEATURE] = {require_listed, false},
	[REQUIRE_TAG] = {require_listed, false},
	[REQUIRE_FUNC] = {require_function, true},
	[REQUIRE_STRUCT] = {require_type, true},
	[REQUIRE_UNION] = {require_type, true},
	[REQUIRE_TYPEDEF] = {require_type, true},
	[REQUIRE_ENUM] = {require_type, true},
	[REQUIRE_ENUMERATOR] = {require_enumerator, true},
	[REQUIRE_FIELD] = {require_type, true},
	[REQUIRE_VAR] = {require_variable, true},
	[REQUIRE_CAP] = {require_capability, true},
	[REQUIRE_SYSCTL] = {require_sysctl, true},
	[REQUIRE_ACTIVE_LSM] = {require_active_lsm, true},
	[REQUIRE_CONFIG] = {require_config, true},
};

const char *require_value_word(enum tristate value)
{
	static const char *const words[] = {
		[TRISTATE_UNKNOWN] = "unknown",
		[TRISTATE_NO] = "no",
		[TRISTATE_YES] = "yes",
	};

	return words[value];
}

/* The value that decides the group, whatever the other members say. */
static enum tristate deciding_value(enum require_kind kind)
{
	return kind == REQUIRE_ANY ? TRISTATE_YES : TRISTATE_NO;
}

static enum tristate group_value(
	const struct require_verdict *verdicts, const struct require_node *node)
{
	enum tristate decides = deciding_value(node->kind);
	enum tristate value = decides == TRISTATE_YES ? TRISTATE_NO : TRISTATE_YES;

	for (size_t i = 0; i < node->member_cnt; i++) {
		enum tristate member = verdicts[node->members[i]->id].value;
		if (member == decides)
			return decides;
		if (member == TRISTATE_UNKNOWN)
			value = TRISTATE_UNKNOWN;
	}
	return value;
}

/* The reasons of the members that decide the group: they have its value. */
static const char *group_reason(struct require_context *context,
	const struct require_verdict *verdicts, const struct require_node *node,
	enum tristate value)
{
	_cleanup_buf_ struct buf text = {0};
	bool one_is_enough = value == deciding_value(node->kind);
	size_t cnt = 0;

	for (size_t i = 0; i < node->member_cnt; i++) {
		const struct require_node *member = node->members[i];
		if (verdicts[member->id].value != value || (one_is_enough && cnt))
			continue;
		if (cnt++ < QUOTED_MAX)
			buf_printf(&text, "%s%s: %s", cnt > 1 ? "; " : "", member->text,
				verdicts[member->id].reason);
	}
	if (cnt > QUOTED_MAX)
		buf_printf(&text, "; and %zu more", cnt - QUOTED_MAX);
	if (text.failed)
		context->no_memory = true;
	return require_reason(context, "%s", buf_text(&text));
}

static bool group_predicted(const struct require_verdict *verdicts, const struct require_node *node)
{
	for (size_t i = 0; i < node->member_cnt; i++) {
		if (verdicts[node->members[i]->id].predicted)
			return true;
	}
	return false;
}

static struct require_verdict evaluate_not(struct require_context *context,
	const struct require_verdict *verdicts, const struct require_node *node)
{
	static const enum tristate opposite[] = {
		[TRISTATE_UNKNOWN] = TRISTATE_UNKNOWN,
		[TRISTATE_NO] = TRISTATE_YES,
		[TRISTATE_YES] = TRISTATE_NO,
	};
	const struct require_node *member = node->members[0];
	struct require_verdict verdict = verdicts[member->id];

	verdict.value = opposite[verdict.value];
	verdict.reason = require_reason(context, "%s: %s", member->text, verdict.reason);
	return verdict;
}

static struct require_verdict evaluate_group(struct require_context *context,
	const struct require_verdict *verdicts, const struct require_node *node)
{
	enum tristate value = group_value(verdicts, node);

	return (struct require_verdict) {
		.value = value,
		.reason = group_reason(context, verdicts, node, value),
		.predicted = group_predicted(verdicts, node),
	};
}

static struct require_verdict evaluate_kind(
	struct require_context *context, const struct require_node *node)
{
	const struct require_scope *scope = context->scope;
	struct require_scope of_types = *scope;

	/* A load is never predicted from the types of a store. */
	if (rules[node->kind].of_files && !scope->files && scope->types) {
		of_types.files = scope->types;
		context->scope = &of_types;
	}
	struct require_verdict verdict = rules[node->kind].answer(context, node);
	context->scope = scope;

	if (verdict.value == TRISTATE_UNKNOWN && verdict.state &&
		!strcmp(verdict.state, support_state_word(SUPPORT_BLOCKED)))
		verdict.reason = require_still_answered(context, node, verdict.reason);
	if (snapshot_is_scanned(context->scope->snapshot) && !rules[node->kind].of_files &&
		verdict.value != TRISTATE_UNKNOWN)
		verdict.predicted = true;
	return verdict;
}

/* Recurses no deeper than the parser lets groups nest. */
static void evaluate_node(struct require_context *context, struct require_verdict *verdicts,
	const struct require_node *node)
{
	for (size_t i = 0; i < node->member_cnt; i++)
		evaluate_node(context, verdicts, node->members[i]);
	if (node->kind == REQUIRE_NOT)
		verdicts[node->id] = evaluate_not(context, verdicts, node);
	else if (node->kind >= REQUIRE_KIND_CNT)
		verdicts[node->id] = evaluate_group(context, verdicts, node);
	else
		verdicts[node->id] = evaluate_kind(context, node);
}

static bool node_asks_types(const struct require_node *node)
{
	for (size_t i = 0; i < node->member_cnt; i++) {
		if (node_asks_types(node->members[i]))
			return true;
	}
	switch (node->kind) {
	case REQUIRE_CAP:
	case REQUIRE_SYSCTL:
	case REQUIRE_ACTIVE_LSM:
	case REQUIRE_CONFIG:
		return false;
	case REQUIRE_LSM:
		return true;
	default:
		return node->kind < REQUIRE_KIND_CNT && rules[node->kind].of_files;
	}
}

static bool node_asks_functions(const struct require_node *node)
{
	bool asks = node->kind == REQUIRE_ATTACH && node->context;

	for (size_t i = 0; i < node->member_cnt && !asks; i++)
		asks = node_asks_functions(node->members[i]);
	return asks;
}

bool require_asks_functions(const struct require_list *list)
{
	bool asks = false;

	for (size_t i = 0; i < list->cnt && !asks; i++)
		asks = node_asks_functions(list->list[i].root);
	return asks;
}

bool require_asks_types(const struct require_list *list)
{
	for (size_t i = 0; i < list->cnt; i++) {
		if (node_asks_types(list->list[i].root))
			return true;
	}
	return false;
}

static void require_count(const struct require_list *list, struct require_answer *answer)
{
	for (size_t i = 0; i < list->cnt; i++) {
		const struct requirement *requirement = &list->list[i];
		if (requirement->optional)
			continue;
		enum tristate value = answer->verdicts[requirement->root->id].value;
		answer->yes_cnt += value == TRISTATE_YES;
		answer->no_cnt += value == TRISTATE_NO;
		answer->unknown_cnt += value == TRISTATE_UNKNOWN;
	}
	answer->value = answer->no_cnt ? TRISTATE_NO
		: answer->unknown_cnt  ? TRISTATE_UNKNOWN
				       : TRISTATE_YES;
}

struct error *require_evaluate(const struct require_list *list, const struct require_scope *scope,
	struct require_answer *ret)
{
	struct require_answer answer = {0};
	struct require_context context = {.scope = scope, .pool = &answer.pool};

	answer.verdicts = pool_calloc(&answer.pool, list->node_cnt, sizeof(*answer.verdicts));
	if (!answer.verdicts) {
		require_answer_deinit(&answer);
		return error_no_memory();
	}
	for (size_t i = 0; i < list->cnt; i++)
		evaluate_node(&context, answer.verdicts, list->list[i].root);
	hooks_close(context.hooks);
	if (context.no_memory) {
		require_answer_deinit(&answer);
		return error_no_memory();
	}
	require_count(list, &answer);
	*ret = answer;
	return NULL;
}

struct error *require_answer_own(const struct require_list *list, struct require_answer *answer)
{
	for (size_t i = 0; i < list->node_cnt; i++) {
		struct require_verdict *verdict = &answer->verdicts[i];
		const char **texts[] = {&verdict->reason, &verdict->state, &verdict->line, &verdict->missing};
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			const char *text = *texts[k];
			if (text && !(*texts[k] = pool_strdup(&answer->pool, text)))
				return error_no_memory();
		}
	}
	return NULL;
}

void require_answer_deinit(struct require_answer *answer)
{
	if (!answer)
		return;
	pool_destroy(&answer->pool);
	*answer = (struct require_answer) {0};
}

const struct require_verdict *require_verdict_of(
	const struct require_answer *answer, const struct require_node *node)
{
	return &answer->verdicts[node->id];
}
