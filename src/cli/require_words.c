/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/require_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/sort.h"

static bool is_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static struct error *add_word(struct words *words, const char *text, size_t len)
{
	const char **list =
		pool_grow(words->pool, words->list, words->cnt, &words->cap, sizeof(*list));
	const char *word = pool_strndup(words->pool, text, len);

	if (!list || !word)
		return error_no_memory();
	words->list = list;
	list[words->cnt++] = word;
	return NULL;
}

struct error *words_add(struct words *words, const char *text, size_t len_bytes)
{
	struct error *error = NULL;

	for (size_t at = 0; at < len_bytes && !error;) {
		size_t start = at;
		while (at < len_bytes && is_part(text[at]))
			at++;
		if (at > start)
			error = add_word(words, text + start, at - start);
		else
			at++;
	}
	return error;
}

void words_sort(struct words *words)
{
	if (words->cnt)
		qsort(words->list, words->cnt, sizeof(*words->list), compare_texts);
}
