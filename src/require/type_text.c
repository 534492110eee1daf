/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types in C as one text each. */
#include <string.h>

#include "require/parser.h"

/* The words of an integer, which C takes in any order: GCC writes "long unsigned int" into BTF. */
enum integer_word { WORD_SIGNED, WORD_UNSIGNED, WORD_CHAR, WORD_SHORT, WORD_LONG, WORD_INT, WORD_CNT };

struct spelling {
	struct buf *out;
	char before; /* the last character */
	size_t words[WORD_CNT]; /* of the integer that is being read */
	bool in_integer;
};

static void put_token(struct spelling *spelling, const char *text, size_t len)
{
	char before = spelling->before, after = text[0];

	if (before == ',' ||
		(parser_is_word(before) && (parser_is_word(after) || after == '*' || after == '(')))
		buf_putc(spelling->out, ' ');
	buf_add(spelling->out, text, len);
	spelling->before = text[len - 1];
}

static void put_word(struct spelling *spelling, const char *word)
{
	put_token(spelling, word, strlen(word));
}

static void end_integer(struct spelling *spelling)
{
	const size_t *words = spelling->words;
	bool longer = words[WORD_SHORT] || words[WORD_LONG];

	if (!spelling->in_integer)
		return;
	if (words[WORD_UNSIGNED])
		put_word(spelling, "unsigned");
	else if (words[WORD_SIGNED] && words[WORD_CHAR])
		put_word(spelling, "signed");
	if (words[WORD_SHORT])
		put_word(spelling, "short");
	for (size_t i = 0; i < words[WORD_LONG] && i < 2; i++)
		put_word(spelling, "long");
	if (words[WORD_CHAR])
		put_word(spelling, "char");
	else if (!longer)
		put_word(spelling, "int");
	memset(spelling->words, 0, sizeof(spelling->words));
	spelling->in_integer = false;
}

static enum integer_word integer_word_of(const char *text, size_t len)
{
	static const char *const words[WORD_CNT] = {"signed", "unsigned", "char", "short", "long", "int"};
	enum integer_word word = 0;

	while (word < WORD_CNT && (strncmp(words[word], text, len) || words[word][len]))
		word++;
	return word;
}

static void spell_token(struct spelling *spelling, const char *text, size_t len)
{
	enum integer_word word = integer_word_of(text, len);

	if (word < WORD_CNT) {
		spelling->words[word]++;
		spelling->in_integer = true;
		return;
	}
	end_integer(spelling);
	put_token(spelling, text, len);
}

void require_type_spell(const char *text, size_t len, struct buf *out)
{
	struct spelling spelling = {.out = out};

	for (size_t at = 0, next; at < len; at = next) {
		next = at + 1;
		if (parser_is_space(text[at]))
			continue;
		while (parser_is_word(text[at]) && next < len && parser_is_word(text[next]))
			next++;
		spell_token(&spelling, text + at, next - at);
	}
	end_integer(&spelling);
}
