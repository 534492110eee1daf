/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FIT image of U-Boot: doc/usage/fit/source_file_format.rst. It is a flattened device tree
 * (https://www.devicetree.org/specifications) with a node for each part, /images/NAME. The data of a
 * part is in its node, behind the tree, or at an offset of the file. All numbers are big-endian.
 */
#include "input/container/container.h"

#include <string.h>

#define MAGIC 0xd00dfeedu
#define TOTAL_SIZE 4
#define STRUCT_OFFSET 8
#define STRINGS_OFFSET 12
#define STRINGS_SIZE 32
#define STRUCT_SIZE 36
#define HEADER_BYTES 40u

#define TOKEN_BEGIN 1u
#define TOKEN_END 2u
#define TOKEN_PROPERTY 3u
#define TOKEN_NOP 4u

#define NODE_NAME_MAX_BYTES 256u
/* A part is in the second level below the root. */
#define PART_DEPTH 3u

struct walk {
	const unsigned char *data;
	size_t size; /* of the file */
	size_t at, end;            /* in the tree */
	size_t strings, strings_size;
	unsigned int depth;
	bool in_images;
	bool head_only; /* the names of properties are behind the bytes */
};

struct token {
	uint32_t what;
	const char *name;            /* of a node or property */
	const unsigned char *value;  /* of a property */
	uint32_t value_size;
};

static bool walk_start(struct walk *walk, const unsigned char *data, size_t size)
{
	if (size < HEADER_BYTES || container_be32(data) != MAGIC)
		return false;
	uint32_t tree = container_be32(data + STRUCT_OFFSET);
	uint32_t length = container_be32(data + STRUCT_SIZE);
	uint32_t strings = container_be32(data + STRINGS_OFFSET);
	*walk = (struct walk) {.data = data, .size = size, .at = tree < size ? tree : size, .end = size};
	if (length < size - walk->at)
		walk->end = walk->at + length;
	walk->strings = strings < size ? strings : size;
	walk->strings_size = container_be32(data + STRINGS_SIZE);
	if (walk->strings_size > size - walk->strings)
		walk->strings_size = size - walk->strings;
	return tree % 4 == 0;
}

/* A text with its NUL in the `room` bytes; NULL: it does not end there. */
static const char *text_in(const unsigned char *text, size_t room)
{
	return memchr(text, '\0', room) ? (const char *)text : NULL;
}

static bool read_property(struct walk *walk, struct token *token)
{
	if (walk->end - walk->at < 8)
		return false;
	uint32_t size = container_be32(walk->data + walk->at);
	uint32_t name = container_be32(walk->data + walk->at + 4);
	walk->at += 8;
	if (size > walk->end - walk->at)
		return false;
	token->name = walk->head_only          ? ""
		: name < walk->strings_size ? text_in(walk->data + walk->strings + name,
						      walk->strings_size - name)
					    : NULL;
	token->value = walk->data + walk->at;
	token->value_size = size;
	walk->at += (size + (size_t)3) & ~(size_t)3;
	return token->name && walk->at <= walk->end;
}

/* False: the end, or damaged. */
static bool next_token(struct walk *walk, struct token *token)
{
	*token = (struct token) {TOKEN_NOP, NULL, NULL, 0};
	if (walk->end - walk->at < 4)
		return false;
	token->what = container_be32(walk->data + walk->at);
	walk->at += 4;
	switch (token->what) {
	case TOKEN_BEGIN: {
		size_t room = walk->end - walk->at;
		token->name = text_in(walk->data + walk->at,
			room < NODE_NAME_MAX_BYTES ? room : NODE_NAME_MAX_BYTES);
		if (!token->name)
			return false;
		walk->at += (strlen(token->name) + 4) & ~(size_t)3;
		walk->depth++;
		return walk->at <= walk->end;
	}
	case TOKEN_END:
		return walk->depth-- > 1;
	case TOKEN_PROPERTY:
		return read_property(walk, token);
	default:
		return token->what == TOKEN_NOP;
	}
}

static bool enters_images(const struct walk *walk, const struct token *token)
{
	return token->what == TOKEN_BEGIN && walk->depth == 2 && !strcmp(token->name, "images");
}

/* Any other tree describes a machine. */
bool fit_recognise(const unsigned char *head, size_t size)
{
	struct walk walk;
	struct token token;

	if (!walk_start(&walk, head, size))
		return false;
	walk.head_only = true;
	while (next_token(&walk, &token)) {
		if (enters_images(&walk, &token))
			return true;
	}
	return false;
}

/* A part while its properties are read. */
struct image_node {
	struct container_part part;
	bool has_data, is_wanted;
};

static bool value_is(const struct token *token, const char *text)
{
	size_t size = strlen(text) + 1;

	return token->value_size == size && !memcmp(token->value, text, size);
}

static void take_property(const struct walk *walk, const struct token *token, struct image_node *node)
{
	size_t behind = ((size_t)container_be32(walk->data + TOTAL_SIZE) + 3) & ~(size_t)3;
	uint32_t number = token->value_size == 4 ? container_be32(token->value) : 0;

	if (!strcmp(token->name, "type")) {
		node->part.is_kernel = value_is(token, "kernel") || value_is(token, "kernel_noload");
		node->is_wanted = node->part.is_kernel || value_is(token, "ramdisk");
	} else if (!strcmp(token->name, "data")) {
		node->part.offset = (size_t)(token->value - walk->data);
		node->part.size_bytes = token->value_size;
		node->has_data = true;
	} else if (!strcmp(token->name, "data-size") && !node->has_data) {
		node->part.size_bytes = number;
	} else if (!strcmp(token->name, "data-offset") && !node->has_data) {
		node->part.offset = behind + number;
	} else if (!strcmp(token->name, "data-position") && !node->has_data) {
		node->part.offset = number;
	}
}

struct error *fit_read(struct container *container, const unsigned char *data, size_t size)
{
	struct image_node node = {0};
	struct error *error = NULL;
	struct token token;
	struct walk walk;

	if (!walk_start(&walk, data, size))
		return container_damaged("the place of its tree");
	while (!error && next_token(&walk, &token)) {
		if (walk.depth == 2 && token.what == TOKEN_BEGIN)
			walk.in_images = enters_images(&walk, &token);
		else if (walk.in_images && walk.depth == PART_DEPTH && token.what == TOKEN_BEGIN)
			node = (struct image_node) {.part.name = token.name};
		else if (walk.in_images && walk.depth == PART_DEPTH && token.what == TOKEN_PROPERTY)
			take_property(&walk, &token, &node);
		else if (walk.in_images && walk.depth == 2 && token.what == TOKEN_END && node.is_wanted)
			error = container_add(container, size, &node.part);
	}
	if (!error && (walk.depth || token.what != TOKEN_END))
		error = container_damaged("its tree has no end");
	return error;
}
