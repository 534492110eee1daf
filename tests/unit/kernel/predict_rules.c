/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids of predictions: distinct, well formed, and those that verdict rules share are the same words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/call_rules.h"
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
		{RULE_MAP_FIELD, PREDICT_MAP_FIELD},
		{RULE_TIMER_RT, PREDICT_TIMER_RT},
		{RULE_TRAP, PREDICT_TRAP},
		{RULE_PACKET_WRITE, PREDICT_PACKET_WRITE},
		{RULE_NO_KERNEL_CONTEXT, PREDICT_NO_KERNEL_CONTEXT},
		{RULE_SLEEPABLE_MAP, PREDICT_SLEEPABLE_MAP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		assert_true(predict_rule_is(shared[i].verdict, shared[i].rule));
	/* A probe has no such rule: it would have to ask every function that takes a reference. */
	assert_true(predict_rule_is("unreleasable", PREDICT_UNRELEASABLE));
	assert_true(verdict_is_about_sleep(RULE_SLEEPABLE));
	assert_true(verdict_is_about_sleep(RULE_CSS_TASK_ITER));
	assert_false(verdict_is_about_sleep(RULE_TARGET));
	assert_false(verdict_is_about_sleep(NULL));
}

/* The words that a scan looks for are those that a probe reads in a log, with numbers for the formats. */
static void test_words(void **state)
{
	static const struct {
		enum call_rule call;
		const char *rule;
	} pairs[] = {
		{CALL_RULE_TRAP, RULE_TRAP},
		{CALL_RULE_PACKET_WRITE, RULE_PACKET_WRITE},
		{CALL_RULE_CSS_TASK_ITER, RULE_CSS_TASK_ITER},
		{CALL_RULE_NO_KERNEL_CONTEXT, RULE_NO_KERNEL_CONTEXT},
		{CALL_RULE_SLEEPABLE_MAP, RULE_SLEEPABLE_MAP},
		{CALL_RULE_UNRELEASABLE, RULE_UNBALANCED},
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(pairs), CALL_RULE_CNT);
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct call_rule_info *info = &call_rules[pairs[i].call];
		assert_non_null(info->texts[0]);
		for (size_t j = 0; j < CALL_TEXT_CNT && info->texts[j]; j++) {
			const struct verdict_rule *found = verdict_rule_find(
				REAL_CALL, 0, info->texts[j], strlen(info->texts[j]));
			assert_non_null(found);
			assert_string_equal(found->name, pairs[i].rule);
		}
	}
	assert_true(call_rule_is_about(CALL_RULE_CSS_TASK_ITER, "bpf_iter_css_task_next"));
	assert_false(call_rule_is_about(CALL_RULE_CSS_TASK_ITER, "bpf_iter_css_next"));
	assert_false(call_rule_is_about(CALL_RULE_SLEEPABLE_MAP, "bpf_perf_event_output"));
	assert_false(call_rule_is_about(CALL_RULE_PACKET_WRITE, "bpf_dynptr_slice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
