/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

struct store_cursor {
	const struct store *store;
	enum store_section section;
	char *prefix;
	size_t next_block, line;
	struct store_block block;
	struct store_record record;
};

struct error *store_cursor_create(const struct store *store, enum store_section section,
	const char *prefix, struct store_cursor **ret)
{
	struct store_cursor *cursor = calloc(1, sizeof(*cursor));
	char *copy = strdup(prefix);

	if (!cursor || !copy) {
		free(cursor);
		free(copy);
		return error_no_memory();
	}
	*cursor = (struct store_cursor) {
		.store = store,
		.section = section,
		.prefix = copy,
		.next_block = store_block_of(store_section_index(store, section), prefix),
	};
	*ret = cursor;
	return NULL;
}

void store_cursor_destroy(struct store_cursor *cursor)
{
	if (!cursor)
		return;
	store_block_deinit(&cursor->block);
	free(cursor->prefix);
	free(cursor);
}

/* Ends the texts of a line in place: no other line has these bytes. */
static void take_line(struct store_cursor *cursor)
{
	const struct store_block *block = &cursor->block;
	const struct store_line *line = &block->lines[cursor->line];
	char *key = (char *)block->data + (line->text - (const char *)block->data);
	size_t key_len = store_key_length(line);

	key[key_len] = key[line->len] = '\0';
	cursor->record = (struct store_record) {cursor->section, key, key + key_len + 1,
		store_mask(cursor->store, block->masks[cursor->line])};
	cursor->line++;
}

static struct error *next_block(struct store_cursor *cursor)
{
	store_block_deinit(&cursor->block);
	cursor->block = (struct store_block) {0};
	cursor->line = 0;
	return store_read_block(cursor->store, cursor->section, cursor->next_block++, &cursor->block);
}

struct error *store_cursor_next(struct store_cursor *cursor, const struct store_record **ret)
{
	const struct store_index *index = store_section_index(cursor->store, cursor->section);
	size_t len = strlen(cursor->prefix);

	*ret = NULL;
	for (;;) {
		while (cursor->line >= cursor->block.cnt) {
			if (cursor->next_block >= index->cnt)
				return NULL;
			struct error *error = next_block(cursor);
			if (error)
				return error;
		}
		take_line(cursor);
		int order = strncmp(cursor->record.key, cursor->prefix, len);
		if (order > 0)
			return NULL;
		if (!order) {
			*ret = &cursor->record;
			return NULL;
		}
	}
}
