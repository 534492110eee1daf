/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Near misses: which of the words that would have been right did someone mean? */
#ifndef KCOMPAT_UTIL_SUGGEST_H
#define KCOMPAT_UTIL_SUGGEST_H

#include <stddef.h>

/* Words longer than this have no near misses: the table lives on the stack. */
#define SUGGEST_LENGTH_MAX 64

/*
 * Edits that turn one word into the other: a letter inserted, removed, replaced, or two
 * neighbours exchanged. SUGGEST_LENGTH_MAX + 1 when a word is too long.
 */
size_t suggest_distance(const char *a, const char *b);

/* The word nearest to `text`, ties to the earlier one; NULL when none is near enough to be meant.
 */
const char *suggest_word(const char *text, const char *const *words, size_t word_cnt);

/* The same one word at a time: keeps the better of `best` (NULL at first) and `word`. */
struct suggestion {
	const char *best;
	size_t distance;
};
void suggest_consider(struct suggestion *suggestion, const char *text, const char *word);

#endif
