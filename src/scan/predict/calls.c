/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks behind the allow check that no argument changes. */
#include <fnmatch.h>
#include <string.h>

#include "scan/predict/parts.h"
#include "util/array.h"

#define MAP_TYPE_PROG_ARRAY 3 /* BPF_MAP_TYPE_PROG_ARRAY, include/uapi/linux/bpf.h */

struct judge;

/* The answer about the calls of a rule in the context; state CELL_NONE: they stay as they are. */
typedef struct error *judge_fn(struct judge *judge, size_t context, struct prediction *ret);

struct judge {
	struct predict *predict;
	struct prediction no; /* the answer of most rules, made once */
};

static bool may_sleep(const struct predict_context *context)
{
	return context->base.row->prog_flags & BPF_F_SLEEPABLE;
}

static struct error *judge_trap(struct judge *judge, size_t at, struct prediction *ret)
{
	(void)at;
	*ret = judge->no;
	return NULL;
}

static struct error *judge_packet_write(struct judge *judge, size_t at, struct prediction *ret)
{
	const struct predict *predict = judge->predict;
	const struct predict_source *source = predict->source;
	enum tristate writes = TRISTATE_UNKNOWN;
	struct error *error = source->writes_packets
		? source->writes_packets(source->code, predict->contexts[at].prog_type, &writes)
		: NULL;

	if (!error && writes == TRISTATE_NO)
		*ret = judge->no;
	return error;
}

/* check_css_task_iter_allowlist() */
static struct error *judge_css_task(struct judge *judge, size_t at, struct prediction *ret)
{
	const struct predict_context *context = &judge->predict->contexts[at];
	const struct context_row *row = context->base.row;

	if (!may_sleep(context) && row->prog_type != PROG_TYPE_LSM &&
		!(row->prog_type == PROG_TYPE_TRACING && row->attach_type == ATTACH_TRACE_ITER))
		*ret = context->css_task;
	return NULL;
}

static struct error *judge_sleepable_map(struct judge *judge, size_t at, struct prediction *ret)
{
	const struct predict *predict = judge->predict;
	const struct predict_source *source = predict->source;
	enum tristate refers = TRISTATE_UNKNOWN;

	if (!may_sleep(&predict->contexts[at]) || !source->sleeps_with_map)
		return NULL;
	struct error *error = source->sleeps_with_map(source->code, MAP_TYPE_PROG_ARRAY, &refers);
	if (!error && refers == TRISTATE_NO)
		*ret = judge->no;
	return error;
}

static struct error *judge_kernel_context(struct judge *judge, size_t at, struct prediction *ret)
{
	const struct predict *predict = judge->predict;
	uint32_t id;

	if (context_kernel_struct(predict->source->kernel->btf, predict->contexts[at].prog_type,
		    &id) == TRISTATE_NO)
		*ret = judge->no;
	return NULL;
}

/* Does it take a reference and keep it? The verifier knows the two by name. */
static bool takes_reference(const struct snapshot_kfunc *kfunc)
{
	for (size_t i = 0; i < kfunc->flag_cnt; i++) {
		if (!strcmp(kfunc->flags[i], "KF_RELEASE"))
			return true;
	}
	return !fnmatch("bpf_list_push_*", kfunc->name, 0) ||
		!fnmatch("bpf_rbtree_add*", kfunc->name, 0);
}

/* bpf_sk_release() takes a socket from a map. No kernel lets a map have one, but a module may. */
static bool maps_may_have_sockets(const struct kernel_kfuncs *kfuncs)
{
	for (size_t i = 0; i < kfuncs->dtor_cnt; i++) {
		if (strstr(kfuncs->dtors[i].type, "sock"))
			return true;
	}
	return false;
}

/*
 * The functions of a module that was not read may take references. A function of a struct_ops type
 * may give one back by returning it.
 */
static struct error *judge_unreleasable(struct judge *judge, size_t at, struct prediction *ret)
{
	const struct predict *predict = judge->predict;
	const struct snapshot *snapshot = predict->snapshot;
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	if (kfuncs->incomplete || kfuncs->unresolved_cnt ||
		!snapshot_has_fact(snapshot, "modules") ||
		predict->contexts[at].prog_type == PROG_TYPE_STRUCT_OPS ||
		maps_may_have_sockets(kfuncs))
		return NULL;
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++) {
		const struct cell *cell = &snapshot->kfuncs[i].cells[at];
		if (takes_reference(&snapshot->kfuncs[i]) &&
			(cell->state == CELL_CONDITIONAL || cell_state_usable(cell->state) ||
				!cell_state_definite(cell->state)))
			return NULL;
	}
	*ret = judge->no;
	return NULL;
}

static const struct {
	enum predict_rule rule;
	judge_fn *judge;
	const char *no; /* in words */
} judges[CALL_RULE_CNT] = {
	[CALL_RULE_TRAP] = {PREDICT_TRAP, judge_trap,
		"only the compiler calls it, for code that must not run: the verifier refuses every call"},
	[CALL_RULE_PACKET_WRITE] = {PREDICT_PACKET_WRITE, judge_packet_write,
		"may_access_direct_pkt_data() keeps programs of this type from writing to packets"},
	[CALL_RULE_CSS_TASK_ITER] = {PREDICT_CSS_TASK_ITER, judge_css_task, NULL},
	[CALL_RULE_NO_KERNEL_CONTEXT] = {PREDICT_NO_KERNEL_CONTEXT, judge_kernel_context,
		"struct bpf_ctx_convert has no struct of the kernel for this program type"},
	[CALL_RULE_SLEEPABLE_MAP] = {PREDICT_SLEEPABLE_MAP, judge_sleepable_map,
		"the verifier keeps program arrays from programs that may sleep, and no map may have one inside"},
	[CALL_RULE_UNRELEASABLE] = {PREDICT_UNRELEASABLE, judge_unreleasable,
		"it gives a reference, and no function that this context may call takes one"},
};

/*
 * May the call get an answer that no argument changes? If only some functions of a struct_ops type
 * may call a helper, that answer is about those.
 */
static bool is_allowed(const struct judge *judge, const struct cell *cell)
{
	const struct evidence *partly = judge->predict->helper_partly.evidence;

	return cell->state == CELL_PERMITTED || (partly && cell->evidence == partly);
}

static struct error *lower(
	struct judge *judge, enum call_rule rule, const char *name, struct cell *cells)
{
	struct error *error = NULL;

	if (!call_rule_is_about(rule, name))
		return NULL;
	for (size_t i = 0; i < judge->predict->context_cnt && !error; i++) {
		struct prediction answer = {CELL_NONE, NULL};
		if (is_allowed(judge, &cells[i]))
			error = judges[rule].judge(judge, i, &answer);
		if (answer.state != CELL_NONE)
			cells[i] = (struct cell) {answer.state, true, answer.evidence};
	}
	return error;
}

static struct error *lower_rows(struct judge *judge, enum call_rule rule)
{
	struct snapshot *snapshot = judge->predict->snapshot;
	struct error *error = NULL;

	for (size_t i = 0; i < snapshot->helper_cnt && !error; i++)
		error = lower(judge, rule, snapshot->helpers[i].name, snapshot->helpers[i].cells);
	for (size_t i = 0; i < snapshot->kfunc_cnt && !error; i++) {
		if (!strcmp(snapshot->kfuncs[i].module, "vmlinux"))
			error = lower(
				judge, rule, snapshot->kfuncs[i].name, snapshot->kfuncs[i].cells);
	}
	return error;
}

/* Words that the image lacks cannot be said. */
static bool is_said(struct predict *predict, enum call_rule rule)
{
	for (size_t i = 0; i < CALL_TEXT_CNT; i++) {
		if (predict_verifier_says(predict, call_rules[rule].texts[i]))
			return true;
	}
	return false;
}

struct error *predict_calls(struct predict *predict)
{
	struct error *error = NULL;

	for (enum call_rule rule = 0; rule < CALL_RULE_CNT && !error; rule++) {
		struct judge judge = {.predict = predict};
		if (!judges[rule].judge || !is_said(predict, rule))
			continue;
		if (judges[rule].no)
			judge.no = prediction_make(
				predict, CELL_IMPOSSIBLE, judges[rule].rule, "%s", judges[rule].no);
		error = lower_rows(&judge, rule);
	}
	return error;
}
