/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_memory.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_bool some_failed;
/* Where the thread goes on that reads a document; NULL: none is read. */
static _Thread_local jmp_buf *reader;

static void *json_allocate(size_t size_bytes)
{
	void *memory = malloc(size_bytes);

	if (memory)
		return memory;
	some_failed = true;
	if (reader)
		longjmp(*reader, 1);
	return NULL;
}

static void set_functions(void)
{
	json_set_alloc_funcs(json_allocate, free);
}

void json_watch_memory(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_functions);
}

bool json_memory_failed(void)
{
	return some_failed;
}

json_t *json_read(const char *text, size_t len_bytes, size_t flags, json_error_t *error, bool *no_memory)
{
	jmp_buf here;

	json_watch_memory();
	*no_memory = setjmp(here) != 0;
	reader = *no_memory ? NULL : &here;
	json_t *root = *no_memory ? NULL : json_loadb(text, len_bytes, flags, error);
	reader = NULL;
	return root;
}
