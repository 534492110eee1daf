/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/read_evidence.h"
#include "snapshot/snapshot.h"

#include <stdlib.h>
#include <string.h>

static const struct json_place DOCUMENT = {.list = "", .at = JSON_PLACE_ALONE};

/* The rows of a matrix by name. */
struct row {
	const char *name;
	const char *module; /* NULL: a helper */
	struct cell *cells;
};

struct rows {
	struct row *list;
	size_t cnt;
};

struct loader {
	struct json_reader *reader;
	struct rows rows[EVIDENCE_MATRIX_CNT];
	const json_t *contexts; /* name -> index */
	size_t context_cnt;
	uint64_t budget; /* how many more cells the groups may list */
};

/* The cells of one piece of evidence. */
struct group {
	const struct evidence *evidence;
	const struct rows *rows;
	enum cell_state state; /* CELL_STATE_CNT: any state */
	size_t *contexts;      /* [context_cnt] */
	size_t context_cnt;
};

static int read_evidence_compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* They are sorted already. */
static void read_evidence_kfunc_rows(
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

static void read_evidence_helper_rows(
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
		qsort(rows->list, rows->cnt, sizeof(*rows->list), read_evidence_compare_rows);
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

/* A required list of names; NULL after an error. */
static const json_t *read_evidence_names(
	struct loader *loader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *array = json_member_array(loader->reader, place, object, key), *name;
	size_t i;

	if (!loader->reader->error && !array)
		json_expected(loader->reader, place, key, "an array", NULL);
	json_array_foreach(array, i, name)
	{
		if (!json_is_string(name))
			json_expected(loader->reader, place, key, "texts", name);
	}
	return loader->reader->error ? NULL : array;
}

static bool is_all(const json_t *names)
{
	return json_array_size(names) == 1 &&
		!strcmp(json_string_value(json_array_get(names, 0)), EVIDENCE_OF_ALL);
}

static void group_contexts(struct loader *loader, const json_t *names, struct group *group)
{
	bool all = is_all(names);
	size_t cnt = all ? loader->context_cnt : json_array_size(names);

	group->contexts = pool_calloc(loader->reader->pool, cnt + 1, sizeof(*group->contexts));
	if (!group->contexts)
		return json_no_memory(loader->reader);
	for (size_t i = 0; i < cnt; i++) {
		const json_t *at = all ? NULL
			: json_object_get(loader->contexts, json_string_value(json_array_get(names, i)));
		if (all || at)
			group->contexts[group->context_cnt++] =
				all ? i : (size_t)json_integer_value(at);
	}
}

/* A cell takes the first evidence that lists it. */
static void read_evidence_attach(struct loader *loader, const struct group *group, const struct row *row)
{
	if (loader->budget < group->context_cnt)
		return json_expected_key(loader->reader, DOCUMENT, "reasons",
			"groups of different cells", "repeated cells");
	loader->budget -= group->context_cnt;
	for (size_t i = 0; i < group->context_cnt; i++) {
		struct cell *cell = &row->cells[group->contexts[i]];
		if (cell->state != CELL_NONE && !cell->evidence &&
			(group->state == CELL_STATE_CNT || group->state == cell->state))
			cell->evidence = group->evidence;
	}
}

/* `text` is NAME, or NAME[MODULE] if several modules have the name. */
static void attach_named(struct loader *loader, const struct group *group, const char *text)
{
	char *name = pool_strdup(loader->reader->pool, text), *module = name ? strchr(name, '[') : NULL;
	const struct rows *rows = group->rows;
	const struct row *end = rows->list + rows->cnt;

	if (!name)
		return json_no_memory(loader->reader);
	if (module) {
		*module++ = '\0';
		module[strcspn(module, "]")] = '\0';
	}
	struct row wanted = {.name = name};
	const struct row *row = rows->cnt
		? bsearch(&wanted, rows->list, rows->cnt, sizeof(*row), read_evidence_compare_rows)
		: NULL;
	while (row && row > rows->list && !strcmp(row[-1].name, name))
		row--;
	for (; row && row < end && !strcmp(row->name, name) && !loader->reader->error; row++) {
		if (!module || !row->module || !strcmp(row->module, module))
			read_evidence_attach(loader, group, row);
	}
}

static void read_group(struct loader *loader, const json_t *object, struct group *group)
{
	struct json_place place = {.list = "reasons.cells", .at = JSON_PLACE_ALONE};
	enum evidence_matrix matrix = json_object_get(object, evidence_matrix_word(EVIDENCE_OF_HELPERS))
		? EVIDENCE_OF_HELPERS
		: EVIDENCE_OF_KFUNCS;
	const json_t *rows = read_evidence_names(loader, place, object, evidence_matrix_word(matrix));
	const json_t *contexts = rows ? read_evidence_names(loader, place, object, "contexts") : NULL;
	const char *state = json_text(loader->reader, place, object, "state");

	if (!contexts || loader->reader->error)
		return;
	group->rows = &loader->rows[matrix];
	group->state = state ? cell_state_parse(state) : CELL_STATE_CNT;
	if (state && group->state == CELL_STATE_CNT)
		return json_expected_key(loader->reader, place, "state", "a state such as permitted", state);
	group_contexts(loader, contexts, group);
	for (size_t i = 0; is_all(rows) && i < group->rows->cnt && !loader->reader->error; i++)
		read_evidence_attach(loader, group, &group->rows->list[i]);
	for (size_t i = 0; !is_all(rows) && i < json_array_size(rows) && !loader->reader->error; i++)
		attach_named(loader, group, json_string_value(json_array_get(rows, i)));
}

static void read_groups(struct loader *loader, size_t at, const json_t *object)
{
	struct json_place place = {.list = "reasons", .at = at};
	const struct evidence *evidence = load_evidence(loader->reader, place, NULL, object);
	const json_t *cells = loader->reader->error
		? NULL
		: json_member_array(loader->reader, place, object, "cells");
	const json_t *group;
	size_t i;

	json_array_foreach(cells, i, group)
	{
		if (!json_is_object(group))
			json_expected(loader->reader, place, "cells", "objects", group);
		if (loader->reader->error)
			return;
		read_group(loader, group, &(struct group) {.evidence = evidence});
	}
}

/* `key` is KIND/NAME@CONTEXT. Other keys are ignored, because newer versions may have them. */
static void read_cell(struct loader *loader, const char *key, const json_t *object)
{
	struct json_place place = {.list = "evidence", .at = JSON_PLACE_ALONE};
	char *text = pool_strdup(loader->reader->pool, key), *at = text ? strchr(text, '@') : NULL;
	struct group group = {.state = CELL_STATE_CNT, .context_cnt = 1};
	size_t context;

	if (!text)
		return json_no_memory(loader->reader);
	group.evidence = load_evidence(loader->reader, place, key, object);
	const json_t *index = at ? json_object_get(loader->contexts, at + 1) : NULL;
	if (loader->reader->error || !index)
		return;
	*at = '\0';
	context = (size_t)json_integer_value(index);
	group.contexts = &context;
	for (int i = 0; i < EVIDENCE_MATRIX_CNT; i++) {
		const char *prefix = evidence_matrix_key(i);
		group.rows = &loader->rows[i];
		if (!strncmp(text, prefix, strlen(prefix)))
			attach_named(loader, &group, text + strlen(prefix));
	}
}

/* Empty evidence means none. */
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
	const json_t *reasons = json_member_array(reader, DOCUMENT, root, "reasons");
	json_t *cells = (json_t *)json_member_object(reader, DOCUMENT, root, "evidence"), *object;
	const char *key;
	struct loader loader = {
		.reader = reader, .contexts = contexts, .context_cnt = snapshot->context_cnt};
	size_t i;

	if (reader->error)
		return;
	read_evidence_kfunc_rows(reader, snapshot, &loader.rows[EVIDENCE_OF_KFUNCS]);
	read_evidence_helper_rows(reader, snapshot, &loader.rows[EVIDENCE_OF_HELPERS]);
	/* A cell is listed once for itself, and once for each state of its row and of its column. */
	loader.budget = ((uint64_t)snapshot->kfunc_cnt + snapshot->helper_cnt) *
		snapshot->context_cnt * (1 + 2 * CELL_STATE_CNT);
	json_object_foreach(cells, key, object)
	{
		if (!reader->error)
			read_cell(&loader, key, object);
	}
	json_array_foreach(reasons, i, object)
	{
		if (!reader->error)
			read_groups(&loader, i, object);
	}
	for (i = 0; i < EVIDENCE_MATRIX_CNT && !reader->error; i++)
		drop_empty(&loader.rows[i], snapshot->context_cnt);
}
