/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of a store of snapshots. The input is a list of changes to a small sound store, because a
 * file of SQLite would hide its rows from the fuzzer: TABLE-COLUMN ROW TYPE LENGTH VALUE sets a
 * value in one row, and 0xff OFFSET(3) VALUE then overwrites a byte of the file. Whatever comes of
 * it, a store is refused, or its snapshots are sound.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/fleet_store.h"
#include "snapshot/file.h"
#include "util/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

enum { CHANGES_MAX = 8, PATCH = 0xff };

/* X(table, column that chooses a row, column) */
#define COLUMNS(X)                                                                                 \
	X(text, id, text)                                                                          \
	X(name, id, kind) X(name, id, name) X(evidence, id, errno) X(evidence, id, line) X(        \
		evidence, id, rule) X(context, place, place) X(context, place, name) X(context,    \
		place, program_type) X(context, place, attach_type) X(context, place,              \
		sleepable) X(config_option, option, value) X(kernel, id, source) X(kernel, id,     \
		release) X(kernel, id, machine) X(kernel, id, facts) X(kernel, id,                 \
		unrecognised) X(kernel, id, contexts) X(kernel, id, letters) X(kernel, id,         \
		config) X(kernel, id, rest) X(call, name, name) X(call, name, module) X(call,      \
		name, letters) X(call, name, why) X(call, name, detail) X(has, name, name) X(has,  \
		name, place) X(has, name, letter) X(has, name, errno) X(has, name, detail)         \
		X(part, part, part) X(part, part, place) X(part, part, text) X(                    \
			settings, id, capabilities) X(settings, id, lsm) X(settings, id, limits)   \
			X(settings, id, jit) X(answers, id, kernel) X(answers, id, settings)       \
				X(answers, id, fingerprint) X(origin, id, kind)                    \
					X(origin, id, name) X(seen, origin, at)                    \
						X(seen, origin, answers) X(meta, key, value)

static const char *const updates[] = {
#define UPDATE(table, key, column)                                                                 \
	"UPDATE OR IGNORE " #table " SET " #column " = ?1 WHERE " #key " = (SELECT " #key          \
	" FROM " #table " ORDER BY 1 LIMIT 1 OFFSET ?2 % (SELECT count(*) FROM " #table "))",
	COLUMNS(UPDATE)
#undef UPDATE
};

static void check_snapshot(const struct snapshot *snapshot)
{
	const struct render_json_options options = {
		.one_line = true, .evidence = EVIDENCE_KEPT_PACKED};
	_cleanup_buf_ struct buf text = {0};
	struct snapshot *again = NULL;

	CHECK(!render_json(snapshot, &options, &text));
	CHECK(!load_snapshot_bytes(text.data, text.len, &again));
	CHECK(again->context_cnt == snapshot->context_cnt &&
		again->kfunc_cnt == snapshot->kfunc_cnt);
	snapshot_destroy(again);
}

static void check_store(const void *data, size_t size)
{
	static const struct fleet_wanted all;
	_cleanup_pool_ struct pool pool = {0};
	struct fleet_entry *entries = NULL;
	struct fleet *fleet = NULL;
	size_t cnt = 0;
	struct error *error = fleet_open_bytes(data, size, "store", &fleet);

	if (!error)
		error = fleet_list(fleet, NULL, &pool, &entries, &cnt);
	for (size_t i = 0; i < cnt && !error; i++) {
		struct snapshot *snapshot = NULL;
		error = fleet_load(fleet, entries[i].answers, &all, &snapshot);
		CHECK(!error == (snapshot != NULL));
		if (snapshot)
			check_snapshot(snapshot);
		snapshot_destroy(snapshot);
	}
	CHECK(!error || (error->code == ERROR_INPUT && *error->what));
	error_free(error);
	fleet_close(fleet);
}

/* One change; returns how many bytes of the input it took. */
static size_t change_row(
	const struct sqlite *library, sqlite3 *db, const uint8_t *data, size_t size)
{
	sqlite3_stmt *statement = NULL;
	size_t len = data[3] < size - 4 ? data[3] : size - 4;
	char number[32] = "";

	memcpy(number, data + 4, len < sizeof(number) - 1 ? len : sizeof(number) - 1);
	CHECK(!library->prepare_v2(
		db, updates[data[0] % ARRAY_SIZE(updates)], -1, &statement, NULL));
	if (data[2] % 3 == 0)
		library->bind_text(statement, 1, (const char *)data + 4, (int)len, NULL);
	else if (data[2] % 3 == 1)
		library->bind_int64(statement, 1, strtoll(number, NULL, 10));
	else
		library->bind_null(statement, 1);
	library->bind_int64(statement, 2, data[1]);
	library->step(statement);
	library->finalize(statement);
	return 4 + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf store;
	const struct sqlite *library = sqlite_library();
	long long changed_size = 0;
	sqlite3 *db;

	if (!library || (!store.len && !fleet_store_make(&store)))
		return 0;
	unsigned char *bytes = library->malloc64(store.len);
	memcpy(bytes, store.data, store.len);
	CHECK(!library->open_v2(
		":memory:", &db, SQL_OPEN_READWRITE | SQL_OPEN_CREATE | SQL_OPEN_MEMORY, NULL));
	CHECK(!library->deserialize(db, "main", bytes, (long long)store.len, (long long)store.len,
		SQL_DESERIALIZE_FREEONCLOSE | SQL_DESERIALIZE_RESIZEABLE));
	for (size_t i = 0; i < CHANGES_MAX && size >= 4 && *data != PATCH; i++) {
		size_t took = change_row(library, db, data, size);
		data += took;
		size -= took;
	}
	unsigned char *changed = library->serialize(db, "main", &changed_size, 0);
	CHECK(changed);
	for (; size >= 5 && *data == PATCH; data += 5, size -= 5)
		changed[((size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3]) %
			(size_t)changed_size] = data[4];
	check_store(changed, (size_t)changed_size);
	library->free(changed);
	library->close_v2(db);
	return 0;
}
