/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a line of store/form.h into the words of BTF types; private to the folder. Whoever makes BTF of them gives the
 * numbers: of strings, of types, and of records that a type refers to.
 */
#ifndef KCOMPAT_STORE_RECORD_H
#define KCOMPAT_STORE_RECORD_H

#include "store/form.h"

struct record_reader;

struct record_ops {
	/* The offset of a string; 0: it is empty. */
	uint32_t (*string)(struct record_reader *reader, const char *text, size_t len);
	/* The id of the type without a name that has these words. */
	uint32_t (*nameless)(struct record_reader *reader, const uint32_t *words, size_t cnt);
	/* The id of the record with this letter and key. */
	uint32_t (*reference)(struct record_reader *reader, const char *key, size_t len);
	/* Takes the type of a line, and then its tags. */
	void (*named)(struct record_reader *reader, uint32_t id, const uint32_t *words, size_t cnt);
	void (*tag)(struct record_reader *reader, const uint32_t words[4]);
};

struct record_reader {
	const struct record_ops *ops;
	const char *at, *end;
	unsigned int depth;
	const char *bad; /* the first mistake; NULL: none. Nothing is taken after it. */
	bool no_memory;
	uint32_t index_type; /* the usual one of arrays: its line is read first */
};
void record_mistake(struct record_reader *reader, const char *why);
void record_no_memory(struct record_reader *reader);

/* The first letter of its body. */
char record_letter(const struct store_line *line);
/* Has the type of the line a name? It is neither the index of arrays, nor a type that nothing refers to. */
bool record_is_named(const struct store_line *line);
/* Why the key of such a line is none; NULL: it is one. */
const char *record_key_problem(const struct store_line *line);
/* `id`: of the type of a line that has a name. */
void record_read(struct record_reader *reader, const struct store_line *line, uint32_t id);

#endif
