/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements over an open store. The first error is kept in the store; after it, every function does nothing and
 * returns 0, false or NULL, so the caller looks once at the end (db_error()).
 */
#ifndef KCOMPAT_FLEET_DB_H
#define KCOMPAT_FLEET_DB_H

#include <jansson.h>

#include "fleet/fleet.h"
#include "fleet/sqlite.h"
#include "util/hash.h"
#include "util/pool.h"

/* clang-format off: a table */
#define FLEET_STATEMENTS(X)                                                                        \
	X(SCHEMA_ROWS, "SELECT type, name, tbl_name, sql FROM sqlite_master")                           \
	X(QUICK_CHECK, "PRAGMA quick_check(1)")                                                    \
	X(META, "SELECT value FROM meta WHERE key = ?1")                                           \
	X(ADD_META, "INSERT INTO meta VALUES (?1, ?2)")                                            \
	X(ADD_STATE, "INSERT INTO state VALUES (?1, ?2, ?3)")                                      \
	X(FIND_TEXT, "SELECT id, text FROM text WHERE hash = ?1")                                  \
	X(ADD_TEXT, "INSERT INTO text (hash, text) VALUES (?1, ?2)")                               \
	X(GET_TEXT, "SELECT text FROM text WHERE id = ?1")                                         \
	X(FIND_NAME, "SELECT id FROM name WHERE kind = ?1 AND name = ?2")                          \
	X(ADD_NAME, "INSERT INTO name (kind, name) VALUES (?1, ?2)")                               \
	X(FIND_EVIDENCE, "SELECT id FROM evidence WHERE errno = ?1 AND line = ?2 AND rule = ?3")   \
	X(ADD_EVIDENCE, "INSERT INTO evidence (errno, line, rule) VALUES (?1, ?2, ?3)")            \
	X(GET_EVIDENCE, "SELECT errno, line, rule FROM evidence WHERE id = ?1")                    \
	X(FIND_LIST, "SELECT id FROM context_list WHERE sha256 = ?1")                              \
	X(ADD_LIST, "INSERT INTO context_list (sha256) VALUES (?1)")                               \
	X(ADD_CONTEXT, "INSERT INTO context VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                  \
	X(GET_CONTEXTS, "SELECT place, name, program_type, attach_type, target, sleepable FROM context WHERE list = ?1 " \
		"ORDER BY place")                                                                  \
	X(FIND_CONFIG, "SELECT id FROM config WHERE sha256 = ?1")                                  \
	X(ADD_CONFIG, "INSERT INTO config (sha256) VALUES (?1)")                                   \
	X(ADD_OPTION, "INSERT INTO config_option VALUES (?1, ?2, ?3)")                             \
	X(GET_OPTIONS, "SELECT n.name, v.text FROM config_option o LEFT JOIN name n ON n.id = o.option " \
		"LEFT JOIN text v ON v.id = o.value WHERE o.config = ?1")                               \
	X(FIND_KERNEL, "SELECT id FROM kernel WHERE sha256 = ?1")                                  \
	X(ADD_KERNEL, "INSERT INTO kernel (sha256, source, release, version, machine, arch, distribution, flavor, " \
		"btf_sha256, facts, kcompat, unrecognised, contexts, letters, config, rest) VALUES (?1, ?2, ?3, ?4, ?5, " \
		"?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")                              \
	X(GET_KERNEL, "SELECT k.source, k.release, k.version, k.machine, k.arch, k.distribution, k.flavor, k.btf_sha256, " \
		"k.facts, k.unrecognised, k.contexts, k.letters, k.config, k.rest, k.id, a.settings " \
		"FROM answers a JOIN kernel k ON k.id = a.kernel WHERE a.id = ?1")                 \
	X(ADD_CALL, "INSERT INTO call VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                            \
	X(GET_CALLS, "SELECT n.kind, n.name, c.module, c.letters, c.why, c.detail FROM call c LEFT JOIN name n ON n.id = c.name " \
		"WHERE c.kernel = ?1")                                                             \
	X(ADD_HAS, "INSERT INTO has VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                              \
	X(GET_HAS, "SELECT n.kind, n.name, h.place, h.letter, h.errno, h.detail FROM has h LEFT JOIN name n ON n.id = h.name " \
		"WHERE h.kernel = ?1 ORDER BY n.kind, h.place")                                    \
	X(ADD_PART, "INSERT INTO part VALUES (?1, ?2, ?3, ?4)")                                    \
	X(GET_PARTS, "SELECT part, place, text FROM part WHERE kernel = ?1 ORDER BY part, place")  \
	X(FIND_SETTINGS, "SELECT id FROM settings WHERE sha256 = ?1")                              \
	X(ADD_SETTINGS, "INSERT INTO settings (sha256, capabilities, lockdown, lsm, jit, unprivileged_bpf_disabled, " \
		"kptr_restrict, container, config_source, limits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)") \
	X(GET_SETTINGS, "SELECT lockdown, jit, unprivileged_bpf_disabled, kptr_restrict, container, config_source, " \
		"capabilities, lsm, limits FROM settings WHERE id = ?1")                           \
	X(FIND_ANSWERS, "SELECT id FROM answers WHERE kernel = ?1 AND settings = ?2")              \
	X(ADD_ANSWERS, "INSERT INTO answers (kernel, settings, fingerprint, core) VALUES (?1, ?2, ?3, ?4)") \
	X(GET_SOURCE, "SELECT k.source FROM answers a JOIN kernel k ON k.id = a.kernel WHERE a.id = ?1") \
	X(FIND_DOCUMENT, "SELECT answers FROM document WHERE sha256 = ?1")                         \
	X(ADD_DOCUMENT, "INSERT INTO document VALUES (?1, ?2)")                                    \
	X(FIND_ORIGIN, "SELECT id FROM origin WHERE kind = ?1 AND name = ?2")                      \
	X(ADD_ORIGIN, "INSERT INTO origin (kind, name) VALUES (?1, ?2)")                           \
	X(FIND_SEEN, "SELECT at, until, answers FROM seen WHERE origin = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1") \
	X(ADD_SEEN, "INSERT OR REPLACE INTO seen VALUES (?1, ?2, ?2, ?3)")                         \
	X(KEEP_SEEN, "UPDATE seen SET until = ?3 WHERE origin = ?1 AND at = ?2")                   \
	X(LIST, "SELECT o.kind, o.name, s.answers, a.fingerprint, a.core, k.release, k.version, k.machine, k.arch, " \
		"k.distribution, k.flavor, k.btf_sha256, k.id FROM origin o LEFT JOIN seen s ON s.origin = o.id AND s.at = " \
		"(SELECT max(n.at) FROM seen n WHERE n.origin = o.id) LEFT JOIN answers a ON a.id = s.answers " \
		"LEFT JOIN kernel k ON k.id = a.kernel WHERE ?1 IS NULL OR (o.kind = 'host' AND o.name = ?1) " \
		"ORDER BY o.kind, o.name")                                                    \
	X(COUNT, "SELECT (SELECT count(*) FROM origin WHERE kind = 'host'), (SELECT count(*) FROM origin WHERE kind <> 'host'), " \
		"(SELECT count(*) FROM answers), (SELECT count(*) FROM kernel)")
/* clang-format on */

enum fleet_statement {
#define FLEET_STATEMENT_ENUM(name, sql) FLEET_##name,
	FLEET_STATEMENTS(FLEET_STATEMENT_ENUM)
#undef FLEET_STATEMENT_ENUM
		FLEET_STATEMENT_CNT
};

/* A text of the store that was read before: by its id. */
struct fleet_text {
	int64_t id;
	const char *text;
	json_t *json; /* of it, when somebody asked; NULL: not yet */
};

struct fleet_config {
	int64_t id;
	struct kernel_config_option *list; /* sorted by name */
	size_t cnt;
};

struct fleet {
	const struct sqlite *library;
	sqlite3 *db;
	sqlite3_stmt *statements[FLEET_STATEMENT_CNT];
	const char *name; /* for messages */
	struct error *error;
	struct pool pool; /* of all that follows */
	struct buf bytes; /* of a store that was read from a file */
	uint64_t steps; /* of this statement */
	int64_t last;   /* answers that were added */
	struct fleet_text *texts; /* open addressing, text_cap a power of two */
	size_t text_cnt, text_cap;
	const struct evidence **evidences; /* by id; NULL: not read yet */
	size_t evidence_cap;
	struct fleet_config *configs;
	size_t config_cnt, config_cap;
};

/* Takes the first error. */
struct error *db_error(struct fleet *fleet);
void db_fail(struct fleet *fleet, struct error *error);
/* The store is not as kcompat writes it. */
void db_damaged(struct fleet *fleet, const char *format, ...) __attribute__((format(printf, 2, 3)));
void db_no_memory(struct fleet *fleet);

/* The statement, ready for its values. */
sqlite3_stmt *db_begin(struct fleet *fleet, enum fleet_statement number);
void db_bind_text(struct fleet *fleet, sqlite3_stmt *statement, int at, const char *text); /* NULL: null */
void db_bind_number(struct fleet *fleet, sqlite3_stmt *statement, int at, int64_t number);
/* 0 is null: no row has that number. */
void db_bind_row(struct fleet *fleet, sqlite3_stmt *statement, int at, int64_t row);
/* Is there another row? What its columns return is valid until the next call for the statement. */
bool db_row(struct fleet *fleet, sqlite3_stmt *statement);
/* Runs a statement without rows. Returns the number of the row that it inserted. */
int64_t db_run(struct fleet *fleet, sqlite3_stmt *statement);
/* The first column of the first row, a number; 0: no row. */
int64_t db_find(struct fleet *fleet, sqlite3_stmt *statement);

/* A column of another type is damage. "" after an error. */
const char *db_text(struct fleet *fleet, sqlite3_stmt *statement, int at);
const char *db_text_or_null(struct fleet *fleet, sqlite3_stmt *statement, int at);
int64_t db_number(struct fleet *fleet, sqlite3_stmt *statement, int at);
/* 0 for null. */
int64_t db_row_number(struct fleet *fleet, sqlite3_stmt *statement, int at);

/* Runs statements of our own. */
void db_exec(struct fleet *fleet, const char *sql);
/* A connection without trust. `data` NULL: an empty store in memory, else a copy of the bytes, or the bytes themselves. */
void db_connect(struct fleet *fleet, const void *data, size_t size_bytes, bool writes);
/* Is every page sound? It takes some milliseconds for each MiB; what is read is checked anyway. */
void db_check_pages(struct fleet *fleet);
/* Is the schema exactly ours? */
void db_check_schema(struct fleet *fleet);

#endif
