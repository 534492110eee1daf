/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an open store has; private to the folder. */
#ifndef KCOMPAT_STORE_OPENED_H
#define KCOMPAT_STORE_OPENED_H

#include <zstd.h>

#include "store/form.h"
#include "store/words.h"

struct kept_columns;
struct store_names;

struct store {
	struct pool pool;
	unsigned char *data; /* malloc'd */
	size_t size;
	unsigned char *header; /* malloc'd; names and masks lie in it */
	struct store_kernel *kernels;
	size_t kernel_cnt, mask_bytes;
	const unsigned char *masks;
	size_t mask_cnt;
	struct store_index sections[STORE_SECTION_CNT];
	struct store_index name_blocks;
	bool whole_names; /* of an older file */
	/* What was read of it; both change while the store is const. */
	struct store_kept *kept;
	struct store_names *names;
	struct kept_columns *columns;
	ZSTD_DCtx *unpacker;
};

struct error *store_damaged(const char *why);
/* `want` bytes of a zstd frame of exactly that length; malloc'd. */
struct error *store_unpack(
	ZSTD_DCtx *unpacker, const unsigned char *data, size_t size, size_t want, unsigned char **ret);

/* The names that numbers mean: a block of them is read when one of its names is needed. */
struct error *store_names_create(const struct store_index *blocks, struct store_names **ret);
void store_names_destroy(struct store_names *names); /* NULL-safe */
size_t store_name_cnt(const struct store *store);
/* The name of a number below store_name_cnt(). A NUL stands behind each name, and the store keeps it. */
struct error *store_name(const struct store *store, uint32_t number, const struct store_line **ret);
/* The number of a name; *found false: it is none of them. */
struct error *store_name_number(
	const struct store *store, const char *name, uint32_t *number, bool *found);
/* All of them, by number. */
struct error *store_all_names(const struct store *store, const struct store_line **ret);

/* The columns of a block of a section with numbers; borrowed until the next call: the store keeps the last ones. */
struct error *store_keep_columns(const struct store *store, enum store_section section, size_t block,
	const struct store_columns **ret);
struct error *store_columns_create(struct store *store);
void store_columns_destroy(struct store *store);

#endif
