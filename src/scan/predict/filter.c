/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters of kfunc sets. The kernel calls every filter of a hook for every kfunc of that hook
 * (btf_kfunc_id_set_contains()). Usually, a filter accepts every kfunc outside of its own sets. A
 * prediction runs the filters of the sets that register the kfunc. If the code can be followed, it
 * also runs the other filters of the hook that check this kfunc.
 */
#include "scan/predict/parts.h"

#include <string.h>

static struct predict_filter *find_filter(struct predict *predict, const struct kfunc_set *set)
{
	for (size_t i = 0; i < predict->filter_cnt; i++) {
		if (predict->filters[i].address == set->filter_address &&
			predict->filters[i].module == set->module)
			return &predict->filters[i];
	}
	return NULL;
}

static void add_filter(struct predict *predict, const struct kfunc_set *set)
{
	predict->filters[predict->filter_cnt++] = (struct predict_filter) {
		.address = set->filter_address,
		.name = set->filter,
		.module = set->module,
		.refused = prediction_make(predict, CELL_REFUSED, PREDICT_FILTER_REFUSES,
			"registered for the hook, but its filter %s() refuses it here",
			set->filter),
		.unknown = prediction_make(predict, CELL_UNKNOWN, PREDICT_FILTER_UNKNOWN,
			"the answer of its filter %s() is unknown", set->filter),
		.partly = prediction_make(predict, CELL_CONDITIONAL, PREDICT_FILTER_SOME,
			"its filter %s() allows it in only some functions of this struct_ops type",
			set->filter),
	};
}

static struct error *note_hooks(struct predict *predict)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	predict->filter_on_hook = pool_calloc(
		predict->pool, (predict->filter_cnt + 1) * (kfuncs->hook_cnt + 1), sizeof(bool));
	predict->anywhere =
		pool_calloc(predict->pool, predict->filter_cnt + 1, sizeof(*predict->anywhere));
	if (!predict->filter_on_hook || !predict->anywhere)
		return error_no_memory();
	for (size_t i = 0; i < kfuncs->registration_cnt; i++) {
		const struct kfunc_registration *one = &kfuncs->registrations[i];
		uint32_t filter = predict->filter_of_set[one->set];
		if (filter != UINT32_MAX)
			predict->filter_on_hook[filter * kfuncs->hook_cnt + one->hook] = true;
	}
	return NULL;
}

struct error *predict_filters_init(struct predict *predict)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	predict->filters =
		pool_calloc(predict->pool, kfuncs->set_cnt + 1, sizeof(*predict->filters));
	predict->filter_of_set =
		pool_calloc(predict->pool, kfuncs->set_cnt + 1, sizeof(*predict->filter_of_set));
	if (!predict->filters || !predict->filter_of_set)
		return error_no_memory();
	for (size_t i = 0; i < kfuncs->set_cnt; i++) {
		const struct kfunc_set *set = &kfuncs->sets[i];
		predict->filter_of_set[i] = UINT32_MAX;
		if (!set->filter)
			continue;
		if (!find_filter(predict, set))
			add_filter(predict, set);
		predict->filter_of_set[i] =
			(uint32_t)(find_filter(predict, set) - predict->filters);
	}
	return note_hooks(predict);
}

/* Filters of modules: their code is no longer loaded. */
static struct error *filter_ask(struct predict *predict, const struct predict_filter *filter,
	uint32_t kfunc_id, const struct kfunc_place *place, enum tristate *ret)
{
	const struct predict_source *source = predict->source;

	*ret = TRISTATE_UNKNOWN;
	if (!source->filter_refuses || filter->module)
		return NULL;
	return source->filter_refuses(source->code, filter->address, kfunc_id, place, ret);
}

/* Starts the row of a kfunc: the answers of its filters that hold for every program. */
static struct error *begin_answers(struct predict *predict, const struct predict_kfunc *kfunc)
{
	struct error *error = NULL;

	if (predict->answers_of == kfunc)
		return NULL;
	predict->answers_of = kfunc;
	predict->answer_cnt = 0;
	for (size_t i = 0; i < predict->filter_cnt && !error; i++)
		error = filter_ask(
			predict, &predict->filters[i], kfunc->btf_id, NULL, &predict->anywhere[i]);
	return error;
}

static bool same_place(const struct kfunc_place *a, const struct kfunc_place *b)
{
	return a->prog_type == b->prog_type && a->attach_type == b->attach_type &&
		a->ops == b->ops && a->member_bytes == b->member_bytes;
}

static struct error *keep_answer(struct predict *predict, const struct predict_answer *answer)
{
	struct predict_answer *list = pool_grow(predict->pool, predict->answers,
		predict->answer_cnt, &predict->answer_cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	predict->answers = list;
	list[predict->answer_cnt++] = *answer;
	return NULL;
}

/* Few filters check the attach target. It is used only if the other facts do not decide. */
static struct error *ask_cached(struct predict *predict, size_t filter, uint32_t kfunc_id,
	const struct kfunc_place *place, enum tristate *ret)
{
	struct predict_answer answer = {.filter = filter, .place = *place};
	const struct predict_filter *asked = &predict->filters[filter];
	struct error *error = NULL;
	size_t i = 0;

	answer.place.attach_btf_id = 0;
	while (i < predict->answer_cnt &&
		(predict->answers[i].filter != filter ||
			!same_place(&predict->answers[i].place, place)))
		i++;
	if (i < predict->answer_cnt) {
		answer.refuses = predict->answers[i].refuses;
	} else {
		error = filter_ask(predict, asked, kfunc_id, &answer.place, &answer.refuses);
		if (!error)
			error = keep_answer(predict, &answer);
	}
	*ret = answer.refuses;
	if (error || answer.refuses != TRISTATE_UNKNOWN || !place->attach_btf_id)
		return error;
	return filter_ask(predict, asked, kfunc_id, place, ret);
}

struct tally {
	size_t refused, passed, unknown;
};

static struct error *ask_places(struct predict *predict, const struct predict_context *context,
	size_t filter, uint32_t kfunc_id, struct tally *tally)
{
	for (size_t i = 0; i < context->place_cnt; i++) {
		enum tristate refuses;
		struct error *error =
			ask_cached(predict, filter, kfunc_id, &context->places[i], &refuses);
		if (error)
			return error;
		tally->refused += refuses == TRISTATE_YES;
		tally->passed += refuses == TRISTATE_NO;
		tally->unknown += refuses == TRISTATE_UNKNOWN;
	}
	return NULL;
}

static struct error *ask_one(struct predict *predict, const struct predict_context *context,
	size_t index, uint32_t kfunc_id, struct prediction *ret)
{
	const struct predict_filter *filter = &predict->filters[index];
	struct tally tally = {0};

	if (predict->anywhere[index] == TRISTATE_NO)
		return NULL;
	if (predict->anywhere[index] == TRISTATE_YES) {
		*ret = filter->refused;
		return NULL;
	}
	struct error *error = ask_places(predict, context, index, kfunc_id, &tally);
	if (tally.unknown)
		*ret = filter->unknown;
	else if (tally.refused && tally.passed)
		*ret = filter->partly;
	else if (tally.refused)
		*ret = filter->refused;
	return error;
}

/*
 * Does the kernel's filter matter for this kfunc? A module's filter cannot be followed. It is
 * assumed to check only its own set.
 */
static bool concerns(const struct predict *predict, size_t filter,
	const struct predict_kfunc *kfunc, const struct kfunc_registration *registration)
{
	if (predict->filter_of_set[registration->set] == filter)
		return true;
	return predict->source->filter_refuses && !predict->filters[filter].module &&
		!kfunc->module_name &&
		predict->filter_on_hook[filter * predict->source->kfuncs->hook_cnt +
			registration->hook];
}

struct error *predict_filtered(struct predict *predict, const struct predict_context *context,
	const struct predict_kfunc *kfunc, const struct kfunc_registration *registration,
	struct prediction *ret)
{
	uint32_t own = predict->filter_of_set[registration->set];
	struct error *error = begin_answers(predict, kfunc);

	for (size_t i = 0; i < predict->filter_cnt && !error; i++) {
		struct prediction verdict = {CELL_NONE, NULL};
		if (!concerns(predict, i, kfunc, registration))
			continue;
		error = ask_one(predict, context, i, kfunc->btf_id, &verdict);
		if (verdict.state == CELL_NONE || (i != own && verdict.state == CELL_UNKNOWN))
			continue;
		*ret = verdict;
		if (verdict.state == CELL_REFUSED)
			break;
	}
	return error;
}
