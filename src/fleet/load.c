/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From rows to a snapshot. The rows become the document that they were made from, and the reader of
 * snapshots checks it. Only states, evidence and configuration take a shorter way: they are most of
 * a snapshot.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/db.h"
#include "fleet/schema.h"
#include "fleet/utf8.h"
#include "snapshot/file.h"
#include "util/array.h"
#include "util/json_write.h"
#include "util/sort.h"

/* The cells of a kfunc or a helper that somebody wants. */
struct call_row {
	bool is_kfunc;
	const char *name, *module;
	const char *letters, *why; /* why NULL: no evidence */
};

struct loading {
	struct fleet *fleet;
	struct pool pool;
	const struct fleet_wanted *wanted;
	int64_t kernel, list, letters, config, rest, settings;
	json_t *root;
	struct call_row *calls;
	size_t call_cnt, call_cap;
};

/* Slots of texts by their id. */
static struct fleet_text *find_slot(struct fleet_text *texts, size_t cap, int64_t id)
{
	size_t at = hash_bytes((const char *)&id, sizeof(id)) & (cap - 1);

	while (texts[at].text && texts[at].id != id)
		at = (at + 1) & (cap - 1);
	return &texts[at];
}

static bool make_room(struct fleet *fleet)
{
	size_t cap = fleet->text_cap ? fleet->text_cap * 2 : 1024;

	if (fleet->text_cnt * 2 < fleet->text_cap)
		return true;
	struct fleet_text *texts = pool_calloc(&fleet->pool, cap, sizeof(*texts));
	if (!texts)
		return false;
	for (size_t i = 0; i < fleet->text_cap; i++) {
		if (fleet->texts[i].text)
			*find_slot(texts, cap, fleet->texts[i].id) = fleet->texts[i];
	}
	fleet->texts = texts;
	fleet->text_cap = cap;
	return true;
}

/* NULL after an error. */
static struct fleet_text *read_text(struct fleet *fleet, int64_t id)
{
	if (fleet->error || !make_room(fleet)) {
		db_no_memory(fleet);
		return NULL;
	}
	struct fleet_text *slot = find_slot(fleet->texts, fleet->text_cap, id);
	if (slot->text)
		return slot;
	sqlite3_stmt *statement = db_begin(fleet, FLEET_GET_TEXT);
	db_bind_number(fleet, statement, 1, id);
	if (!db_row(fleet, statement)) {
		db_damaged(fleet, "there is no text %lld", (long long)id);
		return NULL;
	}
	const char *text = pool_strdup(&fleet->pool, db_text(fleet, statement, 0));
	if (!text)
		db_no_memory(fleet);
	if (fleet->error)
		return NULL;
	*slot = (struct fleet_text) {.id = id, .text = text};
	fleet->text_cnt++;
	return slot;
}

static const char *get_text(struct fleet *fleet, int64_t id)
{
	const struct fleet_text *text = read_text(fleet, id);

	return text ? text->text : "";
}

/* Borrowed. NULL after an error. */
static json_t *get_json(struct fleet *fleet, int64_t id)
{
	struct fleet_text *text = read_text(fleet, id);

	if (!text || text->json)
		return text ? text->json : NULL;
	struct error *error =
		json_parse(text->text, strlen(text->text), JSON_REJECT_DUPLICATES, &text->json);
	if (error && error->code == ERROR_INPUT)
		db_damaged(fleet, "a text is no JSON: %s", error->what);
	if (!error && !json_is_object(text->json))
		db_damaged(fleet, "a text is no object of JSON");
	if (error && error->code != ERROR_INPUT)
		db_fail(fleet, error);
	else
		error_free(error);
	return fleet->error ? NULL : text->json;
}

static void put(struct loading *loading, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		db_no_memory(loading->fleet);
}

static void put_text(struct loading *loading, json_t *object, const char *key, const char *text)
{
	if (text)
		put(loading, object, key, json_text_or_null(text));
}

/* A copy of the object of a text, to which columns are added. */
static json_t *copy_of(struct loading *loading, int64_t id)
{
	json_t *json = id ? get_json(loading->fleet, id) : NULL;
	json_t *copy = json ? json_copy(json) : json_object();

	if (!copy)
		db_no_memory(loading->fleet);
	return copy;
}

static json_t *list_of(struct loading *loading, const char *key)
{
	json_t *list = json_object_get(loading->root, key);

	if (list)
		return list;
	put(loading, loading->root, key, json_array());
	return json_object_get(loading->root, key);
}

static void append(struct loading *loading, const char *key, json_t *value)
{
	if (json_array_append_new(list_of(loading, key), value))
		db_no_memory(loading->fleet);
}

/* A word of the state that a letter stands for; NULL: it is none. */
static const char *word_of(char letter)
{
#define LETTER_WORD(sign, word, says)                                                              \
	if (letter == (sign))                                                                      \
		return word;
	FLEET_SUPPORT_LETTERS(LETTER_WORD)
#undef LETTER_WORD
	for (int i = CELL_NONE + 1; i < CELL_STATE_CNT; i++) {
		if (letter == cell_state_letter(i))
			return cell_state_word(i);
	}
	return NULL;
}

static void load_kernel_row(struct loading *loading, int64_t answers)
{
	static const char *const columns[] = {
		"release", "version", "machine", "arch", "distribution", "flavor", "btf_sha256"};
	struct fleet *fleet = loading->fleet;
	json_t *kernel = json_object(), *meta = json_object(), *facts = NULL;
	sqlite3_stmt *statement = db_begin(fleet, FLEET_GET_KERNEL);

	db_bind_number(fleet, statement, 1, answers);
	if (!db_row(fleet, statement))
		db_damaged(fleet, "there are no answers %lld", (long long)answers);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		put_text(
			loading, kernel, columns[i], db_text_or_null(fleet, statement, (int)i + 1));
	const char *source = pool_strdup(&loading->pool, db_text(fleet, statement, 0));
	const char *text = db_text(fleet, statement, 8);
	struct error *error = fleet->error ? NULL : json_parse(text, strlen(text), 0, &facts);
	if (error)
		db_fail(fleet, error);
	put(loading, meta, "unrecognised", json_integer(db_number(fleet, statement, 9)));
	put(loading, loading->root, "meta", meta);
	put(loading, loading->root, "kernel", kernel);
	loading->list = db_number(fleet, statement, 10);
	loading->letters = db_number(fleet, statement, 11);
	loading->config = db_number(fleet, statement, 12);
	loading->rest = db_number(fleet, statement, 13);
	loading->kernel = db_number(fleet, statement, 14);
	loading->settings = db_number(fleet, statement, 15);
	json_t *rest = copy_of(loading, loading->rest);
	json_t *from = json_object_get(rest, "source");
	json_t *all = json_is_object(from) ? json_copy(from) : json_object();
	put_text(loading, all, "kind", source);
	if (facts)
		put(loading, all, "facts", facts);
	put(loading, loading->root, "source", all);
	if (json_is_true(json_object_get(rest, "layouts")))
		list_of(loading, "layouts");
	json_decref(rest);
}

static void load_settings(struct loading *loading)
{
	static const char *const columns[] = {"lockdown", "jit", "unprivileged_bpf_disabled",
		"kptr_restrict", "container", "config_source", "capabilities", "lsm", "limits"};
	enum { TEXT_CNT = 6 };
	struct fleet *fleet = loading->fleet;
	json_t *environment = json_object();
	sqlite3_stmt *statement = db_begin(fleet, FLEET_GET_SETTINGS);

	db_bind_number(fleet, statement, 1, loading->settings);
	if (!db_row(fleet, statement))
		db_damaged(fleet, "there are no settings %lld", (long long)loading->settings);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const char *text = db_text_or_null(fleet, statement, (int)i);
		json_t *list = NULL;
		struct error *error =
			text && i >= TEXT_CNT ? json_parse(text, strlen(text), 0, &list) : NULL;
		if (error)
			db_fail(fleet, error);
		else if (list)
			put(loading, environment, columns[i], list);
		else
			put_text(loading, environment, columns[i], text);
	}
	put(loading, loading->root, "environment", environment);
}

static void load_contexts(struct loading *loading)
{
	struct fleet *fleet = loading->fleet;
	const char *letters = get_text(fleet, loading->letters);
	size_t cnt = 0, len = strlen(letters);
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_CONTEXTS);

	db_bind_number(fleet, row, 1, loading->list);
	for (; db_row(fleet, row); cnt++) {
		json_t *context = json_object();
		const char *word = cnt < len ? word_of(letters[cnt]) : NULL;
		if (db_number(fleet, row, 0) != (int64_t)cnt + 1 || !word)
			db_damaged(fleet, "contexts and their states do not fit");
		put_text(loading, context, "name", db_text(fleet, row, 1));
		put_text(loading, context, "program_type", db_text(fleet, row, 2));
		put_text(loading, context, "attach_type", db_text_or_null(fleet, row, 3));
		put_text(loading, context, "target", db_text_or_null(fleet, row, 4));
		put(loading, context, "sleepable", json_boolean(db_number(fleet, row, 5)));
		put_text(loading, context, "state", word);
		append(loading, "contexts", context);
	}
	if (cnt != len)
		db_damaged(fleet, "contexts and their states do not fit");
}

static void take_part(struct loading *loading, const char *part, int64_t place, int64_t id)
{
	if (!strcmp(part, "context")) {
		json_t *context = json_array_get(list_of(loading, "contexts"), (size_t)place - 1);
		json_t *more = copy_of(loading, id);
		if (!context)
			db_damaged(loading->fleet, "there is no context %lld", (long long)place);
		else if (json_object_update_missing(context, more))
			db_no_memory(loading->fleet);
		json_decref(more);
		return;
	}
	static const struct {
		const char *part, *key;
	} lists[] = {{"glob", "function_globs"}, {"layout", "layouts"}, {"program", "programs"}};
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!strcmp(part, lists[i].part)) {
			append(loading, lists[i].key, copy_of(loading, id));
			return;
		}
	}
	db_damaged(loading->fleet, "an unknown part");
}

static void load_parts(struct loading *loading)
{
	struct fleet *fleet = loading->fleet;
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_PARTS);

	db_bind_number(fleet, row, 1, loading->kernel);
	while (db_row(fleet, row))
		take_part(loading, db_text(fleet, row, 0), db_number(fleet, row, 1),
			db_number(fleet, row, 2));
}

static bool is_wanted(const struct loading *loading, const char *name)
{
	const struct fleet_wanted *wanted = loading->wanted;

	if (!wanted->names)
		return true;
	if (!wanted->globs)
		return bsearch(&name, wanted->names, wanted->name_cnt, sizeof(*wanted->names),
			compare_texts);
	for (size_t i = 0; i < wanted->name_cnt; i++) {
		if (!fnmatch(wanted->names[i], name, 0))
			return true;
	}
	return false;
}

static void keep_call(struct loading *loading, const struct call_row *row)
{
	struct call_row *calls = pool_grow(&loading->pool, loading->calls, loading->call_cnt,
		&loading->call_cap, sizeof(*calls));

	if (!calls)
		return db_no_memory(loading->fleet);
	loading->calls = calls;
	calls[loading->call_cnt++] = *row;
}

static void load_call(struct loading *loading, sqlite3_stmt *statement)
{
	struct fleet *fleet = loading->fleet;
	const char *kind = db_text(fleet, statement, 0);
	struct call_row row = {
		.is_kfunc = !strcmp(kind, "kfunc"),
		.name = pool_strdup(&loading->pool, db_text(fleet, statement, 1)),
	};
	int64_t module = db_number(fleet, statement, 2), letters = db_number(fleet, statement, 3),
		why = db_row_number(fleet, statement, 4), detail = db_number(fleet, statement, 5);

	if (!row.is_kfunc && strcmp(kind, "helper"))
		db_damaged(fleet, "a call of another kind");
	if (!row.name)
		db_no_memory(fleet);
	if (fleet->error)
		return;
	/* A helper has its number there, which orders the list. */
	bool wanted = is_wanted(loading, row.name);
	json_t *object = copy_of(loading, wanted || !row.is_kfunc ? detail : 0);
	json_object_del(object, "cells");
	put_text(loading, object, "name", row.name);
	row.module = get_text(fleet, module);
	if (row.is_kfunc)
		put_text(loading, object, "module", row.module);
	append(loading, row.is_kfunc ? "kfuncs" : "helpers", object);
	if (!wanted)
		return;
	row.letters = get_text(fleet, letters);
	row.why = why ? get_text(fleet, why) : NULL;
	keep_call(loading, &row);
}

static void load_calls(struct loading *loading)
{
	sqlite3_stmt *statement = db_begin(loading->fleet, FLEET_GET_CALLS);

	list_of(loading, "kfuncs");
	list_of(loading, "helpers");
	db_bind_number(loading->fleet, statement, 1, loading->kernel);
	while (db_row(loading->fleet, statement))
		load_call(loading, statement);
}

/* The list of the JSON for a kind of name; NULL: none. */
static const char *list_for(const char *kind)
{
	static const struct {
		const char *kind, *key;
	} lists[] = {{"attach", "attach_types"}, {"feature", "features"}, {"func", "functions"},
		{"link", "link_types"}, {"map", "map_types"}, {"prog", "program_types"}};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!strcmp(lists[i].kind, kind))
			return lists[i].key;
	}
	return NULL;
}

static void load_has(struct loading *loading)
{
	struct fleet *fleet = loading->fleet;
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_HAS);

	db_bind_number(fleet, row, 1, loading->kernel);
	while (db_row(fleet, row)) {
		const char *key = list_for(db_text(fleet, row, 0)),
			   *letter = db_text(fleet, row, 3);
		const char *word = *letter && !letter[1] ? word_of(*letter) : NULL;
		bool is_function = key && !strcmp(key, "functions");
		int64_t detail = db_row_number(fleet, row, 5);
		if (!key || !word) {
			db_damaged(fleet, "a name of an unknown kind or state");
			return;
		}
		json_t *object = is_function ? copy_of(loading, detail) : json_object();
		put_text(loading, object, "name", db_text(fleet, row, 1));
		put_text(loading, object, "state", word);
		if (!is_function) {
			put(loading, object, "errno", json_integer(db_number(fleet, row, 4)));
			put_text(
				loading, object, "reason", detail ? get_text(fleet, detail) : NULL);
		}
		append(loading, key, object);
	}
}

/* In the store's pool: all snapshots share it. */
static const struct evidence *get_evidence(struct fleet *fleet, int64_t number)
{
	size_t at = (size_t)number, cap = fleet->evidence_cap ? fleet->evidence_cap : 1024;

	while (cap <= at)
		cap *= 2;
	if (cap > fleet->evidence_cap) {
		const struct evidence **list = pool_calloc(&fleet->pool, cap, sizeof(*list));
		if (!list) {
			db_no_memory(fleet);
			return NULL;
		}
		for (size_t i = 0; i < fleet->evidence_cap; i++)
			list[i] = fleet->evidences[i];
		fleet->evidences = list;
		fleet->evidence_cap = cap;
	}
	if (fleet->evidences[at])
		return fleet->evidences[at];
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_EVIDENCE);
	db_bind_number(fleet, row, 1, number);
	if (!db_row(fleet, row))
		db_damaged(fleet, "there is no evidence %lld", (long long)number);
	int64_t errnum = db_number(fleet, row, 0);
	const char *line = db_text(fleet, row, 1), *rule = db_text(fleet, row, 2);
	struct evidence *evidence = pool_calloc(&fleet->pool, 1, sizeof(*evidence));
	if (errnum < 0 || errnum > ERRNO_MAX)
		db_damaged(fleet, "an errno out of range");
	if (!evidence)
		db_no_memory(fleet);
	if (fleet->error)
		return NULL;
	evidence->errnum = (int)errnum;
	evidence->line = *line ? pool_strdup(&fleet->pool, line) : NULL;
	evidence->rule = *rule ? pool_strdup(&fleet->pool, rule) : NULL;
	return fleet->evidences[at] = evidence;
}

static enum cell_state state_of(struct fleet *fleet, char letter)
{
	for (int i = 0; i < CELL_STATE_CNT; i++) {
		if (letter == cell_state_letter(i))
			return i;
	}
	db_damaged(fleet, "an unknown state of a cell");
	return CELL_NONE;
}

static void fill_cells(struct loading *loading, const struct call_row *row,
	const struct snapshot *snapshot, struct cell *cells)
{
	struct fleet *fleet = loading->fleet;
	bool predicted = snapshot_is_scanned(snapshot);
	const char *why = row->why;

	if (strlen(row->letters) != snapshot->context_cnt)
		db_damaged(fleet, "cells and contexts do not fit");
	for (size_t i = 0; i < snapshot->context_cnt && !fleet->error; i++) {
		uint32_t character = why ? utf8_next(&why) : ' ';
		int64_t number = evidence_number(character);
		if (character != ' ' && (!number || character > 0x10ffff))
			db_damaged(fleet, "evidence of cells and contexts do not fit");
		cells[i].state = state_of(fleet, row->letters[i]);
		cells[i].predicted = predicted && cells[i].state != CELL_NONE;
		cells[i].evidence = number && cells[i].state != CELL_NONE && !fleet->error
			? get_evidence(fleet, number)
			: NULL;
	}
	if (why && *why)
		db_damaged(fleet, "evidence of cells and contexts do not fit");
}

/* The lists of a snapshot are sorted: kfuncs by name and module. */
static struct cell **cells_of(const struct call_row *row, struct snapshot *snapshot)
{
	if (row->is_kfunc) {
		const struct snapshot_kfunc key = {.name = row->name, .module = row->module};
		struct snapshot_kfunc *found = snapshot->kfunc_cnt
			? bsearch(&key, snapshot->kfuncs, snapshot->kfunc_cnt, sizeof(key),
				  snapshot_compare_kfuncs)
			: NULL;
		return found ? &found->cells : NULL;
	}
	struct snapshot_helper *helper =
		(struct snapshot_helper *)snapshot_find_helper(snapshot, row->name);
	return helper ? &helper->cells : NULL;
}

static void fill_calls(struct loading *loading, struct snapshot *snapshot)
{
	for (size_t i = 0; i < loading->call_cnt && !loading->fleet->error; i++) {
		struct cell **place = cells_of(&loading->calls[i], snapshot);
		struct cell *cells =
			pool_calloc(&snapshot->pool, snapshot->context_cnt, sizeof(*cells));
		if (!place)
			return db_damaged(loading->fleet, "a call is not in its own list");
		if (!cells)
			return db_no_memory(loading->fleet);
		fill_cells(loading, &loading->calls[i], snapshot, cells);
		*place = cells;
	}
}

static int compare_options(const void *a, const void *b)
{
	return strcmp(((const struct kernel_config_option *)a)->name,
		((const struct kernel_config_option *)b)->name);
}

static void read_options(struct fleet *fleet, int64_t id, struct fleet_config *config)
{
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_OPTIONS);
	size_t cap = 0;

	db_bind_number(fleet, row, 1, id);
	while (db_row(fleet, row)) {
		struct kernel_config_option *list =
			pool_grow(&fleet->pool, config->list, config->cnt, &cap, sizeof(*list));
		struct kernel_config_option option = {
			.name = pool_strdup(&fleet->pool, db_text(fleet, row, 0)),
			.value = pool_strdup(&fleet->pool, db_text(fleet, row, 1))};
		if (!list || !option.name || !option.value)
			return db_no_memory(fleet);
		config->list = list;
		list[config->cnt++] = option;
	}
	if (config->cnt)
		qsort(config->list, config->cnt, sizeof(*config->list), compare_options);
}

/* Snapshots with the same configuration share it. */
static void load_config(struct loading *loading, struct snapshot *snapshot)
{
	struct fleet *fleet = loading->fleet;
	size_t at = 0;

	while (at < fleet->config_cnt && fleet->configs[at].id != loading->config)
		at++;
	if (at == fleet->config_cnt) {
		struct fleet_config *configs = pool_grow(&fleet->pool, fleet->configs,
			fleet->config_cnt, &fleet->config_cap, sizeof(*configs));
		if (!configs)
			return db_no_memory(fleet);
		fleet->configs = configs;
		configs[at] = (struct fleet_config) {.id = loading->config};
		read_options(fleet, loading->config, &configs[at]);
		fleet->config_cnt++;
	}
	snapshot->config = fleet->configs[at].list;
	snapshot->config_cnt = fleet->configs[at].cnt;
}

static void load_document(struct loading *loading, int64_t answers)
{
	put_text(loading, loading->root, "schema", SNAPSHOT_SCHEMA);
	load_kernel_row(loading, answers);
	load_settings(loading);
	load_contexts(loading);
	load_calls(loading);
	load_has(loading);
	load_parts(loading);
}

struct error *fleet_load(struct fleet *fleet, int64_t answers, const struct fleet_wanted *wanted,
	struct snapshot **ret)
{
	struct loading loading = {.fleet = fleet, .wanted = wanted, .root = json_object()};
	struct snapshot *snapshot = NULL;

	if (!loading.root)
		return error_no_memory();
	load_document(&loading, answers);
	struct error *error = db_error(fleet);
	if (!error)
		error = error_prefix(load_snapshot_document(loading.root, &snapshot),
			"%s: a damaged store", fleet->name);
	if (!error) {
		fill_calls(&loading, snapshot);
		load_config(&loading, snapshot);
		error = db_error(fleet);
	}
	json_decref(loading.root);
	pool_destroy(&loading.pool);
	if (error)
		snapshot_destroy(snapshot);
	else
		*ret = snapshot;
	return error;
}

struct error *fleet_list(struct fleet *fleet, const char *host, struct pool *pool,
	struct fleet_entry **ret, size_t *cnt)
{
	sqlite3_stmt *row = db_begin(fleet, FLEET_LIST);
	struct fleet_entry *list = NULL;
	size_t cap = 0;

	*cnt = 0;
	db_bind_text(fleet, row, 1, host);
	while (db_row(fleet, row)) {
		struct fleet_entry *more = pool_grow(pool, list, *cnt, &cap, sizeof(*list));
		if (!more)
			return error_no_memory();
		list = more;
		const char *texts[11];
		for (int i = 1; i < 12; i++) {
			const char *text = i == 2 ? NULL : db_text_or_null(fleet, row, i);
			texts[i - 1] = pool_strdup(pool, text);
		}
		list[*cnt] = (struct fleet_entry) {
			.host = !strcmp(db_text(fleet, row, 0), "host"),
			.name = texts[0],
			.answers = db_number(fleet, row, 2),
			.fingerprint = texts[2],
			.core = texts[3],
			.kernel = {.release = texts[4],
				.version = texts[5],
				.machine = texts[6],
				.arch = texts[7],
				.distribution = texts[8],
				.flavor = texts[9],
				.btf_sha256 = texts[10]},
		};
		if (!texts[0] || !texts[2] || !texts[3] || !db_row_number(fleet, row, 12))
			db_damaged(fleet, "an origin without answers");
		++*cnt;
	}
	*ret = list;
	return db_error(fleet);
}

struct error *fleet_count(struct fleet *fleet, struct fleet_counts *ret)
{
	sqlite3_stmt *row = db_begin(fleet, FLEET_COUNT);

	if (db_row(fleet, row))
		*ret = (struct fleet_counts) {db_number(fleet, row, 0), db_number(fleet, row, 1),
			db_number(fleet, row, 2), db_number(fleet, row, 3)};
	return db_error(fleet);
}
