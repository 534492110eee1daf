/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/opened.h"

#include <stdlib.h>
#include <string.h>

struct store_names {
	struct pool pool;        /* of the texts */
	struct store_line *list; /* malloc'd; those of a block that was not read are empty */
	size_t *begins;          /* malloc'd: the number of the first name of each block, and of all */
	size_t block_cnt;
};

void store_names_destroy(struct store_names *names)
{
	if (!names)
		return;
	pool_destroy(&names->pool);
	free(names->list);
	free(names->begins);
	free(names);
}

struct error *store_names_create(const struct store_index *blocks, struct store_names **ret)
{
	struct store_names *names = calloc(1, sizeof(*names));
	size_t cnt = 0, bytes = 0;

	if (names)
		names->begins = calloc(blocks->cnt + 1, sizeof(*names->begins));
	for (size_t i = 0; names && names->begins && i < blocks->cnt; i++) {
		/* A name and a newline. */
		bool bad = blocks->blocks[i].line_cnt > blocks->blocks[i].bytes / 2;
		bytes += blocks->blocks[i].bytes;
		if (bad || bytes > STORE_BLOCK_MAX_BYTES) {
			store_names_destroy(names);
			return store_damaged("it has too many names");
		}
		cnt += blocks->blocks[i].line_cnt;
		names->begins[i + 1] = cnt;
	}
	if (names && names->begins)
		names->list = calloc(cnt + 1, sizeof(*names->list));
	if (!names || !names->list) {
		store_names_destroy(names);
		return error_no_memory();
	}
	names->block_cnt = blocks->cnt;
	*ret = names;
	return NULL;
}

size_t store_name_cnt(const struct store *store)
{
	return store->names->begins[store->names->block_cnt];
}

/* The names of a block, each with a newline, which becomes a NUL, in the order of their bytes. */
static const char *split_names(struct store_line *list, size_t cnt, char *at, size_t bytes)
{
	const char *end = at + bytes;

	for (size_t i = 0; i < cnt; i++) {
		char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		if (!newline || newline == at)
			return "a block has too few names";
		list[i] = (struct store_line) {at, (size_t)(newline - at)};
		for (; at < newline; at++) {
			if ((unsigned char)*at < ' ')
				return "a name has a control character";
		}
		if (i && store_compare_lines(&list[i - 1], &list[i]) >= 0)
			return "the names are not in order";
		*newline = '\0';
		at = newline + 1;
	}
	return at == end ? NULL : "a block of names is too long";
}

static bool is_text(const struct store_line *line, const char *text)
{
	return line->len == strlen(text) && !memcmp(line->text, text, line->len);
}

/* Its first name is in the header, and its last one stands before that of the next block. */
static const char *check_place(const struct store_index *index, size_t block, const struct store_line *list)
{
	const struct store_index_block *entry = &index->blocks[block];
	const struct store_line *last = &list[entry->line_cnt - 1];

	if (!is_text(list, entry->first))
		return "a block of names begins with another name";
	if (block + 1 < index->cnt &&
		store_compare_lines(last, &(struct store_line) {entry[1].first, strlen(entry[1].first)}) >= 0)
		return "the names are not in order";
	return NULL;
}

static struct error *read_block(const struct store *store, size_t block)
{
	struct store_names *names = store->names;
	const struct store_index_block *entry = &store->name_blocks.blocks[block];
	struct store_line *list = &names->list[names->begins[block]];
	unsigned char *data = NULL;

	if (list->text)
		return NULL;
	struct error *error =
		store_unpack(store->data + entry->at, entry->packed_bytes, entry->bytes, &data);
	char *text = error ? NULL : pool_alloc(&names->pool, entry->bytes + 1);
	if (!error && !text)
		error = error_no_memory();
	if (!error) {
		memcpy(text, data, entry->bytes);
		const char *why = split_names(list, entry->line_cnt, text, entry->bytes);
		why = why ? why : check_place(&store->name_blocks, block, list);
		error = why ? store_damaged(why) : NULL;
	}
	if (error)
		memset(list, 0, entry->line_cnt * sizeof(*list));
	free(data);
	return error;
}

struct error *store_name(const struct store *store, uint32_t number, const struct store_line **ret)
{
	const struct store_names *names = store->names;
	size_t low = 0, high = names->block_cnt;

	*ret = &names->list[number];
	if ((*ret)->text)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (names->begins[middle] <= number)
			low = middle;
		else
			high = middle;
	}
	return read_block(store, low);
}

struct error *store_name_number(
	const struct store *store, const char *name, uint32_t *number, bool *found)
{
	const struct store_names *names = store->names;
	const struct store_line line = {name, strlen(name)};
	size_t block = 0, high = names->block_cnt;

	*found = false;
	while (high - block > 1) {
		size_t middle = block + (high - block) / 2;
		if (strcmp(store->name_blocks.blocks[middle].first, name) <= 0)
			block = middle;
		else
			high = middle;
	}
	struct error *error = names->block_cnt ? read_block(store, block) : NULL;
	size_t low = names->begins[block];
	high = names->block_cnt ? names->begins[block + 1] : low;
	while (low < high && !error) {
		size_t middle = low + (high - low) / 2;
		int order = store_compare_lines(&names->list[middle], &line);
		*found |= !order;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*number = (uint32_t)low;
	return error;
}

struct error *store_all_names(const struct store *store, const struct store_line **ret)
{
	struct error *error = NULL;

	for (size_t i = 0; i < store->names->block_cnt && !error; i++)
		error = read_block(store, i);
	*ret = store->names->list;
	return error;
}
