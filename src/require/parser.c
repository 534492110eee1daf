/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "require/parser.h"
#include "util/buf.h"
#include "util/escape.h"

#include <string.h>

#define FOUND_MAX_BYTES 40

bool parser_is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* ASCII only, whatever the locale. */
bool parser_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

static bool parse_is_name(char c, const char *extra)
{
	return parser_is_word(c) || (c && strchr(extra, c));
}

bool parser_at_end(const struct parser *parser)
{
	return parser->at == parser->len;
}

/* The next character; NUL at the end. A NUL byte inside the text was refused before. */
char parser_peek(const struct parser *parser)
{
	return parser_at_end(parser) ? '\0' : parser->text[parser->at];
}

void parser_skip_space(struct parser *parser)
{
	while (!parser_at_end(parser) && parser_is_space(parser_peek(parser)))
		parser->at++;
}

bool parser_take(struct parser *parser, char c)
{
	if (parser_peek(parser) != c)
		return false;
	parser->at++;
	return true;
}

/* The word or the single character at `at`. */
static void put_found(struct buf *buf, const struct parser *parser, size_t at)
{
	size_t len = 0;

	if (at == parser->len) {
		buf_puts(buf, "the end");
		return;
	}
	while (at + len < parser->len && parse_is_name(parser->text[at + len], "/.-"))
		len++;
	if (!len)
		len = 1;
	buf_putc(buf, '\'');
	escape_text_len(buf, parser->text + at, len < FOUND_MAX_BYTES ? len : FOUND_MAX_BYTES);
	buf_puts(buf, len > FOUND_MAX_BYTES ? "...'" : "'");
}

static void put_place(struct buf *buf, const struct parser *parser, size_t at)
{
	if (parser->origin)
		buf_printf(buf, "%s:%zu:%zu: ", parser->origin, parser->line, at + 1);
	else
		buf_printf(buf, "requirement %zu, column %zu: ", parser->line, at + 1);
}

static bool add_mistake(struct require_list *list, const struct buf *text)
{
	const char **mistakes = pool_grow(&list->pool, list->mistakes, list->mistake_cnt,
		&list->mistake_cap, sizeof(*mistakes));
	const char *copy = text->failed ? NULL : pool_strdup(&list->pool, buf_text(text));

	if (!mistakes || !copy)
		return false;
	mistakes[list->mistake_cnt++] = copy;
	list->mistakes = mistakes;
	return true;
}

/* `expected` and `todo` may be NULL. Always false, so that it can be returned. */
bool parser_mistake(struct parser *parser, size_t at, const char *expected, const char *todo)
{
	_cleanup_buf_ struct buf text = {0};

	put_place(&text, parser, at);
	buf_puts(&text, "found ");
	put_found(&text, parser, at);
	if (expected)
		buf_printf(&text, ", expected %s", expected);
	if (todo)
		buf_printf(&text, " (%s)", todo);
	if (!add_mistake(parser->list, &text))
		parser->no_memory = true;
	return false;
}

bool parser_no_memory(struct parser *parser)
{
	parser->no_memory = true;
	return false;
}

/* Takes the characters of a name; NULL with a mistake if there is none. */
const char *parser_take_name(struct parser *parser, const char *extra, const char *expected)
{
	size_t start = parser->at;

	while (!parser_at_end(parser) && parse_is_name(parser_peek(parser), extra))
		parser->at++;
	if (parser->at == start) {
		parser_mistake(parser, start, expected, NULL);
		return NULL;
	}
	const char *name =
		pool_strndup(&parser->list->pool, parser->text + start, parser->at - start);
	if (!name)
		parser_no_memory(parser);
	return name;
}
