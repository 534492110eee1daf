/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/opened.h"

#include <stdlib.h>
#include <string.h>

struct store_names {
	struct pool pool;        /* of the texts */
	struct store_line *list; /* malloc'd; those of a block that was not read are empty */
	size_t *begins;          /* malloc'd: the number of the first name of each block, and of all */
	size_t block_cnt;
	size_t bytes; /* of the texts */
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
		/* A name and a newline, or a number and a newline. */
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

/* A byte below ' '? Eight are looked at together: of those, the subtraction sets the highest bit. */
static bool has_control_character(const char *text, size_t len)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t found = 0, eight;

	for (; len >= sizeof(eight); text += sizeof(eight), len -= sizeof(eight)) {
		memcpy(&eight, text, sizeof(eight));
		found |= (eight - ones * ' ') & ~eight & ones * 0x80;
	}
	for (; len; len--)
		found |= (unsigned char)*text++ < ' ';
	return found;
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
		if (i && store_compare_lines(&list[i - 1], &list[i]) >= 0)
			return "the names are not in order";
		if (has_control_character(at, (size_t)(newline - at)))
			return "a name has a control character";
		*newline = '\0';
		at = newline + 1;
	}
	return at == end ? NULL : "a block of names is too long";
}

/* How long the names are with what they have of the names before them; SIZE_MAX: they are damaged. */
static size_t length_of_names(const unsigned char *data, size_t cnt, size_t bytes)
{
	const unsigned char *at = data + cnt, *end = data + bytes;
	size_t ret = 0, last = 0;

	for (size_t i = 0; i < cnt; i++) {
		const unsigned char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
		if (!newline || data[i] > last)
			return SIZE_MAX;
		last = data[i] + (size_t)(newline - at);
		ret += last + 1;
		at = newline + 1;
	}
	return at == end ? ret : SIZE_MAX;
}

/* Writes each name whole, with a newline. */
static void join_names(const unsigned char *data, size_t cnt, char *out)
{
	const unsigned char *at = data + cnt;
	const char *last = out;

	for (size_t i = 0; i < cnt; i++) {
		size_t len = (size_t)((const unsigned char *)rawmemchr(at, '\n') - at) + 1;
		char *begin = out;
		out = mempcpy(mempcpy(out, last, data[i]), at, len);
		last = begin;
		at += len;
	}
}

/* In the pool, each with a newline. *why: they are damaged. */
static char *text_of_names(const struct store *store, const unsigned char *data, size_t cnt, size_t bytes,
	size_t *text_bytes, const char **why)
{
	struct store_names *names = store->names;
	bool whole = store->whole_names;

	*text_bytes = whole ? bytes : length_of_names(data, cnt, bytes);
	if (*text_bytes > STORE_BLOCK_MAX_BYTES - names->bytes) {
		*why = "a block has other names than it says, or too many";
		return NULL;
	}
	char *text = pool_alloc(&names->pool, *text_bytes + 1);
	if (!text)
		return NULL;
	names->bytes += *text_bytes;
	if (whole)
		memcpy(text, data, bytes);
	else
		join_names(data, cnt, text);
	return text;
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
	const char *why = NULL;
	size_t bytes = 0;

	if (list->text)
		return NULL;
	struct error *error =
		store_unpack(store->unpacker, store->data + entry->at, entry->packed_bytes, entry->bytes, &data);
	char *text = error ? NULL : text_of_names(store, data, entry->line_cnt, entry->bytes, &bytes, &why);
	if (!error && !text && !why)
		error = error_no_memory();
	if (!error && !why)
		why = split_names(list, entry->line_cnt, text, bytes);
	if (!error && !why)
		why = check_place(&store->name_blocks, block, list);
	if (!error && why)
		error = store_damaged(why);
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
