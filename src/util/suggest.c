/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/suggest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EDITS_MAX 3

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Or any number above `limit`, if it is above: two rows that are above it stay above. */
static size_t distance_within(const char *a, const char *b, size_t limit)
{
	/* Three rows of the optimal string alignment table: two back, one back, this one. */
	size_t rows[3][SUGGEST_LENGTH_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_len = strlen(a), b_len = strlen(b), above_best = 0;

	if (a_len > SUGGEST_LENGTH_MAX || b_len > SUGGEST_LENGTH_MAX)
		return SUGGEST_LENGTH_MAX + 1;
	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t best = row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = least(replaced, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
			best = least(best, row[j]);
		}
		if (best > limit && above_best > limit)
			return limit + 1;
		above_best = best;
		size_t *free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[b_len];
}

size_t suggest_distance(const char *a, const char *b)
{
	return distance_within(a, b, SUGGEST_LENGTH_MAX);
}

/* A bit for each letter of the word, some letters share one. */
static uint64_t letters_of(const char *word)
{
	uint64_t letters = 0;

	for (; *word; word++)
		letters |= (uint64_t)1 << (*word & 63);
	return letters;
}

/* An edit adds at most one letter that a word lacks. */
static bool has_few_new_letters(const char *text, const char *word, size_t limit)
{
	return (size_t)__builtin_popcountll(letters_of(text) & ~letters_of(word)) <= limit;
}

void suggest_consider(struct suggestion *suggestion, const char *text, const char *word)
{
	size_t length = strlen(text), other = strlen(word);
	/* Allow one edit per three letters, few in total, and never an edit of every letter. */
	size_t limit = least((length + 1) / 3, EDITS_MAX);

	/* Each letter more or less is an edit. Most words of a long list end here. */
	if ((length < other ? other - length : length - other) > limit)
		return;
	if (!has_few_new_letters(text, word, limit) || !has_few_new_letters(word, text, limit))
		return;
	size_t distance = distance_within(text, word, limit);
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
