/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request asks for: names, discovery, one cell's log; and what policies and signals do to
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/fake_probe.h"
#include "util/array.h"

static void test_interrupt(void **state)
{
	static const size_t at[] = {1, 2, 10, 50, 150, 250, 400, 800, 1500};
	_cleanup_fake_ struct fake *fake = fake_open();
	atomic_bool stop;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		struct probe_request request = request_of(fake, SEAM_PARTS);
		struct snapshot *snapshot = NULL;
		size_t before = count_descriptors();
		atomic_init(&stop, false);
		request.stop = fake->stop = &stop;
		fake->stop_at = at[i];
		fake_forget(fake);
		_cleanup_error_ struct error *error =
			probe_run(&request, &fake->kernel, &snapshot, NULL);
		assert_true(fake->call_cnt >= at[i]);
		/* It ends soon: within the blocks under way. */
		assert_true(fake->call_cnt < at[i] + 300);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INTERRUPTED);
		assert_null(snapshot);
		assert_int_equal(count_descriptors(), before);
	}
}

static void test_discovery(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, 1u << PROBE_KFUNCS);

	(void)state;
	request.discover = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	const struct snapshot_kfunc *secret = snapshot_find_kfunc(snapshot, FAKE_SECRET);
	assert_non_null(secret);
	assert_int_equal(secret->found_by, 1u << KFUNC_SOURCE_DISCOVERED);
	/* Not those that were refused everywhere. */
	for (size_t i = 0; i < ARRAY_SIZE(fake_functions); i++)
		assert_null(snapshot_find_kfunc(snapshot, fake_functions[i]));
	for (size_t i = 0; i < ARRAY_SIZE(fake_kfuncs); i++)
		assert_true(snapshot_find_kfunc(snapshot, fake_kfuncs[i])->found_by &
			1u << KFUNC_SOURCE_TAG);
	for (size_t i = 1; i < snapshot->kfunc_cnt; i++)
		assert_true(strcmp(snapshot->kfuncs[i - 1].name, snapshot->kfuncs[i].name) < 0);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		size_t kfuncs, helpers;
	} cases[] = {
		{"bpf_obj_b", 1, 0},
		{"bpf_obj_?", 5, 0},
		{"bpf_loop", 0, 1},
		{"bpf_*", 5, FAKE_HELPER_CNT - 1},
		/* An ordinary function, asked by name: every context refuses it. It is no kfunc. */
		{"vfs_read", 0, 0},
		{"no_such_function", 0, 0},
		{FAKE_SECRET, 1, 0},
	};
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe_request request = request_of(fake, CELL_PARTS);
		request.names = &cases[i].name;
		request.name_cnt = 1;
		_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
		if (snapshot->kfunc_cnt != cases[i].kfuncs ||
			snapshot->helper_cnt != cases[i].helpers)
			fail_msg("%s: %zu kfuncs, %zu helpers", cases[i].name, snapshot->kfunc_cnt,
				snapshot->helper_cnt);
	}
}

/* A helper whose load makes the kernel log a warning is probed only on request. */
static void test_withheld_helper(void **state)
{
	static const char *const name = "bpf_probe_write_user", *const glob = "bpf_probe_*";
	const struct {
		const char *const *names;
		bool full, asked;
	} cases[] = {{NULL, false, false}, {&glob, false, false}, {NULL, true, true},
		{&name, false, true}};
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct probe_request request = request_of(fake, 1u << PROBE_HELPERS);
		request.names = cases[i].names;
		request.name_cnt = cases[i].names != NULL;
		request.full = cases[i].full;
		_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
		const struct cell *cell = &snapshot_find_helper(snapshot, name)->cells[0];
		struct fake_key key = place_of(fake, &snapshot->contexts[0]);
		key.id = FAKE_PROBE_WRITE_USER;
		assert_int_equal(fake_slot(fake, &key)->cnt > 0, cases[i].asked);
		assert_int_equal(cell->state != CELL_UNKNOWN, cases[i].asked);
		assert_non_null(cell->evidence);
	}
}

/* A lockdown and a program type refuse with the same message. */
static void test_helpers_hidden_by_policy(void **state)
{
	static const struct {
		const char *lockdown;
		enum cell_state expected;
	} cases[] = {
		{"none", CELL_REFUSED},
		{"integrity", CELL_BLOCKED},
		{"confidentiality", CELL_BLOCKED},
		{NULL, CELL_BLOCKED},
	};
	static const char *no_capability[] = {"CAP_NET_ADMIN"};
	static const char *const name = "bpf_probe_write_user";
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, 1u << PROBE_HELPERS);

	(void)state;
	request.names = &name;
	request.name_cnt = 1;
	for (int hidden = 1; hidden >= 0; hidden--) {
		fake->refuses_probe_write = hidden;
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			fake->kernel.environment.lockdown = cases[i].lockdown;
			_cleanup_snapshot_ struct snapshot *snapshot =
				observe(fake, &request, NULL);
			size_t cnt[CELL_STATE_CNT];
			count_states(snapshot, cnt);
			if (hidden) {
				assert_true(cnt[cases[i].expected] > 50);
				assert_true(
					cases[i].expected == CELL_REFUSED || !cnt[CELL_REFUSED]);
			}
		}
	}
	fake->refuses_probe_write = true;
	fake->kernel.environment.lockdown = "none";
	fake->kernel.environment.capabilities = no_capability;
	fake->kernel.environment.capability_cnt = 1;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	size_t cnt[CELL_STATE_CNT];
	count_states(snapshot, cnt);
	assert_int_equal(cnt[CELL_REFUSED], 0);
	assert_true(cnt[CELL_BLOCKED] > 50);
}

static void test_without_btf(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, SEAM_PARTS);
	struct kbtf *btf = fake->kernel.btf;

	(void)state;
	fake->kernel.btf = NULL;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	fake->kernel.btf = btf;
	assert_int_equal(snapshot->kfunc_cnt, 0);
	/* From the shipped list. */
	assert_true(snapshot->helper_cnt > 200);
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		const struct snapshot_context *context = &snapshot->contexts[c];
		if (row_of(context)->target != TARGET_NONE &&
			row_of(context)->target != TARGET_PROGRAM)
			assert_int_equal(context->state, SUPPORT_UNKNOWN);
	}
}

static void test_verifier_log_of_a_cell(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, 0);
	size_t before = count_descriptors();
	char *log = NULL;
	int errnum = -1;

	(void)state;
	/* Helper 4 and similar ones always require a sleepable program. */
	assert_null(probe_verifier_log(
		&request, &fake->kernel, "bpf_get_prandom_u32", "xdp", &log, &errnum));
	assert_int_equal(errnum, EINVAL);
	assert_non_null(strstr(log, "sleepable helper h#4 in non-sleepable prog"));
	free(log);
	log = NULL;
	_cleanup_error_ struct error *no_name =
		probe_verifier_log(&request, &fake->kernel, "no_such_name", "xdp", &log, &errnum);
	assert_int_equal(no_name->code, ERROR_NOT_FOUND);
	_cleanup_error_ struct error *no_context = probe_verifier_log(
		&request, &fake->kernel, "bpf_loop", "no_such_context", &log, &errnum);
	assert_int_equal(no_context->code, ERROR_USAGE);
	assert_null(log);
	assert_int_equal(count_descriptors(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_discovery),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_withheld_helper),
		cmocka_unit_test(test_helpers_hidden_by_policy),
		cmocka_unit_test(test_without_btf),
		cmocka_unit_test(test_verifier_log_of_a_cell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
