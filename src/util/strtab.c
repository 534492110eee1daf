/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/strtab.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

static bool equals(const char *text, const char *other, size_t len_bytes)
{
	return !strncmp(text, other, len_bytes) && !text[len_bytes];
}

static bool is_at(const struct texts *texts, size_t number, const char *text, size_t len_bytes, uint32_t hash)
{
	return texts->hashes[number] == hash && equals(texts->list[number], text, len_bytes);
}

/* Where the text is, or where it belongs. */
static uint32_t *slot_of(const struct texts *texts, const char *text, size_t len_bytes, uint32_t hash)
{
	size_t mask = texts->slot_cnt - 1, at = hash & mask;

	while (texts->slots[at] && !is_at(texts, texts->slots[at] - 1, text, len_bytes, hash))
		at = (at + 1) & mask;
	return &texts->slots[at];
}

/* Of a text that is in no slot yet. */
static void place(struct texts *texts, size_t number)
{
	size_t mask = texts->slot_cnt - 1, at = texts->hashes[number] & mask;

	while (texts->slots[at])
		at = (at + 1) & mask;
	texts->slots[at] = (uint32_t)number + 1;
}

/* At most half of the slots are taken. */
static bool strtab_make_room(struct texts *texts)
{
	size_t cnt = texts->slot_cnt ? texts->slot_cnt * 2 : 1024;

	if (texts->cnt * 2 < texts->slot_cnt)
		return true;
	uint32_t *slots = calloc(cnt, sizeof(*slots));
	if (!slots || cnt > UINT32_MAX) {
		free(slots);
		return false;
	}
	free(texts->slots);
	texts->slots = slots;
	texts->slot_cnt = cnt;
	for (size_t i = 0; i < texts->cnt; i++)
		place(texts, i);
	return true;
}

size_t texts_number(struct texts *texts, const char *text, size_t len_bytes)
{
	if (texts->failed || !strtab_make_room(texts)) {
		texts->failed = true;
		return 0;
	}
	uint32_t hash = hash_bytes(text, len_bytes);
	uint32_t *slot = slot_of(texts, text, len_bytes, hash);
	if (*slot)
		return *slot - 1;
	const char **list =
		pool_grow(&texts->pool, texts->list, texts->cnt, &texts->cap, sizeof(*list));
	uint32_t *hashes = pool_grow(
		&texts->pool, texts->hashes, texts->cnt, &texts->hash_cap, sizeof(*hashes));
	const char *copy = pool_strndup(&texts->pool, text, len_bytes);
	if (list)
		texts->list = list;
	if (hashes)
		texts->hashes = hashes;
	if (!list || !hashes || !copy) {
		texts->failed = true;
		return 0;
	}
	hashes[texts->cnt] = hash;
	list[texts->cnt++] = copy;
	*slot = (uint32_t)texts->cnt;
	return texts->cnt - 1;
}

void texts_deinit(struct texts *texts)
{
	if (!texts)
		return;
	pool_destroy(&texts->pool);
	free(texts->slots);
	*texts = (struct texts) {0};
}
