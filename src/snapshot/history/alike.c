/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/alike.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"

#define WORDS_MAX 16u
/* A word and its plural, or the same with a letter before it: "KSWAPD" and "SWAP". */
#define AFFIX_MAX 2u
#define AFFIXED_MIN 4u

struct word {
	const char *text; /* not terminated */
	size_t len;
};
struct words {
	struct word list[WORDS_MAX];
	size_t cnt; /* 0 also for a name of too many */
};

bool names_differ_in_underscores(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "_");
		b += strspn(b, "_");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

static struct words words_of(const char *name)
{
	struct words words = {0};

	while (*(name += strspn(name, "_"))) {
		size_t len = strcspn(name, "_");
		if (words.cnt == WORDS_MAX)
			return (struct words) {0};
		words.list[words.cnt++] = (struct word) {name, len};
		name += len;
	}
	return words;
}

static bool word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && !strncasecmp(word->text, text, word->len);
}

static bool is_number(const struct word *word)
{
	return isdigit((unsigned char)*word->text);
}

/* Without the digits at its end: "reserved1". */
static bool is_reserve(const struct word *word)
{
	static const char *const reserves[] = {"reserved", "resv", "rsvd", "pad", "padding", "unused", "spare"};
	struct word bare = *word;

	while (bare.len && isdigit((unsigned char)bare.text[bare.len - 1]))
		bare.len--;
	for (size_t i = 0; i < ARRAY_SIZE(reserves); i++) {
		if (word_is(&bare, reserves[i]))
			return true;
	}
	return false;
}

static bool words_have(const struct words *words, const char *text)
{
	for (size_t i = 0; i < words->cnt; i++) {
		if (word_is(&words->list[i], text))
			return true;
	}
	return false;
}

static bool has_reserve(const struct words *words)
{
	for (size_t i = 0; i < words->cnt; i++) {
		if (is_reserve(&words->list[i]))
			return true;
	}
	return false;
}

static bool is_within(const struct word *longer, const struct word *word)
{
	if (word->len < AFFIXED_MIN || longer->len - word->len > AFFIX_MAX)
		return false;
	for (size_t i = 0; i + word->len <= longer->len; i++) {
		if (!strncasecmp(longer->text + i, word->text, word->len))
			return true;
	}
	return false;
}

static bool same_word(const struct word *a, const struct word *b)
{
	if (a->len == b->len)
		return !strncasecmp(a->text, b->text, a->len);
	return a->len > b->len ? is_within(a, b) : is_within(b, a);
}

/* Each word of the other name is taken once. *long_word: has one of them three letters or more? */
static size_t count_shared(const struct words *a, const struct words *b, bool *long_word)
{
	bool taken[WORDS_MAX] = {0};
	size_t cnt = 0;

	*long_word = false;
	for (size_t i = 0; i < a->cnt; i++) {
		size_t k = 0;
		while (k < b->cnt && (taken[k] || !same_word(&a->list[i], &b->list[k])))
			k++;
		if (k == b->cnt)
			continue;
		taken[k] = true;
		*long_word |= a->list[i].len > 2;
		cnt++;
	}
	return cnt;
}

/* "max_x" and "min_x" are two things, and so are "x_1" and "x_2". */
static bool are_others(const struct words *a, const struct words *b)
{
	if ((words_have(a, "max") && words_have(b, "min")) || (words_have(a, "min") && words_have(b, "max")))
		return true;
	for (size_t i = 0; a->cnt == b->cnt && i < a->cnt; i++) {
		if (is_number(&a->list[i]) && is_number(&b->list[i]) && !same_word(&a->list[i], &b->list[i]))
			return true;
	}
	return false;
}

static bool are_alike(const char *x, const char *y, bool enumerators)
{
	struct words a = words_of(x), b = words_of(y);
	size_t most = a.cnt > b.cnt ? a.cnt : b.cnt, least = a.cnt > b.cnt ? b.cnt : a.cnt;
	bool long_word, reserve = has_reserve(&a);

	if (!a.cnt || !b.cnt || reserve != has_reserve(&b))
		return false;
	size_t shared = count_shared(&a, &b, &long_word);
	if (reserve)
		return shared > 0;
	if (are_others(&a, &b))
		return false;
	if (enumerators)
		return (shared == least && least + 1 == most) || (shared >= 2 && shared + 1 >= most);
	return (shared == least && long_word) || shared * 2 > most || (most == 2 && shared == 1);
}

bool names_are_alike(const char *a, const char *b)
{
	return names_differ_in_underscores(a, b) || are_alike(a, b, false);
}

bool enumerators_are_alike(const char *a, const char *b)
{
	return names_differ_in_underscores(a, b) || are_alike(a, b, true);
}
