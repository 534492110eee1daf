/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "docs/since.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/history/features.h"
#include "util/array.h"
#include "util/version.h"

static const char *const policy_words[] = {
#define SINCE_POLICY_WORD(name, word, meaning) word,
	SINCE_POLICIES(SINCE_POLICY_WORD)
#undef SINCE_POLICY_WORD
};

const char *since_policy_word(enum since_policy policy)
{
	return policy_words[policy];
}

enum since_policy since_policy_parse(const char *word)
{
	int i = 0;

	while (i < SINCE_POLICY_CNT && strcmp(policy_words[i], word))
		i++;
	return (enum since_policy)i;
}

void since_destroy(struct since *since)
{
	if (!since)
		return;
	subjects_deinit(&since->subjects);
	pool_destroy(&since->pool);
	free(since);
}

/* Rows are in the order of their versions. */
static void take_versions(struct since *since)
{
	for (size_t i = 0; i < since->history->row_cnt; i++) {
		unsigned int version = version_parse(since->history->rows[i].version);
		size_t cnt = since->version_cnt;
		if (version && (!cnt || since->versions[cnt - 1] != version))
			since->versions[since->version_cnt++] = version;
	}
}

struct error *since_create(
	const struct history *history, enum since_policy policy, struct since **ret)
{
	struct since *since = calloc(1, sizeof(*since));
	struct error *error = NULL;

	if (!since)
		return error_no_memory();
	since->history = history;
	since->policy = policy;
	since->versions = pool_calloc(&since->pool, history->row_cnt, sizeof(*since->versions));
	if (since->versions) {
		take_versions(since);
		error = subjects_find(history, NULL, 0, &since->subjects);
	}
	if (!error)
		since->functions = pool_calloc(
			&since->pool, since->subjects.cnt, sizeof(struct since_function *));
	if (!error && (!since->versions || !since->functions))
		error = error_no_memory();
	if (error)
		since_destroy(since);
	else
		*ret = since;
	return error;
}

/*
 * Impossible because the program would have to sleep, or because no argument makes the call possible. The
 * allow check comes before, and passed.
 */
static bool is_behind_allow_check(const struct evidence *evidence)
{
	return evidence &&
		(predict_rule_is_about_call(evidence->rule) ||
			predict_rule_is(evidence->rule, PREDICT_SLEEPABLE) ||
			predict_rule_is(evidence->rule, PREDICT_MIGHT_SLEEP));
}

/* Can never be bound to a device. This check comes before the allow check: the hook is unknown. */
static bool is_unbindable(const struct evidence *evidence)
{
	return evidence && predict_rule_is(evidence->rule, PREDICT_DEVICE_BOUND);
}

/* The verifier keeps a map with the field that the call needs from programs of the type. */
static bool is_kept(const struct evidence *evidence)
{
	return evidence && predict_rule_is(evidence->rule, PREDICT_MAP_FIELD);
}

/*
 * Does a refusal hold for the whole program type, not only for the tried target? For LSM programs
 * and struct_ops, the kernel decides by the hook or member (bpf_lsm_func_proto(),
 * bpf_tcp_ca_get_func_proto(), scx_kfunc_context_filter()).
 */
static bool since_is_of_type(const struct snapshot_context *context, const struct cell *cell)
{
	const char *rule = cell->evidence && cell->evidence->rule ? cell->evidence->rule : "";

	/* A prediction refuses because of the target only if the program has no other target. */
	if (!cell->predicted && predict_rule_is(rule, PREDICT_HELPER_TARGET))
		return false;
	if (!strcmp(rule, "helper-program-type") || predict_rule_is(rule, PREDICT_NOT_REGISTERED))
		return true;
	return strcmp(context->program_type, "lsm") && strcmp(context->program_type, "struct_ops");
}

enum weight { WEIGHT_NOTHING, WEIGHT_REFUSED, WEIGHT_DOUBT, WEIGHT_PERMITTED };

/* The answer of one cell about its program type. */
static enum weight since_weigh(
	enum since_policy policy, const struct snapshot_context *context, const struct cell *cell)
{
	if (is_kept(cell->evidence))
		return policy == SINCE_HOOK ? WEIGHT_PERMITTED : WEIGHT_REFUSED;
	switch (cell->state) {
	case CELL_RAN:
	case CELL_LOADABLE:
	case CELL_PERMITTED:
	case CELL_CONDITIONAL:
		return WEIGHT_PERMITTED;
	case CELL_REFUSED:
		/* Without its reason (probe --evidence), a refusal may be of the tried target alone. */
		return cell->evidence && since_is_of_type(context, cell) ? WEIGHT_REFUSED : WEIGHT_DOUBT;
	case CELL_IMPOSSIBLE:
		if (is_behind_allow_check(cell->evidence))
			return policy == SINCE_HOOK ? WEIGHT_PERMITTED : WEIGHT_REFUSED;
		/* The build or the architecture causes it, unless it belongs to the type. */
		return policy == SINCE_LOADABLE && is_unbindable(cell->evidence) ? WEIGHT_REFUSED
										 : WEIGHT_DOUBT;
	case CELL_BLOCKED:
	case CELL_UNKNOWN:
		return WEIGHT_DOUBT;
	default:
		return WEIGHT_NOTHING;
	}
}

static uint32_t type_number(const char *word)
{
	for (uint32_t i = 0; i < PROG_TYPE_CNT; i++) {
		const char *other = prog_type_word(i);
		if (other && !strcmp(other, word))
			return i;
	}
	return PROG_TYPE_CNT;
}

/* Selects the cell that says more, if both permit a call. */
static bool is_plainer(const struct cell *a, const struct cell *b)
{
	static const int plain[CELL_STATE_CNT] = {
		[CELL_RAN] = 4, [CELL_LOADABLE] = 3, [CELL_PERMITTED] = 2, [CELL_CONDITIONAL] = 1};

	return plain[a->state] > plain[b->state];
}

struct best {
	enum weight weight;
	const struct snapshot_context *context;
	const struct cell *cell;
};

/* The answer of one kernel about a call from each program type. The best of its contexts counts. */
static void weigh_cells(const struct since *since, const struct snapshot *snapshot,
	const struct cell *cells, struct best best[PROG_TYPE_CNT])
{
	const char *word = NULL;
	uint32_t type = PROG_TYPE_CNT;

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		enum weight weight = since_weigh(since->policy, context, &cells[i]);
		if (word != context->program_type) {
			word = context->program_type;
			type = type_number(word);
		}
		if (type == PROG_TYPE_CNT)
			continue;
		/* Not probed, although the context exists. */
		if (cells[i].state == CELL_NONE && context->state != SUPPORT_UNSUPPORTED)
			weight = WEIGHT_DOUBT;
		if (weight > best[type].weight ||
			(weight == WEIGHT_PERMITTED && is_plainer(&cells[i], best[type].cell)))
			best[type] = (struct best) {weight, context, &cells[i]};
	}
}

static bool is_scanned(const struct since_point *point)
{
	return point->cell && point->cell->predicted;
}

/* Selects the kernel of a version that says more. If both say the same, the probed one. */
static void improve(struct since_point *point, const struct since_point *other)
{
	bool probed = other->stand == point->stand && is_scanned(point) && !is_scanned(other);

	if (other->stand > point->stand || probed) {
		unsigned int version = point->version;
		*point = *other;
		point->version = version;
	}
}

/* False: the table has no such call. */
static bool since_call_key(
	const struct since_function *function, uint32_t type, char *key, size_t size)
{
	const char *word = prog_type_word(type);

	return word && snprintf(key, size, FEATURE_CALL, function->subject.name, word) < (int)size;
}

static void find_optional(struct since_function *function)
{
	char key[FEATURE_CALL_MAX], option[FEATURE_OPTION_MAX];

	for (uint32_t type = 0; type < PROG_TYPE_CNT; type++)
		function->optional[type] = since_call_key(function, type, key, sizeof(key)) &&
			feature_option_find(key, option);
}

/*
 * Is that kernel built without what registers the function for the type? Then its refusal says nothing about
 * its version. Kernels before the first version with the call refuse it anyway.
 */
static bool is_left_out(
	const struct since_function *function, uint32_t type, const struct history_row *row)
{
	char key[FEATURE_CALL_MAX], option[FEATURE_OPTION_MAX];
	struct feature_origin origin;

	if (!function->optional[type] || !since_call_key(function, type, key, sizeof(key)) ||
		!feature_option_find(key, option))
		return false;
	if (feature_origin_find(key, &origin) &&
		version_parse(row->version) < version_parse(origin.version))
		return false;
	for (size_t i = 0; i < row->entry_cnt; i++) {
		const struct snapshot *snapshot = row->entries[i]->snapshot;
		if (kernel_config_find(snapshot->config, snapshot->config_cnt, option))
			return false;
	}
	return true;
}

static enum since_stand since_stand_of(const struct since_function *function, uint32_t type,
	const struct history_row *row, enum weight weight)
{
	if (weight == WEIGHT_PERMITTED)
		return STAND_PERMITTED;
	return weight == WEIGHT_REFUSED && !is_left_out(function, type, row) ? STAND_REFUSED
									       : STAND_UNKNOWN;
}

static void take_best(const struct since *since, const struct history_row *row,
	const struct best best[PROG_TYPE_CNT], size_t version, struct since_function *function)
{
	for (uint32_t type = 0; type < PROG_TYPE_CNT; type++) {
		const struct since_point point = {
			.stand = since_stand_of(function, type, row, best[type].weight),
			.row = row,
			.context = best[type].context,
			.cell = best[type].cell,
		};
		improve(&function->calls[type * since->version_cnt + version], &point);
	}
}

/*
 * Does the allow check permit the call to some program? If the kernel refuses it to every program,
 * its configuration may leave the function out. A listed function may not exist at all.
 */
static bool since_is_called(const struct snapshot *snapshot, const struct cell *cells)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (cell_state_usable(cells[i].state) || cells[i].state == CELL_CONDITIONAL ||
			cells[i].state == CELL_IMPOSSIBLE)
			return true;
	}
	return false;
}

/* Reads the cells of one snapshot, for each kfunc of that name; false: it has no answer. */
static bool weigh_snapshot(const struct since *since, const struct snapshot *snapshot,
	const struct subject *subject, struct best best[PROG_TYPE_CNT])
{
	if (subject->kind == SUBJECT_HELPER) {
		const struct snapshot_helper *helper = snapshot_find_helper(snapshot, subject->name);
		if (!helper || !since_is_called(snapshot, helper->cells))
			return false;
		weigh_cells(since, snapshot, helper->cells, best);
		return true;
	}
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, subject->name);
	const struct snapshot_kfunc *end = snapshot->kfuncs + snapshot->kfunc_cnt;
	bool found = false;
	for (const struct snapshot_kfunc *one = kfunc;
		one && one < end && !strcmp(one->name, subject->name); one++) {
		if (!since_is_called(snapshot, one->cells))
			continue;
		weigh_cells(since, snapshot, one->cells, best);
		found = true;
	}
	return found;
}

/* A probed answer comes first. A prediction of the same kernel fills its gaps. */
static bool weigh_row(const struct since *since, const struct history_row *row,
	const struct subject *subject, struct best best[PROG_TYPE_CNT])
{
	bool found = false;

	for (size_t i = 0; i < row->entry_cnt; i++) {
		struct best here[PROG_TYPE_CNT] = {0};
		if (!weigh_snapshot(since, row->entries[i]->snapshot, subject, here))
			continue;
		found = true;
		for (size_t type = 0; type < PROG_TYPE_CNT; type++) {
			bool open = best[type].weight == WEIGHT_NOTHING ||
				best[type].weight == WEIGHT_DOUBT;
			if (open && here[type].weight)
				best[type] = here[type];
		}
	}
	return found;
}

static struct error *take_row(const struct since *since, size_t row, size_t version,
	struct since_function *function)
{
	const struct history_row *of = &since->history->rows[row];
	struct best best[PROG_TYPE_CNT] = {0};
	const struct since_point point = {.stand = STAND_ABSENT, .row = of};
	_cleanup_pool_ struct pool pool = {0};
	struct finding finding;

	if (weigh_row(since, of, &function->subject, best)) {
		take_best(since, of, best, version, function);
		return NULL;
	}
	struct error *error = history_find(since->history, row, &function->subject, &pool, &finding);
	if (error || strcmp(finding.state, "absent"))
		return error;
	for (size_t type = 0; type < PROG_TYPE_CNT; type++)
		improve(&function->calls[type * since->version_cnt + version], &point);
	return NULL;
}

static struct error *make_function(
	struct since *since, const struct subject *subject, struct since_function **ret)
{
	struct since_function *function = pool_alloc(&since->pool, sizeof(*function));
	size_t cnt = since->version_cnt, version = 0;

	if (!function)
		return error_no_memory();
	function->subject = *subject;
	find_optional(function);
	function->calls = pool_calloc(&since->pool, cnt * PROG_TYPE_CNT, sizeof(*function->calls));
	if (!function->calls)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		for (size_t type = 0; type < PROG_TYPE_CNT; type++)
			function->calls[type * cnt + i].version = since->versions[i];
	}
	for (size_t i = 0; i < since->history->row_cnt; i++) {
		unsigned int number = version_parse(since->history->rows[i].version);
		if (!number)
			continue;
		while (since->versions[version] != number)
			version++;
		struct error *error = take_row(since, i, version, function);
		if (error)
			return error;
	}
	*ret = function;
	return NULL;
}

static int since_compare_subjects(const void *a, const void *b)
{
	const struct subject *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->name, right->name);
}

struct error *since_function(struct since *since, enum subject_kind kind, const char *name,
	const struct since_function **ret)
{
	const struct subject wanted = {kind, name};
	const struct subject *found = since->subjects.cnt
		? bsearch(&wanted, since->subjects.list, since->subjects.cnt, sizeof(wanted), since_compare_subjects)
		: NULL;
	struct error *error = NULL;

	*ret = NULL;
	if (!found)
		return NULL;
	struct since_function **kept = &since->functions[found - since->subjects.list];
	if (!*kept)
		error = make_function(since, found, kept);
	if (!error)
		*ret = *kept;
	return error;
}

const struct since_point *since_calls(
	const struct since *since, const struct since_function *function, enum prog_type type)
{
	return function->calls + (size_t)type * since->version_cnt;
}

struct error *since_presence(struct since *since, const struct subject *subject, struct since_point *points)
{
	_cleanup_pool_ struct pool pool = {0};
	struct error *error = NULL;
	size_t version = 0;

	for (size_t i = 0; i < since->version_cnt; i++)
		points[i] = (struct since_point) {.version = since->versions[i]};
	for (size_t i = 0; i < since->history->row_cnt && !error; i++) {
		const struct history_row *row = &since->history->rows[i];
		unsigned int number = version_parse(row->version);
		struct finding finding;
		if (!number)
			continue;
		while (since->versions[version] != number)
			version++;
		error = history_find(since->history, i, subject, &pool, &finding);
		if (error || !finding_is_known(&finding) ||
			(finding.helper && !since_is_called(finding.snapshot, finding.helper->cells)))
			continue;
		improve(&points[version],
			&(struct since_point) {.row = row,
				.stand = finding_is_present(&finding) ? STAND_PERMITTED : STAND_ABSENT});
	}
	return error;
}

const struct since_point *since_contradiction(
	const struct since_point *points, size_t cnt, struct since_claim claim)
{
	for (size_t i = 0; i < cnt; i++) {
		bool inside = points[i].version >= claim.since &&
			(!claim.until || points[i].version < claim.until);
		if (points[i].stand == (inside ? STAND_REFUSED : STAND_PERMITTED))
			return &points[i];
	}
	return NULL;
}

struct since_known since_know(const struct since_point *points, size_t cnt)
{
	struct since_known known = {0};

	for (size_t i = 0; i < cnt; i++) {
		const struct since_point *point = &points[i];
		if (point->stand == STAND_PERMITTED) {
			known.first = known.first ? known.first : point;
			known.last = point;
			known.after = NULL;
		} else if (point->stand == STAND_REFUSED) {
			if (!known.first)
				known.before = point;
			else if (!known.after)
				known.after = point;
		} else if (point->stand == STAND_ABSENT && !known.first && !known.before) {
			known.absent = point;
		}
	}
	if (!known.first) {
		known.refusal = known.before;
		known.before = NULL;
	}
	return known;
}

unsigned int since_earliest(const struct since_known *known)
{
	const struct since_point *last = known->before ? known->before : known->absent;

	return last ? version_next(last->version) : 0;
}
