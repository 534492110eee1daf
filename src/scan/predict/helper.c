/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of helpers: the answers of the program type's get_func_proto(). */
#include "inventory/inventory.h"
#include "scan/predict/parts.h"
#include "util/buf.h"

#include <string.h>

static struct error *helper_ask(struct predict *predict, const struct helper_place *place,
	uint32_t func_id, struct helper_verdict *ret)
{
	const struct predict_source *source = predict->source;

	if (source->ask_helper)
		return source->ask_helper(source->helper_code, func_id, place, ret);
	*ret = (struct helper_verdict) {.answer = HELPER_NOT_RUN,
		.why = "the kernel's code, which decides about helpers, was not read"};
	return NULL;
}

static void add_dependences(const struct helper_verdict *verdict, struct buf *text)
{
	const char *before = ", depending on ";

	for (size_t i = 0; i < HELPER_FIELD_CNT; i++) {
		if (!(verdict->fields >> i & 1) || !*helper_field_words(i))
			continue;
		buf_printf(text, "%s%s", before, helper_field_words(i));
		before = " and ";
	}
	before = "; needs ";
	for (unsigned int i = 0; i < HELPER_CAPABILITY_CNT; i++) {
		if (!(verdict->capabilities >> i & 1))
			continue;
		const char *name = helper_capability_name(i);
		buf_printf(text, name ? "%s%s" : "%sa capability without a name", before, name);
		before = " and ";
	}
	if (verdict->lockdown)
		buf_puts(text, "; not under lockdown");
	if (verdict->gpl_only)
		buf_puts(text, "; GPL only");
}

static const struct {
	enum cell_state state;
	enum predict_rule rule;
	const char *words;
} answers[] = {
	[HELPER_UNKNOWN] = {CELL_UNKNOWN, PREDICT_HELPER_UNKNOWN, ""},
	[HELPER_NOT_RUN] = {CELL_UNKNOWN, PREDICT_HELPER_NOT_RUN, ""},
	[HELPER_GIVEN] = {CELL_PERMITTED, PREDICT_HELPER_GIVEN, "given by"},
	[HELPER_REFUSED] = {CELL_REFUSED, PREDICT_HELPER_NOT_GIVEN, "not given by"},
	[HELPER_NO_FUNCTION] = {CELL_REFUSED, PREDICT_HELPER_NO_FUNCTION,
		"programs of this type have no get_func_proto()"},
	/* Another target may permit the same program. */
	[HELPER_NOT_ALLOWED] = {CELL_CONDITIONAL, PREDICT_HELPER_TARGET,
		"allowed() of the prototype refuses a program with this target; given by"},
	[HELPER_ATTACH_TYPE] = {CELL_REFUSED, PREDICT_HELPER_FUNC_IP,
		"check_get_func_ip() refuses programs of this attach type; given by"},
};

static struct prediction helper_describe(struct predict *predict, const struct helper_verdict *verdict)
{
	_cleanup_buf_ struct buf text = {0};

	if (verdict->answer == HELPER_UNKNOWN || verdict->answer == HELPER_NOT_RUN) {
		buf_puts(&text, verdict->why ? verdict->why : "");
	} else if (verdict->answer == HELPER_NO_FUNCTION) {
		buf_puts(&text, answers[verdict->answer].words);
	} else {
		buf_printf(&text, "%s %s()", answers[verdict->answer].words,
			verdict->function ? verdict->function : "a function without a name");
		add_dependences(verdict, &text);
	}
	predict->no_memory |= text.failed;
	return prediction_make(predict, answers[verdict->answer].state,
		answers[verdict->answer].rule, "%s", buf_text(&text));
}

/* Consecutive helpers often have equal answers: the texts of the last few are kept. */
static struct prediction describe_once(struct predict *predict, struct predict_context *context,
	const struct helper_verdict *verdict)
{
	for (size_t i = 0; i < PREDICT_KEPT_CNT; i++) {
		const struct helper_verdict *kept = &context->kept[i].verdict;
		if (context->kept[i].prediction.state != CELL_NONE &&
			kept->answer == verdict->answer && kept->fields == verdict->fields &&
			kept->capabilities == verdict->capabilities &&
			kept->gpl_only == verdict->gpl_only &&
			kept->lockdown == verdict->lockdown &&
			kept->function == verdict->function && kept->why == verdict->why)
			return context->kept[i].prediction;
	}
	struct prediction prediction = helper_describe(predict, verdict);
	size_t place = context->kept_cnt++ % PREDICT_KEPT_CNT;
	context->kept[place].verdict = *verdict;
	context->kept[place].prediction = prediction;
	return prediction;
}

/*
 * check_helper_call() refuses bpf_tail_call() to a program whose function takes a reference
 * (prepare_arg_info(), kernel/bpf/bpf_struct_ops.c: an argument NAME__ref of its stub, since 6.15).
 */
#define REF_SUFFIX "__ref"

static bool takes_reference(const struct kbtf *btf, uint32_t type_id, const char *member)
{
	_cleanup_buf_ struct buf name = {0};
	uint32_t aux = kbtf_find(btf, "bpf_ctx_arg_aux", BTF_KIND_STRUCT);

	buf_printf(&name, "%s__%s", kbtf_name(btf, kbtf_type(btf, type_id)), member);
	const struct btf_type *func =
		kbtf_type(btf, kbtf_find(btf, buf_text(&name), BTF_KIND_FUNC));
	const struct btf_type *proto = func ? kbtf_type(btf, func->type) : NULL;
	if (!proto || kbtf_kind(proto) != BTF_KIND_FUNC_PROTO ||
		!kbtf_find_member(btf, aux, "refcounted", NULL, NULL))
		return false;
	const struct btf_param *params = kbtf_tail(proto);
	for (uint32_t i = 0; i < kbtf_vlen(proto); i++) {
		const char *param = kbtf_string(btf, params[i].name_off);
		size_t len = strlen(param), suffix = strlen(REF_SUFFIX);
		if (len > suffix && !strcmp(param + len - suffix, REF_SUFFIX))
			return true;
	}
	return false;
}

/* Can a program of the context attach to another target than this one? */
static bool helper_has_other_targets(const struct predict_context *context)
{
	enum target_kind kind = context->base.row->target;

	return kind == TARGET_FUNC || kind == TARGET_FUNC_SLEEPABLE || kind == TARGET_FUNC_MODIFY ||
		kind == TARGET_LSM || kind == TARGET_LSM_SLEEPABLE;
}

static struct error *predict_one(struct predict *predict, struct predict_context *context,
	const struct helper_place *place, uint32_t func_id, struct prediction *ret)
{
	struct helper_verdict verdict;
	struct error *error = helper_ask(predict, place, func_id, &verdict);

	if (error)
		return error;
	bool asleep = verdict.answer == HELPER_GIVEN && verdict.might_sleep && !place->sleepable;
	*ret = asleep ? context->might_sleep : describe_once(predict, context, &verdict);
	if (verdict.answer == HELPER_NOT_ALLOWED && !helper_has_other_targets(context))
		ret->state = CELL_REFUSED;
	return NULL;
}

/* The combined answer of the functions of one struct_ops type. */
static void helper_merge(struct predict *predict, const struct prediction *one, struct prediction *all)
{
	if (all->state == CELL_NONE || one->state == CELL_UNKNOWN)
		*all = *one;
	else if (all->state != one->state && all->state != CELL_UNKNOWN)
		*all = predict->helper_partly;
}

/* A whole struct_ops type: combines each function that a program may implement. */
static struct error *predict_members(struct predict *predict, struct predict_context *context,
	struct helper_place *place, uint32_t func_id, struct prediction *ret)
{
	const struct kbtf *btf = predict->source->kernel->btf;
	const struct btf_type *type = kbtf_type(btf, context->base.type_id);
	const struct btf_member *members = type ? kbtf_tail(type) : NULL;
	struct error *error = NULL;

	ret->state = CELL_NONE;
	for (uint32_t i = 0; type && i < kbtf_vlen(type) && !error; i++) {
		struct prediction one = {CELL_NONE, NULL};
		if ((context->base.member >= 0 && (uint32_t)context->base.member != i) ||
			!kbtf_is_function_pointer(btf, members[i].type) ||
			!predict_may_implement(predict, context, i))
			continue;
		place->base.attach_type = i;
		place->base.member_bytes = predict_member_bytes(btf, context->base.type_id, i);
		place->base.attach_btf_id = context->base.type_id;
		place->attach_name = kbtf_string(btf, members[i].name_off);
		error = predict_one(predict, context, place, func_id, &one);
		if (func_id == BPF_FUNC_tail_call && one.state == CELL_PERMITTED &&
			takes_reference(btf, context->base.type_id, place->attach_name))
			one = predict->tail_call;
		helper_merge(predict, &one, ret);
	}
	if (ret->state == CELL_NONE)
		*ret = predict->helper_unknown;
	return error;
}

static struct error *helper_predict_cell(struct predict *predict, struct predict_context *context,
	uint32_t func_id, struct prediction *ret)
{
	struct helper_place place = {
		.base = context->places[0],
		.sleepable = context->base.row->prog_flags & BPF_F_SLEEPABLE,
		.attach_name = context->target,
	};

	if (context->blocked.state != CELL_NONE) {
		*ret = context->blocked;
		return NULL;
	}
	if (context->base.row->target == TARGET_STRUCT_OPS)
		return predict_members(predict, context, &place, func_id, ret);
	return predict_one(predict, context, &place, func_id, ret);
}

struct error *predict_helpers(struct predict *predict)
{
	struct snapshot *snapshot = predict->snapshot;
	struct error *error = NULL;

	if (!predict->source->kernel->btf)
		return NULL;
	predict->helper_partly = prediction_make(predict, CELL_CONDITIONAL, PREDICT_HELPER_SOME,
		"get_func_proto() gives it to only some functions of this struct_ops type");
	predict->helper_unknown = prediction_make(predict, CELL_UNKNOWN, PREDICT_HELPER_NO_MEMBER,
		"no function of this struct_ops type that a program may implement was found");
	predict->tail_call = prediction_make(predict, CELL_REFUSED, PREDICT_HELPER_MEMBER,
		"check_helper_call() refuses tail calls in a function that takes a reference (__ref)");
	error = helpers_find(predict->source->kernel, NULL, 0, snapshot);
	for (size_t i = 0; i < snapshot->helper_cnt && !error; i++) {
		error = predict_interrupted(predict);
		for (size_t j = 0; j < predict->context_cnt && !error; j++) {
			struct prediction one = {CELL_NONE, NULL};
			error = helper_predict_cell(
				predict, &predict->contexts[j], snapshot->helpers[i].id, &one);
			snapshot->helpers[i].cells[j] =
				(struct cell) {one.state, true, one.evidence};
		}
	}
	return error;
}
