/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a snapshot to rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/db.h"
#include "fleet/intern.h"
#include "fleet/schema.h"
#include "fleet/utf8.h"
#include "snapshot/file.h"
#include "util/array.h"
#include "util/sha256.h"

/* A row of `call`, `has` or `part`, with the numbers of what it names. */
struct row {
	enum fleet_statement add;
	int64_t values[6]; /* one is the kernel's, which is not known yet: 0 */
	const char *text;  /* of the part, or the letter */
};

struct addition {
	struct fleet *fleet;
	const struct snapshot *snapshot;
	const json_t *root; /* without cells */
	struct pool pool;
	struct row *rows;
	size_t cnt, cap;
	struct buf digest; /* all that the kernel's rows say */
	int64_t list, letters, config, rest;
};

/* X(kind of a name, list of the JSON) */
#define FEATURE_LISTS(X)                                                                           \
	X("prog", "program_types")                                                                 \
	X("map", "map_types")                                                                      \
	X("attach", "attach_types")                                                                \
	X("link", "link_types")                                                                    \
	X("feature", "features")

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_row(struct addition *addition, const struct row *row)
{
	struct row *rows = pool_grow(
		&addition->pool, addition->rows, addition->cnt, &addition->cap, sizeof(*rows));

	if (!rows)
		return db_no_memory(addition->fleet);
	addition->rows = rows;
	rows[addition->cnt++] = *row;
	buf_printf(&addition->digest, "%d %s", row->add, row->text ? row->text : "");
	for (size_t i = 0; i < ARRAY_SIZE(row->values); i++)
		buf_printf(&addition->digest, " %lld", (long long)row->values[i]);
	buf_putc(&addition->digest, '\n');
}

/* The object without these keys. NULL-terminated; 0: nothing is left that says anything. */
static int64_t intern_rest(struct fleet *fleet, const json_t *object, const char *const *keys)
{
	json_t *rest = json_copy((json_t *)object);

	for (; rest && *keys; keys++)
		json_object_del(rest, *keys);
	if (!rest)
		db_no_memory(fleet);
	int64_t id = intern_json(fleet, rest);
	json_decref(rest);
	return id;
}

static void add_part(struct addition *addition, const char *part, size_t place, int64_t text)
{
	add_row(addition,
		&(struct row) {.add = FLEET_ADD_PART,
			.values = {0, 0, (int64_t)place, text},
			.text = part});
}

static void add_parts(struct addition *addition, const char *part, const char *key)
{
	const json_t *list = json_object_get(addition->root, key);

	for (size_t i = 0; i < json_array_size(list); i++)
		add_part(addition, part, i + 1,
			intern_json(addition->fleet, json_array_get(list, i)));
}

static int64_t add_list(struct addition *addition, const char *digest)
{
	struct fleet *fleet = addition->fleet;
	const json_t *contexts = json_object_get(addition->root, "contexts");
	bool is_new;
	int64_t id = intern_digest(fleet, digest, FLEET_FIND_LIST, FLEET_ADD_LIST, &is_new);

	for (size_t i = 0; is_new && i < json_array_size(contexts); i++) {
		const json_t *context = json_array_get(contexts, i);
		sqlite3_stmt *statement = db_begin(fleet, FLEET_ADD_CONTEXT);
		db_bind_number(fleet, statement, 1, id);
		db_bind_number(fleet, statement, 2, (int64_t)i + 1);
		db_bind_text(fleet, statement, 3, text_of(context, "name"));
		db_bind_text(fleet, statement, 4, text_of(context, "program_type"));
		db_bind_text(fleet, statement, 5, text_of(context, "attach_type"));
		db_bind_text(fleet, statement, 6, text_of(context, "target"));
		db_bind_number(
			fleet, statement, 7, json_is_true(json_object_get(context, "sleepable")));
		db_run(fleet, statement);
	}
	return id;
}

static char support_letter(const char *word)
{
#define SUPPORT_LETTER(sign, name, says)                                                           \
	if (!strcmp(word, name))                                                                   \
		return sign;
	FLEET_SUPPORT_LETTERS(SUPPORT_LETTER)
#undef SUPPORT_LETTER
	return cell_state_letter(cell_state_parse(word));
}

static void add_contexts(struct addition *addition)
{
	static const char *const columns[] = {
		"name", "program_type", "attach_type", "target", "sleepable", "state", NULL};
	const json_t *contexts = json_object_get(addition->root, "contexts");
	_cleanup_buf_ struct buf list = {0}, letters = {0};
	char digest[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < json_array_size(contexts); i++) {
		const json_t *context = json_array_get(contexts, i);
		for (size_t k = 0; k + 2 < ARRAY_SIZE(columns); k++) {
			const char *text = text_of(context, columns[k]);
			buf_puts(&list, text ? text : "");
			buf_putc(&list, text ? '\n' : '\r');
		}
		buf_putc(&list, json_is_true(json_object_get(context, "sleepable")) ? 's' : '-');
		buf_putc(&letters, support_letter(text_of(context, "state")));
		if (text_of(context, "reason") ||
			json_integer_value(json_object_get(context, "errno")) ||
			json_object_get(context, "attach"))
			add_part(addition, "context", i + 1,
				intern_rest(addition->fleet, context, columns));
	}
	if (list.failed || letters.failed)
		return db_no_memory(addition->fleet);
	digest_bytes(buf_text(&list), list.len, digest);
	addition->list = add_list(addition, digest);
	addition->letters = intern_text(addition->fleet, buf_text(&letters));
}

/* A character for each context: of its evidence, or a blank. 0: no cell has evidence. */
static int64_t intern_why(struct addition *addition, const struct cell *cells)
{
	const struct evidence *last = NULL;
	_cleanup_buf_ struct buf text = {0};
	int64_t number = 0;
	bool some = false;

	for (size_t i = 0; i < addition->snapshot->context_cnt; i++) {
		const struct evidence *evidence = cells[i].evidence;
		if (cells[i].state == CELL_NONE || evidence_is_empty(evidence)) {
			buf_putc(&text, ' ');
			continue;
		}
		if (evidence != last)
			number = intern_evidence(addition->fleet, evidence);
		last = evidence;
		some = true;
		utf8_put(&text, evidence_character(number));
	}
	if (text.failed)
		db_no_memory(addition->fleet);
	return some ? intern_text(addition->fleet, buf_text(&text)) : 0;
}

static int64_t intern_letters(struct addition *addition, const struct cell *cells)
{
	_cleanup_buf_ struct buf text = {0};

	for (size_t i = 0; i < addition->snapshot->context_cnt; i++)
		buf_putc(&text, cell_state_letter(cells[i].state));
	if (text.failed)
		db_no_memory(addition->fleet);
	return intern_text(addition->fleet, buf_text(&text));
}

/* The lists of the document and of the snapshot have the same order. */
static void add_calls(struct addition *addition)
{
	static const char *const columns[] = {"name", "module", "cells", NULL};
	const struct snapshot *snapshot = addition->snapshot;
	const json_t *kfuncs = json_object_get(addition->root, "kfuncs"),
		     *helpers = json_object_get(addition->root, "helpers");
	struct fleet *fleet = addition->fleet;

	for (size_t i = 0; i < snapshot->kfunc_cnt + snapshot->helper_cnt; i++) {
		bool is_kfunc = i < snapshot->kfunc_cnt;
		size_t at = is_kfunc ? i : i - snapshot->kfunc_cnt;
		const struct cell *cells =
			is_kfunc ? snapshot->kfuncs[at].cells : snapshot->helpers[at].cells;
		const char *name =
			is_kfunc ? snapshot->kfuncs[at].name : snapshot->helpers[at].name;
		add_row(addition,
			&(struct row) {.add = FLEET_ADD_CALL,
				.values = {intern_name(fleet, is_kfunc ? "kfunc" : "helper", name),
					0,
					intern_text(
						fleet, is_kfunc ? snapshot->kfuncs[at].module : ""),
					intern_letters(addition, cells),
					intern_why(addition, cells),
					intern_rest(fleet,
						json_array_get(is_kfunc ? kfuncs : helpers, at),
						columns)}});
	}
}

static void add_has(struct addition *addition, const char *kind, size_t place, const json_t *object,
	int errnum, int64_t detail)
{
	char letter[2] = {support_letter(text_of(object, "state")), '\0'};

	add_row(addition,
		&(struct row) {.add = FLEET_ADD_HAS,
			.values = {intern_name(addition->fleet, kind, text_of(object, "name")), 0,
				(int64_t)place, 0, errnum, detail},
			.text = pool_strdup(&addition->pool, letter)});
}

static void add_features(struct addition *addition, const char *kind, const char *key)
{
	const json_t *list = json_object_get(addition->root, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *reason = text_of(one, "reason");
		add_has(addition, kind, i + 1, one,
			(int)json_integer_value(json_object_get(one, "errno")),
			reason ? intern_text(addition->fleet, reason) : 0);
	}
}

static void add_functions(struct addition *addition)
{
	static const char *const columns[] = {"name", "state", NULL};
	const json_t *list = json_object_get(addition->root, "functions");

	for (size_t i = 0; i < json_array_size(list); i++)
		add_has(addition, "func", i + 1, json_array_get(list, i), 0,
			intern_rest(addition->fleet, json_array_get(list, i), columns));
}

static void add_config(struct addition *addition)
{
	const struct snapshot *snapshot = addition->snapshot;
	struct fleet *fleet = addition->fleet;
	_cleanup_buf_ struct buf text = {0};
	char digest[DIGEST_TEXT_BYTES];
	bool is_new;

	for (size_t i = 0; i < snapshot->config_cnt; i++)
		buf_printf(&text, "%s=%s\n", snapshot->config[i].name, snapshot->config[i].value);
	if (text.failed)
		return db_no_memory(fleet);
	digest_bytes(buf_text(&text), text.len, digest);
	addition->config =
		intern_digest(fleet, digest, FLEET_FIND_CONFIG, FLEET_ADD_CONFIG, &is_new);
	for (size_t i = 0; is_new && i < snapshot->config_cnt; i++) {
		int64_t name = intern_name(fleet, "config", snapshot->config[i].name);
		int64_t value = intern_text(fleet, snapshot->config[i].value);
		sqlite3_stmt *statement = db_begin(fleet, FLEET_ADD_OPTION);
		db_bind_number(fleet, statement, 1, name);
		db_bind_number(fleet, statement, 2, addition->config);
		db_bind_number(fleet, statement, 3, value);
		db_run(fleet, statement);
	}
}

/* What has no column: inputs, sources of functions, and whether layouts were asked. */
static void add_rest(struct addition *addition)
{
	json_t *source = json_copy(json_object_get(addition->root, "source"));
	json_t *rest = json_pack(
		"{s:o?, s:b}", "source", source, "layouts", addition->snapshot->has_layouts);

	if (source) {
		json_object_del(source, "kind");
		json_object_del(source, "facts");
	}
	if (!rest)
		db_no_memory(addition->fleet);
	addition->rest = intern_json(addition->fleet, rest);
	json_decref(rest);
}

static void gather(struct addition *addition)
{
	add_contexts(addition);
	add_calls(addition);
#define ADD_FEATURES(kind, key) add_features(addition, kind, key);
	FEATURE_LISTS(ADD_FEATURES)
#undef ADD_FEATURES
	add_functions(addition);
	add_parts(addition, "glob", "function_globs");
	add_parts(addition, "layout", "layouts");
	add_parts(addition, "program", "programs");
	add_config(addition);
	add_rest(addition);
}

static void insert_row(struct fleet *fleet, const struct row *row, int64_t kernel)
{
	sqlite3_stmt *statement = db_begin(fleet, row->add);

	if (row->add == FLEET_ADD_PART) {
		db_bind_number(fleet, statement, 1, kernel);
		db_bind_text(fleet, statement, 2, row->text);
		db_bind_number(fleet, statement, 3, row->values[2]);
		db_bind_number(fleet, statement, 4, row->values[3]);
		db_run(fleet, statement);
		return;
	}
	/* An errno, a place, and the number of an evidence may be 0, and only the last of these is
	 * then null. */
	for (int i = 0; i < 6; i++) {
		if (row->add == FLEET_ADD_HAS && i == 4)
			db_bind_number(fleet, statement, i + 1, row->values[i]);
		else
			db_bind_row(fleet, statement, i + 1, i == 1 ? kernel : row->values[i]);
	}
	if (row->add == FLEET_ADD_HAS)
		db_bind_text(fleet, statement, 4, row->text);
	db_run(fleet, statement);
}

/* Of one kernel, at any time. */
static void put_identity(struct addition *addition, const char *const *texts, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		buf_printf(&addition->digest, "%c%s\n", texts[i] ? '=' : '-',
			texts[i] ? texts[i] : "");
	buf_printf(&addition->digest, "%zu %lld %lld %lld %lld\n", addition->snapshot->unrecognised,
		(long long)addition->list, (long long)addition->letters,
		(long long)addition->config, (long long)addition->rest);
}

static int64_t add_kernel(struct addition *addition, const char *version_of_kcompat)
{
	const struct snapshot *snapshot = addition->snapshot;
	const struct kernel_identity *identity = &snapshot->kernel;
	struct fleet *fleet = addition->fleet;
	char digest[DIGEST_TEXT_BYTES];
	char *facts = json_dumps(
		json_object_get(json_object_get(addition->root, "source"), "facts"), JSON_COMPACT);
	const char *const texts[] = {snapshot->source_kind, identity->release, identity->version,
		identity->machine, identity->arch, identity->distribution, identity->flavor,
		identity->btf_sha256, facts};

	put_identity(addition, texts, ARRAY_SIZE(texts));
	if (!facts || addition->digest.failed)
		db_no_memory(fleet);
	digest_bytes(buf_text(&addition->digest), addition->digest.len, digest);
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_KERNEL);
	db_bind_text(fleet, statement, 1, digest);
	int64_t id = db_find(fleet, statement);
	if (!id && !fleet->error) {
		statement = db_begin(fleet, FLEET_ADD_KERNEL);
		db_bind_text(fleet, statement, 1, digest);
		for (int i = 0; i < (int)ARRAY_SIZE(texts); i++)
			db_bind_text(fleet, statement, i + 2, texts[i]);
		db_bind_text(fleet, statement, 11, version_of_kcompat);
		db_bind_number(fleet, statement, 12, (int64_t)snapshot->unrecognised);
		db_bind_number(fleet, statement, 13, addition->list);
		db_bind_number(fleet, statement, 14, addition->letters);
		db_bind_number(fleet, statement, 15, addition->config);
		db_bind_number(fleet, statement, 16, addition->rest);
		id = db_run(fleet, statement);
		for (size_t i = 0; i < addition->cnt; i++)
			insert_row(fleet, &addition->rows[i], id);
	}
	free(facts);
	return id;
}

static int64_t add_settings(struct addition *addition)
{
	static const char *const columns[] = {"capabilities", "lockdown", "lsm", "jit",
		"unprivileged_bpf_disabled", "kptr_restrict", "container", "config_source",
		"limits"};
	const json_t *environment = json_object_get(addition->root, "environment");
	struct fleet *fleet = addition->fleet;
	char *text = json_dumps(environment, JSON_COMPACT | JSON_SORT_KEYS);
	char digest[DIGEST_TEXT_BYTES];

	if (!text)
		db_no_memory(fleet);
	digest_bytes(text ? text : "", text ? strlen(text) : 0, digest);
	free(text);
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_SETTINGS);
	db_bind_text(fleet, statement, 1, digest);
	int64_t id = db_find(fleet, statement);
	if (id || fleet->error)
		return id;
	char *lists[ARRAY_SIZE(columns)] = {NULL};
	statement = db_begin(fleet, FLEET_ADD_SETTINGS);
	db_bind_text(fleet, statement, 1, digest);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const json_t *value = json_object_get(environment, columns[i]);
		lists[i] = json_is_array(value) ? json_dumps(value, JSON_COMPACT) : NULL;
		db_bind_text(fleet, statement, (int)i + 2,
			lists[i] ? lists[i] : json_string_value(value));
	}
	id = db_run(fleet, statement);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		free(lists[i]);
	return id;
}

static int64_t add_answers(struct addition *addition, const char *version_of_kcompat)
{
	const json_t *fingerprint = json_object_get(addition->root, "fingerprint");
	struct fleet *fleet = addition->fleet;

	gather(addition);
	int64_t kernel = add_kernel(addition, version_of_kcompat),
		settings = add_settings(addition);
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_ANSWERS);
	db_bind_number(fleet, statement, 1, kernel);
	db_bind_number(fleet, statement, 2, settings);
	int64_t id = db_find(fleet, statement);
	if (id || fleet->error)
		return id;
	statement = db_begin(fleet, FLEET_ADD_ANSWERS);
	db_bind_number(fleet, statement, 1, kernel);
	db_bind_number(fleet, statement, 2, settings);
	db_bind_text(fleet, statement, 3, text_of(fingerprint, "all"));
	db_bind_text(fleet, statement, 4, text_of(fingerprint, "core"));
	return db_run(fleet, statement);
}

static bool is_short(const char *text)
{
	return !text || strlen(text) <= FLEET_STRING_MAX_BYTES;
}

static bool has_long_text(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return !is_short(json_string_value(value));
	json_array_foreach(value, i, member)
	{
		if (has_long_text(member))
			return true;
	}
	json_object_foreach((json_t *)value, key, member)
	{
		if (!is_short(key) || has_long_text(member))
			return true;
	}
	return false;
}

static bool has_long_evidence(const struct cell *cells, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (cells[i].evidence &&
			(!is_short(cells[i].evidence->line) || !is_short(cells[i].evidence->rule)))
			return true;
	}
	return false;
}

static struct error *check_texts(const struct snapshot *snapshot, const json_t *root)
{
	bool is_long = has_long_text(root);

	for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
		is_long |= has_long_evidence(snapshot->kfuncs[i].cells, snapshot->context_cnt);
	for (size_t i = 0; i < snapshot->helper_cnt; i++)
		is_long |= has_long_evidence(snapshot->helpers[i].cells, snapshot->context_cnt);
	return is_long ? error_create(ERROR_INPUT, "it was not written by kcompat",
				 "a text of more than %u bytes", FLEET_STRING_MAX_BYTES)
		       : NULL;
}

/* The document as this version writes it, without cells. */
static struct error *render_rest(const struct snapshot *snapshot, json_t **ret)
{
	const struct render_json_options options = {.one_line = true,
		.addresses = true,
		.evidence = EVIDENCE_KEPT_NONE,
		.without_cells = true};
	_cleanup_buf_ struct buf text = {0};
	struct error *error = render_json(snapshot, &options, &text);

	return error ? error : json_parse(buf_text(&text), text.len, 0, ret);
}

/* The version that wrote the document; a snapshot does not keep it. */
static char *version_of(const char *text, size_t len_bytes)
{
	static const char key[] = "\"kcompat\":";
	const char *at = memmem(text, len_bytes < 4096 ? len_bytes : 4096, key, sizeof(key) - 1);
	const char *end = text + len_bytes;
	size_t len = 0;

	for (at = at ? at + sizeof(key) - 1 : end; at < end && (*at == ' ' || *at == '"'); at++)
		continue;
	while (at + len < end && len < 32 && strchr("0123456789.", at[len]) && at[len])
		len++;
	return strndup(len ? at : "?", len ? len : 1);
}

static struct error *read_answers(
	struct fleet *fleet, const char *text, size_t len_bytes, int64_t *ret)
{
	struct addition addition = {.fleet = fleet};
	struct snapshot *snapshot = NULL;
	json_t *root = NULL;
	char *version = version_of(text, len_bytes);
	struct error *error =
		version ? load_snapshot_bytes(text, len_bytes, &snapshot) : error_no_memory();

	if (!error)
		error = render_rest(snapshot, &root);
	if (!error)
		error = check_texts(snapshot, root);
	if (!error) {
		addition.snapshot = snapshot;
		addition.root = root;
		*ret = add_answers(&addition, version);
		error = db_error(fleet);
	}
	buf_deinit(&addition.digest);
	pool_destroy(&addition.pool);
	json_decref(root);
	snapshot_destroy(snapshot);
	free(version);
	return error;
}

static int64_t intern_origin(
	struct fleet *fleet, const struct fleet_origin *origin, int64_t answers)
{
	sqlite3_stmt *row = db_begin(fleet, FLEET_GET_SOURCE);
	int64_t id = 0;

	db_bind_number(fleet, row, 1, answers);
	if (!db_row(fleet, row))
		db_damaged(fleet, "there are no answers %lld", (long long)answers);
	const char *kind = origin->host ? "host" : db_text(fleet, row, 0);
	for (int pass = 0; pass < 2 && !id; pass++) {
		sqlite3_stmt *statement =
			db_begin(fleet, pass ? FLEET_ADD_ORIGIN : FLEET_FIND_ORIGIN);
		db_bind_text(fleet, statement, 1, kind);
		db_bind_text(fleet, statement, 2, origin->name);
		id = pass ? db_run(fleet, statement) : db_find(fleet, statement);
	}
	return id;
}

/* The same as before makes no new row: it is then known until now. */
static enum fleet_added see(struct fleet *fleet, const struct fleet_origin *origin, int64_t answers)
{
	int64_t id = intern_origin(fleet, origin, answers), at = 0, until = 0;
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_SEEN);

	db_bind_number(fleet, statement, 1, id);
	db_bind_number(fleet, statement, 2, origin->at);
	bool same = db_row(fleet, statement);
	if (same) {
		at = db_number(fleet, statement, 0);
		until = db_number(fleet, statement, 1);
		same = db_number(fleet, statement, 2) == answers;
	}
	if (same && until >= origin->at)
		return FLEET_KNOWN;
	statement = db_begin(fleet, same ? FLEET_KEEP_SEEN : FLEET_ADD_SEEN);
	db_bind_number(fleet, statement, 1, id);
	db_bind_number(fleet, statement, 2, same ? at : origin->at);
	db_bind_number(fleet, statement, 3, same ? origin->at : answers);
	db_run(fleet, statement);
	return FLEET_ADDED;
}

static struct error *check_origin(const struct fleet_origin *origin)
{
	if (!*origin->name || strlen(origin->name) > FLEET_HOST_MAX_BYTES)
		return error_create(ERROR_USAGE, NULL, "the name of a host has 1 to %u bytes",
			FLEET_HOST_MAX_BYTES);
	for (const char *c = origin->name; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return error_create(ERROR_USAGE, NULL,
				"%s: a control character in the name of a host", origin->name);
	}
	return NULL;
}

/* 0: no document has this digest. */
static int64_t find_document(struct fleet *fleet, const char *digest)
{
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_DOCUMENT);

	db_bind_text(fleet, statement, 1, digest);
	return db_find(fleet, statement);
}

static void add_document(struct fleet *fleet, const char *digest, int64_t answers)
{
	sqlite3_stmt *statement = db_begin(fleet, FLEET_ADD_DOCUMENT);

	db_bind_text(fleet, statement, 1, digest);
	db_bind_number(fleet, statement, 2, answers);
	db_run(fleet, statement);
}

struct error *fleet_add_file(struct fleet *fleet, const struct fleet_origin *origin,
	const char *digest, bool *known, enum fleet_added *ret)
{
	struct error *error = check_origin(origin);
	int64_t answers = error ? 0 : find_document(fleet, digest);

	*known = answers != 0;
	if (answers)
		*ret = see(fleet, origin, answers);
	return error ? error : db_error(fleet);
}

struct error *fleet_note_file(struct fleet *fleet, const char *digest)
{
	if (!find_document(fleet, digest))
		add_document(fleet, digest, fleet->last);
	return db_error(fleet);
}

struct error *fleet_add(struct fleet *fleet, const struct fleet_origin *origin, const char *text,
	size_t len_bytes, enum fleet_added *ret)
{
	char digest[DIGEST_TEXT_BYTES];
	struct error *error = check_origin(origin);

	if (!error && len_bytes > FLEET_DOCUMENT_MAX_BYTES)
		error = error_create(ERROR_INPUT, "it was not written by kcompat",
			"a snapshot of more than %u MiB", FLEET_DOCUMENT_MAX_BYTES >> 20);
	if (error)
		return error;
	digest_bytes(text, len_bytes, digest);
	int64_t answers = find_document(fleet, digest);
	error = db_error(fleet);
	if (!error && !answers) {
		error = read_answers(fleet, text, len_bytes, &answers);
		if (!error)
			add_document(fleet, digest, answers);
	}
	if (error)
		return error;
	fleet->last = answers;
	*ret = see(fleet, origin, answers);
	return db_error(fleet);
}
