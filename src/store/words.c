/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/words.h"

#include <stdlib.h>
#include <string.h>

#include "store/pieces.h"
#include "util/hash.h"

void store_words_deinit(struct store_words *words)
{
	if (!words)
		return;
	free(words->list);
	free(words->slots);
	*words = (struct store_words) {0};
}

/* The two names of a line, and what stands behind them. */
struct split {
	struct store_line key, word, rest;
};

static struct split split_line(const struct store_line *line)
{
	size_t key = store_key_length(line);
	const char *word = line->text + key + 1;
	size_t left = key < line->len ? line->len - key - 1 : 0;
	const char *tab = left ? memchr(word, '\t', left) : NULL;
	size_t len = tab ? (size_t)(tab - word) : left;

	return (struct split) {
		.key = {line->text, key},
		.word = {word, len},
		.rest = {word + len + (tab != NULL), left - len - (tab != NULL)},
	};
}

static size_t slot_of(const struct store_words *words, const struct store_line *name)
{
	size_t at = hash_bytes(name->text, name->len) & (words->slot_cnt - 1);

	while (words->slots[at] && store_compare_lines(&words->list[words->slots[at] - 1], name))
		at = (at + 1) & (words->slot_cnt - 1);
	return at;
}

/* The numbers of the list, in twice as many slots at least. */
static bool fill_slots(struct store_words *words, size_t cnt)
{
	size_t slot_cnt = 1024;

	while (slot_cnt < 2 * cnt)
		slot_cnt *= 2;
	free(words->slots);
	words->slots = calloc(slot_cnt, sizeof(*words->slots));
	words->slot_cnt = slot_cnt;
	for (size_t i = 0; words->slots && i < words->cnt; i++)
		words->slots[slot_of(words, &words->list[i])] = (uint32_t)i + 1;
	return words->slots;
}

static bool add_name(struct store_words *words, const struct store_line *name)
{
	if (words->cnt == words->cap) {
		size_t cap = words->cap ? 2 * words->cap : 1024;
		struct store_line *list = reallocarray(words->list, cap, sizeof(*list));
		if (!list)
			return false;
		words->list = list;
		words->cap = cap;
		if (!fill_slots(words, cap))
			return false;
	}
	size_t at = slot_of(words, name);
	if (!words->slots[at]) {
		words->list[words->cnt++] = *name;
		words->slots[at] = (uint32_t)words->cnt;
	}
	return true;
}

bool store_words_add(struct store_words *words, const struct store_line *line)
{
	struct split split = split_line(line);

	return add_name(words, &split.key) && add_name(words, &split.word);
}

bool store_words_sort(struct store_words *words)
{
	if (words->cnt)
		qsort(words->list, words->cnt, sizeof(*words->list), store_compare_lines);
	return fill_slots(words, words->cnt);
}

static uint64_t number_of(const struct store_words *words, const struct store_line *name)
{
	return words->slots[slot_of(words, name)] - 1;
}

void store_encode_names(const struct store_line *names, size_t cnt, struct buf *out)
{
	_cleanup_buf_ struct buf rests = {0};

	for (size_t i = 0; i < cnt; i++) {
		const struct store_line *name = &names[i], *last = i ? &names[i - 1] : NULL;
		size_t same = 0;
		while (last && same < UINT8_MAX && same < last->len && same + 1 < name->len &&
			last->text[same] == name->text[same])
			same++;
		buf_putc(out, (char)same);
		buf_add(&rests, name->text + same, name->len - same);
		buf_putc(&rests, '\n');
	}
	buf_add(out, buf_text(&rests), rests.len);
	out->failed |= rests.failed;
}

struct error *store_encode_lines(const struct store_words *words, const struct store_line *const *lines,
	size_t cnt, struct buf *out)
{
	_cleanup_buf_ struct buf keys = {0}, names = {0}, rests = {0};
	uint64_t key = 0, word = 0;

	for (size_t i = 0; i < cnt; i++) {
		struct split split = split_line(lines[i]);
		uint64_t next_key = number_of(words, &split.key), next = number_of(words, &split.word);
		bool same = i && next_key == key;
		pieces_put(&keys, next_key - key);
		pieces_put(&names, same ? next - word : next);
		buf_add(&rests, split.rest.text, split.rest.len);
		buf_putc(&rests, '\n');
		key = next_key;
		word = next;
	}
	pieces_put(out, keys.len);
	pieces_put(out, names.len);
	pieces_put(out, rests.len);
	buf_add(out, buf_text(&keys), keys.len);
	buf_add(out, buf_text(&names), names.len);
	buf_add(out, buf_text(&rests), rests.len);
	return keys.failed || names.failed || rests.failed || out->failed ? error_no_memory() : NULL;
}

void store_columns_deinit(struct store_columns *columns)
{
	if (!columns)
		return;
	free(columns->data);
	free(columns->numbers);
	free(columns->rests);
	*columns = (struct store_columns) {0};
}

/* Where a column is, and the end of it. */
struct column {
	const unsigned char *at, *end;
};

/* From the three numbers before them, and the masks behind them. */
static bool find_columns(const unsigned char *data, size_t size, struct column columns[4])
{
	const unsigned char *at = data, *end = data + size;
	uint64_t sizes[3];

	for (size_t i = 0; i < 3; i++) {
		if (!pieces_read(&at, end, &sizes[i]) || sizes[i] > STORE_BLOCK_MAX_BYTES)
			return false;
	}
	for (size_t i = 0; i < 3; i++) {
		if (sizes[i] > (uint64_t)(end - at))
			return false;
		columns[i] = (struct column) {at, at + sizes[i]};
		at += sizes[i];
	}
	columns[3] = (struct column) {at, end};
	return true;
}

/* The numbers of keys or words: differences, from the start again where `again` says so. */
static const char *read_numbers(
	struct column *column, const uint32_t *keys, size_t cnt, size_t max, uint32_t *ret)
{
	for (size_t i = 0; i < cnt; i++) {
		uint64_t value, before = i && (!keys || keys[i] == keys[i - 1]) ? ret[i - 1] : 0;
		if (!pieces_read(&column->at, column->end, &value) || value >= max || before + value >= max)
			return "a line has a name that is none";
		ret[i] = (uint32_t)(before + value);
	}
	return column->at == column->end ? NULL : "a block is too long";
}

static const char *read_rests(struct column *column, size_t cnt, struct store_line *ret)
{
	for (size_t i = 0; i < cnt; i++) {
		/* Most are empty. */
		if (column->at < column->end && *column->at == '\n') {
			ret[i] = (struct store_line) {(const char *)column->at++, 0};
			continue;
		}
		const unsigned char *newline =
			memchr(column->at, '\n', (size_t)(column->end - column->at));
		if (!newline)
			return "a block has too few lines";
		ret[i] = (struct store_line) {(const char *)column->at, (size_t)(newline - column->at)};
		if (memchr(ret[i].text, '\0', ret[i].len))
			return "a line has a NUL";
		column->at = newline + 1;
	}
	return column->at == column->end ? NULL : "a block is too long";
}

static const char *read_masks(struct column *column, size_t cnt, size_t mask_cnt, uint32_t *ret)
{
	for (size_t i = 0; i < cnt; i++) {
		uint64_t mask;
		if (!pieces_read(&column->at, column->end, &mask) || mask >= mask_cnt)
			return "a line has no mask";
		ret[i] = (uint32_t)mask;
	}
	return column->at == column->end ? NULL : "a block is too long";
}

/* Each line once, in their order. */
static bool are_sorted(const struct store_columns *columns)
{
	for (size_t i = 1; i < columns->cnt; i++) {
		if (columns->keys[i] == columns->keys[i - 1] && columns->words[i] == columns->words[i - 1] &&
			store_compare_lines(&columns->rests[i - 1], &columns->rests[i]) >= 0)
			return false;
	}
	return true;
}

const char *store_split_columns(size_t size, size_t name_cnt, size_t mask_cnt, struct store_columns *ret,
	bool *no_memory)
{
	struct column columns[4];
	size_t cnt = ret->cnt;

	*no_memory = false;
	if (!find_columns(ret->data, size, columns))
		return "the columns of a block are longer than it";
	ret->numbers = calloc(3 * cnt + 1, sizeof(*ret->numbers));
	ret->rests = calloc(cnt + 1, sizeof(*ret->rests));
	*no_memory = !ret->numbers || !ret->rests;
	if (*no_memory)
		return NULL;
	ret->keys = ret->numbers;
	ret->words = ret->keys + cnt;
	ret->masks = ret->words + cnt;
	const char *why = read_numbers(&columns[0], NULL, cnt, name_cnt, ret->keys);
	if (!why)
		why = read_numbers(&columns[1], ret->keys, cnt, name_cnt, ret->words);
	if (!why)
		why = read_rests(&columns[2], cnt, ret->rests);
	if (!why)
		why = read_masks(&columns[3], cnt, mask_cnt, ret->masks);
	return why || are_sorted(ret) ? why : "the lines of a block are not in order";
}

size_t store_columns_find(const struct store_columns *columns, uint32_t key)
{
	size_t low = 0, high = columns->cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (columns->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct error *store_columns_text(
	const struct store_columns *columns, const struct store_line *names, struct buf *out)
{
	for (size_t i = 0; i < columns->cnt; i++) {
		const struct store_line *key = &names[columns->keys[i]], *word = &names[columns->words[i]];
		buf_add(out, key->text, key->len);
		buf_putc(out, '\t');
		buf_add(out, word->text, word->len);
		if (columns->rests[i].len) {
			buf_putc(out, '\t');
			buf_add(out, columns->rests[i].text, columns->rests[i].len);
		}
		buf_putc(out, '\n');
		if (out->len > STORE_BLOCK_MAX_BYTES)
			return error_create(ERROR_INPUT, NULL, "the lines of a block are too long");
	}
	return out->failed ? error_no_memory() : NULL;
}
