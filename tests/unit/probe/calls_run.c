/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real calls that are executed: the list, what a result has to be, and that nothing else is executed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/planner_bench.h"
#include "probe/calls/calls.h"
#include "probe/calls/execute.h"
#include "util/array.h"
#include "util/embed.h"
#include "util/lines.h"

static const char list[] =
	"# comment\n"
	"bpf_a 7 plain\n"
	"bpf_ab -22 call/a0/source=array\n"
	"bpf_a monotonic call/a0/number=8\n"
	"bpf_damaged x plain\n"
	"bpf_damaged 99999999999999999999 plain\n"
	"bpf_damaged 7\n"
	"bpf_damaged  plain\n"
	"bpf_damaged 7 call\n"
	"bpf_last nothing plain";

static void test_list(void **state)
{
	struct pool pool = {0};
	const char *at = list;
	struct safe_run run;

	(void)state;
	assert_true(runs_next(&at, "bpf_a", &pool, &run));
	assert_int_equal(run.expectation.value, RUN_NUMBER);
	assert_int_equal(run.expectation.number, 7);
	assert_int_equal(run.recipe.cnt, 0);
	assert_true(runs_next(&at, "bpf_a", &pool, &run));
	assert_int_equal(run.expectation.value, RUN_TIME);
	assert_int_equal(run.expectation.clock, CLOCK_MONOTONIC);
	assert_string_equal(recipe_get(&run.recipe, "call/a0/number"), "8");
	assert_false(runs_next(&at, "bpf_a", &pool, &run));
	at = list;
	assert_true(runs_next(&at, "bpf_ab", &pool, &run));
	assert_int_equal(run.expectation.number, -22);
	at = list;
	assert_false(runs_next(&at, "bpf_damaged", &pool, &run));
	at = list;
	assert_true(runs_next(&at, "bpf_last", &pool, &run));
	assert_int_equal(run.expectation.value, RUN_NOTHING);
	assert_true(runs_has(list, "bpf_ab"));
	assert_false(runs_has(list, "bpf_"));
	assert_false(runs_has(list, "comment"));
	pool_destroy(&pool);
}

/* Each line of the shipped list is whole. */
static void test_shipped_list(void **state)
{
	const char *at = embed_runs, *line;
	size_t len, cnt = 0;

	(void)state;
	for (; list_next_line(&at, &line, &len); cnt++) {
		struct pool pool = {0};
		const char *one = pool_strndup(&pool, line, len);
		char *name = pool_strndup(&pool, line, strcspn(line, " "));
		struct safe_run run;
		if (!runs_next(&one, name, &pool, &run))
			fail_msg("cannot be read: %.*s", (int)len, line);
		pool_destroy(&pool);
	}
	assert_true(cnt > 100);
}

static void test_fits(void **state)
{
	static const struct {
		struct run_expectation expectation;
		struct run_outcome outcome;
		bool fits;
		const char *text;
	} cases[] = {
		{{.value = RUN_ANY}, {.returned = 5, .has_value = true}, true, "ran"},
		{{.value = RUN_NOTHING}, {.returned = 0}, true, "ran"},
		/* In older kernels, the function has no result. */
		{{.value = RUN_NUMBER, .number = 7}, {.returned = 0}, true, "ran"},
		{{.value = RUN_NUMBER, .number = 7}, {.returned = 7, .has_value = true}, true, "returned 7"},
		{{.value = RUN_NUMBER, .number = -22}, {.returned = -1, .has_value = true}, false,
			"ran, but returned -1"},
		{{.value = RUN_POINTER}, {.returned = -4096, .has_value = true}, true, "returned a pointer"},
		{{.value = RUN_POINTER}, {.returned = 0, .has_value = true}, false, "ran, but returned 0"},
		{{.value = RUN_CPU}, {.returned = 3, .has_value = true, .cpu_cnt = 4}, true,
			"returned the number of a processor"},
		{{.value = RUN_CPU}, {.returned = 4, .has_value = true, .cpu_cnt = 4}, false,
			"ran, but returned 4"},
		{{.value = RUN_CPU}, {.returned = -1, .has_value = true, .cpu_cnt = 4}, false,
			"ran, but returned -1"},
		{{.value = RUN_TIME, .clock = CLOCK_TAI},
			{.returned = 10, .has_value = true, .before_ns = 10, .after_ns = 12}, true,
			"returned the time of the tai clock"},
		{{.value = RUN_TIME, .clock = CLOCK_TAI},
			{.returned = 13, .has_value = true, .before_ns = 10, .after_ns = 12}, false,
			"ran, but returned 13"},
		{{.value = RUN_TIME, .clock = CLOCK_TAI},
			{.returned = 9, .has_value = true, .before_ns = 10, .after_ns = 12}, false,
			"ran, but returned 9"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf text = {0};
		assert_int_equal(run_fits(&cases[i].expectation, &cases[i].outcome), cases[i].fits);
		run_describe(&cases[i].expectation, &cases[i].outcome, &text);
		assert_string_equal(buf_text(&text), cases[i].text);
	}
}

static const struct safe_run seven = {.expectation = {.value = RUN_NUMBER, .number = 7}};

/* R0 has more bits than the result. */
static void test_execute(void **state)
{
	struct bench *bench = *state;
	struct run_outcome outcome;

	bench_call(bench, BENCH_TEXT);
	bench->runs_to = (struct observed_value) {.result = 0xabcd00000007, .called = 1};
	assert_true(execute_can(&bench->planner));
	assert_true(execute_call(&bench->planner, &bench->callee, &seven, &outcome));
	assert_true(outcome.has_value);
	assert_int_equal(outcome.returned, 7);
	bench->runs_to.result = 0xffffffde; /* -34 of an int */
	assert_true(execute_call(&bench->planner, &bench->callee, &seven, &outcome));
	assert_int_equal(outcome.returned, -34);
	assert_int_equal(bench->run_cnt, 2);
}

/* A run that does not reach the call, or that is no run, is none. */
static void test_not_reached(void **state)
{
	struct bench *bench = *state;
	struct run_outcome outcome;

	bench_call(bench, BENCH_TEXT);
	/* What the run before it left is cleared. */
	bench->observed = (struct observed_value) {.result = 7, .called = 1};
	assert_false(execute_call(&bench->planner, &bench->callee, &seven, &outcome));
	bench->runs_to = (struct observed_value) {.result = 7, .called = 1};
	bench->run_errnum = EINVAL;
	assert_false(execute_call(&bench->planner, &bench->callee, &seven, &outcome));
	bench->run_errnum = 0;
	bench->at_call = "R1 is not a scalar";
	bench->run_cnt = 0;
	assert_false(execute_call(&bench->planner, &bench->callee, &seven, &outcome));
	assert_int_equal(bench->run_cnt, 0);
}

static void test_contexts(void **state)
{
	static const char *const run[] = {"xdp", "tc", "socket", "syscall", "raw_tracepoint", "lwt_in"};
	static const char *const loaded_only[] = {"kprobe", "perf_event", "tp_btf", "fentry", "lsm", "freplace",
		"cgroup/connect4", "sockops", "sk_msg", "struct_ops", "netfilter"};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(run); i++) {
		bench->context.place = row_place(bench_row(run[i]));
		assert_true(execute_can(&bench->planner));
	}
	for (size_t i = 0; i < ARRAY_SIZE(loaded_only); i++) {
		bench->context.place = row_place(bench_row(loaded_only[i]));
		assert_false(execute_can(&bench->planner));
	}
	bench->context.place = row_place(bench_row("xdp"));
	bench->context.state = SUPPORT_BLOCKED;
	assert_false(execute_can(&bench->planner));
}

/* The cell of a call after the proof. */
static struct cell prove(struct bench *bench, const char *name, bool run)
{
	static const struct evidence bare = {.rule = "argument", .line = "R1 is not a scalar", .errnum = EINVAL};
	struct cell cell = {.state = CELL_PERMITTED, .evidence = &bare};
	struct probe_request request = {.run = run};
	struct probe_contexts contexts = {.list = &bench->context, .cnt = 1};

	bench_call(bench, name);
	const struct call call = {
		.name = name, .kind = CALL_KFUNC, .insn = bench->callee.insn, .cells = &cell};
	const struct calls_job job = {.request = &request,
		.contexts = &contexts,
		.calls = &call,
		.call_cnt = 1,
		.pool = &bench->planner.pool};
	bench->run_cnt = 0;
	bench->kit.request = &request;
	assert_null(calls_prove(&bench->kit, &job, NULL));
	bench->kit.request = NULL;
	return cell;
}

static void test_states(void **state)
{
	struct bench *bench = *state;

	bench->runs_to = (struct observed_value) {.result = 7, .called = 1};
	struct cell cell = prove(bench, BENCH_TEXT, true);
	assert_int_equal(cell.state, CELL_RAN);
	assert_string_equal(cell.evidence->rule, RULE_REAL_RUN);
	assert_string_equal(cell.evidence->line, "returned 7: recipe plain");
	assert_int_equal(bench->run_cnt, 1);
	/* Another result proves the load alone, and is not hidden. */
	bench->runs_to.result = 6;
	cell = prove(bench, BENCH_TEXT, true);
	assert_int_equal(cell.state, CELL_LOADABLE);
	assert_string_equal(cell.evidence->line, "ran, but returned 6: recipe plain");
	bench->runs_to.called = 0;
	cell = prove(bench, BENCH_TEXT, true);
	assert_int_equal(cell.state, CELL_LOADABLE);
	assert_string_equal(cell.evidence->rule, RULE_REAL_CALL);
}

static void test_nothing_else_is_executed(void **state)
{
	struct bench *bench = *state;

	bench->runs_to = (struct observed_value) {.result = 7, .called = 1};
	struct cell cell = prove(bench, BENCH_TEXT, false);
	assert_int_equal(cell.state, CELL_LOADABLE);
	assert_int_equal(bench->run_cnt, 0);
	cell = prove(bench, BENCH_METADATA, true); /* not in the list */
	assert_int_equal(cell.state, CELL_LOADABLE);
	assert_int_equal(bench->run_cnt, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_shipped_list),
		cmocka_unit_test(test_fits),
		cmocka_unit_test_setup_teardown(test_execute, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_not_reached, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_contexts, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_states, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(
			test_nothing_else_is_executed, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
