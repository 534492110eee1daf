/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fleet/db.h"
#include "fleet/schema.h"
#include "util/argument.h"
#include "util/file.h"

/* The header of a file: https://www.sqlite.org/fileformat2.html#the_database_header */
#define MAGIC "SQLite format 3" /* with its NUL */
enum {
	HEADER_BYTES = 100,
	PAGE_BYTES_AT = 16,
	WRITE_VERSION_AT = 18,
	READ_VERSION_AT = 19,
	PAGE_CNT_AT = 28,
	VERSION_WAL = 2
};

bool fleet_recognise(const char *path)
{
	char head[sizeof(MAGIC)];
	struct stat status;
	size_t got = 0;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return false;
	struct error *error = file_read_head(path, sizeof(head), head, &got);
	bool same = !error && got == sizeof(head) && !memcmp(head, MAGIC, sizeof(head));
	error_free(error);
	return same;
}

void fleet_close(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < FLEET_STATEMENT_CNT; i++) {
		if (fleet->statements[i])
			fleet->library->finalize(fleet->statements[i]);
	}
	if (fleet->db)
		fleet->library->close_v2(fleet->db);
	for (size_t i = 0; i < fleet->text_cap; i++)
		json_decref(fleet->texts[i].json);
	error_free(fleet->error);
	buf_deinit(&fleet->bytes);
	pool_destroy(&fleet->pool);
	free(fleet);
}

static struct fleet *fleet_create(const char *name)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (fleet)
		fleet->name = pool_strdup(&fleet->pool, name);
	if (fleet && fleet->name)
		return fleet;
	fleet_close(fleet);
	return NULL;
}

/* What the header says. A page of 65536 bytes is written as 1. */
static uint64_t size_of(const unsigned char *data)
{
	uint64_t page = (uint64_t)data[PAGE_BYTES_AT] << 8 | data[PAGE_BYTES_AT + 1], cnt = 0;

	for (int i = 0; i < 4; i++)
		cnt = cnt << 8 | data[PAGE_CNT_AT + i];
	return (page == 1 ? 65536 : page) * cnt;
}

static void check_header(struct fleet *fleet, const unsigned char *data, size_t size_bytes)
{
	if (size_bytes < HEADER_BYTES || memcmp(data, MAGIC, sizeof(MAGIC)))
		db_fail(fleet,
			error_create(ERROR_INPUT, "a store is what kcompat db add writes",
				"%s: no store of snapshots", fleet->name));
	else if (data[WRITE_VERSION_AT] == VERSION_WAL || data[READ_VERSION_AT] == VERSION_WAL)
		db_fail(fleet,
			error_create(ERROR_INPUT,
				"end the programs that use it, and run sqlite3 with 'PRAGMA journal_mode = DELETE'",
				"%s: in WAL mode: a part of it may be in another file",
				fleet->name));
	else if (size_of(data) != size_bytes)
		db_damaged(fleet, "it has %zu bytes, and its header says %llu", size_bytes,
			(unsigned long long)size_of(data));
}

static struct error *open_to(
	struct fleet *fleet, const void *data, size_t size_bytes, bool writes, struct fleet **ret)
{
	check_header(fleet, data, size_bytes);
	if (!fleet->error)
		db_connect(fleet, data, size_bytes, writes);
	db_check_schema(fleet);
	struct error *error = db_error(fleet);
	if (error)
		fleet_close(fleet);
	else
		*ret = fleet;
	return error;
}

struct error *fleet_open_bytes(
	const void *data, size_t size_bytes, const char *name, struct fleet **ret)
{
	struct fleet *fleet = fleet_create(name);

	return fleet ? open_to(fleet, data, size_bytes, false, ret) : error_no_memory();
}

static struct error *open_file(const char *path, bool writes, struct fleet **ret)
{
	struct fleet *fleet = fleet_create(path);
	struct error *error = fleet ? input_read_kernel(path, FLEET_SIZE_MAX_BYTES, &fleet->bytes)
				    : error_no_memory();

	if (error) {
		fleet_close(fleet);
		return error;
	}
	return open_to(fleet, buf_text(&fleet->bytes), fleet->bytes.len, writes, ret);
}

struct error *fleet_open(const char *path, struct fleet **ret)
{
	return open_file(path, false, ret);
}

/* Letters of cells that others share: "unsupported", "blocked" and "unknown" are the same for all.
 */
static void add_states(struct fleet *fleet)
{
	sqlite3_stmt *statement;

#define ADD_LETTER(sign, word, says)                                                               \
	statement = db_begin(fleet, FLEET_ADD_STATE);                                              \
	db_bind_text(fleet, statement, 1, (const char[]) {sign, '\0'});                            \
	db_bind_text(fleet, statement, 2, word);                                                   \
	db_bind_text(fleet, statement, 3, says);                                                   \
	db_run(fleet, statement);
	for (int i = 0; i < CELL_STATE_CNT; i++) {
		ADD_LETTER(
			cell_state_letter(i), i ? cell_state_word(i) : "not asked", fleet_answer(i))
	}
	FLEET_SUPPORT_LETTERS(ADD_LETTER)
#undef ADD_LETTER
}

static struct error *create(const char *path, struct fleet **ret)
{
	struct fleet *fleet = fleet_create(path);

	if (!fleet)
		return error_no_memory();
	db_connect(fleet, NULL, 0, true);
	for (size_t i = 0; i < fleet_schema_cnt; i++)
		db_exec(fleet, fleet_schema[i].sql);
	sqlite3_stmt *statement = db_begin(fleet, FLEET_ADD_META);
	db_bind_text(fleet, statement, 1, "schema");
	db_bind_text(fleet, statement, 2, FLEET_SCHEMA);
	db_run(fleet, statement);
	add_states(fleet);
	struct error *error = db_error(fleet);
	if (error)
		fleet_close(fleet);
	else
		*ret = fleet;
	return error;
}

struct error *fleet_open_to_add(const char *path, struct fleet **ret)
{
	struct stat status;
	struct error *error = stat(path, &status) ? create(path, ret) : open_file(path, true, ret);

	if (error)
		return error;
	/* All of it is written at the end, or nothing. */
	db_check_pages(*ret);
	db_exec(*ret, "BEGIN");
	error = db_error(*ret);
	if (error)
		fleet_close(*ret);
	return error;
}

struct error *fleet_write(struct fleet *fleet, struct buf *out)
{
	long long size = 0;

	db_exec(fleet, "COMMIT");
	db_exec(fleet, "BEGIN");
	struct error *error = db_error(fleet);
	if (error)
		return error;
	unsigned char *bytes = fleet->library->serialize(fleet->db, "main", &size, 0);

	if (!bytes)
		return error_no_memory();
	if (size > FLEET_SIZE_MAX_BYTES) {
		fleet->library->free(bytes);
		return error_create(ERROR_INPUT, "make another store for some of the hosts",
			"%s: it would be larger than %u MiB", fleet->name,
			FLEET_SIZE_MAX_BYTES >> 20);
	}
	buf_add(out, bytes, (size_t)size);
	fleet->library->free(bytes);
	return out->failed ? error_no_memory() : NULL;
}
