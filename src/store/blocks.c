/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the blocks of a store. Its bytes are hostile input. */
#include "store/opened.h"

#include <stdlib.h>
#include <string.h>

#include "store/pieces.h"

#define KEPT_MAX_BYTES (48u << 20)

struct kept_columns {
	struct store_columns *sections[STORE_SECTION_CNT]; /* malloc'd, by number; cnt 0: not kept */
	size_t bytes;
};

void store_block_deinit(struct store_block *block)
{
	free(block->data);
	free(block->lines);
	free(block->masks);
	*block = (struct store_block) {0};
}

static int compare_keys(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return store_compare_lines(
		&(struct store_line) {a, a_len}, &(struct store_line) {b, b_len});
}

static const char *split_block(struct store_block *block, const unsigned char **at, const unsigned char *end)
{
	for (size_t i = 0; i < block->cnt; i++) {
		const unsigned char *newline = memchr(*at, '\n', (size_t)(end - *at));
		struct store_line *line = &block->lines[i];
		if (!newline)
			return "a block has too few lines";
		*line = (struct store_line) {(const char *)*at, (size_t)(newline - *at)};
		*at = newline + 1;
		if (line->len > STORE_LINE_MAX_BYTES || !store_key_length(line) ||
			store_key_length(line) + 1 >= line->len)
			return "a line has no key or is too long";
		if (memchr(line->text, '\0', line->len))
			return "a line has a NUL";
		if (i && store_compare_lines(&block->lines[i - 1], line) >= 0)
			return "the lines of a block are not in order";
	}
	return NULL;
}

static const char *parse_block(const struct store *store, const struct store_index *index, size_t number,
	struct store_block *block)
{
	const struct store_index_block *entry = &index->blocks[number];
	const unsigned char *at = block->data, *end = block->data + block->size;
	const char *why = split_block(block, &at, end);

	for (size_t i = 0; i < block->cnt && !why && !block->coded; i++) {
		uint64_t mask;
		if (!pieces_read(&at, end, &mask) || mask >= store->mask_cnt)
			return "a line has no mask";
		block->masks[i] = (uint32_t)mask;
	}
	if (why || at != end)
		return why ? why : "a block is too long";
	const struct store_line *first = &block->lines[0], *last = &block->lines[block->cnt - 1];
	if (compare_keys(entry->first, strlen(entry->first), first->text, store_key_length(first)))
		return "a block begins with another key";
	if (number + 1 < index->cnt &&
		compare_keys(last->text, store_key_length(last), entry[1].first, strlen(entry[1].first)) >= 0)
		return "two blocks have one key";
	return NULL;
}

static bool kept_reserve(struct store_block *block)
{
	block->lines = calloc(block->cnt, sizeof(*block->lines));
	block->masks = calloc(block->cnt, sizeof(*block->masks));
	return block->lines && block->masks;
}

/* The text of a block with numbers; its masks are read. */
static struct error *read_coded(
	const struct store *store, const struct store_columns *columns, struct store_block *block)
{
	const struct store_line *names;
	struct error *error = store_all_names(store, &names);
	struct buf text = {0};

	if (!error)
		error = store_columns_text(columns, names, &text);
	if (error) {
		buf_deinit(&text);
		return error;
	}
	block->data = (unsigned char *)text.data;
	block->size = text.len;
	block->coded = true;
	memcpy(block->masks, columns->masks, block->cnt * sizeof(*block->masks));
	return NULL;
}

static struct error *read_columns(const struct store *store, enum store_section section, size_t number,
	struct store_columns *ret)
{
	const struct store_index_block *entry = &store->sections[section].blocks[number];
	struct store_columns columns = {.cnt = entry->line_cnt};
	const char *why = NULL;
	bool no_memory = false;

	/* A key, a word, a newline and a mask. */
	if (entry->line_cnt > entry->bytes / 4)
		return store_damaged("a block has too many lines");
	struct error *error =
		store_unpack(store->unpacker, store->data + entry->at, entry->packed_bytes, entry->bytes, &columns.data);
	if (!error)
		why = store_split_columns(
			entry->bytes, store_name_cnt(store), store->mask_cnt, &columns, &no_memory);
	if (why)
		error = store_damaged(why);
	else if (no_memory)
		error = error_no_memory();
	if (error)
		store_columns_deinit(&columns);
	else
		*ret = columns;
	return error;
}

static struct error *fill_block(const struct store *store, enum store_section section, size_t number,
	struct store_block *block)
{
	const struct store_index_block *entry = &store->sections[section].blocks[number];
	struct store_columns columns = {0};

	if (!store_section_is_coded(section)) {
		block->size = entry->bytes;
		return store_unpack(store->unpacker, store->data + entry->at, entry->packed_bytes, entry->bytes, &block->data);
	}
	struct error *error = read_columns(store, section, number, &columns);
	if (!error)
		error = read_coded(store, &columns, block);
	store_columns_deinit(&columns);
	return error;
}

struct error *store_read_block(const struct store *store, enum store_section section, size_t number,
	struct store_block *ret)
{
	const struct store_index *index = &store->sections[section];
	const struct store_index_block *entry = &index->blocks[number];
	_cleanup_block_ struct store_block block = {.cnt = entry->line_cnt};

	/* A key, a tab, a body, a newline, and a mask; less with numbers: see read_columns(). */
	if (entry->line_cnt > entry->bytes / (store_section_is_coded(section) ? 4 : 5))
		return store_damaged("a block has too many lines");
	if (!kept_reserve(&block))
		return error_no_memory();
	struct error *error = fill_block(store, section, number, &block);
	if (error)
		return error;
	const char *why = parse_block(store, index, number, &block);
	if (why)
		return store_damaged(why);
	*ret = block;
	block = (struct store_block) {0};
	return NULL;
}

static void drop_columns(const struct store *store)
{
	struct kept_columns *kept = store->columns;

	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		for (size_t k = 0; kept->sections[i] && k < store->sections[i].cnt; k++)
			store_columns_deinit(&kept->sections[i][k]);
	}
	kept->bytes = 0;
}

struct error *store_columns_create(struct store *store)
{
	store->columns = calloc(1, sizeof(*store->columns));
	return store->columns ? NULL : error_no_memory();
}

void store_columns_destroy(struct store *store)
{
	if (!store->columns)
		return;
	drop_columns(store);
	for (size_t i = 0; i < STORE_SECTION_CNT; i++)
		free(store->columns->sections[i]);
	free(store->columns);
}

struct error *store_keep_columns(const struct store *store, enum store_section section, size_t number,
	const struct store_columns **ret)
{
	struct store_columns **list = &store->columns->sections[section], columns = {0};

	if (!*list)
		*list = calloc(store->sections[section].cnt, sizeof(**list));
	if (!*list)
		return error_no_memory();
	*ret = &(*list)[number];
	if ((*ret)->cnt)
		return NULL;
	struct error *error = read_columns(store, section, number, &columns);
	if (error)
		return error;
	if (store->columns->bytes > KEPT_MAX_BYTES)
		drop_columns(store);
	store->columns->bytes += store->sections[section].blocks[number].bytes +
		columns.cnt * (sizeof(*columns.rests) + 3 * sizeof(*columns.keys));
	(*list)[number] = columns;
	return NULL;
}

struct error *store_check(const struct store *store)
{
	struct error *error = NULL;

	for (enum store_section section = 0; section < STORE_SECTION_CNT && !error; section++) {
		for (size_t i = 0; i < store->sections[section].cnt && !error; i++) {
			_cleanup_block_ struct store_block block = {0};
			error = store_read_block(store, section, i, &block);
		}
	}
	return error;
}
