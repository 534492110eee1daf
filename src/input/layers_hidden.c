/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/layers_hidden.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/layers.h"

static const char whiteout[] = ".wh.", opaque[] = ".wh..wh..opq";

/* The highest layers that hide this path, and what is below it, in the layers under them. */
struct place {
	uint64_t key; /* 0: free */
	uint16_t itself, below;
};

struct layers_hidden {
	struct place *places;
	size_t cnt, slots; /* a power of two */
};

struct error *layers_hidden_create(struct layers_hidden **ret)
{
	struct layers_hidden *hidden = calloc(1, sizeof(*hidden));

	if (hidden) {
		hidden->slots = 1u << 12;
		hidden->places = calloc(hidden->slots, sizeof(*hidden->places));
	}
	if (!hidden || !hidden->places) {
		layers_hidden_destroy(hidden);
		return error_no_memory();
	}
	*ret = hidden;
	return NULL;
}

void layers_hidden_destroy(struct layers_hidden *hidden)
{
	if (!hidden)
		return;
	free(hidden->places);
	free(hidden);
}

/* FNV-1a with 64 bits. A directory's name may end with "/". */
static uint64_t key_of(const char *name, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	while (len && name[len - 1] == '/')
		len--;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
	return hash ? hash : 1;
}

static struct place *find(const struct layers_hidden *hidden, uint64_t key)
{
	size_t slot = (key ^ key >> 32) & (hidden->slots - 1);

	while (hidden->places[slot].key && hidden->places[slot].key != key)
		slot = (slot + 1) & (hidden->slots - 1);
	return &hidden->places[slot];
}

static struct error *grow(struct layers_hidden *hidden)
{
	struct layers_hidden larger = {.cnt = hidden->cnt, .slots = hidden->slots * 2};

	if (hidden->cnt >= LAYERS_ENTRY_MAX)
		return error_create(
			ERROR_INPUT, NULL, "more than %u files in its layers", LAYERS_ENTRY_MAX);
	larger.places = calloc(larger.slots, sizeof(*larger.places));
	if (!larger.places)
		return error_no_memory();
	for (size_t i = 0; i < hidden->slots; i++) {
		if (hidden->places[i].key)
			*find(&larger, hidden->places[i].key) = hidden->places[i];
	}
	free(hidden->places);
	*hidden = larger;
	return NULL;
}

static struct error *raise_place(struct layers_hidden *hidden, const char *name, size_t len,
	unsigned int itself, unsigned int below)
{
	struct error *error = hidden->cnt * 2 >= hidden->slots ? grow(hidden) : NULL;

	if (error)
		return error;
	uint64_t key = key_of(name, len);
	struct place *place = find(hidden, key);
	hidden->cnt += !place->key;
	place->key = key;
	if (itself > place->itself)
		place->itself = (uint16_t)itself;
	if (below > place->below)
		place->below = (uint16_t)below;
	return NULL;
}

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

struct error *layers_hidden_note(
	struct layers_hidden *hidden, const char *name, unsigned int rank, bool is_directory)
{
	const size_t mark = sizeof(whiteout) - 1;
	const char *base = base_of(name);
	char path[4096];
	size_t parent = (size_t)(base - name), rest = strlen(base);

	if (!strcmp(base, opaque))
		return raise_place(hidden, name, parent, 0, rank);
	if (strncmp(base, whiteout, mark) != 0)
		return raise_place(hidden, name, strlen(name), rank, is_directory ? 0 : rank);
	if (parent + rest - mark >= sizeof(path))
		return NULL;
	memcpy(path, name, parent);
	memcpy(path + parent, base + mark, rest - mark);
	return raise_place(hidden, path, parent + rest - mark, rank, rank);
}

bool layers_hidden_shows(const struct layers_hidden *hidden, const char *name, unsigned int rank)
{
	if (!strncmp(base_of(name), whiteout, sizeof(whiteout) - 1) ||
		find(hidden, key_of(name, strlen(name)))->itself > rank)
		return false;
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (find(hidden, key_of(name, (size_t)(slash - name)))->below > rank)
			return false;
	}
	return find(hidden, key_of(name, 0))->below <= rank;
}
