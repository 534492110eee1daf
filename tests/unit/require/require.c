/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probe/probe.h"
#include "probe/blob.h"
#include "require/require.h"
#include "util/array.h"

enum { AT_XDP, AT_TC, AT_FENTRY, AT_NETKIT, CONTEXT_CNT };

static struct snapshot_context contexts[] = {
	[AT_XDP] = {.name = "xdp", .program_type = "xdp", .state = SUPPORT_OK},
	[AT_TC] = {.name = "tc", .program_type = "sched_cls", .state = SUPPORT_OK},
	[AT_FENTRY] = {.name = "fentry",
		.program_type = "tracing",
		.state = SUPPORT_BLOCKED,
		.reason = "the trivial program was refused",
		.errnum = EPERM},
	[AT_NETKIT] = {.name = "netkit/peer",
		.program_type = "sched_cls",
		.state = SUPPORT_UNSUPPORTED,
		.reason = "no such attach type",
		.errnum = EINVAL},
};

static const struct evidence not_allowed = {
	.errnum = EACCES, .line = "calling kernel function k is not allowed"};
static const struct evidence sleepable = {
	.errnum = EINVAL, .line = "program must be sleepable to call sleepable kfunc k"};
static const struct evidence no_jit = {.errnum = 524};

/* A row: the same state in every context, with its evidence. */
#define ROW(state, evidence)                                                                       \
	(struct cell[CONTEXT_CNT]) {{state, false, evidence}, {state, false, evidence},            \
		{state, false, evidence}, {state, false, evidence}}

static struct snapshot_kfunc kfuncs[] = {
	{.name = "k_absent", .module = "vmlinux", .cells = ROW(CELL_ABSENT, NULL)},
	{.name = "k_blocked", .module = "vmlinux", .cells = ROW(CELL_BLOCKED, NULL)},
	{.name = "k_conditional", .module = "vmlinux", .cells = ROW(CELL_CONDITIONAL, &sleepable)},
	{.name = "k_impossible", .module = "vmlinux", .cells = ROW(CELL_IMPOSSIBLE, &no_jit)},
	{.name = "k_loadable", .module = "vmlinux", .cells = ROW(CELL_LOADABLE, NULL)},
	{.name = "k_mixed",
		.module = "vmlinux",
		.cells = (struct cell[]) {{CELL_REFUSED, false, &not_allowed},
			{CELL_PERMITTED, false, NULL}, {CELL_BLOCKED, false, NULL},
			{CELL_UNSUPPORTED, false, NULL}}},
	{.name = "k_none", .module = "vmlinux", .cells = ROW(CELL_NONE, NULL)},
	{.name = "k_permitted", .module = "vmlinux", .cells = ROW(CELL_PERMITTED, NULL)},
	{.name = "k_ran", .module = "vmlinux", .cells = ROW(CELL_RAN, NULL)},
	{.name = "k_refused", .module = "vmlinux", .cells = ROW(CELL_REFUSED, &not_allowed)},
	{.name = "k_two", .module = "a", .cells = ROW(CELL_REFUSED, &not_allowed)},
	{.name = "k_two", .module = "b", .cells = ROW(CELL_LOADABLE, NULL)},
	{.name = "k_unknown", .module = "vmlinux", .cells = ROW(CELL_UNKNOWN, NULL)},
	{.name = "k_unsupported", .module = "vmlinux", .cells = ROW(CELL_UNSUPPORTED, NULL)},
};

static struct snapshot_helper helpers[] = {
	{.name = "bpf_loop", .id = 181, .cells = ROW(CELL_LOADABLE, NULL)},
	{.name = "bpf_override_return", .id = 58, .cells = ROW(CELL_REFUSED, NULL)},
};

static struct snapshot_feature features[] = {
	{"ringbuf", SUPPORT_OK, NULL, 0},
	{"tag:percpu_kptr", SUPPORT_UNSUPPORTED, "an unknown tag", 0},
	{"trampoline", SUPPORT_BLOCKED, "the program was refused", EPERM},
	{"isa_v4", SUPPORT_UNKNOWN, "out of memory", ENOMEM},
};

static struct snapshot_feature map_types[] = {
	{"hash", SUPPORT_OK, NULL, 0},
	{"arena", SUPPORT_UNSUPPORTED, "invalid map type", EINVAL},
};

static struct snapshot_function functions[] = {
	{.name = "f_absent", .state = "absent", .reason = "neither in kallsyms nor in BTF"},
	{.name = "f_present",
		.state = "present",
		.symbols = (struct snapshot_symbol[]) {{"f_present", "vmlinux", 't', 0}},
		.symbol_cnt = 1,
		.collision = true},
	{.name = "f_unknown", .state = "unknown", .reason = "kallsyms cannot be read"},
};

static struct kernel_config_option config[] = {
	{"CONFIG_BPF", "y"},
	{"CONFIG_HZ", "250"},
	{"CONFIG_LSM", "\"lockdown,bpf\""},
	{"CONFIG_TUN", "m"},
};

static const char *whole_facts[] = {"btf", "config", "probe", "kfunc_tags"};
static const char *no_facts[] = {"probe"};
static const char *part_facts[] = {"btf", "config", "probe", "filtered"};

static struct snapshot stored = {
	.source_kind = "probed",
	.facts = whole_facts,
	.fact_cnt = ARRAY_SIZE(whole_facts),
	.contexts = contexts,
	.context_cnt = ARRAY_SIZE(contexts),
	.kfuncs = kfuncs,
	.kfunc_cnt = ARRAY_SIZE(kfuncs),
	.helpers = helpers,
	.helper_cnt = ARRAY_SIZE(helpers),
	.features = {features, ARRAY_SIZE(features), ARRAY_SIZE(features)},
	.map_types = {map_types, ARRAY_SIZE(map_types), ARRAY_SIZE(map_types)},
	.functions = functions,
	.function_cnt = ARRAY_SIZE(functions),
	.config = config,
	.config_cnt = ARRAY_SIZE(config),
};

static void set_facts(const char **facts, size_t cnt)
{
	stored.facts = facts;
	stored.fact_cnt = cnt;
}

struct expected {
	const char *text, *value, *reason; /* reason NULL: any that is not empty */
};

static void check(const struct require_scope *scope, const struct expected *expected)
{
	struct require_list list = {0};
	struct require_answer answer = {0};

	assert_null(require_parse_argument(&list, 1, expected->text, NULL));
	if (list.mistake_cnt)
		fail_msg("%s", list.mistakes[0]);
	assert_null(require_evaluate(&list, scope, &answer));
	const struct require_verdict *verdict = require_verdict_of(&answer, list.list[0].root);
	if (strcmp(require_value_word(verdict->value), expected->value))
		fail_msg("%s is %s: %s", expected->text, require_value_word(verdict->value),
			verdict->reason);
	assert_true(*verdict->reason);
	if (expected->reason)
		assert_string_equal(verdict->reason, expected->reason);
	require_answer_deinit(&answer);
	require_list_deinit(&list);
}

static void check_all(
	const struct require_scope *scope, const struct expected *expected, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		check(scope, &expected[i]);
}

static void cells(void **state)
{
	static const struct expected cases[] = {
		{"kfunc:k_ran@xdp", "yes", NULL},
		{"kfunc:k_loadable@xdp", "yes", "loadable: a program making the call was accepted"},
		{"kfunc:k_permitted@xdp", "yes", NULL},
		{"kfunc:k_conditional@xdp", "no",
			"conditional: program must be sleepable to call sleepable kfunc k (EINVAL)"},
		{"kfunc:k_refused@xdp", "no",
			"refused: calling kernel function k is not allowed (EACCES)"},
		{"kfunc:k_absent@xdp", "no", NULL},
		{"kfunc:k_impossible@xdp", "no", NULL},
		{"kfunc:k_unsupported@xdp", "no", NULL},
		{"kfunc:k_blocked@xdp", "unknown", NULL},
		{"kfunc:k_unknown@xdp", "unknown", NULL},
		{"kfunc:k_none@xdp", "unknown", "this call was never tried on the kernel"},
		{"kfunc:k_two@xdp", "yes", NULL},
		/* The context's own state decides unless there is proof. */
		{"kfunc:k_permitted@fentry", "unknown",
			"context fentry is blocked: the trivial program was refused (EPERM)"},
		{"kfunc:k_refused@fentry", "unknown", NULL},
		{"kfunc:k_loadable@fentry", "yes", NULL},
		{"kfunc:k_absent@fentry", "no", NULL},
		{"kfunc:k_permitted@netkit/peer", "no",
			"context netkit/peer is unsupported: no such attach type (EINVAL)"},
		{"kfunc:k_ran@lsm", "unknown", "the snapshot has no context lsm"},
		{"helper:bpf_loop@xdp", "yes", NULL},
		{"helper:bpf_override_return@xdp", "no", NULL},
		/* Without a context: any context counts. */
		{"kfunc:k_mixed", "yes", "permitted in tc"},
		{"kfunc:k_loadable", "yes",
			"loadable in xdp, tc, fentry and usable in 1 more context"},
		{"kfunc:k_refused", "unknown",
			"in none of the 2 contexts that answered, and 1 did not: "
			"fentry: context fentry is blocked: the trivial program was "
			"refused (EPERM)"},
		{"kfunc:k_absent", "no", NULL},
		{"context:xdp", "yes", NULL},
		{"context:fentry", "unknown", "blocked: the trivial program was refused (EPERM)"},
		{"context:netkit/peer", "no", NULL},
		{"context:lsm", "unknown", NULL},
	};
	const struct require_scope scope = {.snapshot = &stored};

	(void)state;
	check_all(&scope, cases, ARRAY_SIZE(cases));
}

static void lists(void **state)
{
	static const struct expected cases[] = {
		{"feature:ringbuf", "yes", "ok: the kernel accepted it"},
		{"feature:trampoline", "unknown", "blocked: the program was refused (EPERM)"},
		{"feature:isa_v4", "unknown", "unknown: out of memory (ENOMEM)"},
		{"feature:rinbguf", "unknown",
			"no feature of that name was probed (did you mean 'ringbuf'?)"},
		{"tag:__percpu_kptr", "no", "unsupported: an unknown tag"},
		{"tag:kptr", "unknown", NULL},
		{"map:hash", "yes", NULL},
		{"map:arena", "no", "unsupported: invalid map type (EINVAL)"},
		{"map:hsah", "no",
			"absent: not among this kernel's 2 map types (did you mean 'hash'?)"},
		/* A missing list is not evidence. */
		{"link:xdp", "unknown", "the snapshot has no link types: they were left out when it was made"},
		{"prog:xdp", "unknown", NULL},
		{"attach:xdp", "unknown", NULL},
		{"attach:perf_event", "unknown",
			"only links have this type, as link:perf_event: the snapshot has no link types: they "
			"were left out when it was made"},
		{"func:f_present", "yes",
			"present: symbol t f_present; several functions share the name"},
		{"func:f_absent", "no", "absent: neither in kallsyms nor in BTF (did you mean 'f_present'?)"},
		{"func:f_unknown", "unknown", "unknown: kallsyms cannot be read"},
		{"func:f_other", "unknown", NULL},
		{"config:CONFIG_BPF", "yes", "=y"},
		{"config:CONFIG_BPF=y", "yes", "=y"},
		{"config:CONFIG_BPF=m", "no", "=y"},
		{"config:CONFIG_TUN", "yes", NULL},
		{"config:CONFIG_TUN=y", "no", NULL},
		{"config:CONFIG_HZ=250", "yes", NULL},
		{"config:CONFIG_HZ=25", "no", NULL},
		{"config:CONFIG_LSM=\"lockdown,bpf\"", "yes", NULL},
		{"config:CONFIG_LSM=lockdown", "no", NULL},
		{"config:CONFIG_BPF_LSM", "no", "not set"},
		{"config:CONFIG_BPF_LSM=n", "yes", "not set"},
		{"config:CONFIG_BPF=n", "no", NULL},
		{"struct:task_struct", "unknown",
			"a snapshot does not hold the layout of types: ask the kernel itself, or its "
			"image (require -k IMAGE)"},
		{"enum:bpf_cmd.BPF_PROG_LOAD", "unknown", NULL},
	};
	const struct require_scope scope = {.snapshot = &stored};

	(void)state;
	check_all(&scope, cases, ARRAY_SIZE(cases));
}

/* Names that the snapshot lacks: a no only if everything was read and nothing was left out.
 */
static void absence_needs_a_source(void **state)
{
	static const struct expected whole[] = {
		{"kfunc:bpf_rcu_read_lok@xdp", "no",
			"absent: not among this kernel's 14 kfuncs (did you mean 'bpf_rcu_read_lock'?)"},
		{"helper:bpf_lop@xdp", "no",
			"absent: not among the 2 helpers of this kernel's BTF (did you mean 'bpf_loop'?)"},
		{"kfunc:bpf_map_lookup_elem@xdp", "no",
			"absent: not among this kernel's 14 kfuncs (it is a helper: helper:bpf_map_lookup_elem)"},
		{"helper:bpf_rcu_read_lock", "no",
			"absent: not among the 2 helpers of this kernel's BTF "
			"(it is a kfunc: kfunc:bpf_rcu_read_lock)"},
		/* A part of a listed name is not a listed name. */
		{"kfunc:bpf_map_lookup@xdp", "no",
			"absent: not among this kernel's 14 kfuncs"},
	};
	static const struct expected open[] = {
		{"kfunc:nothing@xdp", "unknown", NULL},
		{"helper:bpf_nothing@xdp", "unknown", NULL},
		{"map:nothing", "unknown", NULL},
		{"kfunc:k_refused@xdp", "no", NULL},
	};
	const struct require_scope scope = {.snapshot = &stored};

	(void)state;
	check_all(&scope, whole, ARRAY_SIZE(whole));
	set_facts(part_facts, ARRAY_SIZE(part_facts));
	check_all(&scope, open, ARRAY_SIZE(open));
	check(&scope, &(struct expected) {"kfunc:k_absent", "unknown", NULL});
	check(&scope,
		&(struct expected) {"kfunc:nothing@xdp", "unknown",
			"not among the snapshot's 14 kfuncs, which may be incomplete: "
			"something was left out when it was made"});
	check(&scope, &(struct expected) {"config:CONFIG_BPF_LSM", "no", NULL});
	set_facts(no_facts, ARRAY_SIZE(no_facts));
	check_all(&scope, open, ARRAY_SIZE(open));
	check(&scope, &(struct expected) {"config:CONFIG_BPF_LSM", "unknown", NULL});
	set_facts(whole_facts, ARRAY_SIZE(whole_facts));
}

/* Y, N and U stand for expressions of that value. */
static void kleene(void **state)
{
	static const char *const atoms[] = {"context:fentry", "context:netkit/peer", "context:xdp"};
	static const char *const words[] = {"unknown", "no", "yes"};
	static const enum tristate any[3][3] = {
		{TRISTATE_UNKNOWN, TRISTATE_UNKNOWN, TRISTATE_YES},
		{TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES},
		{TRISTATE_YES, TRISTATE_YES, TRISTATE_YES},
	};
	static const enum tristate all[3][3] = {
		{TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_UNKNOWN},
		{TRISTATE_NO, TRISTATE_NO, TRISTATE_NO},
		{TRISTATE_UNKNOWN, TRISTATE_NO, TRISTATE_YES},
	};
	static const enum tristate not [3] = {TRISTATE_UNKNOWN, TRISTATE_YES, TRISTATE_NO};
	const struct require_scope scope = {.snapshot = &stored};
	char text[128];

	(void)state;
	for (size_t a = 0; a < 3; a++) {
		snprintf(text, sizeof(text), "not(%s)", atoms[a]);
		check(&scope, &(struct expected) {text, words[not [a]], NULL});
		for (size_t b = 0; b < 3; b++) {
			snprintf(text, sizeof(text), "any(%s, %s)", atoms[a], atoms[b]);
			check(&scope, &(struct expected) {text, words[any[a][b]], NULL});
			snprintf(text, sizeof(text), "all(%s, %s)", atoms[a], atoms[b]);
			check(&scope, &(struct expected) {text, words[all[a][b]], NULL});
		}
	}
}

static void reasons_of_groups(void **state)
{
	static const struct expected cases[] = {
		{"any(map:arena, map:hash, context:xdp)", "yes",
			"map:hash: ok: the kernel accepted it"},
		{"any(map:arena, tag:percpu_kptr)", "no",
			"map:arena: unsupported: invalid map type (EINVAL); tag:percpu_kptr: unsupported: an "
			"unknown tag"},
		{"all(map:hash, feature:isa_v4, map:arena)", "no",
			"map:arena: unsupported: invalid map type (EINVAL)"},
		{"all(map:hash, feature:isa_v4)", "unknown",
			"feature:isa_v4: unknown: out of memory (ENOMEM)"},
		{"not(map:arena)", "yes", "map:arena: unsupported: invalid map type (EINVAL)"},
	};
	const struct require_scope scope = {.snapshot = &stored};

	(void)state;
	check_all(&scope, cases, ARRAY_SIZE(cases));
}

static void whole_answer(void **state)
{
	static const struct {
		const char *texts[3];
		enum tristate value;
	} cases[] = {
		{{"map:hash", "context:xdp", "?map:arena"}, TRISTATE_YES},
		{{"map:hash", "context:xdp", "?feature:isa_v4"}, TRISTATE_YES},
		{{"map:hash", "feature:isa_v4", "?map:arena"}, TRISTATE_UNKNOWN},
		{{"map:hash", "feature:isa_v4", "map:arena"}, TRISTATE_NO},
		{{"?map:hash", "?feature:isa_v4", "?map:arena"}, TRISTATE_YES},
	};
	const struct require_scope scope = {.snapshot = &stored};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct require_list list = {0};
		struct require_answer answer = {0};
		for (size_t j = 0; j < 3; j++)
			assert_null(require_parse_argument(&list, j + 1, cases[i].texts[j], NULL));
		assert_null(require_evaluate(&list, &scope, &answer));
		assert_int_equal(answer.value, cases[i].value);
		require_answer_deinit(&answer);
		require_list_deinit(&list);
	}
}

static void predicted_is_said(void **state)
{
	struct cell cell[CONTEXT_CNT] = {{CELL_PERMITTED, true, NULL}};
	struct snapshot_kfunc kfunc = {.name = "k", .module = "vmlinux", .cells = cell};
	struct snapshot scanned = {.source_kind = "scanned",
		.contexts = contexts,
		.context_cnt = ARRAY_SIZE(contexts),
		.kfuncs = &kfunc,
		.kfunc_cnt = 1};
	const struct require_scope scope = {.snapshot = &scanned};
	_cleanup_buf_ struct buf out = {0};
	struct require_list list = {0};
	struct require_answer answer = {0};

	(void)state;
	assert_null(require_parse_argument(&list, 1, "any(kfunc:k@xdp, map:x)", NULL));
	assert_null(require_evaluate(&list, &scope, &answer));
	assert_true(require_verdict_of(&answer, list.list[0].root)->predicted);
	render_require_text(&list, &answer, SIZE_MAX, &out);
	assert_non_null(strstr(buf_text(&out), " [predicted]\n"));
	require_answer_deinit(&answer);
	require_list_deinit(&list);
}

/* A kernel where no program can call any kfunc. Its functions exist, but the answer is no. */
static void no_kfunc_calls(void **state)
{
	static const struct expected cases[] = {
		{"kfunc:k@xdp", "no",
			"impossible: the kernel has it; no BTF: no program can call any kfunc"},
		/* It does not matter whether the context exists. */
		{"kfunc:k@fentry", "no",
			"impossible: the kernel has it; no BTF: no program can call any kfunc"},
		{"kfunc:k@lsm", "no", "unsupported: no BTF: no program can call any kfunc"},
		{"kfunc:k", "no",
			"in none of the 3 contexts: impossible: the kernel has it; "
			"no BTF: no program can call any kfunc"},
		/* It does not matter whether the kfunc exists. */
		{"kfunc:other@xdp", "no", "unsupported: no BTF: no program can call any kfunc"},
		{"kfunc:other", "no", "unsupported: no BTF: no program can call any kfunc"},
		{"not(kfunc:other@xdp)", "yes", NULL},
		{"helper:other@xdp", "unknown",
			"the snapshot's list of helpers may be incomplete: the kernel's BTF was not read "
			"or does not exist"},
		{"feature:kfunc_calls", "no", NULL},
		{"feature:ringbuf", "unknown",
			"a scan cannot list the features of a kernel; run kcompat probe on it"},
		{"map:hash", "unknown",
			"a scan cannot list the map types of a kernel; run kcompat probe on it"},
		{"context:xdp", "yes", "ok: derived from the image, not observed: config"},
	};
	static const struct evidence why = {
		0, "no BTF: no program can call any kfunc", "no-btf"};
	struct cell cell[CONTEXT_CNT];
	struct snapshot_kfunc kfunc = {.name = "k", .module = "vmlinux", .cells = cell};
	struct snapshot_feature calls = {
		.name = FEATURE_KFUNC_CALLS, .state = SUPPORT_UNSUPPORTED, .reason = why.line};
	const char *facts[] = {"config"};
	struct snapshot scanned = {.source_kind = "scanned",
		.contexts = contexts,
		.context_cnt = ARRAY_SIZE(contexts),
		.kfuncs = &kfunc,
		.kfunc_cnt = 1,
		.facts = facts,
		.fact_cnt = 1,
		.features = {&calls, 1, 1}};
	const struct require_scope scope = {.snapshot = &scanned};

	(void)state;
	for (size_t i = 0; i < CONTEXT_CNT; i++) {
		cell[i] = (struct cell) {CELL_IMPOSSIBLE, true, &why};
		if (contexts[i].state == SUPPORT_UNSUPPORTED)
			cell[i] = (struct cell) {CELL_UNSUPPORTED, true, NULL};
	}
	check_all(&scope, cases, ARRAY_SIZE(cases));
	/* If this fact is unknown, the answer does not follow from it. */
	calls.state = SUPPORT_UNKNOWN;
	check(&scope, &(struct expected) {"kfunc:other@xdp", "unknown", NULL});
}

/* The BTF of a running kernel, with only the types that the requirements need. */
static void *make_btf(size_t *size)
{
	struct blob blob = {0};
	uint32_t integer = blob_int(&blob, "int", 4, true);
	uint32_t inner = blob_type(&blob, "inner", BTF_KIND_STRUCT, 1, false, 4);
	blob_member(&blob, "depth", integer, 0);
	uint32_t pointer = blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, inner);
	uint32_t declared = blob_type(&blob, "elsewhere", BTF_KIND_FWD, 0, false, 0);
	uint32_t to_declared = blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, declared);
	blob_type(&blob, "outer", BTF_KIND_STRUCT, 3, false, 24);
	blob_member(&blob, "in", inner, 0);
	blob_member(&blob, "ptr", pointer, 8);
	blob_member(&blob, "far", to_declared, 16);
	/* A second struct of the same name: different files of a kernel may have one each. */
	blob_type(&blob, "outer", BTF_KIND_STRUCT, 1, false, 4);
	blob_member(&blob, "second", integer, 0);
	blob_type(&blob, "outer_t", BTF_KIND_TYPEDEF, 0, false, inner);
	blob_type(&blob, "either", BTF_KIND_UNION, 1, false, 4);
	blob_member(&blob, "one", integer, 0);
	blob_type(&blob, "bpf_map_type", BTF_KIND_ENUM, 1, false, 4);
	blob_word(&blob, blob_string(&blob, "BPF_MAP_TYPE_FUTURE"));
	blob_word(&blob, 99);
	blob_type(&blob, "bpf_func_id", BTF_KIND_ENUM, 1, false, 4);
	blob_word(&blob, blob_string(&blob, "BPF_FUNC_future"));
	blob_word(&blob, 999);
	blob_type(&blob, NULL, BTF_KIND_ENUM, 1, false, 4);
	blob_word(&blob, blob_string(&blob, "NAMELESS_FLAG"));
	blob_word(&blob, 64);
	blob_func(&blob, "plain_function", integer, BTF_FUNC_STATIC);
	/* void (*)(void *, struct inner *, int) */
	uint32_t anything = blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, 0);
	uint32_t proto = blob_type(&blob, NULL, BTF_KIND_FUNC_PROTO, 3, false, 0);
	const uint32_t params[] = {anything, pointer, integer};
	for (size_t i = 0; i < ARRAY_SIZE(params); i++) {
		blob_word(&blob, 0);
		blob_word(&blob, params[i]);
	}
	blob_type(&blob, "btf_trace_tick", BTF_KIND_TYPEDEF, 0, false,
		blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, proto));
	uint32_t alias = blob_type(&blob, "inner_t", BTF_KIND_TYPEDEF, 0, false, pointer);
	blob_type(&blob, "user", BTF_KIND_STRUCT, 1, false, 8);
	blob_member(&blob, "of", alias, 0);
	blob_type(&blob, "counter", BTF_KIND_VAR, 0, false, integer);
	blob_word(&blob, BTF_VAR_GLOBAL_ALLOCATED);
	assert_false(blob.overflow);

	struct btf_header header = {.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = blob.word_cnt * 4,
		.str_off = blob.word_cnt * 4,
		.str_len = blob.string_len};
	*size = sizeof(header) + header.type_len + header.str_len;
	char *data = malloc(*size);
	assert_non_null(data);
	memcpy(data, &header, sizeof(header));
	memcpy(data + sizeof(header), blob.words, header.type_len);
	memcpy(data + sizeof(header) + header.type_len, blob.strings, header.str_len);
	return data;
}

static void running_kernel(void **state)
{
	static const struct expected cases[] = {
		{"struct:outer", "yes", "present in the kernel's BTF"},
		{"struct:inner.depth", "yes", NULL},
		{"struct:outer.in.depth", "yes", NULL},
		{"struct:outer.ptr.depth", "yes", NULL},
		{"struct:outer.second", "yes", NULL},
		{"struct:outer.third", "no",
			"absent: struct outer in the kernel's BTF has no third"},
		{"struct:outer.in.width", "no", NULL},
		{"struct:outer.in.depth.more", "no", NULL},
		{"struct:outer.far.member", "unknown",
			"the type that should have member is only declared in this BTF"},
		{"struct:nothing", "no", "absent: no struct nothing in the kernel's BTF"},
		{"struct:either", "no", NULL},
		{"union:either.one", "yes", NULL},
		{"typedef:outer_t.depth", "yes", NULL},
		{"typedef:inner", "no", NULL},
		{"enum:bpf_map_type.BPF_MAP_TYPE_FUTURE", "yes", NULL},
		{"enum:bpf_map_type.BPF_MAP_TYPE_PAST", "no", NULL},
		{"enumerator:NAMELESS_FLAG", "yes",
			"present in the kernel's BTF: an enum without a name, value 64"},
		{"enumerator:BPF_FUNC_future", "yes",
			"present in the kernel's BTF: enum bpf_func_id, value 999"},
		{"enumerator:NAMELESS_FLAK", "no",
			"absent: no enum in the kernel's BTF has NAMELESS_FLAK (did you mean "
			"'NAMELESS_FLAG'?)"},
		{"enum:NAMELESS_FLAG", "no",
			"absent: no enum NAMELESS_FLAG in the kernel's BTF (it is an enumerator: "
			"enumerator:NAMELESS_FLAG)"},
		{"field:outer.second", "yes", "present in the kernel's BTF: int"},
		{"field:outer.in.depth:int", "yes", "present in the kernel's BTF: int"},
		{"field:outer.ptr:struct inner*", "yes", "present in the kernel's BTF: struct inner *"},
		{"field:either.one:int", "yes", NULL},
		{"field:outer_t.depth:int", "yes", NULL},
		{"field:user.of:inner_t", "yes", "present in the kernel's BTF: inner_t"},
		{"field:user.of:struct inner *", "yes", "present in the kernel's BTF: inner_t"},
		{"field:user.of:struct outer *", "no",
			"absent: user.of in the kernel's BTF is inner_t, not struct outer *"},
		{"field:outer.in.depth:unsigned int", "no", NULL},
		{"field:inner.dept", "no",
			"absent: inner in the kernel's BTF has no dept (did you mean 'depth'?)"},
		{"field:outer.far.member:int", "unknown",
			"the type that should have member is only declared in this BTF"},
		{"field:nothing.at", "no", "absent: no struct, union or typedef nothing in the kernel's BTF"},
		{"var:counter", "yes", "present in the kernel's BTF: int counter"},
		{"var:countre", "unknown",
			"unknown: BTF has no variable countre (it has those with a value for each CPU), and the "
			"symbols were not read (did you mean 'counter'?)"},
		{"struct:outter", "no",
			"absent: no struct outter in the kernel's BTF (did you mean 'outer'?)"},
		/* What a missing privilege hides, BTF still tells in part. */
		{"feature:trampoline", "unknown", "blocked: the program was refused (EPERM)"},
		{"context:fentry", "unknown",
			"blocked: the trivial program was refused (EPERM); ask "
			"'enum:bpf_attach_type.BPF_TRACE_FENTRY': it needs no privilege"},
		{"kfunc:k_ran@lsm", "unknown", NULL},
		{"kfunc:k_blocked@xdp", "unknown",
			"blocked: a policy or a missing privilege refused it before the kernel could "
			"answer; ask 'func:k_blocked': it needs no privilege"},
		{"helper:bpf_override_return@fentry", "unknown",
			"context fentry is blocked: the trivial program was refused (EPERM); ask "
			"'enum:bpf_func_id.BPF_FUNC_override_return': it needs no privilege"},
		{"map:hash", "yes", NULL},
		{"map:future", "unknown",
			"the kernel has BPF_MAP_TYPE_FUTURE; the probe gave no answer for it"},
		{"map:past", "no",
			"absent: the kernel's enum bpf_map_type has no BPF_MAP_TYPE_PAST"},
		{"link:past", "unknown", NULL},
		{"helper:bpf_future@xdp", "unknown",
			"the kernel has a helper of that name; the probe gave no answer for it"},
		{"helper:bpf_past@xdp", "no",
			"absent: not in enum bpf_func_id of the kernel's BTF"},
		{"kfunc:plain_function@xdp", "no",
			"refused: the kernel has a function of that name, which no program may call"},
		{"kfunc:nowhere@xdp", "no",
			"absent: no function of that name in the BTF of the kernel"},
		{"context:iter/nowhere", "no", NULL},
		{"kfunc:k_ran@struct_ops/nowhere", "no",
			"unsupported: no bpf_struct_ops_nowhere in the BTF of the kernel"},
		{"config:CONFIG_BPF", "unknown", "the kernel's configuration cannot be read here"},
		{"raw_tracepoint:tick", "yes", "present: 2 arguments: struct inner *, int"},
		{"raw_tracepoint:tikc", "no",
			"absent: no tracepoint tikc in the BTF of the kernel (did you mean 'tick'?)"},
		{"tracepoint:clock/tick", "unknown", NULL},
		{"tracepoint:clock/tikc", "no",
			"absent: no tracepoint tikc in the BTF of the kernel (did you mean 'clock/tick'?)"},
	};
	static const struct expected of_image[] = {
		{"raw_tracepoint:tick", "yes", "present: 2 arguments: struct inner *, int"},
		{"raw_tracepoint:tikc", "unknown",
			"unknown: the image itself has no tikc, and a module may have it (did you mean 'tick'?)"},
		{"context:fentry/plain_function", "unknown",
			"the image has plain_function; a load on its kernel tells whether such a program may "
			"use it"},
		{"context:fentry/plain_functoin", "unknown",
			"the image itself has no plain_functoin, and a module may have it (did you mean "
			"'plain_function'?)"},
		{"attach:fentry/plain_functoin", "unknown", NULL},
		{"context:lsm/plain", "no", "unsupported: no bpf_lsm_plain in the BTF of the kernel"},
		{"lsm:plain", "no", "absent: no bpf_lsm_plain in the BTF of the kernel"},
		{"attach:lsm/plain", "no", "missing target: no bpf_lsm_plain in the BTF of the kernel"},
		{"context:uprobe//proc/self/exe:main", "unknown", NULL},
		{"struct:outer.in.depth", "yes", "present in the kernel's BTF"},
		{"struct:outer.third", "no", "absent: struct outer in the kernel's BTF has no third"},
		{"struct:nothing", "unknown",
			"no struct nothing in the kernel's BTF; the BTF of its modules is not searched"},
		{"tracepoint:clock/tick", "unknown",
			"unknown: the kernel has a tracepoint tick with 2 arguments: struct inner *, int; only the "
			"tracefs of its running kernel lists categories (raw_tracepoint:tick asks without one)"},
		{"field:outer.in.depth:int", "yes", NULL},
		{"field:outer.third", "no", NULL},
		{"field:nothing.at", "unknown", NULL},
		{"var:counter", "yes", NULL},
		{"enum:bpf_map_type.BPF_MAP_TYPE_FUTURE", "yes", NULL},
		{"enumerator:NAMELESS_FLAG", "yes", NULL},
		{"enumerator:NOTHING", "unknown",
			"no enum in the kernel's BTF has NOTHING; the BTF of its modules is not searched"},
		{"map:past", "no", "absent: the kernel's enum bpf_map_type has no BPF_MAP_TYPE_PAST"},
		{"map:future", "unknown", NULL},
	};
	static const struct expected without_btf[] = {
		{"struct:outer", "unknown", "the kernel's BTF cannot be read: no such file"},
		{"enumerator:NAMELESS_FLAG", "unknown", "the kernel's BTF cannot be read: no such file"},
		{"context:fentry", "unknown", "blocked: the trivial program was refused (EPERM)"},
		{"kfunc:nowhere@xdp", "unknown", "the kernel's BTF cannot be read: no such file"},
		{"helper:bpf_past@xdp", "unknown", NULL},
		{"map:past", "unknown", NULL},
		{"context:iter/nowhere", "unknown", NULL},
	};
	struct kernel kernel = {.btf_missing = "no such file"};
	const struct require_scope scope = {.snapshot = &stored, .kernel = &kernel, .files = &kernel};
	size_t size;
	void *data = make_btf(&size);

	(void)state;
	check_all(&scope, without_btf, ARRAY_SIZE(without_btf));
	assert_null(kbtf_create(data, size, KBTF_MALLOC, NULL, &kernel.btf));
	check_all(&scope, cases, ARRAY_SIZE(cases));
	/* The same BTF in an image, whose modules may have more types. */
	const char *facts[] = {"btf"};
	struct snapshot scanned = {.source_kind = "scanned", .facts = facts, .fact_cnt = 1};
	const struct require_scope image = {.snapshot = &scanned, .files = &kernel};
	check_all(&image, of_image, ARRAY_SIZE(of_image));
	/* A scan keeps the types of some modules only. */
	struct kernel_module module = {.name = "some", .btf = kernel.btf};
	kernel.modules = &module;
	kernel.module_cnt = 1;
	check_all(&image, of_image, ARRAY_SIZE(of_image));
	kernel.module_cnt = 0;
	scanned.fact_cnt = 0;
	check(&image, &(struct expected) {"struct:outer", "unknown", "the image's BTF was not read whole"});
	scanned.fact_cnt = 1;
	kernel.environment.config_source = "/boot/config";
	check(&image, &(struct expected) {"struct:nothing", "no", "absent: no struct nothing in the kernel's BTF"});
	kernel.config = config;
	kernel.config_cnt = ARRAY_SIZE(config);
	check(&scope, &(struct expected) {"config:CONFIG_BPF", "yes", "=y in /boot/config"});
	kernel_deinit(&kernel);
}

/* Symbols of data: those of the running kernel name every variable, those of a store have none. */
static void variables(void **state)
{
	struct kernel_symbol with_data[] = {
		{.name = "a_function", .type = 'T'}, {.name = "jiffies", .type = 'D'}};
	struct kernel_symbols symbols = {.list = with_data, .cnt = ARRAY_SIZE(with_data)};
	struct kernel kernel = {.symbols = &symbols};
	struct snapshot stored = {.source_kind = "probed"};
	const struct require_scope scope = {.snapshot = &stored, .kernel = &kernel, .files = &kernel};

	(void)state;
	check(&scope, &(struct expected) {"var:jiffies", "yes", "present: symbol D jiffies; BTF has no type of it"});
	check(&scope, &(struct expected) {"var:a_function", "no",
		"absent: neither the symbols nor BTF have a variable a_function"});
	symbols.modules_missing = "modules were not searched";
	check(&scope, &(struct expected) {"var:nothing", "unknown", NULL});
	symbols.cnt = 1;
	check(&scope, &(struct expected) {"var:jiffies", "unknown", NULL});
	check(&(struct require_scope) {.snapshot = &stored}, &(struct expected) {"var:jiffies", "unknown",
		"the snapshot does not hold the variables of its kernel: ask the kernel itself"});
}

static void environment_of_the_process(void **state)
{
	static const struct expected unread[] = {
		{"cap:CAP_BPF", "unknown",
			"the capabilities of the process could not be read (/proc/self/status)"},
		{"active-lsm:bpf", "unknown",
			"the active security modules could not be read (mount -t securityfs securityfs "
			"/sys/kernel/security)"},
		{"sysctl:kernel.nothing", "unknown", "/proc/sys is not there"},
	};
	static const struct expected read[] = {
		{"cap:CAP_BPF", "yes", "this process has it"},
		{"cap:CAP_SYS_ADMIN", "no", "this process lacks it"},
		{"active-lsm:bpf", "no",
			"not active: the active security modules are capability,landlock"},
		{"active-lsm:landlok", "no",
			"not active: the active security modules are capability,landlock (did you mean "
			"'landlock'?)"},
		{"active-lsm:landlock", "yes", "active: the active security modules are capability,landlock"},
		{"sysctl:kernel.printk", "yes", "kernel.printk=4 4 1 7"},
		{"sysctl:kernel.printk=\"4 4  1 7\"", "yes", NULL},
		{"sysctl:kernel.printk=\"4 4 1 70\"", "no", "kernel.printk=4 4 1 7"},
		{"sysctl:kernel.printk=\"4 4 1\"", "no", NULL},
		{"sysctl:kernel.nothing", "no", "absent: no such file below /proc/sys"},
		{"sysctl:kernel.nothing=1", "no", NULL},
		{"sysctl:kernel.secret", "yes", "its value cannot be read (EACCES)"},
		{"sysctl:kernel.secret=1", "unknown", "its value cannot be read (EACCES)"},
		{"sysctl:kernel.other", "unknown", "it was not read"},
	};
	static const struct expected recorded[] = {
		{"cap:CAP_BPF", "yes", "the process that made the snapshot has it"},
		{"sysctl:kernel.kptr_restrict=1", "yes", "kernel.kptr_restrict=1"},
		{"sysctl:kernel.kptr_restrict=0", "no", NULL},
		{"sysctl:net.core.bpf_jit_enable=1", "unknown", NULL},
		{"sysctl:kernel.printk", "unknown",
			"the snapshot does not hold this setting: ask on the machine"},
		{"active-lsm:bpf", "unknown", NULL},
	};
	static const char *capabilities[] = {"CAP_NET_ADMIN", "CAP_BPF"}, *lsm[] = {"capability", "landlock"};
	struct kernel_sysctl sysctls[] = {{"kernel.printk", "4 4 1 7", 0}, {"kernel.nothing", NULL, ENOENT},
		{"kernel.secret", NULL, EACCES}};
	struct kernel kernel = {.sysctls = sysctls, .sysctl_cnt = 3, .sysctls_missing = "/proc/sys is not there"};
	struct snapshot snapshot = {.source_kind = "probed",
		.environment = {.capabilities = capabilities, .capability_cnt = 2, .kptr_restrict = "1",
			.jit = "always"}};
	const struct require_scope scope = {.snapshot = &stored, .kernel = &kernel, .files = &kernel};

	(void)state;
	check_all(&scope, unread, ARRAY_SIZE(unread));
	kernel.environment = (struct kernel_environment) {
		.capabilities = capabilities, .capability_cnt = 2, .lsm = lsm, .lsm_cnt = 2};
	kernel.sysctls_missing = NULL;
	check_all(&scope, read, ARRAY_SIZE(read));
	kernel.environment.in_user_namespace = true;
	check(&scope, &(struct expected) {"cap:CAP_BPF", "no", NULL});
	check_all(&(struct require_scope) {.snapshot = &snapshot}, recorded, ARRAY_SIZE(recorded));
	/* An image has no process. */
	check(&(struct require_scope) {.snapshot = &(struct snapshot) {.source_kind = "scanned"}},
		&(struct expected) {"cap:CAP_BPF", "unknown", "an image has no process: ask on the machine"});
}

static void wants_modules(void **state)
{
	static const struct {
		const char *text;
		bool wants;
	} cases[] = {
		{"kfunc:plain_function@xdp", false},
		{"kfunc:elsewhere@xdp", true},
		{"struct:outer.third", false},
		{"enumerator:NAMELESS_FLAG", false},
		{"enumerator:OF_A_MODULE", true},
		{"field:outer.second:int", false},
		{"field:of_a_module.second", true},
		{"var:counter", false},
		{"var:of_a_module", true},
		{"any(struct:outer, struct:nothing)", true},
		{"helper:bpf_past@xdp", false},
		{"map:past", false},
	};
	struct kernel kernel = {0};
	size_t size;
	void *data = make_btf(&size);

	(void)state;
	assert_null(kbtf_create(data, size, KBTF_MALLOC, NULL, &kernel.btf));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct require_list list = {0};
		assert_null(require_parse_argument(&list, 1, cases[i].text, NULL));
		assert_int_equal(require_wants_modules(&list, &kernel), cases[i].wants);
		require_list_deinit(&list);
	}
	kernel_deinit(&kernel);
}

static bool has(const char *const *texts, size_t cnt, const char *text)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(texts[i], text))
			return true;
	}
	return false;
}

static struct require_needs needs_of(struct require_list *list, const char *text)
{
	struct require_needs needs;

	*list = (struct require_list) {0};
	assert_null(require_parse_argument(list, 1, text, NULL));
	assert_int_equal(list->mistake_cnt, 0);
	assert_null(require_needs(list, &needs));
	return needs;
}

static void asks_only_what_is_needed(void **state)
{
	struct require_list list;
	struct require_needs needs = needs_of(&list,
		"all(kfunc:a@xdp, kfunc:a@xdp, helper:b@lsm.s, map:arena, tag:percpu_kptr, func:f)");

	(void)state;
	assert_int_equal(needs.parts,
		1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS |
			1u << PROBE_MAP_TYPES | 1u << PROBE_FEATURES | 1u << PROBE_FUNCTIONS);
	assert_int_equal(needs.context_cnt, 2);
	assert_true(has(needs.contexts, 2, "xdp") && has(needs.contexts, 2, "lsm.s"));
	assert_int_equal(needs.name_cnt, 3);
	assert_int_equal(needs.feature_cnt, 2);
	assert_true(has(needs.features, 2, "arena") && has(needs.features, 2, "tag:percpu_kptr"));
	assert_true(needs.symbols);
	assert_false(needs.config);
	require_needs_deinit(&needs);
	require_list_deinit(&list);

	needs = needs_of(&list, "config:CONFIG_BPF");
	assert_false(needs.btf || needs.symbols || needs.parts);
	require_needs_deinit(&needs);
	require_list_deinit(&list);

	needs = needs_of(&list, "any(kfunc:a@xdp, kfunc:b)");
	assert_int_equal(needs.context_cnt, 0);
	assert_true(needs.parts & 1u << PROBE_CONTEXTS);
	require_needs_deinit(&needs);
	require_list_deinit(&list);

	needs = needs_of(&list, "prog:struct_ops");
	assert_int_equal(needs.context_cnt, 2);
	assert_true(has(needs.contexts, 2, "struct_ops/*"));
	require_needs_deinit(&needs);
	require_list_deinit(&list);

	needs = needs_of(&list, "all(prog:no_such, config:CONFIG_BPF, struct:a)");
	assert_int_equal(needs.parts, 0);
	assert_true(needs.config && needs.btf);
	require_needs_deinit(&needs);
	require_list_deinit(&list);
}

static void exit_statuses(void **state)
{
	static const struct {
		const char *style;
		int yes, no, unknown, error;
	} cases[] = {
		{"plain", 0, 1, 3, 2},
		{"systemd", 0, 1, 3, 255},
		{"nagios", 0, 2, 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum require_style style = require_style_parse(cases[i].style);
		assert_true(style < REQUIRE_STYLE_CNT);
		assert_int_equal(require_exit_status(style, TRISTATE_YES), cases[i].yes);
		assert_int_equal(require_exit_status(style, TRISTATE_NO), cases[i].no);
		assert_int_equal(require_exit_status(style, TRISTATE_UNKNOWN), cases[i].unknown);
		assert_int_equal(require_exit_error(style), cases[i].error);
	}
	assert_int_equal(require_style_parse("initd"), REQUIRE_STYLE_CNT);
	assert_int_equal(require_settle(TRISTATE_UNKNOWN, REQUIRE_UNKNOWN_KEEP), TRISTATE_UNKNOWN);
	assert_int_equal(require_settle(TRISTATE_UNKNOWN, REQUIRE_UNKNOWN_PASS), TRISTATE_YES);
	assert_int_equal(require_settle(TRISTATE_UNKNOWN, REQUIRE_UNKNOWN_FAIL), TRISTATE_NO);
	assert_int_equal(require_settle(TRISTATE_NO, REQUIRE_UNKNOWN_PASS), TRISTATE_NO);
	assert_int_equal(require_settle(TRISTATE_YES, REQUIRE_UNKNOWN_FAIL), TRISTATE_YES);
}

/* Text of a hostile snapshot must not control a terminal, and must not end a comment. */
static void renders_hostile_text(void **state)
{
	struct snapshot_feature feature = {
		"x", SUPPORT_UNKNOWN, "\x1b[2J */ #define KCOMPAT_X 1\n/* `id` $(id) \xff|", 0};
	struct snapshot snapshot = {.source_kind = "probed",
		.features = {&feature, 1, 1},
		.kernel.release = "*/\n#error"};
	const struct require_scope scope = {.snapshot = &snapshot};
	struct require_list list = {0};
	struct require_answer answer = {0};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_null(require_parse_argument(&list, 1, "feature:x", NULL));
	assert_null(require_parse_argument(&list, 2, "config:CONFIG_A=\"*/|\x1b\"", NULL));
	assert_null(require_evaluate(&list, &scope, &answer));
	render_require_text(&list, &answer, SIZE_MAX, &out);
	assert_null(strchr(buf_text(&out), '\x1b'));
	buf_clear(&out);
	render_require_nagios(&list, &answer, answer.value, &out);
	assert_null(strpbrk(buf_text(&out), "|\x1b"));
	buf_clear(&out);
	render_require_env(&list, &answer, &out);
	assert_string_equal(
		buf_text(&out), "KCOMPAT_FEATURE_X=unknown\nKCOMPAT_CONFIG_CONFIG_A=unknown\n");
	buf_clear(&out);
	render_require_c(&list, &answer, "Kernel */\n#error", &out);
	assert_string_equal(buf_text(&out),
		"/* Kernel * /\\x0a#error, by kcompat require. 1: yes. 0: no, or _UNKNOWN is defined too. */\n"
		"/* feature:x: unknown: unknown: \\x1b[2J * / #define KCOMPAT_X 1\\x0a/ * `id` $(id) \\xff| */\n"
		"#define KCOMPAT_FEATURE_X 0\n#define KCOMPAT_FEATURE_X_UNKNOWN 1\n"
		"/* config:CONFIG_A=\"* /|\\x1b\": unknown: the snapshot holds no configuration */\n"
		"#define KCOMPAT_CONFIG_CONFIG_A 0\n#define KCOMPAT_CONFIG_CONFIG_A_UNKNOWN 1\n");
	buf_clear(&out);
	render_require_json(&list, &answer, &scope, answer.value, false, &out);
	assert_false(out.failed);
	assert_null(strchr(buf_text(&out), '\x1b'));
	require_answer_deinit(&answer);
	require_list_deinit(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(lists),
		cmocka_unit_test(absence_needs_a_source),
		cmocka_unit_test(kleene),
		cmocka_unit_test(reasons_of_groups),
		cmocka_unit_test(whole_answer),
		cmocka_unit_test(predicted_is_said),
		cmocka_unit_test(no_kfunc_calls),
		cmocka_unit_test(variables),
		cmocka_unit_test(running_kernel),
		cmocka_unit_test(environment_of_the_process),
		cmocka_unit_test(wants_modules),
		cmocka_unit_test(asks_only_what_is_needed),
		cmocka_unit_test(exit_statuses),
		cmocka_unit_test(renders_hostile_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
