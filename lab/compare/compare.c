/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/compare/compare.h"
#include "lab/compare/rules.h"
#include "util/buf.h"
#include "util/sort.h"

#include <stdlib.h>
#include <string.h>

static const char *const outcome_words[COMPARE_OUTCOME_CNT] = {
#define COMPARE_OUTCOME_WORD(name, word, meaning) [COMPARE_##name] = word,
	COMPARE_OUTCOMES(COMPARE_OUTCOME_WORD)
};

static const char *const subject_words[COMPARE_SUBJECT_CNT] = {
#define COMPARE_SUBJECT_WORD(name, word, meaning) [COMPARE_SUBJECT_##name] = word,
	COMPARE_SUBJECTS(COMPARE_SUBJECT_WORD)
};

const char *compare_outcome_word(enum compare_outcome outcome)
{
	return outcome_words[outcome];
}

const char *compare_subject_word(enum compare_subject subject)
{
	return subject_words[subject];
}

/* The meaning of a state for a program's author. ANSWER_YES has three strengths. */
enum answer { ANSWER_UNASKED, ANSWER_UNKNOWN, ANSWER_YES, ANSWER_CONDITIONAL, ANSWER_NO };

static const enum answer answers[CELL_STATE_CNT] = {
	[CELL_NONE] = ANSWER_UNASKED,
	[CELL_RAN] = ANSWER_YES,
	[CELL_LOADABLE] = ANSWER_YES,
	[CELL_PERMITTED] = ANSWER_YES,
	[CELL_CONDITIONAL] = ANSWER_CONDITIONAL,
	/* Each of these is a no of its own kind: two of different kinds are a difference. */
	[CELL_REFUSED] = ANSWER_NO,
	[CELL_ABSENT] = ANSWER_NO,
	[CELL_IMPOSSIBLE] = ANSWER_NO,
	[CELL_UNSUPPORTED] = ANSWER_NO,
	[CELL_BLOCKED] = ANSWER_UNKNOWN,
	[CELL_UNKNOWN] = ANSWER_UNKNOWN,
};

/* UNEXPLAINED means "they differ": rules are applied later. */
static enum compare_outcome outcome_of(bool predicted_known, bool probed_known, bool same)
{
	if (!predicted_known && !probed_known)
		return COMPARE_UNKNOWN_BOTH;
	if (!predicted_known)
		return COMPARE_UNKNOWN_PREDICTED;
	if (!probed_known)
		return COMPARE_UNKNOWN_PROBED;
	return same ? COMPARE_AGREE : COMPARE_UNEXPLAINED;
}

static enum compare_outcome cell_outcome(const struct compare_case *one)
{
	enum cell_state predicted = one->predicted.cell.state, probed = one->probed.cell.state;
	bool same = answers[predicted] == answers[probed];

	if (answers[predicted] == ANSWER_UNASKED || answers[probed] == ANSWER_UNASKED)
		return COMPARE_UNASKED;
	if (answers[predicted] == ANSWER_NO)
		same = predicted == probed;
	else if (same && answers[predicted] == ANSWER_CONDITIONAL)
		same = compare_same_condition(one);
	return outcome_of(
		answers[predicted] != ANSWER_UNKNOWN, answers[probed] != ANSWER_UNKNOWN, same);
}

static bool support_known(enum support_state state)
{
	return state == SUPPORT_OK || state == SUPPORT_UNSUPPORTED;
}

struct comparison {
	const struct snapshot *predicted, *probed;
	struct compare_result *result;
	struct compare_counts *counts; /* of the compared cells: kfuncs or helpers */
	size_t *predicted_at;  /* [probed->context_cnt]: index of the context; SIZE_MAX: none */
	size_t *difference_at; /* the same, into differences: of contexts that differ */
	bool filtered;         /* only a part of the running kernel was probed */
	bool no_memory;        /* sticky */
};

/* Groups reasons that differ only in the name of the function. */
static const char *reason_without(
	struct comparison *comparison, const char *reason, const char *name)
{
	_cleanup_buf_ struct buf text = {0};

	for (const char *at = strstr(reason, name); at && *name; at = strstr(reason, name)) {
		buf_add(&text, reason, (size_t)(at - reason));
		buf_puts(&text, "...");
		reason = at + strlen(name);
	}
	buf_puts(&text, reason);
	const char *ret = text.failed
		? NULL
		: pool_intern(&comparison->result->pool, buf_text(&text), text.len);
	comparison->no_memory |= !ret;
	return ret;
}

/* Counts one more. Equal reasons have one address. */
static void count_reason(struct comparison *comparison, const struct compare_unknown *one)
{
	struct compare_result *result = comparison->result;

	for (size_t i = 0; i < result->unknown_cnt; i++) {
		struct compare_unknown *known = &result->unknowns[i];
		if (known->reason == one->reason && known->subject == one->subject &&
			known->outcome == one->outcome && known->probed == one->probed &&
			known->rule == one->rule) {
			known->cnt++;
			return;
		}
	}
	struct compare_unknown *list = pool_grow(&result->pool, result->unknowns,
		result->unknown_cnt, &result->unknown_cap, sizeof(*list));
	comparison->no_memory |= !list;
	if (!list)
		return;
	result->unknowns = list;
	list[result->unknown_cnt++] = *one;
}

static bool is_unknown(enum compare_outcome outcome)
{
	return outcome == COMPARE_UNKNOWN_PREDICTED || outcome == COMPARE_UNKNOWN_PROBED ||
		outcome == COMPARE_UNKNOWN_BOTH;
}

/* A rule explains why the running kernel did not answer. For an image, `scan` gives the reason. */
static void count_unknown(struct comparison *comparison, const struct compare_case *one,
	enum compare_outcome outcome)
{
	const char *name = one->probed.kfunc ? one->probed.kfunc->name : NULL;
	const struct compare_rule *rule =
		outcome == COMPARE_UNKNOWN_PROBED ? compare_rule_find(one) : NULL;

	if (rule && one->subject == COMPARE_SUBJECT_CELL)
		comparison->result->unknown_explained[rule - compare_rules]++;
	for (int probed = 0; probed < 2; probed++) {
		const char *line = probed ? one->probed.answer.line : one->predicted.answer.line;
		if (outcome == (probed ? COMPARE_UNKNOWN_PREDICTED : COMPARE_UNKNOWN_PROBED))
			continue;
		count_reason(comparison,
			&(struct compare_unknown) {
				.subject = one->subject,
				.outcome = outcome,
				.probed = probed,
				.reason = reason_without(comparison,
					line ? line : "no reason was kept", name ? name : ""),
				.rule = rule,
				.cnt = 1,
				.name = name,
				.context = one->probed.context->name,
			});
	}
}

/* Applies the rules. Returns the index; SIZE_MAX: no memory. */
static size_t add_difference(
	struct comparison *comparison, const struct compare_case *one, const char *flag)
{
	struct compare_result *result = comparison->result;
	struct compare_difference *list = pool_grow(&result->pool, result->differences,
		result->difference_cnt, &result->difference_cap, sizeof(*list));
	const struct snapshot_kfunc *kfunc =
		one->probed.kfunc ? one->probed.kfunc : one->predicted.kfunc;
	const struct snapshot_context *context =
		one->probed.context ? one->probed.context : one->predicted.context;

	if (!list) {
		comparison->no_memory = true;
		return SIZE_MAX;
	}
	result->differences = list;
	const struct compare_rule *rule = compare_rule_find(one);
	list[result->difference_cnt] = (struct compare_difference) {
		.subject = one->subject,
		.outcome = rule ? COMPARE_EXPLAINED : COMPARE_UNEXPLAINED,
		.name = kfunc ? kfunc->name : NULL,
		.module = kfunc ? kfunc->module : NULL,
		.context = context ? context->name : NULL,
		.flag = flag,
		.predicted = one->predicted.answer,
		.probed = one->probed.answer,
		.rule = rule,
	};
	return result->difference_cnt++;
}

/* The number of cells that a difference decides. */
static void count_cells(struct comparison *comparison, struct compare_counts *counts,
	size_t difference, size_t cell_cnt)
{
	if (difference == SIZE_MAX)
		return;
	struct compare_difference *one = &comparison->result->differences[difference];
	one->cell_cnt += cell_cnt;
	counts->outcomes[one->outcome] += cell_cnt;
	if (one->rule)
		comparison->result->explained[one->rule - compare_rules] += cell_cnt;
}

static struct compare_answer context_answer(const struct snapshot_context *context)
{
	if (!context)
		return (struct compare_answer) {.state = "missing"};
	return (struct compare_answer) {
		.state = support_state_word(context->state),
		.line = context->reason,
		.rule = context->rule,
		.errnum = context->errnum,
	};
}

static struct compare_case case_of(
	const struct comparison *comparison, enum compare_subject subject)
{
	return (struct compare_case) {
		.subject = subject,
		.predicted.snapshot = comparison->predicted,
		.probed.snapshot = comparison->probed,
	};
}

static void compare_context(struct comparison *comparison,
	const struct snapshot_context *predicted, const struct snapshot_context *probed)
{
	struct compare_case one = case_of(comparison, COMPARE_SUBJECT_CONTEXT);
	struct compare_counts *counts = &comparison->result->contexts;
	enum compare_outcome outcome = COMPARE_UNEXPLAINED;

	one.predicted.context = predicted;
	one.predicted.answer = context_answer(predicted);
	one.probed.context = probed;
	one.probed.answer = context_answer(probed);
	if (!probed && comparison->filtered)
		outcome = COMPARE_UNASKED;
	else if (predicted && probed)
		outcome = outcome_of(support_known(predicted->state), support_known(probed->state),
			predicted->state == probed->state);
	counts->predicted += predicted != NULL;
	counts->probed += probed != NULL;
	if (is_unknown(outcome))
		count_unknown(comparison, &one, outcome);
	if (outcome != COMPARE_UNEXPLAINED) {
		counts->outcomes[outcome]++;
		return;
	}
	size_t difference = add_difference(comparison, &one, NULL);
	if (difference == SIZE_MAX)
		return;
	counts->outcomes[comparison->result->differences[difference].outcome]++;
	if (probed)
		comparison->difference_at[probed - comparison->probed->contexts] = difference;
}

static void compare_compare_contexts(struct comparison *comparison)
{
	const struct snapshot *predicted = comparison->predicted, *probed = comparison->probed;

	for (size_t i = 0; i < probed->context_cnt; i++) {
		const struct snapshot_context *other =
			snapshot_find_context(predicted, probed->contexts[i].name);
		comparison->predicted_at[i] =
			other ? (size_t)(other - predicted->contexts) : SIZE_MAX;
		comparison->difference_at[i] = SIZE_MAX;
		compare_context(comparison, other, &probed->contexts[i]);
	}
	for (size_t i = 0; i < predicted->context_cnt; i++) {
		if (!snapshot_find_context(probed, predicted->contexts[i].name))
			compare_context(comparison, &predicted->contexts[i], NULL);
	}
}

/* If the context of a cell does not work, its reason comes from the context. */
static void fill_answer(struct compare_side *side)
{
	const struct evidence *evidence = side->cell.evidence;

	side->answer = (struct compare_answer) {.state = cell_state_word(side->cell.state)};
	if (evidence) {
		side->answer.line = evidence->line;
		side->answer.rule = evidence->rule;
		side->answer.errnum = evidence->errnum;
	} else if (side->context->state != SUPPORT_OK) {
		side->answer.line = side->context->reason;
		side->answer.rule = side->context->rule;
		side->answer.errnum = side->context->errnum;
	}
}

static void compare_cell(struct comparison *comparison, struct compare_case *one, size_t context)
{
	struct compare_counts *counts = comparison->counts;
	size_t at = comparison->predicted_at[context];

	one->probed.context = &comparison->probed->contexts[context];
	one->probed.cell = one->probed.kfunc->cells[context];
	if (comparison->difference_at[context] != SIZE_MAX) {
		count_cells(comparison, counts, comparison->difference_at[context],
			one->probed.cell.state != CELL_NONE);
		return;
	}
	one->predicted.context = &comparison->predicted->contexts[at];
	one->predicted.cell = one->predicted.kfunc->cells[at];
	fill_answer(&one->predicted);
	fill_answer(&one->probed);
	enum compare_outcome outcome = cell_outcome(one);
	if (outcome == COMPARE_UNEXPLAINED) {
		count_cells(comparison, counts, add_difference(comparison, one, NULL), 1);
		return;
	}
	counts->outcomes[outcome]++;
	if (is_unknown(outcome))
		count_unknown(comparison, one, outcome);
}

static bool compare_has_flag(const struct snapshot_kfunc *kfunc, const char *flag)
{
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		if (!strcmp(kfunc->flags[i], flag))
			return true;
	}
	return false;
}

static void compare_compare_flags(struct comparison *comparison, const struct snapshot_kfunc *predicted,
	const struct snapshot_kfunc *probed)
{
	struct compare_case one = case_of(comparison, COMPARE_SUBJECT_FLAG);

	one.predicted.kfunc = predicted;
	one.predicted.answer.state = "missing";
	one.probed.kfunc = probed;
	one.probed.answer.state = "set";
	for (size_t i = 0; i < probed->flag_cnt; i++) {
		if (!compare_has_flag(predicted, probed->flags[i]))
			add_difference(comparison, &one, probed->flags[i]);
	}
}

static size_t asked_cells(const struct snapshot *snapshot, const struct cell *cells)
{
	size_t cnt = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++)
		cnt += cells[i].state != CELL_NONE;
	return cnt;
}

/* Only one side has it. */
static void compare_alone(struct comparison *comparison, enum compare_subject subject,
	const struct snapshot_kfunc *predicted, const struct snapshot_kfunc *probed)
{
	struct compare_case one = case_of(comparison, subject);
	struct compare_counts *counts = comparison->counts;
	size_t cell_cnt = predicted ? asked_cells(comparison->predicted, predicted->cells)
				    : asked_cells(comparison->probed, probed->cells);

	one.predicted.kfunc = predicted;
	one.predicted.answer.state = predicted ? "present" : "missing";
	one.probed.kfunc = probed;
	one.probed.answer.state = probed ? "present" : "missing";
	if (!probed && comparison->filtered)
		counts->outcomes[COMPARE_UNASKED] += cell_cnt;
	else
		count_cells(comparison, counts, add_difference(comparison, &one, NULL), cell_cnt);
}

static void compare_row(struct comparison *comparison, const struct snapshot_kfunc *predicted,
	const struct snapshot_kfunc *probed)
{
	struct compare_case one = case_of(comparison, COMPARE_SUBJECT_CELL);

	one.predicted.kfunc = predicted;
	one.probed.kfunc = probed;
	for (size_t i = 0; i < comparison->probed->context_cnt; i++)
		compare_cell(comparison, &one, i);
}

static void compare_compare_kfunc(struct comparison *comparison, const struct snapshot_kfunc *predicted,
	const struct snapshot_kfunc *probed)
{
	comparison->result->kfunc_cnt++;
	compare_compare_flags(comparison, predicted, probed);
	compare_row(comparison, predicted, probed);
}

static void compare_compare_kfuncs(struct comparison *comparison)
{
	const struct snapshot *predicted = comparison->predicted, *probed = comparison->probed;
	struct compare_counts *counts = comparison->counts = &comparison->result->kfunc_cells;

	for (size_t i = 0; i < probed->kfunc_cnt && !comparison->no_memory; i++) {
		const struct snapshot_kfunc *other = snapshot_find_same_kfunc(predicted, &probed->kfuncs[i]);
		counts->probed += asked_cells(probed, probed->kfuncs[i].cells);
		if (other)
			compare_compare_kfunc(comparison, other, &probed->kfuncs[i]);
		else
			compare_alone(comparison, COMPARE_SUBJECT_KFUNC, NULL, &probed->kfuncs[i]);
	}
	for (size_t i = 0; i < predicted->kfunc_cnt && !comparison->no_memory; i++) {
		counts->predicted += asked_cells(predicted, predicted->kfuncs[i].cells);
		if (!snapshot_find_same_kfunc(probed, &predicted->kfuncs[i]))
			compare_alone(comparison, COMPARE_SUBJECT_KFUNC, &predicted->kfuncs[i], NULL);
	}
}

/* For rules and reasons, a helper is a function of the kernel, without the facts of kfuncs. */
static struct snapshot_kfunc *compare_helper_rows(
	struct comparison *comparison, const struct snapshot *snapshot)
{
	struct snapshot_kfunc *rows = pool_calloc(
		&comparison->result->pool, snapshot->helper_cnt + 1, sizeof(*rows));

	comparison->no_memory |= !rows;
	for (size_t i = 0; rows && i < snapshot->helper_cnt; i++)
		rows[i] = (struct snapshot_kfunc) {
			.name = snapshot->helpers[i].name,
			.module = "vmlinux",
			.cells = snapshot->helpers[i].cells,
		};
	return rows;
}

static void compare_helper(struct comparison *comparison, const struct snapshot_kfunc *predicted,
	const struct snapshot_kfunc *probed)
{
	if (predicted && probed) {
		comparison->result->helper_cnt++;
		compare_row(comparison, predicted, probed);
	} else if (comparison->predicted->helper_cnt && comparison->probed->helper_cnt) {
		compare_alone(comparison, COMPARE_SUBJECT_HELPER, predicted, probed);
	} else {
		comparison->counts->outcomes[COMPARE_UNASKED] += predicted
			? asked_cells(comparison->predicted, predicted->cells)
			: asked_cells(comparison->probed, probed->cells);
	}
}

/* Both lists are sorted by id. */
static void compare_helpers(struct comparison *comparison)
{
	const struct snapshot *predicted = comparison->predicted, *probed = comparison->probed;
	struct snapshot_kfunc *a = compare_helper_rows(comparison, predicted);
	struct snapshot_kfunc *b = compare_helper_rows(comparison, probed);
	size_t i = 0, j = 0;

	comparison->counts = &comparison->result->helper_cells;
	while (!comparison->no_memory && (i < predicted->helper_cnt || j < probed->helper_cnt)) {
		uint64_t x = i < predicted->helper_cnt ? predicted->helpers[i].id : UINT64_MAX;
		uint64_t y = j < probed->helper_cnt ? probed->helpers[j].id : UINT64_MAX;
		const struct snapshot_kfunc *left = x <= y ? &a[i++] : NULL;
		const struct snapshot_kfunc *right = y <= x ? &b[j++] : NULL;
		if (left)
			comparison->counts->predicted += asked_cells(predicted, left->cells);
		if (right)
			comparison->counts->probed += asked_cells(probed, right->cells);
		compare_helper(comparison, left, right);
	}
}

static int frequent_first(const void *a, const void *b)
{
	const struct compare_unknown *x = a, *y = b;
	int order = order_numbers(x->subject, y->subject);

	if (!order)
		order = order_numbers(y->cnt, x->cnt);
	if (!order)
		order = strcmp(x->reason, y->reason);
	if (!order)
		order = order_numbers(x->probed, y->probed);
	return order ? order : order_numbers(x->outcome, y->outcome);
}

static bool compare_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct error *check_pair(const struct snapshot *predicted, const struct snapshot *probed)
{
	const struct kernel_identity *a = &predicted->kernel, *b = &probed->kernel;
	bool same = a->btf_sha256 && b->btf_sha256
		? compare_same_text(a->btf_sha256, b->btf_sha256)
		: compare_same_text(a->release, b->release) && compare_same_text(a->version, b->version);

	if (strcmp(predicted->source_kind, "scanned"))
		return error_create(ERROR_INPUT, "give one that `kcompat scan --json` made",
			"the first snapshot is %s, not scanned", predicted->source_kind);
	if (strcmp(probed->source_kind, "probed"))
		return error_create(ERROR_INPUT, "give one that `kcompat probe --json` made",
			"the second snapshot is %s, not probed", probed->source_kind);
	if (!same)
		return error_create(ERROR_INPUT, "scan the image that was booted",
			"the snapshots are of two kernels: %s and %s",
			a->release ? a->release : "one without a name",
			b->release ? b->release : "one without a name");
	return NULL;
}

static struct error *compare_all(struct comparison *comparison)
{
	struct compare_result *result = comparison->result;
	size_t context_cnt = comparison->probed->context_cnt;

	result->kernel = &comparison->probed->kernel;
	result->explained = pool_calloc(&result->pool, compare_rule_cnt, sizeof(size_t));
	result->unknown_explained = pool_calloc(&result->pool, compare_rule_cnt, sizeof(size_t));
	comparison->predicted_at = pool_calloc(&result->pool, context_cnt + 1, sizeof(size_t));
	comparison->difference_at = pool_calloc(&result->pool, context_cnt + 1, sizeof(size_t));
	if (!result->explained || !result->unknown_explained || !comparison->predicted_at ||
		!comparison->difference_at)
		return error_no_memory();
	compare_compare_contexts(comparison);
	compare_compare_kfuncs(comparison);
	compare_helpers(comparison);
	if (result->unknown_cnt)
		qsort(result->unknowns, result->unknown_cnt, sizeof(*result->unknowns),
			frequent_first);
	return comparison->no_memory ? error_no_memory() : NULL;
}

struct error *compare_prediction(const struct snapshot *predicted, const struct snapshot *probed,
	struct compare_result **ret)
{
	struct error *error = check_pair(predicted, probed);
	struct compare_result *result = error ? NULL : calloc(1, sizeof(*result));
	struct comparison comparison = {
		.predicted = predicted,
		.probed = probed,
		.result = result,
		.filtered = snapshot_has_fact(probed, "filtered"),
	};

	if (error)
		return error;
	error = result ? compare_all(&comparison) : error_no_memory();
	if (error) {
		compare_result_destroy(result);
		return error;
	}
	*ret = result;
	return NULL;
}

void compare_result_destroy(struct compare_result *result)
{
	if (!result)
		return;
	pool_destroy(&result->pool);
	free(result);
}

bool compare_result_holds(const struct compare_result *result)
{
	for (size_t i = 0; i < result->difference_cnt; i++) {
		if (result->differences[i].outcome == COMPARE_UNEXPLAINED)
			return false;
	}
	return true;
}
