/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Predicts each cell in the order of the verifier's checks of a call. */
#include "scan/predict/parts.h"

#include <string.h>

/* The registration that the kernel finds first: COMMON, then the type's hook. */
static const struct kfunc_registration *find_registration(const struct predict *predict,
	const struct predict_context *context, const struct predict_kfunc *kfunc, uint32_t *index)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const struct kfunc_registration *found = NULL;

	for (size_t i = 0; i < kfunc->registration_cnt; i++) {
		const struct kfunc_registration *one =
			&kfuncs->registrations[kfunc->registrations[i]];
		if (one->hook != context->hook && one->hook != kfuncs->common_hook)
			continue;
		if (found && one->hook != kfuncs->common_hook)
			continue;
		found = one;
		*index = kfunc->registrations[i];
	}
	return found;
}

/* A set may be missing. For a damaged kfunc this does not matter. */
static struct prediction unregistered(
	const struct predict_context *context, const struct predict_kfunc *kfunc)
{
	if (context->unsure.state == CELL_NONE)
		return context->unregistered;
	return kfunc->damaged.state == CELL_NONE ? context->unsure : kfunc->damaged;
}

static struct prediction permitted(struct predict *predict, uint32_t index)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	const struct kfunc_registration *one = &kfuncs->registrations[index];
	const struct kfunc_set *set = &kfuncs->sets[one->set];
	struct prediction *known = &predict->registered[index];

	if (known->state == CELL_NONE && predict->source->kfuncs->jit == TRISTATE_UNKNOWN)
		*known = prediction_make(predict, CELL_UNKNOWN, PREDICT_JIT_UNKNOWN,
			"registered for hook %s, but whether this kernel's JIT supports kfuncs is unknown",
			kfuncs->hooks[one->hook]);
	else if (known->state == CELL_NONE)
		*known = prediction_make(predict, CELL_PERMITTED, PREDICT_REGISTERED,
			"registered for hook %s%s%s%s%s", kfuncs->hooks[one->hook],
			set->symbol ? " in " : "", set->symbol ? set->symbol : "",
			set->filter ? ", allowed by filter " : "", set->filter ? set->filter : "");
	return *known;
}

/* add_kfunc_call() requires a bound program before check_kfunc_call() checks flags. */
static struct prediction by_flags(struct predict *predict, const struct predict_context *context,
	const struct predict_kfunc *kfunc, uint32_t flags, struct prediction otherwise)
{
	bool sleepable = context->base.row->prog_flags & BPF_F_SLEEPABLE;

	if (kfunc->device_bound == TRISTATE_YES)
		return predict->device_bound;
	if (kfunc->device_bound == TRISTATE_UNKNOWN)
		return predict->device_unsure;
	if (flags & KFUNC_F_DESTRUCTIVE)
		return predict->destructive;
	if (flags & KFUNC_F_SLEEPABLE && !sleepable)
		return context->sleepless;
	return otherwise;
}

static struct error *cell_predict_cell(struct predict *predict, const struct predict_context *context,
	const struct predict_kfunc *kfunc, struct prediction *ret)
{
	uint32_t index = 0;

	if (kfunc->never.state != CELL_NONE || context->blocked.state != CELL_NONE) {
		*ret = context->blocked.state == CELL_UNSUPPORTED || kfunc->never.state == CELL_NONE
			? context->blocked
			: kfunc->never;
		return NULL;
	}
	const struct kfunc_registration *one = find_registration(predict, context, kfunc, &index);
	if (!one) {
		*ret = unregistered(context, kfunc);
		return NULL;
	}
	/* btf_kfunc_flags() calls no filter (kernel/bpf/btf.c, since 7.0). */
	if (one->flags & KFUNC_F_IMPLICIT_ARGS && kfunc->damaged.state != CELL_NONE) {
		*ret = kfunc->damaged;
		return NULL;
	}
	*ret = permitted(predict, index);
	struct error *error = predict_filtered(predict, context, kfunc, one, ret);
	if (!error && ret->state == CELL_PERMITTED)
		*ret = by_flags(predict, context, kfunc, one->flags, *ret);
	if (!error && ret->state == CELL_PERMITTED && kfunc->jitless.state != CELL_NONE)
		*ret = kfunc->jitless;
	return error;
}

struct error *predict_cells(
	struct predict *predict, const struct predict_kfunc *kfunc, struct cell *cells)
{
	for (size_t i = 0; i < predict->context_cnt; i++) {
		struct prediction prediction = {CELL_NONE, NULL};
		struct error *error =
			cell_predict_cell(predict, &predict->contexts[i], kfunc, &prediction);
		if (error)
			return error;
		cells[i] = (struct cell) {prediction.state, true, prediction.evidence};
	}
	return predict->no_memory ? error_no_memory() : NULL;
}
