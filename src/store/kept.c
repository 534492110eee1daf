/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks that were unpacked once. */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

/* The shipped store has 25 MiB in all. */
#define KEPT_MAX_BYTES (96u << 20)

static bool begin_section(struct store_kept *kept, enum store_section section, size_t cnt)
{
	if (!kept->blocks[section])
		kept->blocks[section] = calloc(cnt, sizeof(struct store_block));
	if (kept->blocks[section])
		kept->cnt[section] = cnt;
	return kept->blocks[section];
}

static size_t bytes_of(const struct store_block *block)
{
	return 2 * block->size + block->cnt * (sizeof(*block->lines) + sizeof(*block->masks));
}

struct error *store_look_at_block(const struct store *store, enum store_section section,
	size_t number, struct store_block *scratch, const struct store_block **ret)
{
	const struct store_index *index = store_section_index(store, section);
	struct store_kept **kept = store_kept(store);

	if (!*kept)
		*kept = calloc(1, sizeof(**kept));
	if (!*kept || !begin_section(*kept, section, index->cnt))
		return error_no_memory();
	struct store_block *here = &(*kept)->blocks[section][number];
	if (here->data) {
		*ret = here;
		return NULL;
	}
	store_block_deinit(scratch);
	struct error *error = store_read_block(store, section, number, scratch);
	if (error)
		return error;
	*ret = scratch;
	size_t bytes = bytes_of(scratch);
	if (bytes > KEPT_MAX_BYTES - (*kept)->bytes)
		return NULL;
	(*kept)->bytes += bytes;
	*here = *scratch;
	*scratch = (struct store_block) {0};
	*ret = here;
	return NULL;
}

size_t store_block_of(const struct store_index *index, const char *key)
{
	size_t low = 0, high = index->cnt;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(index->blocks[middle].first, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

size_t store_line_from(const struct store_block *block, const char *text, size_t len)
{
	size_t low = 0, high = block->cnt;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (store_compare_lines(&block->lines[middle], &(struct store_line) {text, len}) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool store_line_is_of(
	const struct store *store, const struct store_block *block, size_t line, size_t kernel)
{
	return store_mask(store, block->masks[line])[kernel / 8] >> kernel % 8 & 1;
}
