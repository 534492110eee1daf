/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/lean.h"

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
	bool has_environment, has_config; /* members that were seen */
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

static struct lean lean_begin(const char *text, size_t len_bytes, const char *const *names,
	size_t name_cnt, struct buf *out)
{
	return (struct lean) {
		.at = text,
		.end = text + len_bytes,
		.copied = text,
		.names = names,
		.name_cnt = name_cnt,
		.out = out,
	};
}

void lean_text(const char *text, size_t len_bytes, const char *const *names, size_t name_cnt,
	struct buf *out)
{
	struct lean lean = lean_begin(text, len_bytes, names, name_cnt, out);

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

/* A member "KEY":"VALUE" at `at`, up to *end. False: it has another form. */
static bool find_pair(const struct lean *lean, const char *at, const char **end)
{
	if (at == lean->end || *at != '"')
		return false;
	const char *value = skip_blanks(skip_string(at + 1, lean->end), lean->end);
	if (value == lean->end || *value != ':')
		return false;
	value = skip_blanks(value + 1, lean->end);
	if (value == lean->end || *value != '"')
		return false;
	*end = skip_string(value + 1, lean->end);
	return true;
}

/*
 * The members of an object of texts that are asked, and the first one: an empty configuration means that
 * it was left out. `at` is its opening brace. Returns its closing one; NULL: it is no such object.
 */
static const char *put_asked(struct lean *lean, const char *at)
{
	bool first = true;

	buf_putc(lean->out, '{');
	for (at = skip_blanks(at + 1, lean->end); at < lean->end && *at != '}';) {
		const char *end;
		if (!find_pair(lean, at, &end))
			return NULL;
		if (first || !is_unasked(lean, at)) {
			buf_puts(lean->out, first ? "" : ",");
			buf_add(lean->out, at, (size_t)(end - at));
		}
		first = false;
		at = skip_blanks(end, lean->end);
		if (at < lean->end && *at == ',')
			at = skip_blanks(at + 1, lean->end);
		else if (at == lean->end || *at != '}')
			return NULL;
	}
	return at < lean->end ? at : NULL;
}

/* The text so far, without the comma at its end. */
static void put_members(struct lean *lean, const char *end)
{
	while (end > lean->copied && strchr(", \t\r\n", end[-1]) && end[-1])
		end--;
	buf_add(lean->out, lean->copied, (size_t)(end - lean->copied));
	buf_putc(lean->out, '}');
}

/* A member of the document: its key, and its value. Returns where to go on; NULL: it has another form. */
static const char *take_member(struct lean *lean, const char *key, const char *end, const char *value)
{
	lean->has_environment |= is_word(key, (size_t)(end - key), "environment");
	lean->has_config |= is_word(key, (size_t)(end - key), "config");
	if (!lean->names || !is_word(key, (size_t)(end - key), "config") || value == lean->end ||
		*value != '{')
		return value;
	buf_add(lean->out, lean->copied, (size_t)(value - lean->copied));
	lean->copied = put_asked(lean, value);
	return lean->copied ? lean->copied + 1 : NULL;
}

bool lean_head(const char *text, size_t len_bytes, const char *until, const char *const *names,
	size_t name_cnt, struct buf *out)
{
	struct lean lean = lean_begin(text, len_bytes, names, name_cnt, out);

	while (lean.at && lean.at < lean.end) {
		const char *start = lean.at;
		char c = *lean.at++;
		lean.depth += c == '{' || c == '[';
		lean.depth -= c == '}' || c == ']';
		if (c != '"')
			continue;
		lean.at = skip_string(lean.at, lean.end);
		const char *next = skip_blanks(lean.at, lean.end), *end = lean.at - 1;
		if (lean.depth != IN_DOCUMENT || next == lean.end || *next != ':')
			continue;
		if (is_word(start + 1, (size_t)(end - start - 1), until)) {
			put_members(&lean, start);
			return lean.has_environment && lean.has_config;
		}
		lean.at = take_member(&lean, start + 1, end, skip_blanks(next + 1, lean.end));
	}
	return false;
}
