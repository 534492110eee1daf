/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kfunc sets and code: a small kernel is compiled for each architecture, and its code is read. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/kfunc_fixture.h"
#include "util/array.h"

struct expected {
	const char *hook, *name;
	uint32_t flags;
};

static const struct expected registered[] = {
	{"COMMON", "kfunc_six", 0},
	{"XDP", "kfunc_one", 0},
	{"XDP", "kfunc_two", 0x20},
	{"TC", "kfunc_five", 0}, /* kfunc_seven's set lacks the mark: the kernel refuses it */
	{"STRUCT_OPS", "kfunc_four", 0x10000},
	{"STRUCT_OPS", "kfunc_three", 0},
	{"TRACING", "kfunc_one", 0},
	{"TRACING", "kfunc_three", 0},
	{"TRACING", "kfunc_two", 0x20},
	{"SYSCALL", "kfunc_three", 0},
	{"FMODRET", "kfunc_eight", 0x20},
};
#define FMODRET_CNT 1
/* plain_ids are registered for two program types of one hook. */
#define REPEATED_CNT 2

static void require_ok(struct error *error)
{
	if (error)
		fail_msg("%s", error->what);
}

/* Every compiler that is here; a test that none could run is skipped. */
static void each(const char *flags, void (*run)(struct fixture *fixture))
{
	size_t ran = 0;

	for (size_t i = 0; i < FIXTURE_COMPILER_CNT; i++) {
		struct fixture fixture = {0};
		if (!fixture_has(&fixture_compilers[i]) ||
			(strstr(flags, "INLINED") && fixture_compilers[i].plain_loads))
			continue;
		print_message("# %s %s\n", fixture_compilers[i].name, flags);
		require_ok(fixture_open(&fixture, &fixture_compilers[i], flags));
		run(&fixture);
		fixture_close(&fixture);
		ran++;
	}
	if (!ran) {
		print_message("skip: no compiler for %s\n", FIXTURE_SOURCE);
		skip();
	}
}

static void check_registrations(const struct fixture *fixture, size_t cnt)
{
	const struct kernel_kfuncs *kfuncs = &fixture->kfuncs;

	for (size_t i = 0; i < kfuncs->unresolved_cnt; i++)
		print_message(
			"# %s: %s\n", kfuncs->unresolved[i].function, kfuncs->unresolved[i].what);
	assert_null(kfuncs->incomplete);
	assert_int_equal(kfuncs->unresolved_cnt, 0);
	assert_int_equal(kfuncs->registration_cnt, cnt);
	assert_int_equal(kfuncs->entry_cnt, cnt + REPEATED_CNT);
	for (size_t i = 0; i < cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		assert_string_equal(kfuncs->hooks[one->hook], registered[i].hook);
		assert_string_equal(one->name, registered[i].name);
		assert_int_equal(one->flags, registered[i].flags);
		assert_null(one->module);
	}
}

static void run_registrations(struct fixture *fixture)
{
	check_registrations(fixture, ARRAY_SIZE(registered));
	assert_true(fixture->kfuncs.site_cnt >= 10);
}

static void test_registrations(void **state)
{
	(void)state;
	each("", run_registrations);
}

static void run_inlined(struct fixture *fixture)
{
	check_registrations(fixture, ARRAY_SIZE(registered) - FMODRET_CNT);
}

static void test_inlined_registrations(void **state)
{
	(void)state;
	each("-DINLINED", run_inlined);
}

static const char *hook_word(const struct kernel_kfuncs *kfuncs, uint32_t type)
{
	uint32_t hook = kfuncs->hook_of[type];

	return hook == KFUNC_HOOK_UNKNOWN ? "unknown"
		: hook == KFUNC_HOOK_NONE ? ""
					  : kfuncs->hooks[hook];
}

static void run_hooks(struct fixture *fixture)
{
	static const char *const hooks[KFUNC_PROG_TYPE_MAX] = {
		[0] = "COMMON",
		[3] = "TC",
		[5] = "TRACING",
		[6] = "XDP",
		[17] = "TRACING",
		[26] = "TRACING",
		[27] = "STRUCT_OPS",
		[29] = "TRACING",
		[31] = "SYSCALL",
	};
	const struct kernel_kfuncs *kfuncs = &fixture->kfuncs;

	assert_int_equal(kfuncs->hook_cnt, 7);
	assert_string_equal(kfuncs->hooks[kfuncs->common_hook], "COMMON");
	assert_string_equal(kfuncs->hooks[kfuncs->fmodret_hook], "FMODRET");
	for (uint32_t i = 0; i < FIXTURE_PROG_TYPE_CNT; i++)
		assert_string_equal(hook_word(kfuncs, i), hooks[i] ? hooks[i] : "");
	for (uint32_t i = FIXTURE_PROG_TYPE_CNT; i < KFUNC_PROG_TYPE_MAX; i++)
		assert_string_equal(hook_word(kfuncs, i), "unknown");
}

static void test_hooks(void **state)
{
	(void)state;
	each("", run_hooks);
	each("-DINLINED", run_hooks);
}

static const struct kfunc_set *set_of(const struct fixture *fixture, const char *name)
{
	const struct kernel_kfuncs *kfuncs = &fixture->kfuncs;

	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		if (!strcmp(kfuncs->registrations[i].name, name))
			return &kfuncs->sets[kfuncs->registrations[i].set];
	}
	fail_msg("%s is not registered", name);
	return NULL;
}

static void run_sets(struct fixture *fixture)
{
	const struct kfunc_set *set = set_of(fixture, "kfunc_three");

	assert_string_equal(set->symbol, "filtered_ids");
	assert_string_equal(set->filter, "iter_filter");
	assert_true(set->marked);
	assert_null(set_of(fixture, "kfunc_one")->filter);
	assert_int_equal(fixture->kfuncs.dtor_cnt, 1);
	assert_string_equal(fixture->kfuncs.dtors[0].type, "kept_object");
	assert_string_equal(fixture->kfuncs.dtors[0].func, "kfunc_one");
}

static void test_sets(void **state)
{
	(void)state;
	each("", run_sets);
}

static void run_struct_ops(struct fixture *fixture)
{
	const struct kfunc_struct_ops *ops = fixture->kfuncs.struct_ops;

	assert_int_equal(fixture->kfuncs.struct_ops_cnt, 1);
	assert_true(fixture->kfuncs.struct_ops_calls);
	assert_string_equal(ops->name, "small_ops");
	assert_true(ops->stubs_known);
	assert_int_equal(ops->stub_cnt, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(ops->stubs[i], i * 8);
	assert_true(ops->check_known && ops->check_member);
}

static void test_struct_ops(void **state)
{
	(void)state;
	each("", run_struct_ops);
}

static enum tristate filter(struct fixture *fixture, const char *set, unsigned int func,
	const struct kfunc_place *place)
{
	enum tristate refuses;

	require_ok(kfunc_filter_refuses(fixture->verdicts, set_of(fixture, set)->filter_address,
		fixture->func_ids[func - 1], place, &refuses));
	return refuses;
}

static void run_filters(struct fixture *fixture)
{
	const struct kfunc_struct_ops *ops = fixture->kfuncs.struct_ops, other = {.address = 64};
	const struct kfunc_place iter = {.prog_type = 26, .attach_type = 28};
	const struct kfunc_place fentry = {.prog_type = 26, .attach_type = 24};
	const struct kfunc_place lsm = {.prog_type = 29, .attach_type = 27};

	assert_int_equal(filter(fixture, "kfunc_three", 3, &iter), TRISTATE_NO);
	assert_int_equal(filter(fixture, "kfunc_three", 3, &fentry), TRISTATE_YES);
	assert_int_equal(filter(fixture, "kfunc_three", 3, &lsm), TRISTATE_NO);
	assert_int_equal(filter(fixture, "kfunc_three", 3, NULL), TRISTATE_UNKNOWN);
	/* It has no say in others. */
	assert_int_equal(filter(fixture, "kfunc_three", 1, &fentry), TRISTATE_NO);
	assert_int_equal(filter(fixture, "kfunc_three", 1, NULL), TRISTATE_NO);
	for (uint32_t i = 0; i < 5; i++) {
		const struct kfunc_place place = {
			.prog_type = 27, .ops = ops, .member_bytes = i * 8};
		const struct kfunc_place foreign = {
			.prog_type = 27, .ops = &other, .member_bytes = i * 8};
		assert_int_equal(filter(fixture, "kfunc_four", 4, &place),
			i == 0 || i == 2 ? TRISTATE_NO : TRISTATE_YES);
		assert_int_equal(filter(fixture, "kfunc_four", 4, &foreign), TRISTATE_YES);
	}
	/* The code alone does not decide a result that depends on its environment. */
	assert_int_equal(filter(fixture, "kfunc_five", 5, &iter), TRISTATE_UNKNOWN);
	assert_int_equal(filter(fixture, "kfunc_five", 1, &iter), TRISTATE_NO);
}

static void test_filters(void **state)
{
	(void)state;
	each("", run_filters);
}

static void run_bound_and_members(struct fixture *fixture)
{
	const struct kfunc_struct_ops *ops = fixture->kfuncs.struct_ops;
	enum tristate answer;

	for (size_t i = 0; i < FIXTURE_FUNC_CNT; i++) {
		require_ok(kfunc_is_device_bound(fixture->verdicts, fixture->func_ids[i], &answer));
		assert_int_equal(answer, i == 5 ? TRISTATE_YES : TRISTATE_NO);
	}
	for (uint32_t i = 0; i < 8; i++) {
		bool sleepable = i % 2, accepted = i / 2 != 2 && (!sleepable || i / 2 == 1);
		require_ok(kfunc_ops_accepts(
			fixture->verdicts, ops, fixture->ops_id, i / 2, sleepable, &answer));
		assert_int_equal(answer, accepted ? TRISTATE_YES : TRISTATE_NO);
	}
	require_ok(kfunc_ops_accepts(fixture->verdicts, ops, fixture->ops_id, 4, false, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
}

static void test_bound_and_members(void **state)
{
	(void)state;
	each("", run_bound_and_members);
}

/* can_be_sleepable() of the fixture; type 31 is asked about before it. */
static bool may_sleep(uint32_t type, uint32_t attach)
{
	if (type == 26)
		return attach == 24 || attach == 25 || attach == 26 || attach == 28;
	if (type == 29)
		return attach != 43;
	return type == 2 || type == 27 || type == 31;
}

static void run_sleep(struct fixture *fixture)
{
	enum tristate can;

	for (uint32_t type = 0; type < FIXTURE_PROG_TYPE_CNT; type++) {
		for (uint32_t attach = 0; attach < FIXTURE_ATTACH_TYPE_CNT; attach++) {
			require_ok(kfunc_can_sleep(fixture->verdicts, type, attach, &can));
			if (can != (may_sleep(type, attach) ? TRISTATE_YES : TRISTATE_NO))
				fail_msg("type %u attach type %u: %d", type, attach, can);
		}
	}
	require_ok(kfunc_can_sleep(fixture->verdicts, FIXTURE_PROG_TYPE_CNT, 0, &can));
	assert_int_equal(can, TRISTATE_UNKNOWN);
	require_ok(kfunc_can_sleep(fixture->verdicts, 1000, 1000, &can));
	assert_int_equal(can, TRISTATE_UNKNOWN);
}

static void test_sleep(void **state)
{
	(void)state;
	each("", run_sleep);
	each("-DPAGE_START", run_sleep);
}

static size_t known_cnt;

/*
 * check_map_prog_compatibility() of the fixture, and may_access_direct_pkt_data(). A compiler may make the
 * message's address before it compares: then all map types reach that place, and nothing is known.
 */
static void run_maps_and_packets(struct fixture *fixture)
{
	const uint64_t maps = 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 27;
	const uint64_t writers = 1u << 3 | 1u << 6 | 1u << 25;
	enum tristate first, answer;

	require_ok(kfunc_sleeps_with_map(fixture->verdicts, 0, &first));
	print_message("# maps of sleepable programs are %s\n", first ? "known" : "unknown");
	known_cnt += first != TRISTATE_UNKNOWN;
	for (uint32_t type = 0; type < FIXTURE_MAP_TYPE_CNT; type++) {
		enum tristate right = maps >> type & 1 ? TRISTATE_YES : TRISTATE_NO;
		require_ok(kfunc_sleeps_with_map(fixture->verdicts, type, &answer));
		if (answer != (first ? right : TRISTATE_UNKNOWN))
			fail_msg("map type %u: %d", type, answer);
	}
	require_ok(kfunc_sleeps_with_map(fixture->verdicts, FIXTURE_MAP_TYPE_CNT, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
	for (uint32_t type = 0; type < FIXTURE_PROG_TYPE_CNT; type++) {
		require_ok(kfunc_writes_packets(fixture->verdicts, type, &answer));
		if (answer != (writers >> type & 1 ? TRISTATE_YES : TRISTATE_NO))
			fail_msg("program type %u writes: %d", type, answer);
	}
}

static enum tristate res_lock_passes;

/* As above, the message's address may be made too early, and then nothing is known. */
static void run_locks(struct fixture *fixture)
{
	enum tristate lock, kptr, res_lock, other;

	require_ok(kfunc_traces_with_field(fixture->verdicts, "BPF_SPIN_LOCK", &lock));
	require_ok(kfunc_traces_with_field(fixture->verdicts, "BPF_KPTR_UNREF", &kptr));
	require_ok(kfunc_traces_with_field(fixture->verdicts, "BPF_RES_SPIN_LOCK", &res_lock));
	require_ok(kfunc_traces_with_field(fixture->verdicts, "BPF_NO_SUCH_FIELD", &other));
	print_message("# locks of tracing programs are %s\n", lock ? "known" : "unknown");
	known_cnt += lock != TRISTATE_UNKNOWN;
	assert_int_equal(lock, lock ? TRISTATE_NO : TRISTATE_UNKNOWN);
	assert_int_equal(kptr, lock ? TRISTATE_YES : TRISTATE_UNKNOWN);
	assert_int_equal(res_lock, lock ? res_lock_passes : TRISTATE_UNKNOWN);
	assert_int_equal(other, TRISTATE_UNKNOWN);
}

static void test_locks(void **state)
{
	(void)state;
	known_cnt = 0;
	res_lock_passes = TRISTATE_YES;
	each("", run_locks);
	assert_true(known_cnt > 0);
	known_cnt = 0;
	res_lock_passes = TRISTATE_NO;
	each("-DSHARED_LOCK_CHECK", run_locks);
	assert_true(known_cnt > 0);
}

static void test_maps_and_packets(void **state)
{
	(void)state;
	known_cnt = 0;
	each("", run_maps_and_packets);
	assert_true(known_cnt > 0);
}

static void run_jit(struct fixture *fixture)
{
	assert_int_equal(fixture->kfuncs.jit, TRISTATE_YES);
	assert_int_equal(fixture->kfuncs.prog_type_built[0], TRISTATE_NO);
	assert_int_equal(fixture->kfuncs.prog_type_built[1], TRISTATE_YES);
	assert_int_equal(fixture->kfuncs.prog_type_built[2], TRISTATE_NO);
	assert_int_equal(fixture->kfuncs.prog_type_built[31], TRISTATE_YES);
	assert_int_equal(fixture->kfuncs.prog_type_built[32], TRISTATE_UNKNOWN);
}

static void run_no_jit(struct fixture *fixture)
{
	assert_int_equal(fixture->kfuncs.jit, TRISTATE_NO);
}

static void test_jit(void **state)
{
	(void)state;
	each("", run_jit);
	each("-DNO_JIT", run_no_jit);
}

static const char *unresolved_in(const struct fixture *fixture, const char *function)
{
	const struct kernel_kfuncs *kfuncs = &fixture->kfuncs;

	for (size_t i = 0; i < kfuncs->unresolved_cnt; i++) {
		if (!strcmp(kfuncs->unresolved[i].function, function))
			return kfuncs->unresolved[i].what;
	}
	fail_msg("nothing is unresolved in %s", function);
	return NULL;
}

static void run_damaged(struct fixture *fixture)
{
	assert_int_equal(fixture->kfuncs.unresolved_cnt, 4);
	assert_non_null(strstr(unresolved_in(fixture, "damaged_init"), "damaged"));
	assert_non_null(strstr(unresolved_in(fixture, "unknown_type_init"), "program type"));
	assert_non_null(strstr(unresolved_in(fixture, "unknown_set_init"), "the set"));
	assert_non_null(strstr(unresolved_in(fixture, "wild_set_init"), "no set"));
	/* The others are resolved all the same; fmodret is registered here, too. */
	assert_int_equal(fixture->kfuncs.registration_cnt, ARRAY_SIZE(registered));
}

static void test_damaged(void **state)
{
	(void)state;
	each("-DDAMAGED", run_damaged);
}

static void load_again(struct fixture *fixture, struct kernel_kfuncs *kfuncs)
{
	struct kfunc_image source = fixture->code->source;

	kfunc_code_destroy(fixture->code);
	kfunc_verdicts_destroy(fixture->verdicts);
	fixture->code = NULL;
	fixture->verdicts = NULL;
	require_ok(kfunc_code_create(&source, &fixture->code));
	kernel_kfuncs_init(kfuncs);
	require_ok(kfunc_sets_load(fixture->code, &fixture->pool, kfuncs));
	kernel_kfuncs_finish(kfuncs);
}

/* Of the marked sets of the fixture, which are sound, by their symbols alone. */
static void check_listed(const struct fixture *fixture, const struct kernel_kfuncs *kfuncs)
{
	static const char *const sets[FIXTURE_FUNC_CNT] = {"plain_ids", "plain_ids", "filtered_ids",
		"member_ids", "weather_ids", "bound_ids", NULL, "fmodret_ids"};
	static const uint32_t flags[FIXTURE_FUNC_CNT] = {0, 0x20, 0, 0x10000, 0, 0, 0, 0x20};

	assert_int_equal(kfuncs->listed_cnt, FIXTURE_FUNC_CNT - 1);
	for (size_t i = 0; i < FIXTURE_FUNC_CNT; i++) {
		const struct kfunc_listed *found = NULL;
		for (size_t j = 0; j < kfuncs->listed_cnt; j++) {
			if (kfuncs->listed[j].btf_id == fixture->func_ids[i])
				found = &kfuncs->listed[j];
		}
		assert_int_equal(found != NULL, sets[i] != NULL);
		if (!found)
			continue;
		assert_string_equal(found->set, sets[i]);
		assert_string_equal(found->name, fixture_funcs[i]);
		assert_int_equal(found->flags, flags[i]);
	}
}

/* Code that nobody follows is said to be unknown, not empty. */
static void run_foreign(struct fixture *fixture)
{
	struct kernel_kfuncs kfuncs;
	struct kfunc_verdicts *verdicts;
	enum tristate answer;
	const struct kfunc_place place = {.prog_type = 26};

	fixture->image->machine = EM_S390;
	load_again(fixture, &kfuncs);
	assert_non_null(kfuncs.incomplete);
	assert_int_equal(kfuncs.registration_cnt, 0);
	assert_int_equal(kfuncs.hook_of[26], KFUNC_HOOK_UNKNOWN);
	require_ok(kfunc_verdicts_create(fixture->code, &verdicts));
	require_ok(kfunc_can_sleep(verdicts, 26, 24, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
	require_ok(kfunc_filter_refuses(verdicts, MODULE_ADDRESS, 1, &place, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
	require_ok(kfunc_sleeps_with_map(verdicts, 3, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
	require_ok(kfunc_writes_packets(verdicts, 1, &answer));
	assert_int_equal(answer, TRISTATE_UNKNOWN);
	kfunc_verdicts_destroy(verdicts);
	check_listed(fixture, &kfuncs);
}

static void test_foreign_architecture(void **state)
{
	(void)state;
	each("", run_foreign);
}

static void run_without_symbols(struct fixture *fixture)
{
	struct kernel_kfuncs kfuncs;
	size_t kept = 0;

	for (size_t i = 0; i < fixture->symbols->cnt; i++) {
		if (!strstr(fixture->symbols->list[i].name, "register_btf"))
			fixture->symbols->list[kept++] = fixture->symbols->list[i];
	}
	fixture->symbols->cnt = kept;
	load_again(fixture, &kfuncs);
	assert_non_null(kfuncs.incomplete);
	assert_int_equal(kfuncs.registration_cnt, 0);
}

static void test_without_symbols(void **state)
{
	(void)state;
	each("", run_without_symbols);
}

static void put64(unsigned char *at, uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		at[i] = (unsigned char)(value >> i * 8);
}

/* Pointers of arm64 before RELR: a table of relocations, zero in place. */
static void test_raw_relocations(void **state)
{
	enum { TABLE = 0x100, CNT_ENTRIES = 70, TARGETS = 0x1000, SIZE = 0x2000 };
	const uint64_t base = 0xffff800008000000;
	unsigned char *data = calloc(1, SIZE);
	struct image_segment segment = {
		.name = "", .address = base, .data = data, .size_bytes = SIZE};
	struct image image = {
		.machine = EM_AARCH64, .address_bytes = 8, .segments = &segment, .segment_cnt = 1};
	uint64_t value;

	(void)state;
	for (uint64_t i = 0; i < CNT_ENTRIES; i++) {
		put64(data + TABLE + i * 24, base + TARGETS + i * 8);
		put64(data + TABLE + i * 24 + 8, R_AARCH64_RELATIVE);
		put64(data + TABLE + i * 24 + 16, base + i);
	}
	/* One outside of the image ends the table. */
	put64(data + TABLE + (CNT_ENTRIES - 1) * 24, base + SIZE);
	put64(data + TARGETS + 8, 42);
	image_relocate_raw(&image);
	assert_true(image_read(&image, base + TARGETS + 16, 8, &value));
	assert_int_equal(value, base + 2);
	assert_true(image_read(&image, base + TARGETS + 8, 8, &value));
	assert_int_equal(value, 42); /* what is in place already is not touched */
	assert_true(image_read(&image, base + TARGETS + (CNT_ENTRIES - 1) * 8, 8, &value));
	assert_int_equal(value, 0);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registrations),
		cmocka_unit_test(test_inlined_registrations),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_struct_ops),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_bound_and_members),
		cmocka_unit_test(test_sleep),
		cmocka_unit_test(test_maps_and_packets),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_jit),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_foreign_architecture),
		cmocka_unit_test(test_without_symbols),
		cmocka_unit_test(test_raw_relocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
