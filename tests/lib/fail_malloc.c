/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to preload: the FAIL_AT-th allocation of a program fails, and with FAIL_ON every one after it. At the end,
 * the number of allocations goes into the file FAIL_COUNT. Without FAIL_AT nothing fails. The C library's own
 * allocations count, because it calls these functions.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* dlsym() itself may allocate before the functions are found. */
static char early[4096];
static size_t early_bytes;

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static atomic_ulong cnt;
static unsigned long fail_at;
static bool fail_on, ready;

static void __attribute__((constructor)) begin(void)
{
	const char *at = getenv("FAIL_AT");

	real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	fail_on = getenv("FAIL_ON") != NULL;
	ready = true;
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("FAIL_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%lu\n", (unsigned long)cnt);
	fclose(file);
}

static bool is_early(const void *memory)
{
	return (const char *)memory >= early && (const char *)memory < early + sizeof(early);
}

static void *allocate_early(size_t size)
{
	size_t at = (early_bytes + 15) / 16 * 16;

	if (size > sizeof(early) - at)
		abort();
	early_bytes = at + size;
	return early + at;
}

static bool fails(void)
{
	unsigned long number = ++cnt;

	if (!fail_at || number < fail_at || (number > fail_at && !fail_on))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	if (!ready)
		return allocate_early(size);
	return fails() ? NULL : real_malloc(size);
}

void *calloc(size_t members, size_t size)
{
	if (!ready)
		return allocate_early(members * size); /* static memory is zero */
	return fails() ? NULL : real_calloc(members, size);
}

void *realloc(void *memory, size_t size)
{
	if (!ready)
		abort();
	return fails() ? NULL : real_realloc(memory, size);
}

void *reallocarray(void *memory, size_t members, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(members, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, bytes);
}

void free(void *memory)
{
	if (memory && !is_early(memory))
		real_free(memory);
}
