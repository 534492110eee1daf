/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sections of facts and symbols name the same functions and files again and again. Their lines are KEY TAB WORD [TAB REST],
 * and in the file each key and each word is a number: that of its name among all names of the file, in the
 * order of their bytes. Private to the folder.
 *
 * The section 'o' has the names, in blocks without masks; in the header, its blocks have their first names. A block of
 * it has a byte for each name, how many bytes at its start are those of the name before it, and then what is left of each
 * name, with a newline. (Section 'n' of older files: whole names.) A block of a section with numbers is
 * three varints, the bytes of its columns, and then the columns, with a value for each line:
 *   keys: varint, the difference from the one before;
 *   words: varint, the difference from the one before, or the number itself if the key is another;
 *   rests: text with a newline, empty without a rest;
 * and then the masks, as in other blocks. The lines are made of it again, and are sorted as all lines are.
 */
#ifndef KCOMPAT_STORE_WORDS_H
#define KCOMPAT_STORE_WORDS_H

#include "store/form.h"

#define STORE_NAMES_LETTER 'o'
#define STORE_WHOLE_NAMES_LETTER 'n'
/* Names of a block, before they are packed, and the longest one that a block begins with. */
#define STORE_NAMES_BLOCK_BYTES (128u << 10)
#define STORE_NAMES_FIRST_MAX 1024u
/* Lines of a block with numbers. */
#define STORE_CODED_LINES 16384u

/* Is the section written with numbers? */
static inline bool store_section_is_coded(enum store_section section)
{
	return section != STORE_FUNCTIONS && section != STORE_TYPES;
}

/* All names of a file, sorted; a zeroed struct is empty. */
struct store_words {
	struct store_line *list; /* malloc'd; the texts are borrowed */
	size_t cnt, cap;
	uint32_t *slots; /* malloc'd: number + 1, by hash */
	size_t slot_cnt;
};
void store_words_deinit(struct store_words *words); /* NULL-safe */
/* Adds the key and the word of a line, if they are new. False: no memory. */
bool store_words_add(struct store_words *words, const struct store_line *line);
/* After the last one: sorts and numbers them. False: no memory. */
bool store_words_sort(struct store_words *words);

/* Appends a block of sorted names. */
void store_encode_names(const struct store_line *names, size_t cnt, struct buf *out);
/* Appends the columns of the lines, whose names are among the words, without their masks. */
struct error *store_encode_lines(const struct store_words *words, const struct store_line *const *lines,
	size_t cnt, struct buf *out);
/* A block with numbers, unpacked and checked. */
struct store_columns {
	unsigned char *data;      /* malloc'd; the rests lie in it */
	uint32_t *numbers;        /* malloc'd; the three lists are in it */
	uint32_t *keys, *words, *masks; /* keys ascend */
	struct store_line *rests; /* malloc'd */
	size_t cnt;
};
void store_columns_deinit(struct store_columns *columns); /* NULL-safe */
/*
 * Splits a block of that many bytes, `ret->data`, into `ret->cnt` lines. Returns what is wrong, or NULL. *no_memory
 * tells lack of it.
 */
const char *store_split_columns(size_t size, size_t name_cnt, size_t mask_cnt, struct store_columns *ret,
	bool *no_memory);
/* The first line whose key has this number, or would. */
size_t store_columns_find(const struct store_columns *columns, uint32_t key);

/* The text of lines. `names` has the names of all numbers in them. */
struct error *store_columns_text(
	const struct store_columns *columns, const struct store_line *names, struct buf *out);

#endif
