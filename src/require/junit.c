/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/matrix.h"
#include "util/array.h"
#include "util/junit.h"

static void add_case(const struct require_matrix *matrix, size_t kernel, size_t requirement,
	struct junit_suite *suite)
{
	const struct require_verdict *verdict = require_matrix_verdict(matrix, kernel, requirement);
	bool missing = verdict->value == TRISTATE_NO;
	enum junit_outcome outcome = verdict->value == TRISTATE_YES    ? JUNIT_PASSED
		: !require_matrix_counts(matrix, kernel, requirement) ? JUNIT_SKIPPED
		: missing                                             ? JUNIT_FAILURE
								      : JUNIT_ERROR;

	junit_add(suite, matrix->list->list[requirement].root->text, matrix->kernels[kernel].name,
		outcome, missing ? "missing" : "unknown", verdict->reason);
}

static void put_kernel(const struct require_matrix *matrix, size_t at, struct buf *out)
{
	const struct require_kernel *kernel = &matrix->kernels[at];
	const struct snapshot *snapshot = kernel->scope.snapshot;
	const struct junit_property properties[] = {
		{"release", snapshot->kernel.release ? snapshot->kernel.release : "?"},
		{"source", kernel->scope.kernel ? "running" : snapshot->source_kind},
		{"verdict", require_settled_word(kernel->settled)},
	};
	struct junit_suite suite = {0};

	for (size_t i = 0; i < matrix->list->cnt; i++)
		add_case(matrix, at, i, &suite);
	junit_put_suite(&suite, at, kernel->name, properties, ARRAY_SIZE(properties), out);
}

void render_matrix_junit(const struct require_matrix *matrix, struct buf *out)
{
	junit_begin(out);
	for (size_t i = 0; i < matrix->cnt; i++)
		put_kernel(matrix, i, out);
	junit_end(out);
}
