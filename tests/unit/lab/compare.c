/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare_prediction: which pairs of states agree, and which differences a rule explains. A rule
 * without its evidence explains nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "lab/compare/compare.h"
#include "lab/compare/render.h"
#include "util/array.h"

#define ENOTSUPP_KERNEL 524

#define NO_STACK_ARGS "no-jit-stack-args"
#define NO_ARENA "no-jit-arena"
#define UNREGISTERED "not-registered"
#define SLEEPER "sleepable"
#define DESTROYER "cap-sys-boot"
#define METADATA "device-bound"
#define HELPER_SLEEPER "might-sleep"
#define HELPER_PARTLY "helper-some"
#define PARTLY "filter-some"
#define NEEDS_SLEEP "program must be sleepable to call sleepable kfunc first"
#define NEEDS_DEVICE "metadata kfuncs require device-bound program"
#define NEEDS_JIT "JIT is required for calling kernel function"

enum { XDP, WHOLE, MEMBER, WHOLE_SLEEPABLE, CONTEXT_CNT };
enum { FIRST, SECOND, KFUNC_CNT };

/* The same kernel twice, with equal contexts and functions. By default, every cell is refused. */
static struct side {
	struct snapshot snapshot;
	struct snapshot_context contexts[CONTEXT_CNT];
	struct snapshot_kfunc kfuncs[KFUNC_CNT];
	struct cell cells[KFUNC_CNT][CONTEXT_CNT];
	struct evidence evidence[KFUNC_CNT][CONTEXT_CNT];
	const char *facts[4];
	const char *flags[1];
} predicted, probed;

static void make_side(struct side *side, const char *kind)
{
	static const struct snapshot_context contexts[CONTEXT_CNT] = {
		[XDP] = {.name = "xdp", .program_type = "xdp", .state = SUPPORT_OK},
		[WHOLE] = {.name = "struct_ops/T",
			.program_type = "struct_ops",
			.target = "T.one",
			.state = SUPPORT_OK},
		[MEMBER] = {.name = "struct_ops/T/one",
			.program_type = "struct_ops",
			.target = "T.one",
			.state = SUPPORT_OK},
		[WHOLE_SLEEPABLE] = {.name = "struct_ops.s/T",
			.program_type = "struct_ops",
			.target = "T.one",
			.sleepable = true,
			.state = SUPPORT_OK},
	};

	*side = (struct side) {.flags = {"KF_SLEEPABLE"}};
	memcpy(side->contexts, contexts, sizeof(contexts));
	side->snapshot = (struct snapshot) {
		.kernel = {.release = "6.12.0-test", .version = "#1", .btf_sha256 = "abc"},
		.source_kind = kind,
		.facts = side->facts,
		.contexts = side->contexts,
		.context_cnt = CONTEXT_CNT,
		.kfuncs = side->kfuncs,
		.kfunc_cnt = KFUNC_CNT,
	};
	for (int i = 0; i < KFUNC_CNT; i++) {
		side->kfuncs[i] = (struct snapshot_kfunc) {
			.name = i == FIRST ? "first" : "second",
			.module = "vmlinux",
			.flags = side->flags,
			.cells = side->cells[i],
			.found_by = 1u << KFUNC_SOURCE_TAG,
		};
		for (int k = 0; k < CONTEXT_CNT; k++)
			side->cells[i][k].state = CELL_REFUSED;
	}
}

static int setup(void **state)
{
	(void)state;
	make_side(&predicted, "scanned");
	make_side(&probed, "probed");
	return 0;
}

static void set_cell(struct side *side, int kfunc, int context, enum cell_state state, int errnum,
	const char *rule, const char *line)
{
	side->evidence[kfunc][context] =
		(struct evidence) {.errnum = errnum, .rule = rule, .line = line};
	side->cells[kfunc][context] = (struct cell) {
		.state = state,
		.evidence = line || rule ? &side->evidence[kfunc][context] : NULL,
	};
}

static struct compare_result *compare(void)
{
	struct compare_result *result = NULL;
	struct error *error =
		compare_prediction(&predicted.snapshot, &probed.snapshot, &result);

	if (error)
		fail_msg("%s", error->what);
	return result;
}

/* One cell. Everything else is equal. */
static const struct {
	const char *predicted_rule, *rule, *line, *jit, *capability;
	const char *context_rule; /* of the probed context */
	const char *explained_by; /* NULL: by none */
	enum cell_state predicted, probed;
	enum compare_outcome outcome;
	int errnum;
} pairs[] = {
	/* Pairs that agree. */
	{.predicted = CELL_PERMITTED, .probed = CELL_PERMITTED, .outcome = COMPARE_AGREE},
	{.predicted = CELL_PERMITTED, .probed = CELL_LOADABLE, .outcome = COMPARE_AGREE},
	{.predicted = CELL_PERMITTED, .probed = CELL_RAN, .outcome = COMPARE_AGREE},
	{.predicted = CELL_REFUSED, .probed = CELL_REFUSED, .outcome = COMPARE_AGREE},
	{.predicted = CELL_IMPOSSIBLE, .probed = CELL_IMPOSSIBLE, .outcome = COMPARE_AGREE},
	{.predicted = CELL_UNSUPPORTED, .probed = CELL_UNSUPPORTED, .outcome = COMPARE_AGREE},
	{.predicted = CELL_ABSENT, .probed = CELL_ABSENT, .outcome = COMPARE_AGREE},
	/* Pairs that differ: two kinds of "no" are not equal. */
	{.predicted = CELL_PERMITTED, .probed = CELL_REFUSED, .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_REFUSED, .probed = CELL_LOADABLE, .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_REFUSED, .probed = CELL_IMPOSSIBLE, .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_ABSENT, .probed = CELL_REFUSED, .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_UNSUPPORTED, .probed = CELL_REFUSED, .outcome = COMPARE_UNEXPLAINED},
	/* The conditions must be equal. */
	{.predicted = CELL_CONDITIONAL, .predicted_rule = SLEEPER, .probed = CELL_CONDITIONAL,
		.rule = "sleepable", .line = NEEDS_SLEEP, .errnum = 13, .outcome = COMPARE_AGREE},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = METADATA, .probed = CELL_CONDITIONAL,
		.rule = "device-bound", .line = NEEDS_DEVICE, .outcome = COMPARE_AGREE},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = DESTROYER, .probed = CELL_CONDITIONAL,
		.rule = "sleepable", .line = NEEDS_SLEEP, .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = "css-task-iter",
		.probed = CELL_CONDITIONAL, .rule = "sleepable", .line = NEEDS_SLEEP,
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = "css-task-iter",
		.probed = CELL_CONDITIONAL, .rule = "css-task-iter", .outcome = COMPARE_AGREE},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = "filter-some",
		.probed = CELL_CONDITIONAL, .rule = "filter-some", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .probed = CELL_CONDITIONAL,
		.outcome = COMPARE_UNEXPLAINED},
	/* A snapshot from before the rules: the condition is unknown. */
	{.predicted = CELL_CONDITIONAL, .predicted_rule = "predicted", .probed = CELL_CONDITIONAL,
		.rule = "sleepable", .line = NEEDS_SLEEP, .outcome = COMPARE_UNEXPLAINED},
	/* Unknown, and not probed. */
	{.predicted = CELL_UNKNOWN, .probed = CELL_PERMITTED, .outcome = COMPARE_UNKNOWN_PREDICTED},
	{.predicted = CELL_REFUSED, .probed = CELL_UNKNOWN, .outcome = COMPARE_UNKNOWN_PROBED},
	{.predicted = CELL_UNKNOWN, .probed = CELL_BLOCKED, .outcome = COMPARE_UNKNOWN_BOTH},
	{.predicted = CELL_REFUSED, .probed = CELL_NONE, .outcome = COMPARE_UNASKED},
	/* Each rule, and cases that it must not explain. */
	{.predicted = CELL_PERMITTED, .probed = CELL_IMPOSSIBLE, .rule = "other-context",
		.outcome = COMPARE_EXPLAINED, .explained_by = "real-call"},
	{.predicted = CELL_PERMITTED, .probed = CELL_IMPOSSIBLE, .rule = "packet-write",
		.outcome = COMPARE_EXPLAINED, .explained_by = "real-call"},
	{.predicted = CELL_PERMITTED, .probed = CELL_IMPOSSIBLE, .rule = "trap",
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_PERMITTED, .probed = CELL_IMPOSSIBLE, .rule = "no-kernel-context",
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_PERMITTED, .probed = CELL_CONDITIONAL, .rule = "css-task-iter",
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = "unreleasable", .probed = CELL_PERMITTED,
		.rule = "argument", .outcome = COMPARE_EXPLAINED, .explained_by = "none-found"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = "css-task-iter", .probed = CELL_PERMITTED,
		.rule = "argument", .outcome = COMPARE_EXPLAINED, .explained_by = "none-found"},
	/* A program proves the image wrong. */
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = "unreleasable", .probed = CELL_LOADABLE,
		.rule = "real-call", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = "map-field", .probed = CELL_PERMITTED,
		.rule = "argument", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = SLEEPER, .probed = CELL_PERMITTED,
		.rule = "argument", .line = "R1 is not a scalar", .outcome = COMPARE_EXPLAINED,
		.explained_by = "arguments-first"},
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = SLEEPER,
		.probed = CELL_PERMITTED, .rule = "argument", .line = "R1 is not a scalar",
		.outcome = COMPARE_EXPLAINED, .explained_by = "arguments-first"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = SLEEPER, .probed = CELL_PERMITTED,
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = SLEEPER, .probed = CELL_LOADABLE,
		.rule = "load", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = DESTROYER, .probed = CELL_PERMITTED,
		.rule = "argument", .line = "R1 is not a scalar", .capability = "CAP_SYS_BOOT",
		.outcome = COMPARE_EXPLAINED, .explained_by = "capability-held"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = DESTROYER, .probed = CELL_PERMITTED,
		.rule = "argument", .line = "R1 is not a scalar", .capability = "CAP_SYS_ADMIN",
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = METADATA, .probed = CELL_UNKNOWN,
		.rule = "device-bound", .line = NEEDS_DEVICE, .outcome = COMPARE_UNKNOWN_PROBED,
		.explained_by = "device-first"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = METADATA, .probed = CELL_LOADABLE,
		.rule = "real-call", .line = "recipe load=device-bound", .outcome = COMPARE_EXPLAINED,
		.explained_by = "device-held"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = METADATA, .probed = CELL_LOADABLE,
		.rule = "load", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_REFUSED, .predicted_rule = METADATA, .probed = CELL_LOADABLE,
		.rule = "real-call", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_REFUSED, .predicted_rule = UNREGISTERED, .probed = CELL_UNKNOWN,
		.rule = "device-bound", .line = NEEDS_DEVICE, .outcome = COMPARE_UNKNOWN_PROBED},
	{.predicted = CELL_REFUSED, .predicted_rule = UNREGISTERED, .probed = CELL_IMPOSSIBLE,
		.rule = "pointee", .line = "R5 pointer type UNKNOWN must point to scalar",
		.outcome = COMPARE_EXPLAINED, .explained_by = "pointee-first"},
	{.predicted = CELL_PERMITTED, .predicted_rule = "registered",
		.probed = CELL_IMPOSSIBLE, .rule = "pointee", .line = "R5 pointer type UNKNOWN",
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_PERMITTED, .probed = CELL_BLOCKED, .rule = "no-jit", .line = NEEDS_JIT,
		.errnum = ENOTSUPP_KERNEL, .jit = "0", .outcome = COMPARE_UNKNOWN_PROBED,
		.explained_by = "jit-off"},
	{.predicted = CELL_PERMITTED, .probed = CELL_BLOCKED, .rule = "no-jit", .line = NEEDS_JIT,
		.errnum = ENOTSUPP_KERNEL, .jit = "1", .outcome = COMPARE_UNKNOWN_PROBED},
	{.predicted = CELL_PERMITTED, .probed = CELL_BLOCKED, .rule = "context",
		.line = "Extension programs should be JITed", .context_rule = "replacing-needs-jit",
		.errnum = 22, .jit = "0",
		.outcome = COMPARE_UNKNOWN_PROBED, .explained_by = "jit-off-replacing"},
	{.predicted = CELL_PERMITTED, .probed = CELL_BLOCKED, .rule = "context",
		.line = "Extension programs should be JITed", .context_rule = "replacing-needs-jit",
		.errnum = 22, .jit = "1",
		.outcome = COMPARE_UNKNOWN_PROBED},
	{.predicted = CELL_REFUSED, .predicted_rule = UNREGISTERED, .probed = CELL_IMPOSSIBLE,
		.rule = "no-jit-for-args", .line = "JIT does not support kfunc first() with 7 args",
		.errnum = ENOTSUPP_KERNEL, .outcome = COMPARE_EXPLAINED, .explained_by = "jit-cannot-pass"},
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = NO_STACK_ARGS, .probed = CELL_REFUSED,
		.rule = "kfunc-not-allowed", .line = "calling kernel function first is not allowed",
		.errnum = 13, .outcome = COMPARE_EXPLAINED, .explained_by = "cannot-pass-either-way"},
	{.predicted = CELL_IMPOSSIBLE, .predicted_rule = NO_STACK_ARGS, .probed = CELL_PERMITTED,
		.rule = "argument", .line = "R1 is not a scalar", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = NO_ARENA, .probed = CELL_PERMITTED,
		.rule = "argument", .line = "pointer in R1 isn't map pointer",
		.outcome = COMPARE_EXPLAINED, .explained_by = "arena-never-made"},
	{.predicted = CELL_CONDITIONAL, .predicted_rule = NO_ARENA, .probed = CELL_LOADABLE,
		.rule = "load", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_ABSENT, .probed = CELL_IMPOSSIBLE, .rule = "no-jit-for-args",
		.line = "JIT does not support kfunc first() with 7 args", .errnum = ENOTSUPP_KERNEL,
		.outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_PERMITTED, .probed = CELL_IMPOSSIBLE, .rule = "no-jit",
		.line = "JIT does not support calling kernel function", .errnum = ENOTSUPP_KERNEL,
		.jit = "0", .outcome = COMPARE_UNEXPLAINED},
	{.predicted = CELL_PERMITTED, .probed = CELL_BLOCKED, .rule = "policy",
		.line = "EPERM before the verifier", .errnum = 1,
		.outcome = COMPARE_UNKNOWN_PROBED, .explained_by = "policy"},
	{.predicted = CELL_PERMITTED, .probed = CELL_REFUSED, .rule = "policy", .errnum = 1,
		.outcome = COMPARE_UNEXPLAINED},
};

static const char *explained_by(const struct compare_result *result)
{
	const struct compare_rule *rule = result->difference_cnt ? result->differences[0].rule
		: result->unknown_cnt                            ? result->unknowns[0].rule
								 : NULL;

	return rule ? rule->id : NULL;
}

static void test_pairs(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const char *capabilities[] = {pairs[i].capability};
		setup(state);
		probed.snapshot.environment.jit = pairs[i].jit;
		probed.snapshot.environment.capabilities = capabilities;
		probed.snapshot.environment.capability_cnt = pairs[i].capability != NULL;
		probed.contexts[XDP].rule = pairs[i].context_rule;
		set_cell(&predicted, FIRST, XDP, pairs[i].predicted, 0, pairs[i].predicted_rule, "why");
		set_cell(&probed, FIRST, XDP, pairs[i].probed, pairs[i].errnum, pairs[i].rule,
			pairs[i].line);
		struct compare_result *result = compare();
		const char *rule = explained_by(result);
		size_t others = KFUNC_CNT * CONTEXT_CNT - 1;
		size_t agree = others + (pairs[i].outcome == COMPARE_AGREE);
		if (result->kfunc_cells.outcomes[COMPARE_AGREE] != agree ||
			(pairs[i].outcome != COMPARE_AGREE &&
				result->kfunc_cells.outcomes[pairs[i].outcome] != 1))
			fail_msg("pair %zu: not %s", i, compare_outcome_word(pairs[i].outcome));
		if (!rule != !pairs[i].explained_by ||
			(rule && strcmp(rule, pairs[i].explained_by)))
			fail_msg("pair %zu: explained by %s", i, rule ? rule : "nothing");
		assert_int_equal(compare_result_holds(result),
			pairs[i].outcome != COMPARE_UNEXPLAINED);
		compare_result_destroy(result);
	}
}

/* Another call shows that this kernel checks sleep first. So it does not check arguments before. */
static void test_arguments_first_elsewhere(void **state)
{
	(void)state;
	set_cell(&predicted, FIRST, XDP, CELL_CONDITIONAL, 0, SLEEPER, "why");
	set_cell(&probed, FIRST, XDP, CELL_PERMITTED, 22, "argument", "R1 is not a scalar");
	set_cell(&predicted, SECOND, XDP, CELL_CONDITIONAL, 0, SLEEPER, "why");
	set_cell(&probed, SECOND, XDP, CELL_CONDITIONAL, 13, "sleepable",
		"program must be sleepable to call sleepable kfunc second");
	struct compare_result *result = compare();
	assert_int_equal(result->kfunc_cells.outcomes[COMPARE_UNEXPLAINED], 1);
	assert_string_equal(result->differences[0].name, "first");
	compare_result_destroy(result);
}

/* Another cell of the image shows a metadata kfunc. This explains the early answer here. */
static void test_device_first(void **state)
{
	(void)state;
	set_cell(&predicted, FIRST, XDP, CELL_CONDITIONAL, 0, METADATA, "why");
	set_cell(&probed, FIRST, XDP, CELL_CONDITIONAL, 22, "device-bound", NEEDS_DEVICE);
	set_cell(&predicted, FIRST, MEMBER, CELL_REFUSED, 0, UNREGISTERED, "why");
	set_cell(&probed, FIRST, MEMBER, CELL_IMPOSSIBLE, 22, "device-bound", NEEDS_DEVICE);
	struct compare_result *result = compare();
	assert_int_equal(result->difference_cnt, 1);
	assert_string_equal(result->differences[0].rule->id, "device-first");
	assert_true(compare_result_holds(result));
	compare_result_destroy(result);
}

static void expect_whole(enum cell_state member, const char *member_rule, int context,
	enum cell_state loaded, bool explained)
{
	setup(NULL);
	set_cell(&predicted, FIRST, context, CELL_CONDITIONAL, 0, PARTLY, "why");
	set_cell(&predicted, FIRST, MEMBER, member, 0, member_rule, "why");
	set_cell(&probed, FIRST, MEMBER, member, 13, "sleepable", NEEDS_SLEEP);
	set_cell(&probed, FIRST, context, loaded, 13, "kfunc-not-allowed", "is not allowed");
	struct compare_result *result = compare();
	assert_int_equal(result->difference_cnt, 1);
	assert_int_equal(result->differences[0].rule != NULL, explained);
	if (explained)
		assert_string_equal(result->differences[0].rule->id, "one-member");
	compare_result_destroy(result);
}

static void test_one_member(void **state)
{
	(void)state;
	expect_whole(CELL_REFUSED, UNREGISTERED, WHOLE, CELL_REFUSED, true);
	expect_whole(CELL_PERMITTED, NULL, WHOLE, CELL_LOADABLE, true);
	expect_whole(CELL_PERMITTED, NULL, WHOLE, CELL_REFUSED, false);
	expect_whole(CELL_REFUSED, UNREGISTERED, WHOLE, CELL_PERMITTED, false);
	/* The member may make the call only in the sleepable form. */
	expect_whole(CELL_CONDITIONAL, SLEEPER, WHOLE_SLEEPABLE, CELL_PERMITTED, true);
	expect_whole(CELL_CONDITIONAL, SLEEPER, WHOLE, CELL_PERMITTED, false);
}

/* A context that differs is one difference, and decides all its cells. */
static void test_contexts(void **state)
{
	(void)state;
	predicted.contexts[XDP].state = SUPPORT_UNSUPPORTED;
	predicted.contexts[XDP].reason = "there is no such thing";
	for (int i = 0; i < KFUNC_CNT; i++)
		set_cell(&predicted, i, XDP, CELL_UNSUPPORTED, 0, NULL, NULL);
	probed.contexts[MEMBER].state = SUPPORT_BLOCKED;
	probed.contexts[MEMBER].reason = "EPERM: this process lacks CAP_BPF";
	probed.contexts[MEMBER].errnum = 1;
	for (int i = 0; i < KFUNC_CNT; i++)
		set_cell(&probed, i, MEMBER, CELL_BLOCKED, 0, NULL, NULL);
	struct compare_result *result = compare();
	assert_int_equal(result->difference_cnt, 1);
	assert_int_equal(result->differences[0].subject, COMPARE_SUBJECT_CONTEXT);
	assert_int_equal(result->differences[0].cell_cnt, KFUNC_CNT);
	assert_int_equal(result->kfunc_cells.outcomes[COMPARE_UNEXPLAINED], KFUNC_CNT);
	assert_int_equal(result->kfunc_cells.outcomes[COMPARE_UNKNOWN_PROBED], KFUNC_CNT);
	assert_int_equal(result->contexts.outcomes[COMPARE_UNKNOWN_PROBED], 1);
	assert_int_equal(result->unknown_cnt, 2);
	assert_int_equal(result->unknowns[0].subject, COMPARE_SUBJECT_CONTEXT);
	assert_string_equal(result->unknowns[0].rule->id, "policy-context");
	assert_int_equal(result->unknowns[1].cnt, KFUNC_CNT);
	assert_string_equal(result->unknowns[1].rule->id, "policy");
	compare_result_destroy(result);
}

static void test_missing_context(void **state)
{
	(void)state;
	probed.snapshot.context_cnt--;
	struct compare_result *result = compare();
	assert_int_equal(result->contexts.outcomes[COMPARE_UNEXPLAINED], 1);
	assert_false(compare_result_holds(result));
	compare_result_destroy(result);
	probed.facts[0] = "filtered";
	probed.snapshot.fact_cnt = 1;
	result = compare();
	assert_int_equal(result->contexts.outcomes[COMPARE_UNASKED], 1);
	assert_true(compare_result_holds(result));
	compare_result_destroy(result);
}

static const char *why_alone(void)
{
	struct compare_result *result = compare();
	const char *id;

	assert_int_equal(result->difference_cnt, 1);
	assert_int_equal(result->differences[0].subject, COMPARE_SUBJECT_KFUNC);
	assert_int_equal(result->differences[0].cell_cnt, CONTEXT_CNT);
	id = result->differences[0].rule ? result->differences[0].rule->id : "";
	compare_result_destroy(result);
	return id;
}

static void test_functions_of_one_side(void **state)
{
	setup(state);
	probed.snapshot.kfunc_cnt = 1;
	assert_string_equal(why_alone(), "");
	predicted.kfuncs[SECOND].module = "nf_nat";
	assert_string_equal(why_alone(), "module-not-loaded");
	/* Another function of the module shows that it is loaded. */
	probed.kfuncs[FIRST].module = predicted.kfuncs[FIRST].module = "nf_nat";
	assert_string_equal(why_alone(), "");

	setup(state);
	probed.snapshot.kfunc_cnt = 1;
	predicted.kfuncs[SECOND].found_by = 1u << KFUNC_SOURCE_SET;
	assert_string_equal(why_alone(), "no-tags");
	probed.facts[0] = "kfunc_tags";
	probed.snapshot.fact_cnt = 1;
	assert_string_equal(why_alone(), "");

	setup(state);
	predicted.snapshot.kfunc_cnt = 1;
	assert_string_equal(why_alone(), "");
	probed.kfuncs[SECOND].module = "nf_nat";
	assert_string_equal(why_alone(), "module-not-given");
	predicted.facts[0] = "modules";
	predicted.snapshot.fact_cnt = 1;
	assert_string_equal(why_alone(), "");
}

/* Only the JIT's message explains a missing context that the image has. */
static void test_jit_lacks(void **state)
{
	(void)state;
	probed.contexts[MEMBER].state = SUPPORT_UNSUPPORTED;
	probed.contexts[MEMBER].reason = "attach to unsupported member one of struct T";
	probed.contexts[MEMBER].rule = "member-refused";
	for (int i = 0; i < KFUNC_CNT; i++)
		set_cell(&probed, i, MEMBER, CELL_UNSUPPORTED, 0, NULL, NULL);
	struct compare_result *result = compare();
	assert_false(compare_result_holds(result));
	compare_result_destroy(result);
	probed.contexts[MEMBER].reason = "Private stack not supported by jit";
	probed.contexts[MEMBER].rule = "no-jit-private-stack";
	result = compare();
	assert_true(compare_result_holds(result));
	assert_string_equal(result->differences[0].rule->id, "jit-lacks");
	assert_int_equal(result->kfunc_cells.outcomes[COMPARE_EXPLAINED], KFUNC_CNT);
	compare_result_destroy(result);
}

/* A listed name without a load is not a difference. A listed name that a load refused is one. */
static void test_only_listed(void **state)
{
	(void)state;
	predicted.snapshot.kfunc_cnt = 1;
	probed.kfuncs[SECOND].found_by = 1u << KFUNC_SOURCE_SHIPPED;
	probed.facts[0] = "kfunc_tags";
	probed.snapshot.fact_cnt = 1;
	assert_string_equal(why_alone(), "");
	for (int i = 0; i < CONTEXT_CNT; i++)
		probed.cells[SECOND][i].state = i ? CELL_IMPOSSIBLE : CELL_UNSUPPORTED;
	assert_string_equal(why_alone(), "only-listed");
	probed.kfuncs[SECOND].found_by |= 1u << KFUNC_SOURCE_TAG;
	assert_string_equal(why_alone(), "");
}

/* Without BTF, no program can call the functions of the image. A callable one would be missing. */
static void test_no_btf(void **state)
{
	(void)state;
	predicted.snapshot.kernel.btf_sha256 = probed.snapshot.kernel.btf_sha256 = NULL;
	probed.snapshot.kfunc_cnt = 1;
	assert_string_equal(why_alone(), "");
	for (int i = 0; i < CONTEXT_CNT; i++)
		predicted.cells[SECOND][i].state = CELL_IMPOSSIBLE;
	assert_string_equal(why_alone(), "no-btf");
}

/* If no call is possible, an unknown context of the image does not matter. */
static void test_no_program_either_way(void **state)
{
	(void)state;
	predicted.contexts[XDP].state = SUPPORT_UNKNOWN;
	probed.contexts[XDP].state = SUPPORT_UNSUPPORTED;
	for (int i = 0; i < KFUNC_CNT; i++) {
		predicted.cells[i][XDP].state = CELL_IMPOSSIBLE;
		probed.cells[i][XDP].state = CELL_UNSUPPORTED;
	}
	struct compare_result *result = compare();
	assert_int_equal(result->difference_cnt, KFUNC_CNT);
	for (int i = 0; i < KFUNC_CNT; i++)
		assert_string_equal(result->differences[i].rule->id, "no-program-either-way");
	compare_result_destroy(result);
	predicted.cells[FIRST][XDP].state = CELL_PERMITTED;
	result = compare();
	assert_false(compare_result_holds(result));
	compare_result_destroy(result);
}

static void test_flags(void **state)
{
	(void)state;
	probed.kfuncs[FIRST].flag_cnt = 1;
	struct compare_result *result = compare();
	assert_int_equal(result->difference_cnt, 1);
	assert_int_equal(result->differences[0].subject, COMPARE_SUBJECT_FLAG);
	assert_string_equal(result->differences[0].flag, "KF_SLEEPABLE");
	assert_false(compare_result_holds(result));
	compare_result_destroy(result);
	/* The image knows more flags than loads prove. */
	predicted.kfuncs[FIRST].flag_cnt = predicted.kfuncs[SECOND].flag_cnt = 1;
	result = compare();
	assert_true(compare_result_holds(result));
	compare_result_destroy(result);
}

/* Reasons that differ only in the name of the function are counted together. */
static void test_reasons(void **state)
{
	(void)state;
	set_cell(&probed, FIRST, XDP, CELL_UNKNOWN, 22, "no-address",
		"cannot find address for kernel function first");
	set_cell(&probed, SECOND, XDP, CELL_UNKNOWN, 22, "no-address",
		"cannot find address for kernel function second");
	set_cell(&probed, SECOND, MEMBER, CELL_UNKNOWN, 12, "resource", "no memory");
	struct compare_result *result = compare();
	assert_int_equal(result->unknown_cnt, 2);
	assert_string_equal(
		result->unknowns[0].reason, "cannot find address for kernel function ...");
	assert_int_equal(result->unknowns[0].cnt, 2);
	assert_string_equal(result->unknowns[1].reason, "no memory");
	assert_true(compare_result_holds(result));
	compare_result_destroy(result);
}

static void expect_refused(const char *words)
{
	struct compare_result *result = NULL;
	struct error *error = compare_prediction(&predicted.snapshot, &probed.snapshot, &result);

	assert_non_null(error);
	assert_null(result);
	assert_int_equal(error->code, ERROR_INPUT);
	assert_non_null(strstr(error->what, words));
	error_free(error);
}

static void test_other_kernels(void **state)
{
	setup(state);
	probed.snapshot.source_kind = "scanned";
	expect_refused("not probed");
	setup(state);
	predicted.snapshot.source_kind = "probed";
	expect_refused("not scanned");
	setup(state);
	probed.snapshot.kernel.btf_sha256 = "def";
	expect_refused("two kernels");
	probed.snapshot.kernel.btf_sha256 = NULL;
	compare_result_destroy(compare());
	probed.snapshot.kernel.version = "#2";
	expect_refused("two kernels");
}

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < compare_rule_cnt; i++) {
		assert_non_null(compare_rules[i].explains);
		assert_true(strlen(compare_rules[i].sentence) > 20);
		assert_non_null(strchr(compare_rules[i].source, ' '));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(compare_rules[i].id, compare_rules[k].id);
	}
}

static void test_text(void **state)
{
	(void)state;
	set_cell(&predicted, FIRST, XDP, CELL_PERMITTED, 0, "registered", "registered for hook XDP");
	set_cell(&probed, FIRST, XDP, CELL_REFUSED, 13, "kfunc-not-allowed", "is\x1b[31m not allowed");
	set_cell(&probed, SECOND, XDP, CELL_UNKNOWN, 12, "resource", "no memory");
	struct compare_result *result = compare();
	const struct compare_row rows[] = {
		{"amd64-6.12", result, NULL}, {"amd64-7.2-cloud", NULL, "it did not boot"}};
	_cleanup_buf_ struct buf out = {0};
	render_compare_table(rows, ARRAY_SIZE(rows), &out);
	render_compare_details("amd64-6.12", result, false, &out);
	assert_string_equal(buf_text(&out),
		"kernel           contexts  probed  predicted  agree  explained  unexplained"
		"  image unknown  kernel unknown\n"
		"amd64-6.12              4       8          8      6          0            1"
		"              0               1\n"
		"amd64-7.2-cloud  it did not boot\n"
		"amd64-6.12:\n"
		"        1 cell  unknown to the running kernel: no memory (second @ xdp)\n"
		"  cell first @ xdp: unexplained\n"
		"    predicted  permitted: registered for hook XDP\n"
		"    probed     refused: is\\x1b[31m not allowed (errno 13)\n");
	compare_result_destroy(result);
}

static void test_json(void **state)
{
	(void)state;
	set_cell(&predicted, FIRST, XDP, CELL_PERMITTED, 0, "registered", "registered for hook XDP");
	set_cell(&probed, FIRST, XDP, CELL_REFUSED, 13, "kfunc-not-allowed", "bad \xff byte");
	struct compare_result *result = compare();
	_cleanup_buf_ struct buf out = {0};
	render_compare_json("amd64-6.12", result, &out);
	json_t *root = json_loads(buf_text(&out), 0, NULL);
	assert_non_null(root);
	assert_true(json_is_false(json_object_get(root, "holds")));
	json_t *cells = json_object_get(root, "cells");
	assert_int_equal(json_integer_value(json_object_get(cells, "agree")), 7);
	assert_int_equal(json_integer_value(json_object_get(cells, "unexplained")), 1);
	json_t *one = json_array_get(json_object_get(root, "differences"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "name")), "first");
	assert_true(json_is_null(json_object_get(one, "explained_by")));
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(one, "probed"), "line")),
		"bad ? byte");
	json_decref(root);
	compare_result_destroy(result);
}

/* Helpers use the same rules and separate counts. No helpers on one side: they were not probed. */
static void test_helpers(void **state)
{
	static const struct evidence sleeper = {.line = "why", .rule = HELPER_SLEEPER},
				     partly = {.line = "why", .rule = HELPER_PARTLY},
				     asleep = {.line = "helper call might sleep in a non-sleepable prog",
					     .rule = "sleepable"};
	struct cell cells[2][CONTEXT_CNT] = {
		{{CELL_CONDITIONAL, true, &sleeper}, {CELL_CONDITIONAL, true, &partly},
			{CELL_PERMITTED, true, NULL}, {CELL_REFUSED, true, NULL}},
		{{CELL_CONDITIONAL, false, &asleep}, {CELL_PERMITTED, false, NULL},
			{CELL_LOADABLE, false, NULL}, {CELL_PERMITTED, false, NULL}}};
	struct snapshot_helper helpers[2] = {{.name = "bpf_one", .id = 1, .cells = cells[0]},
		{.name = "bpf_one", .id = 1, .cells = cells[1]}};

	(void)state;
	predicted.snapshot.helpers = &helpers[0];
	predicted.snapshot.helper_cnt = 1;
	struct compare_result *result = compare();
	assert_int_equal(result->helper_cells.outcomes[COMPARE_UNASKED], CONTEXT_CNT);
	assert_true(compare_result_holds(result));
	compare_result_destroy(result);
	probed.snapshot.helpers = &helpers[1];
	probed.snapshot.helper_cnt = 1;
	result = compare();
	assert_int_equal(result->helper_cells.outcomes[COMPARE_AGREE], 2);
	assert_int_equal(result->helper_cells.outcomes[COMPARE_EXPLAINED], 1);
	assert_int_equal(result->helper_cells.outcomes[COMPARE_UNEXPLAINED], 1);
	assert_int_equal(result->kfunc_cells.outcomes[COMPARE_AGREE], KFUNC_CNT * CONTEXT_CNT);
	assert_false(compare_result_holds(result));
	compare_result_destroy(result);
	/* Two different ids: each side has a helper that the other lacks. */
	helpers[1].id = 2;
	result = compare();
	assert_int_equal(result->helper_cells.outcomes[COMPARE_UNEXPLAINED], 2 * CONTEXT_CNT);
	assert_int_equal(result->differences[0].subject, COMPARE_SUBJECT_HELPER);
	compare_result_destroy(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_helpers, setup),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test_setup(test_arguments_first_elsewhere, setup),
		cmocka_unit_test_setup(test_device_first, setup),
		cmocka_unit_test(test_one_member),
		cmocka_unit_test_setup(test_contexts, setup),
		cmocka_unit_test_setup(test_missing_context, setup),
		cmocka_unit_test(test_functions_of_one_side),
		cmocka_unit_test_setup(test_only_listed, setup),
		cmocka_unit_test_setup(test_jit_lacks, setup),
		cmocka_unit_test_setup(test_no_btf, setup),
		cmocka_unit_test_setup(test_no_program_either_way, setup),
		cmocka_unit_test_setup(test_flags, setup),
		cmocka_unit_test_setup(test_reasons, setup),
		cmocka_unit_test(test_other_kernels),
		cmocka_unit_test(test_rules),
		cmocka_unit_test_setup(test_text, setup),
		cmocka_unit_test_setup(test_json, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
