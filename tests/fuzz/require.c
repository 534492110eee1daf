/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requirements as a file and as an argument: parsed, then answered from an empty and a small
 * snapshot and rendered in every form. What was accepted must be accepted again as it is spelled.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "require/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct snapshot_context contexts[] = {
	{.name = "xdp", .program_type = "xdp", .state = SUPPORT_OK},
	{.name = "lsm.s", .program_type = "lsm", .state = SUPPORT_BLOCKED, .reason = "policy"},
};
static const char *facts[] = {"btf", "config"};
static struct snapshot_kfunc kfunc = {.name = "k",
	.module = "vmlinux",
	.cells = (struct cell[]) {{.state = CELL_PERMITTED}, {.state = CELL_BLOCKED}}};
static struct snapshot_feature hash = {.name = "hash", .state = SUPPORT_OK};
static struct kernel_config_option option = {"CONFIG_A", "y"};
static const struct snapshot small = {
	.source_kind = "probed",
	.facts = facts,
	.fact_cnt = 2,
	.contexts = contexts,
	.context_cnt = 2,
	.kfuncs = &kfunc,
	.kfunc_cnt = 1,
	.map_types = {&hash, 1, 1},
	.config = &option,
	.config_cnt = 1,
};
static const struct snapshot empty;

/* Canonical spelling is a fixed point. */
static void parse_again(const struct requirement *requirement)
{
	struct require_list list = {0};

	if (require_parse_argument(&list, 1, requirement->root->text, NULL) || list.mistake_cnt ||
		strcmp(list.list[0].root->text, requirement->root->text))
		abort();
	require_list_deinit(&list);
}

/* One kernel twice, once accepted. Only lack of memory, or of a short label, is an error. */
static void render_all(
	const struct require_list *list, const struct require_scope *scope, struct buf *out)
{
	struct require_kernel kernels[] = {
		{.name = "a\"<&%|",
			.version = "6.1",
			.arch = "amd64",
			.flavor = "?",
			.scope = *scope},
		{.name = "b",
			.version = "6.1",
			.arch = "amd64",
			.flavor = "?",
			.scope = *scope,
			.excepted = true},
	};
	struct require_matrix matrix = {.list = list, .kernels = kernels, .cnt = 2};
	struct require_answer merged;

	for (size_t i = 0; i < matrix.cnt; i++) {
		if (require_matrix_evaluate(&matrix, i, REQUIRE_UNKNOWN_KEEP) ||
			require_answer_own(list, &kernels[i].answer))
			abort();
	}
	require_matrix_conclude(&matrix);
	if (require_matrix_merge(&matrix, &merged))
		abort();
	if (merged.value != kernels[0].settled || render_matrix_text(&matrix, 80, out) ||
		render_matrix_markdown(&matrix, out) || render_matrix_sarif(&matrix, out) ||
		render_matrix_github(&matrix, out))
		abort();
	render_matrix_nagios(&matrix, out);
	render_matrix_csv(&matrix, out);
	render_matrix_json(&matrix, out);
	render_matrix_jsonl(&matrix, out);
	render_matrix_junit(&matrix, out);
	render_matrix_prometheus(&matrix, out);
	error_free(render_matrix_nfd(&matrix, out));
	if (out->failed)
		abort();
	require_answer_deinit(&merged);
	require_matrix_deinit(&matrix);
}

static void answer(const struct require_list *list, const struct snapshot *snapshot)
{
	const struct require_scope scope = {.snapshot = snapshot};
	struct require_answer answer = {0};
	_cleanup_buf_ struct buf out = {0};

	if (require_evaluate(list, &scope, &answer))
		abort();
	render_require_text(list, &answer, SIZE_MAX, &out);
	render_require_nagios(list, &answer, answer.value, &out);
	render_require_env(list, &answer, &out);
	render_require_c(list, &answer, "Kernel 6.1", &out);
	render_require_json(list, &answer, &scope, answer.value, false, &out);
	if (out.failed)
		abort();
	require_answer_deinit(&answer);
	render_all(list, &scope, &out);
}

static void use(struct require_list *list)
{
	struct require_needs needs;

	error_free(require_flag_check(list));
	if (require_needs(list, &needs))
		abort();
	require_needs_deinit(&needs);
	answer(list, &empty);
	answer(list, &small);
	for (size_t i = 0; i < list->cnt; i++)
		parse_again(&list->list[i]);
	require_list_deinit(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct require_list list = {0};

	if (require_parse_file(&list, "input", data, size, NULL))
		abort();
	use(&list);

	char *text = strndup((const char *)data, size);
	if (!text || require_parse_argument(&list, 1, text, NULL))
		abort();
	free(text);
	use(&list);
	return 0;
}
