/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/lean.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/sort.h"

/* Depths of the document, its members, and the elements of a list. */
enum { IN_DOCUMENT = 1, IN_ELEMENT = 3 };

#define NAME_MAX_BYTES 256

struct lean {
	const char *at, *end;
	const char *copied; /* the text before it is in `out`, or is left out */
	const char *const *names;
	size_t name_cnt;
	unsigned int depth;
	bool in_calls; /* in the member "kfuncs" or "helpers" */
	bool unasked;  /* the element has a name that is not asked */
	struct buf *out;
};

/* `at` is behind the opening quote. Returns what is behind the closing one. */
static const char *skip_string(const char *at, const char *end)
{
	while (at < end && *at != '"')
		at += *at == '\\' && end - at > 1 ? 2 : 1;
	return at < end ? at + 1 : end;
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) && *at)
		at++;
	return at;
}

/* `at` is its opening brace. */
static const char *skip_object(const char *at, const char *end)
{
	unsigned int depth = 0;

	while (at < end) {
		char c = *at++;
		if (c == '"')
			at = skip_string(at, end);
		depth += c == '{';
		depth -= c == '}';
		if (!depth)
			break;
	}
	return at;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(text, word, len);
}

/* A name with an escape, or none at all, may be any. */
static bool is_unasked(const struct lean *lean, const char *value)
{
	char name[NAME_MAX_BYTES];
	const char *key = name;

	if (value == lean->end || *value != '"')
		return false;
	const char *stop = skip_string(value + 1, lean->end) - 1;
	size_t len = (size_t)(stop - value - 1);
	if (stop <= value || len >= sizeof(name) || memchr(value, '\\', len + 1))
		return false;
	memcpy(name, value + 1, len);
	name[len] = '\0';
	return !lean->name_cnt ||
		!bsearch(&key, lean->names, lean->name_cnt, sizeof(*lean->names), compare_texts);
}

/* A key at `text`, and its value. Returns where to go on. */
static const char *take_key(struct lean *lean, const char *text, size_t len, const char *value)
{
	if (lean->depth == IN_DOCUMENT)
		lean->in_calls = is_word(text, len, "kfuncs") || is_word(text, len, "helpers");
	if (lean->depth != IN_ELEMENT || !lean->in_calls)
		return value;
	if (is_word(text, len, "name"))
		lean->unasked = is_unasked(lean, value);
	if (!lean->unasked || !is_word(text, len, "cells") || value == lean->end || *value != '{')
		return value;
	buf_add(lean->out, lean->copied, (size_t)(value - lean->copied));
	buf_puts(lean->out, "{}");
	lean->copied = skip_object(value, lean->end);
	return lean->copied;
}

static const char *take_string(struct lean *lean, const char *text)
{
	const char *end = skip_string(text, lean->end), *next = skip_blanks(end, lean->end);

	if (next == lean->end || *next != ':')
		return end;
	return take_key(lean, text, (size_t)(end - 1 - text), skip_blanks(next + 1, lean->end));
}

void lean_text(const char *text, size_t len_bytes, const char *const *names, size_t name_cnt,
	struct buf *out)
{
	struct lean lean = {.at = text,
		.end = text + len_bytes,
		.copied = text,
		.names = names,
		.name_cnt = name_cnt,
		.out = out};

	while (lean.at < lean.end) {
		char c = *lean.at++;
		if (c == '"')
			lean.at = take_string(&lean, lean.at);
		else if (c == '{' || c == '[')
			lean.depth++;
		else if (c == '}' || c == ']')
			lean.depth--;
		if (c == '{' && lean.depth == IN_ELEMENT)
			lean.unasked = false;
	}
	buf_add(out, lean.copied, (size_t)(lean.end - lean.copied));
}
