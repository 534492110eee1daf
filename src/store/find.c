/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/opened.h"

#include <stdlib.h>
#include <string.h>

/* "NAME" or "NAME#1" */
static bool is_of_name(const struct store_line *line, const char *name, size_t len)
{
	return line->len > len && !memcmp(line->text, name, len) &&
		(line->text[len] == '\t' || line->text[len] == '#');
}

static bool is_before(const struct store_line *line, const char *last)
{
	return store_compare_lines(line, &(struct store_line) {last, strlen(last)}) < 0;
}

static struct error *add_record(const struct store *store, enum store_section section,
	const struct store_block *block, size_t line, struct pool *pool, struct store_records *ret)
{
	struct store_record *list =
		pool_grow(pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));
	const struct store_line *text = &block->lines[line];
	size_t key = store_key_length(text);
	struct store_record record = {
		.section = section,
		.key = pool_strndup(pool, text->text, key),
		.body = pool_strndup(pool, text->text + key + 1, text->len - key - 1),
		.mask = store_mask(store, block->masks[line]),
	};

	if (!list || !record.key || !record.body)
		return error_no_memory();
	list[ret->cnt++] = record;
	ret->list = list;
	return NULL;
}

static struct error *add_coded(const struct store *store, enum store_section section,
	const struct store_columns *columns, size_t line, const char *name, struct pool *pool,
	struct store_records *ret)
{
	struct store_record *list =
		pool_grow(pool, ret->list, ret->cnt, &ret->cap, sizeof(*list));
	const struct store_line *word, *rest = &columns->rests[line];
	struct error *error = store_name(store, columns->words[line], &word);

	if (error)
		return error;
	char *body = list ? pool_alloc(pool, word->len + 1 + rest->len + 1) : NULL;
	if (!body)
		return error_no_memory();
	memcpy(body, word->text, word->len);
	if (rest->len) {
		body[word->len] = '\t';
		memcpy(body + word->len + 1, rest->text, rest->len);
	}
	ret->list = list;
	list[ret->cnt++] = (struct store_record) {
		.section = section,
		.key = pool_strdup(pool, name),
		.body = body,
		.mask = store_mask(store, columns->masks[line]),
	};
	return list[ret->cnt - 1].key ? NULL : error_no_memory();
}

/* Those with keys from one number to before another one. */
static struct error *add_numbers(const struct store *store, enum store_section section, size_t block,
	uint32_t from, uint32_t to, const char *name, struct pool *pool, struct store_records *ret)
{
	const struct store_columns *columns = NULL;
	struct error *error = store_keep_columns(store, section, block, &columns);
	size_t len = strlen(name);

	for (size_t line = error ? 0 : store_columns_find(columns, from);
		!error && line < columns->cnt && columns->keys[line] < to; line++) {
		const struct store_line *key;
		error = store_name(store, columns->keys[line], &key);
		/* "NAME" or "NAME.isra.0", and not "NAME-" */
		if (!error && (key->len == len || key->text[len] == '.'))
			error = add_coded(store, section, columns, line, key->text, pool, ret);
	}
	return error;
}

/* The number of the name is enough: the text of a line is only made for those that are found. */
static struct error *find_coded(const struct store *store, enum store_section section, const char *name,
	struct pool *pool, struct store_records *ret)
{
	const struct store_index *index = store_section_index(store, section);
	/* Behind "NAME.isra.0" and before "NAME0" */
	const char *last = pool_printf(pool, "%s/", name);
	uint32_t from = 0, to = 0;
	bool found = false, ignored;
	struct error *error = last ? NULL : error_no_memory();

	if (!error && index->cnt)
		error = store_name_number(store, name, &from, &found);
	to = from + found;
	if (!error && index->cnt && section == STORE_SYMBOLS)
		error = store_name_number(store, last, &to, &ignored);
	for (size_t i = store_block_of(index, name); from < to && i < index->cnt && !error; i++) {
		if (strcmp(index->blocks[i].first, last) > 0)
			break;
		error = add_numbers(store, section, i, from, to, name, pool, ret);
	}
	return error;
}

struct error *store_find(const struct store *store, enum store_section section, const char *name,
	struct pool *pool, struct store_records *ret)
{
	if (store_section_is_coded(section))
		return find_coded(store, section, name, pool, ret);
	const struct store_index *index = store_section_index(store, section);
	/* Behind "NAME#9" and before "NAME$" */
	const char *last = pool_printf(pool, "%s#:", name);
	struct error *error = last ? NULL : error_no_memory();
	size_t len = strlen(name);

	for (size_t i = store_block_of(index, name); i < index->cnt && !error; i++) {
		_cleanup_block_ struct store_block scratch = {0};
		const struct store_block *block;
		if (strcmp(index->blocks[i].first, last) > 0)
			break;
		error = store_look_at_block(store, section, i, &scratch, &block);
		size_t line = error ? 0 : store_line_from(block, name, len);
		for (; !error && line < block->cnt && is_before(&block->lines[line], last); line++) {
			if (is_of_name(&block->lines[line], name, len))
				error = add_record(store, section, block, line, pool, ret);
		}
	}
	return error;
}

/* "{NAME;", "{NAME=" or the same behind ';': a member has ':' behind its name. */
static bool has_enumerator(const struct store_line *line, const char *name, size_t len)
{
	const char *at = line->text + store_key_length(line) + 1, *end = line->text + line->len;

	while (at < end && (at = memmem(at, (size_t)(end - at), name, len))) {
		bool begins = at[-1] == '{' || at[-1] == ';';
		at += len;
		if (begins && at < end && (*at == ';' || *at == '='))
			return true;
	}
	return false;
}

struct error *store_find_enumerator(const struct store *store, const char *name, struct pool *pool,
	struct store_records *ret)
{
	const struct store_index *index = store_section_index(store, STORE_TYPES);
	size_t len = strlen(name);
	struct error *error = NULL;

	for (size_t i = 0; i < index->cnt && !error && len; i++) {
		_cleanup_block_ struct store_block block = {0};
		error = store_read_block(store, STORE_TYPES, i, &block);
		for (size_t line = 0; line < block.cnt && !error; line++) {
			if (has_enumerator(&block.lines[line], name, len))
				error = add_record(store, STORE_TYPES, &block, line, pool, ret);
		}
	}
	return error;
}

struct error *store_record_btf(
	const struct store_record *record, struct kbtf **ret, uint32_t *id)
{
	_cleanup_buf_ struct buf text = {0};

	buf_printf(&text, "%s\t", record->key);
	buf_puts(&text, record->body);
	if (text.failed)
		return error_no_memory();
	const struct store_line line = {buf_text(&text), text.len};
	*id = 1;
	return store_regenerate(&line, 1, true, ret);
}

struct error *store_add_lines(
	const struct store *store, enum store_section section, size_t kernel, struct buf *out)
{
	const struct store_index *index = store_section_index(store, section);
	struct error *error = NULL;

	for (size_t i = 0; i < index->cnt && !error; i++) {
		_cleanup_block_ struct store_block scratch = {0};
		const struct store_block *block;
		error = store_look_at_block(store, section, i, &scratch, &block);
		for (size_t line = 0; !error && line < block->cnt; line++) {
			if (store_line_is_of(store, block, line, kernel))
				buf_add(out, block->lines[line].text, block->lines[line].len + 1);
		}
	}
	return error || !out->failed ? error : error_no_memory();
}

struct error *store_kernel_lines(
	const struct store *store, size_t kernel, struct store_lines *ret)
{
	struct store_lines lines = {0};
	struct error *error = NULL;

	for (enum store_section section = 0; section < STORE_SECTION_CNT && !error; section++)
		error = store_add_lines(store, section, kernel, &lines.text[section]);
	if (error)
		store_lines_deinit(&lines);
	else
		*ret = lines;
	return error;
}
