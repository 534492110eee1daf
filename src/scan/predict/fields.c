/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks behind the allow check: fields of map values that the verifier keeps from programs. */
#include <string.h>

#include "scan/predict/parts.h"

/* Which of the verifier's refusals are in the image. */
struct refusals {
	const struct map_field_info *field;
	bool known; /* false: the verifier's texts were not read */
	bool tracing, socket, sleepable;
	/* If the words are of another field: may a tracing program have this one, by the code? */
	enum tristate passes_tracing;
	struct prediction inside, neither, unknown; /* of a program that is refused */
};

/* bpf_map_meta_alloc() refused a lock in a map inside a map until struct btf_record replaced this (6.2). */
static bool keeps_locks_outside(const struct kbtf *btf)
{
	uint32_t map = kbtf_find(btf, "bpf_map", BTF_KIND_STRUCT);

	return map && kbtf_find_member(btf, map, "spin_lock_off", NULL, NULL);
}

static struct error *refusals_init(
	struct predict *predict, const struct map_field_info *field, struct refusals *ret)
{
	const struct predict_source *source = predict->source;

	*ret = (struct refusals) {
		.field = field,
		.known = predict_texts_are_known(predict),
		.tracing = predict_verifier_says(predict, field->tracing),
		.socket = predict_verifier_says(predict, field->socket),
		.passes_tracing = field->field_type ? TRISTATE_UNKNOWN : TRISTATE_NO,
		.sleepable = predict_verifier_says(predict, field->sleepable),
		.unknown = prediction_make(predict, CELL_UNKNOWN, PREDICT_MAP_FIELD_UNKNOWN,
			"whether such a program may refer to a map with a %s is unknown",
			field->type),
	};
	/* Before 5.11, one message was for both. */
	ret->socket |= field->socket && ret->tracing;
	ret->inside = prediction_make(predict, CELL_CONDITIONAL, PREDICT_MAP_FIELD,
		"the verifier keeps a map with a %s from such a program; only a map inside a map "
		"may have it",
		field->type);
	ret->neither = prediction_make(predict, CELL_IMPOSSIBLE, PREDICT_MAP_FIELD,
		"the verifier keeps a map with a %s from such a program, and a map inside a map "
		"cannot have it",
		field->type);
	return field->field_type && ret->tracing && source->traces_with_field
		? source->traces_with_field(source->code, field->field_type, &ret->passes_tracing)
		: NULL;
}

static bool are_asked_of(const struct predict_context *context)
{
	return map_field_is_tracing(context->prog_type) ||
		context->prog_type == PROG_TYPE_SOCKET_FILTER ||
		context->base.row->prog_flags & BPF_F_SLEEPABLE;
}

static bool are_about(const struct refusals *refusals, const struct predict_context *context)
{
	return (refusals->tracing && map_field_is_tracing(context->prog_type)) ||
		(refusals->socket && context->prog_type == PROG_TYPE_SOCKET_FILTER) ||
		(refusals->sleepable && context->base.row->prog_flags & BPF_F_SLEEPABLE);
}

/* May a program of the context allocate an object, which may have the field? */
static enum tristate allocates(
	const struct predict *predict, const struct refusals *refusals, size_t at)
{
	static const char *const names[] = {"bpf_obj_new", "bpf_obj_new_impl"};
	enum tristate answer = TRISTATE_NO;

	for (size_t i = 0; refusals->field->in_objects && i < 2; i++) {
		const struct snapshot_kfunc *kfunc =
			snapshot_find_kfunc(predict->snapshot, names[i]);
		if (kfunc && cell_state_usable(kfunc->cells[at].state))
			return TRISTATE_YES;
		if (kfunc && !cell_state_definite(kfunc->cells[at].state))
			answer = TRISTATE_UNKNOWN;
	}
	return answer;
}

static struct prediction weigh(
	const struct predict *predict, const struct refusals *refusals, size_t at)
{
	const struct predict_context *context = &predict->contexts[at];
	const struct prediction same = {CELL_NONE, NULL};

	if (!refusals->known)
		return are_asked_of(context) ? refusals->unknown : same;
	if (!are_about(refusals, context))
		return same;
	if (refusals->passes_tracing == TRISTATE_YES && map_field_is_tracing(context->prog_type))
		return same;
	/* One condition is for all programs, or it is not known. */
	if (refusals->passes_tracing != TRISTATE_NO)
		return refusals->unknown;
	switch (allocates(predict, refusals, at)) {
	case TRISTATE_YES:
		return same;
	case TRISTATE_UNKNOWN:
		return refusals->unknown;
	default:
		return refusals->field->in_objects &&
				keeps_locks_outside(predict->source->kernel->btf)
			? refusals->neither
			: refusals->inside;
	}
}

static void lower(const struct predict *predict, const char *name, enum map_field field,
	const struct prediction *predictions, struct cell *cells)
{
	if (map_field_of_call(name) != field)
		return;
	for (size_t i = 0; i < predict->context_cnt; i++) {
		if (cells[i].state == CELL_PERMITTED && predictions[i].state != CELL_NONE)
			cells[i] = (struct cell) {
				predictions[i].state, true, predictions[i].evidence};
	}
}

static void lower_rows(
	const struct predict *predict, enum map_field field, const struct prediction *predictions)
{
	struct snapshot *snapshot = predict->snapshot;

	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		lower(predict, snapshot->helpers[i].name, field, predictions,
			snapshot->helpers[i].cells);
	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		lower(predict, snapshot->kfuncs[i].name, field, predictions,
			snapshot->kfuncs[i].cells);
}

/* The compiler leaves the text out of a kernel without PREEMPT_RT. */
static bool refuses_timers(struct predict *predict)
{
	const struct kernel *kernel = predict->source->kernel;
	bool is_not_rt = kernel->environment.config_source &&
		!kernel_config_value(kernel, "CONFIG_PREEMPT_RT");

	return !is_not_rt && predict_verifier_says(predict, MAP_FIELD_TIMER_RT);
}

static struct error *predict_field(
	struct predict *predict, enum map_field field, struct prediction *predictions)
{
	struct snapshot *snapshot = predict->snapshot;
	struct refusals refusals;

	if (field == MAP_FIELD_TIMER && refuses_timers(predict)) {
		struct prediction never = prediction_make(
			predict, CELL_IMPOSSIBLE, PREDICT_TIMER_RT, "%s", MAP_FIELD_TIMER_RT);
		for (size_t i = 0; i < predict->context_cnt; i++)
			predictions[i] = never;
		lower_rows(predict, field, predictions);
		return snapshot_add_feature(snapshot, &snapshot->features, "timer",
			       SUPPORT_UNSUPPORTED, 0, MAP_FIELD_TIMER_RT)
			? NULL
			: error_no_memory();
	}
	struct error *error = refusals_init(predict, &map_fields[field], &refusals);
	for (size_t i = 0; i < predict->context_cnt && !error; i++)
		predictions[i] = weigh(predict, &refusals, i);
	if (!error)
		lower_rows(predict, field, predictions);
	return error;
}

struct error *predict_fields(struct predict *predict)
{
	struct prediction *predictions =
		pool_calloc(predict->pool, predict->context_cnt + 1, sizeof(*predictions));
	struct error *error = predictions ? NULL : error_no_memory();

	for (enum map_field field = 0; field < MAP_FIELD_CNT && !error; field++)
		error = predict_field(predict, field, predictions);
	return error;
}
