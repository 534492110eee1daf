/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store gives back what was added. It refuses rows that kcompat does not write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture/fleet_store.h"
#include "fleet/utf8.h"
#include "snapshot/file.h"
#include "util/array.h"

static const struct fleet_wanted all = {0};

static int make(void **state)
{
	struct buf *store = calloc(1, sizeof(*store));

	*state = store;
	return 0;
}

static int drop(void **state)
{
	buf_deinit(*state);
	free(*state);
	return 0;
}

/* The store, or no test. */
static struct buf *store_of(void **state)
{
	struct buf *store = *state;

	if (!store->len && !fleet_store_make(store))
		skip(); /* no libsqlite3 */
	return store;
}

static char *text_of(const struct snapshot *snapshot)
{
	const struct render_json_options options = {
		.evidence = EVIDENCE_KEPT_PACKED, .one_line = true};
	struct buf out = {0};

	assert_null(render_json(snapshot, &options, &out));
	return out.data;
}

static void test_again(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	const struct buf *store = store_of(state);
	struct snapshot *read = NULL, *loaded = NULL;
	struct fleet_entry *entries = NULL;
	struct fleet *fleet = NULL;
	size_t cnt = 0;

	assert_null(fleet_open_bytes(store->data, store->len, "store", &fleet));
	assert_null(fleet_list(fleet, NULL, &pool, &entries, &cnt));
	assert_int_equal(cnt, 3);
	assert_string_equal(entries[0].name, "web1");
	assert_true(entries[0].host && entries[1].host && !entries[2].host);
	assert_int_equal(entries[0].answers, entries[1].answers);
	assert_null(fleet_load(fleet, entries[0].answers, &all, &loaded));
	assert_null(load_snapshot_bytes(fleet_document, strlen(fleet_document), &read));
	char *a = text_of(read), *b = text_of(loaded);
	assert_string_equal(a, b);
	free(a);
	free(b);
	snapshot_destroy(read);
	snapshot_destroy(loaded);
	fleet_close(fleet);
}

static void test_wanted(void **state)
{
	static const char *const names[] = {"h"};
	const struct fleet_wanted wanted = {.names = names, .name_cnt = 1};
	const struct buf *store = store_of(state);
	struct snapshot *snapshot = NULL;
	struct fleet *fleet = NULL;

	assert_null(fleet_open_bytes(store->data, store->len, "store", &fleet));
	assert_null(fleet_load(fleet, 1, &wanted, &snapshot));
	assert_int_equal(snapshot->kfunc_cnt, 2);
	assert_int_equal(snapshot->kfuncs[0].cells[0].state, CELL_NONE);
	assert_int_equal(snapshot->helpers[0].cells[0].state, CELL_LOADABLE);
	assert_int_equal(snapshot->helpers[0].id, 7);
	snapshot_destroy(snapshot);
	fleet_close(fleet);
}

/* What a program makes of bytes: the first error, or NULL after all was read. */
static struct error *read_all(const void *data, size_t size_bytes)
{
	_cleanup_pool_ struct pool pool = {0};
	struct fleet_entry *entries = NULL;
	struct fleet *fleet = NULL;
	size_t cnt = 0;
	struct error *error = fleet_open_bytes(data, size_bytes, "store", &fleet);

	if (!error)
		error = fleet_list(fleet, NULL, &pool, &entries, &cnt);
	/* As `kcompat -k` does. */
	if (!error && !cnt)
		error = error_create(ERROR_INPUT, NULL, "store: no snapshot in it");
	for (size_t i = 0; i < cnt && !error; i++) {
		struct snapshot *snapshot = NULL;
		error = fleet_load(fleet, entries[i].answers, &all, &snapshot);
		snapshot_destroy(snapshot);
	}
	fleet_close(fleet);
	return error;
}

static void refuse(const void *data, size_t size_bytes, const char *what)
{
	struct error *error = read_all(data, size_bytes);

	if (!error)
		fail_msg("accepted: %s", what);
	if (error->code != ERROR_INPUT || !strstr(error->what, "store"))
		fail_msg("%s: %s", what, error->what);
	error_free(error);
}

#define BIG                                                                                        \
	"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n)"

/* Each changes a sound store, and none of it may be read. */
static const char *const hostile_schemas[] = {
	/* A view in place of a table, and one that never ends. */
	"ALTER TABLE origin RENAME TO other; CREATE VIEW origin AS SELECT * FROM other",
	"DROP TABLE meta; CREATE VIEW meta AS SELECT 'schema' AS key, " BIG " AS value",
	"DROP VIEW now; CREATE VIEW now AS SELECT " BIG " AS host",
	/* Triggers. */
	"CREATE TRIGGER t AFTER INSERT ON origin BEGIN DELETE FROM kernel; END",
	"CREATE TRIGGER t INSTEAD OF INSERT ON now BEGIN DELETE FROM kernel; END",
	/* Columns that are computed, other types, other defaults and checks. */
	"DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT AS (randomblob(1000000000)))",
	"DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT",
	"DROP TABLE state; CREATE TABLE state (letter, state, answer)",
	"DROP TABLE part; CREATE TABLE part (kernel, part, place, text CHECK (load_extension('x')))",
	/* More than there should be, and less. */
	"CREATE TABLE more (a)",
	"CREATE INDEX more ON origin (name)",
	"CREATE INDEX more ON origin (hex(zeroblob(100000000)))",
	"CREATE VIEW more AS SELECT 1",
	"DROP VIEW cell",
	"DROP INDEX call_kernel",
	"DROP TABLE seen",
	"ANALYZE",
	"DELETE FROM meta",
	"UPDATE meta SET value = 'kcompat/db/2'",
	"UPDATE meta SET value = NULL || 1",
	"UPDATE meta SET value = x'00'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE origin (id INTEGER PRIMARY KEY)' WHERE name = 'origin'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'x' WHERE name = 'origin'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2 WHERE type = 'table'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 1000000 WHERE name = 'kernel'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_master SET type = 'view' WHERE name = 'kernel'",
	"PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name LIKE 'sqlite_autoindex%'",
	("PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('trigger', 't', 'origin', 0, "
	 "'CREATE TRIGGER t AFTER INSERT ON origin BEGIN SELECT 1; END')"),
};

static void test_schemas(void **state)
{
	const struct buf *store = store_of(state);

	for (size_t i = 0; i < ARRAY_SIZE(hostile_schemas); i++) {
		_cleanup_buf_ struct buf changed = {0};
		/* The SQLite that makes it may refuse a part: what it made is then as good. */
		bool done = fleet_store_change(store, hostile_schemas[i], NULL, 0, &changed);
		if (done || changed.len != store->len ||
			memcmp(changed.data, store->data, store->len))
			refuse(changed.data, changed.len, hostile_schemas[i]);
	}
}

static const char *const hostile_rows[] = {
	"UPDATE answers SET kernel = 99",
	"UPDATE answers SET settings = 99",
	"UPDATE answers SET kernel = 'x'",
	"UPDATE answers SET fingerprint = x'ff'",
	"UPDATE origin SET name = x'61' WHERE kind = 'probed'",
	"UPDATE kernel SET contexts = 99",
	"UPDATE kernel SET letters = 99",
	"UPDATE kernel SET letters = (SELECT id FROM text WHERE text LIKE '{%' LIMIT 1)",
	"UPDATE kernel SET rest = (SELECT id FROM text WHERE text NOT LIKE '{%' LIMIT 1)",
	"UPDATE kernel SET rest = -9223372036854775808",
	"UPDATE kernel SET facts = '{'",
	"UPDATE kernel SET facts = '{}'",
	"UPDATE kernel SET facts = '[1]'",
	"UPDATE kernel SET source = 'guessed'",
	"UPDATE kernel SET release = x'36'",
	"UPDATE kernel SET unrecognised = -1",
	"UPDATE kernel SET unrecognised = 9223372036854775807",
	"UPDATE kernel SET config = x'00'",
	"UPDATE settings SET lsm = '[[]]'",
	"UPDATE settings SET limits = 'no'",
	"UPDATE settings SET capabilities = '{\"a\": 1}'",
	"UPDATE settings SET lockdown = x'37'",
	"DELETE FROM context",
	"DELETE FROM context WHERE place = 1",
	"UPDATE context SET place = 5 WHERE place = 2",
	"UPDATE context SET name = 'xdp'",
	"UPDATE context SET name = 'a b'",
	"UPDATE context SET sleepable = 'yes'",
	"UPDATE context SET program_type = x'41'",
	"UPDATE call SET letters = (SELECT letters FROM kernel) + 10000",
	"UPDATE call SET letters = module",
	"UPDATE call SET why = letters",
	"UPDATE call SET why = module",
	"UPDATE call SET why = 4711",
	"UPDATE call SET detail = letters",
	"UPDATE call SET module = 4711 WHERE letters = (SELECT max(letters) FROM call)",
	"UPDATE evidence SET errno = -1",
	"UPDATE evidence SET errno = 99999999999",
	"UPDATE evidence SET errno = 4096",
	"UPDATE evidence SET line = x'00'",
	"DELETE FROM evidence",
	"UPDATE name SET kind = 'config' WHERE kind = 'kfunc'",
	"UPDATE name SET name = 'a b' WHERE kind = 'kfunc'",
	"UPDATE name SET name = x'00' WHERE kind = 'map'",
	"UPDATE has SET letter = 'xx'",
	"UPDATE has SET letter = ''",
	"UPDATE has SET letter = 'R'",
	"UPDATE has SET errno = 'EPERM'",
	"UPDATE has SET detail = 4711",
	"UPDATE part SET part = part || 'x'",
	"UPDATE part SET place = 4711 WHERE part = 'context'",
	"UPDATE part SET text = 4711",
	"UPDATE part SET text = (SELECT letters FROM kernel)",
	"UPDATE config_option SET value = 4711, option = 4712 WHERE 0; UPDATE text SET text = x'00' WHERE id IN (SELECT value FROM config_option)",
	"UPDATE text SET text = 7",
	"UPDATE text SET text = x'80'",
	"UPDATE text SET text = zeroblob(16000000) WHERE id = (SELECT rest FROM kernel)",
	"UPDATE text SET text = printf('%.*c', 16000000, 'x') WHERE id = (SELECT rest FROM kernel)",
	"UPDATE text SET text = replace(printf('%.*c', 100000, 'x'), 'x', '[')",
	"UPDATE text SET text = '{\"cells\": {\"xdp\": 1}, \"flags\": 7}' WHERE text LIKE '{%'",
};

static void test_rows(void **state)
{
	const struct buf *store = store_of(state);
	size_t bad = 0;

	for (size_t i = 0; i < ARRAY_SIZE(hostile_rows); i++) {
		_cleanup_buf_ struct buf changed = {0};
		if (!fleet_store_change(store, hostile_rows[i], NULL, 0, &changed))
			print_error("not made: %s\n", hostile_rows[i]), bad++;
		struct error *error = read_all(changed.data, changed.len);
		if (!error)
			print_error("accepted: %s\n", hostile_rows[i]);
		bad += !error;
		error_free(error);
	}
	assert_int_equal(bad, 0);
}

/* What changes the file, and not what it says, is read. */
static void test_harmless(void **state)
{
	static const char *const changes[] = {"VACUUM", "PRAGMA user_version = 7",
		"PRAGMA page_size = 512; VACUUM", "UPDATE kernel SET kcompat = 'other'",
		"DELETE FROM document"};
	const struct buf *store = store_of(state);

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		_cleanup_buf_ struct buf changed = {0};
		assert_true(fleet_store_change(store, changes[i], NULL, 0, &changed));
		struct error *error = read_all(changed.data, changed.len);
		if (error)
			fail_msg("%s: %s", changes[i], error->what);
	}
}

static void test_truncated(void **state)
{
	const struct buf *store = store_of(state);

	for (size_t len = 0; len < store->len; len += len < 200 ? 1 : 1021) {
		unsigned char *copy = malloc(len + 1);
		memcpy(copy, store->data, len);
		refuse(copy, len, "truncated");
		free(copy);
	}
}

/* Pages of other content: an error, or the same answers as ever. Never a crash, which ASan shows.
 */
static void test_pages(void **state)
{
	const struct buf *store = store_of(state);
	unsigned char *copy = malloc(store->len);
	size_t refused = 0, pages = store->len / 4096;

	for (size_t page = 0; page < pages; page++) {
		for (int fill = 0; fill < 3; fill++) {
			memcpy(copy, store->data, store->len);
			memset(copy + page * 4096 + (page ? 0 : 100), "\0\xff\x55"[fill],
				page ? 4096 : 3996);
			struct error *error = read_all(copy, store->len);
			assert_true(!error || error->code == ERROR_INPUT);
			refused += error != NULL;
			error_free(error);
		}
	}
	assert_true(refused > pages);
	free(copy);
}

static void test_wal(void **state)
{
	const struct buf *store = store_of(state);
	unsigned char *copy = malloc(store->len);

	memcpy(copy, store->data, store->len);
	copy[18] = copy[19] = 2;
	struct error *error = read_all(copy, store->len);
	assert_non_null(error);
	assert_non_null(strstr(error->what, "WAL"));
	error_free(error);
	free(copy);
}

static void test_characters(void **state)
{
	(void)state;
	for (int64_t number = 1; number <= EVIDENCE_NUMBER_MAX;
		number += number < 70000 ? 1 : 997) {
		_cleanup_buf_ struct buf text = {0};
		utf8_put(&text, evidence_character(number));
		const char *at = buf_text(&text);
		uint32_t character = utf8_next(&at);
		if (evidence_number(character) != number || *at)
			fail_msg("%lld", (long long)number);
	}
	assert_int_equal(evidence_number(' '), 0);
	assert_int_equal(evidence_number(0xd800), 0);
	assert_int_equal(evidence_number(0xffff), 0);
	assert_int_equal(evidence_character(EVIDENCE_NUMBER_MAX), 0x10ffff);
	for (const char *const *bad =
			(const char *const[]) {"\x80", "\xc3", "\xe2\x82", "\xff", NULL};
		*bad; bad++) {
		const char *at = *bad;
		assert_int_equal(utf8_next(&at), UINT32_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_again, make, drop),
		cmocka_unit_test_setup_teardown(test_wanted, make, drop),
		cmocka_unit_test_setup_teardown(test_schemas, make, drop),
		cmocka_unit_test_setup_teardown(test_rows, make, drop),
		cmocka_unit_test_setup_teardown(test_harmless, make, drop),
		cmocka_unit_test_setup_teardown(test_truncated, make, drop),
		cmocka_unit_test_setup_teardown(test_pages, make, drop),
		cmocka_unit_test_setup_teardown(test_wal, make, drop),
		cmocka_unit_test(test_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
