/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What show and diff print as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/history/example.h"
#include "render/diff_types.h"
#include "render/render.h"
#include "render/parts.h"
#include "util/json_write.h"

static json_t *render_json_texts(const char *const *list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_text_or_null(list[i]));
	return array;
}

static json_t *json_tristate(enum tristate value)
{
	return value == TRISTATE_UNKNOWN ? json_null() : json_boolean(value == TRISTATE_YES);
}

static json_t *render_json_kernels(const struct history *history)
{
	json_t *array = json_array();

	for (size_t i = 0; i < history->row_cnt; i++) {
		const struct history_row *row = &history->rows[i];
		json_array_append_new(array,
			json_pack("{s:o,s:o,s:o,s:o,s:o,s:s,s:b,s:s}", "name", json_text_or_null(row->label), "release",
				json_text_or_null(row->entries[0]->snapshot->kernel.release), "version",
				json_text_or_null(row->version), "arch", json_text_or_null(row->arch), "flavor",
				json_text_or_null(row->flavor), "evidence", row_evidence(row), "running", row->live, "group",
				history_group_word(row->group)));
	}
	return array;
}

static json_t *address(uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "0x%" PRIx64, value);
	return json_string(digits);
}

static json_t *instances(const struct function_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->instance_cnt; i++) {
		const struct view_instance *instance = &view->instances[i];
		json_array_append_new(array,
			json_pack("{s:o,s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "unit",
				json_text_or_null(instance->unit), "file", json_text_or_null(instance->file), "line",
				(int)instance->line, "language", json_text_or_null(instance->language), "prototype",
				json_text_or_null(instance->prototype), "address",
				instance->has_address ? address(instance->address) : json_null(),
				"external", json_tristate(instance->external), "inline",
				json_text_or_null(instance->inlined), "direct_callers",
				render_json_texts(instance->direct, instance->direct_cnt), "inline_callers",
				render_json_texts(instance->inlines, instance->inline_cnt)));
	}
	return array;
}

static json_t *json_symbols(const struct function_view *view)
{
	json_t *array = json_array();

	for (size_t i = 0; i < view->symbol_cnt; i++) {
		const struct view_symbol *symbol = &view->symbols[i];
		json_array_append_new(array,
			json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "name",
				json_text_or_null(symbol->name), "module", json_text_or_null(symbol->module), "binding",
				json_text_or_null(symbol->binding), "section", json_text_or_null(symbol->section), "region",
				json_text_or_null(symbol->region), "address",
				symbol->address ? address(symbol->address) : json_null(), "size",
				symbol->size_bytes ? json_integer((json_int_t)symbol->size_bytes)
						   : json_null(),
				"patchable", json_tristate(symbol->patchable), "kprobe_refused",
				json_tristate(symbol->kprobe_refused), "exported", json_text_or_null(symbol->exported)));
	}
	return array;
}

static void json_add_function(json_t *object, const struct function_view *view)
{
	json_object_set_new(object, "kind", json_text_or_null(view->kind ? view->kind : "function"));
	json_object_set_new(object, "alias_of", json_text_or_null(view->alias_of));
	json_object_set_new(object, "collision", json_text_or_null(view->collision));
	json_object_set_new(object, "inline", json_text_or_null(view->inlined));
	json_object_set_new(object, "suffixes",
		view->changes_known ? render_json_texts(view->changes, view->change_cnt) : json_null());
	json_object_set_new(object, "prototypes", render_json_texts(view->prototypes, view->prototype_cnt));
	json_object_set_new(
		object, "instances", view->instances_known || view->instance_cnt ? instances(view) : json_null());
	json_object_set_new(object, "callers_known", json_boolean(view->callers_known));
	json_object_set_new(object, "symbols", json_symbols(view));
	json_object_set_new(object, "traceable", json_tristate(view->traceable));
	json_object_set_new(object, "kprobe_blacklisted", json_tristate(view->kprobe_blacklisted));
	json_object_set_new(object, "fentry", json_text_or_null(view->fentry));
	json_object_set_new(object, "sources", json_text_or_null(view->sources));
}

static json_t *json_cells(const struct snapshot *snapshot, const struct cell *list)
{
	json_t *object = json_object();

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (list[i].state != CELL_NONE)
			json_object_set_new(object, snapshot->contexts[i].name,
				json_string(cell_state_word(list[i].state)));
	}
	return object;
}

static void json_add_kfunc(
	json_t *object, const struct history *history, const struct finding *finding, size_t row)
{
	const struct snapshot_kfunc *kfunc = finding->kfunc;
	struct registration registration = history_registration(history, row, finding);
	const struct snapshot_kfunc *flagged = registration.kfunc ? registration.kfunc : kfunc;

	json_object_set_new(object, "module", json_text_or_null(kfunc->module));
	json_object_set_new(object, "set", json_text_or_null(registration.set));
	json_object_set_new(object, "prototype", json_text_or_null(kfunc->prototype));
	json_object_set_new(object, "flags",
		snapshot_flags_known(flagged) ? render_json_texts(flagged->flags, flagged->flag_cnt)
					      : json_null());
	json_object_set_new(object, "flags_complete", json_boolean(registration.kfunc));
	json_object_set_new(object, "cells", json_cells(finding->snapshot, kfunc->cells));
}

static json_t *finding_object(
	const struct history *history, const struct finding *finding, size_t row)
{
	json_t *object = json_pack("{s:I,s:s,s:o}", "kernel", (json_int_t)row, "state", finding->state,
		"reason", json_text_or_null(finding->reason));

	if (finding->kfunc) {
		json_add_kfunc(object, history, finding, row);
	} else if (finding->helper) {
		json_object_set_new(object, "id", json_integer((json_int_t)finding->helper->id));
		json_object_set_new(object, "cells", json_cells(finding->snapshot, finding->helper->cells));
	} else if (finding->function && finding_is_present(finding)) {
		json_add_function(object, finding->function);
	}
	return object;
}

static json_t *change_objects(const struct comparison *comparison)
{
	json_t *array = json_array();

	for (size_t i = 0; i < comparison->cnt; i++) {
		const struct change *change = &comparison->list[i];
		json_array_append_new(array, json_pack("{s:s,s:o,s:o,s:o}", "what", change->what, "before",
						     json_text_or_null(change->before), "after", json_text_or_null(change->after),
						     "contexts", json_text_or_null(change->contexts)));
	}
	return array;
}

static struct error *pairs(const struct history *history, const struct subject *subject,
	const struct show_options *options, struct pool *pool, json_t *array)
{
	for (size_t i = 0; i < history->pair_cnt; i++) {
		const struct history_pair *pair = &history->pairs[i];
		struct comparison comparison;
		struct error *error =
			compare_subject(history, pair, subject, options->deep, pool, &comparison);
		if (error)
			return error;
		if (comparison.nowhere && !comparison.unknown)
			continue;
		json_array_append_new(array,
			json_pack("{s:s,s:I,s:I,s:o,s:o}", "group", history_group_word(pair->group),
				"from", (json_int_t)pair->from, "to", (json_int_t)pair->to, "unknown",
				json_text_or_null(comparison.unknown), "changes", change_objects(&comparison)));
	}
	return NULL;
}

/* What programs of a type or context may call: {"bpf_loop": {"0": "permitted", ...}}. */
static struct error *add_calls(const struct history *history, const struct subject *subject,
	struct pool *pool, json_t *object)
{
	struct call_matrix matrix;
	struct error *error = call_matrix_make(history, subject, pool, &matrix);
	json_t *calls = json_object();

	for (size_t r = 0; !error && r < matrix.row_cnt; r++) {
		json_t *of = json_array();
		for (size_t i = 0; i < history->row_cnt; i++) {
			enum cell_state state = matrix.column_of[i] == SIZE_MAX
				? CELL_NONE
				: matrix.states[r * matrix.column_cnt + matrix.column_of[i]];
			json_array_append_new(of,
				state == CELL_NONE ? json_null() : json_string(cell_state_word(state)));
		}
		json_object_set_new(calls, matrix.rows[r], of);
	}
	json_object_set_new(object, "calls", calls);
	return error;
}

static json_t *json_example(const char *function)
{
	struct call_example example;

	return example_find(function, &example)
		? json_pack("{s:s,s:s,s:s%}", "context", example.context, "kernel", example.kernel, "source",
			  example.source, example.len_bytes)
		: json_null();
}

static struct error *subject_object(const struct history *history, const struct subject *subject,
	const struct show_options *options, json_t **ret)
{
	_cleanup_pool_ struct pool pool = {0};
	struct finding *findings;
	json_t *of = json_array(), *comparisons = json_array();
	json_t *object = json_pack("{s:s,s:o,s:o,s:o}", "kind", subject_kind_word(subject->kind), "name",
		json_text_or_null(subject->name), "kernels", of, "comparisons", comparisons);
	struct error *error = find_all(history, subject, &pool, &findings);

	for (size_t i = 0; !error && i < history->row_cnt; i++)
		json_array_append_new(of, finding_object(history, &findings[i], i));
	if (!error)
		error = pairs(history, subject, options, &pool, comparisons);
	if (!error && (subject->kind == SUBJECT_PROGRAM_TYPE || subject->kind == SUBJECT_CONTEXT))
		error = add_calls(history, subject, &pool, object);
	if (!error && subject_is_call(subject->kind))
		json_object_set_new(object, "example", json_example(subject->name));
	if (error)
		json_decref(object);
	else
		*ret = object;
	return error;
}

static struct error *dump(json_t *root, struct error *error, struct buf *out)
{
	if (error) {
		json_decref(root);
		return error;
	}
	bool ok = json_write(root, JSON_COMPACT, out);
	buf_putc(out, '\n');
	return ok ? NULL : error_no_memory();
}

/* Without its last `cut` characters. */
static struct error *dump_part(json_t *root, size_t cut, struct buf *out)
{
	if (!json_write(root, JSON_COMPACT, out))
		return error_no_memory();
	out->data[out->len -= cut] = '\0';
	return NULL;
}

struct error *render_json_show_begin(const struct history *history, struct buf *out)
{
	return dump_part(json_pack("{s:s,s:o,s:I,s:[]}", "schema", SHOW_SCHEMA, "kernels",
				 render_json_kernels(history), "baseline", (json_int_t)history->baseline, "subjects"),
		strlen("]}"), out);
}

struct error *render_json_show_subject(const struct history *history, const struct subject *subject,
	const struct show_options *options, bool first, struct buf *out)
{
	json_t *object = NULL;
	struct error *error = subject_object(history, subject, options, &object);

	if (error)
		return error;
	if (!first)
		buf_putc(out, ',');
	return dump_part(object, 0, out);
}

void render_json_show_end(struct buf *out)
{
	buf_puts(out, "]}\n");
}

struct error *render_json_diff(const struct history *history, const struct difference *differences,
	size_t difference_cnt, const struct diff_types *types, struct buf *out)
{
	json_t *array = json_array();
	json_t *root = json_pack("{s:s,s:o,s:o}", "schema", DIFF_SCHEMA, "kernels", render_json_kernels(history),
		"subjects", array);

	if (!root)
		return error_no_memory();
	for (size_t i = 0; i < difference_cnt; i++) {
		const struct difference *difference = &differences[i];
		json_array_append_new(array,
			json_pack("{s:s,s:o,s:o,s:o}", "kind",
				subject_kind_word(difference->subject.kind), "name",
				json_text_or_null(difference->subject.name), "unknown",
				json_text_or_null(difference->comparison.unknown), "changes",
				change_objects(&difference->comparison)));
	}
	if (types)
		json_object_set_new(root, "types", render_diff_types_json(types));
	return dump(root, NULL, out);
}
