/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_evidence.h"

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
};

/* What an evidence belongs to. */
struct evidence_key {
	bool kfunc;
	const char *name;
	const char *module; /* NULL: not said */
	const char *context;
};

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

/* "kfunc/ *@CONTEXT" without the blank. */
static bool is_of_rest(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && slash[1] == '*' && slash[2] == '@';
}

/* False for a key of another shape, which newer versions may have. */
static bool split_key(struct json_reader *reader, const char *text, struct evidence_key *key)
{
	const char *slash = strchr(text, '/'), *at = slash ? strchr(slash, '@') : NULL;

	key->kfunc = !strncmp(text, "kfunc/", 6);
	if (!at || (!key->kfunc && strncmp(text, "helper/", 7)))
		return false;
	char *name = pool_strndup(reader->pool, slash + 1, (size_t)(at - slash - 1));
	if (!name) {
		json_no_memory(reader);
		return false;
	}
	char *bracket = strchr(name, '[');
	if (bracket) {
		*bracket = '\0';
		bracket[1 + strcspn(bracket + 1, "]")] = '\0';
	}
	key->name = name;
	key->module = bracket ? bracket + 1 : NULL;
	key->context = at + 1;
	return true;
}

static void attach(const struct rows *rows, const struct evidence_key *key, size_t context,
	const struct evidence *evidence)
{
	struct row wanted = {.name = key->name};
	const struct row *end = rows->list + rows->cnt;
	const struct row *row = rows->cnt
		? bsearch(&wanted, rows->list, rows->cnt, sizeof(*row), compare_rows)
		: NULL;

	while (row && row > rows->list && !strcmp(row[-1].name, key->name))
		row--;
	for (; row && row < end && !strcmp(row->name, key->name); row++) {
		if (!key->module || !row->module || !strcmp(row->module, key->module))
			row->cells[context].evidence = evidence;
	}
}

static void attach_to_rest(const struct rows *rows, size_t context, const struct evidence *evidence)
{
	for (size_t i = 0; i < rows->cnt; i++) {
		struct cell *cell = &rows->list[i].cells[context];
		if (cell->state != CELL_NONE && !cell->evidence)
			cell->evidence = evidence;
	}
}

/* The keys that name a function, or those that speak of the rest. */
static void read_keys(
	struct json_reader *reader, json_t *all, const struct matrix *matrix, bool of_rest)
{
	struct json_place place = {.list = "evidence", .at = JSON_PLACE_ALONE};
	struct evidence_key key;
	const char *text;
	json_t *value;

	json_object_foreach(all, text, value)
	{
		if (reader->error)
			return;
		if (is_of_rest(text) != of_rest || !split_key(reader, text, &key))
			continue;
		const struct evidence *evidence = load_evidence(reader, place, text, value);
		const json_t *at = json_object_get(matrix->contexts, key.context);
		const struct rows *rows = key.kfunc ? &matrix->kfuncs : &matrix->helpers;
		if (reader->error || !at)
			continue;
		if (of_rest)
			attach_to_rest(rows, (size_t)json_integer_value(at), evidence);
		else
			attach(rows, &key, (size_t)json_integer_value(at), evidence);
	}
}

void load_evidences(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts)
{
	struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};
	json_t *all = (json_t *)json_member_object(reader, document, root, "evidence");
	struct matrix matrix = {.contexts = contexts};

	if (reader->error)
		return;
	kfunc_rows(reader, snapshot, &matrix.kfuncs);
	helper_rows(reader, snapshot, &matrix.helpers);
	read_keys(reader, all, &matrix, false);
	read_keys(reader, all, &matrix, true);
}
