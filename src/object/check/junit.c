/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A suite for each kernel, a case for each program: unmet is a failure, what is not known an error. */
#include "object/check/parts.h"
#include "util/array.h"
#include "util/junit.h"

static enum junit_outcome outcome_of(const struct check_program *program,
	const struct check_cell *cell, const struct check_policy *policy)
{
	enum check_state state = check_settle_cell(cell, policy);

	if (cell->load == CHECK_MET && cell->attach == CHECK_MET)
		return JUNIT_PASSED;
	if (program->optional || state == CHECK_MET)
		return JUNIT_SKIPPED;
	return state == CHECK_UNMET ? JUNIT_FAILURE : JUNIT_ERROR;
}

static void add_program(const struct check_object *checked, const struct check_program *program,
	size_t kernel, const struct check_policy *policy, struct junit_suite *suite)
{
	const struct check_cell *cell = &program->cells[kernel];
	const struct check_need *need = cell->first;
	_cleanup_buf_ struct buf reason = {0};

	if (need)
		buf_printf(&reason, "%s %s %s: %s%s%s", check_kind_word(need->kind), need->name,
			check_state_word(need->state), need->reason, need->guard ? "; " : "",
			need->guard ? need->guard : "");
	suite->cases.failed |= reason.failed;
	junit_add(suite, program->name, checked->name, outcome_of(program, cell, policy),
		need ? check_state_word(need->state) : "", buf_text(&reason));
}

static void put_kernel(
	const struct check *check, size_t at, const struct check_policy *policy, struct buf *out)
{
	const struct check_kernel *kernel = &check->kernels[at];
	const struct snapshot *snapshot = kernel->scope.snapshot;
	const struct junit_property properties[] = {
		{"release", snapshot->kernel.release ? snapshot->kernel.release : "?"},
		{"source", kernel->scope.kernel ? "running" : snapshot->source_kind},
	};
	struct junit_suite suite = {0};

	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		for (size_t j = 0; j < checked->program_cnt; j++)
			add_program(checked, &checked->programs[j], at, policy, &suite);
	}
	junit_put_suite(&suite, at, kernel->name, properties, ARRAY_SIZE(properties), out);
}

void check_render_junit(
	const struct check *check, const struct check_policy *policy, struct buf *out)
{
	junit_begin(out);
	for (size_t i = 0; i < check->kernel_cnt; i++)
		put_kernel(check, i, policy, out);
	junit_end(out);
}
