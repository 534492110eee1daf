/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_run() against a simulated kernel: every cell must be the simulator's decision for that
 * load, whatever else fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/fake_probe.h"
#include "probe/verdict.h"
#include "snapshot/file.h"
#include "util/array.h"

static bool same_place(struct fake_key a, const struct fake_key *b)
{
	a.kfunc = b->kfunc;
	a.id = b->id;
	return fake_same(&a, b);
}

static size_t contexts_in_place(
	const struct fake *fake, const struct snapshot *snapshot, const struct fake_key *key)
{
	size_t cnt = 0;

	for (size_t i = 0; i < snapshot->context_cnt; i++)
		cnt += snapshot->contexts[i].state == SUPPORT_OK &&
			same_place(place_of(fake, &snapshot->contexts[i]), key);
	return cnt;
}

/* May a cell be in that state when the fake said that? */
static bool follows(
	enum fake_answer answer, enum cell_state state, const struct fake_key *key, bool exact)
{
	bool sleeps = fake_can_sleep(key->prog_type);

	switch (answer) {
	case FAKE_REFUSES:
		return state == CELL_REFUSED;
	case FAKE_PERMITS:
		return state == CELL_PERMITTED;
	case FAKE_LOADS:
		return state == CELL_LOADABLE;
	case FAKE_WANTS_SLEEP:
		/* "Never" needs the knowledge that nothing of the type sleeps. */
		if (exact)
			return state == (sleeps ? CELL_CONDITIONAL : CELL_IMPOSSIBLE);
		return state == CELL_CONDITIONAL || (state == CELL_IMPOSSIBLE && !sleeps);
	default:
		return false;
	}
}

/* Everything else was not probed, or got no answer. */
static bool claims_an_answer(enum cell_state state)
{
	return state != CELL_UNKNOWN && state != CELL_BLOCKED && state != CELL_UNSUPPORTED &&
		state != CELL_NONE;
}

struct rows_check {
	struct fake *fake;
	const struct snapshot *snapshot;
	bool exact; /* nothing was made to fail: every cell of an ok context has its answer */
	size_t answered;
};

static void check_cell(struct rows_check *check, size_t context, const struct cell *cell,
	const struct fake_key *key, const char *name)
{
	const struct snapshot_context *place = &check->snapshot->contexts[context];
	const struct fake_record *record = fake_slot(check->fake, key);

	if (claims_an_answer(cell->state)) {
		check->answered++;
		if (!record->cnt || !follows(record->answer, cell->state, key, check->exact))
			fail_msg("%s@%s is %s; the fake was asked %zu times and said %d", name,
				place->name, cell_state_word(cell->state), record->cnt,
				record->answer);
		assert_non_null(cell->evidence);
	} else {
		assert_true(cell->state != CELL_NONE);
		/* An unknown or blocked cell has a reason. */
		assert_non_null(cell->evidence);
		assert_non_null(cell->evidence->line);
		if (check->exact && place->state == SUPPORT_OK)
			fail_msg("%s@%s is %s: %s", name, place->name, cell_state_word(cell->state),
				cell->evidence->line);
	}
	if (check->exact)
		assert_int_equal(record->cnt,
			place->state == SUPPORT_OK
				? contexts_in_place(check->fake, check->snapshot, key)
				: 0);
}

static int32_t kfunc_id(const struct fake *fake, const char *name)
{
	return (int32_t)kbtf_find(fake->kernel.btf, name, BTF_KIND_FUNC);
}

static size_t check_rows(struct fake *fake, const struct snapshot *snapshot, bool exact)
{
	struct rows_check check = {fake, snapshot, exact, 0};

	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		struct fake_key key = place_of(fake, &snapshot->contexts[c]);
		key.kfunc = true;
		for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
			key.id = kfunc_id(fake, snapshot->kfuncs[i].name);
			check_cell(&check, c, &snapshot->kfuncs[i].cells[c], &key,
				snapshot->kfuncs[i].name);
		}
		key.kfunc = false;
		for (size_t i = 0; i < snapshot->helper_cnt; i++) {
			key.id = (int32_t)snapshot->helpers[i].id;
			check_cell(&check, c, &snapshot->helpers[i].cells[c], &key,
				snapshot->helpers[i].name);
		}
	}
	return check.answered;
}

/* What the fake's script makes of contexts; `told`: nothing was made to fail. */
static void check_contexts(const struct snapshot *snapshot, bool told)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		const struct context_row *row = row_of(context);
		bool cannot_sleep =
			row->prog_flags & BPF_F_SLEEPABLE && !fake_can_sleep(row->prog_type);
		bool missing = row->prog_type == PROG_TYPE_LIRC_MODE2 || cannot_sleep;
		bool odd = row->prog_type == PROG_TYPE_NETFILTER ||
			row->prog_type == PROG_TYPE_FLOW_DISSECTOR;
		bool blocked = row->prog_type == PROG_TYPE_EXT;

		assert_true((context->state == SUPPORT_OK) == (context->reason == NULL));
		if (context->state == SUPPORT_OK)
			assert_false(missing || odd || blocked);
		if (context->state == SUPPORT_UNSUPPORTED)
			assert_true(missing);
		if (!told)
			continue;
		if (context->state == SUPPORT_BLOCKED)
			assert_true(blocked);
		enum support_state expected = missing ? SUPPORT_UNSUPPORTED
			: odd                         ? SUPPORT_UNKNOWN
			: blocked                     ? SUPPORT_BLOCKED
						      : SUPPORT_OK;
		if (context->state != expected)
			fail_msg("%s is %s: %s", context->name, support_state_word(context->state),
				context->reason);
	}
}

static void test_cells_are_what_the_kernel_decided(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, CELL_PARTS);
	struct probe_stats stats;

	(void)state;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, &stats);
	assert_int_equal(snapshot->kfunc_cnt, ARRAY_SIZE(fake_kfuncs));
	assert_int_equal(snapshot->helper_cnt, FAKE_HELPER_CNT - 1);
	check_contexts(snapshot, true);
	size_t answered = check_rows(fake, snapshot, true);
	assert_int_equal(stats.cell_cnt, answered);
	assert_true(answered > 500);
	assert_int_equal(snapshot->unrecognised, 0);
	assert_string_equal(
		snapshot->kfuncs[0].prototype, "int bpf_obj_a(struct bpf_iter_meta *meta)");
}

static void test_small_logs_and_a_busy_kernel_change_nothing(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, CELL_PARTS);

	(void)state;
	request.threads = 1; /* the busy counter is the fake's, not a thread's */
	for (int busy = 0; busy < 2; busy++) {
		fake->small_logs = !busy;
		fake->busy_before = busy ? 3 : 0;
		fake->busy = 0;
		_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
		check_contexts(snapshot, true);
		check_rows(fake, snapshot, true);
	}
}

static char *json_of(struct fake *fake, unsigned int threads)
{
	struct probe_request request = request_of(fake, CELL_PARTS | 1u << PROBE_FUNCTIONS);
	struct render_json_options options = {0};
	struct buf out = {0};

	request.threads = threads;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	assert_null(render_json(snapshot, &options, &out));
	return out.data;
}

static void test_threads_change_nothing(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	char *one = json_of(fake, 1);

	(void)state;
	for (unsigned int threads = 1; threads <= 8; threads *= 2) {
		char *more = json_of(fake, threads);
		assert_string_equal(one, more);
		free(more);
	}
	free(one);
}

static size_t all_cells(const struct snapshot *snapshot)
{
	return snapshot->context_cnt * (snapshot->kfunc_cnt + snapshot->helper_cnt);
}

static void test_always_the_same_errno(void **state)
{
	static const struct {
		int errnum;
		enum support_state context;
		enum cell_state cell;
	} cases[] = {
		{EPERM, SUPPORT_BLOCKED, CELL_BLOCKED},
		{EACCES, SUPPORT_BLOCKED, CELL_BLOCKED},
		/* Not even a socket filter loads: that says nothing about the others. */
		{EINVAL, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{EOPNOTSUPP, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{ENOSPC, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{E2BIG, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{EAGAIN, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{ENOMEM, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{EMFILE, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{ENOSYS, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{EFAULT, SUPPORT_UNKNOWN, CELL_UNKNOWN},
		{EIO, SUPPORT_UNKNOWN, CELL_UNKNOWN},
	};
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, SEAM_PARTS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t cnt[CELL_STATE_CNT];
		fake->errnum = cases[i].errnum;
		_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
		for (size_t c = 0; c < snapshot->context_cnt; c++) {
			if (snapshot->contexts[c].state != cases[i].context)
				fail_msg("errno %d: %s is %s", cases[i].errnum,
					snapshot->contexts[c].name,
					support_state_word(snapshot->contexts[c].state));
			assert_non_null(snapshot->contexts[c].reason);
		}
		count_states(snapshot, cnt);
		assert_int_equal(cnt[cases[i].cell], all_cells(snapshot));
	}
}

static void check_under_faults(struct fake *fake, const struct probe_request *request)
{
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, request, NULL);

	check_contexts(snapshot, false);
	check_rows(fake, snapshot, false);
}

static void test_faults_from_some_call_on(void **state)
{
	static const int errnums[] = {EPERM, ENOSPC, E2BIG, EAGAIN, ENOMEM, EMFILE};
	static const size_t from[] = {
		1, 2, 3, 4, 5, 8, 13, 21, 55, 100, 150, 200, 233, 300, 377, 610, 987, 1597, 2584};
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, CELL_PARTS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(from); k++) {
			fake->errnum = errnums[i];
			fake->from_call = from[k];
			check_under_faults(fake, &request);
		}
	}
}

static void test_faults_now_and_then(void **state)
{
	static const int errnums[] = {EPERM, ENOSPC, E2BIG, EAGAIN, ENOMEM, EMFILE};
	static const unsigned int per_mille[] = {10, 100, 500};
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, SEAM_PARTS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errnums); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(per_mille); k++) {
			fake->errnum = errnums[i];
			fake->per_mille = per_mille[k];
			fake->seed = (uint32_t)(i * 31 + k);
			check_under_faults(fake, &request);
		}
	}
}

static void test_a_kernel_that_accepts_everything(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, SEAM_PARTS);
	size_t cnt[CELL_STATE_CNT];

	(void)state;
	fake->accepts_all = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	for (size_t i = 0; i < snapshot->context_cnt; i++)
		assert_int_equal(snapshot->contexts[i].state, SUPPORT_OK);
	count_states(snapshot, cnt);
	assert_int_equal(cnt[CELL_UNKNOWN], all_cells(snapshot));
	assert_non_null(strstr(snapshot->kfuncs[0].cells[0].evidence->line, "was accepted"));
	assert_non_null(strstr(snapshot->helpers[0].cells[0].evidence->line, "was accepted"));
}

static void test_controls_in_new_words(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, CELL_PARTS);
	size_t cnt[CELL_STATE_CNT], ok = 0;

	(void)state;
	fake->rewords_control = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	check_contexts(snapshot, true);
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		if (snapshot->contexts[c].state != SUPPORT_OK)
			continue;
		ok++;
		const struct cell *kfunc = &snapshot->kfuncs[0].cells[c],
				  *helper = &snapshot->helpers[0].cells[c];
		assert_int_equal(kfunc->state, CELL_UNKNOWN);
		assert_non_null(
			strstr(kfunc->evidence->line, "that function is nobody's business"));
		assert_non_null(strstr(helper->evidence->line, "there is no such helper"));
	}
	count_states(snapshot, cnt);
	for (int i = 0; i < CELL_STATE_CNT; i++)
		assert_true(!claims_an_answer(i) || !cnt[i]);
	/* Each is counted, so that the summary says that something new was heard. */
	assert_int_equal(snapshot->unrecognised, ok * (snapshot->kfunc_cnt + snapshot->helper_cnt));
}

static void test_refusals_in_new_words(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, 1u << PROBE_HELPERS);
	size_t cnt[CELL_STATE_CNT], unknown = 0;

	(void)state;
	fake->rewords_refusals = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	count_states(snapshot, cnt);
	assert_int_equal(cnt[CELL_REFUSED], 0);
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		struct fake_key key = place_of(fake, &snapshot->contexts[c]);
		for (size_t i = 0; i < snapshot->helper_cnt; i++) {
			const struct cell *cell = &snapshot->helpers[i].cells[c];
			key.id = (int32_t)snapshot->helpers[i].id;
			if (snapshot->contexts[c].state != SUPPORT_OK ||
				fake_decides(fake, &key) != FAKE_REFUSES)
				continue;
			assert_int_equal(cell->state, CELL_UNKNOWN);
			assert_string_equal(cell->evidence->rule, RULE_UNRECOGNISED);
			assert_non_null(strstr(cell->evidence->line, "is off limits"));
			unknown++;
		}
	}
	assert_true(unknown > 50);
	assert_int_equal(snapshot->unrecognised, unknown);
}

static void check_throw(struct fake *fake, const char *says, enum cell_state expected, const char *words)
{
	struct probe_request request = request_of(fake, 1u << PROBE_KFUNCS);
	size_t cnt[2] = {0};

	fake->jit_says = says;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, FAKE_THROW);
	assert_non_null(kfunc);
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		struct fake_key key = place_of(fake, &snapshot->contexts[c]);
		key.kfunc = true;
		key.id = (int32_t)fake->throw_id;
		if (snapshot->contexts[c].state != SUPPORT_OK)
			continue;
		bool permits = fake_decides(fake, &key) == FAKE_PERMITS;
		assert_int_equal(kfunc->cells[c].state, permits ? expected : CELL_REFUSED);
		if (permits && words)
			assert_string_equal(kfunc->cells[c].evidence->line, words);
		cnt[permits]++;
	}
	assert_true(cnt[0] > 10 && cnt[1] > 10);
	assert_int_equal(snapshot->unrecognised, 0);
}

/* Behind the arguments the JIT is asked: the call is made with the right one then. */
static void test_what_the_jit_says_behind_the_arguments(void **state)
{
	static const char lacks[] = "JIT does not support calling kfunc bpf_throw#7";
	_cleanup_fake_ struct fake *fake = fake_open_throwing();

	(void)state;
	check_throw(fake, NULL, CELL_LOADABLE, NULL);
	check_throw(fake, lacks, CELL_IMPOSSIBLE, lacks);
	check_throw(fake, "the JIT is out for lunch", CELL_PERMITTED, "R1 type=ctx expected=map_ptr");
}

static void test_a_log_without_an_end(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();
	struct probe_request request = request_of(fake, SEAM_PARTS);
	size_t cnt[CELL_STATE_CNT];

	(void)state;
	fake->never_terminates = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	count_states(snapshot, cnt);
	for (int i = 0; i < CELL_STATE_CNT; i++)
		assert_true(!claims_an_answer(i) || !cnt[i]);
	assert_true(snapshot->unrecognised > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells_are_what_the_kernel_decided),
		cmocka_unit_test(test_small_logs_and_a_busy_kernel_change_nothing),
		cmocka_unit_test(test_threads_change_nothing),
		cmocka_unit_test(test_always_the_same_errno),
		cmocka_unit_test(test_faults_from_some_call_on),
		cmocka_unit_test(test_faults_now_and_then),
		cmocka_unit_test(test_a_kernel_that_accepts_everything),
		cmocka_unit_test(test_controls_in_new_words),
		cmocka_unit_test(test_refusals_in_new_words),
		cmocka_unit_test(test_what_the_jit_says_behind_the_arguments),
		cmocka_unit_test(test_a_log_without_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
