/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/pool.h"
#include "util/hash.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE_BYTES (64 * 1024)

struct pool_block {
	struct pool_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

void pool_destroy(struct pool *pool)
{
	if (!pool)
		return;
	for (struct pool_block *block = pool->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(pool->interned);
	*pool = (struct pool) {0};
}

void pool_adopt(struct pool *into, struct pool *from)
{
	struct pool_block **last = &into->blocks;

	/* Append after the current block, so that its free space stays usable. */
	while (*last)
		last = &(*last)->next;
	*last = from->blocks;
	from->blocks = NULL;
	pool_destroy(from);
}

static struct pool_block *block_create(struct pool *pool, size_t need)
{
	size_t size = need > BLOCK_SIZE_BYTES / 4 ? need : BLOCK_SIZE_BYTES;
	struct pool_block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->size = size;
	if (pool->blocks && size == need) {
		/* A large block goes second: the current block still serves small requests. */
		block->next = pool->blocks->next;
		pool->blocks->next = block;
	} else {
		block->next = pool->blocks;
		pool->blocks = block;
	}
	return block;
}

static void *pool_take(struct pool *pool, size_t size, size_t align)
{
	struct pool_block *block = pool->blocks;

	if (size > SIZE_MAX / 2)
		return NULL;
	size_t start = block ? (block->used + align - 1) & ~(align - 1) : 0;
	if (!block || start > block->size || block->size - start < size) {
		block = block_create(pool, size);
		if (!block)
			return NULL;
		start = 0;
	}
	block->used = start + size;
	return block->data + start;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	return pool_take(pool, size ? size : 1, alignof(max_align_t));
}

void *pool_calloc(struct pool *pool, size_t cnt, size_t size)
{
	if (size && cnt > SIZE_MAX / size)
		return NULL;
	return pool_alloc(pool, cnt * size);
}

char *pool_strndup(struct pool *pool, const char *text, size_t len)
{
	char *copy = pool_take(pool, len + 1, 1);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

char *pool_strdup(struct pool *pool, const char *text)
{
	return text ? pool_strndup(pool, text, strlen(text)) : NULL;
}

char *pool_vprintf(struct pool *pool, const char *format, va_list args)
{
	char *text;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		return NULL;
	char *copy = pool_strndup(pool, text, (size_t)len);
	free(text);
	return copy;
}

char *pool_printf(struct pool *pool, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = pool_vprintf(pool, format, args);
	va_end(args);
	return text;
}

static const char **intern_slot(
	const char **slots, size_t cap, const char *text, size_t len)
{
	size_t at = hash_bytes(text, len) & (cap - 1);

	while (slots[at] && (strncmp(slots[at], text, len) || slots[at][len]))
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

static int intern_grow(struct pool *pool)
{
	size_t cap = pool->interned_cap ? pool->interned_cap * 2 : 256;
	const char **slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return -1;
	for (size_t i = 0; i < pool->interned_cap; i++) {
		const char *text = pool->interned[i];
		if (text)
			*intern_slot(slots, cap, text, strlen(text)) = text;
	}
	free(pool->interned);
	pool->interned = slots;
	pool->interned_cap = cap;
	return 0;
}

const char *pool_intern(struct pool *pool, const char *text, size_t len)
{
	/* A NUL inside would make the stored copy shorter than its hash. */
	len = strnlen(text, len);
	if (pool->interned_cnt * 2 >= pool->interned_cap && intern_grow(pool))
		return NULL;
	const char **slot = intern_slot(pool->interned, pool->interned_cap, text, len);
	if (!*slot) {
		*slot = pool_strndup(pool, text, len);
		if (*slot)
			pool->interned_cnt++;
	}
	return *slot;
}

void *pool_grow(struct pool *pool, void *array, size_t cnt, size_t *cap, size_t size)
{
	if (cnt < *cap)
		return array;
	size_t new_cap = *cap ? *cap * 2 : 8;
	void *grown = pool_calloc(pool, new_cap, size);

	if (!grown)
		return NULL;
	if (cnt)
		memcpy(grown, array, cnt * size);
	*cap = new_cap;
	return grown;
}
