/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a program, led by the words of a verifier that this test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/planner_bench.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found_at_once, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_device_bound, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_no_device, bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_device_is_not_tried_in_vain, bench_setup, bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
