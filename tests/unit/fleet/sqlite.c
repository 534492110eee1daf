/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kcompat declares of libsqlite3 is what its headers declare, where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#if __has_include(<sqlite3.h>)
#include <sqlite3.h>
#define HAS_HEADER 1
#else
#define HAS_HEADER 0
#endif

#include "fleet/sqlite.h"

static void test_declarations(void **state)
{
	(void)state;
#if HAS_HEADER
	const struct sqlite *library = NULL;
#define SAME_TYPE(type, name, parameters)                                                          \
	_Static_assert(__builtin_types_compatible_p(                                               \
			       __typeof__(library->name), __typeof__(&sqlite3_##name)),            \
		#name);
	SQLITE_FUNCTIONS(SAME_TYPE)
#undef SAME_TYPE
	static const struct {
		int ours, theirs;
	} numbers[] = {
		{SQL_OK, SQLITE_OK},
		{SQL_NOMEM, SQLITE_NOMEM},
		{SQL_INTERRUPT, SQLITE_INTERRUPT},
		{SQL_ROW, SQLITE_ROW},
		{SQL_DONE, SQLITE_DONE},
		{SQL_INTEGER, SQLITE_INTEGER},
		{SQL_TEXT, SQLITE3_TEXT},
		{SQL_NULL, SQLITE_NULL},
		{SQL_OPEN_READWRITE, SQLITE_OPEN_READWRITE},
		{SQL_OPEN_CREATE, SQLITE_OPEN_CREATE},
		{SQL_OPEN_MEMORY, SQLITE_OPEN_MEMORY},
		{SQL_OPEN_NOMUTEX, SQLITE_OPEN_NOMUTEX},
		{SQL_DESERIALIZE_FREEONCLOSE, SQLITE_DESERIALIZE_FREEONCLOSE},
		{SQL_DESERIALIZE_RESIZEABLE, SQLITE_DESERIALIZE_RESIZEABLE},
		{SQL_DESERIALIZE_READONLY, SQLITE_DESERIALIZE_READONLY},
		{SQL_CONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_TRIGGER},
		{SQL_CONFIG_DEFENSIVE, SQLITE_DBCONFIG_DEFENSIVE},
		{SQL_CONFIG_WRITABLE_SCHEMA, SQLITE_DBCONFIG_WRITABLE_SCHEMA},
		{SQL_CONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DML},
		{SQL_CONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DDL},
		{SQL_CONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_ENABLE_VIEW},
		{SQL_CONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_TRUSTED_SCHEMA},
		{SQL_LIMIT_LENGTH, SQLITE_LIMIT_LENGTH},
		{SQL_LIMIT_SQL_LENGTH, SQLITE_LIMIT_SQL_LENGTH},
		{SQL_LIMIT_COLUMN, SQLITE_LIMIT_COLUMN},
		{SQL_LIMIT_EXPR_DEPTH, SQLITE_LIMIT_EXPR_DEPTH},
		{SQL_LIMIT_COMPOUND_SELECT, SQLITE_LIMIT_COMPOUND_SELECT},
		{SQL_LIMIT_ATTACHED, SQLITE_LIMIT_ATTACHED},
		{SQL_LIMIT_LIKE_PATTERN_LENGTH, SQLITE_LIMIT_LIKE_PATTERN_LENGTH},
		{SQL_LIMIT_VARIABLE_NUMBER, SQLITE_LIMIT_VARIABLE_NUMBER},
		{SQL_LIMIT_TRIGGER_DEPTH, SQLITE_LIMIT_TRIGGER_DEPTH},
		{SQL_LIMIT_WORKER_THREADS, SQLITE_LIMIT_WORKER_THREADS},
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		assert_int_equal(numbers[i].ours, numbers[i].theirs);
#else
	skip(); /* libsqlite3-dev is not installed */
#endif
}

static void test_library(void **state)
{
	const struct sqlite *library = sqlite_library();

	(void)state;
	if (!library)
		skip();
	assert_null(sqlite_missing());
	assert_non_null(library->open_v2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declarations),
		cmocka_unit_test(test_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
