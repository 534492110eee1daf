/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe_run() against the running kernel: what must hold on every kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture/fake_kernel.h"
#include "input/system/system.h"
#include "util/array.h"
#include "probe/verdict.h"
#include "snapshot/file.h"

#define PARTS                                                                                      \
	(1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS |                         \
		1u << PROBE_PROGRAM_TYPES | 1u << PROBE_ATTACH_TYPES | 1u << PROBE_FUNCTIONS)

static struct kernel kernel;

/* Why this kernel cannot be probed; NULL: it can. */
static const char *refusal(void)
{
	static char text[160];
	struct bpf_sys sys = {0};
	struct load_place place = {.prog_type = PROG_TYPE_SOCKET_FILTER};
	struct loader loader;

	if (loader_init(&loader, &sys))
		return "no memory";
	int errnum = loader_try_trivial(&loader, &place);
	loader_deinit(&loader);
	if (!errnum)
		return NULL;
	snprintf(text, sizeof(text), "bpf(2) refuses a trivial program: %s", strerror(errnum));
	return text;
}

static void skip_where_refused(void)
{
	const char *why = refusal();

	if (!why)
		return;
	print_message("skip: %s\n", why);
	skip();
}

static int load(void **state)
{
	(void)state;
	return load_kernel(&kernel, "", LOAD_ALL) != NULL;
}

static int unload(void **state)
{
	(void)state;
	kernel_deinit(&kernel);
	return 0;
}

static struct snapshot *observe(const struct probe_request *request, struct probe_stats *stats)
{
	struct snapshot *snapshot = NULL;
	size_t before = count_descriptors();

	assert_null(probe_run(request, &kernel, &snapshot, stats));
	assert_int_equal(count_descriptors(), before);
	return snapshot;
}

static char *json(const struct snapshot *snapshot)
{
	const struct render_json_options options = {0};
	struct buf out = {0};

	assert_null(render_json(snapshot, &options, &out));
	return out.data;
}

static bool has_own_load(const struct cell *cell)
{
	const char *rule = cell->evidence ? cell->evidence->rule : NULL;

	/* These have the context's own reason, or say that the call was not probed. */
	return rule && strcmp(rule, "context") && strcmp(rule, "control") &&
		strcmp(rule, "withheld");
}

static void check_cell(
	const struct snapshot_context *context, const char *name, const struct cell *cell)
{
	bool answered = cell->state != CELL_UNKNOWN && cell->state != CELL_BLOCKED;

	if (cell->state == CELL_NONE || !cell->evidence)
		fail_msg("%s@%s was not asked", name, context->name);
	if (context->state != SUPPORT_OK &&
		(has_own_load(cell) || (answered && cell->state != CELL_UNSUPPORTED)))
		fail_msg("%s@%s is %s in a context that is %s", name, context->name,
			cell_state_word(cell->state), support_state_word(context->state));
	if ((cell->state == CELL_LOADABLE) !=
		(cell->evidence->errnum == 0 &&
			(!cell->evidence->line || !strcmp(cell->evidence->rule, RULE_REAL_CALL))))
		fail_msg("%s@%s is %s, errno %d", name, context->name, cell_state_word(cell->state),
			cell->evidence->errnum);
	if (cell->evidence->rule && !strcmp(cell->evidence->rule, RULE_UNRECOGNISED))
		fail_msg("%s@%s: a message no rule knows: %s", name, context->name,
			cell->evidence->line);
}

/* A second run, with one thread, says the same. */
static void check_again(const struct snapshot *snapshot)
{
	struct snapshot *again =
		observe(&(struct probe_request) {.parts = PARTS, .threads = 1}, NULL);
	char *first = json(snapshot), *second = json(again);

	assert_string_equal(first, second);
	free(first);
	free(second);
	snapshot_destroy(again);
}

static void test_every_cell_is_accounted_for(void **state)
{
	struct probe_stats stats;

	(void)state;
	skip_where_refused();
	struct snapshot *snapshot =
		observe(&(struct probe_request) {.parts = PARTS, .threads = 4}, &stats);
	size_t own = 0, ok = 0;
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		const struct snapshot_context *context = &snapshot->contexts[c];
		ok += context->state == SUPPORT_OK;
		assert_true((context->state == SUPPORT_OK) == (context->reason == NULL));
		for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
			check_cell(
				context, snapshot->kfuncs[i].name, &snapshot->kfuncs[i].cells[c]);
			own += has_own_load(&snapshot->kfuncs[i].cells[c]);
		}
		for (size_t i = 0; i < snapshot->helper_cnt; i++) {
			check_cell(
				context, snapshot->helpers[i].name, &snapshot->helpers[i].cells[c]);
			own += has_own_load(&snapshot->helpers[i].cells[c]);
		}
	}
	assert_true(ok > 0 && own > 0);
	/* Candidates that are not kfuncs were also probed. */
	assert_true(stats.cell_cnt >= own);
	assert_int_equal(snapshot->unrecognised, 0);
	check_again(snapshot);
	snapshot_destroy(snapshot);
}

/* A call that every kernel with BPF lets a socket filter make, and one that it never does. */
static void test_known_answers(void **state)
{
	static const char *const asked[] = {"bpf_map_lookup_elem", "bpf_redirect"};

	(void)state;
	skip_where_refused();
	struct snapshot *snapshot = observe(&(struct probe_request) {.parts = 1u << PROBE_HELPERS,
						    .names = asked,
						    .name_cnt = ARRAY_SIZE(asked)},
		NULL);
	const struct snapshot_context *socket = snapshot_find_context(snapshot, "socket");
	const struct snapshot_helper *lookup =
					     snapshot_find_helper(snapshot, "bpf_map_lookup_elem"),
				     *redirect = snapshot_find_helper(snapshot, "bpf_redirect");
	assert_non_null(socket);
	size_t column = (size_t)(socket - snapshot->contexts);
	assert_true(cell_state_usable(lookup->cells[column].state));
	assert_int_equal(redirect->cells[column].state, CELL_REFUSED);
	snapshot_destroy(snapshot);
}

static char *ask_rest(void)
{
	const struct probe_request request = {.threads = 1,
		.parts = 1u << PROBE_MAP_TYPES | 1u << PROBE_LINK_TYPES | 1u << PROBE_FEATURES};
	struct snapshot *snapshot = observe(&request, NULL);
	char *text = json(snapshot);

	snapshot_destroy(snapshot);
	return text;
}

/* Map types, link types and features need set-ups of their own; all of it is taken down again. */
static void test_the_rest_agrees_and_leaves_nothing(void **state)
{
	(void)state;
	skip_where_refused();
	char *first = ask_rest(), *second = ask_rest();
	assert_string_equal(first, second);
	free(first);
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell_is_accounted_for),
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_the_rest_agrees_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
