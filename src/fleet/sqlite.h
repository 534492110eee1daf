/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsqlite3, opened when the first store of snapshots is opened: no other command needs it. Its interface is
 * stable, so it is declared here (https://www.sqlite.org/c3ref/funclist.html), and a build needs no headers of it.
 * tests/unit/fleet/sqlite.c compares both where the headers are.
 */
#ifndef KCOMPAT_FLEET_SQLITE_H
#define KCOMPAT_FLEET_SQLITE_H

#include <stddef.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
typedef void sqlite_free_fn(void *data);
typedef int sqlite_row_fn(void *context, int cnt, char **values, char **names);

/* clang-format off: a table */
/* X(type, name without "sqlite3_", parameters) */
#define SQLITE_FUNCTIONS(X)                                                                        \
	X(int, open_v2, (const char *path, sqlite3 **ret, int flags, const char *vfs))             \
	X(int, close_v2, (sqlite3 *db))                                                            \
	X(int, db_config, (sqlite3 *db, int what, ...))                                            \
	X(int, limit, (sqlite3 *db, int what, int value))                                          \
	X(void, progress_handler, (sqlite3 *db, int steps, int (*stop)(void *), void *context))    \
	X(int, exec, (sqlite3 *db, const char *sql, sqlite_row_fn *each, void *context, char **error)) \
	X(int, prepare_v2, (sqlite3 *db, const char *sql, int len_bytes, sqlite3_stmt **ret, const char **end)) \
	X(int, step, (sqlite3_stmt *statement))                                                    \
	X(int, reset, (sqlite3_stmt *statement))                                                   \
	X(int, finalize, (sqlite3_stmt *statement))                                                \
	X(int, bind_text, (sqlite3_stmt *statement, int at, const char *text, int len_bytes, sqlite_free_fn *release)) \
	X(int, bind_int64, (sqlite3_stmt *statement, int at, long long value))                     \
	X(int, bind_null, (sqlite3_stmt *statement, int at))                                       \
	X(int, column_type, (sqlite3_stmt *statement, int at))                                     \
	X(const unsigned char *, column_text, (sqlite3_stmt *statement, int at))                   \
	X(int, column_bytes, (sqlite3_stmt *statement, int at))                                    \
	X(long long, column_int64, (sqlite3_stmt *statement, int at))                              \
	X(long long, last_insert_rowid, (sqlite3 *db))                                             \
	X(const char *, errmsg, (sqlite3 *db))                                                     \
	X(int, deserialize, (sqlite3 *db, const char *schema, unsigned char *data, long long size_bytes, \
		long long room_bytes, unsigned flags))                                             \
	X(unsigned char *, serialize, (sqlite3 *db, const char *schema, long long *size_bytes, unsigned flags)) \
	X(void *, malloc64, (unsigned long long size_bytes))                                       \
	X(void, free, (void *data))
/* clang-format on */

struct sqlite {
#define SQLITE_FUNCTION_POINTER(type, name, parameters) type(*name) parameters;
	SQLITE_FUNCTIONS(SQLITE_FUNCTION_POINTER)
#undef SQLITE_FUNCTION_POINTER
};

/* Result codes, and what is configured. */
enum {
	SQL_OK = 0,
	SQL_NOMEM = 7,
	SQL_INTERRUPT = 9,
	SQL_CONSTRAINT = 19,
	SQL_ROW = 100,
	SQL_DONE = 101,
};
enum { SQL_INTEGER = 1, SQL_FLOAT = 2, SQL_TEXT = 3, SQL_BLOB = 4, SQL_NULL = 5 };
enum { SQL_OPEN_READWRITE = 2, SQL_OPEN_CREATE = 4, SQL_OPEN_MEMORY = 0x80, SQL_OPEN_NOMUTEX = 0x8000 };
enum { SQL_DESERIALIZE_FREEONCLOSE = 1, SQL_DESERIALIZE_RESIZEABLE = 2, SQL_DESERIALIZE_READONLY = 4 };
enum { SQL_SERIALIZE_NOCOPY = 1 };
enum {
	SQL_CONFIG_ENABLE_TRIGGER = 1003,
	SQL_CONFIG_DEFENSIVE = 1010,
	SQL_CONFIG_WRITABLE_SCHEMA = 1011,
	SQL_CONFIG_DQS_DML = 1013,
	SQL_CONFIG_DQS_DDL = 1014,
	SQL_CONFIG_ENABLE_VIEW = 1015,
	SQL_CONFIG_TRUSTED_SCHEMA = 1017,
};
enum {
	SQL_LIMIT_LENGTH = 0,
	SQL_LIMIT_SQL_LENGTH = 1,
	SQL_LIMIT_COLUMN = 2,
	SQL_LIMIT_EXPR_DEPTH = 3,
	SQL_LIMIT_COMPOUND_SELECT = 4,
	SQL_LIMIT_ATTACHED = 7,
	SQL_LIMIT_LIKE_PATTERN_LENGTH = 8,
	SQL_LIMIT_VARIABLE_NUMBER = 9,
	SQL_LIMIT_TRIGGER_DEPTH = 10,
	SQL_LIMIT_WORKER_THREADS = 11,
};

/* NULL: sqlite_missing() says why. Thread-safe. */
const struct sqlite *sqlite_library(void);
const char *sqlite_missing(void);

#endif
