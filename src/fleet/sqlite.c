/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fleet/sqlite.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "util/array.h"

#define LIBRARY "libsqlite3.so.0"

static struct sqlite library;
static const char *missing; /* NULL: the library can be used */

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define SQLITE_FUNCTION_ROW(type, name, parameters)                                                \
	{"sqlite3_" #name, offsetof(struct sqlite, name)},
	SQLITE_FUNCTIONS(SQLITE_FUNCTION_ROW)
#undef SQLITE_FUNCTION_ROW
};

static void sqlite_load(void)
{
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	missing = handle ? NULL
			 : "a store of snapshots needs libsqlite3, which is not installed here "
			   "(package libsqlite3-0 or sqlite-libs)";
	for (size_t i = 0; i < ARRAY_SIZE(functions) && !missing; i++) {
		void *function = dlsym(handle, functions[i].name);
		memcpy((char *)&library + functions[i].offset, &function, sizeof(function));
		if (!function)
			missing = "a store of snapshots needs libsqlite3 3.36 or later";
	}
}

const char *sqlite_missing(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, sqlite_load);
	return missing;
}

const struct sqlite *sqlite_library(void)
{
	return sqlite_missing() ? NULL : &library;
}
