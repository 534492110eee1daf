/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_evidence.h"
#include "snapshot_evidence.h"

#include <stdlib.h>
#include <string.h>

/* The rows of the matrix by name. */
struct row {
	const char *name;
	const char *module; /* NULL: a helper */
	struct cell *cells;
};

struct rows {
	struct row *list;
	size_t cnt;
};

struct matrix {
	struct rows kfuncs, helpers;
	const json_t *contexts; /* name -> index */
	size_t context_cnt;
};

/* What an evidence belongs to, as its key says. */
struct evidence_key {
	bool kfunc;
	const char *name;      /* "*": all */
	const char *module;    /* NULL: not said */
	const char *context;   /* "*": all */
	enum cell_state state; /* CELL_STATE_CNT: whatever the state */
};

/* The more cells a key speaks of, the later it is asked. */
enum key_scope { SCOPE_CELL, SCOPE_ROW, SCOPE_COLUMN, SCOPE_CNT };

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static void kfunc_rows(
	struct json_reader *reader, const struct snapshot *snapshot, struct rows *rows)
{
	rows->list = pool_calloc(reader->pool, snapshot->kfunc_cnt, sizeof(*rows->list));
	if (!rows->list)
		return json_no_memory(reader);
	rows->cnt = snapshot->kfunc_cnt;
	for (size_t i = 0; i < rows->cnt; i++)
		rows->list[i] = (struct row) {snapshot->kfuncs[i].name, snapshot->kfuncs[i].module,
			snapshot->kfuncs[i].cells};
}

static void helper_rows(
	struct json_reader *reader, const struct snapshot *snapshot, struct rows *rows)
{
	rows->list = pool_calloc(reader->pool, snapshot->helper_cnt, sizeof(*rows->list));
	if (!rows->list)
		return json_no_memory(reader);
	rows->cnt = snapshot->helper_cnt;
	for (size_t i = 0; i < rows->cnt; i++)
		rows->list[i] = (struct row) {
			.name = snapshot->helpers[i].name, .cells = snapshot->helpers[i].cells};
	if (rows->cnt)
		qsort(rows->list, rows->cnt, sizeof(*rows->list), compare_rows);
}

struct evidence *load_evidence(
	struct json_reader *reader, struct json_place place, const char *key, const json_t *object)
{
	struct evidence *evidence = pool_alloc(reader->pool, sizeof(*evidence));

	if (!evidence)
		json_no_memory(reader);
	else if (!json_is_object(object))
		json_expected(reader, place, key, "an object", object);
	else
		*evidence = (struct evidence) {
			.errnum = json_errno(reader, place, object, "errno"),
			.line = json_text(reader, place, object, "line"),
			.rule = json_text(reader, place, object, "rule"),
		};
	return evidence;
}

static enum key_scope scope_of(const struct evidence_key *key)
{
	if (!strcmp(key->name, "*"))
		return SCOPE_COLUMN;
	return strcmp(key->context, "*") ? SCOPE_CELL : SCOPE_ROW;
}

/* Cuts `text` at the first `c` and gives what stands behind it; NULL: there is none. */
static char *cut(char *text, char c)
{
	char *at = strchr(text, c);

	if (!at)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* False for a key of another shape, which newer versions may have. */
static bool split_key(struct json_reader *reader, const char *text, struct evidence_key *key)
{
	char *kind = pool_strdup(reader->pool, text);

	if (!kind) {
		json_no_memory(reader);
		return false;
	}
	char *name = cut(kind, '/'), *context = name ? cut(name, '@') : NULL;
	char *module = name ? cut(name, '[') : NULL, *state = context ? cut(context, ':') : NULL;
	if (!context || (strcmp(kind, "kfunc") && strcmp(kind, "helper")))
		return false;
	if (module)
		cut(module, ']');
	*key = (struct evidence_key) {
		.kfunc = !strcmp(kind, "kfunc"),
		.name = name,
		.module = module,
		.context = context,
		.state = state ? cell_state_parse(state) : CELL_STATE_CNT,
	};
	return !state || key->state < CELL_STATE_CNT;
}

static void attach(
	struct cell *cell, const struct evidence_key *key, const struct evidence *evidence)
{
	if (cell->state != CELL_NONE && !cell->evidence &&
		(key->state == CELL_STATE_CNT || key->state == cell->state))
		cell->evidence = evidence;
}

/* The cells of one row that the key speaks of. */
static void attach_in_row(const struct matrix *matrix, const struct evidence_key *key,
	struct cell *cells, const struct evidence *evidence)
{
	const json_t *at = json_object_get(matrix->contexts, key->context);

	if (at)
		attach(&cells[json_integer_value(at)], key, evidence);
	for (size_t i = 0; !strcmp(key->context, "*") && i < matrix->context_cnt; i++)
		attach(&cells[i], key, evidence);
}

static void attach_to_all(const struct matrix *matrix, const struct evidence_key *key,
	const struct evidence *evidence)
{
	const struct rows *rows = key->kfunc ? &matrix->kfuncs : &matrix->helpers;

	for (size_t i = 0; i < rows->cnt; i++)
		attach_in_row(matrix, key, rows->list[i].cells, evidence);
}

static void attach_to_named(const struct matrix *matrix, const struct evidence_key *key,
	const struct evidence *evidence)
{
	const struct rows *rows = key->kfunc ? &matrix->kfuncs : &matrix->helpers;
	struct row wanted = {.name = key->name};
	const struct row *end = rows->list + rows->cnt;
	const struct row *row = rows->cnt
		? bsearch(&wanted, rows->list, rows->cnt, sizeof(*row), compare_rows)
		: NULL;

	while (row && row > rows->list && !strcmp(row[-1].name, key->name))
		row--;
	for (; row && row < end && !strcmp(row->name, key->name); row++) {
		if (!key->module || !row->module || !strcmp(row->module, key->module))
			attach_in_row(matrix, key, row->cells, evidence);
	}
}

static void read_keys(
	struct json_reader *reader, json_t *all, const struct matrix *matrix, enum key_scope scope)
{
	struct json_place place = {.list = "evidence", .at = JSON_PLACE_ALONE};
	struct evidence_key key;
	const char *text;
	json_t *value;

	json_object_foreach(all, text, value)
	{
		if (reader->error)
			return;
		if (!split_key(reader, text, &key) || scope_of(&key) != scope)
			continue;
		const struct evidence *evidence = load_evidence(reader, place, text, value);
		if (reader->error)
			return;
		if (scope == SCOPE_COLUMN)
			attach_to_all(matrix, &key, evidence);
		else
			attach_to_named(matrix, &key, evidence);
	}
}

static void attach_explained(const struct rows *rows, const struct snapshot_context *context,
	size_t at, const struct evidence *evidence)
{
	for (size_t i = 0; i < rows->cnt; i++) {
		struct cell *cell = &rows->list[i].cells[at];
		if (!cell->evidence && context_explains(context, cell->state))
			cell->evidence = evidence;
	}
}

/* What is left is in the state of its context for the context's reason. */
static void attach_contexts(
	struct json_reader *reader, const struct snapshot *snapshot, const struct matrix *matrix)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		struct evidence found = context_evidence(snapshot, &snapshot->contexts[i]);
		if (evidence_is_empty(&found))
			continue;
		struct evidence *evidence = pool_alloc(reader->pool, sizeof(*evidence));
		if (!evidence)
			return json_no_memory(reader);
		*evidence = found;
		attach_explained(&matrix->kfuncs, &snapshot->contexts[i], i, evidence);
		attach_explained(&matrix->helpers, &snapshot->contexts[i], i, evidence);
	}
}

/* One that says nothing stood for none. */
static void drop_empty(const struct rows *rows, size_t context_cnt)
{
	for (size_t i = 0; i < rows->cnt; i++) {
		for (size_t k = 0; k < context_cnt; k++) {
			struct cell *cell = &rows->list[i].cells[k];
			if (evidence_is_empty(cell->evidence))
				cell->evidence = NULL;
		}
	}
}

void load_evidences(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts)
{
	struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};
	json_t *all = (json_t *)json_member_object(reader, document, root, "evidence");
	struct matrix matrix = {.contexts = contexts, .context_cnt = snapshot->context_cnt};

	if (reader->error)
		return;
	kfunc_rows(reader, snapshot, &matrix.kfuncs);
	helper_rows(reader, snapshot, &matrix.helpers);
	for (enum key_scope scope = 0; scope < SCOPE_CNT; scope++)
		read_keys(reader, all, &matrix, scope);
	if (reader->error)
		return;
	attach_contexts(reader, snapshot, &matrix);
	drop_empty(&matrix.kfuncs, snapshot->context_cnt);
	drop_empty(&matrix.helpers, snapshot->context_cnt);
}
