/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/matrix.h"

#include <stdlib.h>
#include <string.h>

const char *require_need_word(enum require_need need)
{
	static const char *const words[] = {
#define REQUIRE_NEED_WORD(name, word) word,
		REQUIRE_NEEDS(REQUIRE_NEED_WORD)};

	return words[need];
}

const char *require_settled_word(enum tristate settled)
{
	static const char *const words[] = {
		[TRISTATE_YES] = "satisfied",
		[TRISTATE_NO] = "missing",
		[TRISTATE_UNKNOWN] = "unknown",
	};

	return words[settled];
}

void require_matrix_deinit(struct require_matrix *matrix)
{
	if (!matrix)
		return;
	for (size_t i = 0; i < matrix->cnt; i++)
		require_answer_deinit(&matrix->kernels[i].answer);
	pool_destroy(&matrix->pool);
	*matrix = (struct require_matrix) {0};
}

/* One is enough, as for any(). */
static enum tristate better_of(enum tristate a, enum tristate b)
{
	if (a == TRISTATE_YES || b == TRISTATE_YES)
		return TRISTATE_YES;
	return a == TRISTATE_UNKNOWN || b == TRISTATE_UNKNOWN ? TRISTATE_UNKNOWN : TRISTATE_NO;
}

/* All are needed, as for all(). */
static enum tristate worse_of(enum tristate a, enum tristate b)
{
	if (a == TRISTATE_NO || b == TRISTATE_NO)
		return TRISTATE_NO;
	return a == TRISTATE_UNKNOWN || b == TRISTATE_UNKNOWN ? TRISTATE_UNKNOWN : TRISTATE_YES;
}

/* The kernels of one group need one that satisfies; each group is needed. */
static const char *group_of(
	const struct require_matrix *matrix, const struct require_kernel *kernel)
{
	switch (matrix->need) {
	case REQUIRE_NEED_EACH_VERSION:
		return kernel->version;
	case REQUIRE_NEED_EACH_ARCH:
		return kernel->arch;
	case REQUIRE_NEED_EACH_FLAVOR:
		return kernel->flavor;
	case REQUIRE_NEED_ALL:
		return kernel->name;
	default:
		return "";
	}
}

static enum tristate value_of_group(const struct require_matrix *matrix, const char *group)
{
	enum tristate value = TRISTATE_NO;

	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_kernel *kernel = &matrix->kernels[i];
		if (!kernel->excepted && !strcmp(group_of(matrix, kernel), group))
			value = better_of(value, kernel->settled);
	}
	return value;
}

static enum tristate value_of_all(const struct require_matrix *matrix)
{
	enum tristate value = TRISTATE_YES;

	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_kernel *kernel = &matrix->kernels[i];
		if (kernel->excepted)
			continue;
		value = worse_of(value,
			matrix->need == REQUIRE_NEED_ALL
				? kernel->settled
				: value_of_group(matrix, group_of(matrix, kernel)));
	}
	return value;
}

struct error *require_matrix_evaluate(
	struct require_matrix *matrix, size_t kernel, enum require_unknown on_unknown)
{
	struct require_kernel *row = &matrix->kernels[kernel];
	struct error *error = require_evaluate(matrix->list, &row->scope, &row->answer);

	if (!error)
		row->settled = require_settle(row->answer.value, on_unknown);
	return error;
}

void require_matrix_conclude(struct require_matrix *matrix)
{
	matrix->value = value_of_all(matrix);
}

const struct require_verdict *require_matrix_verdict(
	const struct require_matrix *matrix, size_t kernel, size_t requirement)
{
	return require_verdict_of(
		&matrix->kernels[kernel].answer, matrix->list->list[requirement].root);
}

bool require_matrix_counts(const struct require_matrix *matrix, size_t kernel, size_t requirement)
{
	return matrix->value != TRISTATE_YES && !matrix->kernels[kernel].excepted &&
		!matrix->list->list[requirement].optional;
}

bool require_is_repeated(const struct require_list *list, size_t at)
{
	const struct requirement *here = &list->list[at];

	for (size_t i = 0; i < at; i++) {
		const struct requirement *before = &list->list[i];
		if (before->optional == here->optional && !strcmp(before->flag, here->flag) &&
			!strcmp(before->root->text, here->root->text))
			return true;
	}
	return false;
}

static struct require_shared *find_shared(
	struct require_reasons *reasons, const struct require_verdict *verdict)
{
	for (size_t i = 0; i < reasons->cnt; i++) {
		struct require_shared *shared = &reasons->list[i];
		if (shared->value == verdict->value && shared->predicted == verdict->predicted &&
			!strcmp(shared->reason, verdict->reason))
			return shared;
	}
	struct require_shared *added = &reasons->list[reasons->cnt++];
	*added = (struct require_shared) {
		.value = verdict->value,
		.reason = verdict->reason,
		.predicted = verdict->predicted,
	};
	return added;
}

/* Adds the kernels with this answer. */
static struct error *share(const struct require_matrix *matrix, size_t requirement,
	struct pool *pool, enum tristate value, struct require_reasons *reasons)
{
	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_verdict *verdict =
			require_matrix_verdict(matrix, i, requirement);
		if (verdict->value != value)
			continue;
		struct require_shared *shared = find_shared(reasons, verdict);
		if (!shared->cnt)
			shared->kernels =
				pool_calloc(pool, matrix->cnt - i, sizeof(*shared->kernels));
		if (!shared->kernels)
			return error_no_memory();
		shared->kernels[shared->cnt++] = i;
		shared->counts |= require_matrix_counts(matrix, i, requirement);
	}
	return NULL;
}

struct error *require_matrix_reasons(const struct require_matrix *matrix, size_t requirement,
	struct pool *pool, struct require_reasons *ret)
{
	struct require_reasons reasons = {
		.list = pool_calloc(pool, matrix->cnt, sizeof(*reasons.list))};

	if (!reasons.list)
		return error_no_memory();
	struct error *error = share(matrix, requirement, pool, TRISTATE_NO, &reasons);
	if (!error)
		error = share(matrix, requirement, pool, TRISTATE_UNKNOWN, &reasons);
	if (!error)
		*ret = reasons;
	return error;
}

void put_require_names(const struct require_matrix *matrix, const struct require_shared *shared,
	size_t max, struct buf *out)
{
	size_t shown = max && shared->cnt > max ? max : shared->cnt;

	for (size_t i = 0; i < shown; i++)
		buf_printf(out, "%s%s", i ? ", " : "", matrix->kernels[shared->kernels[i]].name);
	if (shown < shared->cnt)
		buf_printf(out, " and %zu more", shared->cnt - shown);
}

/* The answers of all kernels to one expression. */
static struct error *merge_node(const struct require_matrix *matrix,
	const struct require_node *node, struct pool *pool, struct require_verdict *ret)
{
	_cleanup_buf_ struct buf reason = {0};
	struct require_verdict merged = {.value = TRISTATE_YES};
	size_t cnt = 0, asked = 0;

	for (size_t i = 0; i < matrix->cnt; i++) {
		if (!matrix->kernels[i].excepted)
			merged.value = worse_of(merged.value,
				require_verdict_of(&matrix->kernels[i].answer, node)->value);
	}
	for (size_t i = 0; i < matrix->cnt; i++) {
		const struct require_kernel *kernel = &matrix->kernels[i];
		const struct require_verdict *verdict = require_verdict_of(&kernel->answer, node);
		asked += !kernel->excepted;
		if (kernel->excepted || verdict->value != merged.value)
			continue;
		merged.predicted |= verdict->predicted;
		if (!cnt++ && merged.value != TRISTATE_YES)
			buf_printf(&reason, "%s: %s", kernel->name, verdict->reason);
	}
	if (merged.value == TRISTATE_YES)
		buf_printf(&reason, "on all %zu kernels", asked);
	else if (cnt > 1)
		buf_printf(&reason, "; and on %zu more of %zu kernels", cnt - 1, asked);
	merged.reason = reason.failed ? NULL : pool_strdup(pool, buf_text(&reason));
	*ret = merged;
	return merged.reason ? NULL : error_no_memory();
}

struct error *require_matrix_merge(const struct require_matrix *matrix, struct require_answer *ret)
{
	const struct require_list *list = matrix->list;
	struct require_answer answer = {.value = matrix->value};
	struct error *error = NULL;

	answer.verdicts = pool_calloc(&answer.pool, list->node_cnt, sizeof(*answer.verdicts));
	if (!answer.verdicts)
		error = error_no_memory();
	for (size_t i = 0; i < list->cnt && !error; i++) {
		const struct require_node *root = list->list[i].root;
		error = merge_node(matrix, root, &answer.pool, &answer.verdicts[root->id]);
	}
	if (error)
		require_answer_deinit(&answer);
	else
		*ret = answer;
	return error;
}
