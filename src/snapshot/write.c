/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/file.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/fingerprint.h"
#include "snapshot/functions_json.h"
#include "snapshot/snapshot.h"
#include "snapshot/write.h"
#include "util/json_write.h"

static const char *const kept_words[] = {
#define EVIDENCE_KEPT_WORD(name, word) word,
	EVIDENCE_KEPT(EVIDENCE_KEPT_WORD)
#undef EVIDENCE_KEPT_WORD
};

/* jansson reports a key that is not UTF-8 in the same way as no memory. */
void write_set(struct renderer *renderer, json_t *object, const char *key, json_t *value)
{
	if (json_object_set(object, key, value)) {
		char *copy = json_as_utf8(key);
		if (!copy || json_object_set(object, copy, value))
			renderer->failed = true;
		free(copy);
	}
	json_decref(value);
}

void write_text(struct renderer *renderer, json_t *object, const char *key, const char *text)
{
	write_set(renderer, object, key, json_text_or_null(text));
}

static void set_if(struct renderer *renderer, json_t *object, const char *key, const char *text)
{
	if (text)
		write_text(renderer, object, key, text);
}

void write_append(struct renderer *renderer, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		renderer->failed = true;
}

json_t *write_texts(struct renderer *renderer, const char *const *list, size_t cnt)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cnt; i++)
		write_append(renderer, array, json_text_or_null(list[i]));
	return array;
}

static json_t *snapshot_write_tristate(enum tristate value)
{
	return value == TRISTATE_UNKNOWN ? json_null() : json_boolean(value == TRISTATE_YES);
}

json_t *write_kernel(struct renderer *renderer)
{
	const struct kernel_identity *identity = &renderer->snapshot->kernel;
	json_t *object = json_object();

	write_text(renderer, object, "release", identity->release);
	write_text(renderer, object, "version", identity->version);
	write_text(renderer, object, "machine", identity->machine);
	write_text(renderer, object, "arch", identity->arch);
	write_text(renderer, object, "architecture",
		identity->machine ? kernel_arch_name(identity->machine) : NULL);
	write_text(renderer, object, "distribution", identity->distribution);
	write_text(renderer, object, "flavor", identity->flavor);
	write_text(renderer, object, "btf_sha256", identity->btf_sha256);
	return object;
}

static json_t *inputs(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->input_cnt; i++) {
		json_t *object = json_object();
		write_text(renderer, object, "name", renderer->snapshot->inputs[i].name);
		write_text(renderer, object, "sha256", renderer->snapshot->inputs[i].sha256);
		write_append(renderer, array, object);
	}
	return array;
}

/* The source of each fact of a function. */
static json_t *function_sources(struct renderer *renderer)
{
	json_t *object = json_object();

	for (int i = 0; i < FUNCTION_FACT_CNT; i++)
		write_text(renderer, object, function_fact_word((enum function_fact)i),
			function_fact_source((enum function_fact)i,
				renderer->snapshot->function_sources));
	return object;
}

static json_t *source(struct renderer *renderer)
{
	json_t *object = json_object();

	write_text(renderer, object, "kind", renderer->snapshot->source_kind);
	write_set(renderer, object, "facts",
		write_texts(renderer, renderer->snapshot->facts, renderer->snapshot->fact_cnt));
	if (renderer->snapshot->input_cnt)
		write_set(renderer, object, "inputs", inputs(renderer));
	if (renderer->snapshot->function_sources)
		write_set(renderer, object, "functions", function_sources(renderer));
	return object;
}

json_t *write_limits(struct renderer *renderer)
{
	const struct kernel_environment *environment = &renderer->snapshot->environment;
	json_t *array = json_array();

	for (size_t i = 0; i < environment->limit_cnt; i++) {
		json_t *limit = json_object();
		write_text(renderer, limit, "what", environment->limits[i].what);
		write_text(renderer, limit, "remedy", environment->limits[i].remedy);
		write_append(renderer, array, limit);
	}
	return array;
}

static json_t *write_environment(struct renderer *renderer)
{
	const struct kernel_environment *environment = &renderer->snapshot->environment;
	json_t *object = json_object();

	write_set(renderer, object, "capabilities",
		environment->capabilities
			? write_texts(renderer, environment->capabilities, environment->capability_cnt)
			: json_null());
	write_text(renderer, object, "lockdown", environment->lockdown);
	write_set(renderer, object, "lsm",
		environment->lsm ? write_texts(renderer, environment->lsm, environment->lsm_cnt) : json_null());
	write_text(renderer, object, "jit", environment->jit);
	write_text(renderer, object, "unprivileged_bpf_disabled", environment->unprivileged_bpf_disabled);
	write_text(renderer, object, "kptr_restrict", environment->kptr_restrict);
	write_text(renderer, object, "container", environment->container);
	write_text(renderer, object, "config_source", environment->config_source);
	write_set(renderer, object, "limits", write_limits(renderer));
	return object;
}

static json_t *config(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *object = json_object();

	for (size_t i = 0; i < snapshot->config_cnt; i++)
		write_text(renderer, object, snapshot->config[i].name, snapshot->config[i].value);
	return object;
}

static json_t *write_attach(struct renderer *renderer, const struct snapshot_attach *attach)
{
	json_t *object = json_object();

	write_set(renderer, object, "possible", snapshot_write_tristate(attach->possible));
	write_text(renderer, object, "missing", attach->missing);
	write_text(renderer, object, "reason", attach->reason);
	write_set(renderer, object, "errno", json_integer(attach->errnum));
	write_set(renderer, object, "observed", json_boolean(attach->observed));
	write_set(renderer, object, "matches", json_integer((json_int_t)attach->match_cnt));
	return object;
}

static json_t *snapshot_write_contexts(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const struct snapshot_context *context = &snapshot->contexts[i];
		json_t *object = json_object();
		write_text(renderer, object, "name", context->name);
		write_text(renderer, object, "program_type", context->program_type);
		write_text(renderer, object, "attach_type", context->attach_type);
		write_text(renderer, object, "target", context->target);
		write_set(renderer, object, "sleepable", json_boolean(context->sleepable));
		write_text(renderer, object, "state", support_state_word(context->state));
		write_text(renderer, object, "reason", context->reason);
		set_if(renderer, object, "rule", context->rule);
		write_set(renderer, object, "errno", json_integer(context->errnum));
		if (context->attach)
			write_set(renderer, object, "attach", write_attach(renderer, context->attach));
		write_append(renderer, array, object);
	}
	return array;
}

static json_t *evidence_object(struct renderer *renderer, const struct evidence *evidence)
{
	json_t *object = json_object();

	write_set(renderer, object, "errno", json_integer(evidence->errnum));
	write_text(renderer, object, "line", evidence->line);
	set_if(renderer, object, "rule", evidence->rule);
	return object;
}

static json_t *write_cells(struct renderer *renderer, const struct cell *cells)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *object = json_object();

	for (size_t i = 0; i < snapshot->context_cnt && !renderer->options->without_cells; i++) {
		if (cells[i].state != CELL_NONE)
			write_set(renderer, object, snapshot->contexts[i].name,
				json_incref(renderer->words[cells[i].state]));
	}
	return object;
}

static json_t *write_kfunc(struct renderer *renderer, const struct snapshot_kfunc *kfunc)
{
	json_t *object = json_object(), *found_by = json_array();

	for (int i = 0; i < KFUNC_SOURCE_CNT; i++) {
		if (kfunc->found_by & 1u << i)
			write_append(renderer, found_by, json_string(kfunc_source_word(i)));
	}
	write_text(renderer, object, "name", kfunc->name);
	write_text(renderer, object, "module", kfunc->module);
	write_text(renderer, object, "prototype", kfunc->prototype);
	write_set(renderer, object, "flags",
		snapshot_flags_known(kfunc)
			? write_texts(renderer, kfunc->flags, kfunc->flag_cnt)
			: json_null());
	if (kfunc->set_cnt)
		write_set(renderer, object, "sets", write_texts(renderer, kfunc->sets, kfunc->set_cnt));
	write_set(renderer, object, "found_by", found_by);
	write_set(renderer, object, "cells", write_cells(renderer, kfunc->cells));
	return object;
}

static json_t *write_kfuncs(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->kfunc_cnt; i++)
		write_append(renderer, array, write_kfunc(renderer, &renderer->snapshot->kfuncs[i]));
	return array;
}

static json_t *helpers(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->helper_cnt; i++) {
		const struct snapshot_helper *helper = &renderer->snapshot->helpers[i];
		json_t *object = json_object();
		write_text(renderer, object, "name", helper->name);
		write_set(renderer, object, "id", json_integer(helper->id));
		write_set(renderer, object, "cells", write_cells(renderer, helper->cells));
		write_append(renderer, array, object);
	}
	return array;
}

static bool same_name_beside(const struct snapshot *snapshot, size_t index)
{
	const struct snapshot_kfunc *kfuncs = snapshot->kfuncs;

	return (index && !strcmp(kfuncs[index - 1].name, kfuncs[index].name)) ||
		(index + 1 < snapshot->kfunc_cnt &&
			!strcmp(kfuncs[index + 1].name, kfuncs[index].name));
}

/* Adds the module only if two modules have a kfunc of the same name. */
static void put_row_name(
	struct buf *text, const struct snapshot *snapshot, enum evidence_matrix matrix, size_t row)
{
	buf_puts(text, matrix == EVIDENCE_OF_KFUNCS ? snapshot->kfuncs[row].name
						    : snapshot->helpers[row].name);
	if (matrix == EVIDENCE_OF_KFUNCS && same_name_beside(snapshot, row))
		buf_printf(text, "[%s]", snapshot->kfuncs[row].module);
}

static json_t *write_row_name(struct renderer *renderer, enum evidence_matrix matrix, size_t row)
{
	_cleanup_buf_ struct buf text = {0};

	put_row_name(&text, renderer->snapshot, matrix, row);
	renderer->failed |= text.failed;
	return json_text_or_null(buf_text(&text));
}

/* The cells of a group. */
static json_t *group_cells(struct renderer *renderer, const struct evidence_group *group)
{
	json_t *object = json_object(), *rows = json_array(), *contexts = json_array();

	if (!group->rows)
		write_append(renderer, rows, json_string(EVIDENCE_OF_ALL));
	for (size_t i = 0; i < group->row_cnt; i++)
		write_append(renderer, rows, write_row_name(renderer, group->matrix, group->rows[i]));
	if (!group->contexts)
		write_append(renderer, contexts, json_string(EVIDENCE_OF_ALL));
	for (size_t i = 0; i < group->context_cnt; i++)
		write_append(renderer, contexts,
			json_text_or_null(renderer->snapshot->contexts[group->contexts[i]].name));
	write_set(renderer, object, evidence_matrix_word(group->matrix), rows);
	write_set(renderer, object, "contexts", contexts);
	if (group->state < CELL_STATE_CNT)
		write_text(renderer, object, "state", cell_state_word(group->state));
	return object;
}

static bool one_evidence(const struct evidence_group *a, const struct evidence_group *b)
{
	return a->scope == b->scope && evidence_same(a->evidence, b->evidence);
}

/* Each evidence once, with its cells. */
static json_t *reasons(struct renderer *renderer)
{
	json_t *array = json_array(), *cells = NULL;
	struct evidence_groups groups;

	renderer->failed |= !evidence_groups_init(&groups, renderer->snapshot);
	for (size_t i = 0; i < groups.cnt && !renderer->failed; i++) {
		const struct evidence_group *group = &groups.list[i];
		if (!i || !one_evidence(group - 1, group)) {
			json_t *object = evidence_object(renderer, group->evidence);
			cells = json_array();
			write_set(renderer, object, "cells", cells);
			write_append(renderer, array, object);
		}
		write_append(renderer, cells, group_cells(renderer, group));
	}
	evidence_groups_deinit(&groups);
	return array;
}

enum evidence_kept evidence_kept_parse(const char *word)
{
	int kept = 0;

	while (kept < EVIDENCE_KEPT_CNT && strcmp(kept_words[kept], word))
		kept++;
	return kept;
}

static bool is_kept(const struct renderer *renderer, const struct cell *cell)
{
	if (cell->state == CELL_NONE || evidence_is_empty(cell->evidence))
		return false;
	if (renderer->options->evidence != EVIDENCE_KEPT_INTERESTING)
		return renderer->options->evidence != EVIDENCE_KEPT_NONE;
	switch (cell->state) {
	case CELL_RAN:
	case CELL_LOADABLE:
	case CELL_REFUSED:
	case CELL_ABSENT:
	case CELL_UNSUPPORTED:
		return false;
	default:
		return !cell->evidence->rule || strcmp(cell->evidence->rule, EVIDENCE_OF_CONTEXT);
	}
}

/* Adds a key for each cell of a row with evidence. Neighbours with the same evidence share the object. */
static void row_evidence(struct renderer *renderer, json_t *all, enum evidence_matrix matrix,
	size_t row, const struct cell *cells)
{
	const struct evidence *last = NULL;
	json_t *object = NULL;
	_cleanup_buf_ struct buf begin = {0}, key = {0};

	buf_puts(&begin, evidence_matrix_key(matrix));
	put_row_name(&begin, renderer->snapshot, matrix, row);
	for (size_t i = 0; i < renderer->snapshot->context_cnt; i++) {
		const struct evidence *evidence = cells[i].evidence;
		if (!is_kept(renderer, &cells[i]))
			continue;
		if (!object || evidence != last)
			object = evidence_object(renderer, evidence);
		else
			json_incref(object);
		last = evidence;
		buf_clear(&key);
		buf_printf(&key, "%s@%s", buf_text(&begin), renderer->snapshot->contexts[i].name);
		renderer->failed |= begin.failed || key.failed;
		write_set(renderer, all, buf_text(&key), object);
	}
}

static json_t *evidence(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *all = json_object();

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		row_evidence(renderer, all, EVIDENCE_OF_KFUNCS, i, snapshot->kfuncs[i].cells);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		row_evidence(renderer, all, EVIDENCE_OF_HELPERS, i, snapshot->helpers[i].cells);
	return all;
}

static json_t *write_features(struct renderer *renderer, const struct snapshot_features *features)
{
	json_t *array = json_array();

	for (size_t i = 0; i < features->cnt; i++) {
		const struct snapshot_feature *feature = &features->list[i];
		json_t *object = json_object();
		write_text(renderer, object, "name", feature->name);
		write_text(renderer, object, "state", support_state_word(feature->state));
		write_text(renderer, object, "reason", feature->reason);
		write_set(renderer, object, "errno", json_integer(feature->errnum));
		write_append(renderer, array, object);
	}
	return array;
}

static void set_symbol_facts(
	struct renderer *renderer, json_t *object, const struct function_symbol *facts)
{
	if (facts->size_bytes)
		write_set(renderer, object, "size", json_integer((json_int_t)facts->size_bytes));
	write_text(renderer, object, "binding", function_binding_word(facts->binding));
	write_text(renderer, object, "section", facts->section);
	write_text(renderer, object, "region", facts->region);
	write_set(renderer, object, "patchable", snapshot_write_tristate(facts->patchable));
	write_set(renderer, object, "kprobe_refused", snapshot_write_tristate(facts->kprobe_refused));
	write_text(renderer, object, "exported", function_export_word(facts->exported));
}

static json_t *symbol(struct renderer *renderer, const struct snapshot_function *function,
	const struct snapshot_symbol *symbol)
{
	const struct function_symbol *facts = snapshot_symbol_facts(function, symbol);
	json_t *object = json_object();
	char text[32], type[2] = {symbol->type, '\0'};

	write_text(renderer, object, "name", symbol->name);
	write_text(renderer, object, "module", symbol->module);
	write_text(renderer, object, "type", type);
	if (renderer->options->addresses && symbol->address) {
		snprintf(text, sizeof(text), "0x%" PRIx64, symbol->address);
		write_text(renderer, object, "address", text);
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
		write_set(renderer, one, "possible", snapshot_write_tristate(answer.possible));
		write_text(renderer, one, "reason", answer.reason);
		set_if(renderer, one, "rule", predict_rule_id(answer.rule));
		write_set(renderer, object, function_attach_word((enum function_attach)i), one);
	}
	return object;
}

static json_t *write_attached(struct renderer *renderer, const struct snapshot_attachment *tries)
{
	json_t *object = json_object();

	for (int i = 0; i < FUNCTION_ATTACH_CNT; i++) {
		json_t *one = json_object();
		write_set(renderer, one, "possible", snapshot_write_tristate(tries[i].possible));
		write_text(renderer, one, "reason", tries[i].reason);
		write_set(renderer, one, "errno", json_integer(tries[i].errnum));
		write_set(renderer, object, function_attach_word((enum function_attach)i), one);
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
	write_set(renderer, object, "attach", attachability(renderer, function));
}

static json_t *write_function(struct renderer *renderer, const struct snapshot_function *function)
{
	json_t *object = json_object(), *symbols = json_array();

	for (size_t i = 0; i < function->symbol_cnt; i++)
		write_append(renderer, symbols, symbol(renderer, function, &function->symbols[i]));
	write_text(renderer, object, "name", function->name);
	write_text(renderer, object, "state", function->state);
	write_text(renderer, object, "reason", function->reason);
	write_set(renderer, object, "symbols", symbols);
	write_set(renderer, object, "prototypes",
		write_texts(renderer, function->prototypes, function->prototype_cnt));
	write_set(renderer, object, "collision", json_boolean(function->collision));
	write_set(renderer, object, "traceable", snapshot_write_tristate(function->traceable));
	write_set(renderer, object, "kprobe_blacklisted", snapshot_write_tristate(function->kprobe_blacklisted));
	if (function->fentry.state != CELL_NONE) {
		write_set(renderer, object, "fentry", json_incref(renderer->words[function->fentry.state]));
		if (function->fentry.evidence)
			write_set(renderer, object, "fentry_evidence",
				evidence_object(renderer, function->fentry.evidence));
	}
	if (function->attached)
		write_set(renderer, object, "attached", write_attached(renderer, function->attached));
	if (function->facts)
		set_facts(renderer, object, function);
	return object;
}

static json_t *write_function_globs(struct renderer *renderer)
{
	json_t *array = json_array();

	for (size_t i = 0; i < renderer->snapshot->function_glob_cnt; i++) {
		const struct snapshot_function_glob *glob = &renderer->snapshot->function_globs[i];
		json_t *object = json_object();
		write_text(renderer, object, "glob", glob->glob);
		write_text(renderer, object, "state", glob->state);
		write_text(renderer, object, "reason", glob->reason);
		write_append(renderer, array, object);
	}
	return array;
}

/* One function after another: a kernel has a hundred thousand. */
static void snapshot_write_functions(struct renderer *renderer, struct json_members *root)
{
	json_members_list(root, "functions");
	for (size_t i = 0; i < renderer->snapshot->function_cnt; i++)
		json_members_element(root, write_function(renderer, &renderer->snapshot->functions[i]));
	json_members_list_end(root);
}

static json_t *write_programs(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->program_cnt; i++) {
		const struct snapshot_program *program = &snapshot->programs[i];
		json_t *object = json_object();
		write_text(renderer, object, "name", program->name);
		write_text(renderer, object, "context", program->context);
		write_text(renderer, object, "method", program->method);
		write_text(renderer, object, "state", cell_state_word(program->state));
		write_text(renderer, object, "reason", program->reason);
		write_set(renderer, object, "errno", json_integer(program->errnum));
		write_append(renderer, array, object);
	}
	return array;
}

static json_t *write_layouts(struct renderer *renderer)
{
	const struct snapshot *snapshot = renderer->snapshot;
	json_t *array = json_array();

	for (size_t i = 0; i < snapshot->layout_cnt; i++) {
		const struct snapshot_layout *layout = &snapshot->layouts[i];
		json_t *object = json_object(), *contexts = json_array();
		for (size_t k = 0; k < layout->context_cnt; k++)
			write_append(renderer, contexts,
				json_text_or_null(snapshot->contexts[layout->contexts[k]].name));
		write_text(renderer, object, "struct", layout->type);
		write_set(renderer, object, "contexts", contexts);
		write_set(renderer, object, "fields", render_json_layout_fields(layout));
		write_append(renderer, array, object);
	}
	return array;
}

static json_t *meta(struct renderer *renderer)
{
	json_t *object = json_object();

	write_text(renderer, object, "kcompat", KCOMPAT_VERSION);
	write_set(renderer, object, "unrecognised", json_integer((json_int_t)renderer->snapshot->unrecognised));
	if (renderer->options->evidence == EVIDENCE_KEPT_NONE ||
		renderer->options->evidence == EVIDENCE_KEPT_INTERESTING)
		write_text(renderer, object, "evidence", kept_words[renderer->options->evidence]);
	return object;
}

static json_t *write_fingerprint(struct renderer *renderer)
{
	struct fingerprint fingerprint = {0};
	json_t *object = json_object();

	renderer->failed |= !snapshot_fingerprint(renderer->snapshot, &fingerprint);
	write_text(renderer, object, "all", fingerprint.all);
	write_text(renderer, object, "core", fingerprint.core);
	return object;
}

static void write_parts(struct renderer *renderer, struct json_members *root)
{
	const struct snapshot *snapshot = renderer->snapshot;

	json_members_put(root, "schema", json_string(SNAPSHOT_SCHEMA));
	json_members_put(root, "meta", meta(renderer));
	json_members_put(root, "fingerprint", write_fingerprint(renderer));
	json_members_put(root, "kernel", write_kernel(renderer));
	json_members_put(root, "source", source(renderer));
	json_members_put(root, "environment", write_environment(renderer));
	json_members_put(root, "config", config(renderer));
	json_members_put(root, "contexts", snapshot_write_contexts(renderer));
	json_members_put(root, "kfuncs", write_kfuncs(renderer));
	json_members_put(root, "helpers", helpers(renderer));
	snapshot_write_functions(renderer, root);
	if (snapshot->function_glob_cnt)
		json_members_put(root, "function_globs", write_function_globs(renderer));
	json_members_put(root, "program_types", write_features(renderer, &snapshot->program_types));
	json_members_put(root, "map_types", write_features(renderer, &snapshot->map_types));
	json_members_put(root, "attach_types", write_features(renderer, &snapshot->attach_types));
	json_members_put(root, "link_types", write_features(renderer, &snapshot->link_types));
	json_members_put(root, "features", write_features(renderer, &snapshot->features));
	json_members_put(root, "programs", write_programs(renderer));
	if (snapshot->has_layouts)
		json_members_put(root, "layouts", write_layouts(renderer));
	if (renderer->options->evidence == EVIDENCE_KEPT_PACKED)
		json_members_put(root, "reasons", reasons(renderer));
	else
		json_members_put(root, "evidence", evidence(renderer));
}

struct error *render_json(
	const struct snapshot *snapshot, const struct render_json_options *options, struct buf *out)
{
	struct renderer renderer = {.snapshot = snapshot, .options = options};
	struct json_members root = {.out = out, .one_line = options->one_line};

	for (int i = 0; i < CELL_STATE_CNT; i++)
		renderer.words[i] = json_string(cell_state_word(i));
	json_members_begin(&root);
	write_parts(&renderer, &root);
	json_members_end(&root);
	buf_putc(out, '\n');
	for (int i = 0; i < CELL_STATE_CNT; i++)
		json_decref(renderer.words[i]);
	return renderer.failed || root.failed || out->failed ? error_no_memory() : NULL;
}
