/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a program, led by the words of a verifier that this test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/planner_bench.h"
#include "probe/calls/arguments.h"
#include "util/array.h"

static void expect_recipe(const struct search_result *result, const char *expected)
{
	_cleanup_buf_ struct buf text = {0};

	recipe_print(&result->recipe, &text);
	assert_string_equal(buf_text(&text), expected);
}

static void test_found_at_once(void **state)
{
	struct bench *bench = *state;
	struct search_result result;

	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 1);
	expect_recipe(&result, "plain");
}

/* The words of bpf_dev_bound_kfunc_check() lead to a program that is bound to the device. */
static void test_device_bound(void **state)
{
	struct bench *bench = *state;
	struct search_result result;
	struct recipe recipe;

	bench->wants_device = true;
	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 2);
	expect_recipe(&result, "load=device-bound");
	/* A replay does not try the other way first. */
	recipe = result.recipe;
	assert_true(search_replay(&bench->planner, &bench->callee, &recipe, false, &result));
	assert_int_equal(bench->load_cnt, 3);
}

static void test_no_device(void **state)
{
	struct bench *bench = *state;
	struct search_result result;
	struct recipe recipe = {.list = {{RECIPE_LOAD, "device-bound"}}, .cnt = 1};

	bench->wants_device = true;
	bench->context.bound_loads = false;
	search_call(&bench->planner, &bench->callee, true, &result);
	assert_int_not_equal(result.end, SEARCH_FOUND);
	assert_int_equal(bench->load_cnt, 1);
	assert_non_null(strstr(result.last, SEARCH_NEEDS_DEVICE));
	/* Words before the first instruction are none about the call. */
	assert_null(result.line);
	assert_null(result.words.rule);
	assert_false(search_replay(&bench->planner, &bench->callee, &recipe, false, &result));
}

/* Other words never lead there. */
static void test_device_is_not_tried_in_vain(void **state)
{
	struct bench *bench = *state;
	struct search_result result;

	bench->at_call = "R2 type=scalar expected=fp";
	search_call(&bench->planner, &bench->callee, false, &result);
	assert_int_not_equal(result.end, SEARCH_FOUND);
	assert_null(recipe_get(&result.recipe, RECIPE_LOAD));
	assert_non_null(result.line);
}

/* Words that no argument changes, about the call that they are a rule for, end the search at once. */
static void test_words_that_decide(void **state)
{
	static const struct {
		const char *callee, *line, *rule; /* NULL: no rule decides */
	} cases[] = {
		{"__bpf_trap", "unexpected __bpf_trap() due to uninitialized variable?", RULE_TRAP},
		{"bpf_dynptr_slice_rdwr", "the prog does not allow writes to packet data", RULE_PACKET_WRITE},
		{"bpf_iter_css_task_new", "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs",
			RULE_CSS_TASK_ITER},
		{"bpf_cast_to_kern_ctx", "kern ctx type id 38 is not a struct", RULE_NO_KERNEL_CONTEXT},
		{"bpf_x", "kernel function bpf_x is sleepable but the program is not", RULE_SLEEPABLE},
		/* The same words about the argument of another call. */
		{"bpf_x", "the prog does not allow writes to packet data", NULL},
		{"bpf_x", "R2 type=scalar expected=fp", NULL},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct search_result result;
		bench->callee.name = cases[i].callee;
		bench->at_call = cases[i].line;
		bench->load_cnt = 0;
		search_call(&bench->planner, &bench->callee, false, &result);
		assert_int_not_equal(result.end, SEARCH_FOUND);
		assert_int_equal(result.words.decides, cases[i].rule != NULL);
		if (!cases[i].rule)
			continue;
		assert_string_equal(result.words.rule->name, cases[i].rule);
		assert_string_equal(result.words.line, cases[i].line);
		assert_int_equal(bench->load_cnt, 1);
	}
}

static void expect_pair(struct planner *planner, const char *maker, const char *discarder)
{
	const struct callee *found = dynptr_maker(planner, discarder);

	assert_string_equal(found ? found->name : "none", maker ? maker : "none");
	if (!maker)
		return;
	found = dynptr_discarder(planner, maker);
	assert_string_equal(found ? found->name : "none", discarder);
}

/* By their names, if this kernel has both. */
static void test_dynptr_pairs(void **state)
{
	struct bench *bench = *state;

	expect_pair(&bench->planner, "bpf_dynptr_from_file", "bpf_dynptr_file_discard");
	expect_pair(&bench->planner, NULL, "bpf_dynptr_xdp_discard");
	expect_pair(&bench->planner, NULL, "bpf_ringbuf_discard");
	expect_pair(&bench->planner, NULL, "bpf_dynptr_discard");
	expect_pair(&bench->planner, NULL, "bpf_dynptr__discard");
	expect_pair(&bench->planner, NULL, "");
	assert_null(dynptr_discarder(&bench->planner, "bpf_dynptr_from_skb"));
	assert_null(dynptr_discarder(&bench->planner, "bpf_dynptr_from_"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found_at_once, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_device_bound, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_no_device, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_device_is_not_tried_in_vain, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_words_that_decide, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_dynptr_pairs, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
