/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/history.h"
#include "util/json_write.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/file.h"
#include "snapshot/snapshot.h"
#include "util/sort.h"
#include "util/strtab.h"

struct writer {
	const struct history_kernel *kernels;
	size_t kernel_cnt;
	size_t *list_of; /* [kernel_cnt]: the list of contexts of each */
	/* As compact JSON objects without their numbers. Rows refer to them. */
	struct texts evidence, cells;
	struct buf *out;
	bool failed; /* no memory */
};

/* One name, and where each kernel has it. */
struct entry {
	const char *name, *module; /* module NULL: not a kfunc */
	uint32_t id;
	size_t kernel;
	const void *item;
};

struct entries {
	struct entry *list;
	size_t cnt, cap;
};

static void write_put_line(struct writer *writer, json_t *line)
{
	writer->failed |= !json_write(line, JSON_COMPACT, writer->out);
	buf_putc(writer->out, '\n');
}

static json_t *write_contexts(const struct snapshot *snapshot)
{
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		json_array_append_new(array,
			json_pack("[o,o,o,o,b,s,i,o,o]", json_text_or_null(context->name),
				json_text_or_null(context->program_type), json_text_or_null(context->attach_type),
				json_text_or_null(context->target), context->sleepable,
				support_state_word(context->state), context->errnum,
				json_text_or_null(context->reason), json_text_or_null(context->rule)));
	}
	return array;
}

/* Writes each list once; list_of[kernel] is its number. */
static void put_context_lists(struct writer *writer, json_t *lists)
{
	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		json_t *list = write_contexts(writer->kernels[i].snapshot);
		size_t at = 0;
		while (at < json_array_size(lists) && !json_equal(json_array_get(lists, at), list))
			at++;
		if (at == json_array_size(lists))
			json_array_append(lists, list);
		json_decref(list);
		writer->list_of[i] = at;
	}
	write_put_line(writer, json_pack("{s:s,s:I,s:I}", "schema", HISTORY_SCHEMA, "kernels",
				 (json_int_t)writer->kernel_cnt, "context_lists",
				 (json_int_t)json_array_size(lists)));
	for (size_t i = 0; i < json_array_size(lists); i++)
		write_put_line(writer, json_pack("{s:I,s:O}", "context_list", (json_int_t)i, "contexts",
					 json_array_get(lists, i)));
}

static json_t *write_texts(const char *const *list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		json_array_append_new(array, json_text_or_null(list[i]));
	return array;
}

static void put_kernel(struct writer *writer, size_t at)
{
	const struct history_kernel *kernel = &writer->kernels[at];
	const struct kernel_identity *identity = &kernel->snapshot->kernel;
	json_t *line = json_pack("{s:I,s:o,s:o,s:I,s:o,s:I}", "kernel", (json_int_t)at, "name",
		json_text_or_null(kernel->name), "file", json_text_or_null(kernel->file), "size",
		(json_int_t)kernel->size_bytes, "tail", json_text_or_null(kernel->tail), "context_list",
		(json_int_t)writer->list_of[at]);

	json_object_set_new(line, "release", json_text_or_null(identity->release));
	json_object_set_new(line, "version", json_text_or_null(identity->version));
	json_object_set_new(line, "machine", json_text_or_null(identity->machine));
	json_object_set_new(line, "arch", json_text_or_null(identity->arch));
	json_object_set_new(line, "distribution", json_text_or_null(identity->distribution));
	json_object_set_new(line, "flavor", json_text_or_null(identity->flavor));
	json_object_set_new(line, "btf_sha256", json_text_or_null(identity->btf_sha256));
	json_object_set_new(line, "source", json_text_or_null(kernel->snapshot->source_kind));
	json_object_set_new(line, "facts", write_texts(kernel->snapshot->facts, kernel->snapshot->fact_cnt));
	if (kernel->snapshot->has_layouts)
		json_object_set_new(line, "layouts", json_true());
	write_put_line(writer, line);
}

/* The number of the object, which is written once. Takes it. */
static size_t object_number(struct writer *writer, struct texts *texts, json_t *object)
{
	_cleanup_buf_ struct buf text = {0};

	writer->failed |= !json_write(object, JSON_COMPACT, &text);
	return texts_number(texts, buf_text(&text), text.len);
}

static void put_run(struct writer *writer, struct buf *out, size_t cnt, const struct cell *cell)
{
	const struct evidence *evidence = cell->evidence;

	buf_printf(out, "%s%zu%c", out->len ? " " : "", cnt,
		cell->state == CELL_NONE ? '_' : cell_state_letter(cell->state));
	if (!evidence_is_empty(evidence))
		buf_printf(out, "%zu",
			object_number(writer, &writer->evidence,
				json_pack("{s:i,s:o,s:o}", "errno", evidence->errnum, "line",
					json_text_or_null(evidence->line), "rule",
					json_text_or_null(evidence->rule))));
}

static json_t *cells_number(struct writer *writer, size_t kernel, const struct cell *cells)
{
	const struct snapshot *snapshot = writer->kernels[kernel].snapshot;
	_cleanup_buf_ struct buf runs = {0};
	size_t first = 0;

	for (size_t i = 1; i <= snapshot->context_cnt; i++) {
		if (i < snapshot->context_cnt && cells[i].state == cells[first].state &&
			evidence_same(cells[i].evidence, cells[first].evidence))
			continue;
		put_run(writer, &runs, i - first, &cells[first]);
		first = i;
	}
	writer->failed |= runs.failed;
	return json_integer((json_int_t)object_number(writer, &writer->cells,
		json_pack("{s:I,s:b,s:o}", "context_list", (json_int_t)writer->list_of[kernel],
			"predicted", snapshot_is_scanned(snapshot), "runs",
			json_text_or_null(buf_text(&runs)))));
}

static json_t *kfunc_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_kfunc *kfunc = entry->item;
	json_t *row = json_pack("{s:o,s:o,s:I}", "prototype", json_text_or_null(kfunc->prototype), "flags",
		write_texts(kfunc->flags, kfunc->flag_cnt), "found_by", (json_int_t)kfunc->found_by);

	if (kfunc->set_cnt)
		json_object_set_new(row, "sets", write_texts(kfunc->sets, kfunc->set_cnt));
	json_object_set_new(row, "cells", cells_number(writer, entry->kernel, kfunc->cells));
	return row;
}

static json_t *helper_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_helper *helper = entry->item;

	return json_pack("{s:o}", "cells", cells_number(writer, entry->kernel, helper->cells));
}

static json_t *write_tristate(enum tristate value)
{
	return value == TRISTATE_UNKNOWN ? json_null() : json_boolean(value == TRISTATE_YES);
}

static json_t *function_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_function *function = entry->item;
	const struct evidence *evidence = function->fentry.evidence;
	json_t *symbols = json_array();

	(void)writer;
	for (size_t i = 0; i < function->symbol_cnt; i++)
		json_array_append_new(symbols,
			json_pack("[o,o,s#]", json_text_or_null(function->symbols[i].name),
				json_text_or_null(function->symbols[i].module), &function->symbols[i].type,
				(int)(function->symbols[i].type != '\0')));
	json_t *row = json_pack("{s:o,s:o,s:o,s:o,s:b,s:o,s:o}", "state", json_text_or_null(function->state), "reason",
		json_text_or_null(function->reason), "symbols", symbols, "prototypes",
		write_texts(function->prototypes, function->prototype_cnt), "collision",
		function->collision, "traceable", write_tristate(function->traceable),
		"kprobe_blacklisted", write_tristate(function->kprobe_blacklisted));
	if (function->fentry.state != CELL_NONE)
		json_object_set_new(row, "fentry",
			json_pack("[s,i,o]", cell_state_word(function->fentry.state),
				evidence ? evidence->errnum : 0, json_text_or_null(evidence ? evidence->line : NULL)));
	return row;
}

static json_t *feature_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_feature *feature = entry->item;

	(void)writer;
	return json_pack("{s:s,s:i,s:o}", "state", support_state_word(feature->state), "errno",
		feature->errnum, "reason", json_text_or_null(feature->reason));
}

static json_t *layout_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_layout *layout = entry->item;
	json_t *contexts = json_array();

	(void)writer;
	for (size_t i = 0; i < layout->context_cnt; i++)
		json_array_append_new(contexts, json_integer((json_int_t)layout->contexts[i]));
	return json_pack("{s:o,s:o}", "contexts", contexts, "fields", render_json_layout_fields(layout));
}

static json_t *program_row(struct writer *writer, const struct entry *entry)
{
	const struct snapshot_program *program = entry->item;

	(void)writer;
	return json_pack("{s:o,s:o,s:s,s:i,s:o}", "context", json_text_or_null(program->context), "method",
		json_text_or_null(program->method), "state", cell_state_word(program->state), "errno",
		program->errnum, "reason", json_text_or_null(program->reason));
}

typedef json_t *row_function(struct writer *writer, const struct entry *entry);

static bool has_kernel_like(const struct writer *writer, const json_t *kernels, size_t kernel)
{
	size_t first = (size_t)json_integer_value(json_array_get(kernels, 0));

	return writer->list_of[first] == writer->list_of[kernel] &&
		snapshot_is_scanned(writer->kernels[first].snapshot) ==
		snapshot_is_scanned(writer->kernels[kernel].snapshot);
}

/* Kernels share an equal row if their contexts and their kind of source are the same too. */
static void write_add_row(struct writer *writer, json_t *rows, const struct entry *entry, row_function *make)
{
	json_t *row = make(writer, entry);

	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *kernels = json_incref(json_object_get(json_array_get(rows, i), "kernels"));
		json_object_del(json_array_get(rows, i), "kernels");
		bool same = has_kernel_like(writer, kernels, entry->kernel) &&
			json_equal(json_array_get(rows, i), row);
		if (same)
			json_array_append_new(kernels, json_integer((json_int_t)entry->kernel));
		json_object_set_new(json_array_get(rows, i), "kernels", kernels);
		if (same) {
			json_decref(row);
			return;
		}
	}
	json_object_set_new(row, "kernels", json_pack("[I]", (json_int_t)entry->kernel));
	writer->failed |= json_array_append_new(rows, row) != 0;
}

static bool write_same_name(const struct entry *a, const struct entry *b)
{
	return !strcmp(a->name, b->name) && a->id == b->id &&
		(a->module == b->module || (a->module && b->module && !strcmp(a->module, b->module)));
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (!order && left->module && right->module)
		order = strcmp(left->module, right->module);
	if (!order)
		order = order_numbers(left->id, right->id);
	if (!order)
		order = order_numbers(left->kernel, right->kernel);
	/* The layouts that one kernel has of a struct, in its order. */
	return order ? order : (left->item > right->item) - (left->item < right->item);
}

static void put_entries(
	struct writer *writer, struct entries *entries, const char *kind, row_function *make)
{
	if (entries->cnt)
		qsort(entries->list, entries->cnt, sizeof(*entries->list), compare_entries);
	for (size_t i = 0; i < entries->cnt;) {
		const struct entry *first = &entries->list[i];
		json_t *line = json_pack("{s:o}", kind, json_text_or_null(first->name));
		json_t *rows = json_array();
		if (first->module)
			json_object_set_new(line, "module", json_text_or_null(first->module));
		if (make == helper_row)
			json_object_set_new(line, "id", json_integer((json_int_t)first->id));
		for (; i < entries->cnt && write_same_name(first, &entries->list[i]); i++)
			write_add_row(writer, rows, &entries->list[i], make);
		json_object_set_new(line, "rows", rows);
		write_put_line(writer, line);
	}
	free(entries->list);
}

static void write_add(struct writer *writer, struct entries *entries, struct entry entry)
{
	if (entries->cnt == entries->cap) {
		size_t cap = entries->cap ? entries->cap * 2 : 256;
		struct entry *list = reallocarray(entries->list, cap, sizeof(*list));
		if (!list) {
			writer->failed = true;
			return;
		}
		entries->list = list;
		entries->cap = cap;
	}
	entries->list[entries->cnt++] = entry;
}

static void put_kfuncs(struct writer *writer)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot *snapshot = writer->kernels[i].snapshot;
		for (size_t k = 0; k < snapshot->kfunc_cnt; k++)
			write_add(writer, &entries, (struct entry) {.name = snapshot->kfuncs[k].name,
				.module = snapshot->kfuncs[k].module, .kernel = i,
				.item = &snapshot->kfuncs[k]});
	}
	put_entries(writer, &entries, "kfunc", kfunc_row);
}

static void put_helpers(struct writer *writer)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot *snapshot = writer->kernels[i].snapshot;
		for (size_t k = 0; k < snapshot->helper_cnt; k++)
			write_add(writer, &entries, (struct entry) {.name = snapshot->helpers[k].name,
				.id = snapshot->helpers[k].id, .kernel = i,
				.item = &snapshot->helpers[k]});
	}
	put_entries(writer, &entries, "helper", helper_row);
}

static void put_functions(struct writer *writer)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot *snapshot = writer->kernels[i].snapshot;
		for (size_t k = 0; k < snapshot->function_cnt; k++)
			write_add(writer, &entries, (struct entry) {.name = snapshot->functions[k].name,
				.kernel = i, .item = &snapshot->functions[k]});
	}
	put_entries(writer, &entries, "function", function_row);
}

static void put_features(struct writer *writer, const char *kind, size_t offset)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot_features *features =
			(const void *)((const char *)writer->kernels[i].snapshot + offset);
		for (size_t k = 0; k < features->cnt; k++)
			write_add(writer, &entries, (struct entry) {.name = features->list[k].name,
				.kernel = i, .item = &features->list[k]});
	}
	put_entries(writer, &entries, kind, feature_row);
}

static void put_layouts(struct writer *writer)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot *snapshot = writer->kernels[i].snapshot;
		for (size_t k = 0; k < snapshot->layout_cnt; k++)
			write_add(writer, &entries, (struct entry) {.name = snapshot->layouts[k].type,
				.kernel = i, .item = &snapshot->layouts[k]});
	}
	put_entries(writer, &entries, "layout", layout_row);
}

/* A program that was only loaded says no more than the cells of its calls. */
static void put_programs(struct writer *writer)
{
	struct entries entries = {0};

	for (size_t i = 0; i < writer->kernel_cnt; i++) {
		const struct snapshot *snapshot = writer->kernels[i].snapshot;
		for (size_t k = 0; k < snapshot->program_cnt; k++) {
			if (snapshot->programs[k].method)
				write_add(writer, &entries, (struct entry) {.name = snapshot->programs[k].name,
					.kernel = i, .item = &snapshot->programs[k]});
		}
	}
	put_entries(writer, &entries, "program", program_row);
}

static void put_all_entries(struct writer *writer)
{
	put_kfuncs(writer);
	put_helpers(writer);
	put_functions(writer);
	put_features(writer, "program_types", offsetof(struct snapshot, program_types));
	put_features(writer, "map_types", offsetof(struct snapshot, map_types));
	put_features(writer, "attach_types", offsetof(struct snapshot, attach_types));
	put_features(writer, "link_types", offsetof(struct snapshot, link_types));
	put_features(writer, "features", offsetof(struct snapshot, features));
	put_layouts(writer);
	put_programs(writer);
}

/* Each object, with its number as its first member. */
static void put_texts(struct writer *writer, const char *what, const struct texts *texts)
{
	for (size_t i = 0; i < texts->cnt && !writer->failed; i++)
		buf_printf(writer->out, "{\"%s\":%zu,%s\n", what, i, texts->list[i] + 1);
	writer->failed |= texts->failed;
}

/* The rows say what they refer to, and come after it. */
static void put_history(struct writer *writer, json_t *lists)
{
	_cleanup_buf_ struct buf rows = {0};
	struct buf *out = writer->out;

	put_context_lists(writer, lists);
	for (size_t i = 0; i < writer->kernel_cnt; i++)
		put_kernel(writer, i);
	writer->out = &rows;
	put_all_entries(writer);
	writer->out = out;
	put_texts(writer, "evidence", &writer->evidence);
	put_texts(writer, "cells", &writer->cells);
	buf_add(out, rows.data, rows.len);
	write_put_line(writer, json_pack("{s:b}", "end", 1));
	writer->failed |= rows.failed;
}

struct error *render_json_history(
	const struct history_kernel *kernels, size_t kernel_cnt, struct buf *out)
{
	struct writer writer = {.kernels = kernels, .kernel_cnt = kernel_cnt, .out = out};
	json_t *lists = json_array();

	writer.list_of = calloc(kernel_cnt + 1, sizeof(*writer.list_of));
	writer.failed = !writer.list_of || !lists;
	if (!writer.failed)
		put_history(&writer, lists);
	texts_deinit(&writer.evidence);
	texts_deinit(&writer.cells);
	free(writer.list_of);
	json_decref(lists);
	return writer.failed || out->failed ? error_no_memory() : NULL;
}
