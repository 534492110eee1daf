/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_function_facts.h"
#include "load_functions_json.h"
#include "snapshot_evidence.h"
#include "snapshot_functions.h"

/* The matrix of the kfuncs, or of the helpers. */
struct matrix {
	struct evidence_shares shares;
	const char *kind; /* in the keys of evidence */
};

struct renderer {
	const struct snapshot *snapshot;
	const struct render_json_options *options;
	json_t *evidence;
	json_t *words[CELL_STATE_CNT]; /* shared by all cells */
	bool failed;                   /* no memory */
};

/* Names come from BTF and symbol tables: what is not UTF-8 is shown as '?' rather than lost. */
static char *as_ascii(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; c && *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return copy;
}

static json_t *text_or_null(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	char *copy = value ? NULL : as_ascii(text);
	if (copy)
		value = json_string(copy);
	free(copy);
	return value;
}

/* Takes `value`. jansson refuses a key that is not UTF-8 in the same way as it lacks memory. */
static void set(struct renderer *renderer, json_t *object, const char *key, json_t *value)
{
	if (json_object_set(object, key, value)) {
		char *copy = as_ascii(key);
		if (!copy || json_object_set(object, copy, value))
			renderer->failed = true;
		free(copy);
	}
	json_decref(value);
}

static void set_text(struct renderer *renderer, json_t *object, const char *key, const char *text)
{
	set(renderer, object, key, text_or_null(text));
}

static void set_if(struct renderer *renderer, json_t *object, const char *key, const char *text)
{
	if (text)
		set_text(renderer, object, key, text);
}

static void append(struct renderer *renderer, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		renderer->failed = true;
}

static json_t *texts(struct renderer *renderer, const char *const *list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		append(renderer, array, text_or_null(list[i]));
	return array;
}

static json_t *tristate(enum tristate value)
{
	return value == TRISTATE_UNKNOWN ? json_null() : json_boolean(value == TRISTATE_YES);
}

static json_t *kernel(struct renderer *renderer)
{
	const struct kernel_identity *identity = &renderer->snapshot->kernel;
	json_t *object = json_object();

	set_text(renderer, object, "release", identity->release);
	set_text(renderer, object, "version", identity->version);
	set_text(renderer, object, "machine", identity->machine);
	set_text(renderer, object, "arch", identity->arch);
	set_text(renderer, object, "distribution", identity->distribution);
	set_text(renderer, object, "flavor", identity->flavor);
	set_text(renderer, object, "btf_sha256", identity->btf_sha256);
	return object;
}

static json_t *inputs(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->input_cnt; i++) {
		json_t *object = json_object();
		set_text(renderer, object, "name", renderer->snapshot->inputs[i].name);
		set_text(renderer, object, "sha256", renderer->snapshot->inputs[i].sha256);
		append(renderer, array, object);
	}
	return array;
}

/* Which source each fact of a function is from. */
static json_t *function_sources(struct renderer *renderer)
{
	json_t *object = json_object();

	for (int i = 0; i < FUNCTION_FACT_CNT; i++)
		set_text(renderer, object, function_fact_word((enum function_fact)i),
			function_fact_source((enum function_fact)i,
				renderer->snapshot->function_sources));
	return object;
}

static json_t *source(struct renderer *renderer)
{
	json_t *object = json_object();

	set_text(renderer, object, "kind", renderer->snapshot->source_kind);
	set(renderer, object, "facts",
		texts(renderer, renderer->snapshot->facts, renderer->snapshot->fact_cnt));
	if (renderer->snapshot->input_cnt)
		set(renderer, object, "inputs", inputs(renderer));
	if (renderer->snapshot->function_sources)
		set(renderer, object, "functions", function_sources(renderer));
	return object;
}

static json_t *limits(struct renderer *renderer, const struct kernel_environment *environment)
{
	json_t *array = json_array();

	for (size_t i = 0; i < environment->limit_cnt; i++) {
		json_t *limit = json_object();
		set_text(renderer, limit, "what", environment->limits[i].what);
		set_text(renderer, limit, "remedy", environment->limits[i].remedy);
		append(renderer, array, limit);
	}
	return array;
}

static json_t *environment(struct renderer *renderer)
{
	const struct kernel_environment *environment = &renderer->snapshot->environment;
	json_t *object = json_object();

	set(renderer, object, "capabilities",
		texts(renderer, environment->capabilities, environment->capability_cnt));
	set_text(renderer, object, "lockdown", environment->lockdown);
	set(renderer, object, "lsm",
		environment->lsm ? texts(renderer, environment->lsm, environment->lsm_cnt) : json_null());
	set_text(renderer, object, "jit", environment->jit);
	set_text(renderer, object, "unprivileged_bpf_disabled", environment->unprivileged_bpf_disabled);
	set_text(renderer, object, "kptr_restrict", environment->kptr_restrict);
	set_text(renderer, object, "container", environment->container);
	set_text(renderer, object, "config_source", environment->config_source);
	set(renderer, object, "limits", limits(renderer, environment));
	return object;
}

static json_t *config(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *object = json_object();

	for (size_t i = 0; i < snapshot->config_cnt; i++)
		set_text(renderer, object, snapshot->config[i].name, snapshot->config[i].value);
	return object;
}

static json_t *contexts(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		json_t *object = json_object();
		set_text(renderer, object, "name", context->name);
		set_text(renderer, object, "program_type", context->program_type);
		set_text(renderer, object, "attach_type", context->attach_type);
		set_text(renderer, object, "target", context->target);
		set(renderer, object, "sleepable", json_boolean(context->sleepable));
		set_text(renderer, object, "state", support_state_word(context->state));
		set_text(renderer, object, "reason", context->reason);
		set(renderer, object, "errno", json_integer(context->errnum));
		append(renderer, array, object);
	}
	return array;
}

static json_t *evidence_object(struct renderer *renderer, const struct evidence *evidence)
{
	static const struct evidence nothing = {0};
	json_t *object = json_object();

	if (!evidence)
		evidence = &nothing;
	set(renderer, object, "errno", json_integer(evidence->errnum));
	set_text(renderer, object, "line", evidence->line);
	set_if(renderer, object, "rule", evidence->rule);
	return object;
}

/* `key` is KIND/NAME@CONTEXT, with :STATE behind it where it is shared, and is cleared. */
static void set_evidence(
	struct renderer *renderer, struct buf *key, const struct evidence *evidence)
{
	renderer->failed |= key->failed;
	set(renderer, renderer->evidence, buf_text(key), evidence_object(renderer, evidence));
	buf_clear(key);
}

static void set_columns_evidence(struct renderer *renderer, const struct matrix *matrix)
{
	const struct snapshot *snapshot = renderer->snapshot;
	_cleanup_buf_ struct buf key = {0};

	for (size_t i = 0; i < snapshot->context_cnt * CELL_STATE_CNT; i++) {
		if (!matrix->shares.of_column[i])
			continue;
		buf_printf(&key, "%s/*@%s:%s", matrix->kind,
			snapshot->contexts[i / CELL_STATE_CNT].name,
			cell_state_word(i % CELL_STATE_CNT));
		set_evidence(renderer, &key, matrix->shares.of_column[i]);
	}
}

static void set_row_evidence(
	struct renderer *renderer, const struct matrix *matrix, size_t row, const char *name)
{
	const struct evidence **of_row = matrix->shares.of_row + row * CELL_STATE_CNT;
	_cleanup_buf_ struct buf key = {0};

	for (int state = 0; state < CELL_STATE_CNT; state++) {
		if (!of_row[state])
			continue;
		buf_printf(&key, "%s/%s@*:%s", matrix->kind, name, cell_state_word(state));
		set_evidence(renderer, &key, of_row[state]);
	}
}

static json_t *cells(
	struct renderer *renderer, const struct matrix *matrix, size_t row, const char *name)
{
	const struct snapshot *snapshot = renderer->snapshot;
	const struct cell *cells = matrix->shares.rows[row];
	_cleanup_buf_ struct buf key = {0};
	json_t *object = json_object();

	set_row_evidence(renderer, matrix, row, name);
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (cells[i].state == CELL_NONE)
			continue;
		const char *context = snapshot->contexts[i].name;
		set(renderer, object, context, json_incref(renderer->words[cells[i].state]));
		if (evidence_same(cells[i].evidence, evidence_shared(&matrix->shares, row, i)))
			continue;
		buf_printf(&key, "%s/%s@%s", matrix->kind, name, context);
		set_evidence(renderer, &key, cells[i].evidence);
	}
	return object;
}

/* Takes `rows`, which may be NULL for want of memory. */
static void matrix_init(
	struct renderer *renderer, struct matrix *matrix, const struct cell **rows, size_t row_cnt)
{
	if (!rows || !evidence_shares_init(&matrix->shares, renderer->snapshot, rows, row_cnt))
		renderer->failed = true;
	else
		set_columns_evidence(renderer, matrix);
}

static bool same_name_beside(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_kfunc *kfuncs = snapshot->kfuncs;

	return (index && !strcmp(kfuncs[index - 1].name, kfuncs[index].name)) ||
		(index + 1 < snapshot->kfunc_cnt &&
			!strcmp(kfuncs[index + 1].name, kfuncs[index].name));
}

static json_t *kfunc(struct renderer *renderer, const struct matrix *matrix, size_t index)
{
	const struct snapshot_kfunc *kfunc = &renderer->snapshot->kfuncs[index];
	json_t *object = json_object(), *found_by = json_array();
	_cleanup_buf_ struct buf key = {0};

	/* Two modules may have one of the same name; only then the key needs the module. */
	buf_puts(&key, kfunc->name);
	if (same_name_beside(renderer->snapshot, index))
		buf_printf(&key, "[%s]", kfunc->module);
	renderer->failed |= key.failed;
	for (int i = 0; i < KFUNC_SOURCE_CNT; i++) {
		if (kfunc->found_by & 1u << i)
			append(renderer, found_by, json_string(kfunc_source_word(i)));
	}
	set_text(renderer, object, "name", kfunc->name);
	set_text(renderer, object, "module", kfunc->module);
	set_text(renderer, object, "prototype", kfunc->prototype);
	set(renderer, object, "flags", texts(renderer, kfunc->flags, kfunc->flag_cnt));
	set(renderer, object, "found_by", found_by);
	set(renderer, object, "cells", cells(renderer, matrix, index, buf_text(&key)));
	return object;
}

static json_t *kfuncs(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	const struct cell **rows = calloc(snapshot->kfunc_cnt + 1, sizeof(*rows));
	struct matrix matrix = {.kind = "kfunc"};
	json_t *array = json_array();

	for (size_t i = 0; rows && i < snapshot->kfunc_cnt; i++)
		rows[i] = snapshot->kfuncs[i].cells;
	matrix_init(renderer, &matrix, rows, snapshot->kfunc_cnt);
	for (size_t i = 0; !renderer->failed && i < snapshot->kfunc_cnt; i++)
		append(renderer, array, kfunc(renderer, &matrix, i));
	evidence_shares_deinit(&matrix.shares);
	return array;
}

static json_t *helper(struct renderer *renderer, const struct matrix *matrix, size_t index)
{
	const struct snapshot_helper *helper = &renderer->snapshot->helpers[index];
	json_t *object = json_object();

	set_text(renderer, object, "name", helper->name);
	set(renderer, object, "id", json_integer(helper->id));
	set(renderer, object, "cells", cells(renderer, matrix, index, helper->name));
	return object;
}

static json_t *helpers(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	const struct cell **rows = calloc(snapshot->helper_cnt + 1, sizeof(*rows));
	struct matrix matrix = {.kind = "helper"};
	json_t *array = json_array();

	for (size_t i = 0; rows && i < snapshot->helper_cnt; i++)
		rows[i] = snapshot->helpers[i].cells;
	matrix_init(renderer, &matrix, rows, snapshot->helper_cnt);
	for (size_t i = 0; !renderer->failed && i < snapshot->helper_cnt; i++)
		append(renderer, array, helper(renderer, &matrix, i));
	evidence_shares_deinit(&matrix.shares);
	return array;
}

static json_t *features(struct renderer *renderer, const struct snapshot_features *features)
{
	json_t *array = json_array();

	for (size_t i = 0; i < features->cnt; i++) {
		const struct snapshot_feature *feature = &features->list[i];
		json_t *object = json_object();
		set_text(renderer, object, "name", feature->name);
		set_text(renderer, object, "state", support_state_word(feature->state));
		set_text(renderer, object, "reason", feature->reason);
		set(renderer, object, "errno", json_integer(feature->errnum));
		append(renderer, array, object);
	}
	return array;
}

static void set_symbol_facts(
	struct renderer *renderer, json_t *object, const struct function_symbol *facts)
{
	if (facts->size_bytes)
		set(renderer, object, "size", json_integer((json_int_t)facts->size_bytes));
	set_text(renderer, object, "binding", function_binding_word(facts->binding));
	set_text(renderer, object, "section", facts->section);
	set_text(renderer, object, "region", facts->region);
	set(renderer, object, "patchable", tristate(facts->patchable));
	set(renderer, object, "kprobe_refused", tristate(facts->kprobe_refused));
	set_text(renderer, object, "exported", function_export_word(facts->exported));
}

static json_t *symbol(struct renderer *renderer, const struct snapshot_function *function,
	const struct snapshot_symbol *symbol)
{
	const struct function_symbol *facts = snapshot_symbol_facts(function, symbol);
	json_t *object = json_object();
	char text[32], type[2] = {symbol->type, '\0'};

	set_text(renderer, object, "name", symbol->name);
	set_text(renderer, object, "module", symbol->module);
	set_text(renderer, object, "type", type);
	if (renderer->options->addresses && symbol->address) {
		snprintf(text, sizeof(text), "0x%" PRIx64, symbol->address);
		set_text(renderer, object, "address", text);
	}
	if (facts)
		set_symbol_facts(renderer, object, facts);
	return object;
}

static json_t *attachability(struct renderer *renderer, const struct snapshot_function *function)
{
	json_t *object = json_object();

	for (int i = 0; i < FUNCTION_ATTACH_CNT; i++) {
		struct function_attachability answer = function_attachability(function->facts,
			renderer->snapshot->function_sources, function->prototype_cnt,
			(enum function_attach)i);
		json_t *one = json_object();
		set(renderer, one, "possible", tristate(answer.possible));
		set_text(renderer, one, "reason", answer.reason);
		set(renderer, object, function_attach_word((enum function_attach)i), one);
	}
	return object;
}

static void set_facts(
	struct renderer *renderer, json_t *object, const struct snapshot_function *function)
{
	_cleanup_buf_ struct buf text = {0};

	functions_put_facts(&text, function->facts, renderer->snapshot->function_sources,
		renderer->options->addresses);
	json_t *facts = text.failed ? NULL : json_loadb(text.data, text.len, 0, NULL);
	if (!facts || json_object_update(object, facts))
		renderer->failed = true;
	json_decref(facts);
	set(renderer, object, "attach", attachability(renderer, function));
}

static json_t *function(struct renderer *renderer, const struct snapshot_function *function)
{
	json_t *object = json_object(), *symbols = json_array();

	for (size_t i = 0; i < function->symbol_cnt; i++)
		append(renderer, symbols, symbol(renderer, function, &function->symbols[i]));
	set_text(renderer, object, "name", function->name);
	set_text(renderer, object, "state", function->state);
	set_text(renderer, object, "reason", function->reason);
	set(renderer, object, "symbols", symbols);
	set(renderer, object, "prototypes",
		texts(renderer, function->prototypes, function->prototype_cnt));
	set(renderer, object, "collision", json_boolean(function->collision));
	set(renderer, object, "traceable", tristate(function->traceable));
	set(renderer, object, "kprobe_blacklisted", tristate(function->kprobe_blacklisted));
	if (function->fentry.state != CELL_NONE) {
		set(renderer, object, "fentry", json_incref(renderer->words[function->fentry.state]));
		if (function->fentry.evidence)
			set(renderer, object, "fentry_evidence",
				evidence_object(renderer, function->fentry.evidence));
	}
	if (function->facts)
		set_facts(renderer, object, function);
	return object;
}

static json_t *functions(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->function_cnt; i++)
		append(renderer, array, function(renderer, &renderer->snapshot->functions[i]));
	return array;
}

static json_t *programs(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *program = &snapshot->programs[i];
		json_t *object = json_object();
		set_text(renderer, object, "name", program->name);
		set_text(renderer, object, "context", program->context);
		set_text(renderer, object, "method", program->method);
		set_text(renderer, object, "state", cell_state_word(program->state));
		set_text(renderer, object, "reason", program->reason);
		set(renderer, object, "errno", json_integer(program->errnum));
		append(renderer, array, object);
	}
	return array;
}

static json_t *meta(struct renderer *renderer)
{
	json_t *object = json_object();

	set_text(renderer, object, "kcompat", KCOMPAT_VERSION);
	set(renderer, object, "unrecognised", json_integer((json_int_t)renderer->snapshot->unrecognised));
	return object;
}

static json_t *document(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *root = json_object();

	set_text(renderer, root, "schema", SNAPSHOT_SCHEMA);
	set(renderer, root, "meta", meta(renderer));
	set(renderer, root, "kernel", kernel(renderer));
	set(renderer, root, "source", source(renderer));
	set(renderer, root, "environment", environment(renderer));
	set(renderer, root, "config", config(renderer));
	set(renderer, root, "contexts", contexts(renderer));
	set(renderer, root, "kfuncs", kfuncs(renderer));
	set(renderer, root, "helpers", helpers(renderer));
	set(renderer, root, "functions", functions(renderer));
	set(renderer, root, "program_types", features(renderer, &snapshot->program_types));
	set(renderer, root, "map_types", features(renderer, &snapshot->map_types));
	set(renderer, root, "attach_types", features(renderer, &snapshot->attach_types));
	set(renderer, root, "link_types", features(renderer, &snapshot->link_types));
	set(renderer, root, "features", features(renderer, &snapshot->features));
	set(renderer, root, "programs", programs(renderer));
	set(renderer, root, "evidence", json_incref(renderer->evidence));
	return root;
}

static int add_chunk(const char *chunk, size_t size, void *out)
{
	buf_add(out, chunk, size);
	return ((struct buf *)out)->failed ? -1 : 0;
}

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out)
{
	struct renderer renderer = {
		.snapshot = snapshot, .options = options, .evidence = json_object()};
	size_t flags = options->one_line ? JSON_COMPACT : JSON_INDENT(2);

	for (int i = 0; i < CELL_STATE_CNT; i++)
		renderer.words[i] = json_string(cell_state_word(i));
	json_t *root = document(&renderer);
	if (!root || renderer.failed || json_dump_callback(root, add_chunk, out, flags))
		renderer.failed = true;
	buf_putc(out, '\n');
	json_decref(root);
	json_decref(renderer.evidence);
	for (int i = 0; i < CELL_STATE_CNT; i++)
		json_decref(renderer.words[i]);
	return renderer.failed || out->failed ? error_no_memory() : NULL;
}
