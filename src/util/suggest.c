/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/suggest.h"

#include <string.h>

#define EDITS_MAX 3

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t suggest_distance(const char *a, const char *b)
{
	/* Three rows of the optimal string alignment table: two back, one back, this one. */
	size_t rows[3][SUGGEST_LENGTH_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > SUGGEST_LENGTH_MAX || b_len > SUGGEST_LENGTH_MAX)
		return SUGGEST_LENGTH_MAX + 1;
	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[b_len];
}

void suggest_consider(struct suggestion *suggestion, const char *text, const char *word)
{
	size_t length = strlen(text), other = strlen(word);
	/* Allow one edit per three letters, few in total, and never an edit of every letter. */
	size_t limit = least((length + 1) / 3, EDITS_MAX);

	/* Each letter more or less is an edit. Most words of a long list end here. */
	if ((length < other ? other - length : length - other) > limit)
		return;
	size_t distance = suggest_distance(text, word);
	if (distance > limit || distance >= length)
		return;
	if (suggestion->best && suggestion->distance <= distance)
		return;
	suggestion->best = word;
	suggestion->distance = distance;
}

const char *suggest_word(const char *text, const char *const *words, size_t word_cnt)
{
	struct suggestion suggestion = {0};
	size_t length = strlen(text);

	for (size_t i = 0; i < word_cnt; i++)
		suggest_consider(&suggestion, text, words[i]);
	for (size_t i = 0; !suggestion.best && length > 1 && i < word_cnt; i++) {
		if (!strncmp(text, words[i], length))
			suggestion.best = words[i];
	}
	return suggestion.best;
}
