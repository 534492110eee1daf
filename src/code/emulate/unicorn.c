/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "code/emulate/unicorn.h"
#include "util/array.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The version of the headers that kcompat is built with. */
#define TEXT_OF(number) #number
#define LIBRARY_NAME(major) "libunicorn.so." TEXT_OF(major)

static struct emulate_library library;
static bool loaded;

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define EMULATE_FUNCTION_ROW(name) {#name, offsetof(struct emulate_library, name)},
	EMULATE_FUNCTIONS(EMULATE_FUNCTION_ROW)};

static void unicorn_load(void)
{
	void *handle = dlopen(LIBRARY_NAME(UC_API_MAJOR), RTLD_NOW | RTLD_LOCAL);

	loaded = handle;
	for (size_t i = 0; i < ARRAY_SIZE(functions) && loaded; i++) {
		void *function = dlsym(handle, functions[i].name);
		memcpy((char *)&library + functions[i].offset, &function, sizeof(function));
		loaded = function;
	}
}

const struct emulate_library *emulate_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, unicorn_load);
	return loaded ? &library : NULL;
}
