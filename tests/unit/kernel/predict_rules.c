/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids of predictions: distinct, well formed, and those that verdict rules share are the same words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "kernel/predict_rules.h"
#include "probe/verdict.h"
#include "util/array.h"

static void test_ids(void **state)
{
	(void)state;
	assert_null(predict_rule_id(PREDICT_NONE));
	for (int i = PREDICT_NONE + 1; i < PREDICT_RULE_CNT; i++) {
		const char *id = predict_rule_id(i);
		assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz-"), strlen(id));
		assert_string_not_equal(id, "predicted");
		assert_true(strlen(predict_rule_meaning(i)) > 0);
		assert_non_null(predict_rule_source(i));
		assert_int_equal(predict_rule_parse(id), i); /* the first of that id: none is there twice */
	}
	assert_int_equal(predict_rule_parse(NULL), PREDICT_NONE);
	assert_int_equal(predict_rule_parse("predicted"), PREDICT_NONE);
	assert_int_equal(predict_rule_parse(""), PREDICT_NONE);
	assert_false(predict_rule_is(NULL, PREDICT_NONE));
	assert_false(predict_rule_is(NULL, PREDICT_SLEEPABLE));
}

static void test_shared(void **state)
{
	static const struct {
		const char *verdict;
		enum predict_rule rule;
	} shared[] = {
		{RULE_SLEEPABLE, PREDICT_SLEEPABLE},
		{RULE_CSS_TASK_ITER, PREDICT_CSS_TASK_ITER},
		{RULE_DEVICE_BOUND, PREDICT_DEVICE_BOUND},
		{RULE_TARGET, PREDICT_HELPER_TARGET},
		{RULE_NO_JIT, PREDICT_NO_JIT},
		{RULE_NO_KFUNCS, PREDICT_NO_KFUNC_CALLS},
		{RULE_BAD_PROTOTYPE, PREDICT_BAD_PROTOTYPE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		assert_true(predict_rule_is(shared[i].verdict, shared[i].rule));
	assert_true(verdict_is_about_sleep(RULE_SLEEPABLE));
	assert_true(verdict_is_about_sleep(RULE_CSS_TASK_ITER));
	assert_false(verdict_is_about_sleep(RULE_TARGET));
	assert_false(verdict_is_about_sleep(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
