/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Predictions about calls that no argument makes possible: the image's words, types and code
 * decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture/btf_builder.h"
#include "kernel/context.h"
#include "kernel/kernel.h"
#include "scan/predict/predict.h"
#include "util/array.h"

enum { HOOK_COMMON, HOOK_TRACING, HOOK_CNT };
static const char *hook_names[HOOK_CNT] = {"COMMON", "TRACING"};

#define FLAG_RELEASE (1u << 1) /* KF_RELEASE */

static const struct {
	const char *name;
	uint32_t hook, flags;
} functions[] = {
	{"__bpf_trap", HOOK_COMMON, 0},
	{"bpf_dynptr_slice", HOOK_COMMON, 0},
	{"bpf_dynptr_slice_rdwr", HOOK_COMMON, 0},
	{"bpf_iter_css_task_new", HOOK_COMMON, 0},
	{"bpf_iter_css_task_next", HOOK_COMMON, 0},
	{"bpf_iter_css_task_destroy", HOOK_COMMON, 0},
	{"bpf_cast_to_kern_ctx", HOOK_COMMON, 0},
	{"bpf_task_release", HOOK_TRACING, FLAG_RELEASE},
};
#define FUNCTION_CNT ARRAY_SIZE(functions)

static struct {
	struct kernel kernel;
	struct kernel_kfuncs kfuncs;
	struct kfunc_set set;
	struct kfunc_registration registrations[FUNCTION_CNT];
	struct kfunc_dtor dtor;
	enum tristate writes, refers; /* what the code says of XDP programs and of program arrays */
} world;

static void add_enum(struct btf_builder *builder, const char *name, uint32_t cnt,
	const char *(*enumerator)(uint32_t index))
{
	uint32_t named = 0;

	for (uint32_t i = 0; i < cnt; i++)
		named += enumerator(i) != NULL;
	builder_type(builder, name, BTF_KIND_ENUM, named, false, 4);
	for (uint32_t i = 0; i < cnt; i++) {
		if (enumerator(i))
			builder_pair(builder, enumerator(i), i);
	}
}

static const char *attach_type_of(uint32_t index)
{
	return attach_type_enumerator((enum attach_type)index);
}

/* As the kernel: numbers and void for some types; cgroup_skb is not in it. */
static void add_contexts(struct btf_builder *builder, uint32_t number_id)
{
	uint32_t buff = builder_type(builder, "xdp_buff", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(builder, "data", number_id, 0);
	uint32_t name = builder_ref(builder, BTF_KIND_TYPEDEF, "buff_t", buff);

	builder_type(builder, "bpf_ctx_convert", BTF_KIND_STRUCT, 6, false, 40);
	builder_member(builder, "BPF_PROG_TYPE_XDP_prog", number_id, 0);
	builder_member(builder, "BPF_PROG_TYPE_XDP_kern", buff, 64);
	builder_member(builder, "BPF_PROG_TYPE_TRACEPOINT_prog", buff, 96);
	builder_member(builder, "BPF_PROG_TYPE_TRACEPOINT_kern", number_id, 128);
	builder_member(builder, "BPF_PROG_TYPE_TRACING_kern", 0, 192);
	builder_member(builder, "BPF_PROG_TYPE_SOCK_OPS_kern", name, 256);
}

/* A struct_ops type of two functions. The first takes a reference, so it makes no tail calls. */
static void add_ops(struct btf_builder *builder, uint32_t int_id)
{
	static const char *const members[] = {"enqueue", "dequeue"};
	const struct builder_param reference = {"skb__ref", int_id};
	uint32_t pointer = builder_ptr(builder, builder_proto(builder, int_id, NULL, 0));
	uint32_t id = builder_type(builder, "Qdisc_ops", BTF_KIND_STRUCT, ARRAY_SIZE(members),
		false, 8 * ARRAY_SIZE(members));

	for (uint32_t i = 0; i < ARRAY_SIZE(members); i++)
		builder_member(builder, members[i], pointer, 64 * i);
	builder_type(builder, "bpf_struct_ops_Qdisc_ops", BTF_KIND_STRUCT, 1, false,
		8 * ARRAY_SIZE(members));
	builder_member(builder, "data", id, 0);
	builder_type(builder, "bpf_ctx_arg_aux", BTF_KIND_STRUCT, 1, false, 4);
	builder_member(builder, "refcounted", int_id, 0);
	builder_func(builder, "Qdisc_ops__enqueue", builder_proto(builder, int_id, &reference, 1));
}

static void make_btf(void)
{
	static const char *const targets[] = {
		"vfs_read", "bpf_fentry_test1", "bpf_lsm_file_open", "within_error_injection_list"};
	struct btf_builder builder;

	builder_init(&builder);
	uint32_t int_id = builder_int(&builder, "int", 4);
	uint32_t proto = builder_proto(&builder, int_id, NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		builder_func(&builder, targets[i], proto);
	for (size_t i = 0; i < FUNCTION_CNT; i++)
		world.registrations[i] = (struct kfunc_registration) {
			.hook = functions[i].hook,
			.btf_id = builder_func(&builder, functions[i].name, proto),
			.flags = functions[i].flags,
			.name = functions[i].name,
		};
	add_contexts(&builder, int_id);
	add_ops(&builder, int_id);
	add_enum(&builder, "bpf_prog_type", PROG_TYPE_CNT, prog_type_enumerator);
	add_enum(&builder, "bpf_attach_type", ATTACH_TYPE_CNT, attach_type_of);
	struct error *error = builder_create(&builder, NULL, &world.kernel.btf);
	builder_deinit(&builder);
	assert_null(error);
}

static int setup(void **state)
{
	struct kernel_kfuncs *kfuncs = &world.kfuncs;

	(void)state;
	memset(&world, 0, sizeof(world));
	make_btf();
	kernel_kfuncs_init(kfuncs);
	kfuncs->sets = &world.set;
	kfuncs->set_cnt = 1;
	kfuncs->registrations = world.registrations;
	kfuncs->registration_cnt = FUNCTION_CNT;
	kfuncs->hooks = hook_names;
	kfuncs->hook_cnt = HOOK_CNT;
	kfuncs->common_hook = HOOK_COMMON;
	kfuncs->jit = TRISTATE_YES;
	for (size_t i = 0; i < KFUNC_PROG_TYPE_MAX; i++) {
		kfuncs->hook_of[i] = KFUNC_HOOK_NONE;
		kfuncs->prog_type_built[i] = TRISTATE_YES;
	}
	kfuncs->hook_of[PROG_TYPE_TRACING] = HOOK_TRACING;
	world.writes = TRISTATE_YES;
	world.refers = TRISTATE_NO;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	kbtf_destroy(world.kernel.btf);
	pool_destroy(&world.kernel.pool);
	return 0;
}

static struct error *is_device_bound(void *code, uint32_t kfunc_id, enum tristate *ret)
{
	(void)code, (void)kfunc_id;
	*ret = TRISTATE_NO;
	return NULL;
}

static struct error *can_sleep(
	void *code, uint32_t prog_type, uint32_t attach_type, enum tristate *ret)
{
	(void)code, (void)attach_type;
	*ret = prog_type == PROG_TYPE_TRACING || prog_type == PROG_TYPE_STRUCT_OPS ? TRISTATE_YES
										   : TRISTATE_NO;
	return NULL;
}

static struct error *writes_packets(void *code, uint32_t prog_type, enum tristate *ret)
{
	(void)code;
	*ret = prog_type == PROG_TYPE_XDP ? world.writes : TRISTATE_NO;
	return NULL;
}

static struct error *sleeps_with_map(void *code, uint32_t map_type, enum tristate *ret)
{
	(void)code;
	*ret = map_type == 3 ? world.refers : TRISTATE_YES;
	return NULL;
}

static struct error *ask_helper(
	void *code, uint32_t func_id, const struct helper_place *place, struct helper_verdict *ret)
{
	(void)code, (void)func_id, (void)place;
	*ret = (struct helper_verdict) {.answer = HELPER_GIVEN, .function = "asked"};
	return NULL;
}

/* A verifier's messages, without their line ends. */
struct texts {
	const char *list[6];
};

static const struct texts all_texts = {{CALL_TEXT_TRAP, CALL_TEXT_PACKET_WRITE,
	CALL_TEXT_CSS_TASK_ITER, CALL_TEXT_NO_KERNEL_CONTEXT("%u"),
	CALL_TEXT_SLEEPABLE_MAP("array, hash, and ringbuf maps"),
	"Unreleased reference id=%d alloc_insn=%d"}};

static bool has_text(const void *texts, const char *text)
{
	const struct texts *all = texts;

	for (size_t i = 0; i < ARRAY_SIZE(all->list); i++) {
		size_t len = all->list[i] ? strlen(all->list[i]) : 0;
		if (len && !strncmp(all->list[i], text, len) && !strcmp(text + len, "\n"))
			return true;
	}
	return false;
}

static struct snapshot *predict(const struct texts *texts, bool with_code, bool with_modules)
{
	struct snapshot *snapshot = snapshot_create();
	const struct predict_source source = {
		.kernel = &world.kernel,
		.kfuncs = &world.kfuncs,
		.is_device_bound = is_device_bound,
		.can_sleep = can_sleep,
		.writes_packets = with_code ? writes_packets : NULL,
		.sleeps_with_map = with_code ? sleeps_with_map : NULL,
		.ask_helper = ask_helper,
		.has_text = texts ? has_text : NULL,
		.texts = texts,
	};

	if (with_modules)
		assert_true(snapshot_add_fact(snapshot, "modules"));
	struct error *error = predict_snapshot(&source, snapshot);
	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

static const struct cell *cell_of(
	const struct snapshot *snapshot, const char *name, const char *context_name)
{
	const struct snapshot_kfunc *kfunc = snapshot_find_kfunc(snapshot, name);
	const struct snapshot_helper *helper = snapshot_find_helper(snapshot, name);
	const struct snapshot_context *context = snapshot_find_context(snapshot, context_name);

	if ((!kfunc && !helper) || !context)
		fail_msg("no cell %s@%s", name, context_name);
	return &(kfunc ? kfunc->cells : helper->cells)[context - snapshot->contexts];
}

/* Rules that some test has seen. */
static bool produced[PREDICT_RULE_CNT];

static void expect(const struct snapshot *snapshot, const char *name, const char *context,
	enum cell_state state, enum predict_rule rule)
{
	const struct cell *cell = cell_of(snapshot, name, context);

	if (cell->state != state || !cell->predicted ||
		!predict_rule_is(cell->evidence->rule, rule))
		fail_msg("%s@%s is %s by %s: %s", name, context, cell_state_word(cell->state),
			cell->evidence->rule, cell->evidence->line);
	produced[rule] = true;
}

static const struct {
	const char *name, *context;
	enum cell_state state;
	enum predict_rule rule;
} cells[] = {
	{"__bpf_trap", "xdp", CELL_IMPOSSIBLE, PREDICT_TRAP},
	{"__bpf_trap", "fentry.s", CELL_IMPOSSIBLE, PREDICT_TRAP},
	{"bpf_dynptr_slice_rdwr", "xdp", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_dynptr_slice_rdwr", "freplace", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_dynptr_slice_rdwr", "socket", CELL_IMPOSSIBLE, PREDICT_PACKET_WRITE},
	{"bpf_dynptr_slice", "socket", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_iter_css_task_new", "fentry", CELL_CONDITIONAL, PREDICT_CSS_TASK_ITER},
	{"bpf_iter_css_task_next", "fentry", CELL_CONDITIONAL, PREDICT_CSS_TASK_ITER},
	{"bpf_iter_css_task_destroy", "fentry", CELL_CONDITIONAL, PREDICT_CSS_TASK_ITER},
	{"bpf_iter_css_task_new", "xdp", CELL_IMPOSSIBLE, PREDICT_CSS_TASK_ITER},
	{"bpf_iter_css_task_next", "xdp", CELL_IMPOSSIBLE, PREDICT_CSS_TASK_ITER},
	{"bpf_iter_css_task_next", "lsm", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_iter_css_task_next", "fentry.s", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_cast_to_kern_ctx", "xdp", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_cast_to_kern_ctx", "freplace", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_cast_to_kern_ctx", "tracepoint", CELL_IMPOSSIBLE, PREDICT_NO_KERNEL_CONTEXT},
	{"bpf_cast_to_kern_ctx", "fentry", CELL_IMPOSSIBLE, PREDICT_NO_KERNEL_CONTEXT},
	{"bpf_cast_to_kern_ctx", "sockops", CELL_IMPOSSIBLE, PREDICT_NO_KERNEL_CONTEXT},
	{"bpf_cast_to_kern_ctx", "cgroup_skb/ingress", CELL_PERMITTED, PREDICT_REGISTERED},
	{"bpf_tail_call", "fentry.s", CELL_IMPOSSIBLE, PREDICT_SLEEPABLE_MAP},
	{"bpf_tail_call", "syscall", CELL_IMPOSSIBLE, PREDICT_SLEEPABLE_MAP},
	{"bpf_tail_call", "fentry", CELL_PERMITTED, PREDICT_HELPER_GIVEN},
	/* The verifier keeps these maps from such programs too, but not inside another map. */
	{"bpf_perf_event_output", "fentry.s", CELL_PERMITTED, PREDICT_HELPER_GIVEN},
	{"bpf_kptr_xchg", "xdp", CELL_IMPOSSIBLE, PREDICT_UNRELEASABLE},
	{"bpf_kptr_xchg", "fentry", CELL_PERMITTED, PREDICT_HELPER_GIVEN},
};

static void test_cells(void **state)
{
	struct snapshot *snapshot = predict(&all_texts, true, true);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		expect(snapshot, cells[i].name, cells[i].context, cells[i].state, cells[i].rule);
	snapshot_destroy(snapshot);
#define CHECK_PRODUCED(name, id, meaning, source)                                                  \
	if (!produced[PREDICT_##name])                                                             \
		fail_msg("no test produces the rule %s", id);
	PREDICT_CALL_RULES(CHECK_PRODUCED)
#undef CHECK_PRODUCED
}

/* Each rule needs its own words: without them, and without any, the call is permitted. */
static void test_words(void **state)
{
	(void)state;
	for (size_t gone = 0; gone <= ARRAY_SIZE(all_texts.list); gone++) {
		struct texts texts = all_texts;
		if (gone < ARRAY_SIZE(texts.list))
			texts.list[gone] = NULL;
		struct snapshot *snapshot =
			predict(gone < ARRAY_SIZE(texts.list) ? &texts : NULL, true, true);
		size_t lost = 0;
		for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
			enum cell_state now =
				cell_of(snapshot, cells[i].name, cells[i].context)->state;
			assert_true(now == cells[i].state || now == CELL_PERMITTED);
			lost += now != cells[i].state;
		}
		assert_true(lost > 0);
		snapshot_destroy(snapshot);
	}
}

/* A function that takes a reference makes no tail calls, and a sleepable one neither. */
static void test_struct_ops(void **state)
{
	const char *sleepable = "struct_ops.s/Qdisc_ops";

	(void)state;
	struct snapshot *snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_tail_call", "struct_ops/Qdisc_ops", CELL_CONDITIONAL,
		PREDICT_HELPER_SOME);
	expect(snapshot, "bpf_tail_call", sleepable, CELL_IMPOSSIBLE, PREDICT_SLEEPABLE_MAP);
	snapshot_destroy(snapshot);
	snapshot = predict(NULL, true, true);
	expect(snapshot, "bpf_tail_call", sleepable, CELL_CONDITIONAL, PREDICT_HELPER_SOME);
	snapshot_destroy(snapshot);
}

/* What the code, the types or the modules do not tell leaves the call as it is. */
static void test_unknown(void **state)
{
	(void)state;
	struct snapshot *snapshot = predict(&all_texts, false, false);
	expect(snapshot, "bpf_dynptr_slice_rdwr", "socket", CELL_PERMITTED, PREDICT_REGISTERED);
	expect(snapshot, "bpf_tail_call", "fentry.s", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	expect(snapshot, "bpf_kptr_xchg", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	expect(snapshot, "__bpf_trap", "xdp", CELL_IMPOSSIBLE, PREDICT_TRAP);
	snapshot_destroy(snapshot);

	world.writes = world.refers = TRISTATE_UNKNOWN;
	snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_dynptr_slice_rdwr", "xdp", CELL_PERMITTED, PREDICT_REGISTERED);
	expect(snapshot, "bpf_tail_call", "fentry.s", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	snapshot_destroy(snapshot);

	/* 7.2 has the same words, and lets sleepable programs refer to program arrays. */
	world.refers = TRISTATE_YES;
	world.writes = TRISTATE_NO;
	snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_tail_call", "fentry.s", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	expect(snapshot, "bpf_dynptr_slice_rdwr", "xdp", CELL_IMPOSSIBLE, PREDICT_PACKET_WRITE);
	expect(snapshot, "bpf_dynptr_slice_rdwr", "freplace", CELL_IMPOSSIBLE,
		PREDICT_PACKET_WRITE);
	snapshot_destroy(snapshot);
}

/* A set that is not known may have a function that takes the reference; so may bpf_sk_release(). */
static void test_releasers(void **state)
{
	struct kernel_kfuncs *kfuncs = &world.kfuncs;
	struct kfunc_unresolved unresolved = {.function = "who", .what = "its set"};

	(void)state;
	world.dtor = (struct kfunc_dtor) {.type = "task_struct", .func = "bpf_task_release_dtor"};
	kfuncs->dtors = &world.dtor;
	kfuncs->dtor_cnt = 1;
	struct snapshot *snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_kptr_xchg", "xdp", CELL_IMPOSSIBLE, PREDICT_UNRELEASABLE);
	snapshot_destroy(snapshot);

	world.dtor.type = "sock";
	snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_kptr_xchg", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	snapshot_destroy(snapshot);
	kfuncs->dtor_cnt = 0;

	kfuncs->unresolved = &unresolved;
	kfuncs->unresolved_cnt = 1;
	snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_kptr_xchg", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	snapshot_destroy(snapshot);
	kfuncs->unresolved_cnt = 0;

	/* bpf_rbtree_add() takes one without the flag. */
	world.registrations[1].name = "bpf_rbtree_add_impl";
	snapshot = predict(&all_texts, true, true);
	expect(snapshot, "bpf_kptr_xchg", "xdp", CELL_PERMITTED, PREDICT_HELPER_GIVEN);
	snapshot_destroy(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cells, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_struct_ops, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_releasers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
