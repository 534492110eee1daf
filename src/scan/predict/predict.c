/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/predict/predict.h"
#include "btf/decl.h"
#include "inventory/inventory.h"
#include "scan/predict/parts.h"

#include <string.h>

static struct error *predict_describe_contexts(struct predict *predict)
{
	struct snapshot *snapshot = predict->snapshot;

	snapshot->contexts =
		pool_calloc(predict->pool, predict->context_cnt, sizeof(*snapshot->contexts));
	if (!snapshot->contexts)
		return error_no_memory();
	snapshot->context_cnt = predict->context_cnt;
	for (size_t i = 0; i < predict->context_cnt; i++) {
		const struct predict_context *context = &predict->contexts[i];
		const struct context_row *row = context->base.row;
		snapshot->contexts[i] = (struct snapshot_context) {
			.name = context->base.name,
			.program_type = prog_type_word(row->prog_type),
			.attach_type = row->attach_type == ATTACH_NONE
				? NULL
				: attach_type_word(row->attach_type),
			.target = context->target,
			.sleepable = row->prog_flags & BPF_F_SLEEPABLE,
			.state = context->base.state,
			.reason = context->base.reason,
			.rule = predict_rule_id(context->rule),
		};
	}
	return NULL;
}

static struct error *describe_flags(
	struct predict *predict, const struct predict_kfunc *kfunc, struct snapshot_kfunc *row)
{
	row->flags = pool_calloc(predict->pool, KFUNC_FLAG_CNT, sizeof(*row->flags));
	if (!row->flags)
		return error_no_memory();
	for (unsigned int bit = 0; bit < KFUNC_FLAG_CNT; bit++) {
		if (!(kfunc->flags >> bit & 1))
			continue;
		const char *name = kfunc_flag_name(bit);
		if (!name)
			name = pool_printf(predict->pool, "KF_BIT_%u", bit);
		if (!name)
			return error_no_memory();
		row->flags[row->flag_cnt++] = name;
	}
	return NULL;
}

/* The id sets that register it, without duplicates. */
static struct error *describe_sets(
	struct predict *predict, const struct predict_kfunc *kfunc, struct snapshot_kfunc *row)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;

	row->sets = pool_calloc(predict->pool, kfunc->registration_cnt + 1, sizeof(*row->sets));
	if (!row->sets)
		return error_no_memory();
	for (size_t i = 0; i < kfunc->registration_cnt; i++) {
		const struct kfunc_registration *one =
			&kfuncs->registrations[kfunc->registrations[i]];
		const char *name = kfuncs->sets[one->set].symbol;
		size_t at = 0;
		while (name && at < row->set_cnt && strcmp(row->sets[at], name))
			at++;
		if (name && at == row->set_cnt)
			row->sets[row->set_cnt++] = name;
	}
	return NULL;
}

static const char *describe_prototype(struct predict *predict, const struct predict_kfunc *kfunc)
{
	const struct kernel *kernel = predict->source->kernel;
	const struct kbtf *btf =
		kfunc->module_name ? (kfunc->module ? kfunc->module->btf : NULL) : kernel->btf;
	_cleanup_buf_ struct buf prototype = {0};

	if (!btf)
		return NULL;
	kbtf_print_func(btf, kfunc->btf_id, &prototype);
	const char *text = pool_strdup(predict->pool, buf_text(&prototype));
	predict->no_memory |= !text;
	return text;
}

static struct error *describe_kfunc(
	struct predict *predict, const struct predict_kfunc *kfunc, struct snapshot_kfunc *row)
{
	*row = (struct snapshot_kfunc) {
		.name = kfunc->name,
		.module = kfunc->module_name ? kfunc->module_name : "vmlinux",
		.prototype = describe_prototype(predict, kfunc),
		.found_by = kfunc->found_by,
		.cells = pool_calloc(predict->pool, predict->context_cnt + 1, sizeof(*row->cells)),
	};
	if (!row->cells)
		return error_no_memory();
	struct error *error = describe_flags(predict, kfunc, row);
	if (!error)
		error = describe_sets(predict, kfunc, row);
	return error ? error : predict_cells(predict, kfunc, row->cells);
}

static struct error *fill_kfuncs(struct predict *predict)
{
	struct snapshot *snapshot = predict->snapshot;
	struct error *error = predict_kfuncs_find(predict);

	if (error)
		return error;
	predict->registered = pool_calloc(predict->pool,
		predict->source->kfuncs->registration_cnt + 1, sizeof(*predict->registered));
	snapshot->kfuncs =
		pool_calloc(predict->pool, predict->kfunc_cnt + 1, sizeof(*snapshot->kfuncs));
	if (!predict->registered || !snapshot->kfuncs)
		return error_no_memory();
	if (predict->kfunc_cnt && predict->context_cnt > PREDICT_CELL_MAX / predict->kfunc_cnt)
		return error_create(ERROR_INPUT, NULL,
			"%zu kfuncs in %zu contexts: more than any kernel has", predict->kfunc_cnt,
			predict->context_cnt);
	snapshot->kfunc_cnt = predict->kfunc_cnt;
	for (size_t i = 0; i < predict->kfunc_cnt && !error; i++) {
		error = predict_interrupted(predict);
		if (!error)
			error = describe_kfunc(predict, &predict->kfuncs[i], &snapshot->kfuncs[i]);
	}
	return error;
}

static void set_conditions(struct predict *predict)
{
	predict->destructive = prediction_make(predict, CELL_CONDITIONAL, PREDICT_CAP_SYS_BOOT,
		"KF_DESTRUCTIVE: only with CAP_SYS_BOOT");
	predict->device_bound = prediction_make(predict, CELL_CONDITIONAL, PREDICT_DEVICE_BOUND,
		"a metadata kfunc: only in a program that is bound to a device");
	predict->device_unsure = prediction_make(predict, CELL_UNKNOWN, PREDICT_DEVICE_UNKNOWN,
		"registered, but whether it needs a program bound to a device is unknown");
}

/* The feature of the probe that decides about every kfunc, also unlisted ones. */
static struct error *conclude_calls(struct predict *predict)
{
	struct snapshot *snapshot = predict->snapshot;
	const struct evidence *why = predict->never.evidence;

	if (predict->never.state != CELL_IMPOSSIBLE)
		return NULL;
	return snapshot_add_feature(snapshot, &snapshot->features, FEATURE_KFUNC_CALLS,
		       SUPPORT_UNSUPPORTED, 0, why ? why->line : NULL)
		? NULL
		: error_no_memory();
}

static struct error *predict_conclude(struct predict *predict)
{
	const struct kernel_kfuncs *kfuncs = predict->source->kfuncs;
	struct error *error = program_types_conclude(predict->source->kernel, predict->snapshot);

	if (!error)
		error = conclude_calls(predict);
	if (!error)
		error = attach_types_conclude(predict->source->kernel, predict->snapshot);
	if (error || kfuncs->incomplete || kfuncs->unresolved_cnt || !predict->source->kernel->btf)
		return error;
	return snapshot_add_fact(predict->snapshot, "kfunc_sets") ? NULL : error_no_memory();
}

struct error *predict_snapshot(const struct predict_source *source, struct snapshot *snapshot)
{
	struct predict predict = {.source = source, .snapshot = snapshot, .pool = &snapshot->pool};
	struct error *error = source->kernel->btf ? kbtf_index(source->kernel->btf) : NULL;

	set_conditions(&predict);
	if (!error)
		error = predict_filters_init(&predict);
	if (!error)
		error = predict_contexts(&predict);
	if (!error)
		error = predict_describe_contexts(&predict);
	if (!error)
		error = fill_kfuncs(&predict);
	if (!error)
		error = predict_helpers(&predict);
	if (!error)
		error = predict_fields(&predict);
	if (!error)
		error = predict_calls(&predict);
	if (!error)
		error = predict_conclude(&predict);
	return error ? error : predict.no_memory ? error_no_memory() : NULL;
}
