/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fleet/db.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/schema.h"
#include "util/array.h"

#define REMEDY "make it again from its snapshots, with kcompat db add"

/* A statement of ours takes some ten steps for a row that it reads: this is a store of the largest
 * size. */
enum { STEPS_AT_ONCE = 100000 };
#define STEPS_MAX 4000000000u

static const char *const statements[] = {
#define FLEET_STATEMENT_SQL(name, sql) sql,
	FLEET_STATEMENTS(FLEET_STATEMENT_SQL)
#undef FLEET_STATEMENT_SQL
};

struct error *db_error(struct fleet *fleet)
{
	struct error *error = fleet->error;

	fleet->error = NULL;
	return error;
}

void db_fail(struct fleet *fleet, struct error *error)
{
	if (fleet->error)
		error_free(error);
	else
		fleet->error = error;
}

void db_no_memory(struct fleet *fleet)
{
	if (!fleet->error)
		fleet->error = error_no_memory();
}

void db_damaged(struct fleet *fleet, const char *format, ...)
{
	char why[300];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (!fleet->error)
		fleet->error = error_create(
			ERROR_INPUT, REMEDY, "%s: a damaged store: %s", fleet->name, why);
}

static void db_failed(struct fleet *fleet, int code)
{
	if (fleet->error || code == SQL_OK || code == SQL_ROW || code == SQL_DONE)
		return;
	if ((code & 0xff) == SQL_NOMEM)
		db_no_memory(fleet);
	else if ((code & 0xff) == SQL_INTERRUPT)
		db_damaged(fleet, "reading it takes too long");
	else
		db_damaged(fleet, "%s", fleet->library->errmsg(fleet->db));
}

static int count_steps(void *context)
{
	struct fleet *fleet = context;

	fleet->steps += STEPS_AT_ONCE;
	return fleet->steps > STEPS_MAX;
}

sqlite3_stmt *db_begin(struct fleet *fleet, enum fleet_statement number)
{
	sqlite3_stmt **statement = &fleet->statements[number];

	if (fleet->error)
		return NULL;
	fleet->steps = 0;
	if (!*statement)
		db_failed(fleet,
			fleet->library->prepare_v2(
				fleet->db, statements[number], -1, statement, NULL));
	else
		fleet->library->reset(*statement);
	return fleet->error ? NULL : *statement;
}

void db_bind_text(struct fleet *fleet, sqlite3_stmt *statement, int at, const char *text)
{
	if (fleet->error)
		return;
	/* SQLITE_STATIC: the text outlives the step that follows. */
	db_failed(fleet,
		text ? fleet->library->bind_text(statement, at, text, (int)strlen(text), NULL)
		     : fleet->library->bind_null(statement, at));
}

void db_bind_number(struct fleet *fleet, sqlite3_stmt *statement, int at, int64_t number)
{
	if (!fleet->error)
		db_failed(fleet, fleet->library->bind_int64(statement, at, number));
}

void db_bind_row(struct fleet *fleet, sqlite3_stmt *statement, int at, int64_t row)
{
	if (row)
		db_bind_number(fleet, statement, at, row);
	else
		db_bind_text(fleet, statement, at, NULL);
}

bool db_row(struct fleet *fleet, sqlite3_stmt *statement)
{
	if (fleet->error)
		return false;
	int code = fleet->library->step(statement);
	if (code == SQL_ROW)
		return true;
	db_failed(fleet, code);
	fleet->library->reset(statement);
	return false;
}

int64_t db_run(struct fleet *fleet, sqlite3_stmt *statement)
{
	while (db_row(fleet, statement))
		continue;
	return fleet->error ? 0 : fleet->library->last_insert_rowid(fleet->db);
}

int64_t db_find(struct fleet *fleet, sqlite3_stmt *statement)
{
	int64_t ret = db_row(fleet, statement) ? db_number(fleet, statement, 0) : 0;

	if (statement)
		fleet->library->reset(statement);
	return ret;
}

const char *db_text_or_null(struct fleet *fleet, sqlite3_stmt *statement, int at)
{
	if (fleet->error || fleet->library->column_type(statement, at) == SQL_NULL)
		return NULL;
	if (fleet->library->column_type(statement, at) != SQL_TEXT) {
		db_damaged(fleet, "a value is no text");
		return NULL;
	}
	const char *text = (const char *)fleet->library->column_text(statement, at);
	if (!text)
		db_no_memory(fleet);
	else if (strlen(text) != (size_t)fleet->library->column_bytes(statement, at))
		db_damaged(fleet, "a text with a NUL");
	return fleet->error ? NULL : text;
}

const char *db_text(struct fleet *fleet, sqlite3_stmt *statement, int at)
{
	const char *text = db_text_or_null(fleet, statement, at);

	if (!text)
		db_damaged(fleet, "a text is missing");
	return text ? text : "";
}

int64_t db_number(struct fleet *fleet, sqlite3_stmt *statement, int at)
{
	if (fleet->error)
		return 0;
	if (fleet->library->column_type(statement, at) != SQL_INTEGER)
		db_damaged(fleet, "a value is no number");
	return fleet->error ? 0 : fleet->library->column_int64(statement, at);
}

int64_t db_row_number(struct fleet *fleet, sqlite3_stmt *statement, int at)
{
	if (fleet->error || fleet->library->column_type(statement, at) == SQL_NULL)
		return 0;
	return db_number(fleet, statement, at);
}

void db_exec(struct fleet *fleet, const char *sql)
{
	fleet->steps = 0;
	if (!fleet->error)
		db_failed(fleet, fleet->library->exec(fleet->db, sql, NULL, NULL, NULL));
}

/* What a store does not need, a hostile one does not get. */
static void db_limit(struct fleet *fleet)
{
	static const struct {
		int what, value;
	} configs[] = {
		{SQL_CONFIG_DEFENSIVE, 1},
		{SQL_CONFIG_TRUSTED_SCHEMA, 0},
		{SQL_CONFIG_ENABLE_TRIGGER, 0},
		{SQL_CONFIG_ENABLE_VIEW, 0},
		{SQL_CONFIG_WRITABLE_SCHEMA, 0},
		{SQL_CONFIG_DQS_DML, 0},
		{SQL_CONFIG_DQS_DDL, 0},
	};
	static const struct {
		int what, value;
	} limits[] = {
		{SQL_LIMIT_LENGTH, 8 << 20},
		{SQL_LIMIT_SQL_LENGTH, 1 << 16},
		{SQL_LIMIT_COLUMN, 64},
		{SQL_LIMIT_EXPR_DEPTH, 64},
		{SQL_LIMIT_COMPOUND_SELECT, 4},
		{SQL_LIMIT_ATTACHED, 0},
		{SQL_LIMIT_LIKE_PATTERN_LENGTH, 64},
		{SQL_LIMIT_VARIABLE_NUMBER, 32},
		{SQL_LIMIT_TRIGGER_DEPTH, 1},
		{SQL_LIMIT_WORKER_THREADS, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(configs); i++)
		db_failed(fleet,
			fleet->library->db_config(
				fleet->db, configs[i].what, configs[i].value, (int *)NULL));
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		fleet->library->limit(fleet->db, limits[i].what, limits[i].value);
	fleet->library->progress_handler(fleet->db, STEPS_AT_ONCE, count_steps, fleet);
}

static void db_take(struct fleet *fleet, const void *data, size_t size_bytes, bool writes)
{
	unsigned char *bytes = (unsigned char *)data;
	unsigned int flags = SQL_DESERIALIZE_READONLY;

	if (writes) {
		flags = SQL_DESERIALIZE_FREEONCLOSE | SQL_DESERIALIZE_RESIZEABLE;
		bytes = fleet->library->malloc64(size_bytes);
		if (!bytes)
			return db_no_memory(fleet);
		memcpy(bytes, data, size_bytes);
	}
	db_failed(fleet,
		fleet->library->deserialize(fleet->db, "main", bytes, (long long)size_bytes,
			(long long)size_bytes, flags));
}

void db_connect(struct fleet *fleet, const void *data, size_t size_bytes, bool writes)
{
	const int flags = SQL_OPEN_READWRITE | SQL_OPEN_CREATE | SQL_OPEN_MEMORY | SQL_OPEN_NOMUTEX;

	fleet->library = sqlite_library();
	if (!fleet->library) {
		db_fail(fleet,
			error_create(ERROR_NOT_FOUND,
				"install it, or give the snapshots themselves", "%s: %s",
				fleet->name, sqlite_missing()));
		return;
	}
	if (fleet->library->open_v2(":memory:", &fleet->db, flags, NULL) != SQL_OK)
		return db_no_memory(fleet);
	db_limit(fleet);
	if (data && !fleet->error)
		db_take(fleet, data, size_bytes, writes);
	db_exec(fleet, "PRAGMA cell_size_check = ON");
	db_exec(fleet, "PRAGMA temp_store = MEMORY");
	db_exec(fleet, writes ? "PRAGMA journal_mode = MEMORY" : "PRAGMA query_only = ON");
}

/* An index of a UNIQUE or PRIMARY KEY has no text. */
static bool is_ours(struct fleet *fleet, sqlite3_stmt *row, size_t *at)
{
	const char *type = db_text(fleet, row, 0), *name = db_text(fleet, row, 1),
		   *sql = db_text_or_null(fleet, row, 3);

	if (!sql)
		return !strcmp(type, "index") &&
			!strncmp(name, "sqlite_autoindex_", strlen("sqlite_autoindex_"));
	for (*at = 0; *at < fleet_schema_cnt; ++*at) {
		const struct schema_object *object = &fleet_schema[*at];
		if (!strcmp(object->name, name))
			return !strcmp(object->type, type) && !strcmp(object->sql, sql);
	}
	return false;
}

void db_check_schema(struct fleet *fleet)
{
	bool found[64] = {false};
	sqlite3_stmt *row = db_begin(fleet, FLEET_SCHEMA_ROWS);

	while (db_row(fleet, row)) {
		size_t at = fleet_schema_cnt;
		if (!is_ours(fleet, row, &at))
			db_damaged(fleet, "its %s %s is not of " FLEET_SCHEMA,
				db_text(fleet, row, 0), db_text(fleet, row, 1));
		if (at < fleet_schema_cnt)
			found[at] = true;
	}
	for (size_t i = 0; i < fleet_schema_cnt; i++) {
		if (!found[i])
			db_damaged(fleet, "it has no %s %s: not of " FLEET_SCHEMA,
				fleet_schema[i].type, fleet_schema[i].name);
	}
	row = db_begin(fleet, FLEET_META);
	db_bind_text(fleet, row, 1, "schema");
	if (!db_row(fleet, row) || strcmp(db_text(fleet, row, 0), FLEET_SCHEMA))
		db_damaged(fleet, "it is not of the schema " FLEET_SCHEMA);
	if (row)
		fleet->library->reset(row);
}

void db_check_pages(struct fleet *fleet)
{
	sqlite3_stmt *row = db_begin(fleet, FLEET_QUICK_CHECK);

	if (db_row(fleet, row) && strcmp(db_text(fleet, row, 0), "ok"))
		db_damaged(fleet, "%s", db_text(fleet, row, 0));
	if (row)
		fleet->library->reset(row);
}
