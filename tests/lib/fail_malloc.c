/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to preload: the FAIL_AT-th allocation of a program fails, with FAIL_TWICE the next one too, and with FAIL_ON
 * every one after it. Without FAIL_AT nothing fails. The number of allocations is in the file FAIL_COUNT, in the machine's
 * 8 bytes. The C library's own allocations count, because it calls these functions, and so do those of processes that the
 * program makes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* dlsym() itself may allocate before the functions are found. */
static char early[4096];
static size_t early_bytes;

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static atomic_ulong none, *cnt = &none;
static unsigned long fail_at, fail_last;
static bool ready;

/* Shared, so that a process without any right can count in it. */
static void share_count(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *shared = fd < 0 || ftruncate(fd, sizeof(*cnt))
		? MAP_FAILED
		: mmap(NULL, sizeof(*cnt), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (shared == MAP_FAILED)
		abort();
	cnt = shared;
	close(fd);
}

static void __attribute__((constructor)) begin(void)
{
	const char *at = getenv("FAIL_AT");

	real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	fail_last = getenv("FAIL_ON") ? ULONG_MAX : fail_at + (getenv("FAIL_TWICE") != NULL);
	if (getenv("FAIL_COUNT"))
		share_count(getenv("FAIL_COUNT"));
	ready = true;
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
	unsigned long number = ++*cnt;

	if (!fail_at || number < fail_at || number > fail_last)
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
