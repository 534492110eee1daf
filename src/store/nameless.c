/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/nameless.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

void nameless_deinit(struct nameless *types)
{
	buf_deinit(&types->words);
	free(types->places);
	free(types->slots);
	*types = (struct nameless) {0};
}

/* The first words say how long a type is, so equal starts are equal types. */
static uint32_t *nameless_slot(const struct nameless *types, const void *words, size_t size)
{
	size_t mask = types->slot_cnt - 1, at = hash_bytes(words, size) & mask;

	for (; types->slots[at]; at = (at + 1) & mask) {
		size_t place = types->places[types->slots[at] - 1];
		if (size <= types->words.len - place && !memcmp(types->words.data + place, words, size))
			break;
	}
	return &types->slots[at];
}

static bool nameless_grow(struct nameless *types)
{
	size_t slot_cnt = types->slot_cnt ? 2 * types->slot_cnt : 1024;

	if (2 * types->cnt < types->slot_cnt)
		return true;
	uint32_t *slots = calloc(slot_cnt, sizeof(*slots));
	uint32_t *places = reallocarray(types->places, slot_cnt / 2 + 1, sizeof(*places));
	if (places)
		types->places = places;
	if (!slots || !places) {
		free(slots);
		return false;
	}
	free(types->slots);
	types->slots = slots;
	types->slot_cnt = slot_cnt;
	for (size_t i = 0; i < types->cnt; i++) {
		size_t end = i + 1 < types->cnt ? types->places[i + 1] : types->words.len;
		*nameless_slot(types, types->words.data + types->places[i], end - types->places[i]) =
			(uint32_t)i + 1;
	}
	return true;
}

size_t nameless_number(struct nameless *types, const uint32_t *words, size_t cnt)
{
	size_t size = cnt * sizeof(*words);

	if (types->failed || !nameless_grow(types)) {
		types->failed = true;
		return 0;
	}
	uint32_t *slot = nameless_slot(types, words, size);
	if (*slot)
		return *slot - 1;
	types->places[types->cnt++] = (uint32_t)types->words.len;
	*slot = (uint32_t)types->cnt;
	buf_add(&types->words, words, size);
	types->failed |= types->words.failed || types->words.len > UINT32_MAX;
	return types->cnt - 1;
}
