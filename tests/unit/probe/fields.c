/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of map values that the verifier keeps from programs, against a simulated kernel: a cell changes
 * only by an answer with its controls.
 */
#include "fixture/fake_probe.h"
#include "probe/verdict.h"

static const char tracing_timer[] = "tracing progs cannot use bpf_timer yet";

/* What became of the cells that the fake permits: those of kept programs, and the others. */
struct outcome {
	size_t kept[CELL_STATE_CNT], other[CELL_STATE_CNT];
	const struct cell *example; /* the last of a kept program */
};

static bool fields_is_kept(uint32_t type, int32_t helper)
{
	return type == PROG_TYPE_KPROBE || type == PROG_TYPE_TRACEPOINT ||
		type == PROG_TYPE_RAW_TRACEPOINT ||
		(type == PROG_TYPE_SOCKET_FILTER && helper == FAKE_SPIN_LOCK);
}

static void take_outcome(struct fake *fake, const struct snapshot *snapshot, const char *name,
	int32_t id, struct outcome *ret)
{
	const struct snapshot_helper *helper = snapshot_find_helper(snapshot, name);

	assert_non_null(helper);
	*ret = (struct outcome) {0};
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		struct fake_key key = place_of(fake, &snapshot->contexts[c]);
		const struct cell *cell = &helper->cells[c];
		key.id = id;
		enum fake_answer answer = fake_decides(fake, &key);
		if (snapshot->contexts[c].state != SUPPORT_OK ||
			(answer != FAKE_PERMITS && answer != FAKE_LOADS))
			continue;
		if (!fields_is_kept(key.prog_type, id)) {
			ret->other[cell->state]++;
			continue;
		}
		ret->kept[cell->state]++;
		ret->example = cell;
	}
}

static size_t usable(const size_t cnt[CELL_STATE_CNT])
{
	return cnt[CELL_PERMITTED] + cnt[CELL_LOADABLE];
}

static size_t all(const size_t cnt[CELL_STATE_CNT])
{
	size_t sum = 0;

	for (int i = 0; i < CELL_STATE_CNT; i++)
		sum += cnt[i];
	return sum;
}

static void fields_expect(struct fake *fake, const char *name, int32_t id, enum cell_state kept,
	enum cell_state other, const char *rule, const char *line)
{
	const struct probe_request request = request_of(fake, CELL_PARTS);
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	struct outcome outcome;

	take_outcome(fake, snapshot, name, id, &outcome);
	assert_true(all(outcome.kept) > 0 && all(outcome.other) > 0);
	assert_int_equal(all(outcome.kept),
		kept == CELL_PERMITTED ? usable(outcome.kept) : outcome.kept[kept]);
	assert_int_equal(all(outcome.other),
		other == CELL_PERMITTED ? usable(outcome.other) : outcome.other[other]);
	if (!rule)
		return;
	assert_string_equal(outcome.example->evidence->rule, rule);
	if (strncmp(outcome.example->evidence->line, line, strlen(line)) != 0)
		fail_msg("%s: %s", name, outcome.example->evidence->line);
}

static void test_nothing_is_kept(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_PERMITTED, CELL_PERMITTED, NULL, NULL);
	fields_expect(fake, "bpf_spin_lock", FAKE_SPIN_LOCK, CELL_PERMITTED, CELL_PERMITTED, NULL, NULL);
}

/* The verifier's line stays. A map inside a map is another place for the field, if the kernel has it. */
static void test_kept_fields(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	fake->keeps_fields = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_CONDITIONAL, CELL_PERMITTED,
		RULE_MAP_FIELD, tracing_timer);
	fields_expect(fake, "bpf_spin_lock", FAKE_SPIN_LOCK, CELL_CONDITIONAL, CELL_PERMITTED,
		RULE_MAP_FIELD, "");
	fake->refuses_inner_lock = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_CONDITIONAL, CELL_PERMITTED,
		RULE_MAP_FIELD, tracing_timer);
	fields_expect(fake, "bpf_spin_lock", FAKE_SPIN_LOCK, CELL_IMPOSSIBLE, CELL_PERMITTED,
		RULE_MAP_FIELD, "");
	fake->refuses_inner_lock = false;
	fake->keeps_inner_calls = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_UNKNOWN, CELL_PERMITTED,
		RULE_MAP_FIELD, tracing_timer);
}

/* A control fails: the refusal is not about the field. */
static void test_controls(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	fake->keeps_fields = fake->keeps_plain_maps = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_PERMITTED, CELL_PERMITTED, NULL, NULL);
	fake->keeps_plain_maps = false;
	fake->keeps_everywhere = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_PERMITTED, CELL_PERMITTED, NULL, NULL);
}

static void test_preempt_rt(void **state)
{
	_cleanup_fake_ struct fake *fake = fake_open();

	(void)state;
	fake->keeps_fields = fake->refuses_timers = true;
	fields_expect(fake, "bpf_timer_init", FAKE_TIMER_INIT, CELL_IMPOSSIBLE, CELL_IMPOSSIBLE,
		RULE_TIMER_RT, "bpf_timer cannot be used for PREEMPT_RT.");
	fields_expect(fake, "bpf_spin_lock", FAKE_SPIN_LOCK, CELL_CONDITIONAL, CELL_PERMITTED,
		RULE_MAP_FIELD, "");
}

/* A fault has no message: it changes no cell of a program that is not kept from the field. */
static void test_faults(void **state)
{
	static const int errors[] = {EPERM, EINVAL, EOPNOTSUPP, ENOTSUPP, EACCES, ENOMEM, EAGAIN};
	_cleanup_fake_ struct fake *fake = fake_open();
	const struct probe_request request = request_of(fake, CELL_PARTS);

	(void)state;
	fake->keeps_fields = true;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (fake->seed = 1; fake->seed < 100000; fake->seed = fake->seed * 7 + 1) {
			uint32_t seed = fake->seed;
			struct outcome outcome;
			fake->errnum = errors[i];
			fake->per_mille = 300;
			_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
			fake->errnum = 0;
			take_outcome(fake, snapshot, "bpf_timer_init", FAKE_TIMER_INIT, &outcome);
			assert_int_equal(outcome.other[CELL_CONDITIONAL], 0);
			assert_int_equal(outcome.other[CELL_IMPOSSIBLE], 0);
			/* A map of maps that is refused twice in a row with this errno. */
			if (errors[i] != ENOTSUPP)
				assert_int_equal(outcome.kept[CELL_IMPOSSIBLE], 0);
			fake->seed = seed;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_kept),
		cmocka_unit_test(test_kept_fields),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_preempt_rt),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
