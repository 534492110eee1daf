/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the valid word that the user probably meant. */
#ifndef KCOMPAT_UTIL_SUGGEST_H
#define KCOMPAT_UTIL_SUGGEST_H

#include <stddef.h>

/* Longer words get no suggestion, because the table is on the stack. Few names of a kernel are
 * longer. */
#define SUGGEST_LENGTH_MAX 128

/*
 * The number of edits that turn one word into the other. An edit inserts, removes or replaces a
 * letter, or exchanges two neighbours. SUGGEST_LENGTH_MAX + 1 when a word is too long.
 */
size_t suggest_distance(const char *a, const char *b);

/*
 * The word nearest to `text`, the earlier one on a tie. If none is near, the first word that begins
 * with `text`. NULL: no word is near enough.
 */
const char *suggest_word(const char *text, const char *const *words, size_t word_cnt);

/* The same one word at a time: keeps the better of `best` (NULL at first) and `word`. */
struct suggestion {
	const char *best;
	size_t distance;
};
void suggest_consider(struct suggestion *suggestion, const char *text, const char *word);

#endif
