/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of a pool lives until the pool is destroyed. All strings and arrays of one snapshot share
 * this lifetime, so no code tracks them one by one. Not thread-safe: each worker thread has its
 * own pool, and the owner adopts it at the end.
 */
#ifndef KCOMPAT_UTIL_POOL_H
#define KCOMPAT_UTIL_POOL_H

#include <stddef.h>
#include <stdarg.h>

struct pool_block;

struct pool {
	struct pool_block *blocks; /* newest first */
	const char **interned;     /* open addressing, interned_cap a power of two */
	size_t interned_cnt, interned_cap;
};

/* A zeroed struct pool is an empty pool. */
void pool_destroy(struct pool *pool); /* NULL-safe; leaves an empty pool */
/* Moves all memory of `from` into `into`; pointers stay valid, `from` is empty afterwards. */
void pool_adopt(struct pool *into, struct pool *from);

/* All return NULL without memory. Memory of pool_alloc is zeroed and aligned for any type. */
void *pool_alloc(struct pool *pool, size_t size_bytes);
void *pool_calloc(struct pool *pool, size_t cnt, size_t size_bytes);
char *pool_strndup(struct pool *pool, const char *text, size_t len_bytes);
char *pool_strdup(struct pool *pool, const char *text); /* NULL for NULL */
char *pool_printf(struct pool *pool, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *pool_vprintf(struct pool *pool, const char *format, va_list args);
/* Equal interned strings of one pool share one copy, so their addresses are equal. */
const char *pool_intern(struct pool *pool, const char *text, size_t len_bytes);

/*
 * Grows a pool-held array to hold at least `cnt + 1` elements: `array` is the current storage
 * (NULL when empty) of capacity *cap. Returns the storage, moved when it had to grow.
 */
void *pool_grow(struct pool *pool, void *array, size_t cnt, size_t *cap, size_t size_bytes);

static inline void pool_cleanup(struct pool *pool)
{
	pool_destroy(pool);
}
#define _cleanup_pool_ __attribute__((cleanup(pool_cleanup)))

#endif
