/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prediction: cells of a constructed kernel, one for each check of the verifier. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "kernel/context.h"
#include "kernel/predict_rules.h"
#include "scan/predict/predict.h"
#include "util/array.h"

enum { HOOK_COMMON, HOOK_XDP, HOOK_TRACING, HOOK_SYSCALL, HOOK_FMODRET, HOOK_CNT };
static const char *hook_names[HOOK_CNT] = {"COMMON", "XDP", "TRACING", "SYSCALL", "FMODRET"};

enum { SET_PLAIN, SET_ITER, SET_STRANGE, SET_OF_MODULE, SET_CNT };

#define ALL_HOOKS (1u << HOOK_COMMON | 1u << HOOK_XDP | 1u << HOOK_TRACING | 1u << HOOK_SYSCALL)

static const struct {
	const char *name;
	uint32_t hooks, flags;
	unsigned int set;
	bool tagged, bound;
} functions[] = {
	{"plain", 1u << HOOK_XDP | 1u << HOOK_TRACING, 0, SET_PLAIN, false, false},
	{"everywhere", 1u << HOOK_COMMON, 0, SET_PLAIN, false, false},
	{"sleeper", 1u << HOOK_COMMON, KFUNC_F_SLEEPABLE, SET_PLAIN, false, false},
	{"crasher", 1u << HOOK_XDP, KFUNC_F_DESTRUCTIVE | KFUNC_F_SLEEPABLE, SET_PLAIN, false,
		false},
	{"iterated", 1u << HOOK_TRACING, 0, SET_ITER, false, false},
	{"strange", 1u << HOOK_TRACING, 0, SET_STRANGE, false, false},
	{"metadata", 1u << HOOK_XDP, 0, SET_PLAIN, false, true},
	{"implicit", 1u << HOOK_XDP, KFUNC_F_IMPLICIT_ARGS, SET_PLAIN, false, false},
	{"damaged", 1u << HOOK_XDP, KFUNC_F_IMPLICIT_ARGS, SET_PLAIN, false, false},
	{"damaged_iterated", 1u << HOOK_TRACING, KFUNC_F_IMPLICIT_ARGS, SET_ITER, false, false},
	{"structural", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"variable", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"modifiable", 1u << HOOK_FMODRET, KFUNC_F_SLEEPABLE, SET_PLAIN, false, false},
	{"tagged", 0, 0, SET_PLAIN, true, false},
	{"ordinary", 0, 0, SET_PLAIN, false, false},
	{"bpf_throw", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"bpf_arena_alloc_pages", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"six_arguments", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"into_arena", 1u << HOOK_XDP, 0, SET_PLAIN, false, false},
	{"bpf_wq_init", 1u << HOOK_COMMON, 0, SET_PLAIN, false, false},
	{"bpf_res_spin_lock", 1u << HOOK_COMMON, 0, SET_PLAIN, false, false},
	{"bpf_obj_new_impl", 1u << HOOK_XDP | 1u << HOOK_TRACING, 0, SET_PLAIN, false, false},
};
#define FUNCTION_CNT ARRAY_SIZE(functions)

static struct {
	struct kernel kernel;
	struct kernel_kfuncs kfuncs;
	struct kfunc_set sets[SET_CNT];
	struct kfunc_registration registrations[64];
	struct kfunc_unresolved unresolved;
	uint32_t ids[FUNCTION_CNT];
	struct pool pool;
	size_t filter_cnt; /* questions put to filters */
} world;

/* The second argument is variable, or the result a struct, where the name says so. */
static uint32_t add_proto(
	struct btf_builder *builder, const char *name, uint32_t int_id, uint32_t struct_id)
{
	const struct builder_param many[] = {{"a", int_id}, {"b", int_id}, {"c", int_id},
		{"d", int_id}, {"e", int_id}, {"f", int_id}};
	const struct builder_param arena[] = {{"into__arena__nullable", int_id}};

	if (!strcmp(name, "six_arguments"))
		return builder_proto(builder, int_id, many, ARRAY_SIZE(many));
	if (!strcmp(name, "into_arena"))
		return builder_proto(builder, int_id, arena, ARRAY_SIZE(arena));
	const struct builder_param params[] = {
		{"first", int_id}, {NULL, strcmp(name, "variable") ? int_id : 0}};

	return builder_proto(builder, strcmp(name, "structural") ? int_id : struct_id, params,
		ARRAY_SIZE(params));
}

static void add_enums(struct btf_builder *builder)
{
	char name[64];
	uint32_t cnt = 0;

	builder_type(builder, "bpf_prog_type", BTF_KIND_ENUM, PROG_TYPE_NETFILTER, false, 4);
	for (uint32_t i = 0; i < PROG_TYPE_NETFILTER; i++) { /* none for NETFILTER itself */
		snprintf(name, sizeof(name), "BPF_PROG_TYPE_%u", i);
		builder_pair(builder, name, i);
	}
	for (uint32_t i = 0; i < ATTACH_TYPE_CNT; i++)
		cnt += attach_type_enumerator((enum attach_type)i) && i != ATTACH_XDP_CPUMAP;
	builder_type(builder, "bpf_attach_type", BTF_KIND_ENUM, cnt, false, 4);
	for (uint32_t i = 0; i < ATTACH_TYPE_CNT; i++) {
		const char *enumerator = attach_type_enumerator((enum attach_type)i);
		if (enumerator && i != ATTACH_XDP_CPUMAP)
			builder_pair(builder, enumerator, i);
	}
}

/* struct NAME of functions, and the value type that makes it one of struct_ops. */
static void add_ops(struct btf_builder *builder, const char *name, uint32_t int_id, uint32_t func_cnt)
{
	static const char *const members[] = {"one", "two", "three", "four"};
	uint32_t pointer = builder_ptr(builder, builder_proto(builder, int_id, NULL, 0));
	char value[64];

	uint32_t id = builder_type(builder, name, BTF_KIND_STRUCT, func_cnt, false, 8 * func_cnt);
	for (uint32_t i = 0; i < func_cnt; i++)
		builder_member(builder, members[i], pointer, 64 * i);
	snprintf(value, sizeof(value), "bpf_struct_ops_%s", name);
	builder_type(builder, value, BTF_KIND_STRUCT, 1, false, 8 * func_cnt);
	builder_member(builder, "data", id, 0);
}

/* What is registered, half registered and not at all, and a function that takes a reference. */
static void add_all_ops(struct btf_builder *builder, uint32_t int_id)
{
	const struct builder_param reference = {"it__ref", int_id};

	add_ops(builder, "shapes", int_id, 4);
	add_ops(builder, "empty", int_id, 1);
	add_ops(builder, "lost", int_id, 1);
	builder_type(builder, "bpf_ctx_arg_aux", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(builder, "refcounted", int_id, 0);
	builder_func(builder, "shapes__one", builder_proto(builder, int_id, &reference, 1));
}

/* One without LSM hooks, trampolines and fragments when `poor`. */
static void make_btf(bool poor)
{
	const char *const others[] = {"damaged_other", "implicit_impl",
		poor ? "bpf_check_attach_target" : "bpf_lsm_file_open", "vfs_read",
		"bpf_fentry_test1"};
	struct btf_builder builder;

	builder_init(&builder);
	uint32_t int_id = builder_int(&builder, "int", 4);
	uint32_t struct_id = builder_type(&builder, "pair", BTF_KIND_STRUCT, 1, false, 8);
	builder_member(&builder, "value", int_id, 0);
	builder_type(&builder, "bpf_prog_aux", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(&builder, poor ? "id" : "xdp_has_frags", int_id, 0);
	builder_type(&builder, "bpf_map", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(&builder, "spin_lock_off", int_id, 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		builder_func(
			&builder, others[i], add_proto(&builder, others[i], int_id, struct_id));
	for (size_t i = 0; i < FUNCTION_CNT; i++) {
		uint32_t proto = add_proto(&builder, functions[i].name, int_id, struct_id);
		world.ids[i] = builder_func(&builder, functions[i].name, proto);
		if (functions[i].tagged)
			builder_decl_tag(&builder, "bpf_kfunc", world.ids[i], -1);
	}
	add_all_ops(&builder, int_id);
	add_enums(&builder);
	struct error *error = builder_create(&builder, NULL, &world.kernel.btf);
	builder_deinit(&builder);
	assert_null(error);
}

static void add_registrations(size_t index)
{
	for (uint32_t hook = 0; hook < HOOK_CNT; hook++) {
		if (functions[index].hooks >> hook & 1)
			world.registrations[world.kfuncs.registration_cnt++] =
				(struct kfunc_registration) {
					.hook = hook,
					.btf_id = world.ids[index],
					.flags = functions[index].flags,
					.name = functions[index].name,
					.set = functions[index].set,
				};
	}
}

static const uint32_t stubs[] = {0, 8, 16}; /* "four" has none */
static struct kfunc_struct_ops struct_ops[] = {
	{.name = "shapes", .stubs = stubs, .stub_cnt = ARRAY_SIZE(stubs), .stubs_known = true},
	{.name = "empty", .stubs_known = true},
};

static int setup(void **state)
{
	struct kernel_kfuncs *kfuncs = &world.kfuncs;

	(void)state;
	memset(&world, 0, sizeof(world));
	make_btf(false);
	kernel_kfuncs_init(kfuncs);
	world.sets[SET_PLAIN].symbol = "plain_ids";
	world.sets[SET_ITER] = (struct kfunc_set) {
		.symbol = "iter_ids", .filter = "iter_filter", .filter_address = 1};
	world.sets[SET_STRANGE] =
		(struct kfunc_set) {.filter = "strange_filter", .filter_address = 2};
	kfuncs->sets = world.sets;
	kfuncs->set_cnt = SET_CNT;
	kfuncs->registrations = world.registrations;
	for (size_t i = 0; i < FUNCTION_CNT; i++)
		add_registrations(i);
	kfuncs->hooks = hook_names;
	kfuncs->hook_cnt = HOOK_CNT;
	kfuncs->common_hook = HOOK_COMMON;
	kfuncs->fmodret_hook = HOOK_FMODRET;
	kfuncs->jit = TRISTATE_YES;
	for (size_t i = 0; i < KFUNC_PROG_TYPE_MAX; i++) {
		kfuncs->hook_of[i] = KFUNC_HOOK_NONE;
		kfuncs->prog_type_built[i] = i == PROG_TYPE_LIRC_MODE2 ? TRISTATE_NO
			: i == PROG_TYPE_SK_LOOKUP                     ? TRISTATE_UNKNOWN
								       : TRISTATE_YES;
	}
	kfuncs->hook_of[PROG_TYPE_XDP] = HOOK_XDP;
	kfuncs->hook_of[PROG_TYPE_TRACING] = kfuncs->hook_of[PROG_TYPE_LSM] = HOOK_TRACING;
	kfuncs->hook_of[PROG_TYPE_TRACEPOINT] = HOOK_TRACING;
	kfuncs->hook_of[PROG_TYPE_SYSCALL] = HOOK_SYSCALL;
	kfuncs->hook_of[PROG_TYPE_STRUCT_OPS] = HOOK_TRACING;
	kfuncs->struct_ops = struct_ops;
	kfuncs->struct_ops_cnt = ARRAY_SIZE(struct_ops);
	kfuncs->struct_ops_calls = true;
	kfuncs->hook_of[PROG_TYPE_SK_MSG] = KFUNC_HOOK_UNKNOWN;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kbtf_destroy(world.kernel.btf);
	pool_destroy(&world.kernel.pool);
	return 0;
}

static uint32_t id_of(const char *name)
{
	for (size_t i = 0; i < FUNCTION_CNT; i++) {
		if (!strcmp(functions[i].name, name))
			return world.ids[i];
	}
	return 0;
}

static struct error *filter_refuses(void *code, uint64_t filter_address, uint32_t kfunc_id,
	const struct kfunc_place *place, enum tristate *ret)
{
	(void)code;
	world.filter_cnt++;
	*ret = TRISTATE_NO;
	if (filter_address == 1 && kfunc_id == id_of("iterated"))
		*ret = !place                                       ? TRISTATE_UNKNOWN
			: place->ops && !place->member_bytes        ? TRISTATE_NO
			: place->attach_type == ATTACH_TRACE_ITER   ? TRISTATE_NO
								    : TRISTATE_YES;
	/* The hook's other filters are put to a kfunc, too. */
	if (filter_address == 1 && kfunc_id == id_of("plain"))
		*ret = !place                                      ? TRISTATE_UNKNOWN
			: place->attach_type == ATTACH_TRACE_FEXIT ? TRISTATE_YES
								   : TRISTATE_NO;
	if (filter_address == 2 && kfunc_id == id_of("strange"))
		*ret = TRISTATE_UNKNOWN;
	return NULL;
}

static struct error *is_device_bound(void *code, uint32_t kfunc_id, enum tristate *ret)
{
	(void)code;
	*ret = kfunc_id == id_of("metadata") ? TRISTATE_YES : TRISTATE_NO;
	return NULL;
}

static struct error *can_sleep(
	void *code, uint32_t prog_type, uint32_t attach_type, enum tristate *ret)
{
	(void)code;
	*ret = prog_type == PROG_TYPE_TRACING && attach_type == ATTACH_TRACE_FENTRY ? TRISTATE_YES
		: prog_type == PROG_TYPE_LSM ? TRISTATE_UNKNOWN
					     : TRISTATE_NO;
	return NULL;
}

static struct error *ops_accepts(void *code, const struct kfunc_struct_ops *ops, uint32_t type_id,
	uint32_t index, bool sleepable, enum tristate *ret)
{
	static const enum tristate answers[] = {TRISTATE_YES, TRISTATE_NO, TRISTATE_UNKNOWN};

	(void)code, (void)ops, (void)type_id, (void)sleepable;
	*ret = answers[index % ARRAY_SIZE(answers)];
	return NULL;
}

static struct snapshot *predict(bool with_code)
{
	struct snapshot *snapshot = snapshot_create();
	const struct predict_source source = {
		.kernel = &world.kernel,
		.kfuncs = &world.kfuncs,
		.filter_refuses = with_code ? filter_refuses : NULL,
		.is_device_bound = with_code ? is_device_bound : NULL,
		.can_sleep = with_code ? can_sleep : NULL,
		.ops_accepts = with_code ? ops_accepts : NULL,
	};

	struct error *error = predict_snapshot(&source, snapshot);
	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

static const struct cell *cell_at(
	const struct snapshot *snapshot, const char *name, const char *context_name)
{
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, name);
	const struct snapshot_context *context = snapshot_find_context(snapshot, context_name);

	if (!kfunc || !context)
		fail_msg("no cell %s@%s", name, context_name);
	return &kfunc->cells[context - snapshot->contexts];
}

/* Rules that some test has seen. */
static bool produced[PREDICT_RULE_CNT];

/* `words`: what the sentence has to name; "": nothing. */
static void expect_cell(const struct cell *cell, const char *name, const char *context,
	enum cell_state state, enum predict_rule rule, const char *words)
{
	if (cell->state != state || !cell->predicted ||
		!predict_rule_is(cell->evidence->rule, rule) || !strstr(cell->evidence->line, words))
		fail_msg("%s@%s is %s by %s: %s", name, context, cell_state_word(cell->state),
			cell->evidence->rule, cell->evidence->line);
	produced[rule] = true;
}

static void expect(const struct snapshot *snapshot, const char *kfunc, const char *context,
	enum cell_state state, enum predict_rule rule, const char *words)
{
	expect_cell(cell_at(snapshot, kfunc, context), kfunc, context, state, rule, words);
}

struct expectation {
	const char *kfunc, *context;
	enum cell_state state;
	enum predict_rule rule;
	const char *words;
};

static void expect_all(const struct snapshot *snapshot, const struct expectation *list, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		expect(snapshot, list[i].kfunc, list[i].context, list[i].state, list[i].rule,
			list[i].words);
}

static void test_cells(void **state)
{
	static const struct expectation list[] = {
		{"plain", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "hook XDP in plain_ids"},
		{"plain", "fentry", CELL_PERMITTED, PREDICT_REGISTERED, "TRACING"},
		{"plain", "fexit", CELL_REFUSED, PREDICT_FILTER_REFUSES, "iter_filter"},
		{"plain", "syscall", CELL_REFUSED, PREDICT_NOT_REGISTERED, "SYSCALL"},
		{"plain", "tc", CELL_REFUSED, PREDICT_NO_HOOK, ""},
		{"plain", "freplace", CELL_PERMITTED, PREDICT_REGISTERED, "XDP"},
		{"everywhere", "tc", CELL_PERMITTED, PREDICT_REGISTERED, "COMMON"},
		{"everywhere", "syscall", CELL_PERMITTED, PREDICT_REGISTERED, "COMMON"},
		{"sleeper", "xdp", CELL_IMPOSSIBLE, PREDICT_SLEEPABLE, ""},
		{"sleeper", "fentry", CELL_CONDITIONAL, PREDICT_SLEEPABLE, "fentry.s"},
		{"sleeper", "fentry.s", CELL_PERMITTED, PREDICT_REGISTERED, ""},
		{"sleeper", "tp_btf", CELL_IMPOSSIBLE, PREDICT_SLEEPABLE, ""},
		{"sleeper", "lsm", CELL_UNKNOWN, PREDICT_SLEEP_UNKNOWN, "lsm.s"},
		{"sleeper", "syscall", CELL_PERMITTED, PREDICT_REGISTERED, ""},
		{"crasher", "xdp", CELL_CONDITIONAL, PREDICT_CAP_SYS_BOOT, ""},
		{"crasher", "fentry", CELL_REFUSED, PREDICT_NOT_REGISTERED, "TRACING"},
		{"iterated", "fentry", CELL_REFUSED, PREDICT_FILTER_REFUSES, "iter_filter"},
		{"iterated", "xdp", CELL_REFUSED, PREDICT_NOT_REGISTERED, "XDP"},
		{"strange", "fentry", CELL_UNKNOWN, PREDICT_FILTER_UNKNOWN, "strange_filter"},
		{"strange", "xdp", CELL_REFUSED, PREDICT_NOT_REGISTERED, "XDP"},
		{"metadata", "xdp", CELL_CONDITIONAL, PREDICT_DEVICE_BOUND, ""},
		{"metadata", "fentry", CELL_REFUSED, PREDICT_NOT_REGISTERED, "TRACING"},
		{"implicit", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "XDP"},
		{"damaged", "xdp", CELL_IMPOSSIBLE, PREDICT_NO_IMPLEMENTATION, "damaged_impl()"},
		/* The flag is a set's: without one the call is refused, and before any filter. */
		{"damaged", "fentry", CELL_REFUSED, PREDICT_NOT_REGISTERED, "TRACING"},
		{"damaged_iterated", "fentry", CELL_IMPOSSIBLE, PREDICT_NO_IMPLEMENTATION, "damaged_iterated_impl()"},
		{"damaged_iterated", "xdp", CELL_REFUSED, PREDICT_NOT_REGISTERED, "XDP"},
		{"structural", "xdp", CELL_IMPOSSIBLE, PREDICT_BAD_PROTOTYPE, ""},
		{"variable", "xdp", CELL_IMPOSSIBLE, PREDICT_BAD_PROTOTYPE, ""},
		{"tagged", "xdp", CELL_REFUSED, PREDICT_NOT_REGISTERED, ""},
		/* No such attach type, no such program type, not compiled in, nobody knows. */
		{"plain", "xdp/cpumap", CELL_UNSUPPORTED, PREDICT_NO_ATTACH_TYPE, "BPF_XDP_CPUMAP"},
		{"everywhere", "netfilter", CELL_UNSUPPORTED, PREDICT_NO_PROGRAM_TYPE, ""},
		{"everywhere", "lirc_mode2", CELL_UNSUPPORTED, PREDICT_NOT_COMPILED_IN, ""},
		{"everywhere", "sk_lookup", CELL_UNKNOWN, PREDICT_TYPE_UNKNOWN, ""},
		{"damaged", "xdp/cpumap", CELL_UNSUPPORTED, PREDICT_NO_ATTACH_TYPE, "BPF_XDP_CPUMAP"},
		{"everywhere", "tp_btf.s", CELL_UNSUPPORTED, PREDICT_NEVER_SLEEPS, ""},
		{"everywhere", "lsm.s", CELL_UNKNOWN, PREDICT_SLEEP_UNKNOWN, ""},
		/* Its hook is not known, but COMMON is tried for all. */
		{"plain", "sk_msg", CELL_UNKNOWN, PREDICT_HOOK_UNKNOWN, ""},
		{"everywhere", "sk_msg", CELL_PERMITTED, PREDICT_REGISTERED, "COMMON"},
		{"iterated", "struct_ops/shapes", CELL_CONDITIONAL, PREDICT_FILTER_SOME, "iter_filter"},
		{"iterated", "struct_ops/shapes/one", CELL_PERMITTED, PREDICT_REGISTERED, "TRACING"},
		{"iterated", "struct_ops/shapes/two", CELL_UNSUPPORTED, PREDICT_MEMBER_REFUSED, ""},
		{"iterated", "struct_ops/shapes/three", CELL_UNKNOWN, PREDICT_MEMBER_UNKNOWN, ""},
		{"iterated", "struct_ops/shapes/four", CELL_UNSUPPORTED, PREDICT_NO_STUB, ""},
		{"iterated", "struct_ops/lost", CELL_UNKNOWN, PREDICT_OPS_UNKNOWN, ""},
	};
	struct snapshot *snapshot = predict(true);

	(void)state;
	expect_all(snapshot, list, ARRAY_SIZE(list));
	assert_null(snapshot_find_kfunc(snapshot, "modifiable"));
	assert_null(snapshot_find_kfunc(snapshot, "ordinary"));
	assert_int_equal(snapshot->fact_cnt, 1);
	assert_string_equal(snapshot->facts[0], "kfunc_sets");
	snapshot_destroy(snapshot);
}

static void test_rows(void **state)
{
	struct snapshot *snapshot = predict(true);
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, "crasher");

	(void)state;
	assert_int_equal(kfunc->flag_cnt, 2);
	assert_string_equal(kfunc->flags[0], "KF_SLEEPABLE");
	assert_string_equal(kfunc->flags[1], "KF_DESTRUCTIVE");
	assert_string_equal(kfunc->module, "vmlinux");
	assert_string_equal(kfunc->prototype, "int crasher(int first, int)");
	assert_int_equal(kfunc->found_by, 1u << KFUNC_SOURCE_SET);
	assert_int_equal(kfunc->set_cnt, 1);
	assert_string_equal(kfunc->sets[0], "plain_ids");
	assert_int_equal(snapshot_find_kfunc(snapshot, "tagged")->set_cnt, 0);
	assert_int_equal(snapshot_find_kfunc(snapshot, "tagged")->found_by, 1u << KFUNC_SOURCE_TAG);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		if (i)
			assert_true(
				strcmp(snapshot->kfuncs[i - 1].name, snapshot->kfuncs[i].name) < 0);
		for (size_t j = 0; j < snapshot->context_cnt; j++) {
			assert_true(snapshot->kfuncs[i].cells[j].predicted);
			assert_non_null(snapshot->kfuncs[i].cells[j].evidence);
			assert_int_not_equal(
				predict_rule_parse(snapshot->kfuncs[i].cells[j].evidence->rule),
				PREDICT_NONE);
		}
	}
	snapshot_destroy(snapshot);
}

/* A call that was not resolved may register anything anywhere: then no refusal is sure. */
static void test_unresolved(void **state)
{
	static const struct expectation list[] = {
		{"plain", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "XDP"},
		{"plain", "syscall", CELL_UNKNOWN, PREDICT_CALLS_UNRESOLVED, ""},
		{"plain", "tc", CELL_UNKNOWN, PREDICT_CALLS_UNRESOLVED, ""},
		{"plain", "fexit", CELL_REFUSED, PREDICT_FILTER_REFUSES, "iter_filter"},
		{"damaged", "xdp", CELL_IMPOSSIBLE, PREDICT_NO_IMPLEMENTATION, "damaged_impl()"},
		{"damaged", "syscall", CELL_IMPOSSIBLE, PREDICT_NO_IMPLEMENTATION, "damaged_impl()"},
	};

	(void)state;
	world.unresolved = (struct kfunc_unresolved) {.address = 1, .function = "f", .what = "w"};
	world.kfuncs.unresolved = &world.unresolved;
	world.kfuncs.unresolved_cnt = 1;
	struct snapshot *snapshot = predict(true);
	expect_all(snapshot, list, ARRAY_SIZE(list));
	assert_int_equal(snapshot->fact_cnt, 0);
	snapshot_destroy(snapshot);
}

static void test_incomplete(void **state)
{
	static const struct expectation list[] = {
		{"tagged", "xdp", CELL_UNKNOWN, PREDICT_SETS_UNKNOWN, "because of this"},
		{"tagged", "tc", CELL_UNKNOWN, PREDICT_SETS_UNKNOWN, "because of this"},
		{"tagged", "lirc_mode2", CELL_UNSUPPORTED, PREDICT_NOT_COMPILED_IN, ""},
	};

	(void)state;
	world.kfuncs.incomplete = "because of this";
	world.kfuncs.registration_cnt = 0;
	struct snapshot *snapshot = predict(false);
	expect_all(snapshot, list, ARRAY_SIZE(list));
	assert_int_equal(snapshot->fact_cnt, 0);
	snapshot_destroy(snapshot);
}

/* Without callbacks, a cell that depends on code is unknown, not permitted. */
static void test_without_code(void **state)
{
	static const struct expectation list[] = {
		{"iterated", "fentry", CELL_UNKNOWN, PREDICT_FILTER_UNKNOWN, "iter_filter"},
		{"strange", "fentry", CELL_UNKNOWN, PREDICT_FILTER_UNKNOWN, "strange_filter"},
		{"plain", "xdp", CELL_UNKNOWN, PREDICT_DEVICE_UNKNOWN, ""},
		{"sleeper", "fentry.s", CELL_UNKNOWN, PREDICT_SLEEP_UNKNOWN, ""},
		{"plain", "syscall", CELL_REFUSED, PREDICT_NOT_REGISTERED, "SYSCALL"},
	};
	struct snapshot *snapshot = predict(false);

	(void)state;
	expect_all(snapshot, list, ARRAY_SIZE(list));
	snapshot_destroy(snapshot);
}

/* What a kernel without LSM hooks, trampolines and fragments, or without sleepable functions, has. */
static void test_poor_kernels(void **state)
{
	static const struct expectation poor[] = {
		{"plain", "xdp.frags", CELL_UNSUPPORTED, PREDICT_NO_FRAGS, ""},
		{"plain", "fentry", CELL_UNSUPPORTED, PREDICT_NO_TRAMPOLINE, ""},
		{"plain", "lsm", CELL_UNSUPPORTED, PREDICT_NO_TARGET, ""},
		{"plain", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, ""},
	};

	(void)state;
	world.kfuncs.fmodret_hook = KFUNC_HOOK_NONE;
	struct snapshot *snapshot = predict(true);
	expect(snapshot, "sleeper", "fentry.s", CELL_UNSUPPORTED, PREDICT_NO_SLEEPABLE_TARGET, "");
	const struct snapshot_context *context = snapshot_find_context(snapshot, "fentry.s");
	assert_int_equal(predict_rule_parse(context->rule), PREDICT_NO_SLEEPABLE_TARGET);
	assert_null(snapshot_find_context(snapshot, "fentry")->rule);
	snapshot_destroy(snapshot);
	kbtf_destroy(world.kernel.btf);
	world.kernel.btf = NULL;
	make_btf(true);
	snapshot = predict(true);
	expect_all(snapshot, poor, ARRAY_SIZE(poor));
	snapshot_destroy(snapshot);
}

/* The BTF of this world is of a time before programs had a table of kfuncs. */
static void test_before_kfunc_calls(void **state)
{
	(void)state;
	world.kfuncs.hook_cnt = 0;
	struct snapshot *snapshot = predict(true);
	expect(snapshot, "tagged", "xdp", CELL_IMPOSSIBLE, PREDICT_NO_KFUNC_CALLS, "kfunc_tab");
	assert_non_null(snapshot_find_feature(&snapshot->features, FEATURE_KFUNC_CALLS));
	snapshot_destroy(snapshot);
}

static void test_jit(void **state)
{
	(void)state;
	world.kfuncs.jit = TRISTATE_NO;
	struct snapshot *snapshot = predict(true);
	expect(snapshot, "plain", "xdp", CELL_IMPOSSIBLE, PREDICT_NO_JIT, "");
	expect(snapshot, "plain", "syscall", CELL_IMPOSSIBLE, PREDICT_NO_JIT, "");
	expect(snapshot, "plain", "xdp/cpumap", CELL_UNSUPPORTED, PREDICT_NO_ATTACH_TYPE, "");
	const struct snapshot_feature *calls =
		snapshot_find_feature(&snapshot->features, FEATURE_KFUNC_CALLS);
	assert_non_null(calls);
	assert_int_equal(calls->state, SUPPORT_UNSUPPORTED);
	snapshot_destroy(snapshot);
	world.kfuncs.jit = TRISTATE_UNKNOWN;
	snapshot = predict(true);
	assert_null(snapshot_find_feature(&snapshot->features, FEATURE_KFUNC_CALLS));
	expect(snapshot, "plain", "xdp", CELL_UNKNOWN, PREDICT_JIT_UNKNOWN, "XDP");
	expect(snapshot, "plain", "syscall", CELL_REFUSED, PREDICT_NOT_REGISTERED, "SYSCALL");
	snapshot_destroy(snapshot);
}

/* A JIT that supports kfuncs may lack support that some of them need. */
static void test_jit_of_some(void **state)
{
	static const struct {
		enum tristate answer;
		enum cell_state throws, arena;
		enum predict_rule throws_rule, arena_rule;
	} list[] = {
		{TRISTATE_YES, CELL_PERMITTED, CELL_PERMITTED, PREDICT_REGISTERED,
			PREDICT_REGISTERED},
		{TRISTATE_NO, CELL_IMPOSSIBLE, CELL_CONDITIONAL, PREDICT_NO_EXCEPTIONS,
			PREDICT_NO_ARENA},
		{TRISTATE_UNKNOWN, CELL_UNKNOWN, CELL_UNKNOWN, PREDICT_JIT_UNKNOWN,
			PREDICT_JIT_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		world.kfuncs.jit_exceptions = world.kfuncs.jit_arena = list[i].answer;
		struct snapshot *snapshot = predict(true);
		expect(snapshot, "bpf_throw", "xdp", list[i].throws, list[i].throws_rule, "");
		expect(snapshot, "bpf_arena_alloc_pages", "xdp", list[i].arena, list[i].arena_rule,
			"");
		expect(snapshot, "bpf_throw", "fentry", CELL_REFUSED, PREDICT_NOT_REGISTERED, "TRACING");
		expect(snapshot, "plain", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "hook XDP");
		snapshot_destroy(snapshot);
	}
}

/* What it cannot pass is refused wherever it is called, before anything else is asked. */
static void test_jit_passes(void **state)
{
	static const struct {
		enum tristate answer;
		enum cell_state allowed, elsewhere;
		enum predict_rule stack, arena, syscall;
	} list[] = {
		{TRISTATE_YES, CELL_PERMITTED, CELL_REFUSED, PREDICT_REGISTERED, PREDICT_REGISTERED,
			PREDICT_NOT_REGISTERED},
		{TRISTATE_NO, CELL_IMPOSSIBLE, CELL_IMPOSSIBLE, PREDICT_NO_STACK_ARGS,
			PREDICT_NO_ARENA_ARGS, PREDICT_NO_STACK_ARGS},
		{TRISTATE_UNKNOWN, CELL_UNKNOWN, CELL_UNKNOWN, PREDICT_JIT_UNKNOWN,
			PREDICT_JIT_UNKNOWN, PREDICT_JIT_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		world.kfuncs.jit_stack_args = list[i].answer;
		world.kfuncs.jit_arena_args = TRISTATE_YES;
		struct snapshot *snapshot = predict(true);
		expect(snapshot, "six_arguments", "xdp", list[i].allowed, list[i].stack, "");
		expect(snapshot, "six_arguments", "syscall", list[i].elsewhere, list[i].syscall, "");
		expect(snapshot, "into_arena", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "hook XDP");
		snapshot_destroy(snapshot);
		world.kfuncs.jit_stack_args = TRISTATE_YES;
		world.kfuncs.jit_arena_args = list[i].answer;
		snapshot = predict(true);
		expect(snapshot, "into_arena", "xdp", list[i].allowed, list[i].arena, "");
		expect(snapshot, "six_arguments", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "hook XDP");
		expect(snapshot, "plain", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "hook XDP");
		snapshot_destroy(snapshot);
	}
}

/* data/lists/kfuncs.txt has them; without BTF none can be called, and that is all there is to say. */
static void test_no_btf(void **state)
{
	struct kernel_symbol list[] = {
		{.address = 1, .name = "bpf_obj_new_impl", .type = 'T'},
		{.address = 2, .name = "vfs_read", .type = 'T'},
	};
	struct kernel_symbols symbols = {.list = list, .cnt = ARRAY_SIZE(list)};

	(void)state;
	kbtf_destroy(world.kernel.btf);
	world.kernel.btf = NULL;
	world.kernel.btf_absent = true;
	world.kernel.symbols = &symbols;
	kernel_kfuncs_init(&world.kfuncs);
	struct snapshot *snapshot = predict(false);
	assert_int_equal(snapshot->kfunc_cnt, 1);
	expect(snapshot, "bpf_obj_new_impl", "xdp", CELL_IMPOSSIBLE, PREDICT_NO_BTF, "");
	expect(snapshot, "bpf_obj_new_impl", "fentry.s", CELL_IMPOSSIBLE, PREDICT_NO_BTF, "");
	assert_int_equal(snapshot->fact_cnt, 0);
	snapshot_destroy(snapshot);
	world.kernel.btf_absent = false;
	snapshot = predict(false);
	expect(snapshot, "bpf_obj_new_impl", "xdp", CELL_UNKNOWN, PREDICT_BTF_UNREAD, "");
	snapshot_destroy(snapshot);
}

/* A filter is followed once for all contexts that are equal to it. */
static void test_questions(void **state)
{
	struct snapshot *snapshot = predict(true);

	(void)state;
	assert_true(world.filter_cnt > 0);
	assert_true(world.filter_cnt <
		snapshot->kfunc_cnt * ARRAY_SIZE(functions) + 3 * snapshot->context_cnt);
	snapshot_destroy(snapshot);
}

#define FUNC_TAIL_CALL 12
#define FUNC_SPIN_LOCK 93
#define FUNC_TIMER_INIT 169

/* By the helper's number, whatever the program. */
static const struct helper_verdict verdicts[] = {
	[1] = {.answer = HELPER_GIVEN,
		.function = "asked",
		.capabilities = 1ull << 39,
		.fields = 1u << HELPER_FIELD_ATTACH_TYPE},
	[2] = {.answer = HELPER_REFUSED, .function = "asked"},
	[3] = {.answer = HELPER_GIVEN, .function = "asked", .might_sleep = true},
	[4] = {.answer = HELPER_NOT_ALLOWED, .function = "asked"},
	[5] = {.answer = HELPER_ATTACH_TYPE, .function = "asked"},
	[6] = {.answer = HELPER_UNKNOWN, .why = "the code is strange"},
	[7] = {.answer = HELPER_NO_FUNCTION},
	[8] = {.answer = HELPER_NOT_RUN, .why = "nobody asked"},
};

static struct error *ask_helper(void *code, uint32_t func_id, const struct helper_place *place,
	struct helper_verdict *ret)
{
	(void)code;
	*ret = verdicts[func_id < ARRAY_SIZE(verdicts) && func_id ? func_id : 2];
	if (place->base.ops && place->base.attach_type) /* not the first function of the type */
		*ret = verdicts[2];
	else if (func_id == FUNC_TAIL_CALL || func_id == FUNC_SPIN_LOCK || func_id == FUNC_TIMER_INIT)
		*ret = verdicts[1];
	return NULL;
}

static const struct {
	const char *helper, *context;
	enum cell_state state;
	enum predict_rule rule;
	const char *words;
} helper_cells[] = {
	{"bpf_map_lookup_elem", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN,
		"given by asked(), depending on expected_attach_type; needs CAP_BPF"},
	{"bpf_map_update_elem", "xdp", CELL_REFUSED, PREDICT_HELPER_NOT_GIVEN,
		"not given by asked()"},
	{"bpf_map_delete_elem", "fentry", CELL_CONDITIONAL, PREDICT_MIGHT_SLEEP,
		"might_sleep: only in the sleepable form, fentry.s"},
	{"bpf_map_delete_elem", "fentry.s", CELL_PERMITTED, PREDICT_HELPER_GIVEN,
		"given by asked()"},
	{"bpf_map_delete_elem", "xdp", CELL_IMPOSSIBLE, PREDICT_MIGHT_SLEEP, ""},
	{"bpf_map_delete_elem", "lsm", CELL_UNKNOWN, PREDICT_SLEEP_UNKNOWN, "see lsm.s"},
	{"bpf_probe_read", "fentry", CELL_CONDITIONAL, PREDICT_HELPER_TARGET, ""},
	{"bpf_probe_read", "xdp", CELL_REFUSED, PREDICT_HELPER_TARGET, ""},
	{"bpf_ktime_get_ns", "fentry", CELL_REFUSED, PREDICT_HELPER_FUNC_IP, ""},
	{"bpf_trace_printk", "xdp", CELL_UNKNOWN, PREDICT_HELPER_UNKNOWN, "the code is strange"},
	{"bpf_get_prandom_u32", "xdp", CELL_REFUSED, PREDICT_HELPER_NO_FUNCTION, ""},
	{"bpf_get_smp_processor_id", "xdp", CELL_UNKNOWN, PREDICT_HELPER_NOT_RUN, "nobody asked"},
	{"bpf_map_lookup_elem", "struct_ops/shapes", CELL_CONDITIONAL, PREDICT_HELPER_SOME, ""},
	{"bpf_map_lookup_elem", "struct_ops/shapes/one", CELL_PERMITTED, PREDICT_HELPER_GIVEN, ""},
	{"bpf_map_lookup_elem", "struct_ops/empty", CELL_UNKNOWN, PREDICT_HELPER_NO_MEMBER, ""},
	{"bpf_tail_call", "struct_ops/shapes/one", CELL_REFUSED, PREDICT_HELPER_MEMBER, ""},
	{"bpf_map_lookup_elem", "lirc_mode2", CELL_UNSUPPORTED, PREDICT_NOT_COMPILED_IN, ""},
};

static void expect_helper(const struct snapshot *snapshot, const char *name, const char *context,
	enum cell_state state, enum predict_rule rule, const char *words)
{
	const struct snapshot_helper *helper = snapshot_find_helper(snapshot, name);
	const struct snapshot_context *place = snapshot_find_context(snapshot, context);

	if (!helper || !place)
		fail_msg("no cell %s@%s", name, context);
	expect_cell(&helper->cells[place - snapshot->contexts], name, context, state, rule, words);
}

static void test_helpers(void **state)
{
	struct predict_source source = {
		.kernel = &world.kernel,
		.kfuncs = &world.kfuncs,
		.can_sleep = can_sleep,
		.ops_accepts = ops_accepts,
		.ask_helper = ask_helper,
	};
	struct snapshot *snapshot = snapshot_create();

	(void)state;
	assert_null(predict_snapshot(&source, snapshot));
	for (size_t i = 0; i < ARRAY_SIZE(helper_cells); i++)
		expect_helper(snapshot, helper_cells[i].helper, helper_cells[i].context,
			helper_cells[i].state, helper_cells[i].rule, helper_cells[i].words);
	snapshot_destroy(snapshot);
	snapshot = predict(true);
	expect_helper(snapshot, "bpf_map_lookup_elem", "xdp", CELL_UNKNOWN, PREDICT_HELPER_NOT_RUN, "");
	snapshot_destroy(snapshot);
}

/* A verifier's texts: the ones that this kernel's image contains. */
struct texts {
	const char *list[4];
};

static bool texts_has(const void *texts, const char *text)
{
	const struct texts *all = texts;

	for (size_t i = 0; i < ARRAY_SIZE(all->list); i++) {
		size_t len = all->list[i] ? strlen(all->list[i]) : 0;
		if (len && !strncmp(all->list[i], text, len) && !strcmp(text + len, "\n"))
			return true;
	}
	return false;
}

#define KNOWN "R%d !read_ok"
#define KEPT_WQ "tracing progs cannot use bpf_wq yet"
#define KEPT_TIMER "tracing progs cannot use bpf_timer yet"
#define KEPT_LOCK "tracing progs cannot use bpf_spin_lock yet"
#define NO_TIMERS "bpf_timer cannot be used for PREEMPT_RT."

static enum tristate lock_traced; /* what the code says of bpf_res_spin_lock in tracing programs */

static struct error *traces_with_field(void *code, const char *field_type, enum tristate *ret)
{
	(void)code;
	assert_string_equal(field_type, "BPF_RES_SPIN_LOCK");
	*ret = lock_traced;
	return NULL;
}

static struct snapshot *predict_with_texts(const struct texts *texts)
{
	struct snapshot *snapshot = snapshot_create();
	const struct predict_source source = {
		.kernel = &world.kernel,
		.kfuncs = &world.kfuncs,
		.filter_refuses = filter_refuses,
		.is_device_bound = is_device_bound,
		.can_sleep = can_sleep,
		.ops_accepts = ops_accepts,
		.ask_helper = ask_helper,
		.traces_with_field = traces_with_field,
		.has_text = texts ? texts_has : NULL,
		.texts = texts,
	};

	assert_null(predict_snapshot(&source, snapshot));
	return snapshot;
}

static const char *feature_reason(const struct snapshot *snapshot, const char *name)
{
	const struct snapshot_feature *feature = snapshot_find_feature(&snapshot->features, name);

	return feature && feature->state == SUPPORT_UNSUPPORTED ? feature->reason : NULL;
}

/* The texts decide, not a version. The test's kernel gives each of these calls everywhere. */
static void test_fields(void **state)
{
	static const struct texts kept = {{KNOWN, KEPT_WQ, KEPT_TIMER, KEPT_LOCK}};
	static const struct texts none = {{KNOWN}}, odd = {{KEPT_WQ, KEPT_TIMER}};
	static const struct texts rt = {{KNOWN, NO_TIMERS, KEPT_TIMER}};

	(void)state;
	struct snapshot *snapshot = predict_with_texts(&kept);
	expect(snapshot, "bpf_wq_init", "kprobe", CELL_CONDITIONAL, PREDICT_MAP_FIELD, "bpf_wq");
	expect(snapshot, "bpf_wq_init", "perf_event", CELL_CONDITIONAL, PREDICT_MAP_FIELD, "inside a map");
	expect(snapshot, "bpf_wq_init", "socket", CELL_PERMITTED, PREDICT_REGISTERED, "");
	expect(snapshot, "bpf_wq_init", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "");
	expect(snapshot, "everywhere", "kprobe", CELL_PERMITTED, PREDICT_REGISTERED, "");
	expect_helper(snapshot, "bpf_timer_init", "kprobe", CELL_CONDITIONAL, PREDICT_MAP_FIELD, "");
	expect_helper(snapshot, "bpf_timer_init", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN, "");
	/* BTF has struct bpf_map with spin_lock_off. The program may allocate where its type has the hook. */
	expect_helper(snapshot, "bpf_spin_lock", "kprobe", CELL_IMPOSSIBLE, PREDICT_MAP_FIELD, "cannot have it");
	expect_helper(snapshot, "bpf_spin_lock", "socket", CELL_IMPOSSIBLE, PREDICT_MAP_FIELD, "");
	expect_helper(snapshot, "bpf_spin_lock", "tracepoint", CELL_PERMITTED, PREDICT_HELPER_GIVEN, "");
	expect_helper(snapshot, "bpf_spin_lock", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN, "");
	assert_null(feature_reason(snapshot, "timer"));
	snapshot_destroy(snapshot);

	snapshot = predict_with_texts(&none);
	expect(snapshot, "bpf_wq_init", "kprobe", CELL_PERMITTED, PREDICT_REGISTERED, "");
	expect_helper(snapshot, "bpf_spin_lock", "socket", CELL_PERMITTED, PREDICT_HELPER_GIVEN, "");
	snapshot_destroy(snapshot);

	const struct texts *const unread[] = {NULL, &odd};
	for (size_t i = 0; i < ARRAY_SIZE(unread); i++) {
		snapshot = predict_with_texts(unread[i]);
		expect(snapshot, "bpf_wq_init", "kprobe", CELL_UNKNOWN, PREDICT_MAP_FIELD_UNKNOWN, "bpf_wq");
		expect(snapshot, "bpf_wq_init", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "");
		snapshot_destroy(snapshot);
	}

	snapshot = predict_with_texts(&rt);
	expect_helper(snapshot, "bpf_timer_init", "kprobe", CELL_IMPOSSIBLE, PREDICT_TIMER_RT, NO_TIMERS);
	expect_helper(snapshot, "bpf_timer_init", "xdp", CELL_IMPOSSIBLE, PREDICT_TIMER_RT, NO_TIMERS);
	assert_string_equal(feature_reason(snapshot, "timer"), NO_TIMERS);
	snapshot_destroy(snapshot);

	/* A configuration without PREEMPT_RT contradicts the text. */
	world.kernel.environment.config_source = "the test";
	snapshot = predict_with_texts(&rt);
	expect_helper(snapshot, "bpf_timer_init", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN, "");
	expect_helper(snapshot, "bpf_timer_init", "kprobe", CELL_CONDITIONAL, PREDICT_MAP_FIELD, "");
	assert_null(feature_reason(snapshot, "timer"));
	snapshot_destroy(snapshot);
}

/* The words are about the other lock: the code tells whether they are about this one too. */
static void test_shared_words(void **state)
{
	static const struct texts kept = {{KNOWN, KEPT_LOCK}};
	static const struct {
		enum tristate traced;
		enum cell_state state;
		enum predict_rule rule;
	} rows[] = {
		{TRISTATE_NO, CELL_CONDITIONAL, PREDICT_MAP_FIELD},
		{TRISTATE_YES, CELL_PERMITTED, PREDICT_REGISTERED},
		{TRISTATE_UNKNOWN, CELL_UNKNOWN, PREDICT_MAP_FIELD_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		lock_traced = rows[i].traced;
		struct snapshot *snapshot = predict_with_texts(&kept);
		expect(snapshot, "bpf_res_spin_lock", "kprobe", rows[i].state, rows[i].rule, "");
		expect(snapshot, "bpf_res_spin_lock", "xdp", CELL_PERMITTED, PREDICT_REGISTERED, "");
		snapshot_destroy(snapshot);
	}
}

/* Each rule of cells and contexts was produced by a test above; calls and attachments have their own. */
static void test_every_rule(void **state)
{
	(void)state;
#define CHECK_PRODUCED(name, id, meaning, source)                                                  \
	if (!produced[PREDICT_##name])                                                             \
		fail_msg("no test produces the rule %s", id);
	PREDICT_KFUNC_RULES(CHECK_PRODUCED)
	PREDICT_HELPER_RULES(CHECK_PRODUCED)
	PREDICT_FIELD_RULES(CHECK_PRODUCED)
	PREDICT_CONTEXT_RULES(CHECK_PRODUCED)
#undef CHECK_PRODUCED
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_helpers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unresolved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incomplete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_code, setup, teardown),
		cmocka_unit_test_setup_teardown(test_before_kfunc_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jit_of_some, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jit_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_btf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poor_kernels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_words, setup, teardown),
		cmocka_unit_test(test_every_rule), /* the last */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
